/**
 * The leap second that is ahead, if one is. It is believed when most of the survivors announce it, on the last day of a
 * month; at its moment true time itself jumps, and everything that was learned of the counter moves along.
 */
import { endOfMonth } from '#core/time/civil.ts'
import { type Instant, since } from '#core/time/instant.ts'
import { announcedByMost, type Leap } from '#core/time/leap.ts'
import type { Seconds } from '#core/time/units.ts'

/** An announcement says that the day ends with a leap second, not the month. */
const AHEAD: Seconds = 86_400
/** Near the leap nobody can say whether a server has made it already. */
const BLURRED: Seconds = 2

export class LeapSecond {
  #armed: { readonly kind: 'insert' | 'delete'; readonly at: Instant } | undefined
  #passed: Instant | undefined

  /** The instant of the leap that is ahead: the midnight that comes a second later or earlier than it would. */
  get at(): Instant | undefined {
    return this.#armed?.at
  }

  /** What the survivors announce. True time is asked for only when they announce a leap, and nothing changes when it is not known. */
  hear(announced: readonly Leap[], trueTime: () => Instant | undefined): void {
    const kind = announcedByMost(announced)
    const now = kind && trueTime()
    if (kind && !now) return
    const at = now && endOfMonth(now)
    const isAhead = at !== undefined && since(at, now!) <= AHEAD && at !== this.#passed
    this.#armed = isAhead ? { kind: kind!, at } : undefined
  }

  /** Is this true time so near to the leap that no reply can be relied on? Asked for only when there is a leap. */
  blurs(trueTime: () => Instant | undefined): boolean {
    const near = this.#armed?.at ?? this.#passed
    const now = near && trueTime()
    return now !== undefined && Math.abs(since(now, near!)) < BLURRED
  }

  /** The leap is made: by how much true time moved against every counter. */
  pass(): Seconds {
    const { kind, at } = this.#armed!
    this.#passed = at
    this.#armed = undefined
    return kind === 'insert' ? -1 : 1
  }
}
