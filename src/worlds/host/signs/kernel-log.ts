/**
 * The kernel's log as a witness: a virtual machine that was loaded from a snapshot has its random numbers reseeded (vmgenid),
 * and the kernel says so. We are woken for each message, and read no more than what comes after the start.
 */

import { closeSync, constants, openSync, readSync } from 'node:fs'
import { basename } from 'node:path'
import type { DisruptionSign } from '#core/guest/disruption.ts'
import { type Monotonic, plus } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Libc } from '../../libc.ts'
import type { Watch } from '../watch.ts'
import { whyNotOpened } from './opening.ts'

/** The message comes with an interrupt, right after the machine runs again. */
const DELAY: Seconds = 1
/** One read gives one message, of 8 KiB at most (CONSOLE_EXT_LOG_MAX). */
const LONGEST = 8192
/** So many messages in one go, and the rest in the next. */
const MOST = 200

export type KernelLogMissing = 'no-kernel-log' | 'not-allowed'

export function openKernelLog(
  libc: Libc,
  watch: Watch,
  counter: () => Monotonic,
  notice: (sign: DisruptionSign) => void,
  path = '/dev/kmsg',
): { close(): void } | KernelLogMissing {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    // Every kernel has one; where it is not to be seen, somebody hides it.
    return whyNotOpened(error, `/sys/class/mem/${basename(path)}`) === 'none'
      ? 'no-kernel-log'
      : 'not-allowed'
  }
  const bytes = Buffer.alloc(LONGEST)

  function read(): void {
    for (let i = 0; i < MOST; i++) {
      try {
        const length = readSync(fd, bytes, 0, LONGEST, null)
        if (length === 0) return
        if (!isFork(bytes.toString('latin1', 0, length))) continue
        const now = counter()
        notice({ kind: 'restored', witness: 'vmgenid', during: { from: plus(now, -DELAY), to: now } })
      } catch (error) {
        // EPIPE: messages were overwritten before we came round to them; the next read goes on after the gap.
        if ((error as NodeJS.ErrnoException).code !== 'EPIPE') return
      }
    }
  }

  if (libc.seekEnd(fd) < 0 || !watch.add(fd, read)) {
    closeSync(fd)
    return 'no-kernel-log'
  }
  return {
    close() {
      watch.remove(fd)
      closeSync(fd)
    },
  }
}

/** `<priority>,<number>,<µs>,<flags>;text`, of the kernel itself (facility 0: anybody may write the others). */
export function isFork(message: string): boolean {
  const head = /^(\d+),\d+,\d+,[^;]*;(.*)/.exec(message)
  if (!head || Number(head[1]) >= 8) return false
  return /\bcrng reseeded due to virtual machine fork\b/.test(head[2]!)
}
