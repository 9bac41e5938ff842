/**
 * What ptp4l, phc2sys and ts2phc say once in a second: offset in nanoseconds (positive: the clock that is steered is ahead,
 * so it is turned round), the state of the servo (s0 not locked, s1 stepping, s2 locked), frequency in ppb
 * (positive: the clock is slowed down), delay. The stamp is of
 * CLOCK_MONOTONIC, which freezes with the guest and has no date: these times are seconds since the machine's start. In a
 * system log the date of that log stands before it (`ptp4l: [1234.567] …`).
 */
import type { Seconds } from '#core/time/units.ts'
import { type EventName, OFFSET_SIZES } from '#core/trace/series.ts'
import type { Destination, LogFormat } from '../log/format.ts'
import { said } from '../log/said.ts'
import { FIRST_OF_STAMPED, readStamp, type Stamped } from '../log/stamp.ts'
import { textLines } from '../log/text.ts'
import { SampleRows } from '../sample-rows.ts'

const PREFIX = /^(ptp4l|phc2sys|ts2phc)\[(\d{1,12}\.\d{1,9})(?::\d)?\]: (?:\[[^\]]{1,60}\] )?(.*)$/
const PROGRAMS: readonly string[] = ['ptp4l', 'phc2sys', 'ts2phc']
/** Most lines of a system log are others'; one may be an object, and the name a unit's. */
const LOGGED = / (?:ptp4l|phc2sys|ts2phc)\S{0,80}: \[\d|^.{0,6}\{.*"(?:ptp4l|phc2sys|ts2phc)"/
const LOGGED_MESSAGE = /^\[\d{1,12}\.\d{1,9}(?::\d)?\] (?:\[[^\]]{1,60}\] )?(.*)$/
const SERVO =
  /^(?:(\S{1,60}) )?(master|phc|sys|rms|\S{1,60}) offset +(-?\d{1,19}) s([0-3]) freq +([+-]?\d{1,19})(?: (?:path )?delay +(-?\d{1,19}))?$/
/** With `summary_interval`, or -u of phc2sys: of many offsets, without their sign. */
const SUMMARY =
  /^(?:(\S{1,60}) )?rms +(\d{1,19}) max +(\d{1,19}) freq +[+-]?\d{1,19} \+\/- +\d{1,19}(?: delay +(-?\d{1,19}) \+\/- +\d{1,19})?$/
/** Of these the system clock is steered: the others are of a card, which has never been set when they begin. */
const SYSTEM_CLOCK: readonly string[] = ['phc2sys CLOCK_REALTIME', 'phc2sys phc']
/** In ppb: a hundredth, where no clock is and no servo stays that has to put right less than some milliseconds. */
const WILD = 1e7
/** What a port was, and is; of a master, or of one that only listens, it tells nothing of this clock. */
const PORT = /^(port \d{1,5}(?: \([^)]{1,60}\))?): (?:\w+ to (SLAVE)|(?:SLAVE|UNCALIBRATED) to \w+) on /
const CLOCK_CHECK = /^clockcheck: clock jumped (forward|backward) or running/

export const servo: LogFormat = {
  name: 'linuxptp',
  dated: false,
  first: FIRST_OF_STAMPED,
  open(into) {
    const rows = new SampleRows(into, { daemon: 'other', format: servo.name })
    const sizes = new SampleRows(into, { daemon: 'other', format: OFFSET_SIZES })
    /** Whose servo has ever been locked. Before, it measures what it has not begun to steer. */
    const locked = new Set<string>()
    const reader = textLines((text, line) => {
      const spoken = readOwn(text) ?? readLogged(text, into)
      if (!spoken) return false
      const { at, program, message } = spoken
      const tell = (what: EventName, size?: number, source?: string) =>
        into.tell({
          kind: 'event',
          daemon: 'other',
          format: servo.name,
          file: into.file,
          line,
          at,
          text: message,
          ...said(what, { ...(size !== undefined && { size }), source }),
        })
      const one = SERVO.exec(message)
      if (one) {
        const source = `${program} ${one[1] ?? one[2]}`
        const [offset, state, frequency, delay] = [-Number(one[3]) * 1e-9, one[4], Number(one[5]), one[6]]
        if (state !== '0' && Math.abs(frequency) >= WILD) tell('frequency-error', -frequency * 1e-9)
        if (state === '1' && SYSTEM_CLOCK.includes(source)) tell('stepped', offset)
        const first = !locked.has(source)
        if (state !== '0') locked.add(source)
        if (state === '0' && first) tell('no-source')
        else if (state !== '1' || !first)
          rows.add({
            at,
            line,
            source,
            offset,
            delay: delay === undefined ? Number.NaN : Number(delay) * 1e-9,
          })
      }
      const many = SUMMARY.exec(message)
      if (many) {
        const [name, rms, max, delay] = [many[1], Number(many[2]) * 1e-9, Number(many[3]) * 1e-9, many[4]]
        sizes.add({
          at,
          line,
          source: name ? `${program} ${name}` : program,
          offset: rms,
          // The largest of them is no sum of what was measured, and never less than their root mean square.
          dispersion: Math.max(rms, max),
          delay: delay === undefined ? Number.NaN : Number(delay) * 1e-9,
        })
      }
      const jump = CLOCK_CHECK.exec(message)
      if (jump) tell(jump[1] === 'forward' ? 'jumped-forward' : 'jumped-backward')
      const port = PORT.exec(message)
      if (port) tell(port[2] ? 'master-followed' : 'master-lost', undefined, port[1])
      return one !== null || many !== null || jump !== null || port !== null
    })
    return Object.assign(reader, {
      flush: () => {
        rows.flush()
        sizes.flush()
      },
    })
  },
}

interface Spoken {
  readonly at: Seconds
  readonly program: string
  readonly message: string
}

function readOwn(text: string): Spoken | undefined {
  const match = PREFIX.exec(text)
  return match ? { program: match[1]!, at: Number(match[2]), message: match[3]! } : undefined
}

function readLogged(text: string, { nearDay, baseDay }: Destination): Spoken | undefined {
  if (!LOGGED.test(text)) return undefined
  const stamped = readStamp(text, nearDay)
  const message = stamped && messageIn(stamped)
  if (message === undefined) return undefined
  return { program: stamped!.program!, at: stamped!.at - baseDay * 86_400, message }
}

function messageIn({ program, message }: Stamped): string | undefined {
  return PROGRAMS.includes(program ?? '') ? LOGGED_MESSAGE.exec(message)?.[1] : undefined
}

/** Whether a line of a system log is read here, and not, as most of what its ports and clocks say of their states, by nobody. */
export function isOfServo(stamped: Stamped): boolean {
  const message = messageIn(stamped)
  return message !== undefined && [SERVO, CLOCK_CHECK, SUMMARY, PORT].some(shape => shape.test(message))
}
