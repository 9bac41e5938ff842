/**
 * The work of a worker, in pieces of some milliseconds, so that between two of them it can be told that something else is wanted
 * by now. First the course of each player with the first seed: a part of it as soon as it takes long, then the whole; then the
 * other seeds, for figures that do not hang on one.
 */
import type { Seconds } from '#core/time/units.ts'
import { curveOf } from '#lab/curve.ts'
import { beginPlay, type Playing } from '#lab/play.ts'
import { isAmbiguous } from '#lab/players/configured.ts'
import { configuredOf, playersOf } from '#lab/players/of-scenario.ts'
import { namesNobody, type PlayerSpec, whyNobody } from '#lab/players/player.ts'
import { saidOfServers } from '#lab/players/servers-played.ts'
import type { Scenario } from '#lab/scenario/schema.ts'
import { stage } from '#lab/scenario/world.ts'
import type { Score } from '#lab/score.ts'
import { summarise } from '#lab/summary.ts'
import type { Window } from '#lab/window.ts'
import type { Course, FromWorker, Order } from './messages.ts'

/** A piece of work lasts so long. */
const PIECE_MS = 8
/** A story is worth a look before its end after so long, and again and again. */
const LOOK_MS = 45

/** Milliseconds of some clock that never steps. */
export type Stopwatch = () => number

/** Each result is something to tell the page, or only a moment to listen. `lanes` in the order in which they are wanted. */
export function* work(
  order: Order,
  lanes: readonly number[],
  stopwatch: Stopwatch,
): Generator<FromWorker | undefined, void> {
  const { id, scenario } = order
  const played: Played[] = []
  for (const lane of lanes) {
    try {
      const player = playersOf(scenario)[lane]!
      const complaints = complaintsOf(scenario, lane, player)
      const score = yield* showCourse(order, lane, player, complaints, stopwatch)
      played.push({ lane, player, scores: [score] })
      yield figuresOf(order, played.at(-1)!)
    } catch (error) {
      yield {
        kind: 'refused',
        order: id,
        lane,
        why: error instanceof Error ? error.message : String(error),
      }
    }
  }
  yield* playSeeds(order, played, stopwatch)
}

interface Played {
  readonly lane: number
  readonly player: PlayerSpec
  readonly scores: Score[]
}

function* showCourse(
  { id, scenario, watch, stretches }: Order,
  lane: number,
  player: PlayerSpec,
  complaints: Complaints,
  stopwatch: Stopwatch,
): Generator<FromWorker | undefined, Score> {
  const window = windowOf(scenario, watch, stretches)
  const playing = beginPlay({ scenario, player, seed: 1 }, { believing: window })
  const span = [window.from, Math.min(window.to, playing.duration)] as const
  const course = (whole: boolean): Course => ({
    kind: 'course',
    order: id,
    lane,
    name: player.name,
    // A part of the picture has a part of its stretches.
    curve: curveOf(playing.soFar(), {
      ...window,
      stretches: Math.max(1, Math.round(stretches * partOf(span))),
    }),
    span,
    whole,
    ...complaints,
    fewServers: saidOfServers(player, scenario),
    ambiguous: isAmbiguous(scenario.player[lane]?.config ?? '', player.name),
  })
  const partOf = ([from, to]: typeof span) =>
    Math.min(1, Math.max(0, (playing.played - 1 - from) / (to - from)))
  let looked = stopwatch()
  for (const done of pieces(playing, stopwatch)) {
    if (done || stopwatch() - looked < LOOK_MS || playing.played <= window.from) yield undefined
    else {
      yield course(false)
      looked = stopwatch()
    }
  }
  yield course(true)
  return playing.end().score
}

function* playSeeds(
  order: Order,
  played: readonly Played[],
  stopwatch: Stopwatch,
): Generator<FromWorker | undefined, void> {
  for (let seed = 2; seed <= order.seeds; seed++)
    for (const each of played) {
      const playing = beginPlay({ scenario: order.scenario, player: each.player, seed })
      for (const _ of pieces(playing, stopwatch)) yield undefined
      each.scores.push(playing.end().score)
      yield figuresOf(order, each)
    }
}

/** Says after each piece whether it was the last. */
function* pieces(playing: Playing, stopwatch: Stopwatch): Generator<boolean, void> {
  const step: Seconds = Math.max(30, playing.duration / 1000)
  while (playing.played <= playing.duration) {
    const until = stopwatch() + PIECE_MS
    do playing.advance(playing.played + step)
    while (playing.played <= playing.duration && stopwatch() < until)
    yield playing.played > playing.duration
  }
}

const figuresOf = (order: Order, played: Played): FromWorker => ({
  kind: 'figures',
  order: order.id,
  lane: played.lane,
  name: played.player.name,
  summary: summarise(played.scores),
})

/** From a little before the first thing that happens. */
function windowOf(scenario: Scenario, watch: Seconds | undefined, stretches: number): Window {
  if (watch === undefined) return { from: 0, to: Number.POSITIVE_INFINITY, stretches }
  const [mark] = stage(scenario, 1).marks.toSorted((a, b) => a.at - b.at)
  const at = mark?.at ?? 0
  return { from: Math.max(0, Math.floor(at - watch / 20)), to: (mark?.until ?? at) + watch, stretches }
}

/** What the command plays, too: without those whom it refuses, and the whole file with them, because they name nobody. */
export function playable(scenario: Scenario): Scenario {
  const players = playersOf(scenario)
  return {
    ...scenario,
    player: scenario.player.filter(
      ({ config }, i) => config === undefined || !namesNobody(players[i]!, scenario),
    ),
  }
}

type Complaints = Pick<Course, 'notes' | 'unstarted'>

/** Throws when it could not be played at all. */
function complaintsOf(scenario: Scenario, lane: number, player: PlayerSpec): Complaints {
  const said = scenario.player[lane]
  const configured = said && configuredOf(said)
  if (!configured) return { notes: [], unstarted: undefined }
  if (namesNobody(player, scenario)) throw new Error(`it ${whyNobody(player)}`)
  const { notes, unstarted } = configured
  return { notes: notes.filter(note => note !== unstarted), unstarted }
}
