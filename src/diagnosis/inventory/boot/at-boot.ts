/**
 * The lines that the start of the machine runs once, in about their order: scripts of init that a runlevel starts, services that
 * somebody had started, crontabs' @reboot (crontab(5)), and the owner's own scripts, which come last. What a script does when it
 * stops, and what stands behind its end, is not run then.
 */
import type { Files } from '#core/guest/files.ts'
import { scriptsCalledIn } from '#dialects/linux/called-script.ts'
import { isOfRoot, parseCrontab } from '#dialects/linux/crontab.ts'
import { findClockSetting } from '#dialects/linux/set-clock.ts'
import { counterIn, endsScript, settingsIn } from '#dialects/linux/set-sysctl.ts'
import { type LocatedSetting, listOf, parseUnit } from '#dialects/linux/unit.ts'
import { linesOf } from '#dialects/named-source.ts'
import { KNOWN_DAEMONS } from '../daemons/daemon-table.ts'
import { findEnabled, OPENRC_RUNLEVELS, pathOfUnit, RUNLEVELS } from '../daemons/units.ts'
import { findLine, linesIn, textAt } from '../place.ts'
import { keepsModes, scriptsAtBoot, tellsWhatRuns } from './boot-scripts.ts'

export interface LineAtBoot {
  readonly path: string
  readonly line: number
  readonly text: string
}

/** All of it, and what of it others ask for by itself. */
export interface Start {
  readonly lines: readonly LineAtBoot[]
  /** Of all scripts among them. */
  readonly scripts: readonly LineAtBoot[]
  readonly services: readonly ServiceAtBoot[]
}

export function readStart(files: Files): Start {
  const init = linesOfInit(files)
  const owners = ownersLines(files)
  const services = servicesAtBoot(files)
  const lines = [
    ...init,
    ...services.flatMap(({ starts }) => starts),
    ...crontabs(files).flatMap(path =>
      parseCrontab(textAt(files, path) ?? '')
        .filter(({ when, command }) => when === '@reboot' && isOfRoot(path, command))
        .map(({ command, line }) => ({ path, line, text: command })),
    ),
    ...owners,
  ]
  return {
    lines: lines.filter(({ text }) => text.length < LONGEST),
    scripts: [...init, ...owners],
    services,
  }
}

const linesOfInit = (files: Files): LineAtBoot[] =>
  scriptsOfInit(files).flatMap(path => linesOfStart(linesIn(files, path)).map(inFile(path)))

/** Of rc.local and its like, and of OpenRC's local.d. */
const ownersLines = (files: Files): LineAtBoot[] =>
  [...startsOfLocal(files), ...scriptsAtBoot(files)].flatMap(path =>
    linesToTheExit(linesIn(files, path)).map(inFile(path)),
  )

const inFile =
  (path: string) =>
  ({ line, text }: Pick<LineAtBoot, 'line' | 'text'>): LineAtBoot => ({ path, line, text })

const LONGEST = 1000
const MOST_FILES = 256

const numbered = (lines: readonly string[]) => lines.map((text, index) => ({ line: index + 1, text }))

export function linesToTheExit(lines: readonly string[]): Pick<LineAtBoot, 'line' | 'text'>[] {
  const end = lines.findIndex(endsScript)
  return numbered(end < 0 ? lines : lines.slice(0, end))
}

const LOCAL = '/etc/local.d'

const startsOfLocal = (files: Files): string[] =>
  files
    .names(LOCAL)
    .filter(name => name.endsWith('.start'))
    .slice(0, MOST_FILES)
    .map(name => `${LOCAL}/${name}`)
    .filter(mayRun(files))

/** run-parts(8) and OpenRC pass over a script that is not executable; a copy may have lost that. */
const mayRun =
  (files: Files) =>
  (path: string): boolean =>
    files.executable(path) !== false || !(tellsWhatRuns(files) || keepsModes(files))

export const scriptsToRun = (files: Files, folder: string): string[] =>
  filesToRun(files, folder).filter(mayRun(files))

const TABLE = '/etc/crontab'
const SPOOL = '/var/spool/cron'
/** Debian's and SUSE's have no tables in it, but folders. */
const FOLDERS_IN_SPOOL = /^(?:crontabs|tabs|lastrun|atjobs|atspool)$/
/** Of the system, and of users: Red Hat, Debian, SUSE, Alpine. */
const TABLES_IN = ['/etc/cron.d', SPOOL, '/var/spool/cron/crontabs', '/var/spool/cron/tabs', '/etc/crontabs']
/** What an editor or a package left behind is not run, nor a folder. */
const LEFT_BEHIND = /~$|\.(?:rpm\w+|dpkg-\w+|bak|old|disabled|swp|d)$|^\./

/** Debian's run-parts(8) and cron(8) take no other name, so none with a dot; Red Hat's do. */
const DEBIAN_NAME = /^[\w-]+$/
const BY_NAME = /^\/etc\/(?:cron\.\w+|network\/if-up\.d)$/
const RELEASES = ['etc/os-release', 'usr/lib/os-release']

const isOfDebian = (files: Files): boolean =>
  files.exists('/etc/debian_version') ||
  findLine(files, RELEASES, /^ID(?:_LIKE)?=.*\b(?:debian|ubuntu)\b/) !== undefined

const isName = (files: Files, folder: string): ((name: string) => boolean) =>
  BY_NAME.test(folder) && isOfDebian(files) ? name => DEBIAN_NAME.test(name) : name => !LEFT_BEHIND.test(name)

/** Is there a file that cron does not look into, by its name? */
export const isPassedOver = (files: Files, folder: string, name: string): boolean =>
  TABLES_IN.includes(folder) && !isName(files, folder)(name)

/** What is run of a folder. */
const filesToRun = (files: Files, folder: string): string[] =>
  files
    .names(folder)
    .filter(isName(files, folder))
    .filter(name => !(folder === SPOOL && FOLDERS_IN_SPOOL.test(name)))
    .slice(0, MOST_FILES)
    .map(name => `${folder}/${name}`)

export const crontabs = (files: Files): string[] => [
  TABLE,
  ...TABLES_IN.flatMap(folder => filesToRun(files, folder)),
]

/** SUSE's and Debian's for the first part of the start besides. */
const LEVELS = [...RUNLEVELS, '/etc/rcS.d', '/etc/init.d/boot.d']
const STARTED = /^S\d\d(.+)$/
const SCRIPTS = ['/etc/init.d', '/etc/rc.d/init.d']
/**
 * What distributions bring for clocks, daemons and the end of the day: it is told elsewhere, or sets the clock from that of the
 * hardware, as every start does.
 */
const BROUGHT =
  /^(?:busybox-ntpd|sysntpd|ntp-client|ntpdate|rdate|hwclock\w*(?:\.sh)?|(?:sw)?clock|fake-hwclock|boot\.(?:get)?clock|functions|rcS?|rc\.(?:sysinit|local)|local|boot\.local|after\.local|halt|killall|single|reboot)$/
const OF_DAEMONS: ReadonlySet<string> = new Set(KNOWN_DAEMONS.flatMap(({ scripts }) => scripts))

function scriptsOfInit(files: Files): string[] {
  const names = [
    ...LEVELS.flatMap(level => files.names(level).flatMap(name => STARTED.exec(name)?.[1] ?? [])),
    ...files.names(OPENRC_RUNLEVELS).flatMap(level => files.names(`${OPENRC_RUNLEVELS}/${level}`)),
  ]
  return [...new Set(names)]
    .filter(name => !BROUGHT.test(name) && !OF_DAEMONS.has(name))
    .slice(0, MOST_FILES)
    .flatMap(name => SCRIPTS.map(folder => `${folder}/${name}`).find(files.exists) ?? [])
}

/** `stop)` of a case, `stop() {` of a function: not what a start does. */
const LABEL = /^\s*\(?["']?([\w*?|"' -]+?)["']?\)(?:\s+(.*))?$/
const FUNCTION = /^\s*(?:function\s+)?([\w-]+)\s*\(\s*\)\s*(.*)$/
const OTHERWISE = /stop|halt|down|reload|status|usage/i

export function linesOfStart(lines: readonly string[]): Pick<LineAtBoot, 'line' | 'text'>[] {
  let otherwise = false
  return numbered(lines).flatMap(({ line, text }) => {
    const [, name, body] = FUNCTION.exec(text) ?? LABEL.exec(text) ?? []
    if (name !== undefined) otherwise = OTHERWISE.test(name)
    const kept = otherwise ? [] : [{ line, text: body ?? text }]
    if (/^\}|;;\s*$|[;\s]\}\s*$/.test(text)) otherwise = false
    return kept
  })
}

export interface ServiceAtBoot {
  readonly name: string
  readonly path: string
  readonly enabledAt: NonNullable<ReturnType<typeof findEnabled>>
  readonly starts: readonly Command[]
}

/** A command of a unit, without the signs in front. */
export interface Command extends LineAtBoot {
  readonly key: string
  readonly sign: string
}

export function commandIn({ path, line, key, value }: LocatedSetting): Command {
  const [, sign = '', text = ''] = /^([-@:+!|]*)(.*)$/s.exec(value) ?? []
  return { path, line, key, sign, text }
}

/** Where a person, or a package, has a unit started; what systemd brings itself for its own start sets no clock. */
const ENABLED_IN = ['/etc/systemd/system', '/run/systemd/system']
const STARTS = ['ExecStartPre', 'ExecStart', 'ExecStartPost']
const UNITS_OF_DAEMONS: ReadonlySet<string> = new Set(KNOWN_DAEMONS.flatMap(({ units }) => units))

/** To find out whether something starts a service takes many files: of others it is not asked. */
const isOfClock = ({ text }: LineAtBoot): boolean =>
  findClockSetting(text) !== undefined || settingsIn(text).length > 0 || counterIn(text) !== undefined

const runsScript = ({ text }: LineAtBoot): boolean => scriptsCalledIn(text).length > 0

/** Services that the start of the machine starts, and that set something of its clock, or may by a script; the daemons have a table of their own. */
function servicesAtBoot(files: Files): ServiceAtBoot[] {
  const names = new Set(
    ENABLED_IN.flatMap(directory =>
      files
        .names(directory)
        .filter(name => /\.(?:wants|requires)$/.test(name))
        .flatMap(wants => files.names(`${directory}/${wants}`)),
    ),
  )
  return [...names]
    .filter(name => name.endsWith('.service') && !UNITS_OF_DAEMONS.has(name))
    .slice(0, MOST_FILES)
    .flatMap((name): ServiceAtBoot[] => {
      const path = pathOfUnit(files, name)
      const text = path && textAt(files, path)
      if (!path || !text) return []
      const unit = parseUnit(text, path)
      const starts = STARTS.flatMap(key => listOf([unit], 'Service', key)).map(commandIn)
      if (!starts.some(isOfClock) && !starts.some(runsScript)) return []
      const enabledAt = findEnabled(files, name, path, [unit])
      return enabledAt?.value ? [{ name, path, enabledAt, starts }] : []
    })
}

export const scriptLines = (files: Files, path: string): LineAtBoot[] =>
  numbered(linesOf(textAt(files, path) ?? '')).map(inFile(path))
