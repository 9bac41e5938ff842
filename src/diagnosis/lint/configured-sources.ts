/** The sources that each daemon's files name, in one shape. */
import type { Daemon } from '#core/trace/series.ts'
import { barredIn } from '#dialects/chrony/authselect.ts'
import type { ChronyConf } from '#dialects/chrony/conf.ts'
import type { ChronySource } from '#dialects/chrony/source.ts'
import { combineServers, emptiedAt } from '#dialects/timesyncd/sources.ts'
import type { DaemonName } from './about.ts'
import { PROGRAMS } from './daemons.ts'
import { originOfAddress, originOfDriver, originsOf, PULSES } from './origin.ts'
import { sameDevice } from './ptp.ts'
import { lastDirective, lastSetting } from './reads.ts'
import { hasTemplate, type LintSubject, type NotHere, notHere, type Part } from './subject.ts'

export interface NamedHere {
  readonly address: string
  readonly file: number
  readonly line: number
  /** How many a pool is good for; undefined for one server. */
  readonly pool: number | undefined
  /** It may be selected: no `noselect`, and not the clock of the machine itself. */
  readonly counts: boolean
  /** It does not prove itself, and only those that do may be selected. */
  readonly barred?: boolean
  /** Undefined where there is no such option, as for a clock that is attached. */
  readonly iburst: boolean | undefined
  /** `true` of ntpd, `trust` of chrony. */
  readonly forced: boolean
  readonly network: boolean
  readonly preferred: boolean
  /** What tells of the same clock has the same. */
  readonly origin: string
}

export interface ConfiguredSource {
  readonly daemon: Daemon
  readonly program: string
  /** The main file. */
  readonly file: number
  readonly named: readonly NamedHere[]
  /** Files that are named and not here, or the network (DHCP), may add more. */
  readonly elsewhere: boolean
  /** Lines by which more may be added and that are judged as if they added none: it is said with what is found. */
  readonly unseen?: readonly NotHere[]
  /** The line by which it lost the servers that it was built with, where it has no others. */
  readonly emptied?: { readonly file: number; readonly line: number } | undefined
  /** The clock of the machine itself passes for a source. */
  readonly local: boolean
  /** So many must agree. */
  readonly needed:
    | {
        readonly count: number
        readonly setting: string
        readonly file: number
        readonly line: number | undefined
        /** As it would be added where no line says it. */
        readonly asLine: (count: number) => string
      }
    | undefined
}

export const isLocalClock = (address: string): boolean => /^127\.127\.1\.\d+$/.test(address)

export function configuredSources(subject: LintSubject): ConfiguredSource[] {
  return [ntpd(subject), chrony(subject), timesyncd(subject), openntpd(subject), ntpdRs(subject)].flatMap(
    each => (each ? [each] : []),
  )
}

/** A file without a word is what a package left there, unless its daemon runs, or there is no other file of a daemon. */
function isUsed(subject: LintSubject, names: readonly DaemonName[]): boolean {
  const known = subject.machine.about.daemons
  if (known && known.length > 0) return known.some(({ name }) => names.includes(name))
  const { ntp, chrony, timesyncd, openntpd, ntpdRs } = subject
  return [ntp, chrony, timesyncd, openntpd, ntpdRs].filter(parts => parts.length > 0).length === 1
}

/**
 * What lies in /run is what DHCP has offered, and where it offered nothing it is empty. What else is named and not here may name
 * sources: of a copy that lacks it, nothing can be said; of files that somebody shows, as much as they say.
 */
function moreOf(
  subject: LintSubject,
  parts: Parameters<typeof notHere>[1],
  listens = false,
): Pick<ConfiguredSource, 'elsewhere' | 'unseen'> {
  const all = notHere(subject, parts)
  const mayAdd = all.filter(each => !isOffered(each))
  const isOfCopy = subject.machine.about.unseen !== undefined
  const hidden = listens || hasTemplate(subject, parts) || (isOfCopy && mayAdd.length > 0)
  return { elsewhere: hidden || mayAdd.length > 0, unseen: hidden ? [] : all }
}

/** Some service fills such a folder in as the machine runs. */
export const isOffered = ({ kind, paths }: NotHere): boolean =>
  kind === 'directories' && paths.every(path => path.startsWith('/run/'))

/** Files that are named and not here may name sources; a folder that only DHCP fills is taken as empty. */
export const maySayMore = (subject: LintSubject, parts: Parameters<typeof notHere>[1]): boolean =>
  moreOf(subject, parts).elsewhere

const mainOf = <T>(parts: readonly Part<T>[]): Part<T> | undefined => parts.find(({ main }) => main)

function ntpd(subject: LintSubject): ConfiguredSource | undefined {
  const main = mainOf(subject.ntp)
  if (!main || (main.read.written.length === 0 && !isUsed(subject, ['ntpd', 'ntpsec']))) return undefined
  const listens = subject.ntp.some(({ read }) => read.associations.some(({ kind }) => /client$/.test(kind)))
  const named = subject.ntp.flatMap(({ file, read }) =>
    read.associations
      .filter(({ address }) => address !== '')
      .map(({ address, line, kind, options }): NamedHere => {
        const driver = kind === 'refclock' ? address.toLowerCase() : undefined
        const unit = Number(options.values.get('unit') ?? 0)
        const clock = driver !== undefined || /^127\.127\./.test(address)
        return {
          address: driver === undefined ? address : `${driver.toUpperCase()}(${unit})`,
          file,
          line,
          pool: kind === 'pool' ? 4 : undefined,
          counts: !options.flags.has('noselect') && !isLocalClock(address) && driver !== 'local',
          iburst: clock ? undefined : options.flags.has('iburst'),
          forced: options.flags.has('true'),
          network: !clock,
          preferred: options.flags.has('prefer'),
          origin: driver === undefined ? originOfAddress(address) : originOfDriver(driver, unit),
        }
      }),
  )
  const minsane = lastSetting(subject, ({ tos }) => tos.get('minsane'))
  return {
    daemon: 'ntpd',
    program: PROGRAMS.ntpd,
    file: main.file,
    named,
    ...moreOf(subject, subject.ntp, listens),
    local: named.some(({ address }) => isLocalClock(address) || /^LOCAL\(/.test(address)),
    needed: minsane && {
      count: minsane.value,
      setting: 'tos minsane',
      file: minsane.file,
      line: minsane.line,
      asLine: count => `tos minsane ${count}`,
    },
  }
}

function chrony(subject: LintSubject): ConfiguredSource | undefined {
  const main = mainOf(subject.chrony)
  if (!main || (main.read.directives.length === 0 && !isUsed(subject, ['chronyd']))) return undefined
  const isBarred = barredBy(subject)
  const attached = originsIn(subject)
  const named = subject.chrony.flatMap(({ file, read }): NamedHere[] => [
    ...read.sources.map(each => ({
      address: each.address,
      file,
      line: each.line,
      pool: each.kind === 'pool' ? each.maxsources : undefined,
      counts: !each.noselect && !isBarred(each),
      barred: isBarred(each),
      iburst: each.iburst,
      forced: each.trust,
      network: true,
      preferred: each.prefer,
      origin: originOfAddress(each.address),
    })),
    ...read.refclocks.map(({ line, driver, parameter, options }, index) => ({
      address: `${driver} ${parameter}`,
      file,
      line,
      pool: undefined,
      counts: !options.some(option => option.toLowerCase() === 'noselect'),
      iburst: undefined,
      forced: options.some(option => option.toLowerCase() === 'trust'),
      network: false,
      preferred: options.some(option => option.toLowerCase() === 'prefer'),
      origin: attached.get(read)![index]!,
    })),
  ])
  const minsources = lastDirective(subject, 'minsources')
  return {
    daemon: 'chrony',
    program: PROGRAMS.chronyd,
    file: main.file,
    named,
    ...moreOf(subject, subject.chrony),
    local: subject.chrony.some(
      ({ read }) => read.said.local !== undefined || read.directives.some(({ name }) => name === 'manual'),
    ),
    needed: minsources && {
      count: Number(minsources.words[0]),
      setting: 'minsources',
      file: minsources.file,
      line: minsources.line,
      asLine: count => `minsources ${count}`,
    },
  }
}

/** Whom `authselectmode` passes over. */
export const barredBy = (subject: LintSubject): ((source: ChronySource) => boolean) =>
  barredIn(
    lastDirective(subject, 'authselectmode')?.words[0]?.toLowerCase(),
    subject.chrony.flatMap(({ read }) => read.sources),
  )

/** A clock may be locked to one that another file attaches. */
function originsIn({ chrony, machine }: LintSubject): ReadonlyMap<ChronyConf, readonly string[]> {
  const reads = chrony.map(({ read }) => read)
  const clocks = reads.flatMap(({ refclocks }) => refclocks)
  const origins = originsOf(
    clocks.map(clock => ({
      ...clock,
      parameter:
        clock.driver === 'PHC'
          ? clock.parameter.replace(/^[^:]+/, path => sameDevice(machine.about, path))
          : clock.parameter,
    })),
  )
  return new Map(reads.map(read => [read, origins.splice(0, read.refclocks.length)]))
}

/** Where a source has no options. */
const plainly = (address: string) => ({
  address,
  counts: true,
  iburst: undefined,
  forced: false,
  network: true,
  preferred: false,
  origin: originOfAddress(address),
})

/** It follows one at a time, so what counts is whether there is another one when that is lost. */
function timesyncd(subject: LintSubject): ConfiguredSource | undefined {
  const main = mainOf(subject.timesyncd)
  const conf = subject.timesyncd.map(({ read }) => read)
  const [own, fallback] = [combineServers(conf, 'NTP'), combineServers(conf, 'FallbackNTP')]
  const used = own.length > 0 ? own : fallback
  const emptied = emptiedAt(conf)
  if (!main || (used.length === 0 && !emptied)) return undefined
  const fileOf = (file: string) => subject.timesyncd.find(({ path }) => path === file)!.file
  return {
    daemon: 'timesyncd',
    program: PROGRAMS['systemd-timesyncd'],
    file: main.file,
    named: used.map(
      ({ file, source: { address, line } }): NamedHere => ({
        ...plainly(address),
        file: fileOf(file),
        line,
        pool: undefined,
      }),
    ),
    emptied: emptied && { file: fileOf(emptied.file), line: emptied.line },
    elsewhere:
      (own.length > 0 && fallback.length > 0) ||
      (subject.machine.about.daemons?.some(({ name, given }) => name === 'systemd-timesyncd' && given) ??
        false),
    local: false,
    needed: undefined,
  }
}

function openntpd(subject: LintSubject): ConfiguredSource | undefined {
  const main = mainOf(subject.openntpd)
  if (!main) return undefined
  const named = subject.openntpd.flatMap(({ file, read }): NamedHere[] => [
    ...read.servers.map(({ address, line, all }) => ({
      ...plainly(address),
      file,
      line,
      pool: all ? 4 : undefined,
    })),
    ...read.notUsable
      .filter(({ text }) => /^\s*sensor/.test(text))
      .map(({ line, text }) => ({
        address: text.trim(),
        file,
        line,
        pool: undefined,
        counts: true,
        iburst: undefined,
        forced: false,
        network: false,
        preferred: false,
        origin: text.trim(),
      })),
  ])
  return {
    daemon: 'other',
    program: PROGRAMS.openntpd,
    file: main.file,
    named,
    elsewhere: false,
    local: false,
    needed: undefined,
  }
}

function ntpdRs(subject: LintSubject): ConfiguredSource | undefined {
  const main = mainOf(subject.ntpdRs)
  if (!main) return undefined
  const { sources, clocks, notUnderstood } = main.read
  if (sources.length + clocks.length === 0 && notUnderstood.length > 0) return undefined
  const find = (pattern: RegExp, from = 0): number | undefined => {
    const at = subject.lines[main.file]!.findIndex((line, index) => index >= from && pattern.test(line))
    return at < 0 ? undefined : at + 1
  }
  let from = 0
  const servers = sources.map(({ address, mode, count }): NamedHere => {
    const line = find(/^\s*address\s*=/, from) ?? 1
    from = line
    return {
      address,
      file: main.file,
      line,
      pool: /pool$/.test(mode) ? count : undefined,
      counts: true,
      iburst: undefined,
      forced: false,
      network: true,
      preferred: false,
      origin: originOfAddress(address),
    }
  })
  const attached = clocks.map(
    ({ mode, name, line }): NamedHere => ({
      ...plainly(mode === 'csptp' ? name : `${mode} ${name}`),
      file: main.file,
      line,
      pool: undefined,
      network: mode === 'csptp',
      origin: mode === 'pps' ? PULSES : originOfAddress(name),
    }),
  )
  return {
    daemon: 'other',
    program: PROGRAMS['ntpd-rs'],
    file: main.file,
    named: [...servers, ...attached],
    elsewhere: false,
    local: false,
    needed: {
      count: main.read.settings.minimumAgreeingSources,
      setting: 'minimum-agreeing-sources',
      file: main.file,
      line: find(/^\s*minimum-agreeing-sources\s*=/),
      asLine: count => `minimum-agreeing-sources = ${count}`,
    },
  }
}
