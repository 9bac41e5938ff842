/**
 * Which servers of a journal were wrong for a part of it: whom the agent had found to disagree with a majority, where their samples
 * were off by enough to be worth telling.
 */
import { median } from '#core/number/quantile.ts'
import { since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { apartOf } from './apart.ts'
import { LEAST } from './lies.ts'
import type { Moment } from './moments.ts'
import type { Recorded } from './trace-of-journal.ts'

interface Liars {
  /** By source: what it was off by. */
  readonly liars: ReadonlyMap<number, Seconds>
  /** Whom the agent never doubted. */
  readonly trusted: ReadonlySet<number>
}

/** `names`: of the sources, by their number. The clock of the moments is the counter from the start. */
export function liarsOf(moments: readonly Moment[], names: readonly string[], recorded: Recorded): Liars {
  const doubted = names.map(name => doubtsIn(recorded, name))
  const trusted = new Set([...names.keys()].filter(source => doubted[source]!.length === 0))
  const liars = doubted.flatMap((spells, source) => {
    const off = apartOf(moments, source, trusted)
      .filter(({ moment: { clock } }) => spells.some(({ from, to }) => clock >= from && clock < to))
      .map(({ by }) => Math.abs(by))
    const size = off.length === 0 ? 0 : median(off)
    return size < LEAST ? [] : [[source, size] as const]
  })
  return { liars: new Map(liars), trusted }
}

interface Doubt {
  readonly from: Seconds
  readonly to: Seconds
}

/** When a majority spoke against a source. Where there was none, nobody knows who was wrong. */
function doubtsIn({ first, records }: Recorded, name: string): Doubt[] {
  const states = records.filter(record => record.kind === 'source' && record.source === name)
  return states.flatMap((record, i) => {
    if (record.kind !== 'source' || record.reason !== 'disagrees-with-majority') return []
    const next = states[i + 1]
    return {
      from: since(record.at.monotonic, first.monotonic),
      to: next ? since(next.at.monotonic, first.monotonic) : Number.POSITIVE_INFINITY,
    }
  })
}
