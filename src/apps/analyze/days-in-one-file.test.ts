/** Days of a real ntpd in one file, in another order than they were: what is found is the same, and that they were is said. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { PUT_IN_ORDER } from '#analysis/log/order/in-order.ts'
import { explainHost } from '#diagnosis/explain.ts'
import { readLogs } from './read.ts'

const SAMPLE = fileURLToPath(new URL('../../../test/vectors/logs/ntpd428-xen-3days/', import.meta.url))
const DAYS = ['20261207', '20261208', '20261209']
const folder = mkdtempSync(join(tmpdir(), 'days-'))
afterAll(() => rmSync(folder, { recursive: true }))

const dayOf = (log: string, day: string): string =>
  gunzipSync(readFileSync(`${SAMPLE}${log}.${day}.gz`)).toString('latin1')

async function explain(name: string, text: string) {
  const path = join(folder, name)
  writeFileSync(path, text, 'latin1')
  const { hosts, baseDay, skipped } = await readLogs([path], { limit: 1e9 })
  const [host] = hosts
  const { findings } = explainHost({ name, log: host!.log, baseDay, sourceNames: host!.sources.names })
  const [series] = [...host!.log.samples.values(), ...host!.log.updates.values()]
  return {
    skipped: skipped.map(({ why }) => why),
    // Lines are others, and the day from which times are counted is.
    found: findings.map(({ name, what, measures }) => ({ name, what, measures })),
    buckets: series!.offset.envelope.buckets().map(({ min, max }) => [min, max]),
  }
}

test.each(['peerstats', 'loopstats', 'rawstats'])('%s', async log => {
  const days = DAYS.map(day => dayOf(log, day))
  const ordered = await explain(`${log}.ordered`, days.join(''))
  expect(ordered.skipped).toEqual([])
  for (const [name, order] of [
    ['reversed', [2, 1, 0]],
    ['mixed', [1, 2, 0]],
  ] as const) {
    const other = await explain(`${log}.${name}`, order.map(i => days[i]).join(''))
    expect(other).toEqual({ ...ordered, skipped: [PUT_IN_ORDER] })
  }
})

test('a clock that was set back by days and found so is no file out of order', async () => {
  const row = (at: number, offset: number) =>
    `${61_379 + Math.floor(at / 86_400)} ${(at % 86_400).toFixed(3)} 192.0.2.1 961a ${offset.toFixed(9)} 0.001000000 0.000100000 0.000010000\n`
  const rows = (from: number, count: number, offset: number) =>
    Array.from({ length: count }, (_, i) => row(from + 64 * i, offset)).join('')
  const back = 2 * 86_400
  const { skipped } = await explain('set-back', rows(back * 2, 100, 0) + rows(back, 100, back))
  expect(skipped).toEqual([])
})
