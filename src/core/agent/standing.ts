/**
 * What a server may say of the clock that the agent keeps: an honest word for clients who cannot see more of it than one
 * packet.
 *
 * A client takes root delay / 2 + root dispersion for what the server can be wrong by. Here that sum is the error bound: how
 * far the clock is from the best guess, and how far that can be from the truth. It grows while no sample comes, by
 * 15 ppm of the age at least, as RFC 5905 lets every server grow.
 *
 * Nothing is served while it is not known what time it is: at the start, from the first sign of a disruption until the
 * sources have settled it, and when the clock may be wrong by more than a second (MAXDIST of RFC 5905).
 */

import { refidOf } from '#core/ntp/refid.ts'
import { type Standing, UNSYNCHRONISED } from '#core/ntp/reply.ts'
import { logarithm2 } from '#core/number/elementary.ts'
import { plus, since } from '#core/time/instant.ts'
import { announcedByMost, type Leap } from '#core/time/leap.ts'
import { PPM, type Rate, type Seconds } from '#core/time/units.ts'
import type { SourceStatus, Status } from './status.ts'

/** A standing is said for this long before it is asked for again, and holds as long. */
export const STANDING_LASTS: Seconds = 0.25
/** φ of RFC 5905: how fast any clock may drift. */
const TOLERANCE: Rate = 15 * PPM
const MAX_DISTANCE: Seconds = 1
const MAX_STRATUM = 16

/** Whom the clock follows. It is said of a clock that coasts, too. */
interface Following {
  readonly stratum: number
  readonly refid: number
  readonly rootDelay: Seconds
}

export class Standings {
  readonly #precision: number
  readonly #refidOf: (address: string) => number
  #following: Following | undefined

  /** `refidOf`: four bytes that stand for the address of a source (RFC 5905, section 7.3). */
  constructor(precision: Seconds, refidOf: (address: string) => number) {
    this.#precision = Math.ceil(logarithm2(precision))
    this.#refidOf = refidOf
  }

  /** `log2` of seconds. */
  get precision(): number {
    return this.#precision
  }

  of(status: Status): Standing {
    const { state, offset, errorBound, measuredAt, now } = status
    if (state === 'starting' || state === 'freerun') this.#following = undefined
    if (state !== 'locked' && state !== 'holdover')
      return this.#unsynchronised(state === 'disrupted' ? 'STEP' : 'INIT')
    const following = this.#follow(status)
    if (!following || offset === undefined || errorBound === undefined || !measuredAt)
      return this.#unsynchronised('INIT')
    const age = since(now.monotonic, measuredAt.monotonic)
    const growing = (status.frequencyErrorBound ?? 0) + TOLERANCE
    const distance = Math.abs(offset) + errorBound + growing * STANDING_LASTS
    if (distance > MAX_DISTANCE || following.stratum >= MAX_STRATUM) return this.#unsynchronised('STEP')
    const rootDelay = Math.min(following.rootDelay, 2 * distance)
    const rootDispersion = Math.max(distance - rootDelay / 2, TOLERANCE * age)
    return {
      leap: leapOf(status.sources),
      stratum: following.stratum,
      precision: this.#precision,
      rootDelay,
      rootDispersion,
      refid: following.refid,
      // The clock may have been stepped since: what it would have read then is what counts.
      reference: plus(now.wall, -age),
    }
  }

  #follow({ stratum, rootDelay, sources }: Status): Following | undefined {
    const system = sources.find(({ state }) => state === 'system')
    if (system && stratum !== undefined && rootDelay !== undefined)
      this.#following = { stratum, rootDelay, refid: this.#refidOf(system.address) }
    return this.#following
  }

  #unsynchronised(why: 'INIT' | 'STEP'): Standing {
    return { ...UNSYNCHRONISED, precision: this.#precision, refid: refidOf(why) }
  }
}

/** A leap second is announced when most of those that are followed announce it. */
function leapOf(sources: readonly SourceStatus[]): Leap {
  const followed = sources.filter(({ state }) => state === 'system' || state === 'survivor')
  return announcedByMost(followed.map(({ leap }) => leap)) ?? 'none'
}
