/**
 * The wire to the agent: status once a second, records as they are written. When it breaks, what was known stays and
 * grows old in plain sight. Ages are differences of the machine's own counter plus what passed here since: neither the
 * browser's wall clock nor the machine's is trusted with them.
 */
import { computed, signal } from '@preact/signals'
import { parseDecimal } from '#core/time/format.ts'
import { type ReadingBody, type RecordBody, type StatusBody, unixSeconds } from '#report/bodies.ts'

/** Statuses come every second; after three are missing, something is wrong. */
const SILENCE_MS = 3500
/** A page that nobody looks at lets go of its stream. */
const HIDDEN_MS = 60_000
const RETRY_MS = 3000

export const status = signal<StatusBody | undefined>(undefined)
export const link = signal<'connecting' | 'live' | 'lost'>('connecting')
/** Seconds since the status was received. */
export const elapsed = signal(0)

/** The machine's wall clock now, in seconds since 1970, fine enough for axes. */
export const wallNow = computed(() =>
  status.value ? unixSeconds(status.value.clock.now) + elapsed.value : undefined,
)

const listeners = new Set<(record: RecordBody) => void>()
const resets = new Set<() => void>()

/** Live records. The answer ends it. */
export const onRecord = (listener: (record: RecordBody) => void) => subscribe(listeners, listener)
/** Something was missed and what was loaded should be asked for again. */
export const onReset = (listener: () => void) => subscribe(resets, listener)

export function ageOf(at: ReadingBody | null | undefined): number | undefined {
  const now = status.value?.clock.now
  if (!now || !at) return undefined
  return Number(parseDecimal(now.monotonic)! - parseDecimal(at.monotonic)!) / 1e9 + elapsed.value
}

let source: EventSource | undefined
let receivedAt = performance.now()
let lastId: string | undefined
let retry: ReturnType<typeof setTimeout> | undefined
let hiding: ReturnType<typeof setTimeout> | undefined

export function connect(): void {
  open()
  setInterval(watch, 500)
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiding)
    if (document.hidden) hiding = setTimeout(close, HIDDEN_MS)
    else if (!source) open()
  })
  addEventListener('pagehide', close)
  addEventListener('pageshow', () => source ?? open())
}

function open(): void {
  clearTimeout(retry)
  source = new EventSource(`/api/stream${lastId ? `?after=${encodeURIComponent(lastId)}` : ''}`)
  source.addEventListener('status', event => {
    const again = link.value === 'lost'
    receivedAt = performance.now()
    elapsed.value = 0
    status.value = JSON.parse(event.data)
    link.value = 'live'
    // What was written meanwhile comes by itself only when the agent is still the same.
    if (again && lastId === undefined) for (const listener of resets) listener()
  })
  source.addEventListener('record', event => {
    lastId = event.lastEventId
    const record = JSON.parse(event.data) as RecordBody
    for (const listener of listeners) listener(record)
  })
  source.addEventListener('reset', () => {
    lastId = undefined
    for (const listener of resets) listener()
  })
  source.onerror = () => {
    if (status.value) link.value = 'lost'
    // After an answer that is no stream the browser does not try again by itself.
    if (source?.readyState !== EventSource.CLOSED) return
    source = undefined
    clearTimeout(retry)
    retry = setTimeout(open, RETRY_MS)
  }
}

function close(): void {
  clearTimeout(retry)
  source?.close()
  source = undefined
}

function watch(): void {
  const silent = performance.now() - receivedAt
  if (silent < 1500) return
  elapsed.value = silent / 1000
  if (silent > SILENCE_MS && status.value) link.value = 'lost'
}

function subscribe<T>(set: Set<T>, listener: T): () => void {
  set.add(listener)
  return () => set.delete(listener)
}
