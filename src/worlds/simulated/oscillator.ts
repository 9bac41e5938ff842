/**
 * The guest's counter: true time, badly counted. Its frequency error is the sum of a constant, ageing, a daily or hourly
 * temperature cycle, white noise, and a random walk (ITU-T G.810: wander); while the machine is paused it stands still.
 * A clock that counts ticks loses some of them (`ticks.ts`), and a broken one jumps.
 *
 * The noise is drawn once per simulated second, so a reading does not change what later readings say, and reading
 * twice at the same moment gives the same count. Between two draws the frequency is constant.
 */
import { sineOfTurns } from '#core/number/elementary.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Random } from './random.ts'
import { type TickConfig, tickError } from './ticks.ts'
import type { TrueTime } from './true-time.ts'

export interface OscillatorConfig {
  /** Constant part: positive gains. */
  readonly frequencyError?: Rate
  /** By how much the frequency error changes in each second; 1e-7 a day is 1.2e-12. */
  readonly ageing?: number
  /** White frequency noise: standard deviation over one second. */
  readonly whiteNoise?: Rate
  /** Random walk: standard deviation of the change of frequency in one second. */
  readonly wander?: Rate
  readonly temperature?: Temperature
  /** It counts ticks, and not all of them. */
  readonly ticks?: TickConfig
  /** It jumps. */
  readonly jumps?: Jumps
}

export interface Temperature {
  readonly amplitude: Rate
  readonly period: Seconds
  readonly phase?: number
  /** The cycle grows from nothing to its amplitude in this time, and then begins anew. */
  readonly grows?: Seconds
}

/** From `first` on (`every`, when absent) the counter jumps forward by `size` each `every`; whole seconds. */
export interface Jumps {
  readonly every: Seconds
  readonly size: Seconds
  readonly first?: Seconds
}

const STEP: Seconds = 1
const NEVER = Number.POSITIVE_INFINITY

export class Oscillator {
  readonly #config: OscillatorConfig
  readonly #frequencyError: Rate
  readonly #whiteNoise: Rate
  readonly #wander: Rate
  readonly #temperature: Temperature | undefined
  /** Whether it does what few clocks do: age, lose ticks, jump. */
  readonly #unusual: boolean
  readonly #random: Random
  /** True time and count at the last draw of noise. */
  #drawnAt = 0
  #count: Seconds = 0
  #walk: Rate = 0
  #extra: Rate = 0
  #frequency: Rate = 0
  #jumpsAt: Seconds = NEVER
  /** Since when it stands still. */
  #pausedAt: Seconds = NEVER

  constructor(config: OscillatorConfig, random: Random) {
    const { ageing, jumps, ticks } = config
    this.#config = config
    this.#frequencyError = config.frequencyError ?? 0
    this.#whiteNoise = config.whiteNoise ?? 0
    this.#wander = config.wander ?? 0
    this.#temperature = config.temperature
    this.#unusual = ageing !== undefined || jumps !== undefined || ticks !== undefined
    if (jumps) this.#jumpsAt = jumps.first ?? jumps.every
    this.#random = random
    this.#frequency = this.#draw(0)
  }

  /** What the counter reads, in nanoseconds. Moments must be asked for in order. */
  read(at: TrueTime): number {
    return Math.floor(this.#countAt(Math.min(at, this.#pausedAt)) * 1e9)
  }

  /** The frequency error at the last moment asked for. */
  get frequencyError(): Rate {
    return this.#frequency
  }

  /** How long, in true time, until the counter has advanced by `count`; near enough to be checked again then. */
  timeFor(count: Seconds): Seconds {
    const seconds = count / (1 + this.#frequency)
    const toJump = this.#jumpsAt - this.#drawnAt
    return seconds < toJump ? seconds : Math.max(toJump, Number.EPSILON)
  }

  pause(at: TrueTime): void {
    this.#countAt(at)
    this.#pausedAt = at
  }

  resume(at: TrueTime): void {
    if (this.#pausedAt === NEVER) return
    this.#count = this.#countAt(this.#pausedAt)
    this.#drawnAt = at
    this.#pausedAt = NEVER
    for (const { every } = this.#config.jumps ?? { every: 0 }; this.#jumpsAt <= at; ) this.#jumpsAt += every
  }

  /** Another host: from `at` on the counter gains `by` more than before. */
  changeFrequency(by: Rate, at: TrueTime): void {
    this.#count = this.#countAt(at)
    this.#drawnAt = at
    this.#extra += by
    this.#frequency = this.#draw(at)
  }

  #countAt(at: number): Seconds {
    if (at - this.#drawnAt >= STEP) this.#drawUntil(at)
    return this.#count + (at - this.#drawnAt) * (1 + this.#frequency)
  }

  #drawUntil(at: number): void {
    while (at - this.#drawnAt >= STEP) {
      this.#count += STEP * (1 + this.#frequency)
      this.#drawnAt += STEP
      this.#frequency = this.#draw(this.#drawnAt)
    }
  }

  #draw(at: number): Rate {
    if (this.#wander > 0) this.#walk += this.#wander * this.#random.normal()
    const white = this.#whiteNoise > 0 ? this.#whiteNoise * this.#random.normal() : 0
    const temperature = this.#temperature
    const warm = temperature ? warmth(temperature, at) : 0
    const usual = this.#frequencyError + this.#extra + this.#walk + white + warm
    return this.#unusual ? usual + this.#drawUnusual(at) : usual
  }

  #drawUnusual(at: number): Rate {
    const { ageing = 0, ticks, jumps } = this.#config
    for (; jumps && at >= this.#jumpsAt; this.#jumpsAt += jumps.every) this.#count += jumps.size
    return ageing * at + (ticks ? tickError(ticks, at, STEP, this.#random) : 0)
  }
}

function warmth({ amplitude, period, phase = 0, grows }: Temperature, at: Seconds): Rate {
  const grown = grows === undefined ? 1 : (at % grows) / grows
  return amplitude * grown * sineOfTurns(at / period + phase / (2 * Math.PI))
}
