import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ADJ_FREQUENCY,
  ADJ_NANO,
  ADJ_SETOFFSET,
  ADJ_TICK,
  decodeTimex,
  encodeTimex,
  rateOfTimex,
  STA_INS,
  STA_UNSYNC,
  TIMEX_SIZE,
  timexOfClaim,
  timexOfRate,
  timexOfStep,
} from './timex.ts'

describe('a rate', () => {
  test.each([
    ['none', 0, 10_000, 0],
    ['20 ppm', 20e-6, 10_000, 20 * 65_536],
    ['the most that freq can say', -500e-6, 10_000, -500 * 65_536],
    ['2000 ppm', 2000e-6, 10_020, 0],
    ['2030 ppm', 2030e-6, 10_020, 30 * 65_536],
    ['as fast as chrony slews', 83_333e-6, 10_833, 33 * 65_536],
    ['more than there is', 0.2, 11_000, 500 * 65_536],
    ['less than there is', -0.2, 9_000, -500 * 65_536],
  ])('%s', (_, rate, tick, freq) => {
    expect(timexOfRate(rate)).toEqual({ modes: ADJ_FREQUENCY | ADJ_TICK, tick, freq })
  })

  test('is met to within half a unit of freq, anywhere within ±10 %', () => {
    fc.assert(
      fc.property(fc.double({ min: -0.1, max: 0.1, noNaN: true }), rate => {
        const setting = timexOfRate(rate)
        expect(Math.abs(setting.freq)).toBeLessThanOrEqual(500 * 65_536)
        expect(Math.abs(rateOfTimex(setting) - rate)).toBeLessThan(0.51e-6 / 65_536)
      }),
    )
  })
})

describe('a step', () => {
  test.each([
    ['forward', 1.25, 1n, 250_000_000n],
    ['backward: the fraction stays positive', -0.25, -1n, 750_000_000n],
    ['a nanosecond back', -1e-9, -1n, 999_999_999n],
    ['too little to be one', -1e-10, 0n, 0n],
  ])('%s', (_, size, timeSeconds, timeFraction) => {
    expect(timexOfStep(size)).toEqual({ modes: ADJ_SETOFFSET | ADJ_NANO, timeSeconds, timeFraction })
  })
})

describe('a claim', () => {
  test('is rounded to the safe side', () => {
    const timex = timexOfClaim({ errorBound: 1.0000001e-3, jitter: 2e-5, leap: 'insert' })
    expect(timex).toMatchObject({ maxerrorUs: 1001, esterrorUs: 20, status: STA_INS })
  })

  test('that nobody should rely on is unsynchronised', () => {
    const timex = timexOfClaim({ errorBound: undefined, jitter: 0, leap: 'insert' })
    expect(timex).toMatchObject({ maxerrorUs: 16_000_000, status: STA_UNSYNC })
  })
})

test('the structure reads as it was written, and stays inside its 208 bytes', () => {
  const view = new DataView(new ArrayBuffer(TIMEX_SIZE + 16).slice(0))
  for (let i = 0; i < view.byteLength; i++) view.setUint8(i, 0xff)
  const timex = {
    modes: ADJ_FREQUENCY,
    freq: -1,
    maxerrorUs: 2,
    esterrorUs: 3,
    status: STA_UNSYNC,
    tick: 10_001,
    timeSeconds: -5n,
    timeFraction: 6n,
  }
  encodeTimex(timex, view, 8)
  expect(decodeTimex(new DataView(view.buffer, 8, TIMEX_SIZE))).toEqual({
    offset: 0,
    frequency: -1,
    maxError: 2,
    estError: 3,
    status: STA_UNSYNC,
    tick: 10_001,
    tai: 0,
  })
  expect(view.getBigInt64(8 + 72, true)).toBe(-5n)
  expect(view.getBigInt64(8 + 80, true)).toBe(6n)
  expect(view.getBigUint64(0, true)).toBe(0xffff_ffff_ffff_ffffn)
  expect(view.getBigUint64(TIMEX_SIZE + 8, true)).toBe(0xffff_ffff_ffff_ffffn)
})
