/**
 * What `dmesg` prints: the kernel's messages with the time since the boot, which says of none when it was; such a line is
 * told without a time. `dmesg -T` writes a date in the local zone, which goes wrong by what the machine slept.
 */
import { dayNumber } from '#core/time/civil.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LogFormat } from '../log/format.ts'
import { MONTHS } from '../log/months.ts'
import { isOfTimekeeper } from '../log/system-log.ts'
import { textLines } from '../log/text.ts'
import { readKernelMessage } from './kernel-messages.ts'

const LINE =
  /^\[(?: *\d{1,9}\.\d{6}|[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4}))\] (.*)$/

export const dmesg: LogFormat = {
  name: 'kernel messages',
  dated: true,
  first: '[',
  open: into =>
    textLines((text, line) => {
      const match = LINE.exec(text)
      const said = match && readKernelMessage(match[7]!)
      if (!said) return false
      const at = dateOf(match)
      into.tell({
        kind: 'event',
        daemon: 'other',
        format: dmesg.name,
        file: into.file,
        line,
        at: at - into.baseDay * 86_400,
        local: !Number.isNaN(at),
        text: match[7]!,
        ...said,
      })
      return true
    }),
}

/** Seconds since 1970; NaN without a date. */
function dateOf([, month, day, hours, minutes, seconds, year]: RegExpExecArray): Seconds {
  const name = MONTHS.indexOf(month ?? '')
  if (name < 0) return Number.NaN
  const date = dayNumber(Number(year), name + 1, Number(day))
  return date * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

/** The rest of dmesg; `journalctl -o short-monotonic` begins its lines like it. */
export const otherDmesg: LogFormat = {
  name: 'other kernel messages',
  dated: true,
  first: '[',
  open: into =>
    textLines(
      text => {
        const match = LINE.exec(text)
        return (
          match !== null && readKernelMessage(match[7]!) === undefined && !isOfTimekeeper(text, into.nearDay)
        )
      },
      { foreign: true },
    ),
}
