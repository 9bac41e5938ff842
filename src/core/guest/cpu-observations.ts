/**
 * What was seen of the clocks of several processors: what the edge hands over, and nothing judged yet. Differences are in
 * seconds, and those between two processors have the sign of their readings: positive when the second one shows more.
 */
import type { Seconds } from '#core/time/units.ts'

/** The clocks that a program can read: two of the kernel's that are steered, one that is not, and the processor's own. */
export const CPU_CLOCKS = ['realtime', 'monotonic', 'raw', 'tsc'] as const
export type CpuClockName = (typeof CPU_CLOCKS)[number]

/**
 * Two processors that publish their readings to one another for a while. A reading that was seen was made before, so each
 * difference to one's own is the difference of the clocks plus a delay, and the least one says the most.
 */
export interface Exchange {
  readonly clock: CpuClockName
  readonly cpu: number
  /** When, by the counter of the reference. */
  readonly at: Seconds
  /** The least of (reading of this processor minus one of the reference that it had seen). */
  readonly toCpu: Seconds
  /** The least of (reading of the reference minus one of this processor that it had seen). */
  readonly toReference: Seconds
}

/** Two readings in a row, of which the second is earlier, or a good deal later. */
export interface Strange {
  /** Since the loop began, by the clock that is read. */
  readonly at: Seconds
  /** Where the first was made, and where the second. */
  readonly before: number
  readonly cpu: number
  /** The second minus the first. */
  readonly size: Seconds
}

/** One clock read as often as can be, by a thread that visits one processor after the other. */
export interface ReadingLoop {
  readonly clock: CpuClockName
  readonly readings: number
  readonly elapsed: Seconds
  /** What the kernel says of the resolution. */
  readonly reported: Seconds | undefined
  /** The smallest step that was seen; undefined when the clock stood still. */
  readonly smallest: Seconds | undefined
  readonly backwards: number
  /** Backward steps, and forward ones of a millisecond or more; only the first ones of very many. */
  readonly strange: readonly Strange[]
}

/** The kernel's own time as of its last tick (CLOCK_REALTIME_COARSE) on one processor, against the clock there. */
export interface Tick {
  readonly cpu: number
  /** The clock minus that, nearest to zero of several looks. */
  readonly since: Seconds
}

/** A timer that was set, and when it fired. */
export interface Sleep {
  /** By whose clock the end was computed. */
  readonly setBy: number
  /** Where the timer was armed and waited for. */
  readonly on: number
  /** How much too late, by the clock that set it; negative: too early. */
  readonly late: Seconds
  /** It had not fired so long after its time, and was not waited for any more. */
  readonly cut: boolean
}

export interface CpuObservations {
  /** The clock that is judged; the others are compared with what it shows. */
  readonly clock: CpuClockName
  /** All on which we may run, in order. */
  readonly cpus: readonly number[]
  /** The one with which the others were compared. */
  readonly reference: number
  readonly exchanges: readonly Exchange[]
  readonly loops: readonly ReadingLoop[]
  readonly ticks: readonly Tick[]
  readonly sleeps: readonly Sleep[]
}

/** Whose timers are worth trying across processors. */
export interface CpuSuspects {
  readonly odd: readonly number[]
  /** One of those that agree. */
  readonly right: number
}
