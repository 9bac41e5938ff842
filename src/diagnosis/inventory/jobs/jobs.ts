/**
 * Jobs that set the clock: lines of crontabs, scripts that cron runs, timers of systemd, and what is run once at the start of the
 * machine or of its network, by scripts and by units; each with the scripts of the owner's own that it runs. Only commands that set
 * the clock are told (`dialects/linux/set-clock.ts`).
 */
import { grouped } from '#core/grouped.ts'
import type { Files } from '#core/guest/files.ts'
import type { ClockJob, IdleJob, Place } from '#core/guest/inventory.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { parseAnacrontab, parseCrontab, scriptsOfJob, settingOfJob } from '#dialects/linux/crontab.ts'
import {
  type ClockSetting,
  endsAnother,
  findClockSetting,
  restartOf,
  serviceSwitches,
} from '#dialects/linux/set-clock.ts'
import { endlessLoops } from '#dialects/linux/shell-loop.ts'
import { listOf, parseUnit } from '#dialects/linux/unit.ts'
import { readSpan } from '#dialects/timesyncd/settings.ts'
import {
  type Command,
  commandIn,
  crontabs,
  type LineAtBoot,
  type ServiceAtBoot,
  type Start,
  scriptLines,
  scriptsToRun,
} from '../boot/at-boot.ts'
import type { Packages } from '../daemons/packages.ts'
import { findEnabled, pathOfUnit, UNIT_DIRECTORIES } from '../daemons/units.ts'
import { at, fact, textAt } from '../place.ts'
import { callsOf, type LineRun, NO_SETTING, withCalled } from './called-scripts.ts'
import { programsNotThere } from './job-program.ts'

/** Folders of scripts, and how often each is run. */
const SCRIPTS: readonly (readonly [folder: string, when: string, every: Seconds | undefined])[] = [
  ['/etc/cron.hourly', 'hourly', 3600],
  ['/etc/cron.daily', 'daily', 86_400],
  ['/etc/cron.weekly', 'weekly', 604_800],
  ['/etc/cron.monthly', 'monthly', 30 * 86_400],
  ['/etc/periodic/15min', 'every 15 minutes', 900],
  ['/etc/periodic/hourly', 'hourly', 3600],
  ['/etc/periodic/daily', 'daily', 86_400],
  ['/etc/network/if-up.d', 'when the network comes up', undefined],
  ['/etc/NetworkManager/dispatcher.d', 'when the network changes', undefined],
]

export interface Jobs {
  readonly jobs: readonly ClockJob[]
  readonly idle: readonly IdleJob[]
  /** Scripts of the owner that were read, or would have been, and whether a job sets the clock by it. */
  readonly scripts: readonly { readonly path: string; readonly sets: boolean }[]
}

export function findJobs(files: Files, start: Start, packages: Packages): Jobs {
  const runs = [
    ...crontabs(files).flatMap(path => runsOfTable(files, path, parseCrontab)),
    ...runsOfTable(files, ANACRONTAB, parseAnacrontab),
    ...SCRIPTS.flatMap(([folder, when, every]) =>
      scriptsToRun(files, folder).map(path => runOf(path, when, every, scriptLines(files, path))),
    ),
    ...[...grouped(start.scripts, ({ path }) => path)].map(([path, lines]) =>
      runOf(path, 'at boot', undefined, lines),
    ),
    ...timers(files),
    ...start.services.map(unitAtBoot),
  ].map(run => ({ ...run, lines: withCalled(files, run.lines) }))
  const found = runs.flatMap(run => jobOf(run, line => notThere(files, packages, line)))
  const [jobs, idle] = [found.flatMap(({ acts }) => acts ?? []), found.flatMap(each => each.idle ?? [])]
  const called = runs.flatMap(({ lines }) => lines.flatMap(callsOf))
  const setting = new Set(
    [...jobs, ...idle]
      .flatMap(({ script, command }) => (script ? command.evidence : []))
      .map(({ path }) => path),
  )
  return {
    jobs,
    idle,
    scripts: [...new Set(called.map(({ path }) => path))].map(path => ({ path, sets: setting.has(path) })),
  }
}

/** What is run at one time. */
interface Run extends Pick<ClockJob, 'name' | 'unit' | 'when' | 'every' | 'repeats'> {
  readonly lines: readonly LineRun[]
  /** Of its time. */
  readonly evidence?: readonly Place[]
}

const runOf = (name: string, when: string, every: Seconds | undefined, lines: readonly LineRun[]): Run => ({
  name,
  unit: undefined,
  when,
  every,
  repeats: every !== undefined,
  lines,
})

const ANACRONTAB = '/etc/anacrontab'

const runsOfTable = (files: Files, path: string, parse: typeof parseCrontab): Run[] =>
  parse(textAt(files, path) ?? '').map(job => {
    const { when, every, line, command: text } = job
    const command: LineRun = {
      path,
      line,
      text,
      lead: `${when} `,
      setting: settingOfJob(job, path) ?? NO_SETTING,
      calls: scriptsOfJob(job, path),
    }
    return { ...runOf(path, when, every, [command]), repeats: when !== '@reboot' }
  })

/** Where something sets the clock again and again, although it is run once. */
interface Again extends Pick<ClockJob, 'when' | 'every' | 'repeats'> {
  readonly index: number
}

function settingInLoop(lines: readonly Pick<LineAtBoot, 'text'>[]): Again | undefined {
  for (const { every, runs } of endlessLoops(lines.map(({ text }) => (text.length < LONGEST ? text : '')))) {
    const setting = runs.find(({ text }) => findClockSetting(text))
    const when = every === undefined ? 'in a loop' : `in a loop, every ${duration(every)}`
    if (setting) return { index: setting.index, when, every, repeats: true }
  }
  return undefined
}

/** Where the program of a line is not. */
function notThere(files: Files, packages: Packages, line: LineRun): Place | undefined {
  const setting = settingOf(line)
  return setting && programsNotThere(files, packages, setting, line.path)
}

type Found = { readonly acts?: ClockJob; readonly idle?: IdleJob }

/**
 * The first of its lines that sets the clock stands for all, or one that does so in a loop; and where none can, the first of those
 * that would. Where none would, a daemon may be stopped by one line and started by another.
 */
function jobOf({ lines, evidence = [], ...run }: Run, lacks: (line: LineRun) => Place | undefined): Found[] {
  const { index: only, ...loop } = (run.repeats ? undefined : settingInLoop(lines)) ?? {}
  let idle: IdleJob | undefined
  for (const [index, line] of lines.entries()) {
    const setting = only === undefined || index === only ? settingOf(line) : undefined
    if (!setting) continue
    const takesPort = setting.takesPort && !lines.slice(0, index).some(each => endsAnother(each.text))
    const place = at(line.path, `${line.lead ?? ''}${setting.shown}`, line.line)
    const job: ClockJob = {
      ...run,
      ...loop,
      program: setting.program,
      ...(takesPort && { takesPort: true as const }),
      ...(setting.unlessRuns !== undefined && { unlessRuns: setting.unlessRuns }),
      ...(line.ranBy && { script: line.path }),
      command: fact(setting.shown, place, ...(line.ranBy ?? []), ...evidence),
      ...aroundOf(lines, index),
    }
    const hindered = lacks(line)
    if (!hindered) return [{ acts: job }]
    idle ??= { ...job, hindered }
  }
  return idle ? [{ idle }] : restartIn({ ...run, lines, evidence })
}

interface Switched {
  readonly index: number
  readonly service: string
  readonly to: 'start' | 'stop' | 'restart'
  readonly place: Place
}

/** By lines of one script: what else a table runs is another job. */
const switchesIn = (lines: readonly LineRun[], path: string): Switched[] =>
  lines.flatMap((line, index) =>
    line.path !== path || line.setting === NO_SETTING || line.text.length >= LONGEST
      ? []
      : serviceSwitches(line.text).map(({ service, to, shown }) => ({
          index,
          service,
          to,
          place: at(path, shown, line.line),
        })),
  )

/** What stops a daemon before that line, and starts it behind. */
function aroundOf(lines: readonly LineRun[], index: number): Pick<ClockJob, 'around'> {
  const around = switchesIn(lines, lines[index]!.path)
    .filter(each => (each.to === 'stop' ? each.index < index : each.index > index))
    .map(({ place }) => place)
  return around.length > 0 ? { around } : {}
}

function restartIn({ lines, evidence = [], ...run }: Run): Found[] {
  for (const path of new Set(lines.map(line => line.path))) {
    const switches = switchesIn(lines, path)
    const stop = switches.find(({ to }) => to === 'stop')
    const start = switches.find(
      each => each.to === 'start' && each.service === stop?.service && each.index > stop.index,
    )
    if (!stop || !start) continue
    const line = lines[start.index]!
    return [
      {
        acts: {
          ...run,
          program: restartOf(stop.service),
          ...(line.ranBy && { script: path }),
          command: fact(
            `${stop.place.text}; ${start.place.text}`,
            stop.place,
            start.place,
            ...(line.ranBy ?? []),
            ...evidence,
          ),
        },
      },
    ]
  }
  return []
}

const LONGEST = 1000

function settingOf({ text, setting }: LineRun): ClockSetting | undefined {
  if (setting) return setting === NO_SETTING ? undefined : setting
  return text.length < LONGEST ? findClockSetting(text) : undefined
}

const AGAIN = ['OnCalendar', 'OnUnitActiveSec', 'OnUnitInactiveSec'] as const

/** Timers that something starts, with the service that each of them starts. */
function timers(files: Files): Run[] {
  const names = new Set(
    UNIT_DIRECTORIES.flatMap(directory => files.names(directory).filter(name => name.endsWith('.timer'))),
  )
  return [...names].flatMap((name): Run[] => {
    const path = pathOfUnit(files, name)
    const text = path && textAt(files, path)
    if (!path || !text) return []
    const timer = parseUnit(text, path)
    if (!findEnabled(files, name, path, [timer])?.value) return []
    const service = listOf([timer], 'Timer', 'Unit').at(-1)?.value ?? name.replace(/timer$/, 'service')
    const servicePath = pathOfUnit(files, service)
    const unit = servicePath && parseUnit(textAt(files, servicePath) ?? '', servicePath)
    const again = AGAIN.flatMap(key => listOf([timer], 'Timer', key).slice(-1))[0]
    return [
      {
        name,
        unit: name,
        when: again ? `${again.key}=${again.value}` : 'at boot',
        every:
          again && (NAMED[again.value] ?? (again.key === 'OnCalendar' ? undefined : readSpan(again.value))),
        repeats: again !== undefined,
        lines: unit ? listOf([unit], 'Service', 'ExecStart').map(commandIn).map(lineOf) : [],
        evidence: again ? [at(path, `${again.key}=${again.value}`, again.line)] : [at(path, name)],
      },
    ]
  })
}

/** A service that the start of the machine starts, and that sets the clock by the way. */
const unitAtBoot = ({ name, enabledAt, starts }: ServiceAtBoot): Run => ({
  name,
  unit: name,
  when: 'at boot',
  every: undefined,
  repeats: false,
  lines: starts.map(lineOf),
  evidence: enabledAt.evidence,
})

function lineOf(command: Command): LineRun {
  const { key, sign, text } = command
  const found = text.length < LONGEST ? findClockSetting(text) : undefined
  const setting = found ? { ...found, shown: sign + found.shown } : NO_SETTING
  return { ...command, lead: `${key}=`, setting }
}

const NAMED: Readonly<Record<string, Seconds>> = {
  minutely: 60,
  hourly: 3600,
  daily: 86_400,
  weekly: 604_800,
}
