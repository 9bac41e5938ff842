/**
 * Durations as people write them on a command line, in a configuration or in a scenario: a number and a unit, or several from the largest
 * unit to the smallest, as in `2h10m`.
 */
import type { Seconds } from './units.ts'

/** As powers of ten, so that `20us` is the number that 0.00002 is. */
const SMALL = new Map(Object.entries({ ns: 'e-9', us: 'e-6', µs: 'e-6', ms: 'e-3' }))
const LARGE = new Map<string, Seconds>(Object.entries({ s: 1, m: 60, min: 60, h: 3600, d: 86_400 }))

const NUMBER = /^(\d+(?:\.\d+)?|\.\d+)$/
/** Of several only the last may have a fraction: nobody writes an hour and a half and ten minutes. */
const PARTS = /^(?:\d+\s*[a-zµ]+\s*)*(?:\d+(?:\.\d+)?|\.\d+)\s*[a-zµ]+$/
const PART = /(\d*\.?\d+)\s*([a-zµ]+)/g

/** `10ms` is 0.01, `1h 30min` is 5400; undefined when it is no duration. */
export function parseDuration(text: string): Seconds | undefined {
  const trimmed = text.trim()
  if (NUMBER.test(trimmed)) return Number(trimmed)
  if (!PARTS.test(trimmed)) return undefined
  let sum: Seconds = 0
  let smaller: Seconds = Number.POSITIVE_INFINITY
  for (const [, digits, unit] of trimmed.matchAll(PART)) {
    const one = secondsOf('1', unit!)
    if (one === undefined || one >= smaller) return undefined
    smaller = one
    sum += secondsOf(digits!, unit!)!
  }
  return sum
}

function secondsOf(digits: string, unit: string): Seconds | undefined {
  const [small, large] = [SMALL.get(unit), LARGE.get(unit)]
  if (small !== undefined) return Number(`${digits}${small}`)
  return large === undefined ? undefined : Number(digits) * large
}

/** `-50ms` is −0.05; undefined when it is no duration with or without a sign. */
export function parseSigned(text: string): Seconds | undefined {
  const [, sign, size] = /^\s*([-+−]?)(.*)$/.exec(text)!
  const value = parseDuration(size!)
  return value === undefined ? undefined : sign === '' || sign === '+' ? value : -value
}
