/**
 * two-daemons: two programs speak in one log as those do that keep a clock, for hours and in turn, and neither was ended or started
 * again meanwhile. One that took over from the other, or set the clock once at the start, does not do so. Where the log ends within the
 * hour it is enough that both were at work, one before the last word of the other, and that neither has ended by then. Lines are taken in
 * the order in which they were written: a step back has made their stamps go back.
 */
import type { HostLog } from '#analysis/log/host-log.ts'
import { grouped } from '#core/grouped.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { EventName, LogEvent } from '#core/trace/series.ts'
import { keeperOf } from '../keeper.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, spanOf } from '../subject.ts'

const LONG: Seconds = 3600
/** What it says only while it runs, and hears its sources or misses them. */
const AT_WORK: readonly EventName[] = [
  'selected',
  'synchronised',
  'reachable',
  'unreachable',
  'no-source',
  'falseticker',
  'stepped',
  'offset-found',
  'spike',
]
/** ntpd alone says that it hears, too, long before it follows somebody. */
const BEGINS_WORK: readonly EventName[] = [...AT_WORK, 'listening']
const BEGINS: readonly EventName[] = ['started', 'version']
const ENDS: readonly EventName[] = ['ended', 'gave-way']
const BOUNDS: readonly EventName[] = [...BEGINS, ...ENDS]

/** The words of one daemon in one file, from a start of it to the next, or to its end, which is the last of them where its start is known. */
type Run = readonly LogEvent[]

export const twoDaemons: Rule = ({ log, keeper, when }) => {
  // Nobody knows who ended when more was said than was kept.
  if (BOUNDS.some(what => log.events.count(what) > log.events.of(what).length)) return []
  const watching = log.said('only-watches').map(({ daemon }) => daemon)
  const events = log.events
    .of(...BEGINS_WORK, ...BOUNDS)
    .filter(({ daemon, once }) => daemon !== 'other' && !once && !watching.includes(daemon))
  const words = [...grouped(events, ({ file, daemon }) => `${file} ${daemon}`).values()].map(each =>
    each.toSorted((a, b) => a.line - b.line),
  )
  const runs = words.flatMap(runsOf)
  const [longest] = runs
    .flatMap((one, nth) => runs.slice(nth + 1).flatMap(other => sharedBy(one, other) ?? []))
    .sort((a, b) => b.time - a.time)
  const both = longest?.words ?? bothAtTheEnd(words, log)
  if (!both) return []
  const { from, to } = spanOf(both.flat())
  const names = both.map(([first]) => keeperOf(log, first!.daemon).name)
  return [
    {
      name: 'two-daemons',
      severity: 'warning',
      from,
      to,
      what: longest
        ? `${names.join(' and ')} kept this clock at the same time, for at least ${duration(longest.time)} from ${when(from!)} on.`
        : `${names.join(' and ')} were both at work from ${when(from!)} on, and neither had ended when this log did.`,
      measures: { ...(longest && { time: longest.time }) },
      evidence: both.flatMap(each => [...new Set([each[0]!, each.at(-1)!])].map(evidenceOf)),
      cost: 'Each takes the corrections of the other for errors of the clock: frequency and offset swing, and steps come out of nothing.',
      causes: [
        {
          what: 'a second one was installed and the first left in place',
          why: longest
            ? 'both speak in turn, and neither ended meanwhile'
            : 'no line says that either of them ended',
        },
      ],
      remedy: configure(keeper, 'Keep one, and stop and disable the other.', [
        'systemctl status chronyd ntpd systemd-timesyncd',
      ]),
      confirm: '`clockwright check` on this machine tells which programs keep its clock.',
    },
  ]
}

function runsOf(events: readonly LogEvent[]): Run[] {
  const runs: LogEvent[][] = [[]]
  let begun = false
  for (const event of events.filter(({ what }) => what !== 'listening')) {
    const run = runs.at(-1)!
    // It ran up to its end, however little it said.
    if (!BOUNDS.includes(event.what) || (ENDS.includes(event.what) && begun && run.length > 0))
      run.push(event)
    if (!BOUNDS.includes(event.what)) continue
    begun = BEGINS.includes(event.what)
    runs.push([])
  }
  return runs.filter(run => run.length > 0)
}

interface Shared {
  readonly words: readonly [Run, Run]
  readonly time: Seconds
}

/** What each said between the first word of the other and its last, where that is long for both. */
function sharedBy(one: Run, other: Run): Shared | undefined {
  const [a, b] = [one[0]!, other[0]!]
  if (a.daemon === b.daemon || a.file !== b.file) return undefined
  const words = [within(one, other), within(other, one)] as const
  const time = Math.min(...words.map(lengthOf))
  return time >= LONG ? { words, time } : undefined
}

const within = (run: Run, other: Run): Run =>
  run.filter(({ line }) => line > other[0]!.line && line < other.at(-1)!.line)

function lengthOf(run: Run): Seconds {
  const { from, to } = spanOf(run)
  return from === undefined ? 0 : to! - from
}

/** In a log that ends within the hour. */
function bothAtTheEnd(words: readonly Run[], log: HostLog): readonly [Run, Run] | undefined {
  const last = words.map(lastRun).filter(run => run.some(({ what }) => BEGINS_WORK.includes(what)))
  const ends = log.others.within(Math.max(...log.events.all.map(({ at }) => at)), Number.POSITIVE_INFINITY).to
  const recent = last.filter(run => ends - run.at(-1)!.at < LONG)
  for (const one of recent)
    for (const other of recent)
      if (one[0]!.daemon !== other[0]!.daemon && one[0]!.file === other[0]!.file && isAmong(one, other))
        return [one, other]
  return undefined
}

/** Whether the first was at work while the second was: that one had begun before, and it says no less afterwards. */
const isAmong = (one: Run, other: Run): boolean =>
  one.some(({ what, line }) => BEGINS_WORK.includes(what) && line > other[0]!.line) &&
  (!BEGINS.includes(one[0]!.what) || one[0]!.line < other.at(-1)!.line)

/** From its last start on; empty where it ended. */
function lastRun(events: Run): Run {
  const bound = events.findLastIndex(({ what }) => BOUNDS.includes(what))
  if (bound < 0) return events
  if (ENDS.includes(events[bound]!.what)) return []
  const first = events.findLastIndex(({ what }, i) => i < bound && !BEGINS.includes(what))
  return events.slice(first + 1)
}
