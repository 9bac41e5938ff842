/**
 * Sudden changes of the offset against one source: where the next measurement is not where the last one and ordinary
 * drift lead to. Ordinary is what this source did lately (the running median of its changes), what a clock whose rate is
 * off by 50 ppm does between two polls, what a daemon slews towards zero at 500 ppm, and what the packets' delay beyond
 * the least one can hide (an offset is wrong by at most half of it). What remains may be a pause, a step by somebody, a
 * correction by the daemon, or the source itself: that is decided later, from all of them together.
 */
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { SampleBlock } from '#core/trace/series.ts'
import { Eras } from '../order/eras.ts'
import { once } from '../order/once.ts'
import { Filters } from '../sources/filters.ts'
import { REFERENCE_CLOCKS } from '../statistics/best-samples.ts'
import { grown } from '../statistics/grown.ts'
import { Largest } from '../statistics/largest.ts'

const FIELDS = 13
const SEEN = 0
const AT = 1
const OFFSET = 2
const TYPICAL = 3
const SPACING = 4
const LEAST_DELAY = 5
const EXCESS = 6
const WAIT = 7
const WAIT_BEFORE = 8
const ERA = 9
const RUN = 10
/** Since the last measurement there were rows without one. */
const UNHEARD = 11
const LAST_CHANGE = 12

/** Of the running median of the changes: a Gaussian is that far off once in ten million. */
const UNUSUAL = 8
/** The rate may change by this between polls without anything having happened: temperature, a discipline that settles. */
const RATE_SLACK: Rate = 50e-6
/** chronyd holds what it knows of the rate while it hears nobody, and only temperature changes that: silence is so many polls. */
const HELD_SLACK: Rate = 20e-6
const SILENCE = 8
/** ntpd and the kernel slew at 500 ppm; the rest is for the clock's own rate. */
export const SLEW_LIMIT: Rate = 600e-6
/** What is measured within less, as in a burst, says nothing of a rate. */
const BURST: Seconds = 64
/** ptp4l and phc2sys slew at up to 900 000 ppm. */
const SLEW_LIMIT_OF_LINUXPTP: Rate = 1
/** No crystal is worse: what moves faster jumps. */
const WORST_RATE: Rate = 3000e-6
/** Lines of one source are written in their order, but for seconds. */
const OUT_OF_ORDER: Seconds = 3600
const LEAST_CHANGE: Seconds = 2e-3
/** Daemons add some chance to their polls. */
const LEAST_UNSTEADINESS = 0.01
/** The first measurements of a source, often a burst, only teach what is usual. */
const WARM_UP = 4
/** Of the offset that is left: what went to zero from further away was set right by the daemon at its start, and is not usual. */
const NOT_SET = 2
/** Where those before were fine, two are enough to see that the next is seconds away. */
const FEWEST = 2
const SUDDEN: Seconds = 1
const FINE: Seconds = 1e-3
/** So many changes to one side in a row are a rate. */
const RATE_RUN = 3
/**
 * Noise makes so many to one side once in a hundred times, and a clock that swings turns slowly: after them half of what is unusual is
 * sudden to the other side.
 */
const LONG_RUN = 8
const TURNED = 4
const MOST = 4096
/** Below its step threshold ntpd lets the kernel move the clock by a share of the offset in each second: no rate limits that. */
const LOOP_SHARE = 0.5
/** Four significant digits are printed by chrony, nine decimals by ntpd. */
const ROUNDING_OF_CHRONY = 5e-4
/** How fast the medians follow: a factor for each row, downwards and upwards. */
const FOLLOW = Float64Array.of(1 / 1.1, 1.1)

export interface Change {
  readonly source: number
  /** The last measurement before, and the first after, by the local clock. */
  readonly from: Seconds
  readonly to: Seconds
  /** It happened between these. A filter shows a sample that is up to eight polls old, and its jitter what is in it already. */
  readonly earliest: Seconds
  readonly latest: Seconds
  /** Among the eras of its log. */
  readonly fromEra: number
  readonly toEra: number
  readonly before: Seconds
  readonly after: Seconds
  /** Less than this is not told from nothing. */
  readonly tolerance: Seconds
  /** How long the daemon waited between the two measurements before, and how differently from the time before that. */
  readonly spacing: Seconds
  readonly unsteadiness: Seconds
  /** By how much the offset had changed between those two. */
  readonly changeBefore: Seconds
  /** ntpd's filter was empty: the daemon had begun anew, or set its clock. It also is where it told before that nobody answered. */
  readonly fresh: boolean
  /** Of those that are not, only the fresh ones are told: what was corrected may hide a jump. */
  readonly sudden: boolean
  readonly file: number
  readonly line: number
  /** The measurement after the next, and when it was: NaN while there is none. */
  next: Seconds
  nextAt: Seconds
}

/** The dispersion of a filter that holds one sample (16 s halved for each empty place of eight). */
export const FRESH_DISPERSION: Seconds = 7.9

export class Changes {
  readonly #largest = new Largest<Change>(MOST, ({ fresh, before, after }) =>
    fresh ? Number.POSITIVE_INFINITY : Math.abs(after - before),
  )
  #state: Float64Array = new Float64Array(64 * FIELDS)
  readonly #waiting = new Map<number, Change>()
  readonly eras = new Eras()
  readonly #filters = new Filters()

  add(block: SampleBlock): void {
    const { at, source, offset, delay, dispersion, jitter, line } = block
    const filtered = !block.exchanges
    const rounding = block.daemon === 'chrony' ? ROUNDING_OF_CHRONY : 0
    // Without its sources ntpd goes on by what it had learned last, however wrong that was.
    const held = block.daemon === 'chrony'
    const servo = block.format === 'linuxptp'
    // What scatters more than a clock's rate can explain is the noise of the reference clock itself: no delay tells of it.
    const worstRate = block.format === REFERENCE_CLOCKS ? Number.POSITIVE_INFINITY : WORST_RATE
    const slewing = servo ? SLEW_LIMIT_OF_LINUXPTP : SLEW_LIMIT
    // Whether stamps jump with the clock.
    const byIt = Number(!servo)
    const loopShare = block.daemon === 'ntpd' ? LOOP_SHARE : 0
    let state = this.#state
    for (let row = 0; row < block.rows; row++) {
      const time = at[row]!
      const value = offset[row]!
      // What chronyd puts together of several readings of a reference clock bears a stamp from between them.
      if (Number.isNaN(value) && block.format === REFERENCE_CLOCKS) continue
      const era = this.eras.see(time)
      const who = source[row]!
      const s = who * FIELDS
      if (Number.isNaN(value)) {
        if (s + FIELDS <= state.length) state[s + UNHEARD] = 1
        continue
      }
      if (filtered) this.#filters.note(who, time, jitter[row]!)
      if (s + FIELDS > state.length) state = this.#state = grown(state, s + FIELDS)
      const seen = state[s + SEEN]!
      const before = state[s + OFFSET]!
      const change = value - before
      const size = Math.abs(change)
      const from = state[s + AT]!
      const trip = delay[row]!
      let excess = 0
      if (!Number.isNaN(trip)) {
        if (seen === 0 || trip < state[s + LEAST_DELAY]!) state[s + LEAST_DELAY] = trip
        excess = (trip - state[s + LEAST_DELAY]!) / 2
      }
      if (seen > 0) {
        if (this.#waiting.size > 0) this.#settle(who, value, time)
        const wait = time - from
        // A clock that is set back is behind by as much. What goes back in true time was put together in another order.
        if (wait + byIt * change < -OUT_OF_ORDER) {
          state[s + SEEN] = 1
          state[s + AT] = time
          state[s + ERA] = era
          state[s + OFFSET] = value
          state[s + EXCESS] = excess
          continue
        }
        const side = 2 * Number(change > 0) - 1
        const run = state[s + RUN]! * side
        const fresh = dispersion[row]! > FRESH_DISPERSION && state[s + UNHEARD] === 0
        // Nothing that is smaller is larger than its tolerance.
        if (
          (size > LEAST_CHANGE || fresh) &&
          (seen >= WARM_UP || (seen >= FEWEST && size > SUDDEN && isFine(before, state[s + TYPICAL]!)))
        ) {
          // Time as the source counts it: the local clock's, and what it lost.
          const elapsed = Math.max(1, wait + byIt * change)
          const away = Math.abs(before)
          const tolerance =
            toleranceOf(state, s, { run, elapsed, size, worstRate, held }) +
            excess +
            state[s + EXCESS]! +
            rounding * away +
            (away < STEP_THRESHOLD ? loopShare * away : 0)
          const sudden = size > tolerance && beyondSlewing(before, value, slewing * elapsed) > tolerance
          if (sudden || fresh)
            this.#found({
              source: who,
              from,
              to: time,
              ...(filtered
                ? this.#filters.seen(who, {
                    from,
                    to: time,
                    size: fresh ? STEP_THRESHOLD : size,
                  })
                : { earliest: from, latest: time }),
              fromEra: state[s + ERA]!,
              toEra: era,
              before,
              after: value,
              tolerance,
              spacing: state[s + WAIT]!,
              unsteadiness:
                Math.abs(state[s + WAIT]! - state[s + WAIT_BEFORE]!) + LEAST_UNSTEADINESS * state[s + WAIT]!,
              changeBefore: seen > 1 ? state[s + LAST_CHANGE]! : Number.NaN,
              fresh,
              sudden,
              file: block.file,
              line: line[row]!,
              next: Number.NaN,
              nextAt: Number.NaN,
            })
        }
        state[s + RUN] = (change === 0 ? 0 : side) + state[s + RUN]! * Number(run > 0)
        state[s + WAIT_BEFORE] = state[s + WAIT]!
        state[s + WAIT] = wait
        state[s + LAST_CHANGE] = change
        if (seen < WARM_UP) {
          const usual = Math.min(size, NOT_SET * Math.abs(value))
          if (usual > state[s + TYPICAL]!) state[s + TYPICAL] = usual
          if (wait > state[s + SPACING]!) state[s + SPACING] = wait
        } else {
          state[s + TYPICAL] = Math.max(1e-7, followed(state[s + TYPICAL]!, size))
          state[s + SPACING] = Math.max(1, followed(state[s + SPACING]!, wait))
        }
      }
      state[s + SEEN] = seen + 1
      state[s + UNHEARD] = 0
      state[s + AT] = time
      state[s + ERA] = era
      state[s + OFFSET] = value
      state[s + EXCESS] = excess
    }
  }

  get all(): readonly Change[] {
    return once(this.#largest.all, ({ source, from, to, before, after }) =>
      [source, from, to, before, after].join(),
    )
  }

  get count(): number {
    return this.#largest.offered
  }

  #found(change: Change): void {
    this.#largest.offer(change)
    this.#waiting.set(change.source, change)
  }

  #settle(source: number, offset: Seconds, at: Seconds): void {
    const change = this.#waiting.get(source)
    if (!change) return
    change.next = offset
    change.nextAt = at
    this.#waiting.delete(source)
  }
}

/** What this source's noise and its rate can do in this time. */
function toleranceOf(
  state: Float64Array,
  s: number,
  {
    run,
    elapsed,
    size,
    worstRate,
    held,
  }: {
    readonly run: number
    readonly elapsed: Seconds
    readonly size: Seconds
    readonly worstRate: Rate
    readonly held: boolean
  },
): Seconds {
  const spacing = state[s + SPACING]!
  const unusual = run <= -LONG_RUN ? TURNED : UNUSUAL
  const noise = unusual * Math.min(state[s + TYPICAL]!, worstRate * spacing)
  // Noise does not grow with the time between two polls, which may have become longer lately; what a rate does grows, and what goes to and
  // fro as a clock does that wanders.
  const usual = run >= RATE_RUN || spacing > state[s + WAIT]! ? spacing : state[s + WAIT]!
  const least = held || run >= RATE_RUN ? usual : Math.max(usual, BURST)
  const waits = elapsed - size > least ? (elapsed - size) / least : 1
  const longer = held && run < RATE_RUN ? Math.sqrt(waits) : waits
  const slack = held && waits > SILENCE ? HELD_SLACK : RATE_SLACK
  return Math.max(noise * longer, slack * elapsed + LEAST_CHANGE)
}

/**
 * A step of a running median towards the next value. What comes is above it as often as below: without a branch, which
 * would be guessed wrongly half of the time.
 */
const followed = (median: number, value: number): number => median * FOLLOW[Number(value > median)]!

const isFine = (offset: Seconds, change: Seconds): boolean => Math.abs(offset) < FINE && change < FINE

/** How far the new offset is from anything that slewing towards zero could have left, a little beyond zero included. */
function beyondSlewing(before: Seconds, after: Seconds, slewed: Seconds): Seconds {
  if (Math.abs(after - before) > slewed) return Math.abs(after - before)
  const [low, high] = before > 0 ? [-0.3 * before, before] : [before, -0.3 * before]
  return after < low ? low - after : after > high ? after - high : 0
}
