/** Which time daemons are configured by the files that are here, or are known to be there. */
import { parseChronydOptions } from '#dialects/chrony/options.ts'
import type { DaemonName } from './about.ts'
import { lastSetting } from './reads.ts'
import { type LintSubject, type Part, readerOf } from './subject.ts'

export interface ConfiguredDaemon {
  readonly name: DaemonName
  /** The main file of it, and the line by which it would keep the clock. */
  readonly file: number
  readonly line: number
}

/** For sentences. */
export const PROGRAMS: Readonly<Record<DaemonName, string>> = {
  ntpd: 'ntpd',
  ntpsec: 'ntpd of NTPsec',
  chronyd: 'chronyd',
  'systemd-timesyncd': 'systemd-timesyncd',
  openntpd: 'ntpd of OpenNTPD',
  'ntpd-rs': 'ntpd-rs',
}

/** Each daemon once. A file that says nothing (all of it comments) is what a package left there. */
export function configuredDaemons(subject: LintSubject): ConfiguredDaemon[] {
  const seen = new Map<DaemonName, ConfiguredDaemon>()
  const add = (name: DaemonName, part: Part<unknown>, line: number | undefined) => {
    if (line !== undefined && part.main && !seen.has(name)) seen.set(name, { name, file: part.file, line })
  }
  for (const part of subject.ntp)
    add(readerOf(subject, part)?.family === 'ntpsec' ? 'ntpsec' : 'ntpd', part, part.read.written[0]?.line)
  for (const part of subject.chrony) add('chronyd', part, part.read.directives[0]?.line)
  for (const part of subject.timesyncd)
    add('systemd-timesyncd', part, part.read.assignments.find(({ servers }) => servers.length > 0)?.line)
  for (const part of subject.openntpd) add('openntpd', part, part.read.servers[0]?.line)
  for (const part of subject.ntpdRs) add('ntpd-rs', part, part.read.sources.length > 0 ? 1 : undefined)
  return [...seen.values()]
}

/** Who only measures: where nothing is known of what runs, by what its files say. */
export function watchers(subject: LintSubject): readonly DaemonName[] {
  const { machine, commandLines } = subject
  const known = machine.about.daemons
  if (known) return known.filter(({ watches }) => watches).map(({ name }) => name)
  return [
    ...(commandLines.some(
      ({ daemon, words }) => daemon === 'chronyd' && parseChronydOptions(words).watchesOnly,
    )
      ? (['chronyd'] as const)
      : []),
    ...(lastSetting(subject, ({ switches }) => switches.get('ntp'))?.value === false
      ? (['ntpd', 'ntpsec'] as const)
      : []),
  ]
}

/** Is there anybody who keeps the clock? Undefined when nothing says so. */
export function hasDaemon(subject: LintSubject): boolean | undefined {
  const known = subject.machine.about.daemons
  if (configuredDaemons(subject).length > 0 || subject.commandLines.length > 0) return true
  return known === undefined ? undefined : known.some(({ watches }) => !watches)
}
