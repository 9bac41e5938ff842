/**
 * slew-cannot-catch-up: a large offset that is only slewed. ntpd and the kernel take away 500 µs in a second, so each
 * second of offset takes 2000 s; chronyd up to 83 ms in a second. Of chronyd's measurements alone their pace tells it.
 */

import { type LongWay, paceOf } from '#analysis/log/corrections/long-way.ts'
import { MAX_SLEW } from '#analysis/log/corrections/slew-pace.ts'
import { duration, rate, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { amount } from '../amount.ts'
import type { Finding } from '../finding.ts'
import { allowSteps } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import type { Subject } from '../subject.ts'
import { asItWent, isNearlyDone, type Slew } from './slew-as-it-went.ts'

/** Shorter is no trouble, or is stepped soon. */
const LONG: Seconds = 1800
/** ntpd slews at 500 ppm, to which the clock's own rate comes. */
const FASTEST_OF_NTPD = 1000e-6
const SLOWEST = 20e-6
/** From there on ntpd -x steps. */
const FROM_X: Seconds = 600
/** Steps of a daemon that may step. */
const OFTEN = 3
/** Of the largest offset. */
const SAME = 0.9

export const slewCannotCatchUp: Rule = subject => {
  const { keeper, when } = subject
  const way = longSlew(subject)
  if (!way) return []
  if (way.paced === 'on the way') return [slewedBefore(way, subject)]
  const { pace, done, wrongFor } = way
  const left = Math.abs(way.last) / pace
  const nearly = isNearlyDone(way)
  const took = `${keeper.name} took ${duration(way.to - way.from)}`
  return [
    {
      name: 'slew-cannot-catch-up',
      severity: 'critical',
      from: way.from,
      to: way.to,
      what: done
        ? `${took} ${nearly ? `to slew ${amount(Math.abs(way.first))} away` : `until less than 128 ms of ${amount(Math.abs(way.first))} were left to slew`}, at ${rate(pace).slice(1)}.`
        : `${keeper.name} slews ${amount(Math.abs(way.first))} away at ${rate(pace).slice(1)} only: ${amount(Math.abs(way.last))} are left after ${duration(way.to - way.from)}, which take ${duration(left)} more.`,
      measures: {
        size: way.first,
        left: done && !nearly ? 0 : way.last,
        pace,
        timeSpent: way.to - way.from,
        timeLeft: done ? 0 : left,
      },
      evidence: [
        { text: `${when(way.from)}  offset ${signed(way.first)}` },
        way.paced ? byPace(way) : { text: `${when(way.lastAt)}  offset ${signed(way.last)}, never stepped` },
      ],
      cost: `The clock was wrong by more than 128 ms for ${duration(wrongFor)}.`,
      causes: [
        keeper.daemon === 'chrony'
          ? NO_STEPS_LATER
          : {
              what: 'ntpd runs with -x (or tinker step), which forbids steps below 600 s',
              why: 'an offset above 128 ms was taken in and not stepped',
            },
      ],
      remedy: allowSteps(keeper),
      confirm: OPTIONS,
    },
  ]
}

const OPTIONS = 'The options of the running daemon: ps -o args, /etc/sysconfig/ntpd, the directive makestep.'
const NO_STEPS_LATER = {
  what: 'makestep allows steps only in the first updates after the start',
  why: 'chronyd slewed what makestep 1 -1 would have stepped',
}

/** Where only the pace of polls shows it, and it had begun before the log: how wrong the clock was, at least. */
function slewedBefore(slew: LongSlew, { keeper, when }: Subject): Finding {
  const { from, to, first } = slew
  return {
    name: 'slew-cannot-catch-up',
    severity: 'critical',
    from,
    to,
    what: `${keeper.name} slewed for ${duration(to - from)} at ${rate(MAX_SLEW).slice(1)}, and had begun before this log: at ${when(from)} the clock was at least ${amount(Math.abs(first))} ${first > 0 ? 'behind' : 'ahead'}.`,
    measures: { size: first, pace: MAX_SLEW, timeSpent: to - from },
    evidence: [byPace(slew)],
    cost: `The clock was wrong for ${duration(to - from)}, by more than the offsets of this log say: chronyd counts what it slews as done.`,
    causes: [NO_STEPS_LATER],
    remedy: allowSteps(keeper),
    confirm:
      'tracking.log, which has what is left to slew; `chronyc tracking`, as System time. Then makestep in chrony.conf.',
  }
}

const byPace = ({ first }: LongSlew) => ({
  text: `its polls come ${rate(MAX_SLEW).slice(1)} ${first > 0 ? 'sooner' : 'later'} by true time than by its own clock: it runs so much ${first > 0 ? 'faster' : 'slower'}`,
})

export interface LongSlew extends Slew {
  /** Only the pace of chronyd's polls shows it: from its beginning, or when it was on the way already. */
  readonly paced?: 'from its beginning' | 'on the way'
}

/** Of measurements alone, which are against a clock on which all was corrected already. */
function pacedSlew({ log, keeper }: Subject): LongSlew | undefined {
  const series = log.bestSamples(keeper.daemon)
  if (!series || log.updatesOf(keeper.daemon)) return undefined
  const slew = series.slews.find(({ from, to }) => to - from > LONG)
  if (!slew) return undefined
  const { from, side, size } = slew
  const known = !Number.isNaN(size)
  const over = known ? from + Math.abs(size) / MAX_SLEW : slew.to
  const to = Math.min(over, slew.until, known ? series.to : slew.to)
  const slewed = side * MAX_SLEW * (to - from)
  const first = known ? size : slewed
  const last = first - slewed
  const done = isNearlyDone({ first, last })
  const paced = known ? 'from its beginning' : 'on the way'
  const pace = paceOf({ from, to, first, last })
  return { from, to, first, last, lastAt: to, pace, done, wrongFor: to - from, paced }
}

/** The largest offset that was slewed for long. */
export function longSlew(subject: Subject): LongSlew | undefined {
  const { log, keeper } = subject
  const { daemon } = keeper
  const paced = daemon === 'chrony' ? pacedSlew(subject) : undefined
  if (paced) return paced
  const updates = log.updatesOf(daemon)
  const samples = daemon === 'chrony' ? undefined : log.bestSamples(daemon)
  const slews = [updates, samples].flatMap(series =>
    (series?.ways.all ?? []).filter(way => isSlow(way, subject)).map(way => ({ way, series: series! })),
  )
  const [largest] = slews.toSorted((a, b) => Math.abs(b.way.first) - Math.abs(a.way.first))
  if (!largest) return undefined
  // Of updates and measurements those know more of the same that go on for longer.
  const { way, series } = slews
    .filter(each => isSame(each.way, largest.way))
    .reduce((a, b) => (b.way.to - b.way.from > a.way.to - a.way.from ? b : a))
  return asItWent(way, series, subject)
}

function isSlow(way: LongWay, { keeper: { daemon }, disturbances }: Subject): boolean {
  const pace = paceOf(way)
  const stepped = disturbances.own.some(({ at }) => at >= way.from && at <= way.to)
  // With -x it steps by minutes only.
  const steps = disturbances.own.filter(({ by, size }) => by === 'step' && Math.abs(size) < FROM_X)
  // What swings comes back by itself.
  const swings = way.to - way.from < (disturbances.oscillation?.period ?? 0)
  return (
    way.rows >= 5 &&
    way.to - way.from > LONG &&
    pace > SLOWEST &&
    (daemon === 'chrony' || pace < FASTEST_OF_NTPD) &&
    !stepped &&
    !(daemon === 'ntpd' && steps.length >= OFTEN) &&
    !swings
  )
}

const isSame = (a: LongWay, b: LongWay): boolean =>
  a.from <= b.to && b.from <= a.to && Math.abs(a.first) > SAME * Math.abs(b.first)
