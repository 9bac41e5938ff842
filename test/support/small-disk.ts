/** A disk of a megabyte, a tmpfs, which only root may mount. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallDisk {
  readonly folder: string
  /** Else there is only the folder: it is not permitted here, and that has been said. */
  readonly mounted: boolean
  /** In bytes. */
  free(): number
  remove(): void
}

export function mountSmallDisk(): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'clockwright-full-'))
  const mounted = mount(folder)
  return {
    folder,
    mounted,
    free() {
      const { bavail, bsize } = statfsSync(folder)
      return bavail * bsize
    },
    remove() {
      if (mounted) execFileSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function mount(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    console.info('skipped: mounting a tmpfs is not permitted here')
    return false
  }
}
