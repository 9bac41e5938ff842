/** Why a device cannot be opened. */
import { existsSync } from 'node:fs'

/**
 * `not-allowed`, or `none`. In a /dev of its own (systemd's PrivateDevices) a device that we may not have does not exist;
 * where `listed` (its entry in /sys) exists, it is there all the same.
 */
export function whyNotOpened(error: unknown, listed?: string): 'not-allowed' | 'none' {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM') return 'not-allowed'
  return code === 'ENOENT' && listed !== undefined && existsSync(listed) ? 'not-allowed' : 'none'
}
