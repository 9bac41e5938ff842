/** Plays a story with several players and seeds, says how far it is, and what it came to. */
import type { PlayerSpec } from '#lab/players/player.ts'
import type { Scenario } from '#lab/scenario/schema.ts'
import type { Score } from '#lab/score.ts'
import { summarise } from '#lab/summary.ts'
import type { Result } from '#report/lab/results.ts'
import { playAll } from './pool.ts'
import { Watch } from './watch.ts'

/** The course is kept of the first seed of each player. */
export async function playStory(
  scenario: Scenario,
  players: readonly PlayerSpec[],
  seeds: number,
): Promise<Result[]> {
  const jobs = players.flatMap(player =>
    Array.from({ length: seeds }, (_, i) => ({ scenario, player, seed: i + 1 })),
  )
  const scores: Score[] = []
  const curves: (Result['curve'] | undefined)[] = []
  const watch = new Watch(jobs.length)
  try {
    await playAll(jobs, {
      signal: watch.signal,
      curves: index => index % seeds === 0,
      done(index, { score, curve }) {
        scores[index] = score
        if (curve) curves[index / seeds] = curve
        watch.done()
      },
    })
  } finally {
    watch.close()
  }
  watch.throwIfInterrupted()
  return players.map(({ name }, i) => ({
    name,
    summary: summarise(scores.slice(i * seeds, (i + 1) * seeds)),
    curve: curves[i],
  }))
}
