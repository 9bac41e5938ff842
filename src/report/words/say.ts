/** Numbers in words. A sign is easy to misread, so an offset always says "ahead" or "behind". Unknown is "–", never 0. */
import { duration, rate } from '#core/time/format.ts'

export const UNKNOWN = '–'

/** `12.3 µs behind`. Positive is behind. */
export function aheadOrBehind(offset: number | null | undefined): string {
  if (offset === null || offset === undefined) return UNKNOWN
  if (offset === 0) return 'exactly right'
  return `${duration(Math.abs(offset))} ${offset > 0 ? 'behind' : 'ahead'}`
}

export const length = (seconds: number | null | undefined): string => duration(seconds ?? undefined)

/** `± 310 µs`. */
export const plusMinus = (seconds: number | null | undefined): string =>
  seconds === null || seconds === undefined ? UNKNOWN : `± ${duration(seconds)}`

/** `11.3 ppm fast`. Positive gains. */
export function fastOrSlow(value: number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN
  if (value === 0) return 'neither fast nor slow'
  return `${rate(Math.abs(value)).replace(/^\+/, '')} ${value > 0 ? 'fast' : 'slow'}`
}

/** A span of time as one says it: `14 s`, `3 min`, `2.1 h`, `4.5 days`. */
export function span(seconds: number | undefined): string {
  if (seconds === undefined) return UNKNOWN
  if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  if (seconds < 2 * 86_400) return `${(seconds / 3600).toFixed(1)} h`
  return `${(seconds / 86_400).toFixed(1)} days`
}

export function ago(seconds: number | undefined): string {
  if (seconds === undefined) return UNKNOWN
  return seconds < 1 ? 'just now' : `${span(seconds)} ago`
}

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

/** All digits that there are, without an exponent. */
export function exact(value: number, unit: string): string {
  const text = value.toFixed(15).replace(/\.?0+$/, '')
  return `${text === '-0' ? '0' : text}${unit ? ` ${unit}` : ''}`
}
