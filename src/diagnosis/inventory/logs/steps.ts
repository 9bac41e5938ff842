/**
 * Steps of the clock in the logs of the system: by programs that say so themselves (ntpdate, ntpd, chronyd, VirtualBox), and those
 * that others noticed (systemd until 241, chronyd). Steps that come at a fixed time are the mark of a job or of a tool; those of a daemon
 * that had kept the clock for a while, of a clock that jumped.
 */
import type { Files } from '#core/guest/files.ts'
import type { ClockSteps, Place, StepsInRun } from '#core/guest/inventory.ts'
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import { readStamp } from '#dialects/log/stamp.ts'
import { isBanner } from '../daemons/banner.ts'
import { at } from '../place.ts'
import { type LogLine, linesOfLog } from './log-lines.ts'
import { systemLogs } from './system-logs.ts'

/** Words of ntpdate 4.2, ntpd 4.2, chronyd 1.24 to 4.6, systemd 208 to 241 and VBoxService 4 to 7; the size is in seconds. */
const SENTENCES: readonly (readonly [pattern: RegExp, by: string | undefined])[] = [
  [/\bntpdate(?:\[\d+\])?: .*step time server \S+ offset (-?\d+\.\d+) sec/, 'ntpdate'],
  [/\bntpd(?:\[\d+\])?: .*(?:time reset|clock_step|time set) ([+-]?\d+\.\d+) ?s/, 'ntpd'],
  [/System clock was stepped by (-?\d+\.\d+) seconds/, 'chronyd'],
  [/VBoxService.*(?:Radical guest time change|time sync.*set)()/i, 'VBoxService'],
  [/systemd\[\d+\]: Time has been changed()/, undefined],
  [/(?:Forward|Backward) time jump detected!()/, undefined],
]

export const isOfSteps = (line: string): boolean => SENTENCES.some(([pattern]) => pattern.test(line))

interface Step {
  readonly at: Seconds
  /** Of a process that had set the clock before, or was started long ago. */
  readonly inRun: boolean
  readonly size: Seconds | undefined
  readonly place: Place
}

const MOST_PLACES = 3

export function findSteps(files: Files): ClockSteps[] {
  const found = new Map<string | undefined, Step[]>()
  let end: Seconds | undefined
  for (const log of systemLogs(files)) {
    /** When each process is known to have been at work. */
    const seen = new Map<string, Seconds>()
    const lines = linesOfLog(files, log)
    for (const { text, path, line } of lines) {
      if (text.length > LONGEST) continue
      if (isBanner(text)) {
        const started = readStamp(text, 0)
        if (started) seen.set(processOf(text), started.at)
      }
      const step = readStep(text)
      if (!step) continue
      const { by, at: when, size } = step
      const since = seen.get(processOf(text))
      // The stamp of a step may be by the clock that was set: then so much later than it was decided.
      const inRun = since !== undefined && when - Math.max(0, size ?? 0) - since > START
      if (since === undefined) seen.set(processOf(text), when - START)
      found.set(by, [...(found.get(by) ?? []), { at: when, inRun, size, place: at(path, text, line) }])
    }
    // Other logs of the system hold the same lines.
    if (found.size > 0) {
      end = endOf(lines)
      break
    }
  }
  return [...found].flatMap(([by, all]) => {
    const steps = by === undefined ? all.filter(({ at }) => !isSaid(at, found)) : all
    if (steps.length === 0) return []
    const sizes = steps.flatMap(({ size }) => size ?? [])
    return {
      by,
      count: steps.length,
      every: periodOf(steps.map(step => step.at)),
      size: sizes.length > 0 ? upperMedian(sizes) : undefined,
      evidence: placesOf(steps),
      ...whileRunning(steps, end),
    }
  })
}

const placesOf = (steps: readonly Step[]): Place[] => steps.slice(-MOST_PLACES).map(({ place }) => place)

/** What a program says of its own step others notice, too. */
const isSaid = (at: Seconds, found: ReadonlyMap<string | undefined, readonly Step[]>): boolean =>
  [...found].some(([by, steps]) => by !== undefined && steps.some(step => Math.abs(step.at - at) <= SAME))

/** `chronyd[812]`, `ntpd[700]`; without a number it is one. */
const processOf = (text: string): string => /\b(?:chronyd|ntpd)(?:\[\d+\])?(?=:)/.exec(text)?.[0] ?? ''

/** What a daemon sets right when it starts is none of these. */
const START: Seconds = 900

function whileRunning(steps: readonly Step[], end: Seconds | undefined): Pick<ClockSteps, 'inRun'> {
  const of = (direction: 1 | -1): StepsInRun | undefined => {
    const own = steps.filter(({ inRun, size = 0 }) => inRun && Math.sign(size) === direction)
    const largest = direction * Math.max(0, ...own.map(({ size = 0 }) => Math.abs(size)))
    const last = own.at(-1)
    if (!last) return undefined
    const gaps = own.slice(1).map(({ at }, i) => at - own[i]!.at)
    return {
      count: own.length,
      largest,
      evidence: placesOf(own),
      quiet: end === undefined ? undefined : forwardOnly(end - last.at),
      apart: gaps.length > 0 ? forwardOnly(Math.max(...gaps)) : undefined,
    }
  }
  const [forward, back] = [of(1), of(-1)]
  return forward || back ? { inRun: { ...(forward && { forward }), ...(back && { back }) } } : {}
}

const YEAR: Seconds = 365 * 86_400
/** No clock was set back by so much: stamps without a year went over the end of one. */
const TURN: Seconds = -30 * 86_400

function forwardOnly(time: Seconds): Seconds | undefined {
  if (time < TURN) return forwardOnly(time + YEAR)
  return time >= 0 ? time : undefined
}

/** The stamp of the last line that has one. */
function endOf(lines: readonly LogLine[]): Seconds | undefined {
  for (const { text } of lines.toReversed()) {
    const stamped = text.length > LONGEST ? undefined : readStamp(text, 0)
    if (stamped) return stamped.at
  }
  return undefined
}

const LONGEST = 1000

function readStep(
  text: string,
): { by: string | undefined; at: Seconds; size: Seconds | undefined } | undefined {
  for (const [pattern, by] of SENTENCES) {
    const match = pattern.exec(text)
    // Only the distance of two lines matters, so any year will do.
    const stamped = match && readStamp(text, 0)
    if (stamped) return { by, at: stamped.at, size: match[1] ? Number(match[1]) : undefined }
  }
  return undefined
}

/** So many alike are no chance. */
const MANY = 4
const SHORTEST: Seconds = 5
/** cron starts its jobs in the first second of a minute, and a log has whole seconds. */
const SAME: Seconds = 3
const MOST_LEFT_OUT = 12
const MINUTE: Seconds = 60

/** The usual distance, when nearly all are that or a small multiple of it. */
function periodOf(times: readonly Seconds[]): Seconds | undefined {
  const gaps = times.slice(1).map((time, i) => time - times[i]!)
  const period = upperMedian(gaps)
  if (times.length < MANY || period < SHORTEST) return undefined
  const regular = gaps.filter(gap => {
    const times = Math.round(gap / period)
    return times >= 1 && times <= MOST_LEFT_OUT && Math.abs(gap - times * period) <= SAME * times
  })
  if (regular.length < 0.8 * gaps.length) return undefined
  // Jobs begin with the minute; what is a second off is the log.
  const whole = Math.round(period / MINUTE) * MINUTE
  return Math.abs(period - whole) <= SAME && whole > 0 ? whole : period
}
