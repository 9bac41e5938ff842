/**
 * Several players in one story, each with seeds of its own, and what has come of them so far. Whose clock has not come back in any
 * of the first runs is not played on: each of those is a day and more long, and the answer is *never*. Who is quicker, the runs
 * or those who ask for them, changes nothing: the same runs count.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Job } from '../play.ts'
import type { PlayerSpec } from '../players/player.ts'
import type { Scenario } from '../scenario/schema.ts'
import type { Score } from '../score.ts'

/** After so many runs without a recovery. */
const HOPELESS = 8

export interface Candidate {
  readonly player: PlayerSpec
  /** At most. */
  readonly runs: number
}

interface Place {
  readonly candidate: number
  readonly run: number
}

export class Trial {
  /** The runs of a candidate side by side. */
  readonly jobs: readonly Job[]
  readonly #places: readonly Place[]
  readonly #scores: readonly (Score | undefined)[][]

  constructor(scenario: Scenario, patience: Seconds, candidates: readonly Candidate[]) {
    this.#places = candidates.flatMap(({ runs }, candidate) =>
      Array.from({ length: runs }, (_, run) => ({ candidate, run })),
    )
    this.jobs = this.#places.map(({ candidate, run }) => {
      const { player } = candidates[candidate]!
      return { scenario, player, seed: run + 1, patience }
    })
    this.#scores = candidates.map(({ runs }) => Array.from({ length: runs }))
  }

  /** What came of a job. */
  take(job: number, score: Score): void {
    const { candidate, run } = this.#places[job]!
    this.#scores[candidate]![run] = score
  }

  isNeedless(job: number): boolean {
    const { candidate, run } = this.#places[job]!
    return run >= HOPELESS && this.#isHopeless(candidate)
  }

  get complete(): boolean {
    return this.jobs.every((_, job) => this.#scoreOf(job) !== undefined || this.isNeedless(job))
  }

  /** Of all runs of a candidate that count: those of the first seeds, as far as they have been played. */
  scores(candidate: number): Score[] {
    const scores: Score[] = []
    for (const score of this.#scores[candidate]!) {
      if (score === undefined) break
      scores.push(score)
    }
    return this.#isHopeless(candidate) ? scores.slice(0, HOPELESS) : scores
  }

  #scoreOf(job: number): Score | undefined {
    const { candidate, run } = this.#places[job]!
    return this.#scores[candidate]![run]
  }

  #isHopeless(candidate: number): boolean {
    const first = this.#scores[candidate]!.slice(0, HOPELESS)
    return first.length === HOPELESS && first.every(score => score?.timeTo10ms === Number.POSITIVE_INFINITY)
  }
}
