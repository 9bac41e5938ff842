/** Loops of `ntpd -q`, `chronyd -q` and ntpdate whose lines have no stamps, of clocks that had to be set again and again. */
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

const chronyd = (...sizes: readonly number[]) =>
  explain(...sizes.map(size => `System clock wrong by ${size.toFixed(6)} seconds (step)`))
const ntpdate = (...sizes: readonly number[]) =>
  explain(
    ...sizes.map(
      size =>
        `${Math.abs(size) > 0.5 ? 'step' : 'adjust'} time server 192.0.2.1 offset ${size < 0 ? '' : '+'}${size.toFixed(6)} sec`,
    ),
  )
const names = ({ findings }: ReturnType<typeof explain>) =>
  findings.map(({ severity, name }) => `${severity} ${name}`)

test('chronyd -q sets whatever it finds, and ntpdate slews what is below half a second', () => {
  const far = chronyd(...varied(50, spread => -57.4 + 0.02 * spread))
  expect(names(far)).toEqual(['critical no-daemon'])
  expect(far.findings[0]!.what).toContain('50 of 50 runs of chronyd -q had to set it back')
  const daily = ntpdate(...varied(28, spread => 6.9 + 0.03 * spread))
  expect(names(daily)).toEqual(['critical no-daemon'])
  expect(daily.findings[0]!.what).toContain('28 of 28 runs of ntpdate had to set it forward')
  // So much a crystal gains in a day, and always the same.
  expect(names(ntpdate(...varied(28, spread => -6.9 + 0.03 * spread)))).toEqual(['critical no-daemon'])
  expect(names(ntpdate(...varied(28, spread => 0.3 + 0.03 * spread)))).toEqual(['warning no-daemon'])
  expect(names(chronyd(...varied(30, spread => 0.0003 * spread)))).toEqual(['good good'])
  expect(names(ntpdate(...varied(30, spread => 0.001 + 0.0003 * spread)))).toEqual(['good good'])
})

test('among runs of chronyd -q that find next to nothing equal leaps are lost ticks, and a pause is a pause', () => {
  const small = varied(20, spread => 0.002 * spread)
  expect(names(chronyd(...small, -57.41, ...small, -57.39))).toEqual(['critical lost-ticks'])
  expect(names(chronyd(...small, 30.2, ...small))).toEqual(['warning vm-paused'])
  // With stamps: at the hours of a day.
  const stamped = [...small.slice(0, 10), -57.41, ...small.slice(0, 10), -57.39].map(
    (size, hour) =>
      `2026-03-10T${`${hour}`.padStart(2, '0')}:00:00Z System clock wrong by ${size.toFixed(6)} seconds (step)`,
  )
  expect(names(explain(...stamped))).toContain('warning clock-leapt-ahead')
})

test('of runs that have stamps, too, those are believed', () => {
  const sizes = varied(20, spread => -1.2 + 0.4 * spread)
  const lines = sizes.map(size => `System clock wrong by ${size.toFixed(6)} seconds (step)`)
  const stamped = lines.map((line, nth) => `2026-03-10T${`${nth}`.padStart(2, '0')}:00:00Z ${line}`)
  expect(names(explain(...stamped, ...lines))).toEqual(names(explain(...stamped)))
})

test('runs that never heard anybody followed nobody', () => {
  for (const line of [
    'No suitable source for synchronisation',
    'no server suitable for synchronization found',
  ]) {
    expect(names(explain(line, line, line))).toEqual(['warning not-synchronised'])
    expect(names(explain(line, 'System clock wrong by 0.000012 seconds (step)', line))).not.toContain(
      'warning not-synchronised',
    )
  }
})
