/** For how long the machine had run: /proc/uptime, and uptime(1) in a sosreport, which says it in whole minutes. */
import type { Files } from '#core/guest/files.ts'
import type { Fact } from '#core/guest/inventory.ts'
import type { Seconds } from '#core/time/units.ts'
import { fact, findLine } from '../place.ts'

const ASKED = ['sos_commands/host/uptime', 'sos_commands/general/uptime', 'uptime']
/** ` 10:10:55 up 12 days,  3:04,  1 user, …`; `up 25 min`; by itself a fresh one says `up 0 min`. */
const SAID = /\bup +(?:(\d{1,6}) days?, +)?(?:(\d{1,2}):(\d\d)|(\d{1,2}) min)\b/

export function findUptime(files: Files): Fact<Seconds> | undefined {
  const kept = findLine(files, ['proc/uptime'], /^(\d{1,12}(?:\.\d{1,6})?) /)
  if (kept) return fact(Number(kept.match[1]), kept.place)
  const said = findLine(files, ASKED, SAID)
  if (!said) return undefined
  const [days = 0, hours = 0, minutes = 0, alone = 0] = said.match.slice(1).map(each => Number(each ?? 0))
  return fact(((days * 24 + hours) * 60 + minutes + alone) * 60, said.place)
}
