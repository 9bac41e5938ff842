/**
 * VMClock as a witness: the hypervisor itself says that it disturbed the guest's counter (migration, restore), though not
 * for how long. A pause leaves no mark. The page is read 25 times a second, so that a mark is seen within a tenth of a
 * second; where the hypervisor notifies and the kernel hands that on (7.0), we are woken instead.
 */

import { closeSync, openSync, readSync } from 'node:fs'
import { basename } from 'node:path'
import type { DisruptionSign } from '#core/guest/disruption.ts'
import type { Monotonic } from '#core/time/instant.ts'
import type { Watch } from '../watch.ts'
import { whyNotOpened } from './opening.ts'
import { decodeVmClock, VMCLOCK_SIZE, type VmClock, vmClockChange } from './vmclock-page.ts'

export interface VmClockWitness {
  /** Whether we are woken, and need not look. */
  readonly notified: boolean
  close(): void
}

const LOOK_EVERY_MS = 40
const TRIES = 5
/** Where the count that guards the page stands. */
const SEQUENCE = 12

/** Undefined where there is none; `not-allowed` where we may not read it. */
export function openVmClock(
  counter: () => Monotonic,
  watch: Watch | undefined,
  notice: (sign: DisruptionSign) => void,
  path = '/dev/vmclock0',
): VmClockWitness | 'not-allowed' | undefined {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (error) {
    const why = whyNotOpened(error, `/sys/class/misc/${basename(path)}`)
    return why === 'none' ? undefined : why
  }
  let page = readPage(fd)
  if (!page) {
    closeSync(fd)
    return undefined
  }
  let before = counter()

  function look(): void {
    const next = readPage(fd)
    const now = counter()
    const change = page && next && vmClockChange(page, next)
    if (next) page = next
    if (change) {
      notice({ kind: change.what, witness: 'vmclock', during: { from: before, to: now } })
    }
    if (next) before = now
    // The host that we are on now does not notify, and whoever waits for it is woken all the time.
    if (notified && next && !next.flags.notifies) lookAlways()
  }

  let notified = page.flags.notifies && (watch?.add(fd, look) ?? false)
  let timer = notified ? undefined : setInterval(look, LOOK_EVERY_MS)

  function lookAlways(): void {
    watch?.remove(fd)
    notified = false
    timer = setInterval(look, LOOK_EVERY_MS)
  }

  return {
    get notified() {
      return notified
    },
    close() {
      clearInterval(timer)
      if (notified) watch?.remove(fd)
      closeSync(fd)
    },
  }
}

/** Undefined when it cannot be read, or was being written each time. */
export function readPage(fd: number): VmClock | undefined {
  const bytes = new Uint8Array(VMCLOCK_SIZE)
  const again = new Uint8Array(4)
  try {
    for (let i = 0; i < TRIES; i++) {
      const length = readSync(fd, bytes, 0, VMCLOCK_SIZE, 0)
      readSync(fd, again, 0, 4, SEQUENCE)
      const answer = decodeVmClock(bytes.subarray(0, length), new DataView(again.buffer).getUint32(0, true))
      if (answer.kind === 'page') return answer.page
      if (answer.why !== 'torn') return undefined
    }
  } catch {}
  return undefined
}
