/**
 * From what was stamped to a `Stamp` on our counter, with an honest word on how wrong it can be.
 *
 * The kernel stamps with CLOCK_REALTIME, which can be slewed and stepped; the measurement wants the counter. We have two
 * readings between which the packet must have passed, and carry the stamp back from the later one. How far the wall
 * clock moved against the counter between the two says what that is worth:
 * - no more than an ordinary slew: the stamp is wrong by that slew over its age, a fraction of a microsecond;
 * - more, but no more than the kernel's tick allows (chrony slews with 8 %): wrong by at most the whole movement;
 * - more than any slew: the clock was set in between, and on which side of the stamp nobody knows. Then the stamp is
 *   thrown away and the program's own reading must do.
 */
import { type Instant, monotonic, type Reading, since } from '#core/time/instant.ts'
import type { Stamp } from '#core/time/stamp.ts'
import { MICROSECOND, MILLISECOND, PPM, type Rate, type Seconds } from '#core/time/units.ts'

/** A packet passed between these two readings. */
export interface Passage {
  readonly from: Reading
  readonly to: Reading
  /** What the two readings together can be wrong by. */
  readonly residual: Seconds
}

/** The kernel's limit for frequency and phase corrections together (MAXFREQ, 500 ppm each). */
export const ORDINARY_SLEW: Rate = 1000 * PPM
/** The tick may be 10 % off, and the ordinary slew comes on top of it (kernel/time/ntp.c). */
export const LARGEST_SLEW: Rate = 0.1 + ORDINARY_SLEW

/**
 * Between the packet's passing the network card and the kernel's reading of the clock: an interrupt and the driver. Over
 * loopback there is neither, and each stamp lies within the call that sent the packet (bench/timestamps.ts).
 */
const KERNEL_LATENCY: Seconds = 5 * MICROSECOND
/** From `sendto` to the packet's leaving: worst of 800 sends over loopback (facts/performance.md, section 2). */
const SEND_LATENCY: Seconds = 52 * MICROSECOND
/** From a packet's arrival to the callback of an event loop that was only waiting for it. */
const WAKE_LATENCY: Seconds = MILLISECOND

/** Undefined when the wall clock was set during the passage, or when the stamp lies outside of it. */
export function kernelStamp(stamped: Instant, { from, to, residual }: Passage): Stamp | undefined {
  const elapsed = since(to.monotonic, from.monotonic)
  const moved = Math.abs(since(to.wall, from.wall) - elapsed)
  if (moved > LARGEST_SLEW * elapsed + residual) return undefined
  const at = monotonic(to.monotonic - (to.wall - stamped))
  const slack = residual + moved
  if (since(from.monotonic, at) > slack || since(at, to.monotonic) > slack) return undefined
  const age = Math.max(0, since(to.wall, stamped))
  const slewed = moved <= ORDINARY_SLEW * elapsed + residual ? ORDINARY_SLEW * age : moved
  return {
    at: { wall: stamped, monotonic: at },
    uncertainty: residual + slewed + KERNEL_LATENCY,
    by: 'kernel',
  }
}

/** The packet left somewhere between the readings before and after the call that sent it, or soon after. */
export function userSendStamp({ from, to }: Passage): Stamp {
  return { at: to, uncertainty: since(to.monotonic, from.monotonic) + SEND_LATENCY, by: 'user' }
}

/**
 * The program noticed the packet at the end of the passage. How much earlier it came is unknown, but not earlier than the
 * passage began, and not earlier than the loop was `busy` with other things before it looked, plus what waking up takes.
 */
export function userReceiveStamp({ from, to }: Passage, busy: Seconds): Stamp {
  const elapsed = since(to.monotonic, from.monotonic)
  return { at: to, uncertainty: Math.max(0, Math.min(elapsed, busy + WAKE_LATENCY)), by: 'user' }
}
