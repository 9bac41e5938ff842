/**
 * The files that are to be judged: those that are named, and below folders those whose name or content says that they are
 * about time. Configuration is small; what is large, or binary, is none and is said so.
 */
import { closeSync, lstatSync, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { isPassedOver } from '#diagnosis/inventory/boot/at-boot.ts'
import { kindOf, type LintFile } from '#diagnosis/lint/file-kind.ts'
import { openFiles } from '#worlds/host/files.ts'
import type { Skipped } from '../analyze/input.ts'
import { Complaint } from '../cli/complain.ts'

/** grub.cfg of a machine with many kernels has some 50 kB. */
export const LARGEST = 1 << 20
const MOST_FILES = 50_000
const DEEPEST = 16

export interface ReadFiles {
  readonly files: readonly LintFile[]
  readonly skipped: readonly Skipped[]
  /** Named like a configuration, and nothing that could be read as one: a folder, a pipe, a device, links in a circle. */
  readonly notRead: readonly Skipped[]
}

/** Where this machine keeps what is judged. */
export const OWN_PLACES = [
  'etc/ntp.conf',
  'etc/ntpsec/ntp.conf',
  'etc/ntp.d',
  'etc/chrony.conf',
  'etc/chrony.d',
  'etc/chrony',
  'etc/systemd/timesyncd.conf',
  'etc/systemd/timesyncd.conf.d',
  'etc/ntpd.conf',
  'etc/openntpd/ntpd.conf',
  'etc/ntpd-rs/ntp.toml',
  'etc/sysconfig',
  'etc/default',
  'etc/sysctl.conf',
  'etc/sysctl.d',
  'etc/adjtime',
  'etc/crontab',
  'etc/cron.d',
  'etc/vmware-tools/tools.conf',
  'etc/systemd/system',
  'lib/systemd/system',
  'usr/lib/systemd/system',
  'boot/grub',
  'boot/grub2',
  'boot/loader/entries',
]

export function readForLint(paths: readonly string[]): ReadFiles {
  const found: {
    files: LintFile[]
    skipped: Skipped[]
    notRead: Skipped[]
  } = {
    files: [],
    skipped: [],
    notRead: [],
  }
  const seen = new Set<string>()
  for (const path of paths) {
    const stat = look(path)
    if (stat.isDirectory()) walk(path, 0)
    else {
      const text = readText(path, stat)
      if (typeof text !== 'string') throw new Complaint(`${path}: ${text.why}`)
      add({ path, text }, `${stat.dev}:${stat.ino}`)
    }
  }
  return found

  function add(file: LintFile, identity: string): void {
    if (seen.has(identity)) return
    seen.add(identity)
    found.files.push(file)
  }

  function walk(folder: string, depth: number): void {
    if (depth > DEEPEST || seen.size > MOST_FILES) {
      found.skipped.push({ file: folder, why: 'too deep, or too many files' })
      return
    }
    let names: string[]
    try {
      names = readdirSync(folder).sort()
    } catch (error) {
      found.skipped.push({ file: folder, why: reason(error) })
      return
    }
    for (const name of names) {
      const path = join(folder, name)
      try {
        const stat = lstatSync(path)
        if (stat.isDirectory()) {
          if (isNamedAsOne(path)) found.notRead.push({ file: path, why: 'a folder' })
          walk(path, depth + 1)
        } else if (stat.isFile() && mayBeJudged(path)) {
          const text = readText(path, stat)
          if (typeof text !== 'string') found.skipped.push({ file: path, why: text.why })
          else if (isNoTable(path)) found.skipped.push({ file: path, why: NO_TABLE })
          else if (kindOf({ path, text }) !== undefined) add({ path, text }, `${stat.dev}:${stat.ino}`)
        } else if (kindOf({ path, text: '' }) !== undefined) {
          const why = whyNoFile(path, stat)
          if (why !== undefined) found.notRead.push({ file: path, why })
        }
      } catch (error) {
        found.skipped.push({ file: path, why: reason(error) })
      }
    }
  }
}

/** A link leads to what is met in its own place, or, as links of units do, to nothing or to /dev/null. */
function whyNoFile(path: string, stat: Stats): string | undefined {
  if (stat.isFile()) return undefined
  if (!stat.isSymbolicLink()) return NO_PLAIN_FILE
  try {
    statSync(path)
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ELOOP' ? 'links that lead in a circle' : undefined
  }
}

const NO_PLAIN_FILE = 'no plain file'

const NO_TABLE = 'cron passes over a file of this name'

/** On the machine, or in the copy, in which the folder lies. */
function isNoTable(path: string): boolean {
  const [, root, folder, name] = /^(.*?)(\/etc\/cron\.d)\/([^/]+)$/.exec(resolve(path)) ?? []
  return name !== undefined && isPassedOver(openFiles(root || '/'), folder!, name)
}

/** As a mount leaves it whose file was not there. Folders of tables (`cron.d`) have names of all kinds. */
const isNamedAsOne = (path: string): boolean =>
  /\.(?:conf|toml)$/.test(path) && kindOf({ path, text: '' }) !== undefined

/** Below a folder not every file is opened: the name must be known, or end like that of a configuration. */
const mayBeJudged = (path: string): boolean =>
  kindOf({ path, text: '' }) !== undefined || /\.(?:conf|xml|toml|vmx|cfg|sources)$/.test(basename(path))

function look(path: string): Stats {
  try {
    return statSync(path)
  } catch (error) {
    throw new Complaint(
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? `there is no ${path}`
        : `${path}: ${reason(error)}`,
    )
  }
}

function readText(path: string, stat: Stats): string | { why: string } {
  if (!stat.isFile()) return { why: NO_PLAIN_FILE }
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (error) {
    return { why: reason(error) }
  }
  try {
    // Files of /proc say that they are empty, so it is read and not believed.
    const bytes = Buffer.alloc(Math.max(Math.min(stat.size, LARGEST), 1 << 16) + 1)
    let length = 0
    for (;;) {
      const read = readSync(fd, bytes, length, bytes.length - length, null)
      if (read === 0) break
      length += read
      if (length > LARGEST || length === bytes.length)
        return { why: `more than ${LARGEST >> 20} MB: no configuration is so large` }
    }
    const content = bytes.subarray(0, length)
    if (content.includes(0)) return { why: 'a binary file, no configuration' }
    return content.toString('utf8')
  } catch (error) {
    return { why: reason(error) }
  } finally {
    closeSync(fd)
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'EACCES' || code === 'EPERM' ? 'no permission to read it' : message
}
