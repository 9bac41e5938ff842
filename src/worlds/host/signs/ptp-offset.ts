/**
 * What the kernel answers when it is asked to compare a PTP clock with its own (uapi/linux/ptp_clock.h), as "the other
 * clock said `host` when our counter said `at`, give or take `uncertainty`". Three ways of asking, each better than the
 * next: PRECISE hands over readings of one moment, EXTENDED brackets each reading of the device alone, SYS_OFFSET
 * brackets the whole call. The last two bracket by CLOCK_REALTIME, so readings of both our clocks are needed around them.
 */
import { type Instant, instant, type Monotonic, monotonic, type Reading } from '#core/time/instant.ts'
import { NS_PER_SECOND, type Seconds } from '#core/time/units.ts'

export interface HostReading {
  readonly host: Instant
  readonly at: Monotonic
  readonly uncertainty: Seconds
}

/** struct ptp_clock_time: seconds, nanoseconds, four reserved bytes. */
const TIME = 16
export const PTP_MOST = 25
export const PRECISE_SIZE = 4 * TIME
export const EXTENDED_SIZE = TIME + 3 * PTP_MOST * TIME
export const SYS_OFFSET_SIZE = TIME + (2 * PTP_MOST + 1) * TIME

/** The wall clock was set, or slewed at more than any rate, during the call. */
const STEADY: Seconds = 1e-3

const timeAt = (view: DataView, at: number): bigint =>
  view.getBigInt64(at, true) * NS_PER_SECOND + BigInt(view.getUint32(at + 8, true))

/** device, sys_realtime, sys_monoraw. */
export const decodePrecise = (view: DataView): HostReading => ({
  host: instant(timeAt(view, 0)),
  at: monotonic(timeAt(view, 2 * TIME)),
  uncertainty: 1e-9,
})

/** Per sample: the wall clock, the device, the wall clock. */
export const decodeExtended = (
  view: DataView,
  count: number,
  around: readonly [Reading, Reading],
): HostReading | undefined =>
  tightest(
    Array.from({ length: count }, (_, i) => {
      const at = TIME + 3 * TIME * i
      return { before: timeAt(view, at), host: timeAt(view, at + TIME), after: timeAt(view, at + 2 * TIME) }
    }),
    around,
  )

/** The wall clock and the device by turns, and the wall clock once more at the end. */
export const decodeSysOffset = (
  view: DataView,
  count: number,
  around: readonly [Reading, Reading],
): HostReading | undefined =>
  tightest(
    Array.from({ length: count }, (_, i) => {
      const at = TIME + 2 * TIME * i
      return { before: timeAt(view, at), host: timeAt(view, at + TIME), after: timeAt(view, at + 2 * TIME) }
    }),
    around,
  )

/** Undefined when the wall clock did not run steadily around the call, or no bracket is one. */
function tightest(
  brackets: readonly { readonly before: bigint; readonly host: bigint; readonly after: bigint }[],
  [first, last]: readonly [Reading, Reading],
): HostReading | undefined {
  const lead = first.wall - first.monotonic
  const moved = Math.abs(Number(last.wall - last.monotonic - lead)) / 1e9
  if (moved > STEADY) return undefined
  const best = brackets
    .filter(({ before, after }) => after >= before && before >= first.wall && after <= last.wall)
    .reduce<(typeof brackets)[number] | undefined>(
      (best, each) => (best && best.after - best.before <= each.after - each.before ? best : each),
      undefined,
    )
  if (!best) return undefined
  const middle = best.before + (best.after - best.before) / 2n
  return {
    host: instant(best.host),
    at: monotonic(middle - lead),
    uncertainty: Number(best.after - best.before) / 2e9 + moved + 1e-9,
  }
}
