/**
 * Jobs that set the clock: lines of crontabs, scripts that cron runs, timers of systemd, and what is run once at the start of the
 * machine or of its network, by scripts and by units. Only commands that set it are told (`dialects/linux/set-clock.ts`).
 */
import type { Files } from '#core/guest/files.ts'
import type { ClockJob } from '#core/guest/inventory.ts'
import type { Seconds } from '#core/time/units.ts'
import { parseCrontab, settingOfJob } from '#dialects/linux/crontab.ts'
import { type ClockSetting, findClockSetting } from '#dialects/linux/set-clock.ts'
import { type LocatedSetting, listOf, parseUnit } from '#dialects/linux/unit.ts'
import { linesOf } from '#dialects/named-source.ts'
import { readSpan } from '#dialects/timesyncd/settings.ts'
import { scriptsAtBoot } from './boot-scripts.ts'
import { KNOWN_DAEMONS } from './daemon-table.ts'
import { at, fact, readText } from './place.ts'
import { findEnabled, pathOfUnit, UNIT_DIRECTORIES } from './units.ts'

const TABLE = '/etc/crontab'
const SPOOL = '/var/spool/cron'
/** Debian's and SUSE's have no tables in it, but folders. */
const FOLDERS_IN_SPOOL = /^(?:crontabs|tabs|lastrun|atjobs|atspool)$/
/** Of the system, and of users: Red Hat, Debian, SUSE, Alpine. */
const TABLES_IN = ['/etc/cron.d', SPOOL, '/var/spool/cron/crontabs', '/var/spool/cron/tabs', '/etc/crontabs']
/** Folders of scripts, and how often each is run. */
const SCRIPTS: readonly (readonly [folder: string, when: string, every: Seconds | undefined])[] = [
  ['/etc/cron.hourly', 'hourly', 3600],
  ['/etc/cron.daily', 'daily', 86_400],
  ['/etc/cron.weekly', 'weekly', 604_800],
  ['/etc/cron.monthly', 'monthly', 30 * 86_400],
  ['/etc/periodic/15min', 'every 15 minutes', 900],
  ['/etc/periodic/hourly', 'hourly', 3600],
  ['/etc/periodic/daily', 'daily', 86_400],
  ['/etc/local.d', 'at boot', undefined],
  ['/etc/network/if-up.d', 'when the network comes up', undefined],
]
/** What an editor or a package left behind is not run. */
const LEFT_BEHIND = /~$|\.(?:rpm\w+|dpkg-\w+|bak|old|disabled|swp)$|^\./
const MOST_FILES = 256

export function findJobs(files: Files): ClockJob[] {
  const inFolder = (folder: string): string[] =>
    files
      .names(folder)
      .filter(name => !LEFT_BEHIND.test(name) && !(folder === SPOOL && FOLDERS_IN_SPOOL.test(name)))
      .slice(0, MOST_FILES)
      .map(name => `${folder}/${name}`)
  return [
    ...[TABLE, ...TABLES_IN.flatMap(inFolder)].flatMap(path => jobsIn(files, path)),
    ...SCRIPTS.flatMap(([folder, when, every]) =>
      inFolder(folder).flatMap(path => jobsOfScript(files, path, when, every)),
    ),
    ...scriptsAtBoot(files).flatMap(path => jobsOfScript(files, path, 'at boot', undefined)),
    ...timers(files),
    ...unitsAtBoot(files),
  ]
}

function textOf(files: Files, path: string): string | undefined {
  const read = readText(files, path)
  return read.kind === 'read' ? read.text : undefined
}

const jobsIn = (files: Files, path: string): ClockJob[] =>
  parseCrontab(textOf(files, path) ?? '').flatMap(job => {
    const { when, every, line } = job
    const setting = settingOfJob(job, path)
    const repeats = when !== '@reboot'
    return setting
      ? [
          {
            name: path,
            unit: undefined,
            program: setting.program,
            when,
            every,
            repeats,
            command: fact(setting.shown, at(path, `${when} ${setting.shown}`, line)),
          },
        ]
      : []
  })

function jobsOfScript(files: Files, path: string, when: string, every: Seconds | undefined): ClockJob[] {
  for (const [index, line] of linesOf(textOf(files, path) ?? '').entries()) {
    const setting = line.length < LONGEST ? findClockSetting(line) : undefined
    if (setting)
      return [
        {
          name: path,
          unit: undefined,
          program: setting.program,
          when,
          every,
          repeats: every !== undefined,
          command: fact(setting.shown, at(path, setting.shown, index + 1)),
        },
      ]
  }
  return []
}

const LONGEST = 1000

const AGAIN = ['OnCalendar', 'OnUnitActiveSec', 'OnUnitInactiveSec'] as const

/** Timers that something starts, and the service that each of them starts. */
function timers(files: Files): ClockJob[] {
  const names = new Set(
    UNIT_DIRECTORIES.flatMap(directory => files.names(directory).filter(name => name.endsWith('.timer'))),
  )
  return [...names].flatMap((name): ClockJob[] => {
    const path = pathOfUnit(files, name)
    const text = path && textOf(files, path)
    if (!path || !text) return []
    const timer = parseUnit(text, path)
    if (!findEnabled(files, name, path, [timer])?.value) return []
    const service = listOf([timer], 'Timer', 'Unit').at(-1)?.value ?? name.replace(/timer$/, 'service')
    const servicePath = pathOfUnit(files, service)
    const unit = servicePath && parseUnit(textOf(files, servicePath) ?? '', servicePath)
    const [started] = unit ? listOf([unit], 'Service', 'ExecStart').flatMap(startsSetting) : []
    if (!started) return []
    const again = AGAIN.flatMap(key => listOf([timer], 'Timer', key).slice(-1))[0]
    return [
      {
        name,
        unit: name,
        program: started.program,
        when: again ? `${again.key}=${again.value}` : 'at boot',
        every:
          again && (NAMED[again.value] ?? (again.key === 'OnCalendar' ? undefined : readSpan(again.value))),
        repeats: again !== undefined,
        command: fact(
          started.shown,
          at(started.path, `${started.key}=${started.shown}`, started.line),
          ...(again ? [at(path, `${again.key}=${again.value}`, again.line)] : [at(path, name)]),
        ),
      },
    ]
  })
}

/** Where a person, or a package, has a unit started; what systemd brings itself for its own start sets no clock. */
const ENABLED_IN = ['/etc/systemd/system', '/run/systemd/system']

/** Services that the start of the machine starts, and that set the clock by the way; the daemons have a table of their own. */
function unitsAtBoot(files: Files): ClockJob[] {
  const names = new Set(
    ENABLED_IN.flatMap(directory =>
      files
        .names(directory)
        .filter(name => /\.(?:wants|requires)$/.test(name))
        .flatMap(wants => files.names(`${directory}/${wants}`)),
    ),
  )
  return [...names]
    .filter(name => name.endsWith('.service') && !KNOWN_UNITS.has(name))
    .slice(0, MOST_FILES)
    .flatMap((name): ClockJob[] => {
      const path = pathOfUnit(files, name)
      const text = path && textOf(files, path)
      if (!path || !text) return []
      const unit = parseUnit(text, path)
      const [started] = STARTS.flatMap(key => listOf([unit], 'Service', key)).flatMap(startsSetting)
      const enabled = started && findEnabled(files, name, path, [unit])
      if (!started || !enabled?.value) return []
      return [
        {
          name,
          unit: name,
          program: started.program,
          when: 'at boot',
          every: undefined,
          repeats: false,
          command: fact(
            started.shown,
            at(path, `${started.key}=${started.shown}`, started.line),
            ...enabled.evidence,
          ),
        },
      ]
    })
}

const STARTS = ['ExecStartPre', 'ExecStart', 'ExecStartPost']
const KNOWN_UNITS: ReadonlySet<string> = new Set(KNOWN_DAEMONS.flatMap(({ units }) => units))

function startsSetting(setting: LocatedSetting): (LocatedSetting & ClockSetting)[] {
  const [, sign = '', command = ''] = /^([-@:+!|]*)(.*)$/s.exec(setting.value) ?? []
  const found = findClockSetting(command)
  return found ? [{ ...setting, ...found, shown: sign + found.shown }] : []
}

const NAMED: Readonly<Record<string, Seconds>> = {
  minutely: 60,
  hourly: 3600,
  daily: 86_400,
  weekly: 604_800,
}
