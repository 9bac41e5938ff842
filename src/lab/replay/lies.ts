/**
 * Servers of a recording that were wrong for a part of it. Which ones, the analysis of the logs tells; from when until when, and by how
 * much, each of their exchanges beside those of the others.
 */

import type { Disturbance, Disturbances } from '#analysis/log/disturbances/disturbance.ts'
import type { RouteChange } from '#analysis/log/sources/routes.ts'
import type { Spell } from '#analysis/log/sources/spells.ts'
import { median } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import { type Apart, apartOf } from './apart.ts'
import { behind, type Moment } from './moments.ts'

/** A source that jumped by less is not worth telling. */
export const LEAST: Seconds = 0.01
/** Off for fewer exchanges it is a queue. */
const FEWEST = 3
/** Of what it was off by first: what differs by more is another lie, as of a clock that runs away. */
const ANOTHER = 0.25

export interface Lie {
  readonly source: number
  readonly at: Seconds
  /** Undefined when it was wrong to the end. */
  readonly until: Seconds | undefined
  /** Ahead of the others by so much. */
  readonly offset: Seconds
  /** And by so much more than when it was right, in these exchanges. */
  readonly more: Seconds
  readonly in: readonly Moment[]
}

/** By source: the least that the analysis found one to have been off by. What a longer way explains is told as that. */
export function suspectsOf(
  found: Disturbances,
  spells: readonly Spell[],
  ways: readonly RouteChange[],
): Map<number, Seconds> {
  const jumped = found.sources
    .filter(({ size, restarted }) => Math.abs(size) > LEAST && !restarted)
    .flatMap(each => each.sources.map(source => ({ source, size: each.size, local: each.local })))
    .filter(each => !ways.some(way => explains(way, each)))
  const wrong = spells.flatMap(({ source, size, first, last }) =>
    [size, first, last].map(each => ({ source, size: each })),
  )
  const least = new Map<number, Seconds>()
  for (const { source, size } of [...jumped, ...wrong])
    least.set(source, Math.min(least.get(source) ?? Number.POSITIVE_INFINITY, Math.abs(size)))
  return least
}

const explains = (
  { source, from, to, before, after }: RouteChange,
  jump: { readonly source: number; readonly size: Seconds; readonly local: Disturbance['local'] },
): boolean =>
  source === jump.source &&
  from <= jump.local.to &&
  to >= jump.local.from &&
  Math.abs(jump.size) <= Math.abs(after - before) / 2 + LEAST

/** `trusted`: who is right. */
export const liesIn = (
  moments: readonly Moment[],
  suspects: ReadonlyMap<number, Seconds>,
  trusted: ReadonlySet<number>,
): Lie[] =>
  [...suspects].flatMap(([source, least]) =>
    liesOf(apartOf(moments, source, trusted), Math.max(LEAST, least) / 2),
  )

function liesOf(all: readonly Apart[], most: Seconds): Lie[] {
  const right = all.filter(({ by }) => Math.abs(by) <= most)
  // Who was wrong all the time is told as that.
  if (right.length < FEWEST) return []
  const usual = median(right.map(({ by }) => by))
  return runsOf(all, most).flatMap(({ from, to }) => {
    const wrong = all.slice(from, to)
    const offset = median(wrong.map(({ by }) => by))
    const more = offset - usual
    if (to < all.length && stayed(wrong.at(-1)!.moment, all[to]!.moment, more)) return []
    // By a server that is wrong, true time is wrong by as much.
    const [first, last] = [wrong[0]!.moment.at - more, wrong.at(-1)!.moment.at - more]
    return {
      source: wrong[0]!.moment.source,
      at: from === 0 ? 0 : (all[from - 1]!.moment.at + first) / 2,
      until: to === all.length ? undefined : (last + all[to]!.moment.at) / 2,
      offset,
      more,
      in: wrong.map(({ moment }) => moment),
    }
  })
}

/** It ends where the others come to say the same, when they are asked next: it was the guest's clock that moved. */
const stayed = (before: Moment, after: Moment, by: Seconds): boolean =>
  Math.abs(behind(after) - behind(before)) < Math.abs(by) / 2

interface Run {
  readonly from: number
  readonly to: number
}

/** Exchanges in a row that are off by more, and by about as much. */
function runsOf(all: readonly Apart[], most: Seconds): Run[] {
  const runs: Run[] = []
  let from = 0
  for (let i = 0; i <= all.length; i++) {
    const begun = all[from]?.by ?? 0
    const goesOn =
      i < all.length &&
      Math.abs(begun) > most &&
      Math.abs(all[i]!.by - begun) <= Math.max(most, ANOTHER * Math.abs(begun))
    if (goesOn) continue
    if (i - from >= FEWEST && Math.abs(begun) > most) runs.push({ from, to: i })
    from = i
  }
  return runs
}

export const wrongByLies = (lies: readonly Lie[]): Map<Moment, Seconds> =>
  new Map(lies.flatMap(lie => lie.in.map(moment => [moment, lie.more] as const)))
