/**
 * A clock that shows whole seconds, known to some milliseconds.
 *
 * When it shows s, its time lies in [s, s + 1): so its lead over our counter lies in an interval of a second. Looks at the
 * moments when the next second is expected cut that interval down, eight to a second at first; then one look a second
 * keeps it. Most of those come just *before* the second is due: a clock that shows it already has run ahead, which is
 * how a pause of less than a second shows. Between looks the interval widens by whatever the two may drift apart.
 */
import type { Interval } from '#core/discipline/select.ts'
import type { Seconds } from '#core/time/units.ts'

export interface SecondsLook {
  /** The counter before and after the clock was read, from some beginning. */
  readonly before: Seconds
  readonly after: Seconds
  /** What the clock showed, from some beginning. */
  readonly shown: number
}

export interface SecondsJump extends Interval {
  /** The counter at the last look that would have shown it, had it happened before. */
  readonly after: Seconds
}

/** The clock and our counter drift apart by no more than 500 ppm. */
const DRIFT = 5e-4
/** What looks like a jump by so little may be none: it is measured before it is told. */
const NOISE: Seconds = 0.02
/** Fine enough; wider than this it is searched for again. */
const FINE: Seconds = 0.01
const PARTS = 8
const SHORTEST: Seconds = 0.001
/** Looks before the second is due, to each one that may be after. */
const EARLY_LOOKS = 3
/** How much too early they are. */
const EARLY: Seconds = 0.05
/** Timers that are late as a rule are set earlier, by no more than this. */
const LATEST: Seconds = 0.05
/** So many looks are remembered, for when a jump can have happened; it may be this much larger than it seems. */
const REMEMBERED = 16
const LARGER: Seconds = 0.05

export class WholeSeconds {
  #lead: Interval | undefined
  #at: Seconds = 0
  #looks = 0
  /** When it was asked for, and how late looks usually are. */
  #asked: Seconds | undefined
  #late: Seconds = 0
  /** What was known before it was doubted, and the last look before that. */
  #doubted: { readonly lead: Interval; readonly at: Seconds; readonly after: Seconds } | undefined
  /** The latest looks, and how large a jump each could have missed. */
  #misses: { readonly at: Seconds; readonly size: Seconds }[] = []

  /** How far the clock is ahead of the counter; undefined before the first look. */
  get lead(): Interval | undefined {
    return this.#lead
  }

  get fine(): boolean {
    return this.#lead !== undefined && this.#lead.high - this.#lead.low <= FINE
  }

  /** By how much it jumped since the look before; undefined when it did not. */
  look({ before, after, shown }: SecondsLook): SecondsJump | undefined {
    if (this.#asked !== undefined) {
      const late = before - this.#asked
      this.#late = Math.min(Math.max(this.#late + Math.min(late, LATEST) / 4, 0), LATEST)
    }
    const known = this.#lead
    const jump = this.#take({ before, after, shown })
    const found = jump ? { ...jump, after: this.#lastClear(jump) } : this.#resolve(after)
    if (jump) {
      this.#misses = []
      this.#doubted = undefined
    }
    this.#misses.push({ at: after, size: shown + 1 - before - (jump ? shown - after : (known?.low ?? 0)) })
    if (this.#misses.length > REMEMBERED) this.#misses.shift()
    return found
  }

  #take({ before, after, shown }: SecondsLook): Interval | undefined {
    const seen = { low: shown - after, high: shown + 1 - before }
    const known = this.#lead
    if (!known) {
      this.#lead = seen
      this.#at = after
      return undefined
    }
    const grown = DRIFT * Math.max(0, after - this.#at)
    this.#at = after
    const low = Math.max(known.low - grown, seen.low)
    const high = Math.min(known.high + grown, seen.high)
    if (low <= high) {
      this.#lead = { low, high }
      return undefined
    }
    if (low - high <= NOISE) {
      const lead = { low: known.low - grown, high: known.high + grown }
      this.#doubted = { lead, at: after, after: this.#lastClear({ low: 0, high: 0 }) }
      this.#lead = seen
      return undefined
    }
    this.#lead = seen
    return { low: seen.low - known.high - grown, high: seen.high - known.low + grown }
  }

  /** Has what was doubted moved, as far as it is known again? */
  #resolve(now: Seconds): SecondsJump | undefined {
    const doubted = this.#doubted
    if (!doubted) return undefined
    const { low, high } = this.#lead!
    const drifted = DRIFT * (now - doubted.at)
    const moved = { low: low - doubted.lead.high - drifted, high: high - doubted.lead.low + drifted }
    const proven = moved.low > NOISE || moved.high < -NOISE
    if (proven || this.fine) this.#doubted = undefined
    return proven ? { ...moved, after: doubted.after } : undefined
  }

  /** A look just after a second began cannot tell whether the clock has run ahead by half of one. */
  #lastClear(jump: Interval): Seconds {
    const clear = this.#misses.findLast(({ size }) => size <= jump.low + LARGER)
    return (clear ?? this.#misses[0])!.at
  }

  /** When to look again, on the counter's scale; hardly later than in `within`. */
  next(now: Seconds, within: Seconds): Seconds {
    this.#asked = this.#due(now, within)
    return Math.max(now, this.#asked - this.#late)
  }

  #due(now: Seconds, within: Seconds): Seconds {
    if (!this.#lead) return now + within
    const { low, high } = this.#lead
    const width = high - low
    // The next second that the clock may not have shown yet comes between these two readings.
    const due = (second: number) => ({ from: second - high, to: second - low })
    if (width > FINE) {
      const step = Math.max(width / PARTS, SHORTEST)
      let second = Math.floor(now + low) + 1
      if (Math.max(now, due(second).from) + step >= due(second).to) second++
      return Math.min(now + within, Math.max(now, due(second).from) + step)
    }
    this.#looks++
    const early = this.#looks % (EARLY_LOOKS + 1) !== 0
    const aim = early ? high + EARLY : (low + high) / 2
    // A little more than a second may pass, never a second and the next one as well.
    let at = Math.ceil(now + within / 2 + aim) - aim
    if (at > now + 1.5 * within) at -= 1
    return at
  }
}
