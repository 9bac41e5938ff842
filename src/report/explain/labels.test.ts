import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseLabels, LABEL_ROWS, type Label, placeLabels } from './labels.ts'

test('what happened to the clock finds room before what its daemon did', () => {
  const step = { kind: 'step', from: 0, to: 50 } as const
  const pause = { kind: 'pause', from: 10, to: 60 } as const
  expect(placeLabels([step, pause])).toEqual([1, 0])
  expect(placeLabels([step, step, step, pause])).toEqual([1, 2, undefined, 0])
})

test('no two labels of a row overlap', () => {
  const label = fc.record({
    kind: fc.constantFrom<Label['kind']>('pause', 'step', 'jump'),
    from: fc.integer({ min: 0, max: 500 }),
    width: fc.integer({ min: 1, max: 100 }),
  })
  fc.assert(
    fc.property(fc.array(label), all => {
      const labels = all.map(({ kind, from, width }) => ({ kind, from, to: from + width }))
      const rows = placeLabels(labels)
      for (let row = 0; row < LABEL_ROWS; row++) {
        const inRow = labels.filter((_, i) => rows[i] === row).sort((a, b) => a.from - b.from)
        for (const [i, each] of inRow.slice(1).entries()) expect(each.from).toBeGreaterThan(inRow[i]!.to)
      }
    }),
  )
})

test('labels name their hosts where all of them fit, and are not cut', () => {
  const within = { from: 0, to: 100 }
  const at = (...ends: readonly number[]): Label[] => ends.map(to => ({ kind: 'pause', from: to - 60, to }))
  const short = (...ends: readonly number[]): Label[] =>
    ends.map(to => ({ kind: 'pause', from: to - 20, to }))
  const named = (...ends: readonly number[]) => {
    const long = at(...ends)
    return chooseLabels([long, short(...ends)], within).labels === long
  }
  expect(named(60, 70, 80)).toBe(true)
  // The last is cut; four find no room in three rows.
  expect(named(60, 70, 110)).toBe(false)
  expect(named(60, 70, 80, 90)).toBe(false)
})
