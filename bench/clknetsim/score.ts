/**
 * Looks over the agent's shoulder once a second, knowing the truth: does true time lie within the interval that the
 * agent publishes? A clock that stands still (a paused guest) cannot be read by anybody, and is not looked at.
 */
import type { Status } from '#core/agent/status.ts'
import type { Reading } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Times } from '#worlds/clknetsim/protocol.ts'
import type { ClknetsimWorld } from '#worlds/clknetsim/world.ts'
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

export class Scorer {
  readonly #status: (now: Reading) => Status
  readonly #options: ScoreOptions
  #looks = 0
  #bounds = 0
  #violations = 0
  #statusAt: Seconds = 0

  constructor(status: (now: Reading) => Status, options: ScoreOptions) {
    this.#status = status
    this.#options = options
  }

  look({ network, real, frequencyError }: Times, now: Reading): void {
    if (frequencyError < STANDS_STILL) return
    this.#looks++
    const truth = network - real
    const status = this.#status(now)
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
    this.#write({ kind: 'violation', at: network, truth, offset, errorBound })
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
