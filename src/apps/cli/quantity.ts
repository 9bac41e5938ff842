/** Durations as people write them on a command line: a number and a unit, or plain seconds. */
import type { Seconds } from '#core/time/units.ts'

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

/** `10ms` is 0.01; undefined when it is no positive duration. */
export function parseDuration(text: string): Seconds | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*([a-zµ]*)$/.exec(text.trim())
  const unit = match && (match[2] === '' ? 1 : UNITS[match[2]!])
  return unit ? Number(match![1]) * unit : undefined
}
