/**
 * One run of our agent that only watches, judged each second, and at each event in the minute after a disruption: does true
 * time lie within its bound? Moments outside it while nothing can have shown the disruption are counted apart (blindness.ts).
 */
import { Agent } from '#core/agent/agent.ts'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS, type SourceConfig } from '#core/agent/config.ts'
import { HOST_CLOCK } from '#core/guest/host-clock.ts'
import { since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { drive } from '#worlds/drive.ts'
import { watchOnly } from '#worlds/overlay.ts'
import { gapOf } from '#worlds/simulated/hypervisor/life-event.ts'
import { Simulation, type SimulationConfig } from '#worlds/simulated/world.ts'
import { START } from '../standard.ts'
import { Blindness } from './blindness.ts'

export interface HonestStory {
  readonly world: Omit<SimulationConfig, 'seed' | 'start'>
  readonly duration: Seconds
  readonly sources?: Partial<SourceConfig>
  /** Moments from which on nobody on board can know, beside those at which the guest runs again. */
  readonly unseen?: readonly Seconds[]
}

export interface Verdict {
  /** All moments at which it published a bound. */
  readonly judged: number
  /** True time was outside the bound, and nothing had shown that yet. */
  readonly unknowable: number
  /** How long after a disruption that was so, at most. */
  readonly longest: Seconds
  /** True time was outside the bound, and that could have been known. */
  readonly violations: number
  readonly first: { readonly at: Seconds; readonly error: Seconds; readonly bound: Seconds } | undefined
  /** The largest error as a part of the bound; how near it came. */
  readonly closest: number
}

/** So long after a disruption each event is looked at. */
const WATCHED: Seconds = 60

export function judge(story: HonestStory, seed: number): Verdict {
  const { world, duration, sources = {}, unseen = [] } = story
  const sim = new Simulation({ start: START, ...world, seed })
  const addresses = world.servers.map(({ address }) => address)
  const host = world.hypervisor?.devices?.ptp ? [HOST_CLOCK] : []
  const configured = [...addresses, ...host].map(address => ({
    ...SOURCE_DEFAULTS,
    name: address,
    address,
    ...(address === HOST_CLOCK ? { minpoll: 4, maxpoll: 4 } : sources),
  }))
  const agent = new Agent({ ...AGENT_DEFAULTS, sources: configured }, sim.world.random)
  const ends = [
    ...(world.hypervisor?.events ?? []).map(event => gapOf(event).to),
    ...(world.pauses ?? []).map(({ at, length }) => at + length),
    ...unseen,
  ].sort((a, b) => a - b)

  let disrupted = Number.POSITIVE_INFINITY
  let next = 0
  let judged = 0
  let unknowable = 0
  let longest = 0
  let violations = 0
  let first: Verdict['first']
  let closest = 0
  const watched = new Blindness(agent, look)

  function look(): void {
    for (; next < ends.length && sim.now >= ends[next]!; next++) {
      disrupted = ends[next]!
      watched.disrupted()
    }
  }

  function check(): void {
    const now = sim.world.clock.read()
    const { offset, errorBound: bound } = agent.status(now)
    if (offset === undefined || bound === undefined) return
    judged++
    const error = Math.abs(offset - since(sim.truth, now.wall))
    if (!watched.blind) closest = Math.max(closest, error / bound)
    if (error <= bound) return
    if (watched.blind) {
      unknowable++
      longest = Math.max(longest, sim.now - disrupted)
      return
    }
    violations++
    first ??= { at: sim.now, error, bound }
  }

  drive(watchOnly(sim.world), watched, () => {
    if (sim.now >= disrupted && sim.now < disrupted + WATCHED) check()
  })
  for (let second = 1; second <= duration; second++) {
    sim.run(second)
    look()
    if (!sim.paused) check()
  }
  return { judged, unknowable, longest, violations, first, closest }
}
