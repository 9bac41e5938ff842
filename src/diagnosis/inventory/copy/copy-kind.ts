/** What kind of copy it is, and whether what is not in it was nowhere. */
import type { Files } from '#core/guest/files.ts'
import type { CopyKind } from '#core/guest/inventory.ts'
import { tellsWhatRuns } from '../boot/boot-scripts.ts'
import { READINGS } from './readings.ts'
import { FROM_SUPPORTCONFIG } from './supportconfig.ts'

export function copyKind(files: Files): CopyKind {
  if (files.own) return 'live'
  if (files.exists(FROM_SUPPORTCONFIG)) return 'supportconfig'
  if (files.exists('sos_commands')) return 'sosreport'
  return [READINGS, '/proc/cmdline', '/proc/sys/kernel/osrelease'].some(files.exists) ? 'collected' : 'disk'
}

/** The machine itself, and what was collected from it as it ran: what is not there is nowhere. By hand /run may have been left out. */
export function wouldHold(files: Files, path: string): boolean {
  const kind = copyKind(files)
  if (kind !== 'live' && kind !== 'collected') return false
  return !path.startsWith('/run/') || tellsWhatRuns(files) || files.exists('/run')
}
