/** The events of a story in the order of time: each as often as it comes, and in which of them the guest does not run. */
import type { Seconds } from '#core/time/units.ts'
import { gapOf, type LifeEvent } from '#worlds/simulated/hypervisor/life-event.ts'
import type { Scenario, ScenarioEvent } from './schema.ts'

export type EventOf<K extends ScenarioEvent['kind']> = Extract<ScenarioEvent, { kind: K }>

const STOPPING = ['pause', 'suspend', 'sleep', 'migrate', 'revert'] as const
/** The guest does not run for a while. */
export type Stopping = EventOf<(typeof STOPPING)[number]>

export const isStopping = (event: ScenarioEvent): event is Stopping =>
  (STOPPING as readonly string[]).includes(event.kind)

/** Each event as often as it comes. */
export const allEvents = ({ event, duration }: Scenario): ScenarioEvent[] =>
  event.flatMap(each => repeated(each, duration))

export const eventsOf = <K extends ScenarioEvent['kind']>(
  kind: K,
  events: readonly ScenarioEvent[],
): EventOf<K>[] =>
  events.filter((event): event is EventOf<K> => event.kind === kind).sort((a, b) => a.at - b.at)

export function repeated(event: ScenarioEvent, duration: Seconds): ScenarioEvent[] {
  const every = 'every' in event ? (event.every ?? 0) : 0
  return Array.from({ length: timesOf(event, duration) }, (_, i) => later(i * every)(event))
}

export function timesOf(event: ScenarioEvent, duration: Seconds): number {
  if (!('every' in event) || event.every === undefined) return 1
  const { at, every, times = Number.POSITIVE_INFINITY } = event
  return Math.max(1, Math.min(times, Math.ceil((duration - at) / every)))
}

export function later(by: Seconds): (event: ScenarioEvent) => ScenarioEvent {
  return event => ({
    ...event,
    at: event.at + by,
    ...('until' in event && event.until !== undefined ? { until: event.until + by } : {}),
    ...(event.kind === 'revert' ? { snapshot: event.snapshot + by } : {}),
  })
}

/** When the guest does not run. */
export const stopOf = (event: Stopping): { readonly from: Seconds; readonly to: Seconds } =>
  gapOf(lifeEvent(event))

/** What the hypervisor does. */
export function lifeEvent(event: Stopping): LifeEvent {
  const { at } = event
  switch (event.kind) {
    case 'migrate':
      return { verb: 'migrate', at, downtime: event.downtime }
    case 'revert':
      return { verb: 'revert', snapshot: event.snapshot, at }
    default:
      return { verb: event.kind, at, length: event.length }
  }
}

/**
 * Of what may overlap: the state from each moment on at which one begins or ends, by all that hold then, in the order in which they
 * began. What comes for good takes the place of what came for good before.
 */
export function statesFrom<E extends { readonly at: Seconds; readonly until?: Seconds | undefined }, C>(
  events: readonly E[],
  stateOf: (holding: readonly E[]) => C,
): ({ readonly at: Seconds } & C)[] {
  const begun = [...events].sort((a, b) => a.at - b.at)
  const moments = new Set(begun.flatMap(({ at, until }) => (until === undefined ? [at] : [at, until])))
  let holding: readonly E[] = []
  let next = 0
  return [...moments]
    .sort((a, b) => a - b)
    .map(at => {
      const first = next
      while (next < begun.length && begun[next]!.at <= at) next++
      for (const each of begun.slice(first, next))
        holding = [...(each.until === undefined ? holding.filter(hasEnd) : holding), each]
      holding = holding.filter(({ until }) => until === undefined || until > at)
      return { at, ...stateOf(holding) }
    })
}

const hasEnd = ({ until }: { readonly until?: Seconds | undefined }): boolean => until !== undefined
