/**
 * The data behind the plots: asked for when the window changes, and kept fresh by the live records in between.
 * A newer question always wins over an older answer.
 */
import { signal } from '@preact/signals'
import { parseDecimal } from '#core/time/format.ts'
import type { RecordBody, RecordKind, SeriesBody } from '#report/bodies.ts'
import { unixSeconds } from '#report/bodies.ts'
import { type Event, eventOf } from '#report/words/event.ts'
import { askEvents, askSeries } from '../ask.ts'
import type { Span } from '../place.ts'
import { askBreaks, isBreak } from './breaks.ts'
import { emptyTrack, push, type Track, trackOf } from './pieces.ts'
import { oldest } from './window.ts'

export interface Loaded {
  readonly offset: Track
  readonly bound: Track
  readonly frequency: Track
  readonly frequencyBound: Track
  readonly sources: ReadonlyMap<string, Measured>
  /** When what was known before ended. */
  readonly breaks: readonly number[]
  /** The distance of points in seconds: nothing smaller can be told apart. */
  readonly resolution: number
  readonly events: readonly Event[]
  readonly truncated: boolean
}

export interface Measured {
  readonly offset: Track
  readonly delay: Track
  readonly poll: Track
}

export const loaded = signal<Loaded | undefined>(undefined)
export const failure = signal<string | undefined>(undefined)

const EVENT_KINDS: readonly RecordKind[] = ['started', 'step', 'disruption', 'recovered', 'notice', 'source']
const BUCKETS = 600
const MOST_EVENTS = 300

let asking: AbortController | undefined
/** How many live records came so far. */
let heard = 0

export async function load(window: Span, sources: readonly string[]): Promise<void> {
  asking?.abort()
  asking = new AbortController()
  const { signal } = asking
  const seen = heard
  const series = (of: SeriesBody['of'], source?: string) =>
    askSeries({ of, window, buckets: BUCKETS, ...(source === undefined ? {} : { source }) }, signal)
  try {
    const measured = async (name: string): Promise<[string, Measured]> => {
      const [offset, delay, poll] = await Promise.all([
        series('sample.offset', name),
        series('sample.delay', name),
        series('sample.poll', name),
      ])
      return [name, { offset: trackOf(offset), delay: trackOf(delay), poll: trackOf(poll) }]
    }
    const [offset, bound, frequency, frequencyBound, events, breaks, ...samples] = await Promise.all([
      series('estimate.offset'),
      series('estimate.errorBound'),
      series('estimate.frequencyError'),
      series('estimate.frequencyErrorBound'),
      askEvents({ window, kinds: EVENT_KINDS, limit: MOST_EVENTS }, signal),
      askBreaks(window, signal),
      ...sources.map(measured),
    ])
    if (signal.aborted) return
    // A record that came while the answers were on their way may be in some of them and not in others.
    if (seen !== heard) return load(window, sources)
    loaded.value = {
      offset: trackOf(offset),
      bound: trackOf(bound),
      frequency: trackOf(frequency),
      frequencyBound: trackOf(frequencyBound),
      events: events.records.map(eventOf),
      truncated: events.truncated,
      sources: new Map(samples),
      breaks,
      resolution: (window.to - window.from) / BUCKETS,
    }
    failure.value = undefined
  } catch (error) {
    if (!signal.aborted) failure.value = error instanceof Error ? error.message : String(error)
  }
}

/** Where "all" begins: an answer without a given begin says where it is. */
export async function findOldest(): Promise<void> {
  const { from } = await askEvents({ limit: 1 })
  oldest.value = Number(parseDecimal(from)!) / 1e9
}

/** A live record goes to the end of what is there, wherever its clock says it belongs. */
export function append(record: RecordBody): void {
  heard++
  const now = loaded.value
  if (!now) return
  const x = unixSeconds(record.at)
  if (record.kind === 'estimate') {
    push(now.offset, x, record.offset)
    push(now.bound, x, record.errorBound)
    push(now.frequency, x, record.frequencyError)
    push(now.frequencyBound, x, record.frequencyErrorBound)
  } else if (record.kind === 'sample') {
    const tracks = now.sources.get(record.source) ?? nothingMeasured()
    push(tracks.offset, x, record.offset)
    push(tracks.delay, x, record.delay)
    push(tracks.poll, x, record.poll)
    loaded.value = { ...now, sources: new Map([...now.sources, [record.source, tracks]]) }
    return
  } else {
    const breaks = isBreak(record) ? [...now.breaks, x] : now.breaks
    loaded.value = { ...now, events: [...now.events, eventOf(record)], breaks }
    return
  }
  loaded.value = { ...now }
}

const nothingMeasured = (): Measured => ({ offset: emptyTrack(), delay: emptyTrack(), poll: emptyTrack() })
