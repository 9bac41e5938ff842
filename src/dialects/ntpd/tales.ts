/**
 * What ntpd writes for those who look for bugs in it, of which nothing is a measurement of the clock: cryptostats (Autokey),
 * timingstats (debug builds), ntskelog (NTPsec: a line for each client that asked for keys). Known, so that they are not
 * counted as nonsense; shapes from ntp_crypto.c, ntp_io.c and ntp_util.c.
 */
import { DIGITS, type LogFormat } from '../log/format.ts'
import { textLines } from '../log/text.ts'

const STAMP = /^\d{5} \d+\.\d+ /.source
const CRYPTO = new RegExp(
  `${STAMP}\\S{1,80} (?:(?:flags|setup) 0x|(?:assoc|auto seq|newsess|unpeer|clear|iff|gq|mv|cook|cert|sign|leap|host|ident|signature update|refresh|update|error) |[0-9a-f]{4,8} \\d+ [0-9a-f]{2} |\\S+ (?:mod \\d+|0x[0-9a-f]+ len \\d+)$)`,
)
const TIMING = new RegExp(`${STAMP}\\S{1,80} \\d+ \\d+\\.\\d+ [A-Za-z]`)
const KEY_EXCHANGE = new RegExp(`${STAMP} ?(?:OK|KE|TLS) \\d+\\.\\d{3} \\d+\\.\\d{3} \\d+\\.\\d{3} \\S`)

const tale = (name: string, line: RegExp): LogFormat => ({
  name,
  dated: true,
  first: DIGITS,
  open: () => textLines(text => line.test(text)),
})

export const cryptostats = tale('ntpd cryptostats', CRYPTO)
export const timingstats = tale('ntpd timingstats', TIMING)
export const ntskelog = tale('ntpd ntskelog', KEY_EXCHANGE)
