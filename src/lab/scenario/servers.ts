/** From the servers of a story, and what becomes of them and of the paths to them, to those of a simulation. */
import { grouped } from '#core/grouped.ts'
import { sum } from '#core/number/sum.ts'
import type { Leap } from '#core/time/leap.ts'
import { PPM, type Seconds } from '#core/time/units.ts'
import type { Direction, Jitter, LinkConfig } from '#worlds/simulated/link.ts'
import type { ServerChange, ServerConfig } from '#worlds/simulated/server.ts'
import { type EventOf, eventsOf, statesFrom } from './events.ts'
import type { ScenarioEvent, ScenarioServer } from './schema.ts'

const LAN: Seconds = 100e-6

export function serverOf(server: ScenarioServer, events: readonly ScenarioEvent[]): ServerConfig {
  const own = <E extends { server?: string | undefined }>(event: E) =>
    event.server === undefined || event.server === server.address
  const link: LinkConfig = {
    ...pathOf(server),
    changes: statesFrom(eventsOf('network', events).filter(own), holding =>
      pathOf(Object.assign({}, server, ...holding.map(said))),
    ),
  }
  const lies = statesFrom(eventsOf('lie', events).filter(own), holding => ({
    offset: (holding.at(-1) ?? server).offset,
  }))
  const [leapSecond] = eventsOf('leap-second', events)
  const leap: Leap = leapSecond?.leap ?? 'none'
  const changes = changesOf(
    { silent: false, leap, ...claims(server) },
    eventsOf('server', events).filter(own),
  )
  const { patience, burst, beyond, multicast } = server
  return {
    address: server.address,
    link,
    ...claims(server),
    offset: server.offset,
    drift: server.drift * PPM,
    ...(leapSecond ? { leap, leapFrom: dayBefore(leapSecond), leapUntil: leapSecond.at } : {}),
    ...(lies.length > 0 ? { lies } : {}),
    ...(changes.length > 0 ? { changes } : {}),
    ...(patience === undefined ? {} : { rateLimit: { interval: patience, burst, beyond } }),
    ...(multicast === undefined ? {} : { multicast: { every: multicast, ...straysOf(server) } }),
  }
}

const DAY: Seconds = 86_400

/** It is announced on its day, which a second that is left out ends. */
const dayBefore = ({ at, leap }: EventOf<'leap-second'>): Seconds => at + (leap === 'delete' ? 1 : 0) - DAY

const straysOf = ({ alsofrom, alsofrompart }: ScenarioServer) =>
  alsofrom ? { strays: { addresses: alsofrom, part: alsofrompart } } : {}

type Claims = Omit<Required<ServerChange>, 'at' | 'drift'>

/** Each property for itself: what is not said stays, and what ends takes back what it had said, and no more. */
function changesOf(usual: Claims, events: readonly EventOf<'server'>[]): ServerChange[] {
  const said = events.map(event => ({ ...event, claims: saidOf(event, usual.leap) }))
  const states = (Object.keys(usual) as (keyof Claims)[]).flatMap(key =>
    statesFrom(
      said.filter(({ claims }) => claims[key] !== undefined),
      (holding): Partial<ServerChange> => ({ [key]: holding.at(-1)?.claims[key] ?? usual[key] }),
    ),
  )
  const drifts = events.flatMap(({ at, until, drift }) => [
    { at, drift: drift * PPM },
    // It gains what it did before; what it has gained meanwhile it keeps.
    ...(until === undefined ? [] : [{ at: until, drift: -drift * PPM }]),
  ])
  return [...grouped<Seconds, ServerChange>([...states, ...drifts], ({ at }) => at)]
    .sort(([a], [b]) => a - b)
    .map(([at, own]) => ({
      ...Object.assign({}, ...own),
      at,
      drift: sum(own.map(({ drift = 0 }) => drift)),
    }))
}

const saidOf = (
  { silent, unsynchronised, stratum, rootdelay, rootdispersion }: EventOf<'server'>,
  leap: Leap,
): { readonly [K in keyof Claims]: Claims[K] | undefined } => ({
  silent,
  leap: unsynchronised === undefined ? undefined : unsynchronised ? 'unknown' : leap,
  stratum,
  rootDelay: rootdelay,
  rootDispersion: rootdispersion,
})

const claims = ({ stratum, rootdelay, rootdispersion }: ScenarioServer) => ({
  stratum,
  rootDelay: rootdelay,
  rootDispersion: rootdispersion,
})

type Path = Pick<
  ScenarioServer,
  'delay' | 'up' | 'down' | 'jitter' | 'jitterup' | 'jitterdown' | 'queue' | 'loss' | 'duplicates'
>

/** What an event says of a path: where it changes the delay as a whole, what each way was before does not count. */
function said(change: EventOf<'network'>): Path {
  const { kind: _kind, at: _at, until: _until, server: _server, ...path } = change
  const whole = Object.fromEntries(Object.entries(path).filter(([, value]) => value !== undefined)) as Path
  return {
    ...(whole.delay === undefined ? {} : { up: undefined, down: undefined }),
    ...(whole.jitter === undefined ? {} : { jitterup: undefined, jitterdown: undefined }),
    ...whole,
  }
}

function pathOf(path: Path) {
  const { delay = LAN, up = delay, down = delay, jitter = 0, jitterup, jitterdown } = path
  const { queue = 'exponential', loss = 0, duplicates = 0 } = path
  const way = (base: Seconds, mean: Seconds): Direction => ({
    base,
    loss,
    ...(mean > 0 ? { jitter: jitterOf(queue, mean) } : {}),
    ...(duplicates > 0 ? { duplication: duplicates } : {}),
  })
  return { up: way(up, jitterup ?? jitter), down: way(down, jitterdown ?? jitter) }
}

/** Gamma: hops enough that little is rare. Heavy tail: its variance has no bound, its mean has. */
const GAMMA_SHAPE = 4
const TAIL_INDEX = 1.8

function jitterOf(queue: NonNullable<Path['queue']>, mean: Seconds): Jitter {
  switch (queue) {
    case 'exponential':
      return { kind: queue, mean }
    case 'gamma':
      return { kind: queue, mean, shape: GAMMA_SHAPE }
    case 'heavy-tail':
      return { kind: queue, mean, index: TAIL_INDEX }
  }
}
