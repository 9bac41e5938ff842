/**
 * A trace record as a row, and back. Clock readings are split into seconds and nanoseconds, because 64 bits of
 * nanoseconds end in the year 2262; everything else is JSON under the record's own names, so that `sqlite3` shows a
 * person what is kept. What JSON cannot say (NaN, the infinities, -0) is written as text: a value is kept exactly.
 *
 * Each row carries a CRC-32 of all its columns. A row whose sum is wrong was never written by us: it is skipped.
 */
import { crc32 } from 'node:zlib'
import { instant, monotonic } from '#core/time/instant.ts'
import { NS_PER_SECOND } from '#core/time/units.ts'
import type { StartedRecord, TraceRecord } from '#core/trace/record.ts'
import { HistoryError } from './error.ts'

export type RecordKind = TraceRecord['kind']

export interface RecordRow {
  readonly key: number
  /** The key of the row before it in the same table. */
  readonly prev: number
  readonly from_s: number
  readonly from_n: number
  readonly mono_s: number
  readonly mono_n: number
  readonly kind: string
  readonly payload: string
  readonly crc: number
}

/** A row before its sum is taken, or after it was checked. */
export type Unsummed = Omit<RecordRow, 'crc'>

type FieldType = 'number' | 'number?' | 'text' | 'text?'
type RecordOf<K extends RecordKind> = Extract<TraceRecord, { kind: K }>

/** Every field of every kind: the compiler complains here when the vocabulary of the trace changes. */
const FIELDS: {
  readonly [K in RecordKind]: { readonly [F in Exclude<keyof RecordOf<K>, 'kind' | 'at'>]: FieldType }
} = {
  started: { version: 'text', boot: 'text' },
  sample: {
    source: 'text',
    address: 'text',
    offset: 'number',
    delay: 'number',
    dispersion: 'number',
    rootDistance: 'number',
    stratum: 'number',
    leap: 'text',
    poll: 'number',
  },
  estimate: {
    offset: 'number',
    errorBound: 'number',
    frequencyError: 'number?',
    frequencyErrorBound: 'number?',
    jitter: 'number',
    source: 'text?',
    survivors: 'number',
  },
  step: { size: 'number', uncertainty: 'number', by: 'text' },
  disruption: {
    what: 'text',
    witness: 'text',
    lost: 'number?',
    uncertainty: 'number?',
    within: 'number?',
    amends: 'number?',
  },
  recovered: { after: 'number', witness: 'text', lost: 'number?', uncertainty: 'number?' },
  source: { source: 'text', address: 'text', state: 'text', reason: 'text' },
  notice: { name: 'text', text: 'text' },
}

export const isMeasurement = (kind: string): kind is 'sample' | 'estimate' =>
  kind === 'sample' || kind === 'estimate'

export function encodeRecord(record: TraceRecord, { key, prev }: Pick<RecordRow, 'key' | 'prev'>): Unsummed {
  const wall = splitTime(record.at.wall)
  const mono = splitTime(record.at.monotonic)
  const fields = record as unknown as Readonly<Record<string, unknown>>
  const kept: Record<string, unknown> = {}
  for (const name of Object.keys(FIELDS[record.kind])) kept[name] = encodeValue(fields[name])
  return {
    key,
    prev,
    from_s: wall.s,
    from_n: wall.n,
    mono_s: mono.s,
    mono_n: mono.n,
    kind: record.kind,
    payload: JSON.stringify(kept),
  }
}

/** Undefined when the row was written in a vocabulary that we do not know. */
export function decodeRecord(row: Unsummed): TraceRecord | undefined {
  const fields = FIELDS[row.kind as RecordKind] as Readonly<Record<string, FieldType>> | undefined
  const payload = decodePayload(row)
  if (fields === undefined || payload === undefined) return undefined
  const record: Record<string, unknown> = {
    kind: row.kind,
    at: {
      wall: instant(joinTime(row.from_s, row.from_n)),
      monotonic: monotonic(joinTime(row.mono_s, row.mono_n)),
    },
  }
  for (const [name, type] of Object.entries(fields)) {
    const value = type.startsWith('number') ? decodeNumber(payload[name]) : payload[name]
    if (
      value === undefined
        ? !type.endsWith('?')
        : typeof value !== (type.startsWith('number') ? 'number' : 'string')
    )
      return undefined
    record[name] = value
  }
  return record as unknown as TraceRecord
}

/** The fields as they were written: enough for a plot, and faster. */
export function decodePayload(row: Unsummed): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(row.payload) as Record<string, unknown>
  } catch {
    return undefined
  }
}

export const bootOf = (row: Unsummed): string | undefined =>
  row.kind === 'started' ? (decodeRecord(row) as StartedRecord | undefined)?.boot : undefined

const UNSAYABLE = new Map([NaN, Infinity, -Infinity, -0].map(n => [Object.is(n, -0) ? '-0' : String(n), n]))

function encodeValue(value: unknown): unknown {
  if (typeof value !== 'number') return value
  if (Object.is(value, -0)) return '-0'
  return Number.isFinite(value) ? value : String(value)
}

export const decodeNumber = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : UNSAYABLE.get(value as string)

export function splitTime(ns: bigint): { s: number; n: number } {
  const rest = ns % NS_PER_SECOND
  const n = rest < 0n ? rest + NS_PER_SECOND : rest
  const s = Number((ns - n) / NS_PER_SECOND)
  if (!Number.isSafeInteger(s)) throw new HistoryError('not-storable', `no clock reads ${ns} ns`)
  return { s, n: Number(n) }
}

export const joinTime = (s: number, n: number): bigint => BigInt(s) * NS_PER_SECOND + BigInt(n)

export const recordSum = (row: Unsummed): number =>
  crc32(
    `${row.key} ${row.prev} ${row.from_s} ${row.from_n} ${row.mono_s} ${row.mono_n} ${row.kind} ${row.payload}`,
  )
