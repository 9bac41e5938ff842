/**
 * no-daemon: its daemon ended, nobody began again, and other programs wrote into the same log for hours after it. Where the machine is
 * shut down they end with it. One that was killed, or crashed, was not shut down: nobody else needs to have spoken then. Nor where the
 * clock, when somebody began again, was off by just what it gains uncorrected: a hardware clock, read at a boot, knows nothing of that.
 */
import type { HostLog, SampleSeries } from '#analysis/log/host-log.ts'
import type { HeardNobody } from '#analysis/log/sources/silences.ts'
import { FREE_FOR_LONG } from '#analysis/log/sources/without-sources.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon, EventName, LogEvent } from '#core/trace/series.ts'
import { amount } from '../amount.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'

const LONG: Seconds = 3600
/** Less than a crystal wanders meanwhile, of what it gains by the rate that had been learned. */
const ALIKE = 0.05
/** No clock is read better at a boot. */
const BY_ITSELF: Seconds = 0.1
/** The first source that answers it. */
const HEARD: Seconds = 600
/** At 30 ppm a clock is off by a third of a second then. */
const HOURS: Seconds = 10_800
/** Of the longest time between two runs: it may be run now and then, by cron. */
const SELDOM = 3
/** Several lines tell of one end. */
const MOMENT: Seconds = 60
/** What nobody says but who keeps a clock, or sets it. */
const KEPT: readonly EventName[] = [
  'started',
  'version',
  'selected',
  'synchronised',
  'reachable',
  'unreachable',
  'no-source',
  'source-added',
  'stepped',
  'slew-begun',
  'offset-found',
]
const STARTS: readonly EventName[] = ['started', 'version']
const CRASHED = /Failed with result '(?:signal|core-dump|oom-kill|watchdog)'|Killed \w+ \d+ \(|: segfault at/

interface Unkept {
  readonly last: LogEvent
  /** All that tell of this end. */
  readonly ends: readonly LogEvent[]
  /** While the machine ran. */
  readonly time: Seconds
  readonly to: Seconds
  /** Somebody began again. */
  readonly over: boolean
  /** What the clock was off by then, as the first source said. */
  readonly off?: Seconds | undefined
  /** It ran on as it does alone. */
  readonly byItself?: boolean
}

export const nobodyKeptIt: Rule = subject => {
  const { keeper, when } = subject
  const unkept = unkeptOf(subject)
  if (!unkept) return []
  const { last, ends, time, to, over, off, byItself } = unkept
  const crashed = isCrash(ends)
  return [
    {
      name: 'no-daemon',
      severity: time >= FREE_FOR_LONG && !over ? 'critical' : 'warning',
      from: last.at,
      to,
      what: over
        ? `Nobody kept the clock from ${when(last.at)} to ${when(to)}: ${keeper.name} had ended, and the machine ran for ${duration(time)} until it was started again${off === undefined ? '' : `. The clock was ${amount(Math.abs(off))} ${off > 0 ? 'behind' : 'ahead'} then`}.`
        : `Nobody kept the clock from ${when(last.at)} on: ${keeper.name} ended, and ${time > 0 ? `other programs went on writing into that log for ${duration(time)}` : 'with that its log ends'}.`,
      measures: { time, ...(!over && { open: 1 }), ...(off !== undefined && { size: off }) },
      evidence: [
        ...ends.slice(0, 3).map(evidenceOf),
        ...(byItself && off !== undefined
          ? [{ text: `off by ${signed(off)} afterwards, which is what it gains by itself meanwhile` }]
          : []),
      ],
      cost: 'The clock runs free: a minute off after some weeks, and at once after a pause.',
      causes: [
        crashed
          ? { what: 'it crashed, or was killed', why: 'the system says so' }
          : { what: 'somebody stopped it, or an update did', why: 'it ended in order' },
        { what: 'another program took over that this log does not show', why: 'if the clock is right' },
      ],
      remedy: configure(keeper, 'See whether it runs, and whether it is started with the machine.', [
        'systemctl status chronyd ntpd systemd-timesyncd',
      ]),
      confirm: '`clockwright query` for the true offset.',
    },
  ]
}

/** Up to the end; else the longest of hours. A panic has a finding of its own. */
function unkeptOf({ log, keeper }: Subject): Unkept | undefined {
  const { events, others } = log
  if (others.mayKeep || events.count('panic') > 0 || !allKnown(log)) return undefined
  const said = events.of(...KEPT, 'ended').sort((a, b) => a.at - b.at || a.line - b.line)
  const ends = said.filter(({ what, daemon }) => what === 'ended' && daemon === keeper.daemon)
  const all = ends.flatMap((last): Unkept[] => {
    const at = said.indexOf(last)
    const next = said.slice(at + 1).find(({ what }) => what !== 'ended')
    const endsAgain = said.slice(at + 1).find(({ what }) => what === 'ended')
    const before = said.slice(0, at)
    if (isNext(endsAgain, next) || anotherRuns(before, keeper.daemon)) return []
    const to = next?.at ?? Number.POSITIVE_INFINITY
    if (isMeasured(log, last.at, to)) return []
    const around = ends.filter(each => Math.abs(each.at - last.at) < MOMENT)
    if (!next) return [{ last, ends: around, ...others.within(last.at, to), over: false }]
    const off = offAfter(log, last.at, to)
    const byItself = isByItself(off, last.at, to, { log, keeper })
    const ran = byItself ? to - last.at : others.oftenWithin(last.at, to)
    const least = next.daemon === keeper.daemon ? HOURS : FREE_FOR_LONG
    return ran >= least ? [{ last, ends: around, time: ran, to, over: true, off, byItself }] : []
  })
  const open = all.find(({ over }) => !over)
  if (open && isLongOpen(open, ends, said)) return open
  return all.filter(({ last, over }) => over && ranLong(last, said)).sort((a, b) => b.time - a.time)[0]
}

/** Somebody measured the clock meanwhile. */
function isMeasured(log: HostLog, from: Seconds, to: Seconds): boolean {
  const { span } = log
  if (!span || span.from >= to || span.to <= from + LONG) return false
  if (span.from > from + LONG || to === Number.POSITIVE_INFINITY) return true
  const series = [...log.samples.values()]
  const updates = [...log.updates.values()]
  return (
    series.length + updates.length === 0 ||
    series.some(each => each.to > from + LONG && each.from < to && !silenceOver(each, from, to)) ||
    updates.some(
      each =>
        each.to > from + LONG &&
        each.from < to &&
        !(each.silentFrom < from + MOMENT && each.silentFrom + each.longestSilence > to - MOMENT),
    )
  )
}

const silenceOver = ({ silences }: SampleSeries, from: Seconds, to: Seconds): HeardNobody | undefined =>
  silences.all.find(each => each.from < from + MOMENT && each.to > to - MOMENT)

function offAfter(log: HostLog, from: Seconds, to: Seconds): Seconds | undefined {
  const silences = [...log.samples.values()].flatMap(series => silenceOver(series, from, to) ?? [])
  return silences.sort((a, b) => a.to - b.to).find(each => each.to < to + HEARD)?.offset
}

/** As a clock that ran on, and by whose last rate nobody corrected it. */
function isByItself(
  off: Seconds | undefined,
  from: Seconds,
  to: Seconds,
  { log, keeper }: Pick<Subject, 'log' | 'keeper'>,
): boolean {
  const learned = log.updatesOf(keeper.daemon)?.frequencyEnvelope.buckets() ?? []
  const last = learned.findLast(bucket => bucket.to <= from)?.last
  if (off === undefined || last === undefined || Math.abs(off) < BY_ITSELF) return false
  return Math.abs(Math.abs(off) - Math.abs(last) * (to - from)) < ALIKE * Math.abs(off)
}

const isNext = (event: LogEvent | undefined, other: LogEvent | undefined): boolean =>
  event !== undefined && (other === undefined || event.at < other.at)

const isLongOpen = ({ ends, time }: Unkept, all: readonly LogEvent[], said: readonly LogEvent[]): boolean =>
  isCrash(ends) || time > Math.max(LONG, SELDOM * longestPause(all, said))

const isCrash = (ends: readonly LogEvent[]): boolean => ends.some(({ text }) => CRASHED.test(text))

/** Nobody knows what came last where more was said than was kept. */
const allKnown = ({ events }: HostLog): boolean =>
  [...KEPT, 'ended' as const].every(what => events.count(what) === events.of(what).length)

/** Who spoke before, and has not ended. */
function anotherRuns(before: readonly LogEvent[], daemon: Daemon): boolean {
  const last = new Map(before.map(event => [event.daemon, event.what]))
  return [...last].some(([name, what]) => name !== daemon && what !== 'ended')
}

/** What runs for moments only is started by cron. */
function ranLong({ at, daemon }: LogEvent, said: readonly LogEvent[]): boolean {
  const before = said.filter(each => each.daemon === daemon && each.at <= at)
  const ended =
    before.findLast(each => each.what === 'ended' && at - each.at > MOMENT)?.at ?? Number.NEGATIVE_INFINITY
  return before.some(each => each.at > ended && at - each.at > LONG)
}

function longestPause(ends: readonly LogEvent[], said: readonly LogEvent[]): Seconds {
  const starts = said.filter(({ what }) => STARTS.includes(what)).map(({ at }) => at)
  return ends.slice(0, -1).reduce((longest, { at }) => {
    const next = starts.filter(each => each >= at)
    return next.length > 0 ? Math.max(longest, Math.min(...next) - at) : longest
  }, 0)
}
