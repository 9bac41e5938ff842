/** What the kernel has said since it started, as text: its ring of messages (/dev/kmsg), as far as it still holds them. */
import { closeSync, constants, openSync, readSync } from 'node:fs'
import type { FileRead } from '#core/guest/files.ts'

export const KERNEL_RING = '/dev/kmsg'
/** One read gives one message, of 8 KiB at most (CONSOLE_EXT_LOG_MAX). */
const LONGEST = 8192
/** No ring holds more. */
const MOST_MESSAGES = 200_000

/** As dmesg prints them: `[   12.345678] text`. */
export function readKernelRing(path = KERNEL_RING): FileRead {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EACCES' || code === 'EPERM'
      ? { kind: 'unread', why: 'not-permitted' }
      : { kind: 'absent' }
  }
  const record = Buffer.alloc(LONGEST)
  const lines: string[] = []
  try {
    while (lines.length < MOST_MESSAGES) {
      try {
        const length = readSync(fd, record, 0, LONGEST, null)
        if (length === 0) break
        const line = lineOf(record.toString('utf8', 0, length))
        if (line !== undefined) lines.push(line)
      } catch (error) {
        // EPIPE: messages were overwritten before we came round to them; the next read goes on after the gap.
        if ((error as NodeJS.ErrnoException).code !== 'EPIPE') break
      }
    }
  } finally {
    closeSync(fd)
  }
  const text = lines.map(line => `${line}\n`).join('')
  return { kind: 'read', text, bytes: Buffer.from(text) }
}

/** `<priority>,<number>,<µs>,<flags>;text` of the kernel itself (facility 0), without the lines of details that follow. */
export function lineOf(record: string): string | undefined {
  const [, priority, micros, text] = /^(\d+),\d+,(\d+),[^;]*;([^\n]*)/.exec(record) ?? []
  if (priority === undefined || Number(priority) >= 8) return undefined
  const seconds = micros!.padStart(7, '0').replace(/(\d{6})$/, '.$1')
  return `[${seconds.padStart(12)}] ${text}`
}
