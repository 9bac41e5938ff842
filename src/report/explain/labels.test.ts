import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LABEL_ROWS, type Label, placeLabels } from './labels.ts'

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
