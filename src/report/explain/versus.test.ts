import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'
import { BASE_DAY } from '../../../test/support/pieces.ts'
import { compareHosts, versusScreen } from './versus.ts'

const MJD = BASE_DAY + 40_587
const run = (offset: (i: number) => number) =>
  explain(
    ...Array.from(
      { length: 400 },
      (_, i) =>
        `${MJD} ${(64 * i).toFixed(3)} 192.0.2.1 963a ${offset(i).toFixed(9)} 0.000200000 0.001000000 0.000010000`,
    ),
  )
const usual = (i: number) => (i % 3) * 1e-5
const paused = (i: number) => (i > 200 && i < 220 ? 4 : usual(i))

test('a pause that is gone makes it better, though the usual offsets are what they were', () => {
  const versus = compareHosts(run(paused), run(usual))
  expect(versus).toMatchObject({ outcome: 'better', gone: ['vm-paused'], comparison: { outcome: 'alike' } })
  expect(versusScreen(versus, (_, text) => text)).toMatch(/Better\. Offsets differ no more than by chance/)
})

test('smaller offsets and a new pause are said to be both', () => {
  expect(
    compareHosts(
      run(i => 10 * usual(i)),
      run(paused),
    ).outcome,
  ).toBe('mixed')
})

test('the same is alike', () => {
  expect(compareHosts(run(usual), run(usual)).outcome).toBe('alike')
})
