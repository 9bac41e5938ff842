import { expect, test } from 'vitest'
import { chart } from './chart.ts'
import { heatMap } from './heat.ts'
import { elapsed, offsetScale } from './scale.ts'
import { area, line, print } from './svg.ts'

test('a chart has its axes, its lines, its marks and nothing that runs', () => {
  const svg = print(
    chart({
      title: 'A <clock> & "more"',
      quantity: 'offset',
      x: elapsed(3600),
      y: offsetScale([0, 1]),
      series: [
        {
          name: 'one',
          at: [0, 1800, 3600],
          least: [0, 0.5, 1],
          most: [0, 0.6, 1],
          steps: [{ at: 1800, text: 'set' }],
        },
        { name: 'two', at: [0, 3600], least: [1, 0], most: [1, 0], end: { at: 1800, text: 'panic' } },
      ],
      marks: [{ at: 600, until: 1200, text: 'a pause' }],
      alone: true,
    }),
  )
  expect(svg).toContain('A &lt;clock&gt; &amp; &quot;more&quot;')
  expect(svg).toContain('prefers-color-scheme:dark')
  expect(svg.match(/class="series"/g)).toHaveLength(2)
  // The second is dashed, in the picture and beside its name: colour alone tells some readers nothing.
  expect(svg.match(/stroke-dasharray="8 3"/g)).toHaveLength(2)
  expect(svg).toMatch(/class="step"[^>]*>\s*<title>set/)
  expect(svg).toContain('class="during"')
  expect(svg).toContain('class="exit"')
  expect(svg).not.toMatch(/NaN|undefined|<script/)
})

test('what happened in a gap stands where the line goes on, and where it does not, nowhere', () => {
  const steps = (least: readonly number[]) =>
    print(
      chart({
        title: 'A clock',
        quantity: 'offset',
        x: elapsed(3),
        y: offsetScale(least),
        series: [{ name: 'one', at: [0, 1, 2, 3], least, most: least, steps: [{ at: 1, text: 'set' }] }],
      }),
    ).match(/class="step"[^>]*/g)
  const { NaN: off } = Number
  expect(steps([0, off, off, 1])).toEqual(steps([0, 1, 1, 1]))
  expect(steps([0, off, off, off])).toBeNull()
})

test('gaps in a line and in an area', () => {
  expect(line([0, 1, 2, 3], [1, Number.NaN, 3, 4])).toBe('M0 1M2 3L3 4')
  expect(area([0, 1, 2], [1, Number.NaN, 1], [2, 2, 2])).toBe('M0 2L0 1ZM2 2L2 1Z')
})

test('a heat map has a cell for each pair, an empty one where nothing is known', () => {
  const svg = print(
    heatMap({
      title: 'heat',
      columns: { title: 'pause', names: ['1 s', '2 s'] },
      rows: { title: 'player', names: ['a'] },
      cell: (_, column) => (column === 0 ? { depth: 1, text: 'never' } : undefined),
    }),
  )
  expect(svg).toContain('never')
  expect(svg.match(/<rect/g)).toHaveLength(3)
})
