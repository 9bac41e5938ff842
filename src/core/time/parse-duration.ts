/** Durations as people write them on a command line, in a configuration or in a scenario: a number and a unit. */
import type { Seconds } from './units.ts'

/** As powers of ten, so that `20us` is the number that 0.00002 is. */
const SMALL = new Map(Object.entries({ ns: 'e-9', us: 'e-6', µs: 'e-6', ms: 'e-3' }))
const LARGE = new Map<string, Seconds>(Object.entries({ '': 1, s: 1, m: 60, min: 60, h: 3600, d: 86_400 }))

/** `10ms` is 0.01; undefined when it is no duration. */
export function parseDuration(text: string): Seconds | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*([a-zµ]*)$/.exec(text.trim())
  if (!match) return undefined
  const [, digits, unit] = match as unknown as [string, string, string]
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
