/**
 * How systemd-timesyncd asks and what it accepts: timesyncd.conf(5), with the defaults of systemd 252; spans of time as
 * systemd.time(7) writes them.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Remark } from '../named-source.ts'
import type { TimesyncdConf } from './sources.ts'

export interface TimesyncdSettings {
  readonly rootDistanceMax: Seconds
  readonly pollIntervalMin: Seconds
  readonly pollIntervalMax: Seconds
  readonly connectionRetry: Seconds
}

export const TIMESYNCD_DEFAULTS: TimesyncdSettings = {
  rootDistanceMax: 5,
  pollIntervalMin: 32,
  pollIntervalMax: 2048,
  connectionRetry: 30,
}

const NAMES: Readonly<Record<string, keyof TimesyncdSettings>> = {
  RootDistanceMaxSec: 'rootDistanceMax',
  PollIntervalMinSec: 'pollIntervalMin',
  PollIntervalMaxSec: 'pollIntervalMax',
  ConnectionRetrySec: 'connectionRetry',
}

/** A shorter one it does not take. */
export const SHORTEST_POLL: Seconds = 16
export const SHORTEST_RETRY: Seconds = 1
/** A longest poll of its own is at least so many of the shortest. */
const LONGER = 32

export interface ReadSettings {
  /** As they are used. */
  readonly settings: TimesyncdSettings
  readonly notUnderstood: readonly Remark[]
  /** Understood, and not used: what is used instead. */
  readonly notTaken: readonly Remark[]
}

/** What is too short is not rounded up: the default counts, or for the longest poll one of its own (manager_parse_config_file). */
export function timesyncdSettings(files: readonly TimesyncdConf[]): ReadSettings {
  const said: Partial<Record<keyof TimesyncdSettings, { seconds: Seconds; remark: Omit<Remark, 'why'> }>> = {}
  const notUnderstood: Remark[] = []
  for (const { key, value, line } of files.flatMap(({ others }) => others)) {
    const name = NAMES[key]
    if (!name) continue
    const seconds = readSpan(value)
    const remark = { line, text: `${key}=${value}` }
    if (seconds === undefined) notUnderstood.push({ ...remark, why: 'no span of time' })
    else said[name] = { seconds, remark }
  }
  const notTaken: Remark[] = []
  const taken = (name: keyof TimesyncdSettings, least: Seconds, instead: Seconds, why: string): Seconds => {
    const { seconds, remark } = said[name] ?? {}
    if ((seconds ?? TIMESYNCD_DEFAULTS[name]) >= least) return seconds ?? TIMESYNCD_DEFAULTS[name]
    if (remark) notTaken.push({ ...remark, why: `${why}: ${instead} s is used instead` })
    return instead
  }
  const { pollIntervalMin: usual, pollIntervalMax: longest, connectionRetry } = TIMESYNCD_DEFAULTS
  const tooShort = (least: Seconds) => `systemd-timesyncd takes nothing below ${least} s`
  const pollIntervalMin = taken('pollIntervalMin', SHORTEST_POLL, usual, tooShort(SHORTEST_POLL))
  return {
    settings: {
      rootDistanceMax: said.rootDistanceMax?.seconds ?? TIMESYNCD_DEFAULTS.rootDistanceMax,
      pollIntervalMin,
      pollIntervalMax: taken(
        'pollIntervalMax',
        pollIntervalMin,
        Math.max(longest, LONGER * pollIntervalMin),
        `the longest poll is below the shortest, ${pollIntervalMin} s`,
      ),
      connectionRetry: taken('connectionRetry', SHORTEST_RETRY, connectionRetry, tooShort(SHORTEST_RETRY)),
    },
    notUnderstood,
    notTaken,
  }
}

const UNITS: Readonly<Record<string, Seconds>> = {
  us: 1e-6,
  usec: 1e-6,
  ms: 1e-3,
  msec: 1e-3,
  '': 1,
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  m: 60,
  min: 60,
  minute: 60,
  minutes: 60,
  h: 3600,
  hr: 3600,
  hour: 3600,
  hours: 3600,
  d: 86_400,
  day: 86_400,
  days: 86_400,
  w: 604_800,
  week: 604_800,
  weeks: 604_800,
}

/** `34min 8s`, `2048`; undefined when it is none. */
export function readSpan(text: string): Seconds | undefined {
  let rest = text.trim()
  if (rest === '') return undefined
  let sum = 0
  while (rest !== '') {
    const [all, number, unit] = /^(\d+(?:\.\d+)?) ?([a-z]*) */.exec(rest) ?? []
    const seconds = unit === undefined ? undefined : UNITS[unit]
    if (all === undefined || seconds === undefined) return undefined
    sum += Number(number) * seconds
    rest = rest.slice(all.length)
  }
  return sum
}
