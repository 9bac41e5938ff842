/**
 * When a daemon had nobody to follow, by its messages, until it followed somebody again. Its clock runs on what was learned until then, and
 * what it is off by when somebody is heard again has gathered meanwhile.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import type { HostLog } from '../host-log.ts'

/** At 10 ppm a clock that runs free is off by nearly a second then, and goes on. */
export const FREE_FOR_LONG: Seconds = 86_400
/** A crystal whose rate had been learned stays within this, whatever the weather. */
export const WANDERS: Rate = 5e-5

interface Span {
  readonly from: Seconds
  readonly to: Seconds
}

export function withoutSources(log: HostLog, daemon: Daemon): Span[] {
  const words = log.events
    .of('no-source', 'selected', 'started', 'version', 'ended')
    .filter(event => event.daemon === daemon)
    .sort((a, b) => a.at - b.at)
  const spans: Span[] = []
  let from: Seconds | undefined
  for (const { what, at } of words) {
    if (what === 'no-source') {
      from ??= at
      continue
    }
    if (what === 'selected' && from !== undefined) spans.push({ from, to: at })
    from = undefined
  }
  return spans
}
