/** The stretch of time that is shown: the newest so and so long, moving along, or a fixed one. And how it is changed. */
import { computed, signal } from '@preact/signals'
import { go, place } from '../go.ts'
import { wallNow } from '../live.ts'
import { RANGES, type Range, type Span } from '../place.ts'

/** The oldest reading that is kept, once something was loaded. */
export const oldest = signal<number | undefined>(undefined)

/** No plot is wider than so many pixels; a live window moves by one pixel at a time. */
const PIXELS = 1000
const SHORTEST = 1
const LONGEST = 100 * 365.25 * 86_400

const liveEnd = computed(() => {
  const now = wallNow.value
  if (now === undefined) return undefined
  const step = Math.max(1, lengthOf(place.value.range) / PIXELS)
  return Math.ceil(now / step) * step
})

export const shown = computed<Span | undefined>(() => {
  const { window, range } = place.value
  if (window) return window
  const to = liveEnd.value
  return to === undefined ? undefined : { from: to - lengthOf(range), to }
})

export const isLive = computed(() => place.value.window === undefined)

/** "All" begins at the oldest reading, with a little air. */
function lengthOf(range: Range): number {
  const fixed = RANGES[range]
  if (fixed !== undefined) return fixed
  const from = oldest.value
  return from === undefined ? RANGES['7d'] : Math.max(600, ((wallNow.peek() ?? from) - from) * 1.02)
}

export const follow = (): void => go({ window: undefined })

export function zoomTo(span: Span, how: 'push' | 'replace' = 'push'): void {
  const length = Math.min(LONGEST, Math.max(SHORTEST, span.to - span.from))
  const middle = (span.from + span.to) / 2
  go({ window: { from: middle - length / 2, to: middle + length / 2 } }, how)
}

/** Factor below 1 zooms in, around `at` or the middle. */
export function zoomBy(factor: number, at?: number): void {
  const span = shown.value
  if (!span) return
  const around = at ?? (span.from + span.to) / 2
  zoomTo({ from: around + (span.from - around) * factor, to: around + (span.to - around) * factor })
}

/** By a part of the window: negative is earlier. */
export function panBy(part: number): void {
  const span = shown.value
  if (!span) return
  const by = (span.to - span.from) * part
  zoomTo({ from: span.from + by, to: span.to + by }, place.value.window ? 'replace' : 'push')
}
