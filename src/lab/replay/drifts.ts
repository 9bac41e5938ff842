/**
 * Servers of a recording whose clock ran away. Which ones, the analysis of the logs tells, where one was off by more and more to the
 * end; since when and how fast, the line through its exchanges beside those of the others.
 */
import type { Spell } from '#analysis/log/sources/spells.ts'
import { median } from '#core/number/quantile.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { apartOf } from './apart.ts'
import type { Moment } from './moments.ts'

/** It was off by so many times as much in the end. */
const GROWN = 2
/** So near to the middle of both ends lies what is in the middle of a line. */
const STRAIGHT = 0.2
/** A part of a log has fewer of some sources. */
export const FEWEST = 8

export interface Drift {
  readonly source: number
  readonly at: Seconds
  /** What it gains. */
  readonly rate: Rate
  readonly wrong: ReadonlyMap<Moment, Seconds>
}

/** What is looked at of a spell in which a source was off. */
export type Off = Pick<Spell, 'source' | 'from' | 'to' | 'first' | 'last' | 'halfway' | 'open'>

export const isDrift = ({ first, last, halfway, open }: Off): boolean =>
  open && last / first > GROWN && Math.abs(halfway - (first + last) / 2) < STRAIGHT * Math.abs(last - first)

/** `trusted`: who is right. */
export const driftsIn = (
  moments: readonly Moment[],
  spells: readonly Off[],
  trusted: ReadonlySet<number>,
): Drift[] =>
  spells.flatMap(({ source, from, to }) => {
    const all = apartOf(moments, source, trusted).map(({ moment, by }) => ({
      moment,
      by,
      at: moment.at - by,
    }))
    const off = all.filter(({ moment }) => moment.clock >= from && moment.clock <= to)
    if (off.length < FEWEST) return []
    const half = off.length >> 1
    const rate = median(
      off.slice(0, half).map((each, i) => (off[i + half]!.by - each.by) / (off[i + half]!.at - each.at)),
    )
    const began = median(off.map(({ at, by }) => at - by / rate))
    const later = all.filter(({ at }) => at > began)
    const wrong = new Map(later.map(({ moment, at }) => [moment, rate * (at - began)]))
    return [{ source, at: Math.max(0, began), rate, wrong }]
  })
