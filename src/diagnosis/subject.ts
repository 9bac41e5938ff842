/** What a rule judges: one host's measured log, with what is known of its daemon, and words for its times. */

import { type Stop, stopsSeen } from '#analysis/log/corrections/stops.ts'
import type { Disturbance, Disturbances } from '#analysis/log/disturbances/disturbance.ts'
import { findDisturbances } from '#analysis/log/disturbances/disturbances.ts'
import type { HostLog } from '#analysis/log/host-log.ts'
import { instantAt } from '#core/time/civil.ts'
import { signed } from '#core/time/format.ts'
import type { Instant } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { type Daemon, type LogEvent, NAME_OF_NO_SOURCE, NO_SOURCE } from '#core/trace/series.ts'
import { type Keeper, keeperOf } from './keeper.ts'
import { momentsOf } from './when.ts'

export interface Subject {
  readonly log: HostLog
  readonly keeper: Keeper
  readonly disturbances: Disturbances
  readonly sourceName: (source: number) => string
  /** By the index of the file; not known of text that comes without. */
  readonly fileName: (file: number) => string | undefined
  readonly instantOf: (at: Seconds) => Instant
  /** When that was, for people. */
  readonly when: (at: Seconds) => string
}

export interface SubjectOf {
  readonly log: HostLog
  readonly daemon: Daemon
  readonly baseDay: number
  readonly sourceNames: readonly string[]
  readonly fileNames?: readonly string[] | undefined
}

export function subjectOf({ log, daemon, baseDay, sourceNames, fileNames }: SubjectOf): Subject {
  return {
    log,
    keeper: keeperOf(log, daemon),
    disturbances: findDisturbances(log, daemon),
    sourceName: source =>
      sourceNames[source] ?? (source === NO_SOURCE ? NAME_OF_NO_SOURCE : `source ${source}`),
    fileName: file => fileNames?.[file],
    instantOf: at => instantAt(at, baseDay),
    when: momentsOf(log, baseDay),
  }
}

/** One line may tell more than one thing. */
export const onceEach = (events: readonly LogEvent[]): LogEvent[] => [
  ...new Map(events.map(event => [`${event.file}:${event.line}`, event])).values(),
]

export const evidenceOf = (event: LogEvent): { text: string; file: number; line: number } => ({
  text: event.text,
  file: event.file,
  line: event.line,
})

/** The lines in which a disturbance shows: measurements of a source, or what its daemon did about it. */
export const seenIn = (
  { lines, sources, size }: Disturbance,
  { keeper, sourceName }: Subject,
  how: string,
): { text: string; file: number; line: number }[] =>
  lines.map(({ file, line }, i) => ({
    text:
      sources[i] === undefined
        ? `${keeper.name} found the clock wrong by ${signed(size)}`
        : `offset against ${sourceName(sources[i])} changed by ${signed(size)} ${how}`,
    file,
    line,
  }))

/** From the first of them to the last; not known when they have no stamps. */
export function spanOf(events: readonly LogEvent[]): { from: Seconds | undefined; to: Seconds | undefined } {
  const times = events.map(({ at }) => at).filter(Number.isFinite)
  if (times.length === 0) return { from: undefined, to: undefined }
  return { from: Math.min(...times), to: Math.max(...times) }
}

/** When ntpd was started again, by its measurements alone. */
export const seenStarts = (subject: Subject): Seconds[] => seenStops(subject).map(({ to }) => to)

/** When it did not run, by the same. */
export const seenStops = ({ log, keeper, disturbances }: Subject): Stop[] =>
  keeper.daemon === 'ntpd' ? stopsSeen(log, disturbances.own) : []
