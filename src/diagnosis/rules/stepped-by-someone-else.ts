/**
 * stepped-by-someone-else: the wall clock moved and the machine’s counter did not, or it leapt forward, which no pause does.
 * chronyd notices steps of more than 10 s itself.
 */

import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import { putsRight } from '#analysis/log/disturbances/set-right.ts'
import { isNoticed, perhapsSlept } from '#analysis/log/disturbances/sleeps.ts'
import type { WentBack } from '#analysis/log/order/returns.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import { amount } from '../amount.ts'
import type { Finding } from '../finding.ts'
import { heardSources } from '../heard-sources.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject, seenIn } from '../subject.ts'
import { isLeapOfAll } from './leap-second.ts'
import { momentOf } from './moment.ts'
import { asleepFor } from './perhaps-slept.ts'
import { ANOTHER_RATE, rateUnknown } from './rate-unknown.ts'
import { regularJumps } from './regular.ts'
import { type Repeated, repeatedAsTeeth, repeatedOf } from './repeated.ts'

export const steppedBySomeoneElse: Rule = subject => {
  const { disturbances, log, keeper, when } = subject
  const regular = new Set(regularJumps(disturbances.clock)?.all)
  const noticed = log.events.of('jumped-forward', 'jumped-backward')
  // Its stamps are no readings of what it steers, and its source is one card: either may have leapt.
  const servo = log.bestSamples(keeper.daemon)?.format === SERVO
  const set = disturbances.clock
    .filter(each => (each.size < 0 || each.moved === 'wall clock') && !each.restarted && !regular.has(each))
    .filter(each => !isLeapOfAll(each, subject))
  const { oscillation } = disturbances
  const teeth = oscillation?.teeth && oscillation.teeth.size < 0 ? oscillation : undefined
  // The pace of the polls and the words of a daemon tell of the clock itself.
  const heard = heardSources(subject)
  const mayBeSource = ({ moved, sources }: Disturbance) =>
    !servo && moved === 'not known' && new Set(sources).size === 1 && heard <= 2
  const repeated = repeatedAsTeeth(teeth, subject) ?? repeatedOf(set, subject, NOT_DONE)
  if (repeated) return [setAgain(repeated, subject)]
  const jumps = set
    .map(each => [each, perhapsSlept(each, log, keeper.daemon)] as const)
    .map(([each, asleep]) => ({
      name: 'stepped-by-someone-else' as const,
      severity: asleep === undefined ? ('critical' as const) : ('warning' as const),
      from: each.open ? undefined : each.from,
      to: each.to,
      what: isTai(each)
        ? `The clock and its source are ${duration(Math.abs(each.size))} further apart since ${when(each.to)}: the difference between TAI and UTC.`
        : servo
          ? `The clock and its source are ${amount(Math.abs(each.size))} further apart since ${when(each.to)}: one of them was set.`
          : asleep !== undefined || rateUnknown(each, subject)
            ? `The clock ${each.size < 0 ? 'gained' : 'lost'} ${amount(Math.abs(each.size))} ± ${duration(each.uncertainty)} ${momentOf(each, subject)}: ${asleep === undefined ? '' : 'the machine slept, or '}somebody set it${rateUnknown(each, subject) ? ', or its rate changed' : ''}.`
            : `Somebody set the clock ${each.size < 0 ? 'forward' : 'back'} by ${amount(Math.abs(each.size))} ± ${duration(each.uncertainty)} ${momentOf(each, subject)}${mayBeSource(each) ? `, or ${subject.sourceName(each.sources[0]!)} jumped` : ''}.`,
      measures: { size: each.size, uncertainty: each.uncertainty },
      evidence: [
        ...seenIn(each, subject, NOT_DONE),
        ...wordsOf(each, noticed).map(evidenceOf),
        ...(each.wentBack ? stampsOf(each.wentBack, subject) : []),
        ...(each.moved === 'wall clock' &&
        (each.sources.length > 0 || (wordsOf(each, noticed).length === 0 && !each.wentBack))
          ? [
              {
                text: each.likeOthers
                  ? 'at others like it the polls lost their pace by the local clock: only the wall clock was moved'
                  : 'the polls lost their pace by the local clock: only the wall clock was moved',
              },
            ]
          : []),
      ],
      cost: putsRight(each)
        ? 'Until then stamps were wrong by that much, and what is stepped makes time jump.'
        : 'Stamps are wrong by that much until the daemon has undone it, and its steps and slews disturb whoever reads the clock.',
      causes: [
        ...(asleep === undefined ? [] : [asleepFor(asleep)]),
        ...(isTai(each)
          ? [
              {
                what: 'one of them went from UTC to TAI, or back: another grandmaster, or none that says what the difference is (currentUtcOffsetValid)',
                why: 'TAI is 37 s ahead of UTC',
              },
            ]
          : []),
        ...(servo
          ? [
              {
                what: 'the clock of the card was set anew: a reset of its driver, a link that went down, another grandmaster',
                why: 'it has no battery, and begins at 1970 or at the time of its driver',
              },
            ]
          : []),
        {
          what: 'a second program keeps this clock: tools of the hypervisor, another time daemon, a cron job with ntpdate or hwclock',
          why: 'the clock was moved and the daemon did not do it',
        },
        { what: 'a person ran date -s or timedatectl set-time', why: 'it happened once' },
        ...(mayBeSource(each)
          ? [
              {
                what: `${subject.sourceName(each.sources[0]!)} jumped ${each.size < 0 ? 'back' : 'forward'}`,
                why: heard === 1 ? 'no second one contradicts it' : 'the other was not asked meanwhile',
              },
            ]
          : []),
        ...(rateUnknown(each, subject) ? [ANOTHER_RATE] : []),
        ...(each.moved === 'machine'
          ? [
              {
                what: 'the counter leapt when the guest was migrated or restored',
                why: 'the polls moved with it',
              },
            ]
          : []),
      ],
      remedy: configure(
        keeper,
        'Let one program keep the clock. Turn off the time synchronisation of the hypervisor’s tools, and other daemons.',
        [
          'vmware-toolbox-cmd timesync disable',
          'systemctl disable --now systemd-timesyncd ntpd   (whichever is not meant)',
        ],
      ),
      confirm:
        'An audit rule for clock_settime and adjtimex names the program (`auditctl -a always,exit -S clock_settime,clock_adjtime,settimeofday`); `clockwright` lists programs that can set the clock.',
    }))
  return [...jumps, ...unseen(subject, regular)]
}

const stampsOf = ({ before, after }: WentBack, { when }: Subject) => [
  { file: before.file, line: before.line, text: `${when(before.at)}  ${before.text ?? ANOTHERS}` },
  {
    file: after.file,
    line: after.line,
    text: `${when(after.at)}  ${after.text ?? ANOTHERS}: the next line has an earlier stamp`,
  },
]
const ANOTHERS = 'a line of another program'

const NOT_DONE = 'and the daemon had not done it'

function setAgain({ what, most, ...repeated }: Repeated, { keeper }: Subject): Finding {
  return {
    name: 'stepped-by-someone-else',
    severity: 'critical',
    ...repeated,
    what: `The clock was moved at once ${what}, and ${keeper.name} had not done it.`,
    cost: `The clock is wrong by up to ${duration(most)} again and again, and is torn back each time.`,
    causes: [
      {
        what: 'a second program keeps this clock: tools of the hypervisor, another time daemon, a cron job with ntpdate or hwclock',
        why: 'if it comes as regularly as that one runs',
      },
      {
        what: 'the counter leaps: the guest’s timer is emulated wrongly, or the counters of its processors differ',
        why: 'if the leaps are of one size, or multiples of one',
      },
    ],
    remedy: configure(
      keeper,
      'Let one program keep the clock; where there is only one, choose another clock source of the guest.',
      [
        'vmware-toolbox-cmd timesync disable',
        'systemctl disable --now systemd-timesyncd ntpd   (whichever is not meant)',
        'cat /sys/devices/system/clocksource/clocksource0/available_clocksource',
      ],
    ),
    confirm:
      'An audit rule for clock_settime and adjtimex names the program (`auditctl -a always,exit -S clock_settime,clock_adjtime,settimeofday`); where it names none it is the counter.',
  }
}

/** What was said of it when it happened. */
const wordsOf = (each: Disturbance, events: readonly LogEvent[]): LogEvent[] =>
  events.filter(({ at }) => isOf(at, each))

/** By the clock, which may already have been set when the daemon noticed: then it lacked by that, and stamps were there twice. */
export const isOf = (at: Seconds, { local, from, to, before, size }: Disturbance): boolean =>
  isNear(at, local) || isNear(at + before + size, { from, to })

const isNear = (at: Seconds, { from, to }: Pick<Disturbance, 'from' | 'to'>): boolean =>
  at >= from - 5 && at <= to + 5

/** So soon after it a daemon has noticed. */
const RESUMED: Seconds = 120

/** Since 2017. */
const TAI_AHEAD: Seconds = 37
const isTai = ({ size }: Disturbance): boolean => Math.abs(Math.abs(size) - TAI_AHEAD) < 0.01

/** Measurements so near before and after a leap would show whether it left the clock wrong. */
const NEAR: Seconds = 7200
/** What ptp4l and phc2sys compare with CLOCK_MONOTONIC at each update (clockcheck, `sanity_freq_limit`). */
const SERVO = 'linuxptp'

/**
 * A daemon noticed a leap, and no measurement saw an offset. Where there are any, the clock was wrong before and right after: so
 * does a tool that sets the clock of a guest when it resumes. Where there are none, nobody can say.
 */
function unseen(subject: Subject, regular: ReadonlySet<Disturbance>): Finding[] {
  const { disturbances, log } = subject
  // Among leaps that come again and again those that a step undid before the next poll leave no other trace.
  const [first, last] = [[...regular][0], [...regular].at(-1)]
  const among = (at: Seconds) =>
    first !== undefined && last !== undefined && at > first.local.from && at < last.local.to + RESUMED
  const events = log.events
    .of('jumped-forward', 'jumped-backward')
    .filter(({ at }) => !disturbances.clock.some(each => isOf(at, each)) && !among(at))
    // The kernel sets the clock when it resumes, and says so.
    .filter(({ at }) => !log.said('resumed').some(resumed => Math.abs(at - resumed.at) < RESUMED))
    .filter(({ at }) => !isNoticed(at, disturbances.sleeps))
  return [
    ...noticedBy(
      events.filter(({ format }) => format !== SERVO),
      subject,
    ),
    ...checkedBy(
      events.filter(({ format }) => format === SERVO),
      subject,
    ),
  ]
}

function noticedBy(events: readonly LogEvent[], { log, keeper, when }: Subject): Finding[] {
  const first = events[0]
  if (!first) return []
  const series = log.bestSamples(keeper.daemon) ?? log.updatesOf(keeper.daemon)
  const right =
    series !== undefined && events.every(({ at }) => at > series.from - NEAR && at < series.to + NEAR)
  return [
    {
      name: 'stepped-by-someone-else',
      severity: 'warning',
      from: first.at,
      to: events.at(-1)!.at,
      what: `${keeper.name} noticed at ${when(first.at)} that the clock had been set${wayOf(events)} by more than 10 s${events.length > 1 ? `, ${events.length} times in all` : ''}${
        right
          ? ', and no measurement found it wrong: it was put right.'
          : '. This log has no measurements that tell by how much, or whether it was right then.'
      }`,
      measures: { count: events.length },
      evidence: events.slice(0, 4).map(evidenceOf),
      cost: right
        ? 'Until it was set the clock was wrong by that much.'
        : 'Before it was set, or since then, the clock was wrong by that much.',
      causes: [
        {
          what: 'the machine was paused, and an agent of the hypervisor set its clock when it went on',
          why: right ? 'before and after, the measurements agree' : 'if there was such a pause at that time',
        },
        {
          what: right ? 'somebody set the clock to and fro' : 'a program or a person set the clock',
          why: right ? 'between two measurements' : 'if there was none',
        },
      ],
      remedy: configure(keeper, 'Nothing, if the hypervisor’s agent is meant to do that.'),
      confirm: 'The events of the hypervisor at that time; the measurements of the daemon.',
    },
  ]
}

function wayOf(events: readonly LogEvent[]): string {
  const ways = new Set(events.map(({ what }) => what))
  if (ways.size > 1) return ''
  return ways.has('jumped-forward') ? ' forward' : ' back'
}

function checkedBy(events: readonly LogEvent[], { keeper, when }: Subject): Finding[] {
  const first = events[0]
  if (!first) return []
  return [
    {
      name: 'stepped-by-someone-else',
      severity: 'warning',
      from: first.at,
      to: events.at(-1)!.at,
      what: `The servo of linuxptp noticed at ${when(first.at)}${events.length > 1 ? `, and ${events.length} times in all,` : ''} that the clock which it steers had jumped, or ran at a rate that it had not set.`,
      measures: { count: events.length },
      evidence: events.slice(0, 4).map(evidenceOf),
      cost: 'It takes its source for faulty and begins again; until it is locked the clock runs free.',
      causes: [
        {
          what: 'a second program steers the same clock: another ptp4l or phc2sys, an NTP daemon, the driver of the card',
          why: 'the clock did not do what this one had told it',
        },
        { what: 'the machine was paused', why: 'if it happened once' },
        {
          what: 'it ran wild after a jump of its source: beyond sanity_freq_limit its own steering looks like that',
          why: 'if its offset was seconds just before',
        },
      ],
      remedy: configure(
        keeper,
        'Let one program steer each clock. Where the jump was its source’s, or a change between TAI and UTC, let it step.',
        ['free_running 1   (of the one that is not meant)', 'step_threshold 0.00002'],
      ),
      confirm: '`phc_ctl`, or `pmc "GET TIME_STATUS_NP"` while it happens.',
    },
  ]
}
