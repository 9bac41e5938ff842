/**
 * The sources that a report lists (chronyc, ntpq, ntp-ctl), and, where the daemon follows none of them, what they say together. Those whose
 * offsets are near each other form a camp, and only a camp of more than half of them says what the time is.
 */
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import type { Reported } from '#core/guest/inventory.ts'
import type { Seconds } from '#core/time/units.ts'
import type { EventName, LogEvent } from '#core/trace/series.ts'
import { UNSYNCHRONISED } from '#dialects/island.ts'

/** ntpd's step threshold: nearer than that, offsets of one moment are no contradiction. */
export const NEAR: Seconds = STEP_THRESHOLD
/** The clock of the machine itself, listed like a source: followed, it is as if none were. */
const OWN_CLOCK = /^(?:local clock|LOCAL\(\d+\)|127\.127\.1\.\d+)$/
export const isOwnClock = ({ source }: Pick<Told, 'source'>): boolean =>
  source !== undefined && OWN_CLOCK.test(source)

/** What is told of a source: an event of a report, or what a copy holds of one. */
export interface Told {
  readonly what: EventName | Reported['says']
  readonly source?: string | undefined
  readonly size: number
}

export interface Refused<T extends Told = LogEvent> {
  /** Those that it hears well and refuses. */
  readonly refused: readonly T[]
  /** Of these, such as are too far from a clock that is right, and such as vary too much. */
  readonly distant: readonly T[]
  readonly noisy: readonly T[]
  /** Those that say that they are not synchronised themselves. */
  readonly withoutTime: readonly T[]
}

export interface Unfollowed<T extends Told = LogEvent> extends Refused<T> {
  /** Of each source that was heard, its offset. */
  readonly heard: readonly T[]
  /** Those that the daemon marks as falsetickers. */
  readonly marked: readonly T[]
  /** The offsets of more than half of them; undefined when they contradict each other. */
  readonly majority: readonly T[] | undefined
}

/** Undefined when a source is followed, or none was heard. */
export function unfollowedOf<T extends Told>({
  timeless,
}: {
  readonly timeless: readonly T[]
}): Unfollowed<T> | undefined {
  const named = namedIn(timeless)
  if (named.some(({ what }) => what === 'selected')) return undefined
  const heard = lastOf(named, 'offset-now').sort((a, b) => a.size - b.size)
  if (heard.length === 0) return undefined
  const camps = heard.map(each => heard.filter(({ size }) => size >= each.size && size - each.size <= NEAR))
  const largest = camps.reduce((best, camp) => (camp.length > best.length ? camp : best))
  const marked = lastOf(named, 'falseticker')
  // The daemon knows better how sure each of them is.
  const contradicted = 2 * marked.length >= heard.length || 2 * largest.length <= heard.length
  return {
    heard,
    marked,
    ...refusedOf(named),
    majority: contradicted ? undefined : largest,
  }
}

/** Of those that were heard, the ones that the daemon does not use, whomever it follows. */
export function refusedOf<T extends Told>(timeless: readonly T[]): Refused<T> {
  const named = namedIn(timeless)
  const heard = new Set(lastOf(named, 'offset-now').map(({ source }) => source))
  return {
    refused: lastOf(named, 'rejected'),
    distant: lastOf(named, 'too-distant'),
    noisy: lastOf(named, 'jitter-too-high'),
    withoutTime: lastOf(named, 'stratum-now').filter(
      ({ size, source }) => size >= UNSYNCHRONISED && heard.has(source),
    ),
  }
}

const namedIn = <T extends Told>(timeless: readonly T[]): T[] =>
  timeless.filter(each => each.source !== undefined && !isOwnClock(each))

const lastOf = <T extends Told>(named: readonly T[], what: EventName): T[] => [
  ...new Map(named.filter(each => each.what === what).map(each => [each.source, each])).values(),
]
