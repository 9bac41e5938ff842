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
import { isBetter, neverShare } from './better.ts'
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

/** So far ahead, and gaining, a clock begins in the story that shows whether anybody corrects it at all. */
export const BEGUN_WRONG: Seconds = 0.1
export const CORRECTED_WITHIN: Seconds = 6 * 3600

/**
 * Whoever corrects nothing may pass for one who does, while his clock is young and has not drifted far: the same guest without a pause,
 * whose clock is wrong from the start.
 */
export function uncorrected(question: Question): Scenario {
  const story = storyOf(question)
  return {
    ...story,
    duration: CORRECTED_WITHIN,
    phase: 0,
    guest: { ...story.guest, offset: BEGUN_WRONG, offsetspread: 0 },
    judged: { ...story.judged, from: CORRECTED_WITHIN - LOOK_BACK, to: CORRECTED_WITHIN },
    event: [],
  }
}

/** What an oscillator alone does not undo: it gains there, by little where its frequency is known. */
const NEARER = 0.9

/**
 * Of the score in that story. Who ended himself for such an offset does look at it; and a clock that has come to the other side of true
 * time was brought there, however far beyond it swings for some hours.
 */
export const hasCorrected = ({ max, overshoot, exited }: Score): boolean =>
  exited || overshoot > 0 || max < NEARER * BEGUN_WRONG

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
  /** In how many runs it was never off by 10 ms from the pause on. */
  readonly unhurt: number
  /** Whether a clock that is wrong is ever put right, pause or not. */
  readonly corrects: boolean
}

/** Pause or not. */
export const isKept = ({ before, corrects }: Prospect): boolean => corrects && before <= KEPT_WITHIN

export interface ChangedProspect extends Prospect {
  readonly kind: Change['kind']
  readonly name: string
  readonly how: string
  /** Than what is there, and not by chance. */
  readonly better: boolean
  /** Of its kind: the one with the fewest edits, unless more of them are better by more than chance. */
  readonly best: boolean
  /** Better than the best of its kind, and not by chance: where that one cannot be told from one that is better only to this one. */
  readonly beyondBest: boolean
}

/** What came of one player. */
export interface Outcome {
  readonly scores: readonly Score[]
  readonly corrects: boolean
}

export function prospectOf({ scores, corrects }: Outcome): Prospect {
  const { runs, timeTo10ms, exits, max } = summarise(scores)
  const worst = Math.max(...scores.map(score => Math.abs(score.worst)))
  const unhurt = scores.filter(({ timeTo10ms }) => timeTo10ms === 0).length
  return { runs, timeTo10ms, exits, worst, before: max.median, unhurt, corrects }
}

export interface Tried extends Outcome {
  readonly change: Change
}

/**
 * Of those that were tried with the same seeds, the ones that change something, also beside what is listed before. A daemon that does
 * not heed a change of its configuration runs as before, to the bit.
 */
export function effective(now: Outcome, tried: readonly Tried[]): Tried[] {
  const kept: Tried[] = []
  for (const each of tried)
    if ([now, ...kept].every(other => other.corrects !== each.corrects || differs(other.scores, each.scores)))
      kept.push(each)
  return kept
}

/** Where one was played more often, the seeds that both have count. */
const differs = (one: readonly Score[], other: readonly Score[]): boolean =>
  one.slice(0, other.length).some(({ timeTo10ms, worst, exited }, i) => {
    const beside = other[i]!
    return timeTo10ms !== beside.timeTo10ms || worst !== beside.worst || exited !== beside.exited
  })

/** The best first: who corrects the clock at all, then who comes back most surely, then soonest. */
export function rankChanges(now: Outcome, tried: readonly Tried[]): ChangedProspect[] {
  const ranked = tried
    .map(each => ({ ...each, prospect: prospectOf(each) }))
    .sort(({ prospect: a }, { prospect: b }) => {
      const [mine, others] = [a.timeTo10ms, b.timeTo10ms]
      return (
        Number(b.corrects) - Number(a.corrects) ||
        mine.never / a.runs - others.never / b.runs ||
        // Two that never come are equal: infinity minus infinity is no number.
        (mine.median === others.median ? 0 : mine.median - others.median)
      )
    })
  const best = (['edit', 'daemon'] as const).map(kind =>
    simplestOfBest(ranked.filter(({ change }) => change.kind === kind).filter(each => surpasses(each, now))),
  )
  return ranked.map(each => {
    const { kind, name, how } = each.change
    const offered = best.find(one => one?.change.kind === kind)
    return {
      kind,
      name,
      how,
      ...each.prospect,
      better: surpasses(each, now),
      best: offered?.change === each.change,
      beyondBest: offered !== undefined && surpasses(each, offered),
    }
  })
}

const surpasses = (one: Outcome, other: Outcome): boolean =>
  one.corrects === other.corrects ? isBetter(one.scores, other.scores) : one.corrects

/**
 * Of a list that has the best first. Chance is not transitive: three edits may be better than one, and two neither worse than the three
 * nor better than the one. An edit more is for what can be told, so each is weighed against the next simpler one.
 */
function simplestOfBest(ranked: readonly Tried[]): Tried | undefined {
  let [offered] = ranked
  for (;;) {
    const simpler = offered && simplestBeside(offered, ranked)
    if (!simpler) return offered
    offered = simpler
  }
}

const simplestBeside = (offered: Tried, ranked: readonly Tried[]): Tried | undefined =>
  ranked
    .filter(({ change }) => change.size < offered.change.size)
    .filter(each => !surpasses(offered, each) && neverShare(each.scores) <= neverShare(offered.scores))
    .reduce<Tried | undefined>(
      (simplest, each) => (simplest && simplest.change.size <= each.change.size ? simplest : each),
      undefined,
    )
