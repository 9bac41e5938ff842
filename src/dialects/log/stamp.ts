/**
 * The beginnings of lines in system logs: when, where and by which program. Three ways are common: RFC 3339 with or
 * without a zone (chronyd's own log, NTPsec's, modern syslog; journalctl has a weekday before it and the zone's name after
 * it), `Dec  7 00:00:00 host` (syslog; BusyBox adds facility and level) and ` 7 Dec 00:00:00` (ntpd's own log). The last two
 * leave the year out, and all but the first are in the local zone of the machine, which no line tells: it is taken for UTC,
 * and that is said. Around them may stand a priority (`<29>`), the header of RFC 5424, the stamp of a container's runtime
 * (`… stderr F `, or the stamp alone), the name of a service (`chrony-1  | `), or the fields of `journalctl -o json`. The journal
 * names months in the language of whoever asks it, with `-o short-unix` counts seconds, with `-o with-unit` names the unit in
 * place of the program, and with `-o short-monotonic` counts from the boot: then there is no date.
 */
import { civil, dayNumber } from '#core/time/civil.ts'
import type { Seconds } from '#core/time/units.ts'
import { readable, textOf } from './cursor.ts'
import { withoutColours } from './dressing.ts'
import { CAPITALS, DIGITS } from './format.ts'
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

/**
 * A stamp, a bracket around one, the name of a service, a month in any language that begins with more than ASCII, the mark between
 * entries of `journalctl -o json-seq`.
 */
export const FIRST_OF_STAMPED = `${DIGITS}${CAPITALS}${CAPITALS.toLowerCase()} <{[\xc3\xc4\xc5\xd0\xd1\x1e`

const RFC3339 =
  /^(?:[A-Z][a-z]{2} )?(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:?\d\d| UTC(?= )| [A-Z]{2,5}(?= ))? (?=\S)(.*)$/
const SYSLOG =
  /^(?<month>[A-Z][a-z]{2}) {1,2}(?<day>\d{1,2}) (?<time>\d\d:\d\d:\d\d)(?<fraction>\.\d{1,9})? (?<rest>.*)$/
const NTPD_LOG = /^ ?(?<day>\d{1,2}) (?<month>[A-Z][a-z]{2}) (?<time>\d\d:\d\d:\d\d) (?<rest>.*)$/
/** `Mär 05`, ` 1월 10`; looked at as text only where it is not English. */
const ELSEWHERE =
  /^ ?(?<month>[^\s\d]{2,6}\.?|\d{1,2}[^\s\d]{1,2}) {1,2}(?<day>\d{1,2})(?:[^\s\d]{1,2})? (?<time>\d\d:\d\d:\d\d)(?<fraction>\.\d{1,9})? (?<rest>.*)$/
const SINCE_BOOT = /^\[ *(\d{1,9}\.\d{6})\] (\S{1,255} [\w./()-]{1,64}(?:\[\d+\])?: .*)$/
const SINCE_1970 = /^(\d{9,10}\.\d{6}) (\S{1,255} [\w./()@-]{1,64}(?:\[\d+\])?: .*)$/
const SENDER =
  /^(?:(\S{0,254}[^\s:]) (?:[a-z]{3,8}[0-7]?\.[a-z]{3,7} )?)??([\w./()@-]{1,64})(?:\[\d+\])?: (.*)$/
/** Of a unit the instance is nobody's name. */
const UNIT = /^([\w-]{1,64})(?:@[\w.-]{0,64})?\.service$/
/** Units that are called otherwise than the program that they run. */
const RUN_BY: Readonly<Record<string, string>> = { chrony: 'chronyd', ntp: 'ntpd', ntpsec: 'ntpd' }

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
/** In front of a line of `-o json-sse`, and of `-o json-seq`. */
const OBJECT = /^(?:data: |\x1e)?(?=\{)/
const WITH_NUMBER = /^(?:\S{1,255} )?[\w./()-]{1,64}\[\d+\]: /

/** Undefined when the line does not begin with a date. */
export function readStamp(text: string, nearDay: number): Stamped | undefined {
  const object = OBJECT.exec(text)
  const stamped = object ? readObject(text.slice(object[0].length), nearDay) : readDressed(text, nearDay)
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

const PLAIN = /^[^\x00-\x08\x0b-\x1f\x7f]+$/

/** systemd.journal-fields(7). */
function readJournal(entry: Readonly<Record<string, unknown>>): Stamped | undefined {
  const { __REALTIME_TIMESTAMP: at, _HOSTNAME: host } = entry
  const message = messageOf(entry.MESSAGE)
  if (typeof at !== 'string' || !/^\d{1,17}$/.test(at) || message === undefined) return undefined
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

/** One that holds the colours of a terminal, or what is no UTF-8, is written as its bytes. */
function messageOf(message: unknown): string | undefined {
  if (typeof message === 'string') return message
  if (!Array.isArray(message) || !message.every(byte => Number.isInteger(byte) && byte >= 0 && byte < 256))
    return undefined
  const text = withoutColours(textOf(Uint8Array.from(message), 0, message.length))
  return PLAIN.test(text) ? text : undefined
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
  const counted = SINCE_1970.exec(text)
  if (counted) return { at: Number(counted[1]), local: false, ...sender(counted[2]!) }
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
  return { host: match[1], program: programOf(baseName(match[2]!)), message: match[3]!, rest }
}

const baseName = (program: string): string => program.replace(/^.*\//, '')

function programOf(name: string): string {
  const unit = UNIT.exec(name)?.[1]
  return unit === undefined ? name : (RUN_BY[unit] ?? unit)
}

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
