/**
 * frequency-saturated: the correction of the rate stands at its limit, and the offset grows all the same. Or a servo of linuxptp,
 * which may correct far more, drives its clock as fast or as slowly as it can.
 */
import { LIMIT, NEARLY } from '#analysis/log/rate/saturation.ts'
import { duration, rate, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Cause, Finding, Remedy } from '../finding.ts'
import type { Keeper } from '../keeper.ts'
import { configure, useChrony } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'
import { frequencyLearnedFromAJump } from './frequency-learned-from-a-jump.ts'
import { longSlew } from './slew-cannot-catch-up.ts'

const LONG: Seconds = 900
const ROWS = 3

const WOUND_UP = {
  what: 'ntpd winds its frequency up while an offset stays',
  why: 'a large offset that is slewed, or jumps, look like a wrong rate to its loop',
}

const ANOTHER_RATE: Cause = {
  what: 'the guest’s counter has another rate than its kernel believes: a TSC after a migration to another host, a wrong calibration',
  why: 'no crystal is off by 500 ppm',
}
const LEARNED: Cause = {
  what: 'the frequency was learned from a jump',
  why: 'a drift file with ±500 shows it',
}

const withoutNtpd = (keeper: Keeper): Remedy =>
  useChrony(
    keeper,
    'Stop ntpd, remove the drift file, look at the clock source; with a clock that is really so far off use chronyd, which corrects it.',
  )

export const frequencySaturated: Rule = subject => [
  ...atItsLimit(subject),
  ...atItNow(subject),
  ...wild(subject),
]

function atItsLimit(subject: Subject): Finding[] {
  const { log, keeper, disturbances, when } = subject
  const updates = log.updatesOf(keeper.daemon)
  const limits = log.events
    .of('frequency-error')
    .filter(({ daemon, format }) => daemon === keeper.daemon && format !== SERVO)
  const saturation = updates?.saturation
  const long = saturation !== undefined && saturation.rows >= ROWS && saturation.time > LONG
  // With measurements at hand one word is not enough.
  const measured = updates !== undefined || log.bestSamples(keeper.daemon) !== undefined
  if (!long && limits.length < (measured ? ROWS : 1)) return []
  const from = long ? saturation.from : limits[0]!.at
  const to = long ? saturation.to : limits.at(-1)!.at
  const fast = (saturation?.side ?? 0) < 0
  const steps = disturbances.own.filter(({ at }) => at >= from && at <= to)
  const excess =
    steps.length >= 3 ? Math.abs(steps.reduce((sum, { size }) => sum + size, 0)) / (to - from) : 0
  const learned = frequencyLearnedFromAJump(subject).some(each => Math.abs(each.from! - from) < LONG)
  const jumps = disturbances.clock.length >= 4 || learned
  const slewed = longSlew(subject) !== undefined
  return [
    {
      name: 'frequency-saturated',
      severity: 'critical',
      from,
      to,
      what: !long
        ? `${keeper.name} asked for more than 500 ppm${limits.length > 1 ? ` ${limits.length} times` : ''}: the clock runs wrong by more than it can correct.`
        : slewed || jumps
          ? `The frequency correction stood at its limit of 500 ppm for ${duration(saturation.time)}: ${keeper.name} took ${slewed ? 'a large offset that it may only slew' : learned ? 'a jump' : 'jumps'} for a wrong rate and ${learned ? 'has to unlearn it' : 'wound it up'}.`
          : `The frequency correction stood at its limit of 500 ppm for ${duration(saturation.time)}: the clock ${fast ? 'gains' : 'loses'} more than ${keeper.name} can correct${excess > 1e-4 ? `, about ${rate(excess + LIMIT).slice(1)} in all` : ''}.`,
      measures: {
        time: saturation?.time ?? Number.NaN,
        frequencyError: long
          ? (fast ? 1 : -1) * (LIMIT + (jumps || slewed ? 0 : excess))
          : -(limits[0]?.size ?? Number.NaN),
        steps: steps.length,
      },
      evidence: [
        ...limits.slice(0, 3).map(evidenceOf),
        ...(long
          ? [{ text: `at the limit from ${when(from)} to ${when(to)}, in ${saturation.rows} updates` }]
          : []),
        ...(steps.length > 0 ? [{ text: `${steps.length} steps meanwhile` }] : []),
      ],
      cost:
        slewed && steps.length === 0
          ? 'Nothing is stepped: the clock is slewed as fast as ntpd can, and runs on at that rate, through the right time to the other side, until the loop has unlearned it.'
          : 'The offset grows until it is stepped away, again and again: a saw-tooth.',
      causes: [...(slewed || jumps ? [WOUND_UP] : []), ANOTHER_RATE, LEARNED],
      remedy: withoutNtpd(keeper),
      confirm: '`clockwright drift HOST` measures the rate with nothing correcting it.',
    },
  ]
}

/** As ntpq prints it. */
function atItNow({ log, keeper }: Subject): Finding[] {
  const shown = log.timeless.find(
    ({ what, size }) => what === 'frequency-now' && Math.abs(size) >= LIMIT - NEARLY,
  )
  if (!shown) return []
  return [
    {
      name: 'frequency-saturated',
      severity: 'critical',
      from: undefined,
      to: undefined,
      what: `The frequency correction of ${keeper.name} stood at its limit of 500 ppm when the report was made: the clock ${shown.size < 0 ? 'gains' : 'loses'} more than it can correct, or it has learned that from a jump.`,
      measures: { frequencyError: -shown.size },
      evidence: [evidenceOf(shown)],
      cost: 'Unless that is the rate of the clock the offset grows until it is stepped away, again and again.',
      causes: [ANOTHER_RATE, LEARNED],
      remedy: withoutNtpd(keeper),
      confirm: '`clockwright drift HOST` measures the rate with nothing correcting it.',
    },
  ]
}

const SERVO = 'linuxptp'
/** One may be the answer to a leap that was put right at once. */
const SEVERAL = 2

function wild({ log, keeper, sourceName, when }: Subject): Finding[] {
  const all = log.events
    .of('frequency-error')
    .filter(({ daemon, format }) => daemon === keeper.daemon && format === SERVO)
  if (all.length < SEVERAL) return []
  const most = all.reduce((a, b) => (Math.abs(b.size) > Math.abs(a.size) ? b : a))
  const [from, to] = [all[0]!.at, all.at(-1)!.at]
  const impossible = (log.bestSamples(keeper.daemon)?.census.sources() ?? []).filter(
    ({ leastDelay }) => leastDelay < -IMPOSSIBLE,
  )
  return [
    {
      name: 'frequency-saturated',
      severity: 'critical',
      from,
      to,
      what: `The servo of linuxptp makes its clock ${most.size > 0 ? 'faster' : 'slower'} by up to ${rate(Math.abs(most.size)).slice(1)}, from ${when(from)} to ${when(to)}: no clock is that far off, and one driven like that is wrong by more each second.`,
      measures: { frequency: most.size, count: all.length },
      evidence: [
        ...all.slice(0, 4).map(evidenceOf),
        ...impossible.map(({ source, leastDelay }) => ({
          text: `${sourceName(source)}  a delay of ${signed(leastDelay)}: no way takes less than no time`,
        })),
      ],
      cost: 'Whatever reads this clock sees seconds of another length, and an offset that may be days.',
      causes: [
        ...(impossible.length > 0
          ? [
              {
                what: 'the time stamps of the card are not of the clock that is steered, or its driver does not set its rate rightly',
                why: 'the delay is negative',
              },
            ]
          : []),
        {
          what: 'the clock of the card was set anew: a reset of its driver, a link that went down, another grandmaster',
          why: 'the offset leapt, and the servo may not step any more',
        },
        { what: 'two programs steer this clock', why: 'if another ptp4l, phc2sys or NTP daemon runs' },
      ],
      remedy: configure(
        keeper,
        'Stop the servo, set the clocks, start it again; and let it step where its source may leap.',
        ['step_threshold 0.00002   (ptp4l; phc2sys: -S 0.00002)', 'phc_ctl /dev/ptp0 set'],
      ),
      confirm: 'dmesg of that moment; `phc_ctl /dev/ptp0 cmp`; the log of ptp4l.',
    },
  ]
}

/** Of a delay that is corrected for a wrong rate some nanoseconds are lost. */
const IMPOSSIBLE: Seconds = 1e-6
