/**
 * How far one source's time is ahead of what the others say, at each of its exchanges: what its daemon did, and what happened to
 * the clock, is in both alike. An exchange that was off once says nothing, so of three in a row the middle one counts.
 */

import { median } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import { behind, type Moment } from './moments.ts'

export interface Apart {
  readonly moment: Moment
  readonly by: Seconds
}

/** `trusted`: the measure. Where none of them was heard yet, or there is none, all others are. */
export function apartOf(moments: readonly Moment[], source: number, trusted: ReadonlySet<number>): Apart[] {
  const latest = new Map<number, Seconds>()
  const raw: Apart[] = []
  for (const moment of moments) {
    const own = moment.source === source
    if (!own) latest.set(moment.source, behind(moment))
    else if (latest.size > 0) {
      const known = [...latest].filter(([other]) => trusted.has(other))
      const others = (known.length > 0 ? known : [...latest]).map(([, value]) => value)
      raw.push({ moment, by: behind(moment) - median(others) })
    }
  }
  return raw.map((each, i) => ({
    ...each,
    by: i > 0 && i + 1 < raw.length ? median([raw[i - 1]!.by, each.by, raw[i + 1]!.by]) : each.by,
  }))
}
