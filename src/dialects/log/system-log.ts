/**
 * System logs, and the logs that daemons write for themselves: one stamped message a line, by many programs. What a
 * message means is asked of the program's own dialect; a new program is one more entry in PROGRAMS.
 */
import type { Daemon } from '#core/trace/series.ts'
import { readMessage as readChronyd } from '../chrony/messages.ts'
import { readMessage as readNtpd } from '../ntpd/messages.ts'
import type { LogFormat } from './format.ts'
import type { Said } from './said.ts'
import { readStamp } from './stamp.ts'
import { textLines } from './text.ts'

interface Program {
  readonly daemon: Daemon
  readonly read: (message: string) => Said | undefined
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  ntpd: { daemon: 'ntpd', read: readNtpd },
  chronyd: { daemon: 'chrony', read: readChronyd },
}
/** A log without programs' names is the log of one: the first message that means something tells whose. */
const ALONE = ['chronyd', 'ntpd'] as const

export const systemLog: LogFormat = {
  name: 'system log',
  dated: false,
  open(into) {
    return textLines((text, line) => {
      const stamped = readStamp(text, into.nearDay)
      if (!stamped) return false
      for (const name of stamped.program ? [stamped.program] : ALONE) {
        const program = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined
        if (!program) continue
        const said = program.read(stamped.message)
        if (!said) {
          if (stamped.program) return true
          continue
        }
        into.tell({
          kind: 'event',
          daemon: program.daemon,
          format: systemLog.name,
          file: into.file,
          line,
          at: stamped.at - into.baseDay * 86_400,
          text: stamped.message,
          ...said,
        })
        return true
      }
      return false
    })
  },
}

/** Lines of system logs that others wrote: they are no business of ours, and no nonsense either. */
export const otherLog: LogFormat = {
  name: 'other programs',
  dated: false,
  open: into =>
    textLines(
      text => {
        const stamped = readStamp(text, into.nearDay)
        return stamped !== undefined && !Object.hasOwn(PROGRAMS, stamped.program ?? '')
      },
      { foreign: true },
    ),
}
