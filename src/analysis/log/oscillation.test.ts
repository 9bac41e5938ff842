/** What is an oscillation, and what only swings a few times after a jump. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

/** loopstats, every 16 s. */
const names = (offset: (at: number) => number) =>
  explain(
    ...Array.from({ length: 2700 }, (_, i) => 16 * i).map(
      at => `61469 ${at}.000 ${offset(at).toFixed(9)} 1.000 0.000100000 0.001000 4`,
    ),
  ).findings.map(({ name }) => name)

test('swings that go on are one', () => {
  expect(names(at => 0.1 * Math.sin((2 * Math.PI * at) / 3000))).toContain('growing-oscillation')
})

test('a few swings each four hours, after what was corrected too much, are none', () => {
  const swinging = (at: number) => at % 14_400 < 320
  expect(names(at => (swinging(at) ? 0.1 * Math.sin((2 * Math.PI * at) / 80) : 1e-5))).not.toContain(
    'growing-oscillation',
  )
})
