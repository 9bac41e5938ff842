/**
 * cpu-clocks-differ: `date` shows one of two times by turns, or a constant difference by processor (field report 003: 85 s).
 * Each processor then reads a counter of its own. Readings are compared with their neighbours only, since they take time.
 */
import { upperMedian } from '#core/number/quantile.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import type { Finding } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject, spanOf } from '../subject.ts'
import { goingBack, leastOf, neighbours } from './date-loop.ts'

/** A reading may take so many times as long as the others. */
const SLOWER = 5
const FEWEST = 4

export const COST =
  'Time goes back and forth as the scheduler moves a process, and a timer that is set on one processor and fires on another is late by the difference. No time daemon can cure it.'

export const cpuClocksDiffer: Rule = subject => {
  const runs = neighbours(subject.log.timeless.filter(({ what }) => what === 'clock-read'))
  const apart = subject.log.said('cpus-differ')
  const byCpu = byProcessor(runs, subject)
  const others = byCpu ? runs.filter(run => !hasSeveral(run)) : runs
  return [
    ...(byCpu ? [byCpu] : []),
    ...others.map(run => byTurns(run, subject)).filter(found => found !== undefined),
    ...(apart.length > 0 ? [saidByKernel(apart, subject)] : []),
  ]
}

const hasSeveral = (run: readonly LogEvent[]): boolean => new Set(run.map(({ source }) => source)).size > 1

/** Each loop over the processors is compared in itself. */
function byProcessor(runs: readonly (readonly LogEvent[])[], subject: Subject): Finding | undefined {
  const loops = runs.filter(hasSeveral).map(run => {
    const pace = paceOf(run)
    const level = ({ size }: LogEvent, i: number) => size - i * pace
    const middle = upperMedian(run.map(level))
    const far = run
      .map((reading, i) => ({ reading, behind: middle - level(reading, i) }))
      .filter(({ behind }) => Math.abs(behind) >= Math.max(leastOf(run), SLOWER * pace))
    return { run, odd: far.map(({ reading }) => reading), behind: far.map(({ behind }) => behind) }
  })
  const odd = loops.flatMap(loop => loop.odd)
  if (odd.length === 0) return undefined
  const [behind] = loops.flatMap(loop => loop.behind).toSorted((a, b) => Math.abs(b) - Math.abs(a))
  const names = [...new Set(odd.map(({ source }) => source))]
  const { run } = loops.find(loop => loop.odd.length > 0)!
  return finding(subject, {
    what: `${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} ${behind! > 0 ? 'behind' : 'ahead of'} the other processors by ${duration(Math.abs(behind!))}.`,
    measures: { size: behind!, processors: new Set(run.map(({ source }) => source)).size, odd: names.length },
    evidence: [...odd.slice(0, 8), ...run.filter(each => !odd.includes(each)).slice(0, 2)].map(evidenceOf),
  })
}

/** A loop takes its time; of two or three readings nobody knows which of the waits was usual. */
const paceOf = (run: readonly LogEvent[]): Seconds =>
  run.length < FEWEST ? 0 : Math.max(0, upperMedian(run.slice(1).map(({ size }, i) => size - run[i]!.size)))

function byTurns(run: readonly LogEvent[], subject: Subject): Finding | undefined {
  const { odd } = goingBack(run)
  if (odd.length === 0) return undefined
  const size = upperMedian(odd.map(({ by }) => by))
  return finding(subject, {
    what: `${odd.length} of ${run.length} readings in a row are ${duration(size)} behind the others, and the next ones are right again: there is more than one clock.`,
    measures: { size, odd: odd.length, of: run.length },
    evidence: odd.slice(0, 5).map(({ reading, by }) => ({
      ...evidenceOf(reading),
      text: `${reading.text}  ${signed(-by)} from the one before`,
    })),
  })
}

function saidByKernel(events: readonly LogEvent[], subject: Subject): Finding {
  const sizes = events.map(({ size }) => size).filter(Number.isFinite)
  return {
    ...finding(subject, {
      what: 'The kernel found that the counters of the processors differ, and gave up reading them.',
      measures: sizes.length > 0 ? { cycles: Math.max(...sizes) } : {},
      evidence: events.slice(0, 3).map(evidenceOf),
    }),
    severity: 'note',
    ...spanOf(events),
    cost: 'The kernel reads a slower clock source from then on; time stays right.',
  }
}

const finding = (
  { keeper }: Pick<Subject, 'keeper'>,
  of: Pick<Finding, 'what' | 'measures' | 'evidence'>,
): Finding => ({
  name: 'cpu-clocks-differ',
  severity: 'critical',
  from: undefined,
  to: undefined,
  ...of,
  cost: COST,
  causes: [
    {
      what: 'each processor reads its own counter (TSC), and the hypervisor gave them different offsets',
      why: 'the difference is constant and belongs to a processor',
    },
    {
      what: 'a processor was paused or plugged in apart from the others',
      why: 'after a migration, a snapshot, or a hot plug',
    },
  ],
  remedy: configure(
    keeper,
    'Restart the guest, or for now take the odd processor out of use (processor 0 cannot be: take out all others). For good, use a clock source that is not the TSC, or tell the kernel that it is not stable.',
    [
      'echo 0 > /sys/devices/system/cpu/cpuN/online',
      'cat /sys/devices/system/clocksource/clocksource0/current_clocksource',
      'tsc=unstable   (on the kernel’s command line)',
    ],
  ),
  confirm:
    'clockwright cpus, or: for i in $(seq 0 $(($(nproc) - 1))); do echo -n "$i: "; taskset -c $i date; done',
})
