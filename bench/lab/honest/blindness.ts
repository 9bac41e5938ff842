/**
 * After a disruption nobody can know of it before there is something that shows it. So an agent is *blind* from the end of a
 * disruption to the first of these:
 *
 * - a sign: a witness on board says that it stood still, or that the clock it looks at is another one now;
 * - a reply, to a request that left afterwards, whose offset ± root distance excludes the interval that was published when it
 *   came;
 * - sixteen replies of one source to such requests, none of which does that: nothing from before has a part in it any more.
 *
 * What was published while it was blind and did not hold was *unknowable*. Everything else must hold.
 */
import type { AgentAction } from '#core/agent/action.ts'
import type { AgentEvent } from '#core/agent/event.ts'
import type { Status } from '#core/agent/status.ts'
import type { Timekeeper } from '#core/agent/timekeeper.ts'
import type { DisruptionSign } from '#core/guest/disruption.ts'
import type { Flow } from '#core/ntp/endpoint.ts'
import type { Reading } from '#core/time/instant.ts'

/** Twice as many as an interval is made of. */
const ENOUGH = 16

export type Watched = Timekeeper & { status(now: Reading): Status }

export class Blindness implements Timekeeper {
  readonly #agent: Watched
  readonly #look: () => void
  /** Requests that left since the disruption. */
  readonly #asked = new Set<Flow>()
  /** Replies to these, by source. */
  readonly #heard = new Map<string, number>()
  blind = false

  /** `look` is called before each event: something may have been done to the guest. */
  constructor(agent: Watched, look: () => void = () => {}) {
    this.#agent = agent
    this.#look = look
  }

  /** The guest runs again, or counts otherwise, from now on. */
  disrupted(): void {
    this.blind = true
    this.#asked.clear()
    this.#heard.clear()
  }

  handle(event: AgentEvent): readonly AgentAction[] {
    this.#look()
    const published = event.kind === 'datagram' ? this.#agent.status(event.received.at) : undefined
    const actions = this.#agent.handle(event)
    if (this.blind && this.#shows(event, published, actions)) this.blind = false
    for (const action of actions) if (action.kind === 'send') this.#asked.add(action.flow)
    return actions
  }

  #shows(event: AgentEvent, published: Status | undefined, actions: readonly AgentAction[]): boolean {
    if (event.kind === 'disrupted') return proves(event.sign)
    if (event.kind !== 'datagram' || !this.#asked.has(event.flow)) return false
    const sample = actions.map(sampleIn).find(record => record !== undefined)
    if (!sample) return false
    const heard = (this.#heard.get(sample.source) ?? 0) + 1
    this.#heard.set(sample.source, heard)
    if (heard >= ENOUGH) return true
    const { offset, errorBound } = published!
    if (offset === undefined || errorBound === undefined) return false
    return Math.abs(sample.offset - offset) > sample.rootDistance + errorBound
  }
}

const sampleIn = (action: AgentAction) =>
  action.kind === 'record' && action.record.kind === 'sample' ? action.record : undefined

/** A step by somebody else, and what merely gives a reason to ask, show nothing. */
const proves = (sign: DisruptionSign): boolean =>
  sign.kind === 'hint' ? sign.during !== undefined : sign.kind !== 'stepped' && sign.kind !== 'meddled'
