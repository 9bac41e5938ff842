/** A clock is set forward, and ntpd steps it back between two measurements of one server: its loopstats has that by the clock as it is then. */
import { expect, test } from 'vitest'
import { explain } from '../../../../test/support/explain.ts'

const AHEAD = 3.5
const [SET_AT, STEPPED_AT, END] = [25_000, 30_000, 60_000]
const DAY = 61557
/** Between 1900 and that day. */
const PASSED = (DAY - 15_020) * 86_400

const aheadAt = (at: number): number => (at >= SET_AT && at < STEPPED_AT ? AHEAD : 0)
const noise = (at: number): number => 1e-3 * Math.sin(7 * at)
const polls = (first: number, every = 512) =>
  Array.from({ length: Math.floor((END - first) / every) }, (_, i) => first + every * i)

/** By true time. Server 1 is asked right before the step, and 5 s after it: by its stamps 1.8 s later, both after the step. */
const asked = [1, 2, 3, 4].flatMap(server => {
  const last = STEPPED_AT - 0.3 - 40 * (server - 1)
  const times = [...polls(60 + 100 * server).filter(at => at < last - 256), last, STEPPED_AT + 6 - server]
  return [...times, ...polls(60 + 100 * server).filter(at => at > STEPPED_AT + 700)].map(at => ({
    at,
    server,
  }))
})
const raw = asked.map(({ at, server }) => {
  const local = at + aheadAt(at)
  const served = PASSED + at + 0.012 + noise(at)
  const stamps = [PASSED + local, served, served + 1e-5, PASSED + local + 0.024]
  return {
    at,
    text: `${DAY} ${(local + 0.024).toFixed(3)} 192.0.2.${server} 192.0.2.9 ${stamps.map(each => each.toFixed(9)).join(' ')} 0 4 4 1 9 -23 0.000000 0.000000 ..`,
  }
})
const updates = polls(60)
  .filter(at => at < SET_AT || at > STEPPED_AT)
  .map(at => ({ at, text: `${DAY} ${at}.000 ${noise(at).toFixed(9)} 7.585 0.001100000 0.050000 9` }))
const step = { at: STEPPED_AT, text: `${DAY} ${STEPPED_AT}.000 0.000000000 7.585 0.000000119 0.050000 9` }

test('that server has not jumped', () => {
  const lines = [...raw, ...updates, step].sort((a, b) => a.at - b.at).map(({ text }) => text)
  expect(explain(...lines).findings.map(({ name }) => name)).toEqual([
    'stepped-by-someone-else',
    'stepped-back',
  ])
})
