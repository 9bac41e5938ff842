/**
 * The scale on which everything is measured: our own unsteered counter, given an arbitrary zero on the wall.
 * Offsets on it are "true time minus the counter's time", in seconds; a step or slew of the wall clock changes no
 * sample. The difference is formed exactly, in integers, before it becomes a number.
 */
import { gainedSince, monotonicSince } from '#core/time/counted-reading.ts'
import { type Instant, instant, type Monotonic, plus, type Reading, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'

export interface CounterScale {
  readonly origin: Reading
}

/** Counter seconds since the origin of the scale. */
export const counterTime = (scale: CounterScale, at: Monotonic): Seconds => since(at, scale.origin.monotonic)

/** The same of a reading. */
export const readingTime = (scale: CounterScale, now: Reading): Seconds => monotonicSince(now, scale.origin)

/** How far the clock of a reading is ahead of the scale. */
export const readingAhead = (scale: CounterScale, now: Reading): Seconds => gainedSince(now, scale.origin)

/** How far a clock that reads `wall` at the counter reading `at` is ahead of the scale. */
export const aheadOfScale = (scale: CounterScale, wall: Instant, at: Monotonic): Seconds =>
  Number(wall - scale.origin.wall - (at - scale.origin.monotonic)) / 1e9

/** The instant that lies `ahead` seconds ahead of the scale at the counter reading `at`. */
export const instantAt = (scale: CounterScale, at: Monotonic, ahead: Seconds): Instant =>
  plus(instant(scale.origin.wall + (at - scale.origin.monotonic)), ahead)

/** What one accepted exchange says: at counter time `at`, true time was `offset` ahead of the scale, ± the root distance. */
export interface Sample {
  readonly at: Seconds
  readonly offset: Seconds
  readonly delay: Seconds
  readonly dispersion: Seconds
  readonly rootDelay: Seconds
  readonly rootDispersion: Seconds
}

/** λ of RFC 5905: true time cannot be farther from the sample than this, whatever the asymmetry of the path. */
export const rootDistance = (sample: Sample): Seconds =>
  (sample.delay + sample.rootDelay) / 2 + sample.dispersion + sample.rootDispersion
