/** Records that carry a number: two kinds of measurements and an event, 8 s apart. */
import { instant, monotonic } from '#core/time/instant.ts'
import type { TraceRecord } from '#core/trace/record.ts'

const BEGIN = 1_795_258_800_000_000_000n

export function numbered(number: number): TraceRecord {
  const ns = BigInt(number) * 8_000_000_000n
  const at = { wall: instant(BEGIN + ns), monotonic: monotonic(ns) }
  if (number % 3 === 0) return { kind: 'notice', at, name: 'number', text: String(number) }
  const common = {
    at,
    offset: number,
    delay: 0.01,
    dispersion: 1e-4,
    rootDistance: 0.02,
    stratum: 2,
    poll: 3,
  }
  return { ...common, kind: 'sample', source: `source-${number % 2}`, address: '192.0.2.1', leap: 'none' }
}

export const numberOf = (record: TraceRecord): number =>
  record.kind === 'notice' ? Number(record.text) : record.kind === 'sample' ? record.offset : Number.NaN
