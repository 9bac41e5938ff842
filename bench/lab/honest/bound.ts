/**
 * One run of our agent that only watches, judged each second, and at each event in the minute after a disruption: does true
 * time lie within its bound?
 *
 * After a disruption nobody can know of it before there is something that shows it. So it is *blind* from the end of a
 * disruption to the first of these:
 *
 * - a sign: a witness on board says that it stood still, or that the clock it looks at is another one now;
 * - a reply, to a request that left afterwards, whose offset ± root distance excludes the interval that was published when it came.
 *
 * Moments outside the bound while it is blind are counted apart, as `unknowable`. At all others the bound must hold.
 */
import type { AgentAction } from '#core/agent/action.ts'
import { Agent } from '#core/agent/agent.ts'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS, type SourceConfig } from '#core/agent/config.ts'
import type { AgentEvent } from '#core/agent/event.ts'
import type { Status } from '#core/agent/status.ts'
import type { Timekeeper } from '#core/agent/timekeeper.ts'
import type { DisruptionSign } from '#core/guest/disruption.ts'
import { HOST_CLOCK } from '#core/guest/host-clock.ts'
import type { Flow } from '#core/ntp/endpoint.ts'
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

/** A step by somebody else, and what merely gives a reason to ask, show nothing. */
const shows = (sign: DisruptionSign): boolean =>
  sign.kind === 'hint' ? sign.during !== undefined : sign.kind !== 'stepped' && sign.kind !== 'meddled'

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
  let blind = false
  let next = 0
  let judged = 0
  let unknowable = 0
  let longest = 0
  let violations = 0
  let first: Verdict['first']
  let closest = 0
  /** Requests that left since the disruption. */
  const asked = new Set<Flow>()

  function look(): void {
    for (; next < ends.length && sim.now >= ends[next]!; next++) {
      disrupted = ends[next]!
      blind = true
      asked.clear()
    }
  }

  function check(): void {
    const now = sim.world.clock.read()
    const { offset, errorBound: bound } = agent.status(now)
    if (offset === undefined || bound === undefined) return
    judged++
    const error = Math.abs(offset - since(sim.truth, now.wall))
    if (!blind) closest = Math.max(closest, error / bound)
    if (error <= bound) return
    if (blind) {
      unknowable++
      longest = Math.max(longest, sim.now - disrupted)
      return
    }
    violations++
    first ??= { at: sim.now, error, bound }
  }

  /** Does what happens show that something has happened? */
  function isShown(
    event: AgentEvent,
    published: Status | undefined,
    actions: readonly AgentAction[],
  ): boolean {
    if (event.kind === 'disrupted') return shows(event.sign)
    if (event.kind !== 'datagram' || !asked.has(event.flow) || published?.offset === undefined) return false
    const { offset, errorBound } = published
    return actions.some(
      action =>
        action.kind === 'record' &&
        action.record.kind === 'sample' &&
        Math.abs(action.record.offset - offset) > action.record.rootDistance + errorBound!,
    )
  }

  const watched: Timekeeper = {
    handle(event) {
      look()
      const published = event.kind === 'datagram' ? agent.status(event.received.at) : undefined
      const actions = agent.handle(event)
      if (blind && isShown(event, published, actions)) blind = false
      for (const action of actions) if (action.kind === 'send') asked.add(action.flow)
      return actions
    },
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
