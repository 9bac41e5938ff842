/**
 * The beginnings of lines in system logs: when, where and by which program. Three ways are common: RFC 3339 with or
 * without a zone (chronyd's own log, NTPsec's, modern syslog; journalctl has a weekday before it and the zone's name after
 * it), `Dec  7 00:00:00 host` (syslog; BusyBox adds facility and level) and ` 7 Dec 00:00:00` (ntpd's own log). The last two
 * leave the year out, and all but the first are in the local zone of the machine, which no line tells: it is taken for UTC,
 * and that is said. Around them may stand a priority (`<29>`), the header of RFC 5424, the stamp of a container's runtime
 * (`… stderr F `, or the stamp alone), the name of a service (`chrony-1  | `), or the fields of `journalctl -o json`. The journal
 * names months in the language of whoever asks it, and with `-o short-monotonic` counts from the boot: then there is no date.
 */
import { civil, dayNumber } from '#core/time/civil.ts'
import type { Seconds } from '#core/time/units.ts'
import { readable } from './cursor.ts'
import { monthOf } from './months.ts'

export interface Stamped {
  /** Seconds since the start of 1970, or since the boot. */
  readonly at: Seconds
  readonly sinceBoot?: boolean
  /** No zone was written. */
  readonly local: boolean
  readonly host: string | undefined
  readonly program: string | undefined
  readonly message: string
  /** All that follows the stamp. */
  readonly rest: string
}

const RFC3339 =
  /^(?:[A-Z][a-z]{2} )?(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:?\d\d| UTC(?= )| [A-Z]{2,5}(?= ))? (?=\S)(.*)$/
const SYSLOG =
  /^(?<month>[A-Z][a-z]{2}) {1,2}(?<day>\d{1,2}) (?<time>\d\d:\d\d:\d\d)(?<fraction>\.\d{1,9})? (?<rest>.*)$/
const NTPD_LOG = /^ ?(?<day>\d{1,2}) (?<month>[A-Z][a-z]{2}) (?<time>\d\d:\d\d:\d\d) (?<rest>.*)$/
/** `Mär 05`, ` 1월 10`; looked at as text only where it is not English. */
const ELSEWHERE =
  /^ ?(?<month>[^\s\d]{2,6}\.?|\d{1,2}[^\s\d]{1,2}) {1,2}(?<day>\d{1,2})(?:[^\s\d]{1,2})? (?<time>\d\d:\d\d:\d\d)(?<fraction>\.\d{1,9})? (?<rest>.*)$/
const SINCE_BOOT = /^\[ *(\d{1,9}\.\d{6})\] (\S{1,255} [\w./()-]{1,64}(?:\[\d+\])?: .*)$/
const SENDER =
  /^(?:(\S{0,254}[^\s:]) (?:[a-z]{3,8}[0-7]?\.[a-z]{3,7} )?)??([\w./()-]{1,64})(?:\[\d+\])?: (.*)$/

const PRIORITY = /^<\d{1,3}>/
/** Stamp, host, program, number of the process, kind of message, data; a message of UTF-8 may have a mark of it in front. */
const RFC5424 = /^1 (\S+) (\S+) (\S+) \S+ \S+ (?:-|(?:\[[^\]]*\])+) ?(?:\xef\xbb\xbf)?(.*)$/
const CONTAINER = /^(\d{4}-\d\d-\d\dT\S+) std(?:out|err) [FP] (.*)$/
/** `docker logs -t`: the runtime's stamp, and then the program's own. */
const TWICE = /^\d{4}-\d\d-\d\dT\S+ (\d{4}-\d\d-\d\d[T ].*| ?\d{1,2} [A-Z][a-z]{2} \d\d:.*)$/
const SERVICE =
  /^(?:[a-z][\w.-]{0,63} +\| |\[pod\/[^\]\s]{1,600}\] |[a-z\d][\w.-]{0,252} [a-z\d][\w.-]{0,62} (?=\d{4}-\d\d-\d\dT))(.*)$/
/** What a message of a daemon does not begin with by chance. */
const OWN_STAMP = /^(?:\d{4}-\d\d-\d\dT\d\d:| ?\d{1,2} [A-Z][a-z]{2} \d\d:\d\d:\d\d \S)/
const WITH_NUMBER = /^(?:\S{1,255} )?[\w./()-]{1,64}\[\d+\]: /

/** Undefined when the line does not begin with a date. */
export function readStamp(text: string, nearDay: number): Stamped | undefined {
  const stamped = text.startsWith('{') ? readObject(text, nearDay) : readDressed(text, nearDay)
  return stamped && (readOwn(stamped, nearDay) ?? stamped)
}

function readOwn({ host, program, message }: Stamped, nearDay: number): Stamped | undefined {
  const own = OWN_STAMP.test(message) ? readPlain(message, nearDay) : undefined
  return own && (WITH_NUMBER.test(own.rest) ? own : { ...own, host, program, message: own.rest })
}

function readDressed(text: string, nearDay: number): Stamped | undefined {
  const line = text.startsWith('<') ? text.replace(PRIORITY, '') : (SERVICE.exec(text)?.[1] ?? text)
  const standard = RFC5424.exec(line)
  if (standard) {
    const [, at, host, program, message] = standard
    return readPlain(`${at} ${host} ${program}: ${message}`, nearDay)
  }
  const container = CONTAINER.exec(line)
  if (container) {
    const [, at, inner] = container
    return readPlain(inner!, nearDay) ?? readPlain(`${at} ${inner}`, nearDay)
  }
  const twice = TWICE.exec(line)
  return (twice && readPlain(twice[1]!, nearDay)) ?? readPlain(line, nearDay)
}

/** A line for each entry. */
function readObject(text: string, nearDay: number): Stamped | undefined {
  let entry: Readonly<Record<string, unknown>>
  try {
    entry = JSON.parse(text)
  } catch {
    return undefined
  }
  return readJournal(entry) ?? readRuntime(entry, nearDay)
}

/** Docker's `json-file`: the line with its end, and when it was taken in. */
function readRuntime({ log, time }: Readonly<Record<string, unknown>>, nearDay: number): Stamped | undefined {
  if (typeof log !== 'string' || typeof time !== 'string') return undefined
  const line = log.trimEnd()
  return line.includes('\n')
    ? undefined
    : (readDressed(line, nearDay) ?? readPlain(`${time} ${line}`, nearDay))
}

/** systemd.journal-fields(7). */
function readJournal(entry: Readonly<Record<string, unknown>>): Stamped | undefined {
  const { __REALTIME_TIMESTAMP: at, MESSAGE: message, _HOSTNAME: host } = entry
  if (typeof at !== 'string' || !/^\d{1,17}$/.test(at) || typeof message !== 'string') return undefined
  const program = entry.SYSLOG_IDENTIFIER ?? entry._COMM
  return {
    at: Number(at) / 1e6,
    local: false,
    host: typeof host === 'string' ? host : undefined,
    program: typeof program === 'string' ? baseName(program) : undefined,
    message,
    rest: message,
  }
}

function readPlain(text: string, nearDay: number): Stamped | undefined {
  const full = RFC3339.exec(text)
  if (full) {
    const [, year, month, day, hours, minutes, seconds, fraction, zone, rest] = full
    const date = dayNumber(Number(year), Number(month), Number(day))
    const time = clock(hours!, minutes!, seconds!) + Number(fraction ?? 0) - eastOf(zone)
    return { at: date * 86_400 + time, local: isLocal(zone), ...sender(rest!) }
  }
  const withoutYear = SYSLOG.exec(text) ?? NTPD_LOG.exec(text)
  if (withoutYear) return readWithoutYear(withoutYear, nearDay)
  const booted = SINCE_BOOT.exec(text)
  if (booted) return { at: Number(booted[1]), sinceBoot: true, local: false, ...sender(booted[2]!) }
  const elsewhere = ELSEWHERE.exec(readable(text))
  return elsewhere ? readWithoutYear(elsewhere, nearDay) : undefined
}

function readWithoutYear({ groups }: RegExpExecArray, nearDay: number): Stamped | undefined {
  const { month, day, time, fraction, rest } = groups!
  const date = nearest(monthOf(month!), Number(day), nearDay)
  if (date === undefined) return undefined
  const [hours, minutes, seconds] = time!.split(':')
  return {
    at: date * 86_400 + clock(hours!, minutes!, seconds!) + Number(fraction ?? 0),
    local: true,
    ...sender(rest!),
  }
}

function sender(rest: string): Omit<Stamped, 'at' | 'local'> {
  const match = SENDER.exec(rest)
  if (!match) return { host: undefined, program: undefined, message: rest, rest }
  return { host: match[1], program: baseName(match[2]!), message: match[3]!, rest }
}

const baseName = (program: string): string => program.replace(/^.*\//, '')

/** Of the years, the one that brings the date nearest. */
function nearest(month: number | undefined, day: number, near: number): number | undefined {
  if (month === undefined || day < 1 || day > 31) return undefined
  const { year } = civil(near)
  const candidates = [year - 1, year, year + 1].map(each => dayNumber(each, month, day))
  return candidates.reduce((best, each) => (Math.abs(each - near) < Math.abs(best - near) ? each : best))
}

const clock = (hours: string, minutes: string, seconds: string): Seconds =>
  Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)

/** The names of zones are not unique, but for one. */
const isLocal = (zone: string | undefined): boolean => zone === undefined || /^ (?!UTC$)/.test(zone)

function eastOf(zone: string | undefined): Seconds {
  const match = zone && /^([+-])(\d\d):?(\d\d)$/.exec(zone)
  if (!match) return 0
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3]) * 60)
}
