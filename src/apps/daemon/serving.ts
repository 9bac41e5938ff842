/** Serving time beside the agent: opens the addresses, and says in a sentence why one cannot be opened. */
import { createHash } from 'node:crypto'
import { type ServerCounts, TimeServer } from '#core/agent/server.ts'
import { Standings } from '#core/agent/standing.ts'
import type { Status } from '#core/agent/status.ts'
import { Access, type Prefix } from '#core/ntp/access.ts'
import { RateLimit, type RateLimitConfig } from '#core/ntp/rate-limit.ts'
import type { Standing } from '#core/ntp/reply.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import { parseAddress } from '#worlds/host/address.ts'
import type { Listening, World } from '#worlds/world.ts'
import { parsePrefix } from './config/prefix.ts'

export interface ServerOrders {
  readonly listen: readonly string[]
  readonly port: number
  /** Addresses, or prefixes as in `192.0.2.0/24`. */
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  readonly limit: RateLimitConfig | undefined
}

export interface Serving {
  readonly at: readonly string[]
  readonly counts: ServerCounts
  readonly standing: Standing
  /** The agent has recorded this: what was known before is not said any more. */
  hear(record: TraceRecord): void
  close(): void
}

/** Nothing else changes what may be said of the clock. */
const MATTERS: ReadonlySet<TraceRecord['kind']> = new Set([
  'disruption',
  'estimate',
  'step',
  'notice',
  'recovered',
])

/** Throws with `code` and a sentence when an address cannot be opened. */
export function openServing(
  orders: ServerOrders,
  world: Pick<World, 'network' | 'clock' | 'random'>,
  status: () => Status,
): Serving {
  const { listen } = world.network
  if (!listen) throw failure('ENOTSUP', 'time cannot be served here: the C library cannot be called')
  const standings = new Standings(world.clock.precision, refidOfAddress)
  const { limit } = orders
  const server = new TimeServer({
    access: new Access(orders.allow.map(prefixOf), orders.deny.map(prefixOf)),
    limit: limit && { clients: new RateLimit(limit, world.random()), interval: limit.interval },
    precision: standings.precision,
    standing: () => standings.of(status()),
    random: world.random,
  })
  const doors: Listening[] = []
  for (const address of orders.listen) {
    const opened = listen({ address, port: orders.port }, server)
    if (typeof opened === 'string') {
      for (const door of doors) door.close()
      throw failure(opened, explain(opened, address, orders.port))
    }
    doors.push(opened)
  }
  return {
    at: orders.listen.map(address => `${address.includes(':') ? `[${address}]` : address}:${orders.port}`),
    get counts() {
      return server.counts
    },
    get standing() {
      return standings.of(status())
    },
    hear({ kind }) {
      if (MATTERS.has(kind)) server.renew()
      if (kind === 'step' || kind === 'disruption') for (const door of doors) door.discard()
    },
    close() {
      for (const door of doors) door.close()
    },
  }
}

const WHY: Readonly<Record<string, (where: string) => string>> = {
  EADDRINUSE: where =>
    `${where} is taken: another NTP server runs here (chronyd, ntpd, …). Stop it, or set another \`port\` in [server]`,
  EACCES: where =>
    `${where} needs CAP_NET_BIND_SERVICE: run as root, or use the drop-in of clockwright-discipline.service (docs/guide/serve-time.md)`,
  EADDRNOTAVAIL: where => `${where}: this machine has no such address (\`listen\` in [server])`,
  EAFNOSUPPORT: where =>
    `${where}: this kernel does not speak that family of addresses (\`listen\` in [server])`,
}

const explain = (errno: string, address: string, port: number): string =>
  (WHY[errno] ?? (where => `${where} cannot be opened: ${errno}`))(
    `time cannot be served: ${address} port ${port}`,
  )

const failure = (code: string, text: string) => Object.assign(new Error(text), { code })

const prefixOf = (text: string): Prefix => parsePrefix(text)!

/** The address itself, or four bytes of a hash of an IPv6 one: so clients notice that they would follow themselves. */
export function refidOfAddress(address: string): number {
  const bytes = parseAddress(address)?.bytes
  if (!bytes) return 0
  const four = bytes.length === 4 ? bytes : createHash('md5').update(bytes).digest()
  return ((four[0]! << 24) | (four[1]! << 16) | (four[2]! << 8) | four[3]!) >>> 0
}
