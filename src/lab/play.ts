/** Plays a story with somebody who keeps the clock, and says what it came to. The same story, player and seed: the same bytes. */
import type { Seconds } from '#core/time/units.ts'
import { makePlayer, type PlayerSpec } from './players/player.ts'
import { beginRun, type Run } from './run.ts'
import type { Scenario } from './scenario/schema.ts'
import { type Mark, stage } from './scenario/world.ts'
import { type Score, scoreRun } from './score.ts'
import { momentsOf, type Window } from './window.ts'

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

/** Whether the player is also asked what it would say of its clock: each second, or as a picture of a part needs it. */
interface Asked {
  readonly believing?: boolean | Window
}

export function play(job: Job, asked: Asked = {}): Played {
  const { scenario, player, seed, patience = 0 } = job
  const playing = beginPlay(job, asked)
  playing.advance(playing.duration)
  const played = playing.end()
  const { score } = played
  // Who is right for the second half of what follows the disruption is taken to stay so; who has ended never comes back.
  const surely = score.exited || score.timeTo10ms <= (playing.duration - playing.disruptedAt) / 2
  return patience === 0 || surely
    ? played
    : play({ scenario: { ...scenario, duration: scenario.duration + patience }, player, seed }, asked)
}

/** A story that is being played: it can be looked at before its end, continued, or dropped for another. */
export interface Playing {
  readonly duration: Seconds
  /** From when recovery counts. */
  readonly disruptedAt: Seconds
  /** Seconds that have been played. */
  readonly played: number
  advance(until: Seconds): void
  soFar(): Pick<Played, 'run' | 'marks'>
  end(): Played
}

export function beginPlay({ scenario: told, player, seed }: Job, { believing = false }: Asked = {}): Playing {
  const scenario = beginning(told, player)
  const { world, duration, scoring, marks } = stage(scenario, seed)
  const asked = typeof believing === 'boolean' ? believing : momentsOf(believing, duration)
  const running = beginRun({
    world,
    seed,
    duration,
    player: makePlayer(player, scenario),
    watched: scenario.judged.clock,
    believing: asked,
  })
  const soFar = () => ({ run: running.soFar(), marks })
  return {
    duration,
    disruptedAt: scoring.disruptedAt,
    get played() {
      return running.played
    },
    advance: until => running.advance(until),
    soFar,
    end() {
      const { run } = soFar()
      return { run, score: scoreRun(run, scoring), marks }
    },
  }
}

const beginning = (scenario: Scenario, { offset }: PlayerSpec): Scenario =>
  offset === undefined ? scenario : { ...scenario, guest: { ...scenario.guest, offset } }
