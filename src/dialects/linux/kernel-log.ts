/**
 * The kernel's messages about clocks, in a system log (`… host kernel: [ 12.345678] message`) or as `dmesg` prints them. With
 * only the time since the boot nothing says when: such a line is told without a time. Other programs' lines stay with the
 * format for those, which must not swallow the kernel's.
 */
import { textOf } from '../log/cursor.ts'
import { CAPITALS, DIGITS, type LineReader, type LogFormat } from '../log/format.ts'
import { readStamp } from '../log/stamp.ts'
import { otherLog } from '../log/system-log.ts'
import { textLines } from '../log/text.ts'
import { readKernelMessage } from './kernel-messages.ts'

const NEWLINE = 10
const LONGEST = 8192
const KERNEL = / kernel: (?:\[ *\d+\.\d+\] )?/
const DMESG = /^\[ *\d{1,9}\.\d{6}\] (.*)$/

/** The message, if the kernel wrote this line of a system log and it is about clocks. */
function messageIn(line: string) {
  const begin = KERNEL.exec(line)
  return begin ? readKernelMessage(line.slice(begin.index + begin[0].length)) : undefined
}

export const kernelLog: LogFormat = {
  name: 'kernel messages',
  dated: false,
  first: `${DIGITS}${CAPITALS} [`,
  open: into =>
    textLines((text, line) => {
      const dmesg = DMESG.exec(text)
      const said = dmesg ? readKernelMessage(dmesg[1]!) : messageIn(text)
      if (!said) return false
      const stamped = dmesg ? undefined : readStamp(text, into.nearDay)
      if (!dmesg && !stamped) return false
      into.tell({
        kind: 'event',
        daemon: 'other',
        format: kernelLog.name,
        file: into.file,
        line,
        at: stamped ? stamped.at - into.baseDay * 86_400 : Number.NaN,
        local: stamped?.local ?? false,
        text: dmesg ? dmesg[1]! : stamped!.message,
        ...said,
      })
      return true
    }),
}

/** The rest of dmesg. */
export const otherDmesg: LogFormat = {
  name: 'other kernel messages',
  dated: false,
  first: '[',
  open: () =>
    textLines(
      text => {
        const dmesg = DMESG.exec(text)
        return dmesg !== null && readKernelMessage(dmesg[1]!) === undefined
      },
      { foreign: true },
    ),
}

/** Other programs' lines, without those of the kernel that mean something. */
export const otherPrograms: LogFormat = {
  ...otherLog,
  open(into) {
    const inner = otherLog.open(into)
    const self: LineReader & { taken: number } = {
      taken: 0,
      foreign: true,
      take(bytes, at, end, line) {
        let taken = 0
        while (at < end) {
          const to = bytes.indexOf(NEWLINE, at) + 1
          if (to <= 0 || to > end || to - at > LONGEST || messageIn(textOf(bytes, at, to).trimEnd())) break
          if (inner.take(bytes, at, to, line + taken) !== to) break
          at = to
          taken++
        }
        self.taken = taken
        return at
      },
      flush() {},
    }
    return self
  },
}
