/** Steps and rates in ntpd's measurements alone, and what looks like them. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

/** peerstats of one source: seconds, offset, delay. */
const peerstats = (rows: readonly (readonly [number, number, number?])[]): string[] =>
  rows.map(
    ([at, offset, delay = 0.01]) =>
      `61469 ${at.toFixed(3)} 192.0.2.1 963a ${offset.toFixed(9)} ${delay.toFixed(9)} 0.001 0.0005`,
  )

const names = (...lines: readonly string[]) => explain(...lines).findings.map(({ name }) => name)

/** Every 64 s, a day long. */
const polls = (offset: (at: number) => number | readonly [number, number]) =>
  peerstats(
    Array.from({ length: 1350 }, (_, i) => {
      const of = offset(64 * i)
      return typeof of === 'number' ? [64 * i, of] : [64 * i, ...of]
    }),
  )

test('a clock that gains 1000 ppm and is set back each 17 min runs away, and nobody sets it', () => {
  const lines = polls(at => -1e-3 * (at % 1024))
  expect(names(...lines)).toEqual(['frequency-far-off', 'stepped-back', 'single-source'])
  const { findings, disturbances } = explain(...lines)
  expect(findings[0]!.measures.frequencyError).toBeCloseTo(1e-3, 4)
  expect(disturbances).toEqual([])
})

test('packets that are late twice in a row set no clock', () => {
  const lines = polls(at => (at % 8192 < 128 ? [-0.3, 0.6] : [1e-4, 0.01]))
  expect(names(...lines)).not.toContain('stepped-back')
  expect(names(...lines)).not.toContain('frequency-far-off')
})
