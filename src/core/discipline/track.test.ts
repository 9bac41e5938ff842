import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Estimate } from './estimate.ts'
import { type Observation, Track } from './track.ts'

/** What a source says at `at` of a counter that is `x` behind, off by `error` of its `half` width. */
const seen = (at: number, x: number, half: number, error = 0): Observation => ({
  at,
  offset: x + error * half,
  low: x + error * half - half,
  high: x + error * half + half,
  jitter: half / 5,
})

describe('a track', () => {
  test('knows nothing of the rate from one sample: ten percent are possible', () => {
    const track = new Track()
    track.update(seen(0, 5, 1e-3))
    expect(track.rate).toBeUndefined()
    expect(track.interval(10).high).toBeGreaterThanOrEqual(5 + 1e-3 + 1)
    expect(track.interval(10).low).toBeLessThanOrEqual(5 - 1e-3 - 1)
  })

  test('finds a constant rate, be it 5 %', () => {
    for (const rate of [0, 20e-6, -2e-3, 0.05]) {
      const track = new Track()
      for (let i = 0; i < 40; i++) track.update(seen(64 * i, rate * 64 * i, 1e-4))
      expect(track.rate).toBeCloseTo(rate, 7)
    }
  })

  test('a jump is refuted, by what it exceeds, and after a restart the rate is kept', () => {
    const track = new Track()
    for (let i = 0; i < 40; i++) track.update(seen(64 * i, 20e-6 * 64 * i, 1e-4))
    const rate = track.rate!
    const jumped = seen(64 * 40, 20e-6 * 64 * 40 + 30, 1e-4)
    const update = track.update(jumped)
    expect(update.kind).toBe('refuted')
    expect(update.kind === 'refuted' && update.gap).toBeCloseTo(30, 1)
    track.restartOffset(jumped)
    expect(track.rate).toBe(rate)
    expect(track.offset(64 * 41)).toBeCloseTo(20e-6 * 64 * 41 + 30, 5)
  })

  test('time that was lost moves everything along, less surely', () => {
    const track = new Track()
    for (let i = 0; i < 10; i++) track.update(seen(64 * i, 0, 1e-4))
    const before = track.interval(600)
    track.shift(30, 0.5)
    const after = track.interval(600)
    expect(after.low).toBeCloseTo(before.low + 29.5, 9)
    expect(after.high).toBeCloseTo(before.high + 30.5, 9)
    expect(track.update(seen(640, 30.2, 1e-4)).kind).toBe('confirmed')
  })

  test('what a shift was wrong by says nothing of the oscillator', () => {
    const track = new Track()
    for (let i = 0; i < 10; i++) track.update(seen(64 * i, 0, 1e-4))
    const { wander } = track
    track.shift(0, 50)
    expect(track.update(seen(640, 49.9, 1e-4)).kind).toBe('confirmed')
    expect(track.wander).toBe(wander)
    expect(track.update(seen(704, 49.9 + 1e-3, 1e-3)).kind).toBe('confirmed')
  })

  test('of all that was measured the newest can be kept, with a rate that is known from elsewhere', () => {
    const track = new Track()
    for (let i = 0; i < 10; i++) track.update(seen(64 * i, i, 1e-4))
    track.keepNewest({ rate: 20e-6, rateBound: 1e-4 })
    const { low, high } = track.interval(9 * 64 + 10)
    expect(low).toBeCloseTo(9 + 20e-5 - 1e-4 - 1e-3, 4)
    expect(high).toBeCloseTo(9 + 20e-5 + 1e-4 + 1e-3, 4)
  })

  test('another counter: nothing that was learned holds', () => {
    const track = new Track()
    for (let i = 0; i < 10; i++) track.update(seen(64 * i, 0, 1e-4))
    track.forget()
    expect(track.known).toBe(false)
    expect(track.rate).toBeUndefined()
  })

  test('the truth stays inside as long as every sample holds it, at any spacing and rate', () => {
    const story = fc.record({
      rate: fc.double({ min: -0.05, max: 0.05, noNaN: true }),
      half: fc.double({ min: 1e-6, max: 0.1, noNaN: true }),
      steps: fc.array(
        fc.tuple(
          fc.double({ min: 0.5, max: 2000, noNaN: true }),
          fc.double({ min: -0.999, max: 0.999, noNaN: true }),
        ),
        {
          minLength: 1,
          maxLength: 80,
        },
      ),
    })
    fc.assert(
      fc.property(story, ({ rate, half, steps }) => {
        const track = new Track()
        let at = 0
        for (const [pause, error] of steps) {
          at += pause
          expect(track.update(seen(at, rate * at, half, error)).kind).toBe('confirmed')
          for (const ahead of [0, 0.3, 30, 3000]) {
            const { low, high } = track.interval(at + ahead)
            const tolerance = 1e-9 * Math.max(1, at + ahead)
            expect(low).toBeLessThanOrEqual(rate * (at + ahead) + tolerance)
            expect(high).toBeGreaterThanOrEqual(rate * (at + ahead) - tolerance)
          }
          expect(track.offset(at)).toBeGreaterThanOrEqual(track.interval(at).low)
          expect(track.offset(at)).toBeLessThanOrEqual(track.interval(at).high)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('the estimate', () => {
  const belief = {
    at: 100,
    offset: 1,
    low: 0.9,
    high: 1.2,
    jitter: 0.01,
    rate: 1e-3,
    rateBound: 1e-4,
    wander: 0,
  }

  test('carries a belief on, and its interval grows', () => {
    const estimate = new Estimate()
    expect(estimate.interval(0)).toBeUndefined()
    expect(estimate.offset(0)).toBeUndefined()
    estimate.adopt(belief)
    expect(estimate.offset(200)).toBeCloseTo(1.1, 12)
    // 100 s at 1e-4, and half of 5e-10 x (100 s)².
    expect(estimate.interval(200)!.low).toBeCloseTo(0.9 + 0.1 - 0.01 - 2.5e-6, 9)
    expect(estimate.interval(200)!.high).toBeCloseTo(1.2 + 0.1 + 0.01 + 2.5e-6, 9)
  })

  test('while a rival may be right, the interval covers both', () => {
    const estimate = new Estimate()
    estimate.adopt(belief)
    const rival = { ...belief, at: 100, offset: 31, low: 30.9, high: 31.1 }
    expect(estimate.gapTo(rival.at, rival)).toBeCloseTo(29.7, 9)
    estimate.admitRival(rival)
    const { low, high } = estimate.interval(100)!
    expect(low).toBeLessThanOrEqual(0.9)
    expect(high).toBeGreaterThanOrEqual(31.1)
    estimate.adopt(rival)
    expect(estimate.interval(100)!.low).toBeGreaterThan(30)
  })
})
