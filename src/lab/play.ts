/** Plays a story with somebody who keeps the clock, and says what it came to. The same story, player and seed: the same bytes. */
import type { Seconds } from '#core/time/units.ts'
import { makePlayer, type PlayerSpec } from './players/player.ts'
import { type Run, runLab } from './run.ts'
import type { Scenario } from './scenario/schema.ts'
import { type Mark, stage } from './scenario/world.ts'
import { type Score, scoreRun } from './score.ts'

export interface Job {
  readonly scenario: Scenario
  readonly player: PlayerSpec
  readonly seed: number
  /** Where the clock is not surely right again by the end, the story is played anew, so much longer. */
  readonly patience?: Seconds
}

export interface Played {
  readonly run: Run
  readonly score: Score
  readonly marks: readonly Mark[]
}

export function play(job: Job, asked: { readonly believing?: boolean } = {}): Played {
  const { player, seed, patience = 0 } = job
  const scenario = beginning(job.scenario, player)
  const { world, duration, scoring, marks } = stage(scenario, seed)
  const run = runLab({ world, seed, duration, player: makePlayer(player, scenario), ...asked })
  const score = scoreRun(run, scoring)
  // Who is right for the second half of what follows the disruption is taken to stay so; who has ended never comes back.
  const surely = score.exited || score.timeTo10ms <= (duration - scoring.disruptedAt) / 2
  return patience === 0 || surely
    ? { run, score, marks }
    : play({ scenario: { ...scenario, duration: scenario.duration + patience }, player, seed }, asked)
}

const beginning = (scenario: Scenario, { offset }: PlayerSpec): Scenario =>
  offset === undefined ? scenario : { ...scenario, guest: { ...scenario.guest, offset } }
