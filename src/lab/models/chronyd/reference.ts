/**
 * From what the sources say to what is done with the clock (facts: reference.c of chrony 4.3): how much of the measured
 * frequency is believed, whether to step, how fast to slew.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { ChronySettings } from '#dialects/chrony/settings.ts'
import type { ChronyClock } from './clock.ts'
import { within } from './clock.ts'
import type { Combined } from './selection.ts'

export interface ReferenceNews {
  tell(name: string, text: string): void
  stepped(by: Seconds): void
  /** The clock may not be corrected by so much, so chronyd ends. */
  gaveUp(why: string): void
}

export class Reference {
  synchronised = false
  skew: Rate = 1
  frequencySd: Rate = 0
  offsetSd: Seconds = 0
  rootDelay: Seconds = 1
  readonly #clock: ChronyClock
  readonly #settings: ChronySettings
  readonly #news: ReferenceNews
  #rootDispersion: Seconds = 1
  #residual: Rate = 0
  /** On the clock's scale of memories. */
  #at: Seconds | undefined
  #updatedAt: Seconds | undefined
  #stepsLeft: number
  #changesLeft: number
  #ignoresLeft: number

  constructor(clock: ChronyClock, settings: ChronySettings, news: ReferenceNews) {
    this.#clock = clock
    this.#settings = settings
    this.#news = news
    this.#stepsLeft = settings.makestep?.limit ?? 0
    this.#changesLeft = settings.maxchange?.start ?? -1
    this.#ignoresLeft = settings.maxchange?.ignore ?? 0
  }

  /** Nobody knows what happened to the clock. */
  forget(): void {
    this.#updatedAt = undefined
    this.synchronised = false
  }

  /** At `monotonic`, chronyd's own count of time. */
  update({ tracking, leap }: Combined, monotonic: Seconds): boolean {
    const clock = this.#clock
    const uncorrected = clock.correctionAt(clock.raw)
    const now = clock.cook(clock.raw)
    const offset = tracking.offset + (now - tracking.at) * tracking.frequency
    const interval = this.#updatedAt === undefined ? 0 : monotonic - this.#updatedAt
    const gained = this.#weighFrequency(tracking.frequency, tracking.skew)
    if (!this.#mayCorrect(offset)) return false
    this.synchronised = leap !== 'unknown'
    this.skew = gained.skew
    this.#residual = tracking.frequency - gained.frequency
    this.frequencySd = tracking.frequencySd
    this.offsetSd = tracking.offsetSd
    this.rootDelay = tracking.rootDelay
    this.#rootDispersion = tracking.rootDispersion
    this.#updatedAt = monotonic
    const step = this.#mayStep(offset - uncorrected) ? offset - uncorrected : 0
    this.#at = clock.remember(tracking.at)
    const { corrtimeratio, logchange } = this.#settings
    // The area under the offset while it is slewed away: small where the offset is well known.
    const correctionRate = corrtimeratio * 0.5 * tracking.offsetSd * interval
    clock.correct(gained.frequency, offset - step, correctionRate)
    if (Math.abs(offset) > logchange)
      this.#news.tell('system-clock-wrong', `System clock wrong by ${(-offset).toFixed(6)} seconds`)
    if (step !== 0) {
      clock.step(step)
      this.#news.stepped(-step)
      this.#news.tell('system-clock-stepped', `System clock was stepped by ${(-step).toFixed(6)} seconds`)
    }
    return true
  }

  /** At cooked time `now`. */
  rootDispersionAt(now: Seconds): Seconds {
    if (this.#at === undefined) return 1
    const age = Math.abs(now - this.#clock.recall(this.#at))
    return this.#rootDispersion + age * (this.skew + Math.abs(this.#residual) + this.#settings.maxclockerror)
  }

  /** How long ago, at cooked time `now`, the reference was measured. */
  ageAt(now: Seconds): Seconds {
    return this.#at === undefined ? 0 : Math.abs(now - this.#clock.recall(this.#at))
  }

  /** What is expected and what was measured are averaged by their skews; what cannot be trusted at all is left out. */
  #weighFrequency(measured: Rate, measuredSkew: Rate): { readonly frequency: Rate; readonly skew: Rate } {
    const expected = this.skew
    const gain =
      Math.abs(measuredSkew) > this.#settings.maxupdateskew
        ? 0
        : within(0, (3 * expected ** 2) / (3 * expected ** 2 + measuredSkew ** 2), 1)
    const frequency = gain * measured
    const extra = Math.sqrt(frequency ** 2 * (1 - gain) + (measured - frequency) ** 2 * gain)
    return { frequency, skew: expected + gain * (measuredSkew - expected) + extra }
  }

  /** Uses up the count of updates in which the clock may be stepped. */
  #mayStep(left: Seconds): boolean {
    const { makestep } = this.#settings
    if (!makestep || this.#stepsLeft === 0) return false
    if (this.#stepsLeft > 0) this.#stepsLeft--
    return Math.abs(left) > makestep.threshold
  }

  #mayCorrect(offset: Seconds): boolean {
    const { maxchange } = this.#settings
    if (!maxchange || this.#changesLeft < 0) return true
    if (this.#changesLeft > 0) {
      this.#changesLeft--
      return true
    }
    if (Math.abs(offset) <= maxchange.offset) return true
    const ends = this.#ignoresLeft === 0
    const text = `Adjustment of ${(-offset).toFixed(3)} seconds exceeds the allowed maximum of ${maxchange.offset.toFixed(3)} seconds (${ends ? 'exiting' : 'ignored'})`
    this.#news.tell('adjustment-exceeds-maxchange', text)
    if (ends) this.#news.gaveUp(text)
    else if (this.#ignoresLeft > 0) this.#ignoresLeft--
    return false
  }
}
