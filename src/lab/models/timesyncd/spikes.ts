/**
 * Which samples systemd-timesyncd does not believe (timesyncd-manager.c, manager_sample_spike_detection): the last eight are
 * kept; jitter is how far their offsets lie around that of the one with the least delay.
 */
import type { Seconds } from '#core/time/units.ts'

const KEPT = 8
/** So many are believed before it begins to look. */
const FEW = 4
const TOO_FAR = 3

interface Sample {
  readonly offset: Seconds
  readonly delay: Seconds
}

const NONE: Sample = { offset: 0, delay: 0 }

export class Spikes {
  readonly #samples: Sample[] = Array.from({ length: KEPT }, () => NONE)
  #newest = 0
  #count = 0
  jitter: Seconds = 0

  /** `resyncing`: everything is believed now. */
  isSpike(offset: Seconds, delay: Seconds, resyncing: boolean): boolean {
    this.#count++
    if (this.#count === 1) return false
    const before = this.#newest
    this.#newest = (before + 1) % KEPT
    this.#samples[this.#newest] = { offset, delay }
    const jitter = this.jitter
    const nearest = this.#nearest(before)
    const squares = this.#samples.reduce((sum, sample) => sum + (sample.offset - nearest.offset) ** 2, 0)
    this.jitter = Math.sqrt(squares / (KEPT - 1))
    // Farther off than the way to the server can explain.
    if (resyncing || Math.abs(offset) > delay) return false
    if (this.#count < FEW) return false
    if (Math.abs(offset) > nearest.delay) return true
    return Math.abs(offset - this.#samples[before]!.offset) > TOO_FAR * jitter
  }

  #nearest(from: number): Sample {
    let nearest = this.#samples[from]!
    for (const sample of this.#samples) if (sample.delay > 0 && sample.delay < nearest.delay) nearest = sample
    return nearest
  }
}
