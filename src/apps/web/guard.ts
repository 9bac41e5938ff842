/**
 * Who may ask. Loopback is not a boundary: any web page in the same browser can send requests here, and with a name
 * that it points at 127.0.0.1 it could read the answers too. So every request must name this server exactly, must not
 * come from another site's page, must be a plain question (GET, HEAD; POST at the one place where something is told), and
 * must carry nothing.
 */
import type { IncomingMessage } from 'node:http'

export interface Refused {
  readonly status: 400 | 403 | 405 | 413 | 421
  readonly why: string
}

/** The only names under which this server answers. */
export const ownHosts = (port: number): readonly string[] => [
  `127.0.0.1:${port}`,
  `localhost:${port}`,
  `[::1]:${port}`,
]

/** `tells`: somebody tells something there, with POST. */
export function refuse(
  request: IncomingMessage,
  hosts: readonly string[],
  tells = false,
): Refused | undefined {
  const { headersDistinct, method, url = '' } = request
  const host = headersDistinct.host ?? []
  if (host.length !== 1 || !hosts.includes(host[0]!.toLowerCase()))
    return { status: 421, why: `This answers only as http://${hosts[0]}, also through a tunnel` }

  const origin = headersDistinct.origin ?? []
  if (origin.length > 1 || (origin.length === 1 && !hosts.some(own => origin[0] === `http://${own}`)))
    return { status: 403, why: 'Another site is asking' }
  if (fromAnotherSite(request)) return { status: 403, why: 'Another site is asking' }

  if (tells && method !== 'POST') return { status: 405, why: 'Only POST' }
  if (!tells && method !== 'GET' && method !== 'HEAD') return { status: 405, why: 'Only GET and HEAD' }
  if (carriesBody(request)) return { status: 413, why: 'A question has no body' }
  // An absolute target would override the Host that was just checked (RFC 9112, 3.2.2).
  if (!url.startsWith('/')) return { status: 400, why: 'The target must be a path' }
  return undefined
}

/** `<img src>` and its like send no Origin, but browsers say where they stand. Following a link is not asking. */
function fromAnotherSite({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return false
  return !(headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document')
}

const carriesBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined ||
  (headers['content-length'] !== undefined && headers['content-length'] !== '0')
