/**
 * When a source contradicted the others, though for most of the log it may have agreed with them: a server that is wrong for some
 * hours. In each window of the log, who is away from the middle of them by more than half the delay of that time explains, and not by chance, is odd there.
 */
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import { isContradicted } from './contradicted.ts'
import {
  type Heard,
  LEAST_TIME,
  oftenHeard,
  reachOf,
  type Shown,
  shownAgainst,
  shownBeside,
} from './shown.ts'

const FINENESS = { rows: 8, every: 4, least: 4 }
/** In a row. They overlap. */
const LEAST_WINDOWS = 2
/** That were asked while one was wrong that is asked so much more often. */
const LEAST_WITNESSES = 2
const MORE_OFTEN = 2
/** A filter may hold an old sample for eight polls, and so many are bent when the clock jumps. */
const LEAST_AWAY = 9

export interface Spell {
  readonly source: number
  readonly from: Seconds
  readonly to: Seconds
  /** How far the source was from the middle of the others. */
  readonly size: Seconds
  /** The same in its first measurements, and in its last. */
  readonly first: Seconds
  readonly last: Seconds
  /** And halfway between, by time: daemons ask more often at first. */
  readonly halfway: Seconds
  /** Of the source, in that time; NaN where the log has none. */
  readonly delay: Seconds
  /** How many agreed against it. */
  readonly others: number
  /** It ends where the log does. */
  readonly open: boolean
}

export function spellsOf(all: readonly Heard[]): Spell[] {
  const often = oftenHeard(all)
  const [reference, other] = often.toSorted((a, b) => reachOf(b.thinned) - reachOf(a.thinned))
  if (!reference || !other || often.length < 3) return []
  // Against itself a source is never away.
  const ofOthers = judgedWindows(shownAgainst(reference, often, FINENESS))
  const ofReference = judgedWindows(shownAgainst(other, often, FINENESS))
  return often.flatMap(one => {
    const spells = spellsBy(one.source, one.source === reference.source ? ofReference : ofOthers)
    return spells.length > 0 ? spells : spellsBeside(one, often)
  })
}

/**
 * chronyd asks one that is wrong each minute, and the others as seldom as before: its time may be over before they have filled a
 * window. What they show at its moments tells, where they were asked meanwhile.
 */
function spellsBeside(one: Heard, often: readonly Heard[]): Spell[] {
  const others = often.filter(each => each !== one)
  const spells = spellsBy(one.source, judgedWindows(shownBeside(one, others, FINENESS)))
  return spells.filter(spell => {
    const asked = countWithin(one, spell)
    const counts = others.map(each => countWithin(each, spell)).filter(count => count > 0)
    return counts.length >= LEAST_WITNESSES && asked >= MORE_OFTEN * upperMedian(counts)
  })
}

/** Those in which a majority agrees. */
const judgedWindows = (windows: readonly (readonly Shown[])[]) =>
  windows.flatMap(window => {
    const middle = middleOf(window)
    return middle ? [{ window, middle }] : []
  })

interface Middle {
  readonly level: Seconds
  /** How many are near it. */
  readonly agree: number
}

/** Undefined where no majority agrees. */
function middleOf(window: readonly Shown[]): Middle | undefined {
  const level = upperMedian(window.map(each => each.level))
  const agree = window.filter(each => sideOf(each, window, level) === 0).length
  return window.length >= 3 && 2 * agree > window.length ? { level, agree } : undefined
}

/** On which side of the others a source was, beyond what its way and theirs explain: 0 if it may have been right. */
function sideOf(shown: Shown, window: readonly Shown[], middle: Seconds): number {
  const { low, high, limit } = shown
  const side = low - middle > limit ? 1 : high - middle < -limit ? -1 : 0
  const near = { level: side > 0 ? low : high, explained: limit }
  const others = window
    .filter(each => each !== shown)
    .map(each => ({ level: each.level, explained: each.limit }))
  return side !== 0 && isContradicted(near, others, middle) ? side : 0
}

interface Judged {
  readonly mine: Shown
  readonly middle: Middle
}

const countWithin = ({ thinned }: Heard, { from, to }: Spell): number =>
  thinned.timed.filter(({ at }) => at >= from && at <= to).length

/** Windows that follow each other, in all of which the source is on one side of the others. */
function spellsBy(source: number, windows: ReturnType<typeof judgedWindows>): Spell[] {
  const runs: { side: number; of: Judged[] }[] = []
  for (const { window, middle } of windows) {
    const mine = window.find(each => each.source === source)
    if (!mine) continue
    const side = sideOf(mine, window, middle.level)
    const last = runs.at(-1)
    if (last?.side === side) last.of.push({ mine, middle })
    else runs.push({ side, of: [{ mine, middle }] })
  }
  return runs.flatMap(({ side, of }, i) => {
    if (side === 0 || of.length < LEAST_WINDOWS) return []
    const away = of.flatMap(({ mine, middle }) =>
      mine.apart.filter(({ size }) => side * (size - middle.level) > mine.limit),
    )
    if (new Set(away).size < LEAST_AWAY) return []
    const [from, to] = [away[0]!.at, away.at(-1)!.at]
    const sizes = of.map(({ mine, middle }) => mine.level - middle.level)
    return to - from < LEAST_TIME
      ? []
      : [
          {
            source,
            from,
            to,
            size: upperMedian(sizes),
            first: sizes[0]!,
            last: sizes.at(-1)!,
            halfway: halfwayOf(of.map(timeOf), sizes),
            delay: upperMedian(of.map(({ mine }) => mine.delay)),
            others: Math.min(...of.map(({ middle }) => middle.agree)),
            open: i === runs.length - 1,
          },
        ]
  })
}

const timeOf = ({ mine: { apart } }: Judged): Seconds => (apart[0]!.at + apart.at(-1)!.at) / 2

/** What a series shows halfway between its ends: where none lies there, the nearest, and from there on as all of it goes. */
export function halfwayOf(times: readonly Seconds[], sizes: readonly Seconds[]): Seconds {
  const [from, to] = [times[0]!, times.at(-1)!]
  const half = (from + to) / 2
  const nearest = times.reduce(
    (best, at, i) => (Math.abs(at - half) < Math.abs(times[best]! - half) ? i : best),
    0,
  )
  const rate = to > from ? (sizes.at(-1)! - sizes[0]!) / (to - from) : 0
  return sizes[nearest]! + rate * (half - times[nearest]!)
}
