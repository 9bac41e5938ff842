/**
 * clock-leapt-ahead: a loop of `date` goes at its pace, and between two readings far more time passes than it waits. `date` alone
 * cannot say whether the clock leapt or the loop stood still.
 */
import { upperMedian } from '#core/number/quantile.ts'
import { signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import { amount } from '../amount.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'
import { goingBack, LEAST, neighbours, zoneOf } from './date-loop.ts'

/** A busy machine, or a command of the loop that waits for an answer, is late by some seconds. */
const FAR: Seconds = 20
const TIMES = 10
/** Readings from which a pace is known, and the share of the waits that keep it. */
const FEWEST = 6
const KEEP = 0.6

export const dateLeapt: Rule = ({ log, keeper }) => {
  const readings = log.timeless.filter(({ what, source }) => what === 'clock-read' && source === undefined)
  const leaps = neighbours(readings).flatMap(leapsOf)
  const [worst] = leaps.toSorted((a, b) => b.by - a.by)
  if (!worst) return []
  const more = leaps.length > 1 ? `, and ${leaps.length} times in all,` : ''
  return [
    {
      name: 'clock-leapt-ahead',
      severity: 'warning',
      from: undefined,
      to: undefined,
      what: `From one reading to the next${more} the clock went ahead by ${amount(worst.by)} more than the loop waits.`,
      measures: { size: worst.by, count: leaps.length },
      evidence: leaps
        .slice(0, 4)
        .flatMap(({ reading, before, by }) => [
          evidenceOf(before),
          { ...evidenceOf(reading), text: `${reading.text}  ${signed(by)} from where it would be` },
        ]),
      cost: 'What was to be done in that time was done late or not at all: timeouts ran out, jobs were skipped.',
      causes: [
        { what: 'the clock was set forward, or its counter leapt', why: 'if nothing else waited' },
        {
          what: 'the machine stood still, and its clock was put right at once or went on',
          why: 'if the hypervisor tells of a pause, a migration or a suspend',
        },
        { what: 'the loop itself was stopped: Ctrl-S, a blocked terminal', why: 'if other programs ran on' },
      ],
      remedy: configure(
        keeper,
        'Find out which of them it was, with a clock that nobody sets beside this one.',
        ['while sleep 1; do echo $(date +%s.%N) $(cut -d" " -f1 /proc/uptime); done'],
      ),
      confirm: 'The logs of the time daemon and the events of the hypervisor at that moment.',
    },
  ]
}

interface Leap {
  readonly reading: LogEvent
  readonly before: LogEvent
  readonly by: Seconds
}

function leapsOf(run: readonly LogEvent[]): Leap[] {
  // Of readings from several clocks none leaps.
  if (run.length < FEWEST || goingBack(run).odd.length > 0) return []
  const waits = run.slice(1).map((each, i) => each.size - run[i]!.size)
  const usual = upperMedian(waits)
  const kept = waits.filter(wait => Math.abs(wait - usual) < Math.max(LEAST, usual))
  if (kept.length < KEEP * waits.length || usual < 0) return []
  return waits.flatMap((wait, i) => {
    const [before, reading] = [run[i]!, run[i + 1]!]
    const by = wait - usual
    const far = by >= Math.max(FAR, TIMES * usual) && zoneOf(before) === zoneOf(reading)
    return far ? [{ reading, before, by }] : []
  })
}
