/** Lines of ntp.conf and chrony.conf that name a server, with other polls; all else in them stays as it is. */
import type { PollLog2 } from '#core/time/units.ts'

const SOURCE = /^(\s*(?:server|pool|peer)\s+(\S+))([^#!]*)(.*)$/i
/** A reference clock, which ntpd writes as a server. */
const REFERENCE = /^127\.127\./

/** Undefined for a line that names no server on the network. */
export function withPolls(
  line: string,
  pollsOf: (address: string) => readonly [PollLog2, PollLog2],
): { readonly address: string; readonly text: string } | undefined {
  const [, head, address, options = '', comment = ''] = SOURCE.exec(line) ?? []
  if (head === undefined || address === undefined || REFERENCE.test(address)) return undefined
  const [least, most] = pollsOf(address)
  const kept = options.replace(/\s+(?:min|max)poll\s+-?\d+/gi, '').trimEnd()
  return {
    address,
    text: `${head}${kept} minpoll ${least} maxpoll ${most}${comment === '' ? '' : ` ${comment}`}`,
  }
}
