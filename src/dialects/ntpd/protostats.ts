/**
 * protostats: what ntpd's state machine did, with the stamp of the statistics. Day, seconds, address (0.0.0.0 is the
 * system), status word, event code, text: the same events as in its log.
 */
import { DIGITS, type LogFormat } from '../log/format.ts'
import { textLines } from '../log/text.ts'
import { readMessage } from './messages.ts'
import { MJD_OF_1970 } from './mjd.ts'

const LINE = /^(\d{5}) (\d+\.\d+) (\S+ [0-9a-f]{4} [0-9a-f]{2} .*)$/

export const protostats: LogFormat = {
  name: 'ntpd protostats',
  dated: true,
  first: DIGITS,
  open: into =>
    textLines((text, line) => {
      const match = LINE.exec(text)
      if (!match) return false
      const said = readMessage(match[3]!)
      // Of what its state machine did not all says something here.
      if (!said) return true
      into.tell({
        kind: 'event',
        daemon: 'ntpd',
        format: protostats.name,
        file: into.file,
        line,
        at: (Number(match[1]) - MJD_OF_1970 - into.baseDay) * 86_400 + Number(match[2]),
        text: match[3]!,
        ...said,
      })
      return true
    }),
}
