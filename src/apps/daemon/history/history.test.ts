import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { instant } from '#core/time/instant.ts'
import type { Bucket, SeriesName, Window } from '#core/trace/history.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import { HistoryError } from './error.ts'
import type { KeptHistory } from './kept.ts'
import { memoryHistory } from './memory.ts'
import { openHistory, openHistoryReadOnly } from './open.ts'
import { anyTrace, estimate, NOON, notice, reading, sample } from './samples.ts'
import { SERIES } from './sums.ts'

let folder: string
let path: string
const opened: KeptHistory[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clockwright-history-'))
  path = join(folder, 'history.db')
})
afterEach(() => {
  for (const history of opened.splice(0)) {
    expect(history.damaged()).toBe(0)
    history.close()
  }
  rmSync(folder, { recursive: true, force: true })
})

const ALWAYS: Window = { from: instant(-(2n ** 70n)), to: instant(2n ** 70n) }
const DAY = 86_400

function keep<T extends KeptHistory>(history: T): T {
  opened.push(history)
  return history
}
const open = (...options: Parameters<typeof openHistory> extends [string, ...infer R] ? R : never) =>
  keep(openHistory(path, ...options))

function reopen(history: KeptHistory, ...options: Parameters<typeof open>): KeptHistory {
  history.close()
  return open(...options)
}

describe('records', () => {
  test('come back as they were, in order of arrival, also after the store was closed', () => {
    fc.assert(
      fc.property(anyTrace({ maxLength: 60 }), fc.integer({ min: 1, max: 7 }), (trace, together) => {
        const history = openHistory(join(folder, `${Math.random()}.db`))
        try {
          for (let i = 0; i < trace.length; i += together) history.append(trace.slice(i, i + together))
          expect(history.records(ALWAYS)).toEqual(trace)
        } finally {
          history.close()
        }
      }),
      { numRuns: 60 },
    )
    const history = open()
    const trace = [sample(reading(0), 1), notice(reading(1), 'two'), estimate(reading(2), 3)]
    history.append(trace)
    expect(reopen(history).records(ALWAYS)).toEqual(trace)
  })

  test('are found by wall clock, kind and number, whatever the wall clock did', () => {
    fc.assert(
      fc.property(
        anyTrace({ minLength: 1, maxLength: 80 }),
        fc.nat(),
        fc.nat(),
        fc.nat(9),
        (trace, a, b, limit) => {
          const history = openHistory(join(folder, `${Math.random()}.db`))
          try {
            history.append(trace)
            const window = windowOf(trace, a, b)
            const within = trace.filter(({ at }) => at.wall >= window.from && at.wall <= window.to)
            expect(history.records(window)).toEqual(within)
            expect(history.damaged()).toBe(0)
            const kinds = ['sample', 'step', 'notice'] as const
            const wanted = within.filter(({ kind }) => kinds.includes(kind as 'step'))
            expect(history.records({ ...window, kinds })).toEqual(wanted)
            expect(history.records({ ...window, kinds, limit })).toEqual(
              limit === 0 ? [] : wanted.slice(-limit),
            )
            const walls = trace.map(({ at }) => at.wall)
            expect(history.extent()).toEqual({
              from: walls.reduce((x, y) => (x < y ? x : y)),
              to: walls.reduce((x, y) => (x > y ? x : y)),
            })
          } finally {
            history.close()
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  test('keep the years 1850 to 2300 exactly', () => {
    const history = open()
    const walls = [-3_786_825_600n, 2_147_483_648n, 4_294_967_296n, 9_223_372_037n, 10_413_792_000n]
    const trace = walls.map(s => notice({ ...reading(0), wall: instant(s * 1_000_000_000n + 1n) }, String(s)))
    history.append(trace)
    expect(history.records(ALWAYS)).toEqual(trace)
    const beyond = notice({ ...reading(0), wall: instant(10n ** 30n) }, 'no clock reads so much')
    expect(() => history.append([beyond])).toThrowError(expect.objectContaining({ why: 'not-storable' }))
    expect(history.records(ALWAYS)).toEqual(trace)
  })

  test('of an hour lived twice are all there, the second piece after the first', () => {
    const history = open()
    const first = Array.from({ length: 60 }, (_, i) => sample(reading(i * 60), i))
    const again = Array.from({ length: 60 }, (_, i) =>
      sample(reading(3600 + i * 60, -3600n * 10n ** 9n), 100 + i),
    )
    history.append(first)
    history.append(again)
    const half = { from: instant(NOON), to: instant(NOON + 1800n * 10n ** 9n) }
    expect(history.records(half)).toEqual([...first.slice(0, 31), ...again.slice(0, 31)])
    const plot = history.series({ ...half, of: 'sample.offset', buckets: 100 })
    expect(plot.map(({ last }) => last)).toEqual([...first.slice(0, 31), ...again.slice(0, 31)].map(offsetOf))
  })
})

describe('series', () => {
  test('are the same as counted by hand, on disk and in memory', () => {
    const query = fc.record({
      of: fc.constantFrom(...(Object.keys(SERIES) as SeriesName[])),
      buckets: fc.integer({ min: 1, max: 30 }),
      source: fc.constantFrom(undefined, 'ntp1', 'ntp2'),
    })
    fc.assert(
      fc.property(
        anyTrace({ minLength: 1, maxLength: 120 }),
        fc.nat(),
        fc.nat(),
        query,
        (trace, a, b, asked) => {
          const histories = [openHistory(join(folder, `${Math.random()}.db`)), memoryHistory()]
          const { of, buckets } = asked
          const source = of.startsWith('sample') ? asked.source : undefined
          const window = {
            ...windowOf(trace, a, b),
            of,
            buckets,
            ...(source === undefined ? {} : { source }),
          }
          try {
            const answers = histories.map(history => {
              history.append(trace)
              return history.series(window)
            })
            expect(answers[0]).toEqual(answers[1])
            checkSeries(answers[0]!, trace, window)
          } finally {
            for (const history of histories) history.close()
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  test('show a spike of one sample, however few the points', () => {
    const history = open()
    const trace = Array.from({ length: 5000 }, (_, i) => sample(reading(i * 16), i === 3210 ? 7 : 0.001))
    history.append(trace)
    for (const buckets of [1, 3, 100, 1000]) {
      const plot = history.series({ ...history.extent()!, of: 'sample.offset', buckets })
      expect(plot.length).toBeLessThanOrEqual(buckets)
      expect(Math.max(...plot.map(({ max }) => max))).toBe(7)
      expect(plot.reduce((sum, { count }) => sum + count, 0)).toBe(5000)
    }
  })

  test('leave out what is not known', () => {
    const history = open()
    history.append([estimate(reading(0), 1), estimate(reading(100), 1, 2e-6), estimate(reading(200), NaN)])
    const window = history.extent()!
    const rates = history.series({ ...window, of: 'estimate.frequencyError', buckets: 10 })
    const { wall } = reading(100)
    expect(rates).toEqual([{ first: wall, at: wall, min: 2e-6, max: 2e-6, last: 2e-6, count: 1 }])
    expect(history.series({ ...window, of: 'estimate.offset', buckets: 10 })).toHaveLength(2)
    expect(history.series({ ...window, of: 'sample.delay', buckets: 10 })).toEqual([])
  })
})

describe('what grows old', () => {
  /** Four sources and an estimate every 64 s, for so many days. */
  function* days(count: number): Iterable<TraceRecord[]> {
    for (let s = 0; s < count * DAY; s += 64)
      yield [
        ...['a', 'b', 'c', 'd'].map((source, i) => sample(reading(s + i / 10), s + i, source)),
        estimate(reading(s + 0.5), s),
      ]
  }

  test('goes from full records to minutes, hours and nothing, and a plot spans all of them', () => {
    const history = open({ keepFull: DAY / 2, keepMinutes: 1.5 * DAY, keepHours: 4 * DAY })
    for (const batch of days(5)) history.append(batch)
    history.append([notice(reading(5 * DAY), 'end')])
    const kept = history.records({ ...ALWAYS, kinds: ['estimate'] })
    expect(kept.length * 64).toBeGreaterThanOrEqual(DAY / 2)
    expect(kept.length * 64).toBeLessThan(DAY / 2 + 3600)
    const extent = history.extent()!
    const age = Number(reading(5 * DAY).wall - extent.from) / 1e9
    expect(age).toBeGreaterThanOrEqual(4 * DAY)
    expect(age).toBeLessThan(4 * DAY + 2 * 3600)
    for (const buckets of [20, 2000]) {
      const plot = history.series({ ...extent, of: 'sample.offset', source: 'b', buckets })
      expect(plot.length).toBeLessThanOrEqual(buckets)
      // Each sample counts once, wherever it has got to: the values rise, and none is missing or doubled.
      const values = plot.flatMap(({ min, max }) => [min, max])
      expect(values).toEqual([...values].sort((a, b) => a - b))
      const firstKept = values[0]!
      expect(plot.reduce((sum, { count }) => sum + count, 0)).toBe((5 * DAY - 64 + 1 - firstKept) / 64 + 1)
    }
    const spread = { ...extent, of: 'sample.offset', buckets: 50 } as const
    const before = history.series(spread)
    expect(reopen(history).series(spread)).toEqual(before)
  }, 60_000)

  test('makes the same minutes and hours after any number of restarts', () => {
    const limits = { keepFull: 3600, keepMinutes: 6 * 3600 }
    const steady = keep(openHistory(join(folder, 'steady.db'), limits))
    let restarted = open(limits)
    let i = 0
    for (const batch of days(1)) {
      steady.append(batch)
      restarted.append(batch)
      if (i++ % 29 === 0) restarted = reopen(restarted, limits)
    }
    const window = { from: instant(NOON), to: instant(NOON + BigInt(DAY) * 10n ** 9n) }
    for (const source of ['a', 'd'])
      for (const buckets of [7, 24, 500]) {
        const [x, y] = [steady, restarted].map(h =>
          h.series({ ...window, of: 'sample.offset', source, buckets }),
        )
        expect(y!.reduce((sum, { count }) => sum + count, 0)).toBe(
          x!.reduce((sum, { count }) => sum + count, 0),
        )
        expect(y!.map(({ max }) => max).at(-1)).toBe(x!.map(({ max }) => max).at(-1))
      }
  }, 60_000)

  test('is not forgotten because the wall clock jumped ten years ahead and back', () => {
    const history = open({ keepFull: 3600 })
    const tenYears = 315_000_000n * 10n ** 9n
    history.append([sample(reading(0), 1), sample(reading(64), 2)])
    history.append([sample(reading(128, tenYears), 3), sample(reading(192, tenYears), 4)])
    history.append(Array.from({ length: 20 }, (_, i) => sample(reading(256 + i * 64), i + 5)))
    expect(history.records(ALWAYS)).toHaveLength(24)
  })

  test('is given up early when the file would become too large, full records first', () => {
    const maxBytes = 1_500_000
    const history = open({ maxBytes })
    for (const batch of days(2)) history.append(batch)
    history.append([notice(reading(2 * DAY), 'end')])
    const size = readFileSync(path).length
    expect(size).toBeLessThan(maxBytes + 1_100_000)
    const full = history.records({ ...ALWAYS, kinds: ['sample'] }).length
    expect(full).toBeGreaterThan(500)
    expect(full).toBeLessThan(4 * 2700)
    const plot = history.series({ ...history.extent()!, of: 'sample.offset', buckets: 48 })
    expect(plot.reduce((sum, { count }) => sum + count, 0)).toBe(4 * 2700)
  }, 60_000)

  test('gives up even minutes, hours and events when it must', () => {
    const maxBytes = 150_000
    const history = open({ maxBytes })
    for (const batch of days(2)) history.append([...batch, notice(batch[0]!.at, 'x'.repeat(100))])
    const database = new DatabaseSync(path, { readOnly: true })
    const used = database
      .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
      .get()
    database.close()
    expect(used!.bytes).toBeLessThan(maxBytes + 100_000)
    expect(history.records({ ...ALWAYS, kinds: ['notice'] }).length).toBeGreaterThan(10)
  }, 60_000)

  test('keeps no more events than were allowed, the newest', () => {
    const history = open({ maxEvents: 100 })
    for (let i = 0; i < 1000; i++) history.append([notice(reading(i), String(i))])
    const kept = history.records(ALWAYS).map(record => (record as { text: string }).text)
    expect(kept.length).toBeLessThan(100 + 70)
    expect(kept.at(-1)).toBe('999')
    expect(Number(kept[0])).toBe(1000 - kept.length)
  })
})

describe('trouble', () => {
  test('a second writer is refused by name, in this process and in others', () => {
    const history = open()
    expect(() => openHistory(path)).toThrowError(expect.objectContaining({ why: 'locked' }))
    const script = `import { openHistory } from ${JSON.stringify(join(import.meta.dirname, 'open.ts'))}
      try { openHistory(${JSON.stringify(path)}) } catch (error) { console.log(error.why, error.message) }`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    })
    expect(stdout).toMatch(/^locked another process writes to .*process \d+/)
    reopen(history).append([notice(reading(0), 'the lock was let go of')])
  })

  test('a foreign database and a file that is none are moved aside', () => {
    const foreign = new DatabaseSync(path)
    foreign.exec('CREATE TABLE invoices (id); INSERT INTO invoices VALUES (7)')
    foreign.close()
    const history = open()
    expect(history.notices[0]!.text).toContain(`moved to ${path}.aside-1`)
    history.append([notice(reading(0), 'new')])
    history.close()
    const kept = new DatabaseSync(`${path}.aside-1`)
    expect(kept.prepare('SELECT id FROM invoices').get()!.id).toBe(7)
    kept.close()

    for (const content of ['', 'x', 'not a database at all '.repeat(1000), '\0'.repeat(8192)]) {
      rmSync(path)
      writeFileSync(path, content)
      const history = open()
      history.append([notice(reading(0), 'new')])
      expect(reopen(history).records(ALWAYS)).toHaveLength(1)
      opened.pop()!.close()
    }
  })

  test('every trouble of opening has a name', () => {
    expect(() => openHistoryReadOnly(path)).toThrowError(expect.objectContaining({ why: 'missing' }))
    expect(() => openHistory('/proc/none/history.db')).toThrowError(HistoryError)
    mkdirSync(join(folder, 'a-folder'))
    expect(() => openHistory(join(folder, 'a-folder'))).toThrowError(HistoryError)
    const history = open()
    history.close()
    history.close()
    expect(() => history.append([notice(reading(0), 'late')])).toThrowError(
      expect.objectContaining({ why: 'closed' }),
    )
    expect(() => history.records(ALWAYS)).toThrowError(expect.objectContaining({ why: 'closed' }))
  })

  test('a reader sees what is written while it is written, and cannot write', () => {
    const writer = open()
    const reader = keep(openHistoryReadOnly(path))
    for (let i = 0; i < 200; i++) {
      writer.append([sample(reading(i * 30), i)])
      if (i % 50 === 0) expect(reader.records(ALWAYS)).toHaveLength(i + 1)
    }
    expect(reader.series({ ...reader.extent()!, of: 'sample.offset', buckets: 9 })).toHaveLength(9)
    expect(() => reader.append([notice(reading(0), 'no')])).toThrowError(
      expect.objectContaining({ why: 'read-only' }),
    )
    writer.close()
    expect(reader.records(ALWAYS)).toHaveLength(200)
  })

  test('whoever may read the file may read the history, while it is written and afterwards', () => {
    if (process.getuid?.() !== 0) return console.info('skipped: only root can become somebody else')
    const writer = open()
    writer.append(Array.from({ length: 40 }, (_, i) => sample(reading(i), i)))
    chmodSync(folder, 0o755)
    const script = `import { openHistoryReadOnly } from ${JSON.stringify(join(import.meta.dirname, 'open.ts'))}
      const history = openHistoryReadOnly(${JSON.stringify(path)})
      console.log(process.getuid(), history.records({ from: 0n, to: 2n ** 63n }).length)`
    const readAsNobody = () =>
      spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8',
        uid: 65534,
        gid: 65534,
      })
    expect(readAsNobody().stdout).toBe('65534 40\n')
    writer.close()
    expect(readAsNobody().stdout).toBe('65534 40\n')
  })

  test('what was closed properly is one file', () => {
    const history = open()
    history.append([notice(reading(0), 'x')])
    history.close()
    expect(readdirSync(folder).sort()).toEqual(['history.db', 'history.db-lock'])
    expect(existsSync(`${path}-wal`)).toBe(false)
    expect(keep(openHistoryReadOnly(path)).records(ALWAYS)).toHaveLength(1)
  })
})

test('in memory the oldest are forgotten, and it says that it is not durable', () => {
  const history = memoryHistory({ capacity: 10, why: 'this Node has no SQLite' })
  const trace = Array.from({ length: 25 }, (_, i) => notice(reading(i), String(i)))
  history.append(trace)
  expect(history.records(ALWAYS)).toEqual(trace.slice(-10))
  expect(history.extent()).toEqual({ from: reading(15).wall, to: reading(24).wall })
  expect(history.durable).toBe(false)
  expect(history.loss!.text).toContain('ends with the process: this Node has no SQLite')
})

const offsetOf = (record: TraceRecord) => (record as { offset: number }).offset

/** A window between two of the trace's readings, or around them. */
function windowOf(trace: readonly TraceRecord[], a: number, b: number): Window {
  const [x, y] = [a, b].map(n => trace[n % trace.length]!.at.wall + BigInt((n % 3) - 1))
  return { from: instant(x! < y! ? x! : y!), to: instant(x! < y! ? y! : x!) }
}

function checkSeries(
  plot: readonly Bucket[],
  trace: readonly TraceRecord[],
  { from, to, of, source, buckets }: Window & { of: SeriesName; source?: string; buckets: number },
): void {
  const { kind, field } = SERIES[of]
  const values = trace
    .filter(record => record.kind === kind && record.at.wall >= from && record.at.wall <= to)
    .filter(record => source === undefined || (record as { source?: string }).source === source)
    .map(record => ({
      at: record.at.wall,
      value: (record as unknown as Record<string, number | undefined>)[field],
    }))
    .filter(({ value }) => value !== undefined && Number.isFinite(value))
  expect(plot.length).toBeLessThanOrEqual(buckets)
  let next = 0
  for (const { first, at, min, max, last, count } of plot) {
    const mine = values.slice(next, next + count)
    next += count
    expect(first).toBe(mine[0]!.at)
    expect(min).toBe(Math.min(...mine.map(({ value }) => value! + 0)))
    expect(max).toBe(Math.max(...mine.map(({ value }) => value! + 0)))
    expect({ at, value: last }).toEqual({ at: mine.at(-1)!.at, value: mine.at(-1)!.value! + 0 })
  }
  expect(next).toBe(values.length)
}
