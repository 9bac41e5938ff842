/**
 * How a service is started: its unit of systemd with drop-ins, or its script of SysV init; whether it is; with which words; and
 * under which conditions. Directories and precedence are those of systemd.unit(5), the meaning of conditions too.
 */
import type { Files, Unreadable } from '#core/guest/files.ts'
import type { Fact, HypervisorFact, Place, UnitCondition, UnitFacts } from '#core/guest/inventory.ts'
import { firstOfEachName } from '#dialects/find-files.ts'
import { assignedTo, parseEnvironment } from '#dialects/linux/environment-file.ts'
import { assignmentsOf, parseExec, takesUp } from '#dialects/linux/exec-start.ts'
import { conditionsOf, type LocatedSetting, listOf, parseUnit, type UnitFile } from '#dialects/linux/unit.ts'
import { BYTE_ORDER_MARK } from '#dialects/named-source.ts'
import { ignoresDhcp } from '#dialects/ntpd/debian.ts'
import { SYSTEMD_NAMES } from '../../systemd-names.ts'
import { scriptsAtBoot } from '../boot/boot-scripts.ts'
import { hasOtherInit } from '../machine/init.ts'
import { at, fact, findLine, firstThere, linesIn, readText, textAt } from '../place.ts'
import { readSysntpd, TIMESERVER } from './sysntpd.ts'

/** Of units, the first that has one counts. */
export const UNIT_DIRECTORIES = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
]
const OF_DISTRIBUTION = ['/usr/lib/systemd/system', '/lib/systemd/system']
/** Debian's, Red Hat's, and SUSE's. */
export const RUNLEVELS = [
  '/etc/rc3.d',
  '/etc/rc5.d',
  '/etc/rc2.d',
  '/etc/rc.d/rc3.d',
  '/etc/rc.d/rc5.d',
  '/etc/init.d/rc3.d',
  '/etc/init.d/rc5.d',
]
export const OPENRC_RUNLEVELS = '/etc/runlevels'
const OPENWRT_LINKS = '/etc/rc.d'
const SCRIPTS = ['/etc/init.d', '/etc/rc.d/init.d']
const MOST_DROP_INS = 64

export interface Service {
  readonly unit: UnitFacts
  readonly enabled: Fact<boolean> | undefined
  /** Of all that says how it is started. */
  readonly unreadable: readonly Unreadable[]
}

export interface Surroundings {
  readonly hypervisor: Fact<HypervisorFact> | undefined
  readonly container: Fact<string> | undefined
  /** Was it running when it was looked at? Else nobody can say that it is no container. */
  readonly seen: boolean
  /** Are programs in this copy? */
  readonly programs: boolean
}

/** What scripts of SysV init, and wrappers in units, add to the command line: a variable in a file. */
export interface OptionFile {
  readonly path: string
  readonly variable: string
}

export interface ServiceNames {
  readonly units: readonly string[]
  readonly scripts: readonly string[]
  readonly options: readonly OptionFile[]
  /** The programs by which the daemon is known; the first there stands for a wrapper. */
  readonly programs: readonly string[]
  /** Debian's scripts start it with this configuration where the hook of DHCP has written one. */
  readonly byDhcp?: readonly string[]
}

/** Files, of which what could not be read is remembered. */
interface Look {
  readonly files: Files
  text(path: string): string | undefined
  readonly unreadable: Unreadable[]
}

function lookInto(files: Files): Look {
  const unreadable: Unreadable[] = []
  return {
    files,
    unreadable,
    text(path) {
      const read = readText(files, path)
      if (read.kind === 'unread') unreadable.push({ path: read.path, why: read.why })
      return read.kind === 'read' ? read.text : undefined
    },
  }
}

/** Are units or scripts in this copy at all, or a list of them, of whatever service? */
export const hasServices = (files: Files): boolean =>
  [...UNIT_DIRECTORIES, ...SCRIPTS, ...RUNLEVELS, OPENRC_RUNLEVELS, LISTED, ...CHKCONFIG].some(files.exists)

/** Packages bring a unit and a script; what counts is what the init of this machine reads. */
export function findService(files: Files, names: ServiceNames, around: Surroundings): Service | undefined {
  const look = lookInto(files)
  const service =
    (hasOtherInit(files) ? findScript(look, names) : undefined) ??
    findUnit(look, names, around) ??
    findScript(look, names)
  const byOwner = service?.enabled?.value === false && !service.unit.mask && startedByOwner(files, names)
  return service && byOwner ? { ...service, enabled: byOwner } : service
}

/** What no unit wants and no runlevel starts may be started by a line of rc.local. */
function startedByOwner(files: Files, { units, scripts, programs }: ServiceNames): Fact<boolean> | undefined {
  const names = [...units.map(each => each.replace(/@?\.service$/, '')), ...scripts].map(escaped).join('|')
  const paths = programs.map(escaped).join('|')
  const line = findLine(
    files,
    scriptsAtBoot(files),
    new RegExp(
      `^[^#]*?(?:(?:${paths})(?=[\\s;&]|$)|(?:^|[\\s/])(?:${names})(?:\\.service)?\\s+(?:re)?start\\b|\\b(?:re)?start\\s(?:[^#;&]*\\s)?(?:${names})(?:\\.service)?(?=[\\s;&]|$))`,
    ),
  )
  return line && fact(true, line.place)
}

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function findUnit(look: Look, names: ServiceNames, around: Surroundings): Service | undefined {
  const { files } = look
  for (const name of [...names.units.flatMap(each => instancesOf(files, each)), ...names.units]) {
    const path = pathOfUnit(files, name)
    if (path === undefined || leadsOutOfCopy(files, path)) continue
    const template = name.replace(/@.+(?=\.service$)/, '@')
    if (template !== name) return readService(look, [name, template], path, names, around)
    // The link of an alias leads to the unit itself; both names may have drop-ins.
    const target = files.link(path)?.replace(/^.*\//, '')
    const own = target?.endsWith('.service') && target !== name ? pathOfUnit(files, target) : undefined
    return own === undefined
      ? readService(look, [name], path, names, around)
      : readService(look, [target!, name], own, names, around)
  }
  return undefined
}

function findScript(look: Look, names: ServiceNames): Service | undefined {
  for (const name of names.scripts) {
    const path = firstThere(
      look.files,
      SCRIPTS.map(directory => `${directory}/${name}`),
    )
    if (path !== undefined) return readScript(look, name, path, names)
  }
  for (const name of names.scripts) {
    const listed = listedByChkconfig(look.files, name)
    if (listed) return listedScript(look, name, listed, names)
  }
  return undefined
}

const MASK = '/dev/null'

/** An alias below /etc of a unit that the distribution brings, in a copy that has none of those. */
const leadsOutOfCopy = (files: Files, path: string): boolean => {
  const target = files.link(path)
  return (
    target !== undefined &&
    target !== MASK &&
    !files.exists(path) &&
    OF_DISTRIBUTION.some(each => target.startsWith(`${each}/`)) &&
    !OF_DISTRIBUTION.some(files.exists)
  )
}

/** A file without a byte masks as well (systemd.unit(5)). */
const isEmpty = (files: Files, path: string): boolean => files.bytes(path)?.length === 0

/** An instance (`ptp4l@eno1.service`) has the file of its template, unless it has one of its own. */
export const pathOfUnit = (files: Files, name: string): string | undefined =>
  [name, name.replace(/@.*(?=\.service$)/, '@')]
    .flatMap(each => UNIT_DIRECTORIES.map(directory => `${directory}/${each}`))
    .find(path => files.exists(path) || files.link(path) !== undefined)

/** Of a template (`ptp4l@.service`) those that something wants. */
function instancesOf(files: Files, template: string): string[] {
  if (!template.endsWith('@.service')) return []
  const prefix = template.slice(0, -'.service'.length)
  const wanted = UNIT_DIRECTORIES.flatMap(directory =>
    files
      .names(directory)
      .filter(isWants)
      .flatMap(wants => files.names(`${directory}/${wants}`)),
  )
  return [...new Set(wanted)].filter(
    each => each.startsWith(prefix) && each.endsWith('.service') && each !== template,
  )
}

const isWants = (name: string): boolean => /\.(?:wants|requires)$/.test(name)

function readService(
  look: Look,
  [name, ...aliases]: readonly string[],
  path: string,
  names: ServiceNames,
  around: Surroundings,
): Service {
  const { files, unreadable } = look
  const linked = files.link(path) === MASK
  if (linked || isEmpty(files, path)) {
    const nothing = { starts: undefined, conditions: [], conflicts: [] }
    const wanted = findEnabled(files, name!, path, [])?.value ?? false
    const mask = { link: path, wanted, ...(linked ? {} : { empty: true as const }) }
    const unit: UnitFacts = { name: name!, files: [path], mask, ...nothing }
    return {
      unit,
      enabled: fact(false, at(path, linked ? `→ ${MASK} (masked)` : 'empty (masked)')),
      unreadable,
    }
  }
  const parts = partsIn(look, [path, ...dropInsOf(files, [name!, ...aliases])])
  return {
    unit: {
      name: name!,
      files: parts.map(part => part.path),
      starts: commandOf(look, name!, parts, names),
      conditions: conditionsOf(parts).map(setting => judge(files, setting, around)),
      conflicts: listOf(parts, 'Unit', 'Conflicts').flatMap(each =>
        each.value
          .split(/\s+/)
          .filter(Boolean)
          .map(other => fact(other, setting(each))),
      ),
      restart: listOf(parts, 'Service', 'Restart')
        .slice(-1)
        .map(each => fact(each.value, setting(each)))[0],
    },
    enabled: findEnabled(files, name!, path, parts),
    unreadable,
  }
}

const dropInsOf = (files: Files, names: readonly string[]): string[] =>
  firstOfEachName(
    files,
    UNIT_DIRECTORIES.flatMap(directory => names.map(each => `${directory}/${each}.d`)),
    '.conf',
  ).slice(0, MOST_DROP_INS)

const partsIn = (look: Look, paths: readonly string[]): UnitFile[] =>
  paths.flatMap(path => {
    const text = look.text(path)
    return text === undefined ? [] : [parseUnit(text, path)]
  })

/**
 * With which words a daemon is started whose unit or script a copy lacks: as a drop-in says, else as the package's own does, which
 * reads the package's file of options.
 */
export function startsAsPackaged(
  files: Files,
  names: ServiceNames,
): Pick<Service, 'unreadable'> & { readonly starts: UnitFacts['starts'] } {
  const look = lookInto(files)
  const overruled = names.units.flatMap(
    name => commandOf(look, name, partsIn(look, dropInsOf(files, [name])), names) ?? [],
  )[0]
  return { starts: overruled ?? packaged(look, names), unreadable: look.unreadable }
}

function packaged(look: Look, names: ServiceNames): UnitFacts['starts'] {
  const options = optionsFrom(look, names)
  const [place] = options?.evidence ?? []
  if (!options || !place) return undefined
  const program = firstThere(look.files, names.programs) ?? names.programs[0]!
  return fact([program, ...options.value], place, at(place.path, 'as its package starts it'))
}

/**
 * A link in the `.wants` or `.requires` of another unit starts it. What was enabled is linked from a target below /etc; a copy may have
 * no such folder at all.
 */
export function findEnabled(
  files: Files,
  name: string,
  path: string,
  parts: readonly UnitFile[],
): Fact<boolean> | undefined {
  const aliases = listOf(parts, 'Install', 'Alias').flatMap(({ value }) => value.split(/\s+/))
  const [own] = UNIT_DIRECTORIES
  const told = files.own || files.names(own!).some(each => each.endsWith('.target.wants'))
  return (
    wantedByLink(files, [name, ...aliases]) ??
    wantedByWords(files, [name, ...aliases]) ??
    listedAs(files, name) ??
    (told ? fact(false, at(path, 'no unit wants it')) : undefined)
  )
}

/** Also where the unit itself is not in the copy. */
export function wantedByLink(files: Files, names: readonly string[]): Fact<boolean> | undefined {
  for (const directory of UNIT_DIRECTORIES) {
    for (const wants of files.names(directory).filter(isWants)) {
      for (const each of names) {
        const target = files.link(`${directory}/${wants}/${each}`)
        if (target !== undefined && target !== MASK)
          return fact(true, at(`${directory}/${wants}/${each}`, `→ ${target}`))
      }
    }
  }
  return undefined
}

/** A unit of the machine's owner may name it itself (systemd.unit(5)). */
function wantedByWords(files: Files, names: readonly string[]): Fact<boolean> | undefined {
  const [directory] = UNIT_DIRECTORIES
  const units = files.names(directory!).filter(name => /\.(?:service|target)$/.test(name))
  const words = names.filter(Boolean).map(escaped).join('|')
  const line = findLine(
    files,
    units
      .map(name => `${directory}/${name}`)
      .filter(path => files.link(path) === undefined)
      .slice(0, MOST_OF_OWNER),
    new RegExp(`^(?:Wants|Requires|BindsTo|Upholds)\\s*=(?:.*\\s)?(?:${words})(?=\\s|$)`),
  )
  return line && fact(true, line.place)
}

const MOST_OF_OWNER = 256

/** As systemctl listed it for a sosreport, which may lack the unit itself. */
export function listedAs(files: Files, name: string): Fact<boolean> | undefined {
  const listed = findLine(
    files,
    [LISTED],
    new RegExp(`^${escaped(name)}\\s+(enabled|disabled)(?:-runtime)?\\b`),
  )
  return listed && fact(listed.match[1] === 'enabled', listed.place)
}

const LISTED = '/sos_commands/systemd/systemctl_list-unit-files'

const setting = ({ path, key, value, line }: LocatedSetting): Place => at(path, `${key}=${value}`, line)

function commandOf(
  look: Look,
  unit: string,
  parts: readonly UnitFile[],
  names: ServiceNames,
): Fact<readonly string[]> | undefined {
  const start = listOf(parts, 'Service', 'ExecStart').at(-1)
  if (!start) return undefined
  const variables = new Map<string, string>()
  const places = new Map<string, Place>()
  for (const environment of listOf(parts, 'Service', 'Environment')) {
    for (const [name, value] of assignmentsOf(environment.value)) {
      variables.set(name, value)
      places.set(name, setting(environment))
    }
  }
  for (const { value } of listOf(parts, 'Service', 'EnvironmentFile')) {
    const path = value.replace(/^-/, '')
    const text = path.startsWith('/') ? look.text(path) : undefined
    if (text === undefined) continue
    for (const each of parseEnvironment(text, 'systemd').assigned) {
      variables.set(each.name, each.value)
      places.set(each.name.replace(BYTE_ORDER_MARK, ''), at(path, each.text, each.line))
    }
  }
  const words = parseExec(withInstance(start.value, unit), variables)[0]?.words
  if (!words) return undefined
  const used = [...places].flatMap(([name, place]) => (takesUp(start.value, name) ? [place] : []))
  const program = names.programs.includes(words[0]!) ? undefined : wrapped(look, words, names)
  return program
    ? fact(program.value, setting(start), ...used, ...program.evidence)
    : fact(words, setting(start), ...used)
}

/** `%i` is the name of the instance, and `%I` the same without its escapes (systemd.unit(5), systemd-escape(1)). */
function withInstance(command: string, unit: string): string {
  const instance = /@(.+)\.service$/.exec(unit)?.[1] ?? ''
  const plain = instance
    .replaceAll('-', '/')
    .replace(/\\x([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return command.replace(/%([%iI])/g, (all, letter: string) =>
    letter === '%' ? all : letter === 'i' ? instance : plain,
  )
}

/** Debian starts ntpd and, until Debian 11, chronyd by a script that adds the options of /etc/default; SLES 12 ntpd, too. */
function wrapped(
  look: Look,
  words: readonly string[],
  names: ServiceNames,
): Fact<readonly string[]> | undefined {
  if (!/(?:wrapper|starter\.sh|helper|\/start-ntpd)$/.test(words[0]!)) return undefined
  const options = optionsFrom(look, names)
  const program = firstThere(look.files, names.programs) ?? names.programs[0]!
  const given = words.slice(1).filter(word => word !== 'start')
  return fact([program, ...given, ...(options?.value ?? [])], ...(options?.evidence ?? []))
}

function readScript(look: Look, name: string, path: string, names: ServiceNames): Service {
  const text = name === 'sysntpd' ? look.text(TIMESERVER) : undefined
  const { off, options = optionsFrom(look, names) } = text === undefined ? {} : readSysntpd(text)
  return {
    unit: { name: path, files: [path], ...scriptStarts(look, names, options, at(path, 'script of init')) },
    enabled: off ?? startedAtRunlevel(look.files, name, path),
    unreadable: look.unreadable,
  }
}

/** A sosreport may have the list of all scripts, and none of them. */
const listedScript = (look: Look, name: string, enabled: Fact<boolean>, names: ServiceNames): Service => ({
  unit: {
    name: `${SCRIPTS[0]}/${name}`,
    files: [],
    ...scriptStarts(look, names, optionsFrom(look, names), ...enabled.evidence),
  },
  enabled,
  unreadable: look.unreadable,
})

function scriptStarts(
  look: Look,
  names: ServiceNames,
  options: Fact<readonly string[]> | undefined,
  ...script: readonly Place[]
): Pick<UnitFacts, 'starts' | 'conditions' | 'conflicts'> {
  const program = firstThere(look.files, names.programs) ?? names.programs[0]!
  return {
    starts: fact([program, ...(options?.value ?? [])], ...script, ...(options?.evidence ?? [])),
    conditions: [],
    conflicts: [],
  }
}

/** As sosreport has it of version 1 (EL 5), of version 2 and of later ones. */
const CHKCONFIG = [
  '/chkconfig',
  '/sos_commands/startup/chkconfig_--list',
  '/sos_commands/services/chkconfig_--list',
]

/** `ntpd  0:off  1:off  2:on  3:on  4:on  5:on  6:off`: the levels in which a machine serves are 2 to 5, of which nobody uses 4. */
function listedByChkconfig(files: Files, name: string): Fact<boolean> | undefined {
  const listed = findLine(
    files,
    CHKCONFIG,
    new RegExp(`^${escaped(name)}\\s+0:(?:on|off)(?:\\s+[1-6]:(?:on|off)){6}`),
  )
  return listed && fact(/\b[235]:on\b/.test(listed.match[0]), listed.place)
}

/**
 * `S58ntpd` starts it at that level, `K74ntpd` stops it; OpenRC has a folder of links for each of its levels, and OpenWrt, whose
 * scripts name /etc/rc.common, one folder for all.
 */
function startedAtRunlevel(files: Files, name: string, path: string): Fact<boolean> | undefined {
  const levels = RUNLEVELS.filter(files.exists)
  // Debian keeps the links of SysV init up to date under OpenRC, too, which does not look at them.
  if (files.exists(OPENRC_RUNLEVELS)) {
    const entry = files
      .names(OPENRC_RUNLEVELS)
      .map(level => `${OPENRC_RUNLEVELS}/${level}/${name}`)
      .find(each => files.link(each) !== undefined)
    return entry === undefined
      ? fact(false, at(OPENRC_RUNLEVELS, `no runlevel starts ${path}`))
      : fact(true, at(entry, `→ ${files.link(entry)}`))
  }
  if (/^#!.*\s\/etc\/rc\.common\b/.test(linesIn(files, path)[0] ?? '')) {
    const entry = files.names(OPENWRT_LINKS).find(each => /^S\d\d/.test(each) && each.slice(3) === name)
    return entry === undefined
      ? fact(false, at(OPENWRT_LINKS, `nothing there starts ${path}`))
      : fact(true, at(`${OPENWRT_LINKS}/${entry}`, `→ ${files.link(`${OPENWRT_LINKS}/${entry}`) ?? path}`))
  }
  return (
    linkedAtRunlevel(files, name) ??
    (levels.length > 0 ? fact(false, at(path, 'no runlevel starts it')) : listedByChkconfig(files, name))
  )
}

/** Also where the script itself is not in the copy. */
export function linkedAtRunlevel(files: Files, name: string): Fact<boolean> | undefined {
  const hasScripts = SCRIPTS.some(files.exists)
  const entryOf = (kind: 'S' | 'K'): Place | undefined => {
    for (const level of RUNLEVELS) {
      const entry = files
        .names(level)
        .find(each => each.startsWith(kind) && /^\d\d/.test(each.slice(1)) && each.slice(3) === name)
      if (!entry || (hasScripts && !files.exists(`${level}/${entry}`))) continue
      const target = files.link(`${level}/${entry}`)
      // Asked for by the way that the link takes, so that in a copy, too, it leads somewhere.
      if (target !== undefined) files.exists(pathFrom(level, target))
      return at(`${level}/${entry}`, `→ ${target ?? name}`)
    }
    return undefined
  }
  const [started, stopped] = [entryOf('S'), entryOf('K')]
  return started ? fact(true, started) : stopped && fact(false, stopped)
}

/** Where a link in a folder leads, by its words. */
function pathFrom(folder: string, target: string): string {
  const steps: string[] = []
  for (const step of (target.startsWith('/') ? target : `${folder}/${target}`).split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '' && step !== '.') steps.push(step)
  }
  return `/${steps.join('/')}`
}

function optionsFrom(look: Look, names: ServiceNames): Fact<readonly string[]> | undefined {
  const own = ownOptions(look, names)
  const given = configurationByDhcp(look, names)
  if (!given) return own
  return fact([...(own?.value ?? []), '-c', given.path], ...(own?.evidence ?? []), given)
}

function configurationByDhcp({ files }: Look, { byDhcp = [], options }: ServiceNames): Place | undefined {
  const path = byDhcp.find(files.exists)
  const refused = options.some(each => ignoresDhcp(textAt(files, each.path) ?? ''))
  return path === undefined || refused ? undefined : at(path, 'is there, and the start script takes it')
}

function ownOptions(look: Look, { options }: ServiceNames): Fact<readonly string[]> | undefined {
  for (const { path, variable } of options) {
    const text = look.text(path)
    if (text === undefined) continue
    const environment = parseEnvironment(text, 'shell')
    const assigned = assignedTo(environment, variable)
    if (assigned)
      return fact(assigned.value.split(/\s+/).filter(Boolean), at(path, assigned.text, assigned.line))
    // It says so in vain.
    const marked = assignedTo(environment, BYTE_ORDER_MARK + variable)
    if (marked) return fact([], at(path, marked.text, marked.line))
  }
  return undefined
}

function judge(files: Files, condition: LocatedSetting, around: Surroundings): UnitCondition {
  const negated = /^\|?!/.test(condition.value)
  const asked = condition.value.replace(/^[|!]+/, '').trim()
  const holds = condition.key.endsWith('Virtualization')
    ? isVirtual(asked, around)
    : isToBeSeen(condition.key, asked, around)
      ? files.exists(asked)
      : undefined
  return {
    name: condition.key,
    value: condition.value,
    met: holds === undefined ? undefined : holds !== negated,
    evidence: setting(condition),
  }
}

/** Of files only those that a copy would hold. */
const isToBeSeen = (key: string, path: string, { programs }: Surroundings): boolean =>
  /FileIsExecutable$/.test(key)
    ? programs && path.startsWith('/')
    : /(?:PathExists|FileNotEmpty|PathIsDirectory)$/.test(key) && path.startsWith('/etc/')

function isVirtual(asked: string, { hypervisor, container, seen }: Surroundings): boolean | undefined {
  if (asked === 'container') return container !== undefined || (seen ? false : undefined)
  // A container counts before the machine around it.
  if (container) return /^(?:yes|true|1|on)$/.test(asked) || asked === container.value
  if (!hypervisor) return undefined
  const real = hypervisor.value.name === 'none' || hypervisor.value.controlDomain
  if (/^(?:yes|true|1|on|vm)$/.test(asked)) return !real
  if (/^(?:no|false|0|off)$/.test(asked)) return real
  return !real && (SYSTEMD_NAMES[hypervisor.value.name]?.includes(asked) ?? false)
}
