/**
 * The leap second as ntpd has it: when more than half of the survivors announce one, it comes at the end of the month, and
 * the kernel (or ntpd itself, without the kernel's loop) puts the clock back or forward then.
 */

import { endOfMonth } from '#core/time/civil.ts'
import { type Reading, since } from '#core/time/instant.ts'
import { announcedByMost, type Leap } from '#core/time/leap.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Association } from './association.ts'

/** It is announced to others on its day only. */
const DAY: Seconds = 86_400

export class LeapWatch {
  #armed: { readonly leap: 'insert' | 'delete'; readonly at: number } | undefined
  #announced: Leap = 'none'

  get announced(): Leap {
    return this.#announced
  }

  vote(survivors: readonly Association[], at: Pick<Reading, 'wall'>, now: number): void {
    if (!this.#armed && survivors.every(peer => peer.leap === 'none')) return
    const leap = announcedByMost(survivors.map(peer => peer.leap))
    const left = since(endOfMonth(at.wall), at.wall)
    this.#armed = leap && { leap, at: now + Math.ceil(left) }
    this.#announced = leap !== undefined && left < DAY ? leap : 'none'
  }

  /** The second of the daemon in which it is due, if any. */
  dueAt(): number {
    return this.#armed?.at ?? Number.POSITIVE_INFINITY
  }

  /** By how much the clock must be put forward now. */
  due(now: number): Seconds {
    if (!this.#armed || now < this.#armed.at) return 0
    const by = this.#armed.leap === 'insert' ? -1 : 1
    this.#armed = undefined
    this.#announced = 'none'
    return by
  }
}
