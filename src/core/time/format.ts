/**
 * How times are written for people and for programs. Programs get decimal seconds with nine digits for an instant
 * (a JSON number would lose the nanoseconds) and plain numbers for differences. People get an SI prefix and a sign.
 */
import { civil, dayOf } from './civil.ts'
import type { Instant } from './instant.ts'
import { NS_PER_SECOND, type Rate, type Seconds } from './units.ts'

/** Decimal seconds since 1970 with nine digits: `1795258202.000000001`. Parsed back by `parseInstant`. */
export function decimal(at: bigint): string {
  const sign = at < 0n ? '-' : ''
  const abs = at < 0n ? -at : at
  return `${sign}${abs / NS_PER_SECOND}.${(abs % NS_PER_SECOND).toString().padStart(9, '0')}`
}

/** The inverse of `decimal`; undefined when the text is not decimal seconds with at most nine digits. */
export function parseDecimal(text: string): bigint | undefined {
  const match = /^(-?)(\d{1,40})(?:\.(\d{1,9}))?$/.exec(text)
  if (!match) return undefined
  const abs = BigInt(match[2]!) * NS_PER_SECOND + BigInt((match[3] ?? '').padEnd(9, '0'))
  return match[1] === '-' ? -abs : abs
}

/** RFC 3339 in UTC with `digits` decimals, for the years 0000 to 9999: `2026-11-21T10:50:05.123456Z`. */
export function rfc3339(at: Instant, digits = 6): string {
  const seconds = at >= 0n ? at / NS_PER_SECOND : -((-at + NS_PER_SECOND - 1n) / NS_PER_SECOND)
  const fraction = (at - seconds * NS_PER_SECOND).toString().padStart(9, '0').slice(0, digits)
  const { year, month, day } = civil(dayOf(at))
  const rest = ((Number(seconds) % 86400) + 86400) % 86400
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(two).join(':')
  return `${year.toString().padStart(4, '0')}-${two(month)}-${two(day)}T${clock}${digits > 0 ? `.${fraction}` : ''}Z`
}

const two = (n: number) => n.toString().padStart(2, '0')

const SCALES = [
  { above: 1, unit: 's', factor: 1 },
  { above: 1e-3, unit: 'ms', factor: 1e3 },
  { above: 1e-6, unit: 'µs', factor: 1e6 },
  { above: 0, unit: 'ns', factor: 1e9 },
] as const

/** A duration with three significant digits and an SI prefix: `12.3 µs`, `85.4 s`. Unknown is `–`, never 0. */
export function duration(value: Seconds | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞'
  const size = Math.abs(value)
  if (size === 0) return '0 s'
  if (size >= 600) return longDuration(value)
  const scale = SCALES.find(s => size >= s.above * 0.9995) ?? SCALES[3]
  return `${significant(value * scale.factor)} ${scale.unit}`
}

/** The same with an explicit sign, for offsets. */
export const signed = (value: Seconds | undefined): string =>
  value === undefined || Number.isNaN(value) ? '–' : `${value < 0 ? '-' : '+'}${duration(Math.abs(value))}`

/** A rate in ppm with an explicit sign: `+26.02 ppm`. Beyond 1 % it is a percentage. */
export function rate(value: Rate | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–'
  const sign = value < 0 ? '-' : '+'
  const size = Math.abs(value)
  if (size >= 0.01) return `${sign}${significant(size * 100)} %`
  return `${sign}${size * 1e6 >= 100 ? (size * 1e6).toFixed(1) : (size * 1e6).toFixed(3)} ppm`
}

function longDuration(value: Seconds): string {
  const sign = value < 0 ? '-' : ''
  const s = Math.abs(value)
  if (s < 2 * 3600) return `${sign}${(s / 60).toFixed(0)} min`
  if (s < 2 * 86400) return `${sign}${(s / 3600).toFixed(1)} h`
  if (s < 2 * 365.25 * 86400) return `${sign}${(s / 86400).toFixed(1)} d`
  return `${sign}${(s / (365.25 * 86400)).toFixed(1)} years`
}

function significant(value: number): string {
  const size = Math.abs(value)
  if (size >= 99.95) return value.toFixed(0)
  if (size >= 9.995) return value.toFixed(1)
  return value.toFixed(2)
}
