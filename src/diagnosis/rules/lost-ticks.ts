/**
 * lost-ticks: forward jumps of one amount, over and over (field report 000: 57.4 s every three minutes). A crystal that is
 * off drifts; only a counter that is read wrongly leaps by quanta. Old kernels say themselves that ticks are lost.
 */
import { upperMedian } from '#core/number/quantile.ts'
import { duration } from '#core/time/format.ts'
import type { Daemon, LogEvent } from '#core/trace/series.ts'
import type { Finding } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import type { Subject } from '../subject.ts'
import { evidenceOf, spanOf } from '../subject.ts'
import { commandRun } from './command-run.ts'
import { regularJumps } from './regular.ts'
import { untimedRuns } from './untimed-runs.ts'

/** Of the size of a quantum: a run that found so little came between two. */
const SMALL = 0.1

export const lostTicks: Rule = subject => {
  const regular = regularJumps(subject.disturbances.clock)
  const found: Finding[] = []
  if (regular?.moved === 'machine') {
    const { all, size, every } = regular
    found.push(
      finding(subject, {
        from: all[0]!.from,
        to: all.at(-1)!.to,
        what: `The clock leapt forward by ${duration(-size)} at least ${all.length} times, about every ${duration(every)}.`,
        measures: { size, count: all.length, every },
        evidence: all.slice(0, 5).flatMap(each =>
          each.lines.map(({ file, line }) => ({
            text: `forward by ${duration(-each.size)} between ${subject.when(each.from)} and ${subject.when(each.to)}`,
            file,
            line,
          })),
        ),
      }),
    )
  }
  const { daemon } = subject.keeper
  const loop = quantaAmong(untimedRuns(subject).sets, daemon)
  if (loop)
    found.push(
      finding(subject, {
        from: undefined,
        to: undefined,
        what: `In a loop of ${commandRun(subject.keeper)} the clock had to be set back ${loop.steps.length} times by nearly the same amount, ${duration(loop.size)}: it leaps forward.`,
        measures: { size: -loop.size, count: loop.steps.length },
        evidence: [
          ...loop.steps.slice(0, 5).map(evidenceOf),
          ...(daemon === 'ntpd'
            ? [
                {
                  text: 'what ntpd -q begins to slew goes on after it ends: up to 30 ms in the next minute are from the run before',
                },
              ]
            : []),
        ],
      }),
    )
  return found
}

/** A kernel that counts time in ticks said that it had missed some. */
export const ticksLost: Rule = ({ log, keeper }) => {
  const events = log.said('ticks-lost')
  if (events.length === 0) return []
  return [
    {
      name: 'lost-ticks',
      severity: 'warning',
      ...spanOf(events),
      what: 'The kernel lost ticks, by which it counts time.',
      measures: { count: events.length },
      evidence: events.slice(0, 4).map(evidenceOf),
      cost: 'The clock falls behind by each tick that is lost, or leaps when the kernel makes up for too many.',
      causes: [
        {
          what: 'the guest was not run when its timer rang',
          why: 'a busy host delivers ticks late, in bursts or never',
        },
      ],
      remedy: configure(
        keeper,
        'Fewer ticks are easier to deliver. A kernel that reads a counter instead loses none.',
        [
          'divider=10 clocksource=acpi_pm   (kernel 2.6.18 of RHEL 5)',
          'divider=10 clock=pmtmr   (kernel 2.6.9 of RHEL 4)',
        ],
      ),
      confirm: '`clockwright drift HOST`: the loss, and whether it comes with load.',
    },
  ]
}

/**
 * Of runs that nobody knows the time of. Those of `ntpd -q` are a loop of a minute. ntpdate and chronyd are run once a day, too, where
 * what any clock gains is alike from run to run: unless most runs found next to nothing.
 */
export function quantaAmong(runs: readonly LogEvent[], daemon: Daemon): ReturnType<typeof quantisedSteps> {
  const found = quantisedSteps(runs)
  const small = runs.filter(({ size }) => found && Math.abs(size) < SMALL * found.size)
  return daemon === 'ntpd' || small.length > runs.length / 2 ? found : undefined
}

/** Steps back that are alike, among runs of `ntpd -q`; two are enough, since nothing but a quantum repeats to 1 %. */
export function quantisedSteps(lines: readonly LogEvent[]): { size: number; steps: LogEvent[] } | undefined {
  const steps = lines.filter(({ what, size }) => what === 'stepped' && size < -0.5)
  if (steps.length < 2) return undefined
  const size = upperMedian(steps.map(({ size }) => -size))
  const alike = steps.filter(step => Math.abs(-step.size - size) < 0.03 * size)
  return alike.length >= 2 && alike.length >= 0.7 * steps.length ? { size, steps: alike } : undefined
}

const finding = (
  { keeper }: Subject,
  of: Pick<Finding, 'from' | 'to' | 'what' | 'measures' | 'evidence'>,
): Finding => ({
  name: 'lost-ticks',
  severity: 'critical',
  ...of,
  cost: 'No daemon can keep such a clock: it is wrong by up to the size of a jump all the time, and goes back at each correction.',
  causes: [
    {
      what: 'the guest’s timer is emulated wrongly: lost ticks are made up for twice, or a counter wraps',
      why: 'the jumps are equal, and drift is not',
    },
    {
      what: 'the counters of the processors differ, and the clock is read on one and then on another',
      why: 'guests with several processors and an unstable TSC show the same',
    },
  ],
  remedy: configure(
    keeper,
    'Change the clock source of the guest (its hypervisor’s own: kvm-clock, xen, hyperv_clocksource_tsc_page; else hpet or acpi_pm), or give it one processor. No setting of the time daemon cures it.',
    [
      'cat /sys/devices/system/clocksource/clocksource0/available_clocksource',
      'clocksource=… on the kernel’s command line; with a kernel of 2.6.18 also divider=10 or clock=pit',
    ],
  ),
  confirm: 'The same measurement with another clock source, and with one processor only.',
})
