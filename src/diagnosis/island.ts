/** What a report tells of strata, where a clock that nobody sets is at the root of that time. */
import { NAMES_LOCAL_CLOCK } from '#analysis/log/sources/on-own-clock.ts'
import { HIGH_STRATUM, UNSYNCHRONISED } from '#dialects/island.ts'
import type { Cause } from './finding.ts'
import { isOwnClock, type Told } from './listed.ts'

interface Line extends Told {
  readonly text: string
}

export interface Island<T extends Line> {
  /** What tells of it. */
  readonly high: readonly T[]
  /** The clock of the machine itself. */
  readonly local: readonly T[]
  /** 0 where no stratum is told. */
  readonly stratum: number
  readonly what: string
}

export function islandIn<T extends Line>(told: readonly T[]): Island<T> | undefined {
  const strata = told.filter(({ what }) => what === 'stratum-now')
  // A clock that a daemon keeps, and only lists among its sources, leads nobody.
  const others = told.some(each => each.what === 'offset-now' && !isOwnClock(each))
  const local = told.filter(
    each =>
      NAMES_LOCAL_CLOCK.test(each.text) &&
      !(each.size >= UNSYNCHRONISED) &&
      (each.what === 'selected' || (each.what === 'stratum-now' && !(others && isOwnClock(each)))),
  )
  const high = [
    ...local,
    ...strata.filter(
      each =>
        each.size >= HIGH_STRATUM &&
        each.size < UNSYNCHRONISED &&
        !local.includes(each) &&
        !(others && isOwnClock(each)),
    ),
  ]
  // One odd server among good ones is outvoted.
  if (high.length === 0 || 2 * high.length < strata.filter(({ size }) => size < UNSYNCHRONISED).length)
    return undefined
  const stratum = Math.max(0, ...high.map(({ size }) => size).filter(Number.isFinite))
  return {
    high,
    local,
    stratum,
    what:
      local.length > 0
        ? 'A clock that nobody sets is taken for a source of time.'
        : `Stratum ${stratum}: somewhere up the chain a server serves its own clock, which nobody sets.`,
  }
}

export const ISLAND_COST =
  'All machines of the island agree with each other and drift from true time together, and nothing reports it. When a true source comes back, all of them jump.'
export const ISLAND_CONFIRM =
  '`clockwright query` with a public server: the difference is the error of the island.'

export const ISLAND_CHAIN: readonly Cause[] = [
  {
    what: 'a server of the chain has lost its sources and falls back to its local clock',
    why: 'such a fallback is usually configured at stratum 8 to 10',
  },
  { what: 'the chain of servers really is that long', why: 'rare: each server adds one' },
]

export const FIND_ROOT =
  'Follow the chain up to its root (`ntpq -c rv`, or the refid column) and give the root true sources. At the client, use sources of low stratum, and several.'
