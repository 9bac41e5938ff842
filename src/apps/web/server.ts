/**
 * The agent's own page: a small HTTP server on loopback that only answers questions. It is bare node:http because it
 * lives inside the agent, where memory counts; what it does not need at its start is loaded when somebody asks.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { streamQuery } from '#report/bodies.ts'
import { count, noTally } from '#report/metrics.ts'
import { API, type Known, parseQuery } from './api.ts'
import { type Assets, openAssets } from './assets.ts'
import { type Check, openChecks } from './checks.ts'
import { capConnections } from './connections.ts'
import { ownHosts, refuse } from './guard.ts'
import { HOST_EVENT_PATH, takeHostEvent } from './host-event.ts'
import { json, respond } from './respond.ts'
import { openStream, type Stream } from './stream.ts'
import type { Watched } from './watched.ts'

/**
 * Required, not imported: for an import Node reads every export of the module once, and some of this one's are getters
 * that load a whole web client. That would be 13 MB of memory in every guest.
 */
const { createServer } = createRequire(import.meta.url)('node:http') as typeof import('node:http')

export const DEFAULT_PORT = 9319
/** How many ports after the wanted one are tried when it is taken. */
const PORTS_TRIED_AFTER = 20
const MOST_CONNECTIONS = 64
const LOOPBACK = ['127.0.0.1', '::1', 'localhost']

export interface PageOptions {
  readonly host?: string
  /** 0 asks the kernel for any free one. */
  readonly port?: number
  /** Where the built page lies; found by itself in a checkout and in the package. */
  readonly assets?: Assets
  /** Examines the machine; without it the page says so. */
  readonly check?: Check
  /** Told of our own mistakes, which the asker sees only as a 500. */
  readonly onFault?: (fault: unknown) => void
}

export interface Page {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

export async function openPage(watched: Watched, options: PageOptions = {}): Promise<Page> {
  const { host = '127.0.0.1', port: wanted = DEFAULT_PORT, assets = openAssets() } = options
  const onFault = options.onFault ?? (() => {})
  if (!LOOPBACK.includes(host))
    throw new Error(
      `The page is offered on loopback only (127.0.0.1). Listening on ${host} needs TLS and a token, which is not offered yet. ` +
        `To see it from elsewhere: ssh -L ${wanted}:127.0.0.1:${wanted} this-machine`,
    )

  const tally = noTally()
  const unsubscribe = watched.subscribe(record => count(tally, record))
  const stream = openStream(watched, onFault)
  const server = createServer({
    maxHeaderSize: 8 * 1024,
    // The guard answers a missing Host like a wrong one.
    requireHostHeader: false,
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 1_000,
  })
  // Nobody may hold a connection without reading or writing; event streams write every second.
  server.timeout = 20_000
  capConnections(server, MOST_CONNECTIONS)
  server.on('clientError', (_, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    else socket.destroy()
  })

  const port = await listen(server, host, wanted).catch(failure => {
    unsubscribe()
    stream.close()
    throw failure
  })
  const hosts = ownHosts(port)
  const known: Known = { watched, tally, checks: openChecks(options.check) }
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    answer({ request, response, hosts, known, stream, assets }).catch(fault => {
      onFault(fault)
      if (response.headersSent) response.destroy()
      else respond(response, json({ error: 'This is a mistake of clockwright itself.' }, 500))
    })
  }
  server.on('request', handle)
  server.on('checkContinue', handle)

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/`,
    port,
    close: () =>
      new Promise(resolve => {
        unsubscribe()
        stream.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Asked {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly hosts: readonly string[]
  readonly known: Known
  readonly stream: Stream
  readonly assets: Assets
}

async function answer({ request, response, hosts, known, stream, assets }: Asked): Promise<void> {
  const [path = '', search = ''] = split(request.url ?? '')
  const tells = path === HOST_EVENT_PATH
  const refused = refuse(request, hosts, tells)
  if (refused) {
    response.statusMessage = refused.why
    const allow = { Allow: tells ? 'POST' : 'GET, HEAD' }
    const headers = { Connection: 'close', ...(refused.status === 405 ? allow : {}) }
    respond(response, { status: refused.status, headers })
    return
  }
  const query = new URLSearchParams(search)
  if (tells) return respond(response, takeHostEvent(known.watched, request, query))

  if (path === '/api/stream') {
    const asked = parseQuery(streamQuery, query)
    if (!asked.ok) return respond(response, asked.answer)
    const after = request.headers['last-event-id'] ?? asked.value.after
    if (!stream.join(request, response, after === undefined ? undefined : String(after)))
      respond(response, {
        ...json({ error: 'Too many pages are open already.' }, 503),
        headers: { 'Retry-After': '5' },
      })
    return
  }
  const route = Object.hasOwn(API, path) ? API[path] : undefined
  if (route) return respond(response, await route(known, query))
  respond(
    response,
    (await assets.find(path, request.headers)) ?? json({ error: 'There is nothing here.' }, 404),
  )
}

/** At the first question mark, without decoding anything. */
function split(target: string): [string, string] {
  const mark = target.indexOf('?')
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)]
}

async function listen(server: Server, host: string, wanted: number): Promise<number> {
  for (let port = wanted; ; port++) {
    try {
      return await listenAt(server, host, port)
    } catch (failure) {
      const taken = (failure as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!taken) throw failure
      if (port >= Math.min(wanted + PORTS_TRIED_AFTER, 65_535))
        throw new Error(`Ports ${wanted} to ${port} of ${host} are all taken.`, { cause: failure })
    }
  }
}

const listenAt = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
