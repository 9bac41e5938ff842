/** Bits that flip and files that are cut: nothing altered is ever returned, and as much as possible of the rest is. */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { instant } from '#core/time/instant.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import { openHistory } from './open.ts'
import { estimate, notice, reading, sample } from './samples.ts'

let folder: string
let original: string
const ALWAYS = { from: instant(-(2n ** 62n)), to: instant(2n ** 62n) }
const text = (record: TraceRecord) =>
  JSON.stringify(record, (_, v) => (typeof v === 'bigint' ? String(v) : v))

const trace = Array.from({ length: 600 }, (_, i) => [
  sample(reading(i * 20), i),
  estimate(reading(i * 20 + 1), i),
  ...(i % 10 === 0 ? [notice(reading(i * 20 + 2), `event ${i}`)] : []),
]).flat()
const genuine = new Set(trace.map(text))

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clockwright-damage-'))
  original = join(folder, 'original.db')
  const history = openHistory(original)
  for (let i = 0; i < trace.length; i += 5) history.append(trace.slice(i, i + 5))
  history.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function copyOf(bytes: Uint8Array): string {
  const path = join(folder, `${Math.random()}.db`)
  writeFileSync(path, bytes)
  return path
}

test('a flipped byte, wherever it is, costs a page of records at most, and the agent goes on', () => {
  const bytes = readFileSync(original)
  const step = Number(process.env.CLOCKWRIGHT_FLIP_STEP ?? 1499)
  for (let at = 0; at < bytes.length; at += step) {
    const damaged = Uint8Array.from(bytes)
    damaged[at] = damaged[at]! ^ (1 << (at % 8))
    const path = copyOf(damaged)
    const history = openHistory(path)
    const found = history.records(ALWAYS).map(text)
    expect(found.every(record => genuine.has(record))).toBe(true)
    expect(new Set(found).size).toBe(found.length)
    const replaced = history.notices.length > 0
    // The first page holds the list of tables; without it nothing can be found again.
    if (at >= 4096) expect(found.length).toBeGreaterThan(trace.length - 100)
    // What is lost is counted. Only at the very beginning it may look like what has been given up for its age.
    const noticed = history.damaged() > 0 || replaced || found[0] !== text(trace[0]!)
    expect(found.length === trace.length || noticed).toBe(true)
    const later = notice(reading(20_000), 'later')
    history.append([later])
    history.append([sample(reading(20_100), 1)])
    expect(history.records({ ...ALWAYS, kinds: ['notice'], limit: 1 })).toEqual([later])
    expect(history.records(ALWAYS).length).toBeGreaterThan(found.length)
    history.series({ ...ALWAYS, of: 'sample.offset', buckets: 100 })
    history.close()
    rmSync(path, { force: true })
  }
}, 120_000)

test('a file cut anywhere opens', () => {
  const bytes = readFileSync(original)
  for (let length = 0; length < bytes.length; length += 7919) {
    const path = copyOf(bytes.subarray(0, length))
    const history = openHistory(path)
    expect(history.records(ALWAYS).every(record => genuine.has(text(record)))).toBe(true)
    history.append([notice(reading(20_000), 'later')])
    expect(history.records({ ...ALWAYS, kinds: ['notice'] }).length).toBeGreaterThan(0)
    history.close()
  }
}, 60_000)

test('a log cut at any byte of the last three appends loses those behind the cut, and no other', () => {
  const live = join(folder, 'live.db')
  const history = openHistory(live)
  const sizes: number[] = []
  for (let i = 0; i < 20; i++) {
    history.append([sample(reading(i), i)])
    sizes.push(readFileSync(`${live}-wal`).length)
  }
  const database = readFileSync(live)
  const log = readFileSync(`${live}-wal`)
  history.close()
  for (let length = sizes[16]!; length <= log.length; length += 97) {
    const path = copyOf(database)
    writeFileSync(`${path}-wal`, log.subarray(0, length))
    const cut = openHistory(path)
    const acknowledged = sizes.filter(size => size <= length).length
    expect(cut.records(ALWAYS)).toHaveLength(acknowledged)
    cut.append([sample(reading(100), 100)])
    expect(cut.records(ALWAYS)).toHaveLength(acknowledged + 1)
    cut.close()
    rmSync(path)
  }
}, 60_000)

test('a store whose log is damaged keeps what had been written back', () => {
  const path = join(folder, 'log.db')
  copyFileSync(original, path)
  const history = openHistory(path)
  history.append([notice(reading(20_000), 'later')])
  const copy = copyOf(readFileSync(path))
  const log = readFileSync(`${path}-wal`)
  history.close()
  log[100] = log[100]! ^ 1
  writeFileSync(`${copy}-wal`, log)
  const again = openHistory(copy)
  expect(again.records(ALWAYS)).toHaveLength(trace.length)
  again.close()
  truncateSync(copy, 10)
  const fresh = openHistory(copy)
  expect(fresh.notices).toHaveLength(1)
  expect(existsSync(`${copy}.aside-1`)).toBe(true)
  fresh.close()
})
