/**
 * What lines of `ntpd -q`, `chronyd -q` or ntpdate without a stamp tell where the clock was set again and again (field report 000). ntpd
 * sets what is more than 128 ms off, and slews the rest; chronyd sets whatever it finds, and ntpdate slews up to half a second. Nobody knows how long it was between two runs, so there is no rate: only by how much each run found
 * the clock wrong, and how long a crystal would have taken for that.
 */
import { growsInOrder } from '#analysis/log/corrections/runs.ts'
import { upperMedian } from '#core/number/quantile.ts'
import { duration } from '#core/time/format.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import { amount } from '../amount.ts'
import type { Cause, Finding } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'
import { commandRun } from './command-run.ts'
import { quantaAmong } from './lost-ticks.ts'
import { setBetweenRuns } from './set-between-runs.ts'
import { untimedRuns } from './untimed-runs.ts'

/** Fewer sets may each have followed a boot. */
const FEWEST = 3
const LARGE: Seconds = 1
/** Of what ntpdate slews, and chronyd sets: less is no trouble. */
const LITTLE: Seconds = 0.01
/** A crystal is hardly ever further off. */
const CRYSTAL: Rate = 100e-6
/** What it slewed in the other runs is then of another kind. */
const DWARFED = 0.1

export const setUntimed: Rule = subject => {
  const runs = untimedRuns(subject).sets
  const { daemon } = subject.keeper
  const sets = runs.filter(({ what, size }) =>
    daemon === 'ntpd' ? what === 'stepped' : Math.abs(size) > LITTLE,
  )
  if (sets.length === 0 || quantaAmong(runs, daemon) || setBetweenRuns(subject).length > 0) return []
  if (daemon === 'other' && growsInOrder(runs)) return []
  return sets.length < FEWEST ? onceOrTwice(sets, subject) : [again(sets, runs, subject)]
}

function again(sets: readonly LogEvent[], runs: readonly LogEvent[], subject: Subject): Finding {
  const sizes = sets.map(({ size }) => Math.abs(size))
  const [least, most, usual] = [Math.min(...sizes), Math.max(...sizes), upperMedian(sizes)]
  const forward = sets.filter(({ size }) => size > 0).length
  const way = forward === sets.length ? 'forward' : forward === 0 ? 'back' : 'forward and back'
  return {
    name: 'no-daemon',
    severity: most > LARGE ? 'critical' : 'warning',
    from: undefined,
    to: undefined,
    what: `Nobody keeps this clock: ${sets.length} of ${runs.length} runs of ${commandRun(subject.keeper)} had to ${sets.some(({ what }) => what === 'stepped') ? 'set' : 'move'} it ${way}, by ${amount(least)} to ${amount(most)}, usually ${amount(usual)}.`,
    measures: { count: sets.length, runs: runs.length, forward, least, most, usual },
    evidence: sets.slice(0, 6).map(evidenceOf),
    cost: 'Before each run all stamps were wrong by up to that, and then time jumped.',
    causes: causesOf({
      usual,
      bothWays: way === 'forward and back',
      jumps: jumpsBetween(sets, runs),
      // Who tells of `ntpd -q` ran it in a loop of a minute; ntpdate and chronyd are run by cron.
      byCron: subject.keeper.daemon !== 'ntpd',
    }),
    remedy: configure(
      subject.keeper,
      'Look at the clock source of the guest, and choose that of its hypervisor; then let a daemon keep the clock, instead of runs.',
      [
        'cat /sys/devices/system/clocksource/clocksource0/current_clocksource',
        'dmesg | grep -iE "tsc|clocksource|lost ticks"',
      ],
    ),
    confirm: '`clockwright drift HOST`: its rate, and whether it runs evenly or leaps.',
  }
}

const causesOf = (of: { usual: Seconds; bothWays: boolean; jumps: boolean; byCron: boolean }): Cause[] => [
  ...(of.byCron && !of.bothWays ? [DRIFT] : []),
  ...(of.jumps
    ? [
        {
          what: 'the clock leaps or stands still now and then: ticks are lost or made up for twice, or the machine is paused',
          why: 'between the other runs it drifted by far less',
        },
      ]
    : []),
  {
    what: 'the kernel counts time wrongly: ticks are lost or made up for twice, or the rate of the counter is not what it believes',
    why: `these lines do not say when the runs were: a crystal, 100 ppm off, needs ${duration(of.usual / CRYSTAL)} for so much${of.bothWays ? ', and goes one way only' : ''}`,
  },
  ...(of.bothWays
    ? [{ what: 'something else sets the clock, too', why: 'it was ahead at one run and behind at another' }]
    : of.byCron
      ? []
      : [DRIFT]),
]

const DRIFT: Cause = {
  what: 'the clock drifts, as any does that nobody keeps',
  why: 'if the runs lay so far apart',
}

function jumpsBetween(sets: readonly LogEvent[], runs: readonly LogEvent[]): boolean {
  const slewed = runs.filter(({ what }) => what === 'slew-begun').map(({ size }) => Math.abs(size))
  return (
    slewed.length >= FEWEST &&
    upperMedian(slewed) < DWARFED * upperMedian(sets.map(({ size }) => Math.abs(size)))
  )
}

/** What is run after a boot finds what the hardware clock was wrong by. */
function onceOrTwice(sets: readonly LogEvent[], { keeper, log }: Subject): Finding[] {
  const [worst] = sets.toSorted((a, b) => Math.abs(b.size) - Math.abs(a.size))
  const { size } = worst!
  if (Math.abs(size) < LARGE) return []
  return [
    {
      name: 'wrong-at-start',
      severity: log.span === undefined && !log.events.any ? 'warning' : 'note',
      from: undefined,
      to: undefined,
      what: `A run of ${commandRun(keeper)} found the clock ${amount(Math.abs(size))} ${size > 0 ? 'behind' : 'ahead'} and set it; its line does not say when.`,
      measures: { size, count: sets.length },
      evidence: sets.map(evidenceOf),
      cost: 'What was stamped before is wrong by that.',
      causes: [
        { what: 'nobody had kept the clock since it was set last', why: 'such a run sets it and ends' },
        {
          what: 'the hardware clock, or what the hypervisor shows as such, is wrong or in another zone',
          why: 'if the machine had just been booted',
        },
      ],
      remedy: configure(
        keeper,
        'Let a daemon keep the clock, and the hardware clock follow the system clock.',
        ['hwclock --systohc'],
      ),
      confirm: '`hwclock` beside `date`, after a boot.',
    },
  ]
}
