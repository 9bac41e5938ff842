/**
 * Crontabs (crontab(5)): five fields of time or one word with `@`, in the tables of the system a user, and the command. Whether a
 * user stands there, a line does not tell: it is left at the front of the command.
 */
import type { Seconds } from '#core/time/units.ts'
import { linesOf } from '../named-source.ts'
import { type ScriptCall, scriptsCalledIn } from './called-script.ts'
import { type ClockSetting, findClockSetting } from './set-clock.ts'

export interface CronJob {
  readonly line: number
  /** `17 * * * *`, `@hourly`. */
  readonly when: string
  /** From one time to the next, where that is plain; undefined also for what runs at the start of the machine. */
  readonly every: Seconds | undefined
  readonly command: string
  /** Behind a % the command finds its input, which may be anything. */
  readonly fed: boolean
}

/** cron takes no longer command. */
const LONGEST = 1000
const FIELD = String.raw`[\d*/,\-A-Za-z]+`
// A hyphen in front keeps SUSE's and Debian's cron from logging the job.
const JOB = new RegExp(String.raw`^\s*-?(@[a-z]+|${FIELD}(?:\s+${FIELD}){4})\s+(\S.*)$`)

export function parseCrontab(text: string): CronJob[] {
  return linesOf(text).flatMap((line, index): CronJob[] => {
    if (line.length > LONGEST || /^\s*(?:#|\w+\s*=)/.test(line)) return []
    const [, when, command] = JOB.exec(line) ?? []
    if (when === undefined || command === undefined) return []
    const [run = ''] = /^(?:[^\\%]|\\.?)*/.exec(command) ?? []
    return [{ line: index + 1, when, every: periodOf(when), command: run, fed: run.length < command.length }]
  })
}

/** `1 5 cron.daily nice run-parts /etc/cron.daily`: days from one time to the next, minutes after the start, a name (anacrontab(5)). */
const ANACRON_JOB = /^\s*(\d+|@daily|@weekly|@monthly)\s+(\d+)\s+(\S+)\s+(\S.*)$/

export function parseAnacrontab(text: string): CronJob[] {
  return linesOf(text).flatMap((line, index): CronJob[] => {
    const [, period, delay, name, command] = (line.length > LONGEST ? null : ANACRON_JOB.exec(line)) ?? []
    if (period === undefined || command === undefined) return []
    const every = NAMED[period] ?? (/^\d/.test(period) ? Number(period) * 86_400 : undefined)
    return [{ line: index + 1, when: `${period} ${delay} ${name}`, every, command, fed: false }]
  })
}

/** What of a job sets the clock. What it is fed goes with it. In a table of their own others than root need `sudo` to do it. */
export function settingOfJob(
  { command, fed }: Pick<CronJob, 'command' | 'fed'>,
  path: string,
): ClockSetting | undefined {
  const [, owner = 'root'] = OWN_TABLE.exec(path) ?? []
  const found = findClockSetting(command, BY_SUDO.exec(command)?.[1])
  if (!found || (owner !== 'root' && !found.bySudo)) return undefined
  return fed ? { ...found, shown: `${found.shown} % (removed)`, alone: false } : found
}

/** Scripts that it runs as root: nobody else's set the clock. */
export const scriptsOfJob = ({ command }: Pick<CronJob, 'command'>, path: string): ScriptCall[] =>
  isOfRoot(path, command) ? scriptsCalledIn(command, BY_SUDO.exec(command)?.[1]) : []

/** In a table of its own for somebody else root runs nothing. */
export const isOfRoot = (path: string, command: string): boolean =>
  (OWN_TABLE.exec(path)?.[1] ?? 'root') === 'root' || BY_SUDO.test(`x ${command}`)

/** Who has a table: Red Hat, Debian, SUSE; Alpine. */
const OWN_TABLE = /(?:\/spool\/cron\/(?:crontabs\/|tabs\/)?|\/etc\/crontabs\/)([^/]+)$/
/** A user may be named like anything, but not like what only talks about the words that follow. */
const BY_SUDO = /^(?!(?:echo|printf|which|type|whereis|man)\s)([a-z_][\w.-]*)\s+(?:\S*\/)?(?:sudo|doas)\s/

const NAMED: Readonly<Record<string, Seconds>> = {
  '@hourly': 3600,
  '@daily': 86_400,
  '@midnight': 86_400,
  '@weekly': 604_800,
}

function periodOf(when: string): Seconds | undefined {
  const [minutes = '', hours, ...days] = when.split(/\s+/)
  if (minutes.startsWith('@')) return NAMED[minutes]
  if (days.some(day => day !== '*')) return undefined
  const step = /^(?:\*|0-59)\/(\d+)$/.exec(minutes)?.[1]
  if (hours === '*') {
    if (minutes === '*') return 60
    if (step !== undefined) return Number(step) * 60
    const list = minutes.split(',').map(Number)
    return list.every(Number.isFinite) ? 3600 / list.length : undefined
  }
  const everyHours = /^\*\/(\d+)$/.exec(hours ?? '')?.[1]
  if (!/^\d+$/.test(minutes)) return undefined
  return everyHours !== undefined ? Number(everyHours) * 3600 : /^\d+$/.test(hours ?? '') ? 86_400 : undefined
}
