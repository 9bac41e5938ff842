/**
 * Is one player better than another, or was it chance? Both were played with the same seeds: pauses of the same phases, over the same
 * network. Where neither is better, each comes back sooner in half of those runs in which there is a difference (the sign test). It asks
 * nothing of how recovery times are spread, of which some are infinite.
 */
import type { Score } from '../score.ts'

/** How often chance alone may seem to be that much better. */
const BY_CHANCE = 0.02
/** With fewer runs nothing can be told from chance, not even where each of them is better. */
export const LEAST_RUNS = Math.ceil(-Math.log2(BY_CHANCE))

/** Scores in the order of their seeds; of a shorter list those of its seeds count. */
export function isBetter(scores: readonly Score[], than: readonly Score[]): boolean {
  const runs = Math.min(scores.length, than.length)
  let sooner = 0
  let later = 0
  for (let i = 0; i < runs; i++) {
    const [mine, other] = [scores[i]!.timeTo10ms, than[i]!.timeTo10ms]
    if (mine < other) sooner++
    else if (mine > other) later++
  }
  return neverShare(scores) <= neverShare(than) && chanceOf(sooner, sooner + later) <= BY_CHANCE
}

export const neverShare = (scores: readonly Score[]): number =>
  scores.filter(({ timeTo10ms }) => timeTo10ms === Number.POSITIVE_INFINITY).length / scores.length

/** That so many or more of all coins show heads. In logarithms: of thousands of coins that all do, the chance is no double. */
function chanceOf(heads: number, all: number): number {
  let logarithm = all * Math.log(0.5)
  let chance = 0
  for (let tails = 0; tails <= all - heads; tails++) {
    chance += Math.exp(logarithm)
    logarithm += Math.log((all - tails) / (tails + 1))
  }
  return chance
}
