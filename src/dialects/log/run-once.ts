/**
 * What `chronyd -q`, `chronyd -Q` and ntpdate say, without a stamp: somebody cut it off, or the journal was asked for messages
 * alone. As with `ntpd -q`, of a loop of them only the order is known. What chronyd says as a daemon, too, is not taken.
 */
import type { Daemon } from '#core/trace/series.ts'
import { readMessage as readChronyd } from '../chrony/messages.ts'
import { readMessage as readNtpdate } from '../ntpd/ntpdate.ts'
import { readable } from './cursor.ts'
import type { LogFormat } from './format.ts'
import { type Said, said } from './said.ts'
import { textLines } from './text.ts'

const PROGRAM = /^(?:chronyd|ntpdate)(?:\[\d{1,10}\])?: /
/** Only when it is run once. */
const FOUND_NOBODY = /^no (?:suitable source for synchronisation|server suitable for synchronization found)/i
/** Around it, each time: nothing follows from that. */
const AROUND = /^(?:chronyd exiting|Disabled control of system clock|Initial frequency -?\d+\.\d+ ppm)/

const READERS: readonly (readonly [Daemon, (message: string) => Said | undefined])[] = [
  ['chrony', readChronyd],
  ['other', readNtpdate],
]

export const runOnce: LogFormat = {
  name: 'run once',
  dated: true,
  first: 'SDINcsan',
  open(into) {
    return textLines((text, line) => {
      const message = text.replace(PROGRAM, '')
      if (AROUND.test(message)) return true
      for (const [daemon, read] of READERS) {
        const meant = meaningOf(message, read(message))
        if (!meant) continue
        into.tell({
          kind: 'event',
          daemon,
          format: runOnce.name,
          file: into.file,
          line,
          at: Number.NaN,
          text: readable(message),
          ...meant,
        })
        return true
      }
      return false
    })
  },
}

function meaningOf(message: string, meant: Said | undefined): Said | undefined {
  if (!meant) return undefined
  if (meant.only === 'measured') return { ...said('offset-found', { size: meant.size }), once: true }
  if (meant.what === 'no-source') return FOUND_NOBODY.test(message) ? { ...meant, once: true } : undefined
  return meant.once || meant.what === 'version' ? meant : undefined
}
