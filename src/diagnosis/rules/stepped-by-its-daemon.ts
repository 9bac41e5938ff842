/**
 * stepped-by-its-daemon: loopstats alone. ntpd steps when it was off by more than its threshold for the stepout time, and
 * writes an update of exactly zero then. By how much it stepped stands in its log, in peerstats and in rawstats, and not here.
 */
import type { Seconds } from '#core/time/units.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'

/** What a daemon sets right when it starts is not told. */
const START: Seconds = 900
const THRESHOLD: Seconds = 0.128

export const steppedByItsDaemon: Rule = ({ log, keeper, when }) => {
  const updates = log.updatesOf(keeper.daemon)
  if (keeper.daemon !== 'ntpd' || !updates || log.bestSamples('ntpd')) return []
  if (log.events.of('stepped').some(({ daemon }) => daemon === 'ntpd')) return []
  const steps = updates.corrections.markers
    .filter(({ at }) => at > updates.from + START)
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
          ? `${keeper.name} set the clock at ${when(first.at)}: it had been off by more than ${THRESHOLD * 1e3} ms.`
          : `${keeper.name} set the clock ${steps.length} times, first at ${when(first.at)}: each time it had been off by more than ${THRESHOLD * 1e3} ms.`,
      measures: { count: steps.length, moreThan: THRESHOLD },
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
