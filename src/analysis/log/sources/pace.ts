/**
 * Whether somebody speaks at a pace, or by chance. A daemon asks each source at a poll of its own, which changes by factors of
 * two at most: one silence is about as long as the one before. Of stray packets one silence says nothing of the next, and some are many
 * times as long as most. ntpd writes into peerstats only what its filter chose, the best of the last eight: those silences are
 * of any number of polls up to eight, but none are longer.
 */
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'

/** Two polls that follow each other, and an answer that was lost. */
const ALIKE = 2.5
/** Of stray packets 43 % of the silences are so much like the one before. */
const NEARLY_ALL = 0.85
const LEAST_PAIRS = 8
/** Of stray packets 18 % of the silences are so much longer than their median. */
const HARDLY_ANY = 0.02
/** As many as a filter holds, and some chance. Of stray packets 40 % of the silences are longer than that many short ones. */
const FILTERED = 8.8
/** One in so many silences is shorter than a short one: a daemon that starts asks quickly. */
const SHORT = 12
export const LEAST_SILENCES = 32

/** Silences in their order; not known where nothing was heard before. */
export function isPaced(all: readonly Seconds[]): boolean {
  const silences = all.filter(silence => silence > 0)
  const pairs = silences.length - 1
  const alike = silences.filter((silence, i) => {
    const before = silences[i - 1]
    return before !== undefined && silence < ALIKE * before && before < ALIKE * silence
  }).length
  if (pairs >= LEAST_PAIRS && alike >= NEARLY_ALL * pairs) return true
  if (silences.length < LEAST_SILENCES) return false
  const shortest = silences.toSorted((a, b) => a - b)[Math.floor(silences.length / SHORT)]!
  return [ALIKE * upperMedian(silences), FILTERED * shortest].some(
    most => silences.filter(silence => silence > most).length <= HARDLY_ANY * silences.length,
  )
}
