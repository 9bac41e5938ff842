/**
 * never-corrected: the clock was off for most of a log, or for hours of it, by more than any daemon lets stand, and nothing
 * brought it back; or it went further and further away. So it is where the daemon may only look: chronyd -x, `disable ntp`, a
 * container that may not set the clock. chronyd says so when it starts, and measures against a clock of its own that it keeps
 * right in its head (sys_null.c): how wrong the system's is stands in tracking.log alone, as what is left to correct.
 */

import { type LongWay, paceOf } from '#analysis/log/corrections/long-way.ts'
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import { isOvershoot } from '#analysis/log/rate/learned-at-start.ts'
import type { Census } from '#analysis/log/sources/census.ts'
import { withoutSources } from '#analysis/log/sources/without-sources.ts'
import { duration, rate, signed } from '#core/time/format.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import { amount } from '../amount.ts'
import type { Finding } from '../finding.ts'
import type { Keeper } from '../keeper.ts'
import { configure, useChrony } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'
import { mendDistance } from '../too-distant.ts'
import { opinionsOf } from './few-sources.ts'
import { frequencyFarOff } from './frequency-far-off.ts'
import { frequencySaturated } from './frequency-saturated.ts'
import { overshoots } from './learned-while-slewed.ts'
import { isToldAsTooFar, nobodyFollowed } from './none-near-enough.ts'
import { onlyWatches, setBySomebodyFrom } from './only-watches.ts'
import { longSlew } from './slew-cannot-catch-up.ts'

const LONG: Seconds = 1800
/** Of the time of the log; or so long that ntpd with its longest polls would have made a step meanwhile. */
const MOST = 0.5
const FOR_HOURS: Seconds = 2 * 3600
/** Of what it was at first, when it goes away. */
const GROWN = 1.5
/** Of what somebody set right before: then nobody did any more. */
const AGAIN = 2
const LEAST_ROWS = 5
const APART = 0.1
const CRITICAL: Seconds = 1

export const neverCorrected: Rule = subject => {
  const { keeper, when } = subject
  const watches = onlyWatches(subject)
  const way = longError(subject)
  // What `chronyd -Q` finds it says, and it is to leave the clock alone.
  const asked = subject.log.samples.has('chronyd -Q')
  const setFrom = setBySomebodyFrom(subject)
  // Somebody sets it, from as far away, and that is told.
  if (setFrom !== undefined && !(way && Math.abs(way.most) > AGAIN * setFrom)) return []
  if (way && isToldAsTooFar(subject, way)) return []
  if (!way) return watches && !asked ? [leftAlone(watches, subject)] : []
  const nobody = watches ? undefined : nobodyFollowed(subject)
  const mend = mendDistance(keeper.daemon)
  const time = way.to - way.from
  const size = Math.abs(way.most)
  const side = way.most > 0 ? 'behind' : 'ahead'
  const away = goesAway(way)
  const pace = -paceOf(way)
  const tooFast = keeper.daemon === 'ntpd' && pace > DRIFTS
  return [
    {
      name: 'never-corrected',
      severity: size > CRITICAL ? 'critical' : 'warning',
      from: way.from,
      to: way.to,
      what: away
        ? `The clock went away from its sources for ${duration(time)}, from ${when(way.from)} to ${when(way.to)}, until it was ${amount(size)} ${side}, and nothing corrected it: it ${way.most > 0 ? 'loses' : 'gains'} ${rate(pace).slice(1)}.`
        : `The clock was ${amount(size)} ${side} for ${duration(time)}, from ${when(way.from)} to ${when(way.to)}, and nothing corrected it.`,
      measures: {
        size: way.most,
        last: way.last,
        time,
        ...(away && { frequencyError: way.most > 0 ? -pace : pace }),
      },
      evidence: [
        ...(watches ? [evidenceOf(watches)] : []),
        { text: `${when(way.from)}  offset ${signed(way.first)}` },
        { text: `${when(way.to)}  offset ${signed(way.last)}` },
      ],
      cost: 'All that this machine stamps is wrong by that.',
      causes: [
        ...(tooFast ? [RATE] : []),
        ...(nobody?.causes ?? []),
        {
          what: 'what wrote this log only watches: chronyd -x, `disable ntp`, or a container that may not set the clock',
          why: watches
            ? 'it said so when it started'
            : `it measured the offset again and again, and the offset ${away ? 'grew' : 'stayed'}`,
        },
        {
          what: 'its sources are wrong, and the clock is right',
          why: 'if there are few of them, or of one operator',
        },
      ],
      remedy: tooFast
        ? useChrony(
            keeper,
            'Look at the clock source of the guest; with a clock that is really so far off use chronyd, which corrects it.',
          )
        : nobody
          ? configure(keeper, mend.text, mend.changes)
          : letOneKeepIt(keeper),
      confirm: tooFast ? '`clockwright drift HOST` with the daemon stopped.' : CONFIRM,
    },
  ]
}

const RATE = {
  what: 'the kernel believes in a wrong rate of its counter: a TSC after a migration, a bad calibration at boot',
  why: 'ntpd corrects 500 ppm at most; where a clock runs away by thousands, each of its sources looks too noisy to it',
}

const letOneKeepIt = (keeper: Keeper) =>
  configure(
    keeper,
    'Let one daemon keep the clock; in a container or a guest that may not, that of the host.',
    ['ps -o args -C chronyd,ntpd   (without -x of chronyd, without `disable ntp`)'],
  )
const CONFIRM = '`clockwright query` with other servers; the capability CAP_SYS_TIME of the daemon.'

/** Another may keep that clock, as the host does that of a container; where tracking.log is not there, nobody can say. */
function leftAlone(watches: LogEvent, { log, keeper, when }: Subject): Finding {
  const right = log.updatesOf(keeper.daemon)?.slewedFar === false
  return {
    name: 'never-corrected',
    severity: right ? 'note' : 'warning',
    from: watches.at,
    to: log.span?.to,
    what: `${keeper.name} only watches this clock since ${when(watches.at)}: ${right ? 'another keeps it, or it stayed right by itself.' : 'it corrects nothing, and these logs do not say how wrong the clock is.'}`,
    measures: {},
    evidence: [evidenceOf(watches)],
    cost: right
      ? 'None while another keeps the clock.'
      : 'If nobody else keeps the clock it drifts: a crystal that is off by 10 ppm makes 0.9 s in a day.',
    causes: [
      { what: 'chronyd runs with -x, or in a container that may not set the clock', why: 'it says so' },
    ],
    remedy: letOneKeepIt(keeper),
    confirm: right
      ? CONFIRM
      : '`chronyc tracking`: its System time is how wrong the clock is. The capability CAP_SYS_TIME of the daemon.',
  }
}

/** What a jump began, or a step ended, is told as that. */
function longError(subject: Subject): LongWay | undefined {
  const { log, keeper, disturbances } = subject
  if (longSlew(subject)) return undefined
  const left = leftByChronyd(subject)
  if (left) return left
  const series = [log.bestSamples(keeper.daemon), ntpdsUpdates(subject)].find(each => each !== undefined)
  if (!series) return undefined
  const census = log.censusOf(keeper.daemon)
  const opinions = census && opinionsOf(census)
  // Nobody knows which are right.
  if (opinions?.split) return undefined
  const levels = opinions?.sources.map(({ level }) => level) ?? []
  const apart = Math.max(...levels) - Math.min(...levels)
  const learned = log.updatesOf(keeper.daemon)?.firstRate.learned
  const overshot = overshoots(subject)
  const disagree = (way: LongWay) =>
    census !== undefined && !goesAway(way) && apartIn(census, way) > APART * Math.abs(way.most)
  const ways = series.ways.all.toSorted((a, b) => Math.abs(b.most) - Math.abs(a.most))
  return ways.find(way => {
    const within = (at: Seconds) => at >= way.from - 1 && at <= way.to
    return (
      way.rows >= LEAST_ROWS &&
      !isOvershoot(way, learned) &&
      !overshot.some(each => way.from <= each.to && way.to >= each.from && way.most * each.most > 0) &&
      !(apart > APART * Math.abs(way.most)) &&
      !disagree(way) &&
      !hadNobody(way, subject) &&
      way.to - way.from > Math.max(LONG, Math.min(FOR_HOURS, MOST * (series.to - series.from))) &&
      !disturbances.own.some(({ at }) => within(at)) &&
      !disturbances.clock.some(each => began(each, way)) &&
      !(keeper.daemon === 'ntpd' && paceOf(way) < -DRIFTS && rateIsTold(subject))
    )
  })
}

const goesAway = ({ first, last }: LongWay): boolean => Math.abs(last) > GROWN * Math.abs(first)

/** How far the sources were from each other meanwhile. */
function apartIn(census: Census, way: LongWay): Seconds {
  const levels = census
    .sources()
    .map(({ source }) => census.medianIn(source, [way]))
    .filter(level => !Number.isNaN(level))
  return Math.max(...levels) - Math.min(...levels)
}

/** chronyd said before, or soon, that it follows nobody: it may set the clock, and knows of no time to set it to. */
function hadNobody({ from, to }: LongWay, subject: Subject): boolean {
  const { log, keeper } = subject
  if (keeper.daemon !== 'chrony' || onlyWatches(subject)) return false
  return withoutSources(log, keeper.daemon).some(each => each.from < (from + to) / 2 && each.to > from)
}

/** What chronyd corrects becomes less; what grows without a jump it leaves as it is. */
function leftByChronyd({ log, keeper, disturbances }: Subject): LongWay | undefined {
  const updates = keeper.daemon === 'chrony' ? log.updatesOf(keeper.daemon) : undefined
  return updates?.ways.all
    .filter(
      way =>
        way.rows >= LEAST_ROWS &&
        way.to - way.from > LONG &&
        goesAway(way) &&
        way.last === way.most &&
        !disturbances.clock.some(({ local }) => local.to >= way.from && local.from <= way.to),
    )
    .toSorted((a, b) => Math.abs(b.most) - Math.abs(a.most))[0]
}

/** Measurements that knew nothing of a jump may come after the first that did. */
const began = ({ local, size, before }: Disturbance, { from, first }: LongWay): boolean =>
  local.from <= from &&
  (local.to >= from ||
    (from - local.to < FOR_HOURS && Math.abs(before + size - first) < APART * Math.abs(first)))

/** Beyond what ntpd can correct. */
const DRIFTS: Rate = 500e-6

/** It steps, and its limit or the rate itself is told. One that runs away faster it never follows: it disbelieves its sources. */
const rateIsTold = (subject: Subject): boolean =>
  [...frequencySaturated(subject), ...frequencyFarOff(subject)].some(({ severity }) => severity !== 'note')

/** Those of chronyd are corrections, and no offsets. */
const ntpdsUpdates = ({ log, keeper }: Subject) =>
  keeper.daemon === 'chrony' ? undefined : log.updatesOf(keeper.daemon)
