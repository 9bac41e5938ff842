/**
 * Jumps soon after one another. Each source is asked at another time: one finds the clock after the first of them, another after two, and
 * by its own measurements that was one jump. But the heights at which the clock stood meanwhile are the same for all: what two sources
 * found is such a height. What one alone found on the way may be a measurement that fell into a pause.
 */
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import { SLACK } from '../order/eras.ts'
import type { Change } from './changes.ts'
import type { Jump } from './jumps.ts'

/** Heights that differ by less are one: of the smallest jump, and of what is measured of a height. */
const SAME = 0.3
const EXACT = 0.01

/** So many that are linked with one another are the noise of a network. */
const MANY = 512

/** What a source found, counted from where it was before the first jump. */
interface Found {
  readonly source: number
  readonly height: Seconds
  readonly uncertainty: Seconds
  /** The measurement after it found the same. */
  readonly stayed: boolean
}

interface Height {
  readonly height: Seconds
  /** The clock stood there. */
  readonly stood: boolean
  /** Among all of all ladders. */
  readonly rung: number
}

/** By its measurements: from which of the heights a jump led, and to which. */
type Place = ReadonlyMap<string, number>

export class Ladders {
  readonly #heights: Height[] = []
  readonly #before: Place
  readonly #after: Place

  constructor(jumps: readonly Jump[]) {
    const before = new Map<string, number>()
    const after = new Map<string, number>()
    for (const side of [1, -1])
      for (const near of nearOneAnother(jumps.filter(({ size }) => size * side > 0))) {
        if (near.length > MANY) continue
        const smallest = Math.min(...near.map(({ size }) => Math.abs(size)))
        const paths = lifted(pathsOf(near), SAME * smallest)
        if (paths.every(({ length }) => length < 2)) continue
        const found = heightsOf(paths, SAME * smallest)
        const first = this.#heights.length
        this.#heights.push(...found.map((each, i) => ({ ...each, rung: first + i })))
        for (const path of paths)
          for (const { jump, height, from } of path) {
            const placeOf = (at: Seconds) => first + nearestTo(at, found)
            before.set(beginOf(jump.change), placeOf(from))
            after.set(endOf(jump.change), placeOf(height))
          }
      }
    this.#before = before
    this.#after = after
  }

  /** Whether the clock stood where this jump led it. */
  standsAfter({ change }: Jump): boolean {
    const place = this.#after.get(endOf(change))
    return place !== undefined && this.#heights[place]!.stood
  }

  /** The jumps that it was. */
  partsOf(jump: Jump): Jump[] {
    const [first, last] = [this.#before.get(beginOf(jump.change)), this.#after.get(endOf(jump.change))]
    if (first === undefined || last === undefined) return [jump]
    const stops = this.#heights
      .slice(first, last + 1)
      .filter(({ stood }, i) => stood || i === 0 || i === last - first)
    if (stops.length < 2) return [jump]
    const [ground, top] = [stops[0]!.height, stops.at(-1)!.height]
    return stops.slice(1).map((to, i) => {
      const from = stops[i]!
      const rung = from.stood && to.stood ? { rung: to.rung } : {}
      if (stops.length === 2) return { ...jump, ...rung }
      const change = {
        ...jump.change,
        before: jump.change.before + from.height - ground,
        after: jump.change.after + to.height - top,
      }
      // Of several in one wait none tells of the pace.
      return { ...jump, change, size: to.height - from.height, firstSize: 0, ...rung }
    })
  }
}

const beginOf = ({ source, from }: Change): string => `${source} ${from}`
const endOf = ({ source, to }: Change): string => `${source} ${to}`

/** Those that may have been at one time, and what others link them with. */
function nearOneAnother(jumps: readonly Jump[]): Jump[][] {
  const all: Jump[][] = []
  let until = Number.NEGATIVE_INFINITY
  for (const jump of jumps.toSorted((a, b) => a.change.earliest - b.change.earliest)) {
    const near = jump.change.earliest <= until + SLACK ? all.at(-1) : undefined
    if (near) near.push(jump)
    else all.push([jump])
    until = Math.max(near ? until : Number.NEGATIVE_INFINITY, jump.change.latest)
  }
  return all
}

interface Tread {
  readonly jump: Jump
  readonly from: Seconds
  readonly height: Seconds
}

/** What each source found, one jump after the other. */
function pathsOf(jumps: readonly Jump[]): Tread[][] {
  const paths = new Map<number, Tread[]>()
  for (const jump of jumps.toSorted((a, b) => a.change.to - b.change.to)) {
    const { source } = jump.change
    const path = paths.get(source) ?? []
    paths.set(source, path)
    const from = path.at(-1)?.height ?? 0
    path.push({ jump, from, height: from + jump.size })
  }
  return [...paths.values()]
}

/**
 * Right after a step noise may hide the first jump of a source. Then its next one is not at the time at which others saw one from
 * the same height, but when they saw a later one.
 */
function lifted(paths: readonly Tread[][], same: Seconds): Tread[][] {
  return paths.map(path => {
    let by = 0
    const others = paths.flatMap(each => (each === path ? [] : each))
    return path.map(tread => {
      const now = { ...tread, from: tread.from + by, height: tread.height + by }
      const isAsLarge = (each: Tread) => Math.abs(each.jump.size - now.jump.size) < same
      const together = others.filter(each => Math.abs(each.from - now.from) < same && isAsLarge(each))
      if (together.length === 0 || together.some(each => meet(each, now))) return now
      const later = others.find(
        each => Math.abs(each.from) > Math.abs(now.from) + same && isAsLarge(each) && meet(each, now),
      )
      if (!later) return now
      by += later.from - now.from
      return { ...tread, from: tread.from + by, height: tread.height + by }
    })
  })
}

const meet = ({ jump: { change: a } }: Tread, { jump: { change: b } }: Tread): boolean =>
  a.earliest - SLACK <= b.latest && b.earliest - SLACK <= a.latest

/** From the ground up. */
function heightsOf(paths: readonly Tread[][], same: Seconds): Omit<Height, 'rung'>[] {
  const found = paths
    .flatMap(path =>
      path.map(
        ({ jump, height }, i): Found => ({
          source: jump.change.source,
          height,
          uncertainty: jump.uncertainty,
          stayed: path[i + 1]?.jump.change.from !== jump.change.to,
        }),
      ),
    )
    .sort((a, b) => Math.abs(a.height) - Math.abs(b.height))
  const groups: Found[][] = []
  for (const each of found) {
    const before = groups.at(-1)?.at(-1)
    const exact = Math.min(same, each.uncertainty + EXACT * Math.abs(each.height))
    if (before && Math.abs(each.height - before.height) < exact) groups.at(-1)!.push(each)
    else groups.push([each])
  }
  const common = groups.map(group => new Set(group.map(({ source }) => source)).size > 1)
  return [
    { height: 0, stood: true },
    ...groups.map((group, i) => ({
      height: upperMedian(group.map(({ height }) => height)),
      stood: common[i]! || (group.some(({ stayed }) => stayed) && common.slice(i + 1).some(each => each)),
    })),
  ]
}

const nearestTo = (at: Seconds, heights: readonly { readonly height: Seconds }[]): number =>
  heights.reduce(
    (best, { height }, i) => (Math.abs(height - at) < Math.abs(heights[best]!.height - at) ? i : best),
    0,
  )
