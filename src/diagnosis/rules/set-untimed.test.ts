/** Loops of `ntpd -q` whose lines have no stamps, of clocks that had to be set again and again. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const line = (size: number) =>
  `ntpd: time ${Math.abs(size) > 0.128 ? 'set' : 'slew'} ${size < 0 ? '' : '+'}${size.toFixed(6)}s`
const loop = (...sizes: readonly number[]) => explain(...sizes.map(line))
/** The same in each test. */
const varied = (count: number, of: (spread: number) => number) =>
  Array.from({ length: count }, (_, nth) => of((((nth * 7919) % 13) - 6) / 6))

test.each([
  ['forward by 3 s each time', varied(40, spread => 3 + 0.02 * spread), 40, 'forward'],
  ['back by what is never the same', varied(5, spread => -24 + 5 * spread), 5, 'back'],
  ['to and fro', varied(12, spread => 2 * Math.sign(spread || 1) + spread), 12, 'forward and back'],
])('%s: nobody keeps this clock', (_, sizes, count, way) => {
  const { findings, verdict } = loop(...sizes)
  expect(verdict).toBe('critical')
  expect(findings.map(({ name }) => name)).toEqual(['no-daemon'])
  expect(findings[0]!.measures).toMatchObject({ count, runs: count })
  expect(findings[0]!.what).toContain(`had to set it ${way}, by`)
  // Nobody knows when the runs were.
  expect(findings[0]!.what).not.toMatch(/%|ppm|every/)
})

test('what a crystal would take for it is said: 3 s at 100 ppm are 8.3 h', () => {
  const { findings } = loop(...varied(40, spread => 3 + 0.02 * spread))
  expect(findings[0]!.causes[0]!.why).toContain('8.3 h')
})

test('below a second it is a warning, and sets among small slews are leaps', () => {
  expect(loop(...varied(40, spread => 0.45 + 0.1 * spread)).verdict).toBe('warning')
  const mixed = Array.from({ length: 40 }, (_, nth) => (nth % 2 === 0 ? 0.002 : 0.4 + 0.03 * nth))
  const { findings, verdict } = loop(...mixed)
  expect(verdict).toBe('critical')
  expect(findings[0]!.measures).toMatchObject({ count: 20, runs: 40 })
  expect(findings[0]!.causes[0]!.what).toContain('leaps or stands still')
})

test('one run that set it by more than a second was not good either; slews are', () => {
  expect(loop(3600.2).findings.map(({ name, severity }) => [name, severity])).toEqual([
    ['wrong-at-start', 'warning'],
  ])
  expect(loop(0.0012, 0.0013, 0.0011).verdict).toBe('good')
  // Others tell of these.
  expect(loop(0.0012, -57.36, 0.0023, -57.42).findings.map(({ name }) => name)).toEqual(['lost-ticks'])
})
