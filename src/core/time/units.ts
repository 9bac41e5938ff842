/**
 * One unit for each dimension, the one in which RFC 5905 writes its formulas.
 * Everything that is a difference of times is `Seconds`; every frequency is a `Rate`.
 */

/** A difference of times, in seconds: offset, delay, dispersion, jitter, thresholds. */
export type Seconds = number

/** A frequency, in seconds per second: 1e-6 is 1 ppm. */
export type Rate = number

/** A poll interval as NTP writes it: the power of two, in seconds (6 is 64 s). */
export type PollLog2 = number

export const NS_PER_SECOND = 1_000_000_000n
export const PPM: Rate = 1e-6
export const MILLISECOND: Seconds = 1e-3
export const MICROSECOND: Seconds = 1e-6

/** The interval of a poll exponent: `2 ** poll` seconds, for any exponent from -128 to 127. */
export const pollInterval = (poll: PollLog2): Seconds => POWERS[poll + 128] ?? 2 ** poll

/** Looked up, because a power is the slowest thing in the path of a packet. */
const POWERS = Float64Array.from({ length: 256 }, (_, i) => 2 ** (i - 128))
