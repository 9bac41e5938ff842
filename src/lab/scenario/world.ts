/** From a scenario to the world in which it is played: the verbs of the file become what a simulation does. */
import { endOfMonth } from '#core/time/civil.ts'
import { type Instant, instant, plus } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { SimulationConfig } from '#worlds/simulated/world.ts'
import type { Scoring } from '../score.ts'
import { allEvents, type EventOf, eventsOf, isStopping, later, stopOf } from './events.ts'
import { cpusOf, hypervisorOf, loadsOf, oscillatorOf, pauseOf } from './guest.ts'
import type { Scenario, ScenarioEvent } from './schema.ts'
import { serverOf } from './servers.ts'

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

/** A daemon without the kernel's help looks once a second, and one that leaves a second out does it at its end. */
const LEAP_BLUR: Seconds = 2

export function stage(scenario: Scenario, seed: number): Staged {
  const shift = scenario.phase === 0 ? 0 : scenario.phase * phaseOf(seed)
  const events = allEvents(scenario).map(later(shift))
  const [leap] = eventsOf('leap-second', events)
  const loads = eventsOf('load', events)
  const { guest, hypervisor } = scenario
  const cpus = cpusOf(scenario)
  const world: Omit<SimulationConfig, 'seed'> = {
    start: leap ? startBefore(leap) : START,
    oscillator: oscillatorOf(guest, loads),
    clock: { offset: offsetOf(guest, seed), stamping: guest.stamping },
    servers: scenario.server.map(server => serverOf(server, events)),
    names: { [POOL]: scenario.server.map(({ address }) => address) },
    ...(hypervisor
      ? { hypervisor: hypervisorOf(hypervisor, events) }
      : { pauses: eventsOf('pause', events).map(pauseOf) }),
    ...(cpus ? { cpus } : {}),
    ...(loads.length > 0 ? { load: loadsOf(loads) } : {}),
    steps: eventsOf('step', events).map(({ at, by }) => ({ at, size: by })),
    ...(leap ? { leapSecond: { at: leap.at, by: leap.leap === 'insert' ? -1 : 1 } } : {}),
  }
  const duration = scenario.duration + shift
  const { after, from = 0, to = scenario.duration } = scenario.judged
  const disruptions = disruptionsOf(events)
  const disruptedAt = after === undefined ? (disruptions[0] ?? 0) : after + shift
  return {
    world,
    duration,
    scoring: {
      disruptedAt,
      disruptedAgain: changesOf(events).filter(at => at > disruptedAt),
      window: [Math.ceil(from + (from > 0 ? shift : 0)), Math.floor(to + shift)],
      ...(leap ? { blurred: [leap.at - LEAP_BLUR, leap.at + LEAP_BLUR] } : {}),
    },
    marks: events.map(markOf),
  }
}

/** Evenly over seeds rather than by chance: a few seeds already see all phases (multiples of the golden ratio). */
const phaseOf = (seed: number): number => (seed * 0.6180339887498949) % 1

/** As evenly, and each phase meets every part of it. */
const offsetOf = ({ offset, offsetspread }: Scenario['guest'], seed: number): Seconds =>
  offsetspread === 0 ? offset : offset + offsetspread * (2 * ((seed * Math.SQRT2) % 1) - 1)

/** A leap second lies at the end of a month (a deleted one before it). */
function startBefore({ at, leap }: EventOf<'leap-second'>): Instant {
  return plus(endOfMonth(START), -(leap === 'insert' ? at : at + 1))
}

/** When the guest is there again, or its clock is another; in order. */
const disruptionsOf = (events: readonly ScenarioEvent[]): Seconds[] =>
  changesOf(events.filter(event => isStopping(event) || event.kind === 'step'))

/** When something is another than it was: from when an event counts, and when it is over; in order. */
const changesOf = (events: readonly ScenarioEvent[]): Seconds[] =>
  events
    .flatMap(event => (isStopping(event) ? [stopOf(event).to] : [event.at, ...endOf(event)]))
    .sort((a, b) => a - b)

const endOf = (event: ScenarioEvent): Seconds[] =>
  'until' in event && event.until !== undefined ? [event.until] : []

function markOf(event: ScenarioEvent): Mark {
  const { kind } = event
  if (isStopping(event)) {
    const { from, to } = stopOf(event)
    return { at: from, kind, until: to }
  }
  const until = 'until' in event ? event.until : undefined
  return { at: event.at, kind, ...(until === undefined ? {} : { until }) }
}
