/** Moments that are plain numbers of seconds since 1970, for axes. */
import { rfc3339 } from '#core/time/format.ts'
import { instant, plus } from '#core/time/instant.ts'
import { LONGEST_UPTIME } from '#dialects/log/base-day.ts'

export const utcText = (at: number): string =>
  rfc3339(plus(instant(0n), at), 0)
    .replace('T', ' ')
    .replace('Z', ' UTC')

export const utcDay = (at: number): string => utcText(at).slice(0, 10)

/** Within the first year after 1970 are the stamps of logs that count from the boot (diagnosis/when.ts). */
export const isSinceBoot = (last: number): boolean => last >= 0 && last < LONGEST_UPTIME
