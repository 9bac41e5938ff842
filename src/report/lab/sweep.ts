/** A sweep as a table that is a heat map: rows and columns are what was turned, a cell is one figure, darker where it is worse. */
import { duration } from '#core/time/format.ts'
import type { Summary } from '#lab/summary.ts'
import type { SweptCell } from '#lab/sweep/grid.ts'
import { heatMap } from '../chart/heat.ts'
import type { Element } from '../chart/svg.ts'
import type { Style } from '../style.ts'
import { table } from '../table.ts'
import { countText, timeText } from './words.ts'

export interface SweepMeasure {
  readonly title: string
  value(summary: Summary): number
  text(value: number): string
}

export const SWEEP_MEASURES: Readonly<Record<string, SweepMeasure>> = {
  'to-10ms': { title: 'median time to < 10 ms', value: s => s.timeTo10ms.median, text: timeText },
  'to-1ms': { title: 'median time to < 1 ms', value: s => s.timeTo1ms.median, text: timeText },
  worst: { title: 'largest offset after the disruption', value: s => s.worst.median, text: duration },
  overshoot: { title: 'overshoot', value: s => s.overshoot.median, text: duration },
  rms: { title: 'RMS of the offset', value: s => s.rms.median, text: duration },
  steps: { title: 'steps', value: s => s.steps.median, text: countText },
  packets: { title: 'packets', value: s => s.packets.median, text: countText },
  exits: { title: 'runs in which the daemon ends', value: s => s.exits, text: countText },
}

export interface Swept {
  readonly title: string
  readonly axes: readonly string[]
  readonly cells: readonly SweptCell[]
  readonly measure: SweepMeasure
}

/** What has most values goes across (the last of several), everything else down. */
function layOut({ axes, cells }: Swept) {
  const counts = axes.map((_, i) => new Set(cells.map(({ texts }) => texts[i])).size)
  const longest = counts.lastIndexOf(Math.max(...counts))
  const others = <T>(all: readonly T[]) => all.filter((_, i) => i !== longest)
  const across = (cell: SweptCell) => cell.texts[longest] ?? ''
  const down = (cell: SweptCell) => [cell.player, ...others(cell.texts)].join(', ')
  return {
    columns: [...new Set(cells.map(across))],
    rows: [...new Set(cells.map(down))],
    at: new Map(cells.map(cell => [`${down(cell)}\n${across(cell)}`, cell])),
    columnTitle: axes[longest] ?? '',
    rowTitle: ['player', ...others(axes)].join(', '),
  }
}

/** By the logarithm: from the smallest to the largest of all cells; what never comes is darkest. */
function depths({ cells, measure }: Swept): (value: number) => number {
  const finite = cells
    .map(({ summary }) => measure.value(summary))
    .filter(value => value > 0 && value < Infinity)
  const least = Math.log(Math.min(...finite))
  const most = Math.log(Math.max(...finite))
  const span = Math.max(most - least, 1e-9)
  // Room for what never comes.
  return value =>
    value === Infinity ? 1 : value <= 0 || finite.length === 0 ? 0 : (0.85 * (Math.log(value) - least)) / span
}

const SHADES = [' ', '░', '▒', '▓', '█']

export function sweepText(swept: Swept, style: Style): string {
  const { columns, rows, at, columnTitle, rowTitle } = layOut(swept)
  const { measure } = swept
  const depth = depths(swept)
  const cellAt = (row: string, column: string) => at.get(`${row}\n${column}`)
  const body = table(
    rows,
    [
      { title: rowTitle, text: row => row },
      ...columns.map(column => ({
        title: column,
        align: 'right' as const,
        text: (row: string) => {
          const cell = cellAt(row, column)
          if (!cell) return '–'
          const value = measure.value(cell.summary)
          return `${measure.text(value)} ${SHADES[Math.min(4, Math.floor(depth(value) * 5))]}`
        },
        emphasis: (row: string) => {
          const cell = cellAt(row, column)
          const deep = cell ? depth(measure.value(cell.summary)) : 0
          return deep > 0.75 ? ('red' as const) : deep > 0.4 ? ('yellow' as const) : ('green' as const)
        },
      })),
    ],
    style,
  )
  return `${style('bold', swept.title)}: ${measure.title}${columnTitle === '' ? '' : `, by ${columnTitle}`}\n\n${body}`
}

export function sweepPicture(swept: Swept): Element {
  const { columns, rows, at, columnTitle, rowTitle } = layOut(swept)
  const depth = depths(swept)
  return heatMap({
    title: `${swept.title}: ${swept.measure.title}`,
    columns: { title: columnTitle, names: columns },
    rows: { title: rowTitle, names: rows },
    cell(row, column) {
      const cell = at.get(`${rows[row]}\n${columns[column]}`)
      if (!cell) return undefined
      const value = swept.measure.value(cell.summary)
      return { depth: depth(value), text: swept.measure.text(value) }
    },
  })
}
