/** Plays a story with somebody who keeps the clock, and says what it came to. The same story, player and seed: the same bytes. */
import type { Seconds } from '#core/time/units.ts'
import { makePlayer } from './players/make.ts'
import type { PlayerSpec } from './players/player.ts'
import { storyFor } from './players/story-for.ts'
import { beginRun, type Run } from './run.ts'
import type { Scenario } from './scenario/schema.ts'
import { type Mark, stage } from './scenario/world.ts'
import { type Score, scoreRun } from './score.ts'
import { momentsOf, type Window } from './window.ts'

export interface Job {
  readonly scenario: Scenario
  readonly player: PlayerSpec
  readonly seed: number
  /** Where the clock is not surely right again by the end, it is watched for so much longer; and shorter where it soon is. */
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
  const playing = beginPlay(job, asked)
  if (job.patience === undefined) playing.advance(playing.duration)
  else watchUntilSettled(playing, job.patience)
  return playing.end()
}

/** Recovered for so long, and for as long as it took. */
const SETTLED: Seconds = 2 * 3600
const LIMIT: Seconds = 10e-3
const LOOK_EVERY: Seconds = 600

/**
 * Who has been right for the second half of what follows the disruption is taken to stay so, after two hours at once, else at the
 * end of the story; who has ended never comes back.
 */
function watchUntilSettled(playing: Playing, patience: Seconds): void {
  const { duration, disruptedAt } = playing
  let rightFrom = Math.ceil(disruptedAt)
  let looked = rightFrom
  let broken = 0
  const isWrong = (offset: Seconds) => Math.abs(offset) >= LIMIT
  const rightFor = ({ offsets, breaks }: Run): Seconds => {
    for (; looked < offsets.length; looked++) if (isWrong(offsets[looked]!)) rightFrom = looked + 1
    for (; broken < breaks.length; broken++) {
      const { at, before, after } = breaks[broken]!
      if (at > rightFrom && (isWrong(before) || isWrong(after))) rightFrom = Math.ceil(at)
    }
    return offsets.length - rightFrom
  }
  const isSettled = (least: Seconds) => {
    const right = rightFor(playing.soFar().run)
    return right > 0 && right >= least && right >= rightFrom - disruptedAt
  }
  while (playing.played <= duration) {
    playing.advance(Math.min(duration, playing.played + LOOK_EVERY))
    if (isSettled(SETTLED)) return
  }
  if (isSettled(0) || playing.soFar().run.exit) return
  while (playing.played <= duration + patience) {
    playing.advance(playing.played + LOOK_EVERY)
    if (isSettled(SETTLED)) return
  }
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

export function beginPlay(job: Job, { believing = false }: Asked = {}): Playing {
  const { player, seed, patience = 0 } = job
  const scenario = storyFor(player, beginning(job.scenario, player))
  const { duration, scoring, marks } = stage(scenario, seed)
  // What comes again and again comes in the longer time, too.
  const { world } = stage({ ...scenario, duration: scenario.duration + patience }, seed)
  const asked = typeof believing === 'boolean' ? believing : momentsOf(believing, duration)
  const running = beginRun({
    world,
    seed,
    duration: duration + patience,
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
  offset === undefined ? scenario : { ...scenario, guest: { ...scenario.guest, offset, offsetspread: 0 } }
