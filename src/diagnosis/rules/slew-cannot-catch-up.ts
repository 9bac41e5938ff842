/**
 * slew-cannot-catch-up: a large offset that is only slewed. ntpd and the kernel take away 500 µs in a second, so each
 * second of offset takes 2000 s; chronyd up to 83 ms in a second.
 */

import { type LongWay, paceOf } from '#analysis/log/long-way.ts'
import { duration, rate, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { amount } from '../amount.ts'
import { allowSteps } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import type { Subject } from '../subject.ts'

/** Shorter is no trouble, or is stepped soon. */
const LONG: Seconds = 1800
/** ntpd slews at 500 ppm, to which the clock's own rate comes. */
const FASTEST_OF_NTPD = 1000e-6
const SLOWEST = 20e-6

export const slewCannotCatchUp: Rule = subject => {
  const { keeper, when } = subject
  const way = longSlew(subject)
  if (!way) return []
  const pace = paceOf(way)
  const left = Math.abs(way.last) / pace
  const done = Math.abs(way.last) < 0.1 * Math.abs(way.first)
  return [
    {
      name: 'slew-cannot-catch-up',
      severity: 'critical',
      from: way.from,
      to: way.to,
      what: done
        ? `${keeper.name} took ${duration(way.to - way.from)} to slew ${amount(Math.abs(way.first))} away, at ${rate(pace).slice(1)}.`
        : `${keeper.name} slews ${amount(Math.abs(way.first))} away at ${rate(pace).slice(1)} only: ${amount(Math.abs(way.last))} are left after ${duration(way.to - way.from)}, which take ${duration(left)} more.`,
      measures: {
        size: way.first,
        left: way.last,
        pace,
        timeSpent: way.to - way.from,
        timeLeft: done ? 0 : left,
      },
      evidence: [
        { text: `${when(way.from)}  offset ${signed(way.first)}` },
        { text: `${when(way.to)}  offset ${signed(way.last)}, never stepped` },
      ],
      cost: `The clock was wrong by more than 128 ms for ${duration(way.to - way.from)}.`,
      causes: [
        keeper.daemon === 'chrony'
          ? {
              what: 'makestep allows steps only in the first updates after the start',
              why: 'chronyd slewed what makestep 1 -1 would have stepped',
            }
          : {
              what: 'ntpd runs with -x (or tinker step), which forbids steps below 600 s',
              why: 'an offset above 128 ms was taken in and not stepped',
            },
      ],
      remedy: allowSteps(keeper),
      confirm: 'The options of the running daemon: ps -o args, /etc/sysconfig/ntpd, the directive makestep.',
    },
  ]
}

/** The largest offset that was slewed for long. */
export function longSlew({ log, keeper, disturbances }: Subject): LongWay | undefined {
  const { daemon } = keeper
  const ways = [
    ...(log.updatesOf(daemon)?.ways.all ?? []),
    ...(daemon === 'chrony' ? [] : (log.bestSamples(daemon)?.ways.all ?? [])),
  ].filter(way => {
    const pace = paceOf(way)
    const stepped = disturbances.own.some(({ at }) => at >= way.from && at <= way.to)
    return (
      way.rows >= 5 &&
      way.to - way.from > LONG &&
      pace > SLOWEST &&
      (daemon === 'chrony' || pace < FASTEST_OF_NTPD) &&
      !stepped
    )
  })
  return ways.sort((a, b) => Math.abs(b.first) - Math.abs(a.first))[0]
}
