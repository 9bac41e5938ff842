/**
 * What the clock really gains on the counter when it is told to gain something.
 *
 * A kernel rounds the length of its ticks to whole cycles of the clocksource, once for each of the two clocks. So a clock
 * that is told to gain nothing gains a little all the same, always the same (up to tens of ppm with a slow clocksource
 * such as HPET). It is measured between two orders, and taken off the next one.
 */
import { type Reading, since } from '#core/time/instant.ts'
import { PPM, type Rate, type Seconds } from '#core/time/units.ts'

/** Within a shorter time the readings are too coarse to tell. */
const SHORTEST: Seconds = 8
/** A run of this length counts as much as all before it. */
const TRUSTED: Seconds = 64
/** No rounding is worse than this; then somebody else is at the helm. */
const LARGEST: Rate = 200 * PPM

export class Actuator {
  #bias: Rate = 0
  #since: { readonly reading: Reading; readonly rate: Rate } | undefined

  /** What to tell the clock so that it gains `rate` on the counter. */
  orderFor(rate: Rate): Rate {
    return rate - this.#bias
  }

  /** From `reading` on the clock has been told to gain what `orderFor(rate)` said. */
  began(reading: Reading, rate: Rate): void {
    this.#since = { reading, rate }
  }

  /** The clock was stepped, or somebody else has told it something: what it gained says nothing. */
  interrupted(): void {
    this.#since = undefined
  }

  /** Compares what the clock has gained with what it should have. */
  learn(now: Reading): void {
    if (!this.#since) return
    const { reading, rate } = this.#since
    const elapsed = since(now.monotonic, reading.monotonic)
    if (elapsed < SHORTEST) return
    const gained = Number(now.wall - reading.wall - (now.monotonic - reading.monotonic)) / 1e9 / elapsed
    const error = gained - rate
    if (Math.abs(error) > LARGEST) return
    this.#bias += (error * elapsed) / (elapsed + TRUSTED)
  }
}
