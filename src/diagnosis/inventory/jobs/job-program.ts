/**
 * Is the program there that a job would set the clock with? Only where it can be told: on the machine itself, in a copy that holds
 * its programs, or by its list of packages. What every system brings (date, hwclock) is there.
 */
import type { Files } from '#core/guest/files.ts'
import type { Place } from '#core/guest/inventory.ts'
import type { ClockSetting } from '#dialects/linux/set-clock.ts'
import { hasPackages, type Packages } from '../daemons/packages.ts'
import { at, textAt } from '../place.ts'

const PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
/** A copy of some files has the programs of daemons at most; the smallest system has more. */
const MANY = 64

export const holdsPrograms = (files: Files): boolean =>
  files.own || PATH.reduce((sum, folder) => sum + files.names(folder).length, 0) >= MANY

/** What packages of their own bring: all of which any distribution has it in; none where no list of packages is looked at for it. */
const BROUGHT_BY: Readonly<Record<string, readonly string[]>> = {
  ntpdate: ['ntpdate', 'ntpsec-ntpdate', 'ntp', 'ntpsec'],
  'ntpdate-debian': ['ntpdate', 'ntpsec-ntpdate', 'ntp', 'ntpsec'],
  sntp: ['sntp', 'ntp', 'ntpsec'],
  ntpd: ['ntp', 'ntpd', 'ntpsec', 'openntpd', 'busybox'],
  chronyd: ['chrony'],
  htpdate: ['htpdate'],
  msntp: [],
  rdate: [],
  ntpclient: [],
  tlsdate: [],
}

/** Where it was looked for, when none of the programs that would set the clock is there. `path`: the file in which they are named. */
export function programsNotThere(
  files: Files,
  packages: Packages,
  { programs }: ClockSetting,
  path: string,
): Place | undefined {
  const [first] = programs
  if (first === undefined) return undefined
  const isGone = holdsPrograms(files) ? goneFrom(files, path) : unpackaged(files, packages)
  return programs.every(isGone)
    ? at(first.includes('/') ? first : `/usr/sbin/${first}`, 'this program is not there')
    : undefined
}

const nameOf = (program: string): string => program.replace(/^.*\//, '')

const goneFrom =
  (files: Files, path: string) =>
  (program: string): boolean => {
    const name = nameOf(program)
    if (!Object.hasOwn(BROUGHT_BY, name) || program.includes('$')) return false
    if (!program.includes('/'))
      return ![...PATH, ...pathIn(textAt(files, path) ?? '')].some(folder =>
        files.exists(`${folder}/${name}`),
      )
    // Another disk may be mounted there.
    return files.names(program.slice(0, -name.length - 1)).length > 0 && !files.exists(program)
  }

/** Folders that a table or a script names for its programs. */
const pathIn = (text: string): string[] =>
  [...text.matchAll(/\bPATH=["']?([\w/.:+-]+)/g)].flatMap(([, folders]) => folders!.split(':'))

const unpackaged =
  (files: Files, packages: Packages) =>
  (program: string): boolean => {
    const name = nameOf(program)
    const brought = Object.hasOwn(BROUGHT_BY, name) ? BROUGHT_BY[name]! : []
    return (
      brought.length > 0 &&
      OF_SYSTEM.test(program) &&
      hasPackages(files) &&
      !brought.some(each => packages.has(each)) &&
      !PATH.some(folder => files.exists(`${folder}/${name}`))
    )
  }

/** By its name alone, or where packages put it. */
const OF_SYSTEM = /^(?:\/(?:usr\/)?s?bin\/)?[\w-]+$/
