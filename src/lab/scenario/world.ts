/** From a scenario to the world in which it is played: the verbs of the file become what a simulation does. */
import { endOfMonth } from '#core/time/civil.ts'
import { type Instant, instant, plus } from '#core/time/instant.ts'
import { PPM, type Seconds } from '#core/time/units.ts'
import type { Direction, LinkConfig } from '#worlds/simulated/link.ts'
import type { ServerConfig } from '#worlds/simulated/server.ts'
import type { Pause, SimulationConfig } from '#worlds/simulated/world.ts'
import type { Scoring } from '../score.ts'
import type { Scenario, ScenarioEvent, ScenarioServer } from './schema.ts'

/** A name that stands for all servers of a story: what a `pool` line of a configuration becomes. */
export const POOL = 'pool.lab'

export interface Staged {
  readonly world: Omit<SimulationConfig, 'seed'>
  readonly duration: Seconds
  readonly scoring: Scoring
  /** What happens when, for pictures: after the phase of this seed. */
  readonly marks: readonly Mark[]
}

export interface Mark {
  readonly at: Seconds
  /** Where it ends, if it takes time. */
  readonly until?: Seconds
  readonly kind: ScenarioEvent['kind']
}

/** 2026-12-01, a midnight: after the build date of every ntpd that refuses to believe in times before it. */
const START: Instant = instant(1_796_083_200_000_000_000n)
const LAN: Seconds = 100e-6

export function stage(scenario: Scenario, seed: number): Staged {
  const shift = scenario.phase === 0 ? 0 : scenario.phase * phaseOf(seed)
  const events = scenario.event.flatMap(event => repeated(event, scenario.duration)).map(later(shift))
  const of = <K extends ScenarioEvent['kind']>(kind: K) =>
    events.filter((event): event is Extract<ScenarioEvent, { kind: K }> => event.kind === kind)
  const [leap] = of('leap-second')
  const { guest } = scenario
  const world: Omit<SimulationConfig, 'seed'> = {
    start: leap ? startBefore(leap) : START,
    oscillator: {
      frequencyError: guest.frequencyerror * PPM,
      wander: guest.wander * PPM,
      whiteNoise: guest.noise * PPM,
      ...(guest.temperature > 0
        ? { temperature: { amplitude: guest.temperature * PPM, period: guest.temperatureperiod } }
        : {}),
    },
    clock: { offset: guest.offset, stamping: guest.stamping },
    servers: scenario.server.map(server => ({
      ...serverOf(server, of('network'), of('lie')),
      ...(leap ? { leap: leap.leap, leapUntil: leap.at } : {}),
    })),
    names: { [POOL]: scenario.server.map(({ address }) => address) },
    pauses: of('pause').map(pauseOf),
    steps: of('step').map(({ at, by }) => ({ at, size: by })),
    ...(leap ? { leapSecond: { at: leap.at, by: leap.leap === 'insert' ? -1 : 1 } } : {}),
  }
  const duration = scenario.duration + shift
  const { after, from = 0, to = scenario.duration } = scenario.judged
  return {
    world,
    duration,
    scoring: {
      disruptedAt: after === undefined ? firstDisruption(events) : after + shift,
      window: [Math.ceil(from + (from > 0 ? shift : 0)), Math.floor(to + shift)],
    },
    marks: events.map(markOf),
  }
}

/** Evenly over seeds rather than by chance: a few seeds already see all phases (multiples of the golden ratio). */
const phaseOf = (seed: number): number => (seed * 0.6180339887498949) % 1

function repeated(event: ScenarioEvent, duration: Seconds): ScenarioEvent[] {
  if (!('every' in event) || event.every === undefined) return [event]
  const { at, every, times = Number.POSITIVE_INFINITY } = event
  const count = Math.max(1, Math.min(times, Math.ceil((duration - at) / every)))
  return Array.from({ length: count }, (_, i) => later(i * every)(event))
}

function later(by: Seconds): (event: ScenarioEvent) => ScenarioEvent {
  return event => ({
    ...event,
    at: event.at + by,
    ...('until' in event && event.until !== undefined ? { until: event.until + by } : {}),
  })
}

/** A leap second lies at the end of a month (a deleted one before it). */
function startBefore({ at, leap }: Extract<ScenarioEvent, { kind: 'leap-second' }>): Instant {
  return plus(endOfMonth(START), -(leap === 'insert' ? at : at + 1))
}

function serverOf(
  server: ScenarioServer,
  changes: readonly Extract<ScenarioEvent, { kind: 'network' }>[],
  lies: readonly Extract<ScenarioEvent, { kind: 'lie' }>[],
): ServerConfig {
  const own = <E extends { server?: string | undefined }>(event: E) =>
    event.server === undefined || event.server === server.address
  const usual = pathOf(server)
  const link: LinkConfig = {
    ...usual,
    changes: changes
      .filter(own)
      .flatMap(change => [
        { at: change.at, ...pathOf({ ...server, ...said(change) }) },
        ...(change.until === undefined ? [] : [{ at: change.until, ...usual }]),
      ])
      .sort((a, b) => a.at - b.at),
  }
  const wrong = lies
    .filter(own)
    .flatMap(({ at, until, offset }) => [
      { at, offset },
      ...(until === undefined ? [] : [{ at: until, offset: server.offset }]),
    ])
    .sort((a, b) => a.at - b.at)
  return {
    address: server.address,
    link,
    stratum: server.stratum,
    rootDelay: server.rootdelay,
    rootDispersion: server.rootdispersion,
    offset: server.offset,
    drift: server.drift * PPM,
    ...(wrong.length > 0 ? { lies: wrong } : {}),
  }
}

type Path = Pick<ScenarioServer, 'delay' | 'up' | 'down' | 'jitter' | 'jitterup' | 'jitterdown' | 'loss'>

/** What an event says of a path: where it changes the delay as a whole, what each way was before does not count. */
function said(change: Extract<ScenarioEvent, { kind: 'network' }>): Path {
  const { kind: _kind, at: _at, until: _until, server: _server, ...path } = change
  const whole = Object.fromEntries(Object.entries(path).filter(([, value]) => value !== undefined)) as Path
  return {
    ...(whole.delay === undefined ? {} : { up: undefined, down: undefined }),
    ...(whole.jitter === undefined ? {} : { jitterup: undefined, jitterdown: undefined }),
    ...whole,
  }
}

function pathOf({ delay = LAN, up = delay, down = delay, jitter = 0, jitterup, jitterdown, loss = 0 }: Path) {
  const way = (base: Seconds, mean: Seconds): Direction => ({
    base,
    loss,
    ...(mean > 0 ? { jitter: { kind: 'exponential', mean } } : {}),
  })
  return { up: way(up, jitterup ?? jitter), down: way(down, jitterdown ?? jitter) }
}

function pauseOf(pause: Extract<ScenarioEvent, { kind: 'pause' }>): Pause {
  const { at, length, noticed, uncertainty, frequencychange } = pause
  return {
    at,
    length,
    ...(noticed === undefined ? {} : { witness: { name: 'the hypervisor', after: noticed, uncertainty } }),
    ...(frequencychange === 0 ? {} : { frequencyChange: frequencychange * PPM }),
  }
}

function firstDisruption(events: readonly ScenarioEvent[]): Seconds {
  const ends = events.flatMap(event =>
    event.kind === 'pause' ? [event.at + event.length] : event.kind === 'step' ? [event.at] : [],
  )
  return ends.length === 0 ? 0 : Math.min(...ends)
}

const markOf = (event: ScenarioEvent): Mark => ({
  at: event.at,
  kind: event.kind,
  ...(event.kind === 'pause' ? { until: event.at + event.length } : {}),
  ...('until' in event && event.until !== undefined ? { until: event.until } : {}),
})
