/**
 * Looks over the agent's shoulder once a second, knowing the truth: does true time lie within the interval that the
 * agent publishes? A clock that stands still (a paused guest) cannot be read by anybody, and is not looked at. Where it does not
 * hold, nothing may have shown yet what was done to the clock: then that was unknowable (lab/honest/blindness.ts).
 */
import type { Reading } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Times } from '#worlds/clknetsim/protocol.ts'
import type { ClknetsimWorld } from '#worlds/clknetsim/world.ts'
import { Blindness, type Watched } from '../lab/honest/blindness.ts'
import type { Lines } from './lines.ts'

export interface ScoreOptions {
  readonly lines: Lines
  readonly statusEvery: Seconds
}

/** What the agent believed, beside the truth. Offsets are truth minus clock. */
export interface StatusLine {
  readonly kind: 'status'
  readonly at: Seconds
  readonly state: string
  readonly truth: Seconds
  readonly offset: Seconds | null
  readonly errorBound: Seconds | null
  readonly frequencyError: number | null
}

export interface ViolationLine {
  readonly kind: 'violation'
  readonly at: Seconds
  readonly truth: Seconds
  readonly offset: Seconds
  readonly errorBound: Seconds
  /** Nothing had shown yet that something was done to the clock. */
  readonly unknowable: boolean
}

export interface SummaryLine {
  readonly kind: 'summary'
  /** How often it was looked, and how often a bound was published then. */
  readonly looks: number
  readonly bounds: number
  readonly violations: number
  readonly packetsSent: number
  readonly steps: readonly { readonly at: Seconds; readonly size: Seconds }[]
}

export type ScoreLine = StatusLine | ViolationLine | SummaryLine

/** Readings are whole nanoseconds. */
const ROUNDING: Seconds = 2e-9
const STANDS_STILL = -0.5
/** Less says nothing about a rate. */
const SPAN: Seconds = 0.1
/** From look to look a counter's rate changes by less, unless something is done to it; and reading it costs so much. */
const STEADY: Rate = 2e-6
const READING: Seconds = 1e-6

export class Scorer {
  /** The agent, as the world tells it what happens. */
  readonly watched: Blindness
  readonly #agent: Watched
  readonly #options: ScoreOptions
  #rate: Rate | undefined
  #last: Pick<Times, 'network' | 'raw'> | undefined
  #looks = 0
  #bounds = 0
  #violations = 0
  #statusAt: Seconds = 0

  constructor(agent: Watched, options: ScoreOptions) {
    this.#agent = agent
    this.#options = options
    this.watched = new Blindness(agent)
  }

  look({ network, real, raw, frequencyError }: Times, now: Reading): void {
    if (!this.#isSteady(network, raw)) this.watched.disrupted()
    if (frequencyError < STANDS_STILL) return
    this.#looks++
    const truth = network - real
    const status = this.#agent.status(now)
    const { offset, errorBound } = status
    if (network >= this.#statusAt) {
      this.#statusAt = network + this.#options.statusEvery
      this.#write({
        kind: 'status',
        at: network,
        state: status.state,
        truth,
        offset: offset ?? null,
        errorBound: errorBound ?? null,
        frequencyError: status.frequencyError ?? null,
      })
    }
    if (offset === undefined || errorBound === undefined) return
    this.#bounds++
    if (Math.abs(truth - offset) <= errorBound + ROUNDING) return
    this.#violations++
    this.#write({ kind: 'violation', at: network, truth, offset, errorBound, unknowable: this.watched.blind })
  }

  /** The counter runs as it did, by the truth. */
  #isSteady(network: Seconds, raw: Seconds): boolean {
    const last = this.#last
    if (last && network - last.network < SPAN) return true
    this.#last = { network, raw }
    if (!last) return true
    const span = network - last.network
    const rate = (raw - last.raw) / span
    const before = this.#rate
    this.#rate = rate
    return before === undefined || Math.abs(rate - before) < STEADY + READING / span
  }

  finish({ packetsSent, steps }: ClknetsimWorld): void {
    this.#write({
      kind: 'summary',
      looks: this.#looks,
      bounds: this.#bounds,
      violations: this.#violations,
      packetsSent,
      steps: steps.map(({ at, size }) => ({ at: at.network, size })),
    })
    this.#options.lines.close()
  }

  #write(line: ScoreLine): void {
    this.#options.lines.write(line)
  }
}
