/**
 * Brings the clock onto the line of what is known, as far as the policy allows, and keeps it there. It holds the
 * licences: who may step the clock, and when.
 */
import type { Steering } from '#core/discipline/steering.ts'
import { decide, HOLD_REASONS, type HoldReason, type Licence, type Policy } from '#core/guest/policy.ts'
import { type Monotonic, type Reading, since } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Steered } from './action.ts'
import type { Answer } from './answer.ts'
import type { Knowledge } from './knowledge.ts'

/** Somebody else who sets the clock so often within this time is not an accident. */
const INTERFERENCES = 3
const CONTEST_MEMORY: Seconds = 3600
/**
 * A clock that is known to be so far off that it would be slewed for longer has run away faster than it could be steered: that is a
 * disruption, whatever came before it.
 */
const LONGEST_SLEW: Seconds = 3600

export class Helmsman {
  #licence: Licence | undefined = { cause: 'start', explained: 0, samples: 0 }
  #holding: HoldReason | undefined
  #settlesAt: Monotonic | undefined
  /** Of the line on which the clock was last ordered to be. */
  #rate: Rate = 0
  /** When somebody else stepped the clock lately. */
  #foreign: Monotonic[] = []
  #refusal: string | undefined

  /** Why the clock is not being corrected; undefined when it is. */
  get holding(): HoldReason | undefined {
    return this.#holding
  }

  /** When the order must be given again, because a slew is over then. */
  get wakeAt(): Monotonic | undefined {
    return this.#settlesAt
  }

  /** A disruption is proven: one step is allowed, when fresh samples have said how large. */
  grant(cause: Licence['cause'], explained: Seconds = 0, samples = 0): void {
    this.#licence = { cause, explained, samples }
    if (cause === 'permission') {
      this.#holding = undefined
      this.#foreign = []
    }
  }

  /** Somebody else set the clock. That may put right what a pause did, or wrong what was right: samples will tell. */
  interfered(now: Reading, size: Seconds, suspects: readonly string[], answer: Answer): void {
    this.#foreign = this.#foreign.filter(at => since(now.monotonic, at) < CONTEST_MEMORY)
    this.#foreign.push(now.monotonic)
    if (this.#foreign.length < INTERFERENCES) return this.grant('disruption', Math.abs(size))
    this.#licence = undefined
    if (this.#holding !== 'contested' && suspects.length > 0)
      answer.notice(now, 'contested-by', `it may be ${suspects.join(' or ')} who keeps setting the clock`)
    this.#hold('contested', now, answer)
  }

  /** There is nothing to steer by any more, and what was learned lately is not believed: the clock is left at this rate. */
  leave(why: HoldReason, rate: Rate, now: Reading, answer: Answer): void {
    this.#licence = undefined
    this.#hold(why, now, answer)
    this.run(rate, now, answer)
  }

  /** So many fresh samples have been taken in. */
  confirm(samples: number): void {
    if (this.#licence) this.#licence.samples += samples
  }

  /** The time is not known, only how fast it passes: the clock goes on from where it is, at that rate. */
  run(rate: Rate, now: Reading, answer: Answer): void {
    this.#settlesAt = undefined
    this.#rate = rate
    const order: Steering = { at: now.monotonic, wall: now.wall, rate, how: { kind: 'beside' } }
    answer.do({ kind: 'steer', order })
  }

  /** Whatever the policy allows, to bring the clock onto its line. */
  follow(knowledge: Knowledge, policy: Policy, now: Reading, answer: Answer): void {
    const offset = knowledge.offset(now)
    if (!offset) return
    if (!this.#mayResume(now)) return this.endSlew(knowledge, now, answer)
    this.#catchRunaway(offset, policy, now, answer)
    const decision = decide(offset.offset, this.#licence, policy)
    if (decision.kind === 'wait') return this.endSlew(knowledge, now, answer)
    if (decision.kind === 'hold') {
      this.#hold(decision.why, now, answer)
      return this.endSlew(knowledge, now, answer)
    }
    this.#settlesAt = undefined
    this.#holding = undefined
    const { cause, samples } = this.#licence ?? {}
    if (decision.kind === 'step' || cause === 'leap' || samples !== 0) this.#licence = undefined
    const order = knowledge.line(now, decision)!
    this.#rate = order.rate
    answer.do({ kind: 'steer', order })
  }

  #catchRunaway(
    { offset, bound }: NonNullable<ReturnType<Knowledge['offset']>>,
    { maxSlew }: Policy,
    now: Reading,
    answer: Answer,
  ): void {
    const far = Math.abs(offset)
    if (this.#licence || far <= maxSlew * LONGEST_SLEW || bound > far / 2) return
    this.grant('disruption', 0, Number.POSITIVE_INFINITY)
    const hours = far / maxSlew / 3600
    answer.notice(
      now,
      'ran-away',
      `the clock ran away from its sources, by ${far.toExponential(1)} s: slewing it would take ${hours.toExponential(1)} h`,
    )
  }

  /** What was really done. */
  steered(steered: Steered, answer: Answer): void {
    if (steered.kind === 'not-steered') {
      if (this.#refusal !== steered.why) answer.notice(steered.now, 'not-steered', steered.why)
      this.#refusal = steered.why
      return
    }
    this.#settlesAt = steered.settles
    if (steered.stepped === 0) return
    answer.record({ kind: 'step', at: steered.now, size: steered.stepped, uncertainty: 0, by: 'us' })
  }

  /** A slew that nobody ends would run on for ever. */
  endSlew(knowledge: Knowledge, now: Reading, answer: Answer): void {
    if (this.#settlesAt !== undefined) this.run(knowledge.rate?.rate ?? this.#rate, now, answer)
  }

  /** A contest is over when nobody else has touched the clock for a while. */
  #mayResume(now: Reading): boolean {
    if (this.#holding !== 'contested') return true
    return this.#foreign.every(at => since(now.monotonic, at) >= CONTEST_MEMORY)
  }

  #hold(why: HoldReason, now: Reading, answer: Answer): void {
    if (this.#holding === why) return
    this.#holding = why
    answer.notice(now, `held-${why}`, `the clock is left as it is: ${HOLD_REASONS[why]}`)
  }
}
