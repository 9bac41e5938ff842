import { describe, expect, test } from 'vitest'
import { duration } from '#core/time/format.ts'
import { elapsed, linear, logarithmic, niceStep, offsetScale, symlog } from './scale.ts'

const texts = (scale: { ticks: readonly { text: string }[] }) => scale.ticks.map(({ text }) => text)

test('linear: ticks at 1, 2 or 5, ends clipped', () => {
  const scale = linear([0, 1], String)
  expect(texts(scale)).toEqual(['0', '0.2', '0.4', '0.6000000000000001', '0.8', '1'])
  expect([scale.at(-1), scale.at(0.5), scale.at(9)]).toEqual([0, 0.5, 1])
})

test('symlog: zero in its place, decades beyond', () => {
  const scale = symlog([-1, 1], 1e-3, duration)
  expect(scale.at(0)).toBeCloseTo(0.5)
  expect(texts(scale)).toEqual(['-1.00 s', '-100 ms', '-10.0 ms', '0', '10.0 ms', '100 ms', '1.00 s'])
  expect(scale.at(0.1) - scale.at(0.01)).toBeCloseTo(scale.at(1) - scale.at(0.1), 1)
})

test('logarithmic', () => expect(texts(logarithmic([0.1, 100], String))).toEqual(['0.1', '1', '10', '100']))

describe('offsets', () => {
  test('of one size are linear, of very different sizes symlog', () => {
    expect(texts(offsetScale([-2e-5, 1e-5, 3e-5]))).toContain('+20.0 µs')
    const wide = offsetScale([...new Array(100).fill(1e-5), 30])
    expect(texts(wide)).toContain('+10.0 s')
    expect(wide.at(1e-3)).toBeGreaterThan(0.2)
  })
  test('leave room above where something is written there', () => {
    for (const values of [
      [-2e-5, 3e-5],
      [...new Array(100).fill(1e-5), 30, -4],
    ])
      expect(offsetScale(values, 0.2).at(Math.max(...values))).toBeLessThan(0.83)
  })
  test('that are not there break nothing', () => expect(offsetScale([Number.NaN]).at(0)).toBeCloseTo(0.5))
  test('are many', () => expect(offsetScale(new Float64Array(300_000).fill(1)).at(1)).toBeGreaterThan(0.9))
})

test('time has ticks at whole units', () => {
  expect(texts(elapsed(43_200))).toEqual(['0', '2 h', '4 h', '6 h', '8 h', '10 h', '12 h'])
  expect(texts(elapsed(28 * 86_400))[1]).toBe('4 d')
  expect(texts(elapsed(5400))).toContain('45 min')
})

test('nice steps', () => expect([0.3, 1, 4, 7].map(niceStep)).toEqual([0.5, 1, 5, 10]))
