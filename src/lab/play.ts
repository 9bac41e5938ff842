/** Plays a story with somebody who keeps the clock, and says what it came to. The same story, player and seed: the same bytes. */
import { makePlayer, type PlayerSpec } from './players/player.ts'
import { type Run, runLab } from './run.ts'
import type { Scenario } from './scenario/schema.ts'
import { type Mark, stage } from './scenario/world.ts'
import { type Score, scoreRun } from './score.ts'

export interface Job {
  readonly scenario: Scenario
  readonly player: PlayerSpec
  readonly seed: number
}

export interface Played {
  readonly run: Run
  readonly score: Score
  readonly marks: readonly Mark[]
}

export function play({ scenario, player, seed }: Job, asked: { readonly believing?: boolean } = {}): Played {
  const { world, duration, scoring, marks } = stage(scenario, seed)
  const run = runLab({ world, seed, duration, player: makePlayer(player, scenario), ...asked })
  return { run, score: scoreRun(run, scoring), marks }
}
