/**
 * What a loop of `ntpd -q`, ntpdate or `chronyd -q` tells of jumps: most runs put right what the clock had drifted since the last one, and
 * a few set it by far more. Lines without a stamp do not say when; none says whether the machine stood still or its clock did: a clock that had to be set forward had not run on.
 */
import { type Loop, loopOf } from '#analysis/log/corrections/runs.ts'
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import { amount } from '../amount.ts'
import type { Finding } from '../finding.ts'
import { stepAfterJumps } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject, spanOf } from '../subject.ts'
import { commandRun } from './command-run.ts'
import { quantisedSteps } from './lost-ticks.ts'
import { untimedRuns } from './untimed-runs.ts'

/** Runs from which it is known how far the clock drifts between two, and how much more is a jump. */
const FEWEST = 6
const TIMES = 10
/** `chronyd -q` sets whatever it finds. */
const LEAST: Seconds = 0.1
/** Where more of them set it the clock does not jump, but runs away. */
const MOST = 1 / 3

export const setBetweenRuns: Rule = subject => {
  const loop = loopOf(subject.log, subject.keeper.daemon)
  if (loop?.grows) return []
  const runs = loop?.runs ?? untimedRuns(subject).sets
  const usual = upperMedian(runs.map(({ size }) => Math.abs(size)))
  const leaps = loop ? leapsIn(loop) : []
  const sets = runs.filter(
    run =>
      run.what === 'stepped' && (Math.abs(run.size) > Math.max(LEAST, TIMES * usual) || leaps.includes(run)),
  )
  if (runs.length < FEWEST || sets.length > MOST * runs.length) return []
  const [forward, back] = [sets.filter(({ size }) => size > 0), sets.filter(({ size }) => size < 0)]
  return [
    ...(forward.length > 0 ? [stopped(forward, subject)] : []),
    // Those without stamps that are alike are told by lost-ticks.
    ...(back.length > 0 && (loop || !quantisedSteps(back)) ? [leapt(back, subject)] : []),
  ]
}

/** Runs that found far more than the clock drifts in the time since the one before, as surely as it does that. */
function leapsIn({ runs, rate, usual }: Loop): LogEvent[] {
  const beyond = runs.slice(1).map((run, i) => ({ run, size: run.size - rate * (run.at - runs[i]!.at) }))
  const scatter = upperMedian(beyond.map(({ size }) => Math.abs(size)))
  return beyond
    .filter(
      ({ run, size }) => run.size * size > 0 && Math.abs(size) > Math.max(LEAST, usual, TIMES * scatter),
    )
    .map(({ run }) => run)
}

const stopped = (sets: readonly LogEvent[], subject: Subject): Finding => ({
  ...told(sets, subject),
  name: 'vm-paused',
  what: `${counted(sets, subject)} found the clock behind by ${upTo(sets)} and set it: it had stood still.`,
  causes: [
    {
      what: 'the machine was paused, suspended or migrated, and its clock stopped with it',
      why: 'between all other runs it drifted by far less',
    },
    { what: 'a person or a program set the clock back', why: 'if the hypervisor knows of no pause' },
  ],
  confirm: 'The events of the hypervisor at that time.',
})

const leapt = (sets: readonly LogEvent[], subject: Subject): Finding => ({
  ...told(sets, subject),
  name: 'clock-leapt-ahead',
  what: `${counted(sets, subject)} found the clock ahead by ${upTo(sets)} and set it back.`,
  causes: [
    {
      what: 'a person, a program or the hypervisor set the clock forward, or its counter leapt',
      why: 'between all other runs it drifted by far less',
    },
  ],
  confirm: 'What else sets the clock: clockwright check.',
})

const upTo = (sets: readonly LogEvent[]): string =>
  `${sets.length > 1 ? 'up to ' : ''}${amount(Math.max(...sets.map(({ size }) => Math.abs(size))))}`

const counted = (sets: readonly LogEvent[], { keeper }: Subject): string =>
  sets.length === 1 ? `A run of ${commandRun(keeper)}` : `${sets.length} runs of ${commandRun(keeper)}`

const told = (sets: readonly LogEvent[], { keeper }: Subject) => ({
  severity: 'warning' as const,
  ...spanOf(sets),
  measures: {
    size: sets.reduce((most, { size }) => (Math.abs(size) > Math.abs(most) ? size : most), 0),
    count: sets.length,
  },
  evidence: sets.slice(0, 8).map(evidenceOf),
  cost: 'Until the next run every stamp was wrong by that, and then time jumped.',
  remedy: stepAfterJumps(keeper),
})
