/**
 * Jobs that set the clock: lines of crontabs, scripts that cron runs, timers of systemd, and what is run once at the start of the
 * machine or of its network, by scripts and by units. Only commands that set it are told (`dialects/linux/set-clock.ts`).
 */
import { grouped } from '#core/grouped.ts'
import type { Files } from '#core/guest/files.ts'
import type { ClockJob } from '#core/guest/inventory.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { parseCrontab, settingOfJob } from '#dialects/linux/crontab.ts'
import { type ClockSetting, endsAnother, findClockSetting } from '#dialects/linux/set-clock.ts'
import { endlessLoops } from '#dialects/linux/shell-loop.ts'
import { listOf, parseUnit } from '#dialects/linux/unit.ts'
import { readSpan } from '#dialects/timesyncd/settings.ts'
import {
  type Command,
  commandIn,
  crontabs,
  type LineAtBoot,
  type Start,
  scriptLines,
  scriptsToRun,
} from './at-boot.ts'
import { at, fact, textAt } from './place.ts'
import { findEnabled, pathOfUnit, UNIT_DIRECTORIES } from './units.ts'

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
]

export const findJobs = (files: Files, start: Start): ClockJob[] => [
  ...crontabs(files).flatMap(path => jobsIn(files, path)),
  ...SCRIPTS.flatMap(([folder, when, every]) =>
    scriptsToRun(files, folder).flatMap(path => jobOf(scriptLines(files, path), when, every)),
  ),
  ...[...grouped(start.scripts, ({ path }) => path).values()].flatMap(lines =>
    jobOf(lines, 'at boot', undefined),
  ),
  ...timers(files),
  ...unitsAtBoot(start),
]

const jobsIn = (files: Files, path: string): ClockJob[] =>
  parseCrontab(textAt(files, path) ?? '').flatMap(job => {
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
            ...(setting.takesPort && { takesPort: true as const }),
            command: fact(setting.shown, at(path, `${when} ${setting.shown}`, line)),
          },
        ]
      : []
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

/** The first of its lines that sets the clock stands for a script, or one that does so in a loop. */
function jobOf(lines: readonly LineAtBoot[], when: string, every: Seconds | undefined): ClockJob[] {
  const again = every === undefined ? settingInLoop(lines) : undefined
  for (const [index, { path, line, text }] of lines.entries()) {
    if (again && index !== again.index) continue
    const setting = text.length < LONGEST ? findClockSetting(text) : undefined
    if (setting)
      return [
        {
          name: path,
          unit: undefined,
          program: setting.program,
          when: again?.when ?? when,
          every: again?.every ?? every,
          repeats: again !== undefined || every !== undefined,
          ...(setting.takesPort &&
            !lines.slice(0, index).some(each => endsAnother(each.text)) && { takesPort: true as const }),
          command: fact(setting.shown, at(path, setting.shown, line)),
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
    const text = path && textAt(files, path)
    if (!path || !text) return []
    const timer = parseUnit(text, path)
    if (!findEnabled(files, name, path, [timer])?.value) return []
    const service = listOf([timer], 'Timer', 'Unit').at(-1)?.value ?? name.replace(/timer$/, 'service')
    const servicePath = pathOfUnit(files, service)
    const unit = servicePath && parseUnit(textAt(files, servicePath) ?? '', servicePath)
    const [started] = unit ? listOf([unit], 'Service', 'ExecStart').map(commandIn).flatMap(settingOf) : []
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
        ...(started.takesPort && { takesPort: true as const }),
        command: fact(
          started.shown,
          at(started.path, `${started.key}=${started.shown}`, started.line),
          ...(again ? [at(path, `${again.key}=${again.value}`, again.line)] : [at(path, name)]),
        ),
      },
    ]
  })
}

/** Services that the start of the machine starts, and that set the clock by the way. */
const unitsAtBoot = ({ services }: Start): ClockJob[] =>
  services.flatMap(({ name, path, enabledAt, starts }): ClockJob[] => {
    const [started] = starts.flatMap(settingOf)
    const again = started && settingInLoop([started])
    return started
      ? [
          {
            name,
            unit: name,
            program: started.program,
            when: again?.when ?? 'at boot',
            every: again?.every,
            repeats: again !== undefined,
            command: fact(
              started.shown,
              at(path, `${started.key}=${started.shown}`, started.line),
              ...enabledAt.evidence,
            ),
          },
        ]
      : []
  })

function settingOf(command: Command): (Command & ClockSetting)[] {
  const found = findClockSetting(command.text)
  return found ? [{ ...command, ...found, shown: command.sign + found.shown }] : []
}

const NAMED: Readonly<Record<string, Seconds>> = {
  minutely: 60,
  hourly: 3600,
  daily: 86_400,
  weekly: 604_800,
}
