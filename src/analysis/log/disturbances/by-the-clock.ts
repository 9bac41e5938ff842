/**
 * What comes by the clock: at one moment of each hour, or of each day, as a job of cron does. A rate makes steps at a pace of its own, and
 * polls have theirs; neither keeps to round times.
 */
import type { Seconds } from '#core/time/units.ts'

/** Stamps are of whole seconds. */
const STAMP: Seconds = 1
const MINUTE: Seconds = 60
const HOUR: Seconds = 3600
/** By which jobs are started. A shorter one is lost among the polls. */
const PERIODS: readonly Seconds[] = [
  ...[10, 15, 20, 30].map(minutes => minutes * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12, 24].map(hours => hours * HOUR),
]
/** What is found late, or has another reason, does not count. */
const NEARLY_ALL = 0.9
/** That moments drawn by chance keep to one as well. */
const CHANCE = 1e-6
/** Of what is of one size each time, which few things are. */
const CHANCE_OF_SPANS = 1e-4
/** What happens within one day keeps to that day: a job is seen in some periods, and once in most. */
const FEWEST_TIMES = 4
const MOST_EACH = 1.5

export interface Timetable {
  readonly every: Seconds
  /** Of each period, the part in which they come; it may end in the next. */
  readonly from: Seconds
  readonly to: Seconds
}

/** Undefined where they come at any time. */
export function timetableOf(moments: readonly Seconds[]): Timetable | undefined {
  const inside = Math.ceil(NEARLY_ALL * moments.length)
  if (inside < 2) return undefined
  const all = PERIODS.filter(every => isOncePer(every, moments))
    .map(every => ({ every, ...shortestOf(moments, inside, every) }))
    .map(each => ({
      ...each,
      chance: chanceOf(moments.length, inside, (each.to - each.from) / each.every),
    }))
    .sort((a, b) => a.chance - b.chance)
  return all[0] && all[0].chance < Math.log(CHANCE / PERIODS.length) ? all[0] : undefined
}

interface Span {
  readonly from: Seconds
  readonly to: Seconds
}

/** The same of what is known to have been within a span only: one moment of each period lies in nearly all of them. Answers with the period. */
export function periodOfSpans(spans: readonly Span[]): Seconds | undefined {
  return PERIODS.findLast(every => chanceOfSpans(spans, every) < Math.log(CHANCE_OF_SPANS / PERIODS.length))
}

/** As `chanceOf`; the narrowest of them says which moment it is. */
function chanceOfSpans(spans: readonly Span[], every: Seconds): number {
  const { moment, holding } = momentOf(spans, every)
  const times = new Set(holding.map(({ from, to }) => Math.round(((from + to) / 2 - moment) / every))).size
  if (times < FEWEST_TIMES || spans.length > MOST_EACH * times) return 0
  if (holding.length < NEARLY_ALL * spans.length) return 0
  const shares = holding
    .map(({ from, to }) => Math.log(Math.min(1, (to - from + 2 * STAMP) / every)))
    .sort((a, b) => b - a)
  return choicesOf(spans.length, shares.length) + shares.slice(0, -1).reduce((sum, share) => sum + share, 0)
}

/** The moment of the period that most of the spans have in them. It may be the beginning of one of them. */
function momentOf(spans: readonly Span[], every: Seconds): { moment: Seconds; holding: readonly Span[] } {
  const all = spans.map(({ from: moment }) => ({
    moment,
    holding: spans.filter(
      ({ from, to }) => (((moment - from + STAMP) % every) + every) % every <= to - from + 2 * STAMP,
    ),
  }))
  return all.reduce((most, each) => (each.holding.length > most.holding.length ? each : most), {
    moment: 0,
    holding: [],
  })
}

function isOncePer(every: Seconds, moments: readonly Seconds[]): boolean {
  // A window of theirs may lie across the beginning of a period.
  const times = [0, every / 2].map(shift => new Set(moments.map(at => Math.floor((at + shift) / every))).size)
  const most = Math.max(...times)
  const least = Math.min(...times)
  return most >= FEWEST_TIMES && moments.length <= MOST_EACH * least
}

/** The shortest part of the period that holds so many of them. */
function shortestOf(moments: readonly Seconds[], inside: number, every: Seconds) {
  const phases = moments.map(at => ((at % every) + every) % every).sort((a, b) => a - b)
  const round = [...phases, ...phases.map(phase => phase + every)]
  let best = { from: 0, to: every }
  for (let i = 0; i < phases.length; i++) {
    const [from, to] = [round[i]!, round[i + inside - 1]!]
    if (to - from < best.to - best.from) best = { from, to }
  }
  return { ...best, to: best.to + STAMP }
}

/** The logarithm of how likely it is, at most, that so many of them lie within such a share of the period that begins with one. */
function chanceOf(count: number, inside: number, share: number): number {
  return choicesOf(count, inside) + (inside - 1) * Math.log(Math.min(1, share))
}

function choicesOf(count: number, inside: number): number {
  let choices = Math.log(count)
  for (let i = 1; i <= count - inside; i++) choices += Math.log((inside + i) / i)
  return choices
}
