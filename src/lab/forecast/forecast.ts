/**
 * The operator's question: if this guest is paused for so long, how long will its clock be wrong, and what would help? The same
 * story for what is there and for each change of it, with the phase of the pause and the seed as samples.
 */
import * as v from 'valibot'
import type { Seconds } from '#core/time/units.ts'
import { USUAL_LONGEST_POLL } from '../players/longest-poll.ts'
import { type Scenario, scenarioSchema } from '../scenario/schema.ts'
import type { Score } from '../score.ts'
import { type Arrival, summarise } from '../summary.ts'
import type { Change } from './changes.ts'
import type { Network } from './network.ts'
import { type Candidate, Trial } from './trial.ts'

export interface Question {
  readonly pause: Seconds
  /** How long the daemon has run before: it asks less and less often. */
  readonly uptime: Seconds
  /** Where each server is. */
  readonly networks: readonly Network[]
  /** At its start the daemon knew the frequency, from an earlier life. */
  readonly driftfile: boolean
}

/** What is watched after the pause, where that is enough, and how much longer where it is not. */
const WATCHED: Seconds = 6 * 3600
const PATIENCE: Seconds = 24 * 3600
/** No guest begins with a clock that is right to the microsecond; what is left of its offset still counts after hours. */
const BEGUN_WITHIN: Seconds = 10e-3

/** One way, up and down: the LAN and the four servers of the internet of the real runs that the models are held against. */
const INTERNET = [
  ['5ms', '5ms'],
  ['11ms', '14ms'],
  ['22ms', '20ms'],
  ['40ms', '38ms'],
] as const

/** A pause meets the polls of a daemon at any phase, however long they may be. */
export function storyOf(
  { pause, uptime, networks, driftfile }: Question,
  polls: Seconds = USUAL_LONGEST_POLL,
): Scenario {
  return v.parse(scenarioSchema, {
    title: 'Forecast',
    about: 'A guest that has run for a while is paused once, and nothing on its own clocks shows it.',
    duration: uptime + pause + WATCHED,
    phase: Math.max(USUAL_LONGEST_POLL, polls),
    guest: { offsetspread: BEGUN_WITHIN, frequencyerror: 12, wander: 0.001, driftfile },
    server: networks.map((network, i) => {
      const address = `192.0.2.${i + 1}`
      if (network === 'lan') return { address, delay: '100us', jitter: '20us' }
      const [up, down] = INTERNET[i % INTERNET.length]!
      return { address, up, down, jitter: '1ms' }
    }),
    event: [{ kind: 'pause', at: uptime, length: pause }],
  })
}

/** How it was shortly before the pause: who was wrong then was not kept, and the pause did it no harm. */
const LOOK_BACK: Seconds = 600

/** The same story, in which the largest offset is that of the time right before the pause. */
export const judgedBefore = (story: Scenario, uptime: Seconds): Scenario => ({
  ...story,
  judged: {
    ...story.judged,
    from: Math.max(0, uptime - LOOK_BACK),
    to: Math.max(0, uptime - 1),
  },
})

/** Whose clock is farther off than this before the pause does not keep it. */
const KEPT_WITHIN: Seconds = 10e-3

/** What a story takes for granted of the time before the pause. */
export const assumedOf = ({ driftfile }: Question): string =>
  `At its start the clock was within ${BEGUN_WITHIN * 1e3} ms, and its frequency ${driftfile ? 'in the drift file' : 'not known yet, as no drift file is kept'}.`

/** All that is to be played: first what is there, then each change, each with its own count of runs. */
export const trialOf = (story: Scenario, candidates: readonly Candidate[]): Trial =>
  new Trial(story, PATIENCE, candidates)

export interface Prospect {
  readonly runs: number
  readonly timeTo10ms: Arrival
  /** In how many runs the daemon ended. */
  readonly exits: number
  /** The largest offset of all runs. */
  readonly worst: Seconds
  /** How far off the clock was at most right before the pause, in the median run. */
  readonly before: Seconds
}

/** Pause or not. */
export const isKept = ({ before }: Prospect): boolean => before <= KEPT_WITHIN

export interface ChangedProspect extends Prospect {
  readonly kind: Change['kind']
  readonly name: string
  readonly how: string
}

export function prospectOf(scores: readonly Score[]): Prospect {
  const { runs, timeTo10ms, exits, max } = summarise(scores)
  const worst = Math.max(...scores.map(score => Math.abs(score.worst)))
  return { runs, timeTo10ms, exits, worst, before: max.median }
}

interface Tried {
  readonly change: Change
  readonly scores: readonly Score[]
}

/**
 * Of those that were tried with the same seeds, the ones that change something, also beside what is listed before. A daemon that does
 * not heed a change of its configuration runs as before, to the bit.
 */
export function effective(now: readonly Score[], tried: readonly Tried[]): Tried[] {
  const kept: Tried[] = []
  for (const each of tried) {
    const others = [now, ...kept.map(({ scores }) => scores)]
    if (others.every(scores => differs(scores, each.scores))) kept.push(each)
  }
  return kept
}

const differs = (one: readonly Score[], other: readonly Score[]): boolean =>
  one.length !== other.length ||
  one.some(({ timeTo10ms, worst, exited }, i) => {
    const beside = other[i]!
    return timeTo10ms !== beside.timeTo10ms || worst !== beside.worst || exited !== beside.exited
  })

/** The best first: who comes back most surely, then soonest. */
export function rankChanges(changes: readonly Tried[]): ChangedProspect[] {
  return changes
    .map(({ change: { kind, name, how }, scores }) => ({ kind, name, how, ...prospectOf(scores) }))
    .sort(
      (a, b) =>
        a.timeTo10ms.never / a.runs - b.timeTo10ms.never / b.runs ||
        // Two that never come are equal: infinity minus infinity is no number.
        (a.timeTo10ms.median === b.timeTo10ms.median ? 0 : a.timeTo10ms.median - b.timeTo10ms.median),
    )
}
