import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Interval, selectTruechimers } from './select.ts'

const around = (centre: number, radius: number): Interval => ({ low: centre - radius, high: centre + radius })

describe('selection', () => {
  test('three agree, one lies by 50 ms', () => {
    const selection = selectTruechimers([
      around(0, 0.01),
      around(0.002, 0.01),
      around(-0.001, 0.01),
      around(0.05, 0.01),
    ])
    expect(selection).toMatchObject({ kind: 'majority', truechimers: [0, 1, 2] })
  })

  test('two that disagree are no majority, nor is nobody', () => {
    expect(selectTruechimers([around(0, 0.01), around(0.05, 0.01)])).toEqual({ kind: 'no-majority' })
    expect(selectTruechimers([])).toEqual({ kind: 'no-majority' })
  })

  test('one source is its own majority', () => {
    expect(selectTruechimers([around(3, 1)])).toMatchObject({ low: 2, high: 4, truechimers: [0] })
  })

  test('a wide honest source meets the liars too: two majorities, and only what was known before tells them apart', () => {
    const intervals = [around(0, 0.001), around(0.5, 2), around(1, 0.001)]
    expect(selectTruechimers(intervals)).toEqual({ kind: 'no-majority' })
    expect(selectTruechimers(intervals, around(0, 0.1))).toMatchObject({ truechimers: [0, 1] })
    expect(selectTruechimers(intervals, around(0.5, 1))).toEqual({ kind: 'no-majority' })
  })

  test('intervals of no width and infinite ones', () => {
    expect(selectTruechimers([around(1, 0), around(1, 0)])).toMatchObject({
      low: 1,
      high: 1,
      truechimers: [0, 1],
    })
    const anything = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
    expect(selectTruechimers([anything]).kind).toBe('no-majority')
  })
})

/** Honest intervals contain the truth (0); liars may say anything. */
const honest = fc
  .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([left, right]): Interval => ({ low: -left, high: right }))
const liar = fc
  .tuple(fc.double({ min: -10, max: 10, noNaN: true }), fc.double({ min: 0, max: 10, noNaN: true }))
  .map(([low, width]): Interval => ({ low, high: low + width }))

describe('properties', () => {
  test('the chosen interval lies inside each truechimer and inside the span of the majority', () => {
    fc.assert(
      fc.property(fc.array(liar, { maxLength: 12 }), candidates => {
        const selection = selectTruechimers(candidates)
        if (selection.kind === 'no-majority') return
        expect(selection.truechimers.length * 2).toBeGreaterThan(candidates.length)
        expect(selection.best.low).toBeLessThanOrEqual(selection.best.high)
        expect(selection.low).toBeLessThanOrEqual(selection.best.low)
        expect(selection.high).toBeGreaterThanOrEqual(selection.best.high)
        for (const i of selection.truechimers) {
          expect(candidates[i]!.low).toBeLessThanOrEqual(selection.best.low)
          expect(candidates[i]!.high).toBeGreaterThanOrEqual(selection.best.high)
        }
      }),
      { numRuns: 5000 },
    )
  })

  test('a minority of liars never wins: the span of the majority contains the truth', () => {
    const mixed = fc
      .tuple(fc.array(honest, { minLength: 1, maxLength: 8 }), fc.array(liar, { maxLength: 7 }))
      .filter(([honests, liars]) => liars.length < honests.length)
    fc.assert(
      fc.property(mixed, fc.boolean(), ([honests, liars], known) => {
        const selection = selectTruechimers(
          [...liars, ...honests],
          known ? { low: -0.5, high: 0.5 } : undefined,
        )
        if (selection.kind === 'no-majority') return
        expect(selection.low).toBeLessThanOrEqual(0)
        expect(selection.high).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 20_000 },
    )
  })

  test('honest sources alone always have a majority', () => {
    fc.assert(
      fc.property(fc.array(honest, { minLength: 1, maxLength: 10 }), candidates => {
        expect(selectTruechimers(candidates).kind).toBe('majority')
      }),
      { numRuns: 5000 },
    )
  })
})
