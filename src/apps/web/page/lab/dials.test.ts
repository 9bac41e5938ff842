import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KNOBS } from '#lab/sweep/knobs.ts'
import {
  DIALS,
  type Dial,
  dialText,
  limitsText,
  POSITIONS,
  positionOf,
  positionsOf,
  readDial,
  valueAt,
} from './dials.ts'

const dial = (knob: string): Dial => DIALS.find(each => each.knob === knob)!

test('each slider turns a knob, and no two the same', () => {
  expect(Object.keys(KNOBS)).toEqual(expect.arrayContaining(DIALS.map(({ knob }) => knob)))
  expect(new Set(DIALS.map(({ knob }) => knob)).size).toBe(DIALS.length)
})

test('a slider goes from end to end, by factors where a range is wide', () => {
  const at = (knob: string) => [0, POSITIONS / 2, POSITIONS].map(position => valueAt(dial(knob), position))
  expect(at('pause')).toEqual([1e-3, 9.3, 86_400])
  expect(at('offset')).toEqual([-1000, 0, 1000])
  expect(at('jitter')[0]).toBe(0)
  expect(at('loss')).toEqual([0, 0.25, 1])
})

test.each(DIALS.map(each => [each.knob, each] as const))(
  '%s: a value stands where it was taken from, and larger ones farther along',
  (_, each) => {
    const [min, max] = positionsOf(each)
    fc.assert(
      fc.property(fc.integer({ min, max }), position => {
        const value = valueAt(each, position)
        expect(Math.abs(positionOf(each, value) - position)).toBeLessThanOrEqual(1)
        if (position > min) expect(value).toBeGreaterThanOrEqual(valueAt(each, position - 1))
        const written = KNOBS[each.knob]!.unit === 'part' ? value * 100 : value
        expect(readDial(each, String(written))).toBeCloseTo(value, 9)
      }),
    )
  },
)

test('what is written is read with its unit, and nonsense is not', () => {
  expect(readDial(dial('pause'), '4.3s')).toBe(4.3)
  expect(readDial(dial('pause'), '20 min')).toBe(1200)
  expect(
    ['2h', '1h', '30m', '3600', '20ms', '5ms', '24h', '1ms'].map(text => readDial(dial('pause'), text)),
  ).toEqual([7200, 3600, 1800, 3600, 0.02, 0.005, 86_400, 0.001])
  expect(limitsText(dial('pause'))).toBe('from 1.00 ms to 24.0 h')
  expect(readDial(dial('offset'), '-50 ms')).toBe(-0.05)
  expect(readDial(dial('frequencyerror'), '12,5 ppm')).toBe(12.5)
  expect(readDial(dial('loss'), '5 %')).toBe(0.05)
  expect(readDial(dial('loss'), '100%')).toBe(1)
  expect(readDial(dial('jitter'), '20 µs')).toBe(20e-6)
  expect(readDial(dial('steal'), '30 %')).toBe(0.3)
  expect(readDial(dial('downtime'), '300 ms')).toBe(0.3)
  for (const nonsense of ['', 'long', '25h', '0.5ms', '-1s', '0'])
    expect(readDial(dial('pause'), nonsense)).toBeUndefined()
  expect(dialText(dial('loss'), 0.05)).toBe('5 %')
  expect(readDial(dial('servers'), '5')).toBe(5)
  for (const nonsense of ['0', '9', '2.5']) expect(readDial(dial('servers'), nonsense)).toBeUndefined()
})
