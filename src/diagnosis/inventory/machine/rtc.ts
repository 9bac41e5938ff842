/**
 * The battery clock: is there one, how far it is from the system clock, how fast hwclock has seen it drift, and whether it is
 * kept in UTC. The system's time is no file, but the moment of the start and the time since then are; so both are known
 * to a second or two.
 */
import type { Files } from '#core/guest/files.ts'
import type { Fact, Place, RtcFacts } from '#core/guest/inventory.ts'
import { dayNumber } from '#core/time/civil.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { date } from '#dialects/linux/date.ts'
import { hwclock } from '#dialects/linux/hwclock.ts'
import { findZoneRead } from '../copy/readings.ts'
import { at, fact, findLine, linesIn, wholeFile } from '../place.ts'

const ADJTIME = '/etc/adjtime'
const TIMEDATECTL = ['sos_commands/systemd/timedatectl']
const SECONDS_PER_DAY = 86_400
/** btime is cut to a second, the RTC shows whole ones, and the files are not read at once. */
const ROUGH: Seconds = 2
/** timedatectl prints both in whole seconds. */
const PRINTED: Seconds = 1

export function findRtc(files: Files): RtcFacts {
  return {
    present: wholeFile(files, 'sys/class/rtc/rtc0/name') ?? fromDriver(files),
    offset: fromClocks(files) ?? fromTimedatectl(files) ?? fromCommands(files),
    drift: findDrift(files),
    mode: findMode(files),
    zoneAhead: findZoneAhead(files),
  }
}

function fromDriver(files: Files): Fact<string> | undefined {
  const line = findLine(files, ['proc/driver/rtc'], /^rtc_time\s*:/)
  return line && fact('rtc', line.place)
}

/** Positive: the RTC is behind. An RTC in local time is off by whole hours: that is no offset, and is left to `mode`. */
function fromClocks(files: Files): RtcFacts['offset'] {
  const rtc = findLine(files, ['sys/class/rtc/rtc0/since_epoch'], /^(\d{1,12})$/)
  const started = findLine(files, ['proc/stat'], /^btime (\d{1,12})$/)
  const since = findLine(files, ['proc/uptime'], /^(\d{1,12}\.\d+) /)
  if (!rtc || !started || !since) return undefined
  const system = Number(started.match[1]) + Number(since.match[1])
  return fact(
    { seconds: system - Number(rtc.match[1]), uncertainty: ROUGH },
    rtc.place,
    started.place,
    since.place,
  )
}

function fromTimedatectl(files: Files): RtcFacts['offset'] {
  const read = (label: string) =>
    findLine(
      files,
      TIMEDATECTL,
      new RegExp(`^\\s*${label}: \\w{3} (\\d{4})-(\\d\\d)-(\\d\\d) (\\d\\d):(\\d\\d):(\\d\\d)`),
    )
  const [system, rtc] = [read('Universal time'), read('RTC time')]
  if (!system || !rtc) return undefined
  const seconds = secondsOf(system.match) - secondsOf(rtc.match)
  return fact({ seconds, uncertainty: PRINTED }, rtc.place, system.place)
}

/**
 * `date` and `hwclock`, one after the other. Both print the time of their zone; newer versions of hwclock add how far that is from
 * UTC, and are read as UTC.
 */
function fromCommands(files: Files): RtcFacts['offset'] {
  const [system, rtc] = [DATE, HWCLOCK].map(([path, format, what]) => {
    const read = format.reader()
    for (const [index, text] of linesIn(files, path).entries()) {
      const said = read(text.trim())?.find(each => each.what === what)
      if (said) return { seconds: said.size, text, place: at(path, text.trim(), index + 1) }
    }
    return undefined
  })
  if (!system || !rtc) return undefined
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(rtc.text.trim()) ?? []
  const east = (sign === '-' ? -60 : 60) * (60 * Number(hours ?? 0) + Number(minutes ?? 0))
  const seconds = system.seconds - rtc.seconds - (/ (?:UTC|GMT)\b/.test(system.text) ? 0 : east)
  return fact({ seconds: toMicroseconds(seconds), uncertainty: ROUGH }, rtc.place, system.place)
}

/** No finer than hwclock prints it: seconds since 1970 leave less of a double. */
const toMicroseconds = (seconds: Seconds): Seconds => Math.round(seconds * 1e6) / 1e6

const DATE = ['/sos_commands/date/date', date, 'clock-read'] as const
const HWCLOCK = ['/sos_commands/date/hwclock', hwclock, 'rtc-read'] as const

function secondsOf([, year, month, day, hours, minutes, seconds]: RegExpExecArray): Seconds {
  const days = dayNumber(Number(year), Number(month), Number(day))
  return days * SECONDS_PER_DAY + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

/** The first figure of the first line: seconds a day that hwclock would add (adjtime_config(5)). */
function findDrift(files: Files): Fact<Rate> | undefined {
  const line = findLine(files, [ADJTIME], /^(-?\d+(?:\.\d+)?) \d+ \d+/)
  // What is added to it is what it loses.
  return line && fact(0 - Number(line.match[1]) / SECONDS_PER_DAY, line.place)
}

/** `Time zone: Europe/Berlin (CET, +0100)`, or what was read of the machine itself. */
function findZoneAhead(files: Files): RtcFacts['zoneAhead'] {
  const line = findLine(files, TIMEDATECTL, /^\s*Time ?zone: [^()]*\([^()]*([+-])(\d\d)(\d\d)\)/)
  if (!line) return findZoneRead(files)
  const [, sign, hours, minutes] = line.match
  return fact((sign === '-' ? -60 : 60) * (60 * Number(hours) + Number(minutes)), line.place)
}

/** hwclock's own note first, then what older distributions tell it, then what timedatectl printed. */
function findMode(files: Files): RtcFacts['mode'] {
  const third = linesIn(files, ADJTIME)[2]?.trim()
  const said: [Place, boolean][] = []
  if (third === 'UTC' || third === 'LOCAL') said.push([at(ADJTIME, third, 3), third === 'LOCAL'])
  for (const [paths, pattern, local] of MODES) {
    const line = findLine(files, paths, pattern)
    if (line) said.push([line.place, local.test(line.match[1]!)])
  }
  const [first] = said
  return first && fact(first[1] ? 'local' : 'utc', ...said.map(([place]) => place))
}

const MODES: readonly (readonly [paths: readonly string[], pattern: RegExp, local: RegExp])[] = [
  [['etc/sysconfig/clock'], /^UTC=["']?(\w+)/, /^(?:false|no)$/i],
  [['etc/sysconfig/clock'], /^HWCLOCK=["']?(--?\w+)/, /^--localtime$/],
  [['etc/default/rcS'], /^UTC=["']?(\w+)/, /^no$/],
  [TIMEDATECTL, /^\s*RTC in local TZ: (\w+)/, /^yes$/],
]
