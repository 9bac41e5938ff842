/**
 * The clock filter (RFC 5905, section 10): of the last eight exchanges the one with the smallest delay tells the most,
 * because queues only ever add. The scatter of the others around it is the jitter.
 *
 * Different from the RFC: samples lie on the counter's scale and are carried forward with the counter's estimated
 * rate, so that neither our steering nor a large but constant frequency error looks like scatter.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Sample } from './sample.ts'

/** NSTAGE of RFC 5905. */
export const STAGES = 8

export interface Filtered {
  /** The sample with the smallest delay, as it was measured. */
  readonly best: Sample
  /** Root mean square of the differences to the best sample. */
  readonly jitter: Seconds
  readonly samples: number
}

interface Asked {
  readonly now: Seconds
  readonly rate: Rate
  readonly drift: Rate
  readonly precision: Seconds
}

export class ClockFilter {
  readonly #samples: Sample[] = []
  /** What was read last, and for what: between two samples the same is asked again and again. */
  #last: (Asked & { readonly filtered: Filtered }) | undefined

  /** Newest first, at most eight. */
  get samples(): readonly Sample[] {
    return this.#samples
  }

  add(sample: Sample): void {
    this.#last = undefined
    this.#samples.unshift(sample)
    if (this.#samples.length > STAGES) this.#samples.pop()
  }

  clear(): void {
    this.#last = undefined
    this.#samples.length = 0
  }

  /** Only what was measured since then. */
  keepSince(at: Seconds): void {
    this.#last = undefined
    while (this.#samples.length > 0 && this.#samples.at(-1)!.at < at) this.#samples.pop()
  }

  /** The state of the filter at counter time `now`, with the counter's rate and how far that can be wrong. */
  read(
    now: Seconds,
    { rate, drift }: { readonly rate: Rate; readonly drift: Rate },
    precision: Seconds,
  ): Filtered | undefined {
    if (this.#samples.length === 0) return undefined
    const last = this.#last
    if (last?.now === now && last.rate === rate && last.drift === drift && last.precision === precision)
      return last.filtered
    const best = this.#best(now, drift)
    let squares = 0
    for (const sample of this.#samples) squares += (carried(sample, best.at, rate) - best.offset) ** 2
    const samples = this.#samples.length
    const jitter = Math.max(Math.sqrt(squares / Math.max(1, samples - 1)), precision)
    const filtered = { best, jitter, samples }
    this.#last = { now, rate, drift, precision, filtered }
    return filtered
  }

  /** The one with the smallest effective delay; of equal ones the newest. */
  #best(now: Seconds, drift: Rate): Sample {
    let best = this.#samples[0]!
    let least = Number.POSITIVE_INFINITY
    for (const sample of this.#samples) {
      const delay = effectiveDelay(sample, now, drift)
      if (delay >= least) continue
      least = delay
      best = sample
    }
    return best
  }
}

/** The offset that a sample predicts for another moment. */
export const carried = (
  sample: { readonly at: Seconds; readonly offset: Seconds },
  to: Seconds,
  rate: Rate,
): Seconds => sample.offset + rate * (to - sample.at)

/** An old sample pays for its age: what it can be wrong by, not only by what its packet was delayed. */
const effectiveDelay = (sample: Sample, now: Seconds, drift: Rate): Seconds =>
  sample.delay / 2 + sample.dispersion + drift * (now - sample.at)
