/**
 * The time daemons of a machine: which are there, which run, with what command line and configuration. Two that share a program's
 * name (ntpd of the reference implementation, of NTPsec, of OpenNTPD) are told apart by package and configuration.
 */
import type { Files } from '#core/guest/files.ts'
import type { ConfigurationFile, Fact, Missing, Place, TimeDaemon } from '#core/guest/inventory.ts'
import { type ToldTimekeeper, tellTimekeepers } from '#core/guest/timekeepers.ts'
import { copiedFrom } from '../../repair/written-by.ts'
import { at, fact, firstThere, isLink, readText } from '../place.ts'
import { findBanner } from './banner.ts'
import { type Configuration, readConfiguration, readSystemdConfiguration } from './configuration.ts'
import { KNOWN_DAEMONS, type KnownDaemon } from './daemon-table.ts'
import { findDhcpHook } from './dhcp-hook.ts'
import { findHeldFrequency } from './held-frequency.ts'
import { type Packages, upstreamVersion } from './packages.ts'
import { findSetsTime } from './sets-time.ts'
import { findCannotWrite } from './statistics-folder.ts'
import {
  findService,
  linkedAtRunlevel,
  listedAs,
  type Surroundings,
  startsAsPackaged,
  wantedByLink,
} from './units.ts'

/** Where daemons are, at least by a link. What has other folders of programs and not this one is a part of a system. */
export const hasPrograms = (files: Files): boolean => files.exists('/usr/sbin')

export interface DaemonContext extends Omit<Surroundings, 'seen' | 'programs'> {
  readonly packages: Packages
  /** Where processes were to be seen. */
  readonly processes: string | undefined
  readonly missing: readonly Missing[]
}

export function findDaemons(files: Files, context: DaemonContext): TimeDaemon[] {
  const running = tellTimekeepers(files).sort((a, b) => Number(isContained(a)) - Number(isContained(b)))
  const found = KNOWN_DAEMONS.flatMap(known => findDaemon(files, known, running, context) ?? [])
  const daemons = found.flatMap(each => yielding(each, found) ?? [])
  const foreign = daemons.filter(daemon => isForeign(daemon, running, context))
  const hasOwn = daemons.some(each => each.runs?.value && each.installed && !foreign.includes(each))
  return hasOwn
    ? daemons.map(each => (foreign.includes(each) ? { ...each, elsewhere: true as const } : each))
    : daemons
}

/**
 * The link that starts the service of systemd stays where another daemon is installed, beside which it is not started; of the unit, which
 * says so, a copy of /etc has nothing.
 */
function yielding(daemon: TimeDaemon, all: readonly TimeDaemon[]): TimeDaemon | undefined {
  const { name, installed, unit, runs, configuration } = daemon
  const known = installed !== undefined || unit !== undefined || runs?.value
  if (name !== 'systemd-timesyncd' || known || all.length === 1) return daemon
  return configuration.length > 0 ? { ...daemon, enabled: undefined } : undefined
}

const isContained = ({ seen }: ToldTimekeeper): boolean => seen?.inContainer === true

/** Those of PTP are given the card of the machine, and what is given that sets clocks. */
const OF_PTP = ['ptp4l', 'phc2sys', 'ptpd', 'sfptpd', 'timemaster']

/** A listing of processes has those of containers, too, and not a word of where they run. */
function isForeign(
  { name, pid, runs, installed, unit, configuration, unreadable }: TimeDaemon,
  running: readonly ToldTimekeeper[],
  { packages }: DaemonContext,
): boolean {
  const mine = running.find(each => each.pid === pid)
  if (!runs?.value || !mine || OF_PTP.includes(name)) return false
  const unknown = !installed && !unit && configuration.length + unreadable.length === 0
  const listed = mine.seen?.line !== undefined && packages.size > 0
  return isContained(mine) || (unknown && listed)
}

function findDaemon(
  files: Files,
  known: KnownDaemon,
  running: readonly ToldTimekeeper[],
  context: DaemonContext,
): TimeDaemon | undefined {
  const installed = findInstalled(files, known, context.packages)
  const found = running.find(({ name }) => known.processes.includes(name))
  const mine = installed || !isSomeoneElses(files, known, context.packages) ? found : undefined
  const configured = installed || mine ? undefined : findPresumed(files, known, context)
  if (!installed && !mine && !configured) return undefined
  const service = findService(files, known, {
    ...context,
    seen: context.processes !== undefined,
    programs: hasPrograms(files),
  })
  const started = mine?.seen && fact(mine.seen.argv, placeOf(mine))
  const packaged = service || files.own ? undefined : startsAsPackaged(files, known)
  const starts = (service?.unit ?? packaged)?.starts
  const { configuration, unreadable, unseen, misnamed, given } =
    configured ?? findConfiguration(files, known, started?.value ?? starts?.value)
  return {
    name: known.name,
    installed,
    enabled: service?.enabled ?? findListed(files, known),
    runs: mine
      ? fact(true, placeOf(mine))
      : context.processes === undefined
        ? undefined
        : fact(false, at(context.processes, `no process of ${known.name}`)),
    pid: mine?.pid,
    version: findVersion(files, known, context.packages),
    commandLine: started ? fact(started.value, ...started.evidence, ...(starts?.evidence ?? [])) : starts,
    setsTime: findSetsTime({
      name: known.name,
      seen: mine && fact(mine.disciplines, placeOf(mine)),
      starts,
      words: started ?? starts,
      configuration,
    }),
    configuration,
    madeFrom: findMadeFrom(files, configuration[0]),
    unreadable: [...unreadable, ...((service ?? packaged)?.unreadable ?? [])],
    unseen,
    misnamed,
    given,
    dhcpHook: findDhcpHook(files, known.name),
    unit: service?.unit,
    cannotWrite: findCannotWrite(files, {
      daemon: known.name,
      pid: mine?.pid,
      configuration,
      commandLine: started?.value,
    }),
    heldFrequency: findHeldFrequency(files, known.name, configuration),
  }
}

function findListed(files: Files, { units, scripts }: KnownDaemon): Fact<boolean> | undefined {
  for (const unit of units) {
    const listed = listedAs(files, unit)
    if (listed) return listed
  }
  const linked = wantedByLink(files, units)
  if (linked) return linked
  for (const script of scripts) {
    const started = linkedAtRunlevel(files, script)
    if (started) return started
  }
  return undefined
}

const placeOf = ({ seen, commandLine }: ToldTimekeeper): Place =>
  at(seen?.path ?? '/proc', commandLine, seen?.line)

/** The package; or the program with a configuration or a unit that is this one's own. */
function findInstalled(files: Files, known: KnownDaemon, packages: Packages): Fact<string> | undefined {
  for (const name of known.packages) {
    const version = packages.get(name)
    if (version) return fact(`${name} ${version.value}`, ...version.evidence)
  }
  const program = firstThere(files, known.programs)
  if (program === undefined || isSomeoneElses(files, known, packages)) return undefined
  return fact(program, at(program, 'the program is there'))
}

/** In a copy without programs, packages and processes a configuration that says something is all that can be seen of a daemon. */
function findPresumed(files: Files, known: KnownDaemon, context: DaemonContext): Configuration | undefined {
  if (!context.missing.includes('programs') || !context.missing.includes('processes')) return undefined
  if (!PRESUMED.includes(known.name) || isSomeoneElses(files, known, context.packages)) return undefined
  const found = findConfiguration(files, known, undefined)
  const says =
    found.unreadable.length > 0 || found.configuration.some(({ text }) => /^\s*[^\s#;!%[]/m.test(text))
  return says || findListed(files, known)?.value ? found : undefined
}

const PRESUMED = ['chronyd', 'ntpsec', 'ntpd', 'openntpd', 'systemd-timesyncd', 'ntpd-rs']

const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox']

/** /usr/sbin/ntpd may be of any of four. */
function isSomeoneElses(files: Files, known: KnownDaemon, packages: Packages): boolean {
  if (!known.programs.includes('/usr/sbin/ntpd')) return false
  const rivals = KNOWN_DAEMONS.filter(each => each !== known && each.programs.includes('/usr/sbin/ntpd'))
  if (rivals.some(rival => rival.packages.some(name => packages.has(name)))) return true
  const program = known.programs.find(path => files.exists(path))
  const link = program === undefined ? undefined : files.link(program)
  // Asked for, so that a copy has it, too, and the link leads somewhere there.
  const busybox = /busybox$/.test(link ?? '') && BUSYBOX.some(files.exists)
  if (busybox || known.name === 'busybox-ntpd') return busybox !== (known.name === 'busybox-ntpd')
  // Without a word from packages: by the folder of NTPsec, by OpenNTPD's file, and else the classic.
  const ntpsec = files.exists('/etc/ntpsec/ntp.conf')
  const openntpd =
    files.exists('/etc/openntpd/ntpd.conf') ||
    (files.exists('/etc/ntpd.conf') && !files.exists('/etc/ntp.conf'))
  return known.name !== (ntpsec ? 'ntpsec' : openntpd ? 'openntpd' : 'ntpd')
}

function findVersion(files: Files, known: KnownDaemon, packages: Packages): Fact<string> | undefined {
  for (const name of known.packages) {
    const version = packages.get(name)
    if (version) return fact(upstreamVersion(version.value), ...version.evidence)
  }
  return findBanner(files, known.name)
}

function findConfiguration(
  files: Files,
  known: KnownDaemon,
  commandLine: readonly string[] | undefined,
): Configuration {
  if (known.grammar === 'systemd') return readSystemdConfiguration(files, known.configurations[0]!)
  const named = namedConfiguration(known, commandLine)
  const path = named ?? known.configurations.find(each => files.exists(each) || isLink(files, each))
  return path === undefined
    ? { configuration: [], unreadable: [], unseen: [], misnamed: [] }
    : readConfiguration(files, path, known.grammar)
}

function findMadeFrom(files: Files, main: ConfigurationFile | undefined): ConfigurationFile | undefined {
  const path = main && copiedFrom(main.text)
  const read = path === undefined || path === main?.path ? undefined : readText(files, path)
  return path !== undefined && read?.kind === 'read'
    ? { path, text: read.text, includedBy: undefined }
    : undefined
}

/** `-f FILE`, `-fFILE`, `--config FILE`, `--config=FILE`. */
function namedConfiguration(
  { configOption }: KnownDaemon,
  commandLine: readonly string[] | undefined,
): string | undefined {
  if (configOption === undefined || !commandLine) return undefined
  const joined = configOption.startsWith('--') ? `${configOption}=` : configOption
  for (const [index, word] of commandLine.entries()) {
    if (index === 0) continue
    const path =
      word === configOption
        ? commandLine[index + 1]
        : word.startsWith(joined)
          ? word.slice(joined.length)
          : undefined
    if (path?.startsWith('/')) return path
  }
  return undefined
}
