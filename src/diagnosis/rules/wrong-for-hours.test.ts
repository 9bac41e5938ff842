/** Clocks that no jump, rhythm or rate explains, and that were wrong for hours all the same. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const HOUR = 3600
const POLL = 64

type Offset = (at: number) => number

const day = (line: (at: number) => string): string[] =>
  Array.from({ length: 1300 }, (_, i) => line(10 + POLL * i))
const noise = (at: number): number => 2e-5 * Math.sin(7 * at)
const peerstats = (offset: Offset, delay = 0.001): string[] =>
  day(
    at =>
      `61557 ${at}.031 192.0.2.1 963a ${(offset(at) + noise(at)).toFixed(9)} ${delay.toFixed(9)} 0.000963184 0.000025680`,
  )
const loopstats = (offset: Offset): string[] =>
  day(at => `61557 ${at}.031 ${(offset(at) + noise(at)).toFixed(9)} 12.345 0.000012345 0.000100 6`)

const names = (lines: readonly string[]): string[] => explain(...lines).findings.map(({ name }) => name)

const WRONG: Readonly<Record<string, Offset>> = {
  'a saw-tooth of 60 ms an hour': at => 0.06 * ((at / HOUR) % 1),
  '50 ms behind all day': () => 0.05,
  '50 ms ahead for three hours, and not at once': at =>
    -0.05 * Math.max(0, Math.min(1, (at - 5 * HOUR) / HOUR, (9 * HOUR - at) / HOUR)),
  'a drift to 120 ms': at => (0.12 * at) / (24 * HOUR),
  'swings to one side': at => 0.06 * (1 + Math.sin(at / 700)),
}

describe.each(Object.entries(WRONG))('%s', (_, offset) => {
  test('is not good by peerstats, nor by loopstats', () => {
    expect(names(peerstats(offset))).toContain('wrong-for-hours')
    expect(names(loopstats(offset))).toContain('wrong-for-hours')
    expect([...names(peerstats(offset)), ...names(loopstats(offset))]).not.toContain('good')
  })
})

test('is told with its time and its size', () => {
  const [first] = explain(...peerstats(WRONG['50 ms ahead for three hours, and not at once']!)).findings
  expect(first).toMatchObject({ name: 'wrong-for-hours', severity: 'warning' })
  // From 20 ms to 20 ms: three fifths of each ramp, and the two hours between.
  expect(first!.measures.time! / (3.2 * HOUR)).toBeCloseTo(1, 1)
  expect(first!.measures.size).toBeCloseTo(-0.05, 3)
})

test('of what half of the delay explains nobody knows whose it is', () => {
  expect(names(peerstats(() => 0.05, 0.11))).toContain('good')
})

test('a clock that was off at its start, as far as ntpd may slew, is good', () => {
  const settling: Offset = at => 0.12 * Math.exp(-at / 900)
  expect(names(peerstats(settling))).toContain('good')
  expect(names(loopstats(settling))).toContain('good')
})

test('one that is far too slow to settle at its start, and did so, is good with a note', () => {
  const slow: Offset = at => 0.1 * Math.exp(-at / (2 * HOUR))
  for (const lines of [peerstats(slow), loopstats(slow)]) {
    const { findings } = explain(...lines)
    expect(findings.map(({ name }) => name)).toContain('good')
    expect(findings.find(({ name }) => name === 'wrong-for-hours')).toMatchObject({ severity: 'note' })
  }
})

describe('ntpd without a drift file takes a slew for a part of the rate at its start, is near zero, and leaves it again', () => {
  /** An hour and more after its start, for two hours. */
  const leaving =
    (since: number): Offset =>
    at =>
      0.04 * Math.exp(-(((at - since - 2 * HOUR) / HOUR) ** 2))
  const started = (since: number, to: number): string[] => [
    '61557 5.031 -0.039013537 0.000 0.013793368 0.000000 6',
    ...day(at => {
      const frequency = 5.205 + (to - 5.205) * (1 - Math.exp(-at / (4 * HOUR)))
      return `61557 ${at}.031 ${(leaving(since)(at) + noise(at)).toFixed(9)} ${frequency.toFixed(3)} 0.000012345 0.000100 6`
    }),
  ]
  const severity = (lines: readonly string[]) =>
    explain(...lines).findings.find(({ name }) => name === 'wrong-for-hours')?.severity

  test('while it learns the rest it settles', () => {
    expect(severity(started(1.5 * HOUR, 11.9))).toBe('note')
  })

  test.each([
    ['later than that', 6 * HOUR, 11.9],
    ['to the other side', 1.5 * HOUR, -1.9],
    ['by more than that rate makes', 1.5 * HOUR, 6.2],
  ])('but not %s', (_, since, to) => {
    expect(severity(started(since, to))).toBe('warning')
  })
})

test('updates that are off to either side by turns are noise', () => {
  expect(names(loopstats(at => (at % (2 * POLL) < POLL ? 0.025 : -0.025)))).toContain('good')
})
