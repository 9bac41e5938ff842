/**
 * stepped-by-its-daemon: ntpd steps when it was off by more than its threshold for the stepout time. In loopstats it writes an
 * update of exactly zero then: by how much it stepped stands in its log, in peerstats and in rawstats, and not there. Its log
 * says by how much, and not whether the clock had jumped, or had run away in those minutes, where it is not much.
 */
import { isOfARate, wrongAtStarts } from '#analysis/log/corrections/corrections-said.ts'
import { foughtBy } from '#analysis/log/disturbances/fought.ts'
import { rateToldBy } from '#analysis/log/disturbances/told.ts'
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Finding } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { type Subject, seenStarts } from '../subject.ts'

/** What a daemon sets right when it starts is not told. */
const START: Seconds = 900

export const steppedByItsDaemon: Rule = subject => {
  const { log, keeper, when } = subject
  const updates = log.updatesOf(keeper.daemon)
  if (keeper.daemon !== 'ntpd' || log.bestSamples('ntpd')) return []
  if (log.events.of('stepped').some(({ daemon }) => daemon === 'ntpd')) return byItsWords(subject)
  if (!updates) return []
  const starts = [updates.from, ...seenStarts(subject)]
  const steps = updates.corrections.markers
    .filter(({ at }) => !starts.some(start => at >= start && at <= start + START))
    .sort((a, b) => a.at - b.at)
  const [first] = steps
  if (!first) return []
  return [
    {
      name: 'stepped-by-its-daemon',
      severity: 'warning',
      from: first.since,
      to: steps.at(-1)!.at,
      what:
        steps.length === 1
          ? `${keeper.name} set the clock at ${when(first.at)}: it had been off by more than ${STEP_THRESHOLD * 1e3} ms.`
          : `${keeper.name} set the clock ${steps.length} times, first at ${when(first.at)}: each time it had been off by more than ${STEP_THRESHOLD * 1e3} ms.`,
      measures: { count: steps.length, moreThan: STEP_THRESHOLD },
      evidence: steps.slice(0, 8).map(({ at, since, file, line }) => ({
        text: `${when(at)}  an update of exactly zero; the one before was at ${when(since ?? at)}`,
        file,
        line,
      })),
      cost: 'Between the jump and the step, up to a quarter of an hour and more, stamps were wrong.',
      causes: [
        {
          what: 'the machine stood still, or somebody set its clock',
          why: 'a clock that only drifts is slewed',
        },
      ],
      remedy: configure(
        keeper,
        'Analyse its log or rawstats of that day, which say by how much and since when. Let ntpd write them:',
        ['statistics loopstats peerstats rawstats protostats'],
      ),
      confirm: '`clock_step` or `time reset` in the log of ntpd.',
    },
  ]
}

/** Steps of which its log does not say what was before them. */
function byItsWords({ log, keeper, disturbances, when }: Subject): Finding[] {
  if (rateToldBy(log, 'ntpd') || disturbances.oscillation) return []
  const known = [
    ...wrongAtStarts(log, 'ntpd'),
    ...disturbances.clock.flatMap(({ lines }) => lines),
    ...(foughtBy(log, 'ntpd')?.words ?? []),
  ]
  const steps = disturbances.own.filter(
    step =>
      Math.abs(step.size) > STEP_THRESHOLD &&
      !known.some(({ file, line }) => file === step.file && line === step.line) &&
      !isOfARate([step], log, 'ntpd'),
  )
  const [first] = steps
  if (!first) return []
  const most = Math.max(...steps.map(({ size }) => Math.abs(size)))
  return [
    {
      name: 'stepped-by-its-daemon',
      severity: 'warning',
      from: first.at,
      to: steps.at(-1)!.at,
      what:
        steps.length === 1
          ? `${keeper.name} set the clock ${first.size > 0 ? 'forward' : 'back'} by ${duration(most)} at ${when(first.at)}.`
          : `${keeper.name} set the clock ${steps.length} times, by up to ${duration(most)}, first at ${when(first.at)}.`,
      measures: { count: steps.length, most },
      evidence: steps.slice(0, 8).map(({ at, size, file, line }) => ({
        text: `${when(at)}  set ${size > 0 ? 'forward' : 'back'} by ${duration(Math.abs(size))}`,
        file,
        line,
      })),
      cost: `Until the step stamps were wrong by up to ${duration(most)}.`,
      causes: [
        { what: 'ntpd had just been started', why: 'it steps at once then; no line says when it was' },
        {
          what: 'the clock ran off at a rate that ntpd could not correct',
          why: 'in the minutes that it waits before it steps, that is enough',
        },
        ...(steps.some(({ size }) => size > 0)
          ? [{ what: 'the machine stood still for a moment', why: 'its clock lost time' }]
          : []),
        { what: 'somebody set the clock', why: 'to the other side' },
      ],
      remedy: configure(
        keeper,
        'Let ntpd write statistics, which show what was before a step, and analyse those of that day.',
        ['statistics loopstats peerstats rawstats protostats'],
      ),
      confirm: 'rawstats or peerstats of that time: one jump, or a ramp.',
    },
  ]
}
