/** What rules judge: the files of one machine, each read by its parser, with what is known of the machine. */
import { grouped } from '#core/grouped.ts'
import { type ChronyConf, readChronyConf, readChronySources } from '#dialects/chrony/conf.ts'
import type { Reader } from '#dialects/grammar.ts'
import { type LibvirtDomain, parseLibvirtDomain } from '#dialects/hypervisors/libvirt.ts'
import { parseVmx, type VmxConf } from '#dialects/hypervisors/vmx.ts'
import {
  type Environment,
  effective,
  parseEnvironment,
  parseOptionFile,
} from '#dialects/linux/environment-file.ts'
import { assignmentsOf, parseExec, takesUp } from '#dialects/linux/exec-start.ts'
import { type Menu, parseGrub2, parseGrubLegacy, parseLoaderEntry } from '#dialects/linux/grub.ts'
import { parseSysctl, type SysctlConf } from '#dialects/linux/sysctl.ts'
import { listOf, parseUnit, type UnitFile } from '#dialects/linux/unit.ts'
import { type Include, linesOf } from '#dialects/named-source.ts'
import { type Command, readCommands } from '#dialects/ntpd/commands.ts'
import { type NtpdConf, parseConf } from '#dialects/ntpd/conf.ts'
import { heededCommands } from '#dialects/ntpd/heeded.ts'
import { type NtpdOptions, parseOptions } from '#dialects/ntpd/options.ts'
import { type NtpdRsConf, parseNtpdRsConf } from '#dialects/ntpd-rs/conf.ts'
import { type OpenNtpdConf, parseOpenNtpdConf } from '#dialects/openntpd/conf.ts'
import { isTemplate } from '#dialects/template.ts'
import { parseTimesyncdConf, type TimesyncdConf } from '#dialects/timesyncd/sources.ts'
import type { Edit, Evidence } from '../finding.ts'
import { isSecret } from '../inventory/copy/share.ts'
import { type About, type DaemonName, type Machine, machineOf } from './about.ts'
import { type FileKind, kindOf, type LintFile } from './file-kind.ts'
import type { Presence } from './presence.ts'
import { isReadBy } from './reads.ts'

/** A file that was read. */
export interface Part<T> {
  /** Its index among the files. */
  readonly file: number
  readonly path: string
  /** The main file of its daemon, and no fragment that another one includes. */
  readonly main: boolean
  readonly read: T
}

export interface CommandLine {
  readonly file: number
  readonly line: number
  readonly text: string
  readonly daemon: DaemonName
  readonly words: readonly string[]
}

export interface LintSubject {
  readonly machine: Machine
  readonly files: readonly LintFile[]
  readonly lines: readonly (readonly string[])[]
  readonly kinds: readonly (FileKind | undefined)[]
  /** `commands` are those that ntpd takes, `written` all that stand there. */
  readonly ntp: readonly Part<
    NtpdConf & { readonly commands: readonly Command[]; readonly written: readonly Command[] }
  >[]
  readonly chrony: readonly Part<ChronyConf>[]
  readonly timesyncd: readonly Part<TimesyncdConf>[]
  readonly openntpd: readonly Part<OpenNtpdConf>[]
  readonly ntpdRs: readonly Part<NtpdRsConf>[]
  readonly environments: readonly Part<Environment>[]
  readonly bootDefaults: readonly Part<Environment>[]
  readonly bootEnvironments: readonly Part<Environment>[]
  readonly sysctls: readonly Part<SysctlConf>[]
  readonly menus: readonly Part<Menu>[]
  readonly vmx: readonly Part<VmxConf>[]
  readonly tools: readonly Part<UnitFile>[]
  readonly domains: readonly Part<LibvirtDomain>[]
  readonly units: readonly Part<UnitFile>[]
  /** How daemons are started, as far as a file says it. */
  readonly commandLines: readonly CommandLine[]
}

export function subjectOf(files: readonly LintFile[], about: About): LintSubject {
  const kinds = files.map(kindOf)
  const parts = <T>(wanted: FileKind | readonly FileKind[], read: (file: LintFile) => T): Part<T>[] =>
    files.flatMap((each, file) => {
      const kind = kinds[file]
      if (kind === undefined || !(typeof wanted === 'string' ? [wanted] : wanted).includes(kind)) return []
      return [
        {
          file,
          path: each.path,
          main: each.main ?? (each.kind === undefined && !isFragment(each.path)),
          read: read(each),
        },
      ]
    })
  const environments = parts('environment', ({ text }) => effective(parseOptionFile(text)))
  const units = parts('unit', ({ text, path }) => parseUnit(text, path))
  const machine = machineOf(about)
  return {
    machine,
    files,
    lines: files.map(({ text }) => linesOf(text)),
    kinds,
    ntp: parts('ntp.conf', ({ text, path }) => {
      const { ntpd } = machine
      return {
        ...parseConf(text, path, ntpd),
        commands: heededCommands(text, ntpd),
        written: readCommands(text),
      }
    }),
    chrony: [
      ...parts('chrony.conf', ({ text, path }) => readChronyConf(text, path)),
      ...parts('chrony sources', ({ text, path }) => readChronySources(text, path)),
    ],
    timesyncd: parts('timesyncd.conf', ({ text, path }) => parseTimesyncdConf(text, path)),
    openntpd: parts('OpenNTPD ntpd.conf', ({ text, path }) => parseOpenNtpdConf(text, path)),
    ntpdRs: parts('ntp.toml', ({ text, path }) => parseNtpdRsConf(text, path)),
    environments,
    bootDefaults: parts('GRUB defaults', ({ text }) => effective(parseEnvironment(text, 'shell'))),
    bootEnvironments: parts('GRUB environment', ({ text }) => effective(parseEnvironment(text, 'systemd'))),
    sysctls: parts('sysctl', ({ text }) => parseSysctl(text)),
    menus: [
      ...parts('GRUB legacy menu', ({ text }) => parseGrubLegacy(text)),
      ...parts('GRUB 2 menu', ({ text }) => parseGrub2(text)),
      ...parts('loader entry', ({ text, path }) => ({
        entries: [parseLoaderEntry(text, path.replace(/^.*\/|\.conf$/g, ''))],
        preset: undefined,
        templates: [],
      })),
    ],
    vmx: parts('vmx', ({ text }) => parseVmx(text)),
    tools: parts('tools.conf', ({ text, path }) => parseUnit(text, path)),
    domains: parts('libvirt domain', ({ text }) => parseLibvirtDomain(text)),
    units,
    commandLines: [
      ...fromEnvironments(files, environments),
      ...fromUnits(units),
      ...fromEnvironmentOfUnits(units, environments),
      ...fromProcesses(parts('process', ({ text }) => text)),
    ],
  }
}

/** By its place another one includes it. */
export const isFragment = (path: string): boolean => /\.d\/[^/]*$|\.sources$/.test(path)

/** Variables that hold the options of a daemon, by the file that they stand in. */
const OPTION_VARIABLES: readonly (readonly [file: RegExp, variable: RegExp, daemon: DaemonName])[] = [
  [/(?:^|\/)chronyd?$/, /^(?:OPTIONS|DAEMON_OPTS|CHRONYD_OPTIONS|CHRONYD_ARGS|ARGS)$/, 'chronyd'],
  [/(?:^|\/)openntpd$/, /^DAEMON_OPTS$/, 'openntpd'],
  [/(?:^|\/)ntpsec$/, /^NTPD_OPTS$/, 'ntpsec'],
  [/(?:^|\/)ntpd?$/, /^(?:OPTIONS|NTPD_OPTS|NTPD_OPTIONS|NTPD_ARGS)$/, 'ntpd'],
  [/./, /^(?:NTPD_OPTS|NTPD_OPTIONS)$/, 'ntpd'],
]

function fromEnvironments(
  files: readonly LintFile[],
  environments: readonly Part<Environment>[],
): CommandLine[] {
  return environments.flatMap(({ file, path, read }) =>
    read.assigned.flatMap(({ line, text, name, value }) => {
      const { options } = files[file]!
      const known = OPTION_VARIABLES.find(([at, variable]) => at.test(path) && variable.test(name))
      const daemon =
        known?.[2] ??
        (options?.lines.includes(line) ? options.daemon : undefined) ??
        (!NAMED.test(path) && /^(?:OPTIONS|DAEMON_OPTS)$/.test(name) ? guessed(value) : undefined)
      return daemon ? [{ file, line, text, daemon, words: value.split(/\s+/).filter(Boolean) }] : []
    }),
  )
}

/** Here a file has the name of what it is for: /etc/sysconfig/phc2sys is not of chronyd, though both know -s. */
const NAMED = /(?:^|\/)(?:sysconfig|default|conf\.d)\//

/** Of a file whose name says nothing: -g is ntpd's alone, -F and -s of chronyd's. */
const guessed = (options: string): DaemonName | undefined =>
  /(?:^|\s)-\w*[gG]/.test(options) ? 'ntpd' : /(?:^|\s)-[Fs]/.test(options) ? 'chronyd' : undefined

const fromProcesses = (processes: readonly Part<string>[]): CommandLine[] =>
  processes.flatMap(({ file, read }) => {
    const text = read.trimStart()
    const [program = '', ...words] = text.split(/\s+/)
    const daemon = daemonOf(program)
    return daemon ? [{ file, line: read.split('\n').length, text, daemon, words }] : []
  })

function daemonOf(program: string): DaemonName | undefined {
  const name = program.replace(/^.*\//, '')
  return name === 'ntpd' || name === 'chronyd' ? name : undefined
}

const fromUnits = (units: readonly Part<UnitFile>[]): CommandLine[] =>
  wholeUnits(units).flatMap(parts =>
    listOf(
      parts.map(({ read }) => read),
      'Service',
      'ExecStart',
    ).flatMap(({ path, line, key, value }) =>
      // What variables stand for is said elsewhere, and judged there.
      parseExec(value, new Map()).flatMap(({ words: [program = '', ...words] }): CommandLine[] => {
        const daemon = daemonOf(program)
        const file = parts.find(part => part.path === path)!.file
        return daemon ? [{ file, line, text: `${key}=${value}`, daemon, words }] : []
      }),
    ),
  )

/** Where a unit itself gives the options a name (`Environment="OPTIONS=-g -x"`); what a file says of that name overrules it. */
const fromEnvironmentOfUnits = (
  units: readonly Part<UnitFile>[],
  environments: readonly Part<Environment>[],
): CommandLine[] =>
  wholeUnits(units).flatMap(parts => {
    const said = parts.map(({ read }) => read)
    const paths = listOf(said, 'Service', 'EnvironmentFile').map(({ value }) => value.replace(/^-/, ''))
    const fromFiles = environments
      .filter(({ path }) => paths.some(each => each === path || each === `/${path}`))
      .flatMap(({ read }) => read.assigned.map(({ name }) => name))
    const starts = listOf(said, 'Service', 'ExecStart')
    return listOf(said, 'Service', 'Environment').flatMap(({ path, line, key, value }) =>
      assignmentsOf(value).flatMap(([name, options]): CommandLine[] => {
        const start = starts.find(each => takesUp(each.value, name))
        const [program] = start ? parseExec(start.value, new Map()) : []
        const daemon = program && daemonOf(program.words[0]!)
        if (!daemon || fromFiles.includes(name)) return []
        const file = parts.find(part => part.path === path)!.file
        return [{ file, line, text: `${key}=${value}`, daemon, words: options.split(/\s+/).filter(Boolean) }]
      }),
    )
  })

/** Each unit with its drop-ins, which overrule it, in the order of their names (systemd.unit(5)). */
export function wholeUnits(units: readonly Part<UnitFile>[]): Part<UnitFile>[][] {
  const whole = grouped(units, ({ path }) => /([^/]+\.service)(?:\.d\/[^/]*)?$/.exec(path)?.[1] ?? path)
  const dropIn = ({ path }: Part<UnitFile>): string => /\.d\/([^/]*)$/.exec(path)?.[1] ?? ''
  return [...whole.values()].map(parts =>
    parts.sort((a, b) => (dropIn(a) < dropIn(b) ? -1 : Number(dropIn(a) > dropIn(b)))),
  )
}

type Including = Part<{ readonly includes: readonly Include[] }>

/**
 * Lines that include what is not here, and may be there: of a copy it is known which those are. In a file of secrets nothing is said but
 * those (Red Hat's /etc/ntp/crypto/pw).
 */
export function notHere({ machine, files }: LintSubject, parts: readonly Including[]): NotHere[] {
  const { complete, unseen } = machine.about
  if (complete) return []
  const mayBeThere = (file: number, path: string, include: Include): boolean =>
    unseen
      ? unseen.some(place => place.path === path && place.line === include.line)
      : !parts.some(part => isReadBy(path, include, part.path)) &&
        include.paths.every(each => isOpen(files[file]!.presence?.(each)))
  return parts.flatMap(({ file, path, read }) =>
    read.includes
      .filter(({ paths }) => !paths.every(isSecret))
      .filter(include => mayBeThere(file, path, include))
      .map(include => ({ file, ...include })),
  )
}

/** Nobody knows whether it is there: what is there was read, and what is missing says nothing. */
const isOpen = (presence: Presence = 'unknown'): boolean => presence === 'unknown' || presence === 'not-here'

export interface NotHere extends Include {
  readonly file: number
}

/** Files are named that are not here, so what these say is not all. In a `sourcedir` there are sources and nothing else. */
export const namesMore = (subject: LintSubject, parts: readonly Including[]): boolean =>
  notHere(subject, parts).some(({ suffix }) => suffix !== '.sources')

export const hasTemplate = ({ lines }: LintSubject, parts: readonly Part<unknown>[]): boolean =>
  parts.some(({ file }) => lines[file]!.some(isTemplate))

/** The line that shows it. */
export const evidenceAt = (subject: LintSubject, file: number, line: number): Evidence => ({
  text: lineOf(subject, file, line).trim(),
  file,
  line,
})

/** As it stands there, without its end. */
export const lineOf = ({ lines }: LintSubject, file: number, line: number): string =>
  lines[file]?.[line - 1] ?? ''

/** An edit of a setting that may go on over several lines: of the first of them that it changes. */
export function editContinued(
  subject: LintSubject,
  { file, line }: { readonly file: number; readonly line: number },
  change: (text: string) => string,
): Edit[] {
  for (let at = line; ; at++) {
    const text = lineOf(subject, file, at)
    const changed = change(text)
    if (changed !== text) return [{ file, line: at, kind: 'replace', text: changed }]
    if (!text.endsWith('\\')) return []
  }
}

/** ntpd's options, from every place that gives some. */
export const ntpdOptions = ({
  commandLines,
}: LintSubject): readonly (CommandLine & { readonly options: NtpdOptions })[] =>
  commandLines
    .filter(({ daemon }) => daemon === 'ntpd' || daemon === 'ntpsec')
    .map(each => ({ ...each, options: parseOptions(each.words) }))

/** Who reads an ntp.conf: by its version where that is known, else by its place, and by the word that only NTPsec has. */
export function readerOf({ machine, ntp }: LintSubject, part?: Part<NtpdConf>): Reader | undefined {
  const { ntpd, about } = machine
  // The grammar counts as classic ntpd does; NTPsec, which began at 0.9, has all that was there when it split off.
  if (ntpd) return { family: ntpd.family, numbers: ntpd.family === 'ntpsec' ? [] : ntpd.numbers }
  if (about.daemons?.some(({ name }) => name === 'ntpsec')) return { family: 'ntpsec', numbers: [] }
  const classic = about.daemons?.some(({ name }) => name === 'ntpd') ?? false
  const isNtpsecs = ({ path, read }: Part<NtpdConf>): boolean =>
    /ntpsec/.test(path) || (!classic && read.associations.some(({ kind }) => kind === 'refclock'))
  return (part ? [part] : ntp).some(isNtpsecs) ? { family: 'ntpsec', numbers: [] } : undefined
}
