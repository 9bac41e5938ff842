/** Steps and rates in ntpd's measurements alone, and what looks like them. */
import { expect, test } from 'vitest'
import { explain } from '../../../../test/support/explain.ts'

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

test('a clock that loses 200 ppm more than ntpd corrects, against two sources', () => {
  // After a step ntpd asks anew at once.
  const times = Array.from({ length: 84 }, (_, step) => [
    ...Array.from({ length: 16 }, (_, i) => 1024 * step + 3 + 64 * i),
    1024 * step + 1022,
  ]).flat()
  const row = (at: number, source: string) =>
    `61469 ${at}.000 ${source} 963a ${(2e-4 * (at % 1024)).toFixed(9)} 0.010 0.001 0.0005`
  const lines = times.flatMap(at => [row(at, '192.0.2.1'), row(at + 1, '192.0.2.2')])
  const { findings, disturbances } = explain(...lines)
  const far = findings.find(({ name }) => name === 'frequency-far-off')!
  expect(far.measures.frequencyError).toBeCloseTo(-2e-4, 5)
  expect(far.measures.count).toBe(83)
  expect(disturbances).toEqual([])
})

test('of a clock that runs away each of three sources sees other parts, and none jumped', () => {
  // rawstats. Two were asked some minutes before a step that was a part of it, and one right before it.
  const raw = (at: number, source: number, offset: number) => {
    const [sent, came] = [at - 0.001, at].map(time => (3_913_056_000 + time).toFixed(9))
    const there = (3_913_056_000 + at - 0.0005 + offset).toFixed(9)
    return `61469 ${at}.000 192.0.2.${source} 192.0.2.9 ${sent} ${there} ${there} ${came}`
  }
  const lines = Array.from({ length: 40 }, (_, step) => step).flatMap(step =>
    [3, 5, 7, 66, 130, 1000].flatMap((after, i) =>
      [1, 2, 3]
        .map(source => after + ((source + step) % 3) + (i === 5 ? 100 * ((source + step) % 3) : 0))
        .map((since, source) => raw(1210 * step + since, source + 1, 0.2 + 2e-4 * since)),
    ),
  )
  expect(names(...lines)).not.toContain('source-jumped')
})

test('packets that are late twice in a row set no clock', () => {
  const lines = polls(at => (at % 8192 < 128 ? [-0.3, 0.6] : [1e-4, 0.01]))
  expect(names(...lines)).not.toContain('stepped-back')
  expect(names(...lines)).not.toContain('frequency-far-off')
})
