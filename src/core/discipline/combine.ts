/**
 * Combining (RFC 5905, section 11.2.3): the survivors' offsets, weighted by the inverse of their root distances.
 * The jitter of the result is the selection jitter and the survivors' own, added in squares.
 */
import type { Seconds } from '#core/time/units.ts'
import { type Clusterable, selectionJitter } from './cluster.ts'

export interface Combined<T> {
  readonly offset: Seconds
  readonly jitter: Seconds
  /** The survivor with the smallest root distance: the one whose stratum and refid we would pass on. */
  readonly system: T
}

/** `survivors` is not empty. */
export function combineSurvivors<T extends Clusterable>(survivors: readonly T[]): Combined<T> {
  let system = survivors[0]!
  let weights = 0
  let offset = 0
  let ownSquares = 0
  for (const survivor of survivors) {
    const weight = 1 / Math.max(survivor.rootDistance, Number.EPSILON)
    weights += weight
    offset += weight * survivor.offset
    ownSquares += weight * survivor.jitter ** 2
    if (survivor.rootDistance < system.rootDistance) system = survivor
  }
  const between = survivors.length > 1 ? selectionJitter(system, survivors) : 0
  return { offset: offset / weights, jitter: Math.sqrt(between ** 2 + ownSquares / weights), system }
}
