/**
 * Killed at any moment, the history has every record that it acknowledged (security-tests.md, B1).
 * A hundred kills, or as many as CLOCKWRIGHT_KILLS says. A kill keeps what the kernel has in its page cache, so this
 * does not show that the disk was waited for: that is SQLite's `synchronous = FULL`.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHistory } from '#apps/daemon/history/open.ts'
import { instant } from '#core/time/instant.ts'
import { numberOf } from './numbered.ts'

const KILLS = Number(process.env.CLOCKWRIGHT_KILLS ?? 100)
const ALWAYS = { from: instant(0n), to: instant(2n ** 62n) }
const KEEP_FULL = 3 * 3600

test(`no acknowledged record is missing after ${KILLS} kills`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clockwright-kill-'))
  const path = join(folder, 'history.db')
  let next = 0
  let acknowledgedInAll = 0
  let slowestOpen = 0
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const batch = [1, 5, 40][kill % 3]!
      const acknowledged = await writeUntilKilled(path, next, batch)
      const begun = performance.now()
      const history = openHistory(path)
      slowestOpen = Math.max(slowestOpen, performance.now() - begun)
      expect(history.notices).toEqual([])
      expect(history.damaged()).toBe(0)
      const last = check(history, acknowledged)
      history.close()
      acknowledgedInAll += acknowledged - next + 1
      next = last + 1
    }
    console.info(`${acknowledgedInAll} records acknowledged; slowest start ${slowestOpen.toFixed(0)} ms`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 1_000_000)

/** The last number that was acknowledged before the kill; one less than `first` when it came too early. */
function writeUntilKilled(path: string, first: number, batch: number): Promise<number> {
  const writer = join(import.meta.dirname, 'history-writer.ts')
  const child = spawn(process.execPath, [writer, path, String(first), String(batch)])
  let told = ''
  let complaint = ''
  child.stderr.on('data', text => (complaint += text))
  child.stdout.on('data', text => {
    // The clock of the kill starts with the first record, so that it meets writing and not starting.
    if (told === '') setTimeout(() => child.kill('SIGKILL'), Math.random() * 150)
    told += text
  })
  return new Promise((resolve, reject) => {
    child.on('close', (_, signal) => {
      if (signal !== 'SIGKILL') reject(new Error(complaint))
      const numbers = told.slice(0, told.lastIndexOf('\n')).split('\n')
      resolve(told.includes('\n') ? Number(numbers.at(-1)) : first - 1)
    })
  })
}

/** The number of the last record that is there. Whole batches or nothing, and no gap among what is still kept. */
function check(history: ReturnType<typeof openHistory>, acknowledged: number): number {
  const events = history.records({ ...ALWAYS, kinds: ['notice'] }).map(numberOf)
  expect(events).toEqual(events.map((_, i) => i * 3))
  const measurements = history.records({ ...ALWAYS, kinds: ['sample'] }).map(numberOf)
  const oldest = measurements[0] ?? 1
  const last = Math.max(events.at(-1) ?? -1, measurements.at(-1) ?? -1)
  expect(last).toBeGreaterThanOrEqual(acknowledged)
  expect((last - oldest) * 8).toBeGreaterThanOrEqual(Math.min(KEEP_FULL, last * 8) - 3600)
  const expected = Array.from({ length: last - oldest + 1 }, (_, i) => oldest + i).filter(n => n % 3 !== 0)
  expect(measurements).toEqual(expected)
  const plot = history.series({ ...ALWAYS, of: 'sample.offset', buckets: 1 })
  const everWritten = Array.from({ length: last + 1 }, (_, n) => n).filter(n => n % 3 !== 0)
  expect(plot[0]?.count ?? 0).toBe(everWritten.length)
  return last
}
