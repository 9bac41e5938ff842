/**
 * clockstats: what a reference clock said, in its own words. Day, seconds, the clock (127.127.t.u, or NTPsec's
 * NAME(unit)), and text. Nothing in it measures the system clock; it says that there was a reference clock.
 */
import { DIGITS, type LogFormat } from '../log/format.ts'
import { textLines } from '../log/text.ts'

export const clockstats: LogFormat = {
  name: 'ntpd clockstats',
  dated: true,
  first: DIGITS,
  open: () => textLines(text => /^\d{5} \d+\.\d+ (?:127\.127\.\d+\.\d+|[A-Z_]+\(\d+\))(?: |$)/.test(text)),
}
