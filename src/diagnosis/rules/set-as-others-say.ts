/**
 * stepped-by-someone-else, by what systemd says of the clock: that it was set at this moment, and neither by whom nor by how much. A
 * daemon that did it says so, but for systemd-timesyncd, which does not tell of its own steps after the first. At a start, and when the
 * machine resumes, the clock is set as a rule; and that TAI is so many seconds ahead, which daemons tell the kernel when they begin to
 * follow somebody, is such a moment as well.
 */
import { grouped } from '#core/grouped.ts'
import { upperMedian } from '#core/number/quantile.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { EventName, LogEvent } from '#core/trace/series.ts'
import { amount } from '../amount.ts'
import type { Cause } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'
import { isOf } from './stepped-by-someone-else.ts'

/** So near each other two programs speak of one moment. */
const MOMENT: Seconds = 60
/** Until the network is there after a resume. */
const RESUMED: Seconds = 300
/** ntpd follows somebody, and knows its leap seconds, that long after its start. */
const BEGINNING: Seconds = 1800
const SHOWN = 6
const MANY = 3

/** Who says one of these did it, or the machine did. */
const OWN: Readonly<Partial<Record<EventName, Seconds>>> = {
  stepped: MOMENT,
  'offset-found': MOMENT,
  'no-source': MOMENT,
  ended: MOMENT,
  // Told with the size, or with the measurements.
  'jumped-forward': MOMENT,
  'jumped-backward': MOMENT,
  'leap-second': MOMENT,
  suspended: MOMENT,
  resumed: RESUMED,
  restored: RESUMED,
  stalled: RESUMED,
  started: BEGINNING,
  version: BEGINNING,
}
/** timesyncd, when it hears somebody for the first time; later it is not known to have been wrong. */
const FIRST = /^(?:Initial |Synchroni[sz]ed )/

export const setAsOthersSay: Rule = subject => {
  const { log, keeper, when, disturbances } = subject
  const series = log.bestSamples(keeper.daemon) ?? log.updatesOf(keeper.daemon)
  const measured = (at: Seconds) => series !== undefined && at > series.from && at < series.to
  const words = log.events.all.filter(({ what }) => what !== 'clock-set')
  const all = log.events
    .of('clock-set')
    .filter(
      ({ at }) =>
        !measured(at) &&
        !disturbances.clock.some(each => isOf(at, each)) &&
        !words.some(event => explains(event, at)),
    )
  const moments = momentsAmong(all)
  const first = moments[0]?.[0]
  if (!first) return []
  const backs = moments.flatMap(each => backBy(each, subject) ?? [])
  const most = backs.length > 0 ? Math.max(...backs) : undefined
  const back = moments.length === 1 && moments[0]!.some(({ text }) => /jumped backwards/.test(text))
  const way =
    most !== undefined
      ? moments.length > 1
        ? `, back by ${amount(most)} or somewhat more once`
        : `, back by ${amount(most)} or somewhat more`
      : back
        ? ', back'
        : ''
  const silences = moments.flatMap(each => silenceBefore(each[0]!, subject) ?? [])
  const asked = all.some(({ source }) => source !== undefined)
  return [
    {
      name: 'stepped-by-someone-else',
      severity: 'warning',
      from: first.at,
      to: Math.max(...all.map(({ at }) => at)),
      what: `The clock was set${moments.length > 1 ? ` ${moments.length} times${everyOf(moments)}, first` : ''} at ${when(first.at)}${way}: ${
        asked
          ? 'somebody had asked timedatectl to.'
          : keeper.daemon === 'timesyncd'
            ? 'by somebody else, or by systemd-timesyncd, which does not tell of its own steps.'
            : 'no line tells by whom.'
      }${most === undefined ? ' How much it was no line tells either.' : ''}`,
      measures: { count: moments.length, ...(most !== undefined && { size: most }) },
      evidence: moments
        .flat()
        .slice(0, SHOWN)
        .map(event => ({ ...evidenceOf(event), text: `${when(event.at)}  ${event.text}` })),
      cost: 'Before it was set, or since then, stamps were wrong by that much, and time jumped.',
      causes: [
        ...(silences.length > 0 ? [stoodStill(Math.max(...silences))] : []),
        ...(keeper.daemon === 'timesyncd'
          ? [
              {
                what: 'systemd-timesyncd stepped the clock back to that of its server, after the machine had stood still or somebody else had set it',
                why: 'it steps what is more than 0.4 s off, and says so at debug level only',
              },
            ]
          : []),
        {
          what: 'a person or a script ran date -s, timedatectl set-time or hwclock --hctosys',
          why: asked ? 'timedated was asked to' : 'if it happened once',
        },
        {
          what: 'a second program keeps this clock: tools of the hypervisor, another time daemon, a cron job with ntpdate',
          why: 'if it comes again and again, or after pauses of the machine',
        },
      ],
      remedy: configure(keeper, 'Find out who sets this clock, and let one program keep it.', [
        'vmware-toolbox-cmd timesync disable',
        'systemctl disable --now systemd-timesyncd ntpd   (whichever is not meant)',
      ]),
      confirm:
        '`journalctl -o json`: by how much __REALTIME_TIMESTAMP leaps against __MONOTONIC_TIMESTAMP there. An audit rule for clock_settime and adjtimex names the program (`auditctl -a always,exit -S clock_settime,clock_adjtime,settimeofday`).',
    },
  ]
}

const stoodStill = (silence: Seconds): Cause => ({
  what: 'the machine stood still, saved or suspended by its hypervisor, and its clock was set when it went on',
  why: `nothing was written for ${duration(silence)} before`,
})

function explains({ what, at, size, daemon, text }: LogEvent, set: Seconds): boolean {
  const after = set - at
  const stepped = what === 'stepped' && Math.abs(after - size) < MOMENT
  const first = daemon === 'timesyncd' ? FIRST.test(text) : daemon === 'chrony' && what === 'selected'
  const within = OWN[what] ?? (first ? MOMENT : undefined)
  return stepped || (within !== undefined && after > -MOMENT && after < within)
}

/** What is said of one moment, in the order of the lines. */
function momentsAmong(all: readonly LogEvent[]): LogEvent[][] {
  const moments: LogEvent[][] = []
  for (const events of grouped(all, ({ file }) => file).values())
    for (const event of events.toSorted((a, b) => a.line - b.line)) {
      const last = moments.at(-1)
      if (last && last[0]!.file === event.file && Math.abs(event.at - last[0]!.at) < MOMENT) last.push(event)
      else moments.push([event])
    }
  return moments.sort((a, b) => a[0]!.at - b[0]!.at)
}

const everyOf = (moments: readonly LogEvent[][]): string =>
  moments.length > MANY
    ? `, about every ${duration(upperMedian(moments.slice(1).map(([event], i) => event!.at - moments[i]![0]!.at)))}`
    : ''

/** By the stamps of the lines before it and after it. */
function backBy(moment: readonly LogEvent[], { log }: Subject): Seconds | undefined {
  const { file, line, at } = moment[0]!
  const back = log.others.returns.find(
    ({ before, after }) => before.file === file && before.line < line && line < after.line,
  )
  return back && back.before.at > at ? back.before.at - at : undefined
}

/** For how long nobody had written anything, where that was hours. */
function silenceBefore({ at, file }: LogEvent, { log }: Subject): Seconds | undefined {
  const silent = log.others.silentAt(at, file)
  const spoke = log.events.all.some(
    event => event.what !== 'clock-set' && silent !== undefined && event.at > silent && event.at < at,
  )
  return silent === undefined || spoke ? undefined : at - silent
}
