/** The file is read here as ClockBound's client reads it: docs/PROTOCOL.md and clock-bound-shm of github.com/aws/clock-bound. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Status } from '#core/agent/status.ts'
import { instant, monotonic } from '#core/time/instant.ts'
import { encodeSegment, nextGeneration } from '#report/clockbound.ts'
import { loadLibc } from '#worlds/libc.ts'
import { claimOf, openBoundFile } from './bound-file.ts'

const now = { wall: instant(1_795_258_202_000_000_000n), monotonic: monotonic(5n) }
const status = (more: Partial<Status>): Status => ({
  now,
  state: 'locked',
  offset: -12e-6,
  errorBound: 100e-6,
  frequencyError: 20e-6,
  frequencyErrorBound: 1e-6,
  jitter: 1e-6,
  rootDelay: 0,
  rootDispersion: 0,
  stratum: 2,
  refid: undefined,
  leap: 'none',
  measuredAt: now,
  holding: undefined,
  sources: [],
  ...more,
})

/** As a client does it; `age` seconds after it was written. Undefined while it is being written. */
function read(bytes: Uint8Array, age: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([0x414d5a4e, 0x43420200])
  expect(view.getUint32(8, true)).toBe(bytes.length)
  expect(view.getUint16(12, true)).toBe(2)
  if (view.getUint16(14, true) % 2 === 1) return undefined
  const time = (at: number) =>
    Number(view.getBigInt64(at, true)) + Number(view.getBigInt64(at + 8, true)) / 1e9
  return {
    width: Number(view.getBigInt64(48, true)) / 1e9 + (age * view.getUint32(64, true)) / 1e9,
    status: view.getInt32(68, true),
    asOf: time(16),
    voidAfter: time(32),
  }
}

describe('what is written', () => {
  const at = monotonic(7_250_000_000n)
  const told = (more: Partial<Status>, age = 0) => read(encodeSegment(claimOf(status(more), at), 2), age)!

  test('contains true time: offset and bound together, growing with age', () => {
    expect(told({})).toMatchObject({ status: 1, asOf: 7.25, voidAfter: 1007.25 })
    expect(told({}).width).toBeCloseTo(112e-6, 8)
    expect(told({}).width).toBeGreaterThanOrEqual(112e-6)
    expect(told({}, 1).width).toBeCloseTo(112e-6 + 501e-6, 8)
  })

  test('says that the clock coasts, that it was disrupted, that nothing is known', () => {
    expect(told({ state: 'holdover' }).status).toBe(2)
    expect(told({ state: 'disrupted' }).status).toBe(3)
    expect(told({ state: 'starting', offset: undefined }).status).toBe(0)
    expect(told({ state: 'disrupted' }).voidAfter).toBe(7.25)
  })

  test('a generation that is odd means that it is being written, and none is zero', () => {
    expect(read(encodeSegment(claimOf(status({}), at), 3), 0)).toBeUndefined()
    expect(nextGeneration(0xffff)).toBe(2)
    expect(nextGeneration(0xfffe)).toBe(0xffff)
  })
})

const loaded = loadLibc()
describe.skipIf(loaded.kind === 'missing')('the file', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'clockwright-bound-'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  test('is whole after each write, and gone when nobody keeps its promise', () => {
    if (loaded.kind === 'missing') return
    const path = join(directory, 'clockbound')
    const file = openBoundFile(path, loaded.libc)
    for (let i = 0; i < 3; i++) {
      file.write(status({ errorBound: i * 1e-3 }))
      expect(read(readFileSync(path), 0)?.width).toBeCloseTo(12e-6 + i * 1e-3, 8)
    }
    file.close()
    expect(existsSync(path)).toBe(false)
  })
})
