/**
 * System logs, and the logs that daemons write for themselves: one stamped message a line, by many programs. What a
 * message means is asked of the program's own dialect; a new program is one more entry in PROGRAMS.
 */
import type { Seconds } from '#core/time/units.ts'
import { type Daemon, OTHERS_SPOKE } from '#core/trace/series.ts'
import { readMessage as readChronyd } from '../chrony/messages.ts'
import { readClockSet } from '../linux/clock-set.ts'
import { readKernelInLog, readUnitMessage } from '../linux/unit-messages.ts'
import { isOfServo } from '../linuxptp/servo.ts'
import { readMessage as readNtpd } from '../ntpd/messages.ts'
import { readMessage as readNtpdate } from '../ntpd/ntpdate.ts'
import { readMessage as readOpenntpd } from '../openntpd/messages.ts'
import { ReadingRows } from '../reading-rows.ts'
import { SampleRows } from '../sample-rows.ts'
import { readMessage as readTimesyncd } from '../timesyncd/messages.ts'
import { readable } from './cursor.ts'
import type { LogFormat } from './format.ts'
import type { Said } from './said.ts'
import { FIRST_OF_STAMPED, readStamp, type Stamped } from './stamp.ts'
import { textLines } from './text.ts'

interface Program {
  readonly daemon: Daemon
  readonly read: (message: string) => Said | undefined
  /** Most of what it says is no business of ours. */
  readonly talkative?: boolean
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  ntpd: { daemon: 'ntpd', read: readNtpd },
  ntpdate: { daemon: 'other', read: readNtpdate },
  chronyd: { daemon: 'chrony', read: readChronyd },
  'systemd-timesyncd': { daemon: 'timesyncd', read: readTimesyncd },
  kernel: { daemon: 'other', read: readKernelInLog, talkative: true },
  systemd: {
    daemon: 'other',
    read: message => readUnitMessage(message) ?? readClockSet(message),
    talkative: true,
  },
  'systemd-journald': { daemon: 'other', read: readClockSet, talkative: true },
  'systemd-resolved': { daemon: 'other', read: readClockSet, talkative: true },
  'systemd-timedated': { daemon: 'other', read: readClockSet, talkative: true },
}
/** A log without programs' names is the log of one: the message tells whose. */
const ALONE = ['chronyd', 'ntpd'] as const

interface Understood {
  readonly daemon: Daemon
  readonly said: Said | undefined
  readonly text: string
}

/** Undefined for what others wrote. A daemon's message that means nothing here is still the daemon's. */
function understand({ program, message, rest }: Stamped): Understood | undefined {
  const known = program !== undefined && Object.hasOwn(PROGRAMS, program) ? PROGRAMS[program] : undefined
  if (known) {
    const open = program === 'ntpd' ? readOpenntpd(message) : undefined
    if (open) return { daemon: 'other', said: open, text: message }
    const said = known.read(message)
    return said || !known.talkative
      ? { daemon: said?.daemon ?? known.daemon, said, text: message }
      : undefined
  }
  for (const name of ALONE) {
    const { daemon, read } = PROGRAMS[name]!
    const said = read(rest)
    if (said) return { daemon, said, text: rest }
  }
  return undefined
}

/** What `chronyd -Q` said each time that it was run. */
const LOOKED = 'chronyd -Q'

/** What a program says that keeps a clock, or sets it. */
export function saidByKeeper(stamped: Stamped): { readonly said: Said | undefined } | undefined {
  const { program } = stamped
  if (program === undefined || !Object.hasOwn(PROGRAMS, program) || PROGRAMS[program]!.talkative)
    return undefined
  return understand(stamped)
}

/** Whether a line of a system log says something of time. */
export function isOfTimekeeper(line: string, nearDay: number): boolean {
  const stamped = readStamp(line, nearDay)
  return stamped !== undefined && understand(stamped) !== undefined
}

export const systemLog: LogFormat = {
  name: 'system log',
  dated: false,
  first: FIRST_OF_STAMPED,
  open(into) {
    // A program that has gone mad writes one line a million times, thousands of them in one second.
    let idle: string | undefined
    const measured = new SampleRows(into, { daemon: 'chrony', format: LOOKED })
    const reader = textLines((line, number) => {
      if (line === idle) return true
      const stamped = readStamp(line, into.nearDay)
      const understood = stamped && understand(stamped)
      if (!understood) return false
      const { daemon, said, text } = understood
      const at = stamped.sinceBoot ? stamped.at : stamped.at - into.baseDay * 86_400
      if (!said) idle = line
      else if (said.only === 'measured')
        measured.add({ at, line: number, source: 'all its sources', offset: said.size, delay: Number.NaN })
      else
        into.tell({
          kind: 'event',
          daemon,
          format: systemLog.name,
          file: into.file,
          line: number,
          at,
          local: stamped.local,
          text: readable(text),
          ...said,
        })
      return true
    })
    return Object.assign(reader, { flush: () => measured.flush() })
  },
}

/** Those of them that may keep a clock, without a word that is understood here. */
const MAY_KEEP =
  /^(?:ntp-daemon|ntpd-rs|openntpd|sysntpd|ptp4l|phc2sys|timemaster|vmtoolsd|connmand|clockwright)/
/** Programs write their lines a little out of order; a clock that was set back by more shows in them. */
const BACK: Seconds = 60
/** Of many lines one tells enough. */
const SELDOM: Seconds = 600

/**
 * Lines of system logs that others wrote: they are no business of ours, and no nonsense either. When they were written is told:
 * the machine ran then. And where their stamps go back.
 */
export const otherPrograms: LogFormat = {
  name: 'other programs',
  dated: false,
  first: FIRST_OF_STAMPED,
  open(into) {
    const readings = new ReadingRows(into, {
      daemon: 'other',
      format: otherPrograms.name,
      quantity: OTHERS_SPOKE,
    })
    let told = Number.NaN
    let last: { readonly at: Seconds; readonly value: number; readonly line: number } | undefined
    const reader = textLines(
      (line, number) => {
        const stamped = readStamp(line, into.nearDay)
        if (stamped === undefined || understand(stamped) || isOfServo(stamped)) return false
        if (stamped.sinceBoot) return true
        const at = stamped.at - into.baseDay * 86_400
        if (MAY_KEEP.test(stamped.program ?? '')) readings.add({ at, value: Number.NaN })
        const before = last
        const back = before !== undefined && before.at - at > BACK
        if (back) readings.add(before)
        last = { at, value: stamped.local ? 1 : 0, line: number }
        if (back || !(Math.abs(at - told) < SELDOM)) {
          readings.add(last)
          told = at
        }
        return true
      },
      { foreign: true },
    )
    return Object.assign(reader, {
      flush() {
        if (last) readings.add(last)
        last = undefined
        readings.flush()
      },
    })
  },
}
