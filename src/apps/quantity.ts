/** Quantities as people write them on a command line or in a configuration: a number and a unit. */
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

const BYTES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
}

/** `256MB` is 256 000 000; undefined when it is no size. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text.trim())
  const unit = match && BYTES[match[2]!.toLowerCase()]
  return unit ? Math.round(Number(match![1]) * unit) : undefined
}
