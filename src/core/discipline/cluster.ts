/**
 * Clustering (RFC 5905, section 11.2.2): among sources that all may be right, some scatter more than they need to.
 * The source that is farthest from the others is cast out, as long as that improves matters: as long as more than
 * `keep` remain and the worst selection jitter is larger than the smallest jitter of a survivor's own.
 */
import type { Seconds } from '#core/time/units.ts'

export interface Clusterable {
  readonly offset: Seconds
  readonly rootDistance: Seconds
  readonly jitter: Seconds
}

/** NMIN of RFC 5905. */
const KEEP = 3

/** Splits the truechimers into those that stay and those that do not; both keep the given order. */
export function clusterSurvivors<T extends Clusterable>(
  truechimers: readonly T[],
  keep = KEEP,
): { survivors: T[]; outliers: T[] } {
  const survivors = [...truechimers]
  const outliers: T[] = []
  while (survivors.length > keep) {
    let worst = survivors[0]!
    let worstMetric = -1
    for (const candidate of survivors) {
      const metric = selectionJitter(candidate, survivors) * candidate.rootDistance
      if (metric > worstMetric) {
        worst = candidate
        worstMetric = metric
      }
    }
    let smallestJitter: Seconds = Number.POSITIVE_INFINITY
    for (const { jitter } of survivors) smallestJitter = Math.min(smallestJitter, jitter)
    if (selectionJitter(worst, survivors) <= smallestJitter) break
    survivors.splice(survivors.indexOf(worst), 1)
    outliers.push(worst)
  }
  return { survivors, outliers }
}

/** Root mean square distance of one candidate to all the others. */
export function selectionJitter(candidate: Clusterable, all: readonly Clusterable[]): Seconds {
  let squares = 0
  for (const other of all) squares += (other.offset - candidate.offset) ** 2
  return Math.sqrt(squares / Math.max(1, all.length - 1))
}
