/**
 * Ways of a recording that changed. Which ones, the analysis of the logs tells by their least delays; when exactly, and whether one
 * direction only, the exchanges before and after it.
 */
import type { RouteChange } from '#analysis/log/sources/routes.ts'
import { grouped } from '#core/grouped.ts'
import { median } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import { apartOf } from './apart.ts'
import { behind, type Moment } from './moments.ts'

/** Of half of what it became longer by: where the offset moved by so much, one direction did. */
const ONE_WAY = 0.6
/** So near to what it was at first is the same way again. */
const SAME: Seconds = 5e-3
/** Exchanges to each side, where other sources tell what the clock did meanwhile. */
const AROUND = 3

export interface Route {
  readonly source: number
  readonly at: Seconds
  readonly until: Seconds | undefined
  readonly up: Seconds
  readonly down: Seconds
  /** What it adds to each offset, of these exchanges. */
  readonly moved: Seconds
  readonly in: readonly Moment[]
}

export function routesIn(moments: readonly Moment[], changes: readonly RouteChange[]): Route[] {
  return [...grouped(changes, ({ source }) => source)].flatMap(([source, own]) =>
    routesOf(
      moments,
      source,
      own.toSorted((a, b) => a.from - b.from),
    ),
  )
}

function routesOf(moments: readonly Moment[], source: number, changes: readonly RouteChange[]): Route[] {
  const alone = moments.every(each => each.source === source)
  const heard = moments.filter(each => each.source === source && each.delay > 0)
  const others = new Set(moments.map(each => each.source).filter(each => each !== source))
  const apart = alone
    ? undefined
    : new Map(apartOf(moments, source, others).map(({ moment, by }) => [moment, by]))
  const offsetAt = (all: readonly Moment[]): Seconds =>
    apart ? median(all.map(each => apart.get(each) ?? Number.NaN).filter(Number.isFinite)) : behind(all[0]!)
  const usual = (changes[0]?.before ?? 0) / 2
  const routes: Route[] = []
  let [up, down] = [usual, usual]
  const places = changes.map(change => ({ change, i: placeOf(heard, change) })).filter(({ i }) => i > 0)
  for (const [n, { change, i }] of places.entries()) {
    const longer = change.after - change.before
    const [before, after] = [heard.slice(Math.max(0, i - AROUND), i).reverse(), heard.slice(i, i + AROUND)]
    const moved = offsetAt(after) - offsetAt(before)
    const oneWay = Math.abs(moved) > (ONE_WAY * Math.abs(longer)) / 2
    if (!oneWay) [up, down] = [up + longer / 2, down + longer / 2]
    else if (moved * longer > 0) up += longer
    else down += longer
    if (Math.abs(up - usual) < SAME && Math.abs(down - usual) < SAME) continue
    const end = places[n + 1]?.i ?? heard.length
    const at = (k: number): Seconds => (heard[k - 1]!.at + heard[k]!.at) / 2
    routes.push({
      source,
      at: at(i),
      until: end === heard.length ? undefined : at(end),
      up: Math.max(0, up),
      down: Math.max(0, down),
      // Of a source alone the clock has followed meanwhile.
      moved: alone ? 0 : (up - down) / 2,
      in: heard.slice(i, end),
    })
  }
  return routes
}

/** The first exchange by the new way; 0 when it is not there. */
function placeOf(heard: readonly Moment[], { from, to, before, after }: RouteChange): number {
  const begin = heard.findIndex(({ clock }) => clock > from)
  const around = heard.slice(Math.max(0, begin)).filter(({ clock }) => clock <= to)
  const isShort = ({ delay }: Moment) => delay < (before + after) / 2
  // A queue makes single exchanges longer, and none shorter.
  const i = after > before ? around.findLastIndex(isShort) + 1 : around.findIndex(isShort)
  return begin < 0 || i < 0 || begin + i >= heard.length ? 0 : begin + i
}

export const wrongByRoutes = (routes: readonly Route[]): Map<Moment, Seconds> =>
  new Map(routes.flatMap(route => route.in.map(moment => [moment, route.moved] as const)))
