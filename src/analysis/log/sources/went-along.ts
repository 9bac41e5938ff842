/**
 * Whether a clock went along with sources that had jumped away from the others, and when: their offsets came back to where they had
 * been, and those of the others went away by as much. Both moved by one amount, as only the clock can move them.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Disturbance } from '../disturbances/disturbance.ts'
import { activeSources } from '../disturbances/one-stayed.ts'
import type { SampleSeries } from '../host-log.ts'

export interface WentAlong {
  readonly from: Seconds
  readonly to: Seconds
  /** One of those that did not jump. */
  readonly other: number
  /** How finely the log was looked at: it may have ended by so much later. */
  readonly window: Seconds
}

/** From the first time to the last. */
export function wentAlong(
  { sources, size, local }: Pick<Disturbance, 'sources' | 'size' | 'local'>,
  { census }: SampleSeries,
): WentAlong | undefined {
  const [source] = sources
  if (source === undefined) return undefined
  for (const other of activeSources(census, local).filter(each => !sources.includes(each))) {
    const runs = census.ledAfter({ source, size, since: local.to }, other)
    if (runs.length > 0) return { from: runs[0]!.from, to: runs.at(-1)!.to, other, window: runs[0]!.window }
  }
  return undefined
}
