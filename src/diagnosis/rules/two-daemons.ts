/**
 * two-daemons: two programs speak in one log as those do that keep a clock, for hours and in turn, and neither was ended or started
 * again meanwhile. One that took over from the other, or set the clock once at the start, does not do so. Lines are taken in the order
 * in which they were written: a step back has made their stamps go back.
 */
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
const BOUNDS: readonly EventName[] = ['started', 'version', 'ended']

/** The words of one daemon in one file, from a start of it to the next, or to its end, which is the last of them where its start is known. */
type Run = readonly LogEvent[]

export const twoDaemons: Rule = ({ log, keeper, when }) => {
  // Nobody knows who ended when more was said than was kept.
  if (BOUNDS.some(what => log.events.count(what) > log.events.of(what).length)) return []
  const watching = log.said('only-watches').map(({ daemon }) => daemon)
  const events = log.events
    .of(...AT_WORK, ...BOUNDS)
    .filter(({ daemon, once }) => daemon !== 'other' && !once && !watching.includes(daemon))
  const runs = [...grouped(events, ({ file, daemon }) => `${file} ${daemon}`).values()].flatMap(runsOf)
  const [longest] = runs
    .flatMap((one, nth) => runs.slice(nth + 1).flatMap(other => sharedBy(one, other) ?? []))
    .sort((a, b) => b.time - a.time)
  if (!longest) return []
  const { words, time } = longest
  const { from, to } = spanOf(words.flat())
  const names = words.map(([first]) => keeperOf(log, first!.daemon).name)
  return [
    {
      name: 'two-daemons',
      severity: 'warning',
      from,
      to,
      what: `${names.join(' and ')} kept this clock at the same time, for at least ${duration(time)} from ${when(from!)} on.`,
      measures: { time },
      evidence: words.flatMap(each => [each[0]!, each.at(-1)!].map(evidenceOf)),
      cost: 'Each takes the corrections of the other for errors of the clock: frequency and offset swing, and steps come out of nothing.',
      causes: [
        {
          what: 'a second one was installed and the first left in place',
          why: 'both speak in turn, and neither ended meanwhile',
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
  for (const event of events.toSorted((a, b) => a.line - b.line)) {
    const run = runs.at(-1)!
    // It ran up to its end, however little it said.
    if (!BOUNDS.includes(event.what) || (event.what === 'ended' && begun && run.length > 0)) run.push(event)
    if (!BOUNDS.includes(event.what)) continue
    begun = event.what !== 'ended'
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
