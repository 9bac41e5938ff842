/**
 * From the first sign of a disruption to the samples that settle it: what the witnesses say together, what is recorded of
 * it, and how long the recovery took. Where true time was expected before all this is kept, so that in the end the
 * samples say how much was really lost.
 */
import { reachFrom } from '#core/discipline/select.ts'
import type { DisruptedSign } from '#core/guest/disruption.ts'
import { Episode } from '#core/guest/episode.ts'
import { type Disruption, type Finding, type Loss, Witnesses } from '#core/guest/witnesses.ts'
import { type Monotonic, type Reading, since } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { DisruptionRecord } from '#core/trace/record.ts'
import type { Answer } from './answer.ts'
import type { Knowledge } from './knowledge.ts'

/** What was known of the counter at a moment. */
export interface Mark {
  readonly at: Seconds
  readonly offset: Seconds
  readonly bound: Seconds
  readonly rate: Rate
}

/** A length that is known better by no more than this is not worth another record. */
const WORTH_TELLING: Seconds = 0.1

export class Disruptions {
  readonly #witnesses = new Witnesses()
  readonly #episode = new Episode()
  /** What was known before the episode; undefined when nothing was, or there is none. */
  #before: Mark | undefined
  /** When the samples last had a say. */
  #agreedAt: Monotonic | undefined

  notice(sign: DisruptedSign, now: Reading, knowledge: Knowledge, answer: Answer): Finding {
    const finding = this.#witnesses.take(sign, now.monotonic)
    const { disruption, correction, before } = finding
    if (isNews(disruption, before)) answer.record(recordOf(disruption, before, now))
    if (correction) {
      if (!this.#episode.open) this.#before = markOf(knowledge, now)
      this.#episode.notice(now.monotonic, disruption.witnesses)
    }
    return finding
  }

  /** Where true time is expected: to be asked before a fresh sample is taken in. */
  expected(now: Reading, knowledge: Knowledge): Mark | undefined {
    return this.#episode.open ? this.#before : markOf(knowledge, now)
  }

  /** A fresh sample was taken in, and is believed. */
  verify(now: Reading, expected: Mark | undefined, knowledge: Knowledge, answer: Answer): void {
    const moved = expected && movedSince(expected, now, knowledge)
    const recovery = this.#episode.verify(now.monotonic)
    if (!recovery && moved && Math.abs(moved.lost) > moved.uncertainty) {
      const from = this.#agreedAt ?? now.monotonic
      this.#witnesses.told('sources', { from, to: now.monotonic }, moved)
    }
    this.#agreedAt = now.monotonic
    if (!recovery) return
    this.#before = undefined
    this.#witnesses.settle(moved)
    answer.record({
      kind: 'recovered',
      at: now,
      after: recovery.after,
      witness: recovery.witnesses.join(', '),
      lost: moved?.lost,
      uncertainty: moved?.uncertainty,
    })
  }
}

function markOf(knowledge: Knowledge, now: Reading): Mark | undefined {
  const at = knowledge.at(now)
  const { estimate } = knowledge
  const offset = estimate.offset(at)
  const interval = estimate.own(at)
  if (offset === undefined || !interval) return undefined
  return { at, offset, bound: reachFrom(offset, interval), rate: estimate.rate ?? 0 }
}

/** How much more true time passed than was expected. */
function movedSince(before: Mark, now: Reading, knowledge: Knowledge): Loss | undefined {
  const found = markOf(knowledge, now)
  if (!found) return undefined
  const expected = before.offset + before.rate * (found.at - before.at)
  return { lost: found.offset - expected, uncertainty: found.bound + before.bound }
}

const isNews = (now: Disruption, before: Disruption | undefined): boolean =>
  before === undefined ||
  now.what !== before.what ||
  Math.abs((now.loss?.lost ?? 0) - (before.loss?.lost ?? 0)) > WORTH_TELLING ||
  (now.loss !== undefined && before.loss === undefined)

const recordOf = (
  { what, witnesses, loss, during }: Disruption,
  before: Disruption | undefined,
  at: Reading,
): DisruptionRecord => ({
  kind: 'disruption',
  at,
  what: what === 'stopped' ? 'paused' : what,
  witness: witnesses.join(', '),
  lost: loss?.lost,
  uncertainty: loss?.uncertainty,
  within: since(at.monotonic, during.from),
  amends: before && (before.loss?.lost ?? 0),
})
