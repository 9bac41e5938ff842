/**
 * The clock that ntpd reads, in seconds from the first whole second before its start: as numbers, because only differences are
 * ever asked for. Timestamps of packets are turned into the same seconds.
 */
import { putTime, secondsAfter, wireNanoseconds, wireSeconds } from '#core/ntp/header.ts'
import { monotonicSince, originOf, wallSince } from '#core/time/counted-reading.ts'
import type { Reading } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'

export class OwnClock {
  readonly #origin: Reading
  /** The origin's whole second as on the wire, and how far beyond it the origin lies. */
  readonly #base: number
  readonly #beyondNs: number
  readonly #startedAt: Seconds

  constructor(start: Reading) {
    this.#origin = originOf(start)
    this.#base = wireSeconds(this.#origin.wall)
    this.#beyondNs = wireNanoseconds(this.#origin.wall)
    this.#startedAt = monotonicSince(start, this.#origin)
  }

  /** Seconds since the start, which no step can touch. */
  elapsed(reading: Reading): Seconds {
    return monotonicSince(reading, this.#origin) - this.#startedAt
  }

  wall(reading: Reading): Seconds {
    return wallSince(reading, this.#origin) + this.#beyondNs * 1e-9
  }

  put(bytes: Uint8Array, at: number, wall: Seconds): void {
    const whole = Math.floor(wall)
    putTime(bytes, at, this.#base + whole, Math.round((wall - whole) * 1e9))
  }

  read(bytes: Uint8Array, at: number): Seconds {
    return secondsAfter(bytes, at, this.#base)
  }
}
