/** OpenNTPD's estimate of the frequency (ntp.c, priv_adjfreq): a line through eight corrections, while the clock is in sync. */
import type { Rate, Seconds } from '#core/time/units.ts'

const SAMPLES = 8
const MOST: Rate = 128e-5

export class Frequency {
  /** How often it was changed. */
  changes = 0
  #n = 0
  #sum: Seconds = 0
  #x = 0
  #y = 0
  #xx = 0
  #xy = 0

  /** A correction by `offset` at `now`: by how much the frequency is to be changed, each eighth time. */
  take(offset: Seconds, now: Seconds): Rate | undefined {
    this.#n++
    this.#sum += offset
    this.#xy += this.#sum * now
    this.#x += now
    this.#y += this.#sum
    this.#xx += now * now
    if (this.#n < SAMPLES) return undefined
    const slope = (this.#xy - (this.#x * this.#y) / this.#n) / (this.#xx - (this.#x * this.#x) / this.#n)
    this.forget()
    this.changes++
    return Math.max(-MOST, Math.min(MOST, slope))
  }

  forget(): void {
    this.#n = 0
    this.#sum = 0
    this.#x = 0
    this.#y = 0
    this.#xx = 0
    this.#xy = 0
  }
}
