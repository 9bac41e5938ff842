/**
 * What guests are made of, as tools/vm.js left it below `.cache/vm`; `prepareBed` has it made, and says why when it
 * cannot be.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Files, but for `guest` and `qemu`: folders with unpacked packages. Without `qemu` it is this machine's own. */
export interface Bed {
  readonly probe: string
  readonly kernel: string
  readonly initrd: string
  readonly disk: string
  readonly program: string
  readonly guest: string
  readonly qemu?: string
  /** A module for its kernel: a clock source that is off on some processors. */
  readonly oddCpu?: string
  /** Disks with whole systems, by their init. */
  readonly roots?: Readonly<Record<string, string>>
}

export type Prepared = { readonly bed: Bed } | { readonly missing: string }

export function readBed({ vmclock = false, cpus = false, inits = false } = {}): Bed {
  const file = vmclock ? 'bed-vmclock.json' : cpus ? 'bed-cpus.json' : inits ? 'bed-inits.json' : 'bed.json'
  return JSON.parse(readFileSync(join(ROOT, '.cache/vm', file), 'utf8'))
}

/** How tools/vm.js ends where there can be no guests. */
const NOT_HERE = 3

/**
 * Installs QEMU where that is possible without a question; some seconds the first time, one later. Throws when guests could be
 * had and something of ours fails.
 */
export async function prepareBed(): Promise<Prepared> {
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>(done =>
    execFile(process.execPath, [join(ROOT, 'tools/vm.js'), '--prepare'], (error, _, stderr) =>
      done({ code: error ? error.code : 0, stderr }),
    ),
  )
  if (code === NOT_HERE) return { missing: stderr.trim().replace(/^clockwright: /gm, '') }
  if (code !== 0) throw new Error(stderr.trim())
  return { bed: readBed() }
}
