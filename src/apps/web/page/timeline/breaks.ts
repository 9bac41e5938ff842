/**
 * Where a line must not be drawn through, because nothing was known in between: before each start of the agent (nobody
 * was there to know it), and where the counter may have begun to run differently (all that had been learned was void).
 */
import { type RecordBody, unixSeconds } from '#report/bodies.ts'
import { askEvents } from '../ask.ts'
import type { Span } from '../place.ts'

/** The API gives no more; a plot could not show them. */
const MOST = 5000

export const isBreak = (record: RecordBody): boolean =>
  record.kind === 'started' ||
  (record.kind === 'disruption' && (record.what === 'counter-changed' || record.what === 'restored'))

export async function askBreaks(window: Span, signal?: AbortSignal): Promise<number[]> {
  const { records } = await askEvents({ window, kinds: ['started', 'disruption'], limit: MOST }, signal)
  return records.filter(isBreak).map(({ at }) => unixSeconds(at))
}
