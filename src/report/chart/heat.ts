/** A heat map as SVG: a cell for each pair of two things, darker where the value is larger, and the value in it. */
import { type Element, element } from './svg.ts'
import { styleElement } from './theme.ts'

export interface HeatInput {
  readonly title: string
  readonly columns: { readonly title: string; readonly names: readonly string[] }
  readonly rows: { readonly title: string; readonly names: readonly string[] }
  /** By row and column: how dark, from 0 to 1, and what is written there. Undefined where nothing is known. */
  cell(row: number, column: number): { readonly depth: number; readonly text: string } | undefined
}

const CELL_WIDTH = 78
const CELL_HEIGHT = 26
const TOP = 66
const PER_LETTER = 7

/** From the accent's side to warning: pale is good. */
export const heatColour = (depth: number): string => {
  const mix = (from: number, to: number) => Math.round(from + (to - from) * Math.min(1, Math.max(0, depth)))
  return `rgb(${mix(214, 168)},${mix(236, 40)},${mix(226, 24)})`
}

export function heatMap({ title, columns, rows, cell }: HeatInput): Element {
  const left = 24 + PER_LETTER * Math.max(rows.title.length, ...rows.names.map(name => name.length))
  const width = Math.max(left + CELL_WIDTH * columns.names.length + 16, 40 + PER_LETTER * 1.2 * title.length)
  const height = TOP + CELL_HEIGHT * rows.names.length + 16
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      class: 'chart',
      role: 'img',
      'aria-label': title,
    },
    styleElement(),
    element('rect', { class: 'paper', width, height }),
    element('text', { class: 'title', x: 16, y: 22 }, title),
    element('text', { x: 16, y: TOP - 8 }, rows.title),
    element('text', { x: left, y: 40 }, columns.title),
    ...columns.names.map((name, c) =>
      element('text', { x: left + CELL_WIDTH * (c + 0.5), y: TOP - 8, 'text-anchor': 'middle' }, name),
    ),
    ...rows.names.flatMap((name, r) => [
      element('text', { x: left - 8, y: TOP + CELL_HEIGHT * (r + 0.65), 'text-anchor': 'end' }, name),
      ...columns.names.flatMap((_, c) => {
        const found = cell(r, c)
        const [x, y] = [left + CELL_WIDTH * c, TOP + CELL_HEIGHT * r]
        const box = { x, y, width: CELL_WIDTH - 2, height: CELL_HEIGHT - 2 }
        if (!found) return [element('rect', { ...box, fill: 'none', class: 'grid' })]
        return [
          element('rect', { ...box, fill: heatColour(found.depth) }),
          element(
            'text',
            {
              x: x + CELL_WIDTH / 2 - 1,
              y: y + CELL_HEIGHT * 0.62,
              'text-anchor': 'middle',
              fill: found.depth > 0.6 ? '#ffffff' : '#14181d',
            },
            found.text,
          ),
        ]
      }),
    ]),
  )
}
