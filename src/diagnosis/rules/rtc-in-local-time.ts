/**
 * rtc-in-local-time, rtc-far-off: the hardware clock of the machine is in local time, by what is configured or by what it shows,
 * or it shows another time. A guest that starts with it is wrong by that.
 */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import type { Finding } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'

/** Zones differ from UTC by quarters of an hour, up to 14 h. */
const ZONE_STEP: Seconds = 900
const MOST_OF_A_ZONE: Seconds = 14 * 3600
const HOURS: Seconds = 3600
/** What an RTC may be off by itself, after months. */
const FAR: Seconds = 60

export const rtcInLocalTime: Rule = subject => {
  const told = subject.log.timeless.find(({ what }) => what === 'rtc-in-local-time')
  if (told)
    return [
      {
        ...localTime(told),
        what: 'The hardware clock is taken for local time.',
        cost: 'None in a zone without an offset from UTC. Elsewhere the clock is wrong by hours from boot to the first step, and around a change to summer time.',
        remedy: configure(subject.keeper, 'Keep it in UTC.', ['timedatectl set-local-rtc 0']),
      },
    ]
  const shown = subject.log.timeless.find(({ what, size }) => what === 'rtc-behind' && Math.abs(size) >= FAR)
  const off = shown ? undefined : besides(subject)
  return shown ? [otherwise(subject, shown)] : off ? [otherwise(subject, ...off)] : []
}

/** Readings of both clocks that are so near each other in a file are of one session. */
const NEAR_LINES = 40

interface Pair {
  readonly rtc: LogEvent
  readonly system: LogEvent
  readonly behind: Seconds
}

/**
 * What hwclock printed, beside what `date` or timedatectl did. Time passed between the two, so only hours count, or what was read later and
 * shows an earlier time; and another reading of hwclock that agrees was asked to take the RTC for something else.
 */
function besides({ log }: Subject): [rtc: LogEvent, system: LogEvent, behind: Seconds] | undefined {
  const systems = log.timeless.filter(({ what, source }) => what === 'clock-read' && source === undefined)
  const pairs = log.timeless
    .filter(({ what }) => what === 'rtc-read')
    .flatMap(rtc => {
      const near = systems
        .filter(({ file, line }) => file === rtc.file && Math.abs(line - rtc.line) <= NEAR_LINES)
        .flatMap(system => {
          const behind = behindOf(rtc, system)
          return behind === undefined ? [] : [{ rtc, system, behind }]
        })
      return (
        near.sort((a, b) => Math.abs(a.rtc.line - a.system.line) - Math.abs(b.rtc.line - b.system.line))[0] ??
        []
      )
    })
  const [first] = pairs
  const wrong = pairs.every(pair => isHours(pair.behind) || isInWrongOrder(pair))
  return first && wrong ? [first.rtc, first.system, first.behind] : undefined
}

const isHours = (behind: Seconds): boolean =>
  Math.abs(behind) > HOURS / 2 && Math.abs(behind - HOURS * Math.round(behind / HOURS)) < FAR

const isInWrongOrder = ({ rtc, system, behind }: Pair): boolean =>
  Math.abs(behind) >= FAR && behind > 0 === rtc.line > system.line

/** Both in one zone: that of the machine, by its name, or UTC. */
function behindOf(rtc: LogEvent, system: LogEvent): Seconds | undefined {
  const east = /([+-])(\d\d):(\d\d)$/.exec(rtc.text)
  const zone = /^\d{10}\b/.test(system.text) ? 'UTC' : zoneNamed(system.text)
  const universal = zone === 'UTC' || zone === 'GMT'
  if (!east) return zoneNamed(rtc.text) === zone ? system.size - rtc.size : undefined
  const ahead = (east[1] === '-' ? -60 : 60) * (60 * Number(east[2]) + Number(east[3]))
  // Commands of one session with different zones: it is not known which the name stands for.
  if (ahead === 0 && !universal) return undefined
  return system.size - rtc.size - (universal ? 0 : ahead)
}

const zoneNamed = (text: string): string | undefined =>
  / ([A-Z]{2,5}|[+-]\d\d(?:\d\d)?)(?=\s|$)/.exec(text.replace(/\b[AP]M\b/, ''))?.[1]

/** It is taken for UTC, and shows something else. */
function otherwise(subject: Subject, line: LogEvent, system?: LogEvent, behind = line.size): Finding {
  const off = Math.abs(behind)
  const side = behind > 0 ? 'behind' : 'ahead of'
  const zones = Math.round(off / ZONE_STEP)
  const local = off >= HOURS - FAR && off <= MOST_OF_A_ZONE + FAR && Math.abs(off - zones * ZONE_STEP) < FAR
  const common = {
    ...localTime(line),
    measures: { offset: behind },
    ...(system && { evidence: [evidenceOf(system), evidenceOf(line)] }),
  }
  const write = configure(subject.keeper, 'Write the right time into it, in UTC.', [
    'hwclock --systohc --utc',
  ])
  if (!local)
    return {
      ...common,
      name: 'rtc-far-off',
      severity: off > HOURS / 2 ? 'warning' : 'note',
      what: `The hardware clock is ${duration(off)} ${side} the system clock.`,
      cost: 'The next boot starts with that error.',
      remedy: write,
    }
  return {
    ...common,
    severity: 'warning',
    what: `The hardware clock is ${duration(off)} ${side} UTC: it holds the time of a zone, and the system takes it for UTC.`,
    cost: `After each boot the clock is wrong by ${duration(off)} until a daemon steps it.`,
    causes: [
      {
        what: 'the hypervisor shows its guests local time, or another system of this machine (Windows) writes it',
        why: 'the difference is that of a zone',
      },
    ],
    remedy: {
      ...write,
      text: 'Let the hypervisor show UTC (libvirt: <clock offset="utc"/>), and write the right time into it.',
    },
  }
}

const localTime = (line: LogEvent): Omit<Finding, 'what' | 'cost' | 'remedy'> => ({
  name: 'rtc-in-local-time',
  severity: 'note',
  from: undefined,
  to: undefined,
  measures: {},
  evidence: [evidenceOf(line)],
  causes: [],
  confirm: 'timedatectl; the third line of /etc/adjtime.',
})
