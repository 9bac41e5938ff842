/**
 * From what was seen of a guest to a story: what its oscillator, the paths and the hypervisor must have done, as far as samples show
 * it. Then anybody can be played in it: what would have happened with other settings.
 *
 * What stays rough: a constant asymmetry of a path looks like nothing or like an offset, delays are taken to be exponential, and the
 * wander is estimated from hour to hour.
 */

import { median } from '#core/number/quantile.ts'
import { sum } from '#core/number/sum.ts'
import { PPM, type Rate, type Seconds } from '#core/time/units.ts'
import type { EventOf } from '../scenario/events.ts'
import { type Scenario, type ScenarioEvent, usualEvent, usualStory } from '../scenario/schema.ts'
import type { Announcing } from './announcing.ts'

/** What is known of a guest's life. Moments are true time, in seconds from its beginning. */
export interface Observed {
  readonly about: string
  readonly length: Seconds
  /** The clock minus true time at the beginning. */
  readonly ahead: Seconds
  readonly frequencyError: Rate
  /** What the oscillator's frequency does from hour to hour: means, each with the middle of its time. */
  readonly rates: readonly { readonly at: Seconds; readonly rate: Rate }[]
  readonly exchanges: readonly Exchanged[]
  /** The part of requests that was answered. */
  readonly answered: number
  readonly pauses: readonly {
    readonly at: Seconds
    readonly length: Seconds
    /** How soon somebody on board noticed. */
    readonly noticed?: Seconds | undefined
  }[]
  /** By others than the daemon. */
  readonly steps: readonly { readonly at: Seconds; readonly by: Seconds }[]
  /** No packet came through. */
  readonly outages?: readonly { readonly at: Seconds; readonly until: Seconds }[]
  /** A server's clock ran away from then on. */
  readonly drifts?: readonly { readonly address: string; readonly at: Seconds; readonly rate: Rate }[]
  /** A server was wrong for a part of it. */
  readonly lies?: readonly (Part & { readonly offset: Seconds })[]
  /** The way to a server was another one. */
  readonly routes?: readonly (Part & { readonly up: Seconds; readonly down: Seconds })[]
  readonly announcing?: readonly Announcing[]
  readonly doubts?: readonly string[]
  readonly seen: Reconstructed['seen']
}

interface Part {
  readonly address: string
  readonly at: Seconds
  readonly until: Seconds | undefined
}

export interface Exchanged {
  readonly address: string
  /** Undefined where it was not asked for: nothing shows how long it was on its way. */
  readonly delay: Seconds | undefined
  readonly stratum: number
  /** True time as this one tells it, beside what they all tell: a constant for all of them. */
  readonly off: Seconds
}

export interface Reconstructed {
  readonly scenario: Scenario
  /** What the recording does not show, or shows and the story does not have. */
  readonly doubts: readonly string[]
  /** What the recording itself shows, for comparison. */
  readonly seen: {
    readonly samples: number
    /** The largest offset of the clock at a sample, and RMS over all. */
    readonly worst: Seconds
    readonly rms: Seconds
  }
}

const HOUR: Seconds = 3600
/** A server that is off by more than this beside the others is taken to be wrong, not far away. */
const WRONG: Seconds = 0.01
const USUAL_WANDER = 0.001
/**
 * Half of all normal values are nearer to the middle than so many deviations. What is further away than the second is no wander: in that
 * hour something happened, and the daemon learned a wrong frequency from it.
 */
const MIDDLE = 0.6745
const FAR = 4

export function storyOfObserved(observed: Observed): Reconstructed {
  const usual = usualStory()
  const { outages = [], drifts = [], lies = [], routes = [] } = observed
  const played = addressesOf(observed)
  const scenario: Scenario = {
    title: 'What was recorded',
    about: observed.about,
    duration: Math.max(60, Math.ceil(observed.length)),
    phase: 0,
    guest: {
      ...usual.guest,
      offset: observed.ahead,
      frequencyerror: observed.frequencyError / PPM,
      wander: wanderOf(observed.rates) ?? USUAL_WANDER,
    },
    server: serversFrom(observed, played),
    event: [
      ...observed.pauses.map(pauseEvent),
      ...observed.steps.map(stepEvent),
      ...outages.map(outageEvent),
      ...drifts.map(({ address, at, rate }) => driftEvent(at, played(address), rate)),
      ...lies.map(({ address, ...lie }) => lieEvent({ ...lie, server: played(address) })),
      ...routes.map(({ address, ...route }) => networkEvent({ ...route, server: played(address) })),
    ].sort((a, b) => a.at - b.at),
    player: [],
    judged: usual.judged,
  }
  return {
    scenario,
    doubts: [...sayRenamed(observed, played), ...(observed.doubts ?? [])],
    seen: observed.seen,
  }
}

function sayRenamed({ exchanges }: Observed, played: (address: string) => string): string[] {
  const others = [...new Set(exchanges.map(({ address }) => address))].filter(each => played(each) !== each)
  return others.length === 0
    ? []
    : [`in the story ${others.map(each => `${each} is ${played(each)}`).join(', ')}`]
}

const pauseEvent = ({ at, length, noticed }: Observed['pauses'][number]): ScenarioEvent => ({
  kind: 'pause',
  at: Math.max(0, at),
  length,
  noticed,
  uncertainty: 0.01,
  frequencychange: 0,
  every: undefined,
  times: undefined,
})

const stepEvent = ({ at, by }: Observed['steps'][number]): ScenarioEvent => ({
  kind: 'step',
  at: Math.max(0, at),
  by,
  every: undefined,
  times: undefined,
})

const driftEvent = (at: Seconds, server: string, rate: Rate): ScenarioEvent => ({
  ...(usualEvent('server') as EventOf<'server'>),
  kind: 'server',
  at,
  server,
  drift: rate / PPM,
})

const lieEvent = (lie: Pick<EventOf<'lie'>, 'at' | 'until' | 'server' | 'offset'>): ScenarioEvent => ({
  kind: 'lie',
  ...lie,
  every: undefined,
  times: undefined,
})

const networkEvent = (
  change: Partial<EventOf<'network'>> & { readonly at: Seconds },
): EventOf<'network'> => ({
  ...(usualEvent('network') as EventOf<'network'>),
  kind: 'network',
  ...change,
})

const outageEvent = ({ at, until }: NonNullable<Observed['outages']>[number]): EventOf<'network'> =>
  networkEvent({ at: Math.max(0, at), until, loss: 1 })

/** From the changes of the mean rate from one hour to the next, in ppm; undefined when there are too few hours. */
function wanderOf(rates: Observed['rates']): number | undefined {
  const changes = rates
    .slice(1)
    .flatMap(({ at, rate }, i) => (at - rates[i]!.at < 2 * HOUR ? [rate - rates[i]!.rate] : []))
  if (changes.length < 3) return undefined
  const usual = median(changes.map(Math.abs)) / MIDDLE
  const own = changes.filter(change => Math.abs(change) <= FAR * usual)
  const deviation = Math.sqrt(sum(own.map(change => change ** 2)) / own.length)
  // The mean rates of two hours that follow each other differ by a random walk of two thirds of an hour.
  return Math.min(1, Math.max(1e-5, deviation / Math.sqrt((2 / 3) * HOUR) / PPM))
}

/** What lies in each hour, in order. */
export function byHour<P extends { readonly at: Seconds }>(points: readonly P[]): P[][] {
  const hours = new Map<number, P[]>()
  for (const point of points) {
    const hour = Math.floor(point.at / HOUR)
    const inside = hours.get(hour)
    if (inside) inside.push(point)
    else hours.set(hour, [point])
  }
  return [...hours.values()]
}

/** Addresses of the lab are IPv4; a recording may have others. */
function addressesOf({ exchanges }: Observed): (address: string) => string {
  const all = [...new Set(exchanges.map(({ address }) => address))]
  const others = all.filter(address => !IPV4.test(address))
  const free = Array.from({ length: 254 }, (_, i) => `192.0.2.${i + 1}`).filter(each => !all.includes(each))
  return address => (IPV4.test(address) ? address : free[others.indexOf(address) % free.length]!)
}

const IPV4 = /^\d+(\.\d+){3}$/

function serversFrom(
  { exchanges, answered, announcing = [] }: Observed,
  played: (address: string) => string,
): Scenario['server'] {
  const [usual] = usualStory().server
  const all = [...new Set(exchanges.map(({ address }) => address))]
  const strays = new Set(announcing.flatMap(each => each.strays))
  const servers = all.filter(address => !strays.has(address))
  const middle = median(exchanges.map(({ off }) => off))
  return servers.map(address => {
    const own = exchanges.filter(each => each.address === address)
    const off = median(own.map(each => each.off)) - middle
    const announced = announcing.find(each => each.address === address)
    return {
      ...usual!,
      address: played(address),
      ...pathFrom(own.flatMap(({ delay }) => delay ?? [])),
      loss: 1 - Math.sqrt(answered),
      offset: Math.abs(off) > WRONG && servers.length > 2 ? off : 0,
      stratum: Math.min(15, Math.max(1, own.at(-1)!.stratum)),
      ...(announced && { multicast: announced.every }),
      ...(announced &&
        announced.strays.length > 0 && {
          alsofrom: announced.strays.map(played),
          alsofrompart: announced.part,
        }),
    }
  })
}

function pathFrom(delays: readonly Seconds[]): Pick<Scenario['server'][number], 'delay' | 'jitter'> {
  if (delays.length === 0) return {}
  const least = Math.max(
    0,
    delays.reduce((a, b) => Math.min(a, b)),
  )
  return { delay: least / 2, jitter: Math.max(0, sum(delays) / delays.length - least) / 2 }
}
