/**
 * What the daemon itself did to the clock, as far as it is large: it has to be taken out before one can see what
 * happened to the clock.
 *
 * chrony's measurements are against a clock on which each correction counts as done from its first moment (chronyd
 * converts readings with what is left to slew), so a row of tracking.log is a change of the offset by exactly that much.
 * When chronyd notices that somebody set the clock it drops what is left to slew; then that much was never corrected.
 * ntpd writes an update of exactly zero right after it has stepped.
 */

import type { Rate, Seconds } from '#core/time/units.ts'
import type { LogEvent, UpdateBlock } from '#core/trace/series.ts'
import { Largest } from './largest.ts'

const MOST = 8192
const LEAST: Seconds = 5e-4

export interface Correction {
  readonly at: Seconds
  /** Positive: the clock was set forward. NaN when only the moment is known. */
  readonly size: Seconds
  readonly by: 'step' | 'slew' | 'unknown'
  readonly file: number
  readonly line: number
}

/** chronyd gave up what it was still slewing. */
export interface Dropped {
  readonly at: Seconds
  /** What was left at the update before, which was at `lastAt`, and how fast it became less. Positive: still behind. */
  readonly left: Seconds
  readonly lastAt: Seconds
  readonly rate: Rate
}

export class Corrections {
  readonly #updates = new Largest<Correction>(MOST, each => Math.abs(each.size))
  readonly #markers = new Largest<Correction>(MOST, () => 1)
  readonly #events = new Largest<Correction>(MOST, each => Math.abs(each.size))
  readonly dropped: Dropped[] = []
  #left = 0
  #at = Number.NaN
  #rate = 0

  add(block: UpdateBlock): void {
    const { at, offset, jitter, remaining, stratum, line, file, daemon } = block
    for (let row = 0; row < block.rows; row++) {
      const size = offset[row]!
      if (daemon === 'ntpd') {
        if (size === 0 && jitter[row]! < 1e-4)
          this.#markers.offer({ at: at[row]!, size: Number.NaN, by: 'step', file, line: line[row]! })
        continue
      }
      if (stratum[row] === 0) {
        if (Math.abs(this.#left) > 0.01 && this.dropped.length < MOST)
          this.dropped.push({ at: at[row]!, left: this.#left, lastAt: this.#at, rate: this.#rate })
        this.#left = 0
        this.#at = Number.NaN
        continue
      }
      if (size > LEAST || size < -LEAST)
        this.#updates.offer({ at: at[row]!, size, by: 'unknown', file, line: line[row]! })
      const left = remaining[row]! + (!Number.isNaN(size) ? size : 0)
      if (!Number.isNaN(this.#at) && at[row]! > this.#at)
        this.#rate = (remaining[row]! - this.#left) / (at[row]! - this.#at)
      this.#left = left
      this.#at = at[row]!
    }
  }

  event(event: LogEvent): void {
    if (event.what === 'stepped')
      this.#events.offer({ at: event.at, size: event.size, by: 'step', file: event.file, line: event.line })
  }

  /** Corrections of known size, in order of time. What tracking.log says is not said again by chronyd's messages. */
  get sized(): readonly Correction[] {
    const updates = this.#updates.all
    return [...(updates.length > 0 ? updates : this.#events.all)].sort((a, b) => a.at - b.at)
  }

  /** Steps as the daemon's log names them. */
  get steps(): readonly Correction[] {
    return this.#events.all
  }

  get markers(): readonly Correction[] {
    return this.#markers.all
  }
}
