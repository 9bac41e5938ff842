/** When an agent had found something about a source, by its journal. */
import { since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Recorded } from './trace-of-journal.ts'

/** Until it found something else; Infinity where the journal ends first. By the counter, from the start. */
export function judgedIn(
  { first, records }: Recorded,
  name: string,
  reason: string,
): { readonly from: Seconds; readonly to: Seconds }[] {
  const states = records.filter(record => record.kind === 'source' && record.source === name)
  return states.flatMap((record, i) => {
    if (record.kind !== 'source' || record.reason !== reason) return []
    const next = states[i + 1]
    return {
      from: since(record.at.monotonic, first.monotonic),
      to: next ? since(next.at.monotonic, first.monotonic) : Number.POSITIVE_INFINITY,
    }
  })
}
