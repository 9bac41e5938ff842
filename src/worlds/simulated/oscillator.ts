/**
 * The guest's counter: true time, badly counted. Its frequency error is the sum of a constant, a daily or hourly
 * temperature cycle, white noise, and a random walk (ITU-T G.810: wander); while the machine is paused it stands still.
 *
 * The noise is drawn once per simulated second, so a reading does not change what later readings say, and reading
 * twice at the same moment gives the same count. Between two draws the frequency is constant.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Random } from './random.ts'
import type { TrueTime } from './true-time.ts'

export interface OscillatorConfig {
  /** Constant part: positive gains. */
  readonly frequencyError?: Rate
  /** White frequency noise: standard deviation over one second. */
  readonly whiteNoise?: Rate
  /** Random walk: standard deviation of the change of frequency in one second. */
  readonly wander?: Rate
  readonly temperature?: { readonly amplitude: Rate; readonly period: Seconds; readonly phase?: number }
}

const STEP: Seconds = 1

export class Oscillator {
  readonly #frequencyError: Rate
  readonly #whiteNoise: Rate
  readonly #wander: Rate
  readonly #temperature: OscillatorConfig['temperature']
  readonly #random: Random
  /** True time and count at the last draw of noise. */
  #drawnAt = 0
  #count: Seconds = 0
  #walk: Rate = 0
  #extra: Rate = 0
  #frequency: Rate
  #pausedAt: TrueTime | undefined

  constructor(config: OscillatorConfig, random: Random) {
    this.#frequencyError = config.frequencyError ?? 0
    this.#whiteNoise = config.whiteNoise ?? 0
    this.#wander = config.wander ?? 0
    this.#temperature = config.temperature
    this.#random = random
    this.#frequency = this.#draw(0)
  }

  /** What the counter reads, in nanoseconds. Moments must be asked for in order. */
  read(at: TrueTime): number {
    return Math.floor(this.#countAt(this.#pausedAt ?? at) * 1e9)
  }

  /** The frequency error at the last moment asked for. */
  get frequencyError(): Rate {
    return this.#frequency
  }

  /** How long, in true time, until the counter has advanced by `count`; near enough to be checked again then. */
  timeFor(count: Seconds): Seconds {
    return count / (1 + this.#frequency)
  }

  pause(at: TrueTime): void {
    this.#countAt(at)
    this.#pausedAt = at
  }

  resume(at: TrueTime): void {
    if (this.#pausedAt === undefined) return
    this.#count = this.#countAt(this.#pausedAt)
    this.#drawnAt = at
    this.#pausedAt = undefined
  }

  /** Another host: from `at` on the counter gains `by` more than before. */
  changeFrequency(by: Rate, at: TrueTime): void {
    this.#count = this.#countAt(at)
    this.#drawnAt = at
    this.#extra += by
    this.#frequency = this.#draw(at)
  }

  #countAt(at: number): Seconds {
    while (at - this.#drawnAt >= STEP) {
      this.#count += STEP * (1 + this.#frequency)
      this.#drawnAt += STEP
      this.#frequency = this.#draw(this.#drawnAt)
    }
    return this.#count + (at - this.#drawnAt) * (1 + this.#frequency)
  }

  #draw(at: number): Rate {
    if (this.#wander > 0) this.#walk += this.#wander * this.#random.normal()
    const white = this.#whiteNoise > 0 ? this.#whiteNoise * this.#random.normal() : 0
    const temperature = this.#temperature
    const warm = temperature
      ? temperature.amplitude * Math.sin((2 * Math.PI * at) / temperature.period + (temperature.phase ?? 0))
      : 0
    return this.#frequencyError + this.#extra + this.#walk + white + warm
  }
}
