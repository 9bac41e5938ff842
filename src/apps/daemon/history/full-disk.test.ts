/** A disk that is full, and one that may only be read (security-tests.md, B4 and B8). Needs root for a small tmpfs. */
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { instant } from '#core/time/instant.ts'
import { mountSmallDisk } from '../../../../test/support/small-disk.ts'
import { HistoryError } from './error.ts'
import { openHistory, openHistoryReadOnly } from './open.ts'
import { notice, reading, sample } from './samples.ts'

const ALWAYS = { from: instant(0n), to: instant(2n ** 62n) }
const { folder, mounted, free, remove } = mountSmallDisk()
afterAll(remove)

test('a full disk loses nothing that was acknowledged, and writing resumes by itself', () => {
  if (!mounted) return
  const filler = join(folder, 'filler')
  const failed = new Set<string>()
  // Space runs out in the middle of another write each time.
  for (let spare = 0; spare < 60_000; spare += 1500) {
    const path = join(folder, 'history.db')
    const history = openHistory(path)
    let acknowledged = 0
    const append = () => {
      history.append([
        sample(reading(acknowledged), acknowledged),
        notice(reading(acknowledged), 'x'.repeat(50)),
      ])
      acknowledged++
    }
    for (let i = 0; i < 20; i++) append()
    writeFileSync(filler, new Uint8Array(Math.max(0, free() - spare)))
    let failures = 0
    for (let i = 0; i < 400 && failures < 3; i++)
      try {
        append()
      } catch (error) {
        expect(error).toBeInstanceOf(HistoryError)
        failed.add((error as HistoryError).why)
        failures++
        expect(history.records({ ...ALWAYS, kinds: ['sample'] })).toHaveLength(acknowledged)
      }
    expect(failures).toBe(3)
    rmSync(filler)
    for (let i = 0; i < 5; i++) append()
    expect(history.records({ ...ALWAYS, kinds: ['sample'] })).toHaveLength(acknowledged)
    expect(history.damaged()).toBe(0)
    expect(history.notices).toEqual([])
    history.close()
    const again = openHistory(path)
    expect(again.records({ ...ALWAYS, kinds: ['notice'] })).toHaveLength(acknowledged)
    again.close()
    for (const suffix of ['', '-wal', '-shm', '-lock']) rmSync(path + suffix, { force: true })
  }
  expect([...failed]).toEqual(['disk-full'])
}, 60_000)

test('a store that may only be read is refused to a writer, by name, and open to a reader', () => {
  if (!mounted) return
  const path = join(folder, 'history.db')
  const history = openHistory(path)
  history.append([notice(reading(0), 'before')])
  history.close()
  execFileSync('mount', ['-o', 'remount,ro', folder])
  try {
    expect(() => openHistory(path)).toThrowError(expect.objectContaining({ why: 'read-only' }))
    expect(() => openHistory(join(folder, 'new', 'h.db'))).toThrowError(
      expect.objectContaining({ why: 'read-only' }),
    )
    const reader = openHistoryReadOnly(path)
    expect(reader.records(ALWAYS)).toHaveLength(1)
    reader.close()
  } finally {
    execFileSync('mount', ['-o', 'remount,rw', folder])
  }
})
