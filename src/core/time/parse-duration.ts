/** Durations as people write them on a command line, in a configuration or in a scenario: a number and a unit. */
import type { Seconds } from './units.ts'

const UNITS: Readonly<Record<string, Seconds>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
}

/** `10ms` is 0.01; undefined when it is no duration. */
export function parseDuration(text: string): Seconds | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*([a-zµ]*)$/.exec(text.trim())
  const unit = match && (match[2] === '' ? 1 : UNITS[match[2]!])
  return unit ? Number(match![1]) * unit : undefined
}

/** `-50ms` is −0.05; undefined when it is no duration with or without a sign. */
export function parseSigned(text: string): Seconds | undefined {
  const [, sign, size] = /^\s*([-+−]?)(.*)$/.exec(text)!
  const value = parseDuration(size!)
  return value === undefined ? undefined : sign === '' || sign === '+' ? value : -value
}
