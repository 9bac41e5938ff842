/**
 * When something was, for people. Logs that count from the boot have no date (linuxptp, `-o short-monotonic`), nor has a clock
 * that began at 1970 and was never set: of both, all stamps lie in the first year.
 */
import type { HostLog } from '#analysis/log/host-log.ts'
import { instantAt } from '#core/time/civil.ts'
import { rfc3339 } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { LONGEST_UPTIME } from '#dialects/log/base-day.ts'

/** Words for moments of this log, which are seconds from the start of its first day. */
export function momentsOf(log: Pick<HostLog, 'span' | 'events'>, baseDay: number): (at: Seconds) => string {
  const base = baseDay * 86_400
  return hasDates(log, base)
    ? at => rfc3339(instantAt(at, baseDay), 0)
    : at => `${Math.round(base + at)} s after the boot`
}

const hasDates = ({ span, events }: Pick<HostLog, 'span' | 'events'>, base: Seconds): boolean =>
  base < 0 ||
  base >= LONGEST_UPTIME ||
  (span !== undefined && base + span.to >= LONGEST_UPTIME) ||
  events.all.some(({ at }) => base + at >= LONGEST_UPTIME)
