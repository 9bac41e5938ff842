/**
 * One run of our agent that only watches, judged each second, and at each event in the minute after a disruption: does true
 * time lie within its bound?
 *
 * After a disruption that nothing on board shows, nobody can know of it before somebody outside is asked again. So the
 * moments from the end of a disruption to the first sign of one, or to the first answer to a question that was asked afterwards
 * (and the few seconds of the burst that this one starts), are counted apart: `blind`. All others must hold.
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

export interface HonestStory {
  readonly world: Omit<SimulationConfig, 'seed' | 'start'>
  readonly duration: Seconds
  readonly sources?: Partial<SourceConfig>
  /** Moments from which on nobody on board can know, beside those at which the guest runs again. */
  readonly unseen?: readonly Seconds[]
}

export interface Verdict {
  readonly judged: number
  readonly blind: number
  readonly violations: number
  readonly first: { readonly at: Seconds; readonly error: Seconds; readonly bound: Seconds } | undefined
  /** The largest error as a part of the bound; how near it came. */
  readonly closest: number
}

/** The burst that settles what the first answer has shown. */
const BURST: Seconds = 6
/** So long after a disruption each event is looked at. */
const WATCHED: Seconds = 60

/** A step by somebody else and a hint are reasons to ask, and prove nothing. */
const PROVES: ReadonlySet<string> = new Set(['paused', 'counter-changed', 'restored'])

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
  let blindUntil = Number.NEGATIVE_INFINITY
  let asked = false
  let next = 0
  let judged = 0
  let blind = 0
  let violations = 0
  let first: Verdict['first']
  let closest = 0

  function look(): void {
    for (; next < ends.length && sim.now >= ends[next]!; next++) {
      disrupted = ends[next]!
      blindUntil = Number.POSITIVE_INFINITY
      asked = false
    }
  }

  function check(): void {
    const now = sim.world.clock.read()
    const { offset, errorBound: bound } = agent.status(now)
    if (offset === undefined || bound === undefined) return
    if (sim.now < blindUntil) {
      blind++
      return
    }
    judged++
    const error = Math.abs(offset - since(sim.truth, now.wall))
    closest = Math.max(closest, error / bound)
    if (error <= bound) return
    violations++
    first ??= { at: sim.now, error, bound }
  }

  drive(watchOnly(sim.world), agent, (event, actions) => {
    look()
    if (blindUntil === Number.POSITIVE_INFINITY) {
      if (event.kind === 'disrupted' && PROVES.has(event.sign.kind)) blindUntil = sim.now
      else if (event.kind === 'datagram' && asked) blindUntil = sim.now + BURST
      if (actions.some(({ kind }) => kind === 'send')) asked = true
    }
    if (sim.now >= disrupted && sim.now < disrupted + WATCHED) check()
  })
  for (let second = 1; second <= duration; second++) {
    sim.run(second)
    look()
    if (!sim.paused) check()
  }
  return { judged, blind, violations, first, closest }
}
