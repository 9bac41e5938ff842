/** From what was loaded to what a plot draws: lines with their runs, and the columns that uPlot wants. */
import uPlot from 'uplot'
import type { Span } from '../place.ts'
import { type Bound, bandOf } from './band.ts'
import { runsOf, type Track } from './pieces.ts'

export interface Line {
  /** The name of the source, or undefined for the combined estimate. */
  readonly source: string | undefined
  readonly label: string
  /** Name of a CSS variable. */
  readonly colour: string
  readonly width: number
  readonly dash: readonly number[] | undefined
  readonly track: Track
  readonly runs: readonly (readonly number[])[]
  /** When there are more readings than points, only their band is drawn in full, so that lines above stay in sight. */
  readonly background: boolean
  /** Readings that do not follow from each other are dots. */
  readonly scattered: boolean
  /** Half height of the band around the line. */
  readonly bound: Bound | undefined
}

export const lineOf = (line: Omit<Line, 'runs'>, cut: Parameters<typeof runsOf>[1]): Line => ({
  ...line,
  runs: runsOf(line.track, cut),
})

export interface Columns {
  readonly data: uPlot.AlignedData
  /** One for each column after the first. */
  readonly roles: readonly Role[]
}
export interface Role {
  readonly line: Line
  readonly part: 'line' | 'high' | 'low'
  /** There are more readings than points, and the band holds them all. */
  readonly dense: boolean
}

/** One column for each run of each line (three with a band: line, high, low), over the union of all times. */
export function columnsOf(lines: readonly Line[]): Columns {
  const tables: uPlot.AlignedData[] = []
  const roles: Role[] = []
  for (const line of lines)
    for (const run of line.runs) {
      const isBanded = line.bound !== undefined || isDense(line.track, run)
      tables.push(plain(line.track, run))
      if (isBanded) tables.push(banded(line, run))
      roles.push({ line, part: 'line', dense: isBanded && !line.bound })
      if (isBanded) roles.push({ line, part: 'high', dense: false }, { line, part: 'low', dense: false })
    }
  return { data: tables.length === 0 ? [[]] : uPlot.join(tables), roles }
}

/** From the lowest reading of each bucket to the highest, so that a spike is never lost; more where a bound is known. */
function banded({ track, bound }: Line, run: readonly number[]): uPlot.AlignedData {
  if (!bound)
    return [run.map(i => track.x[i]!), run.map(i => track.max[i] ?? null), run.map(i => track.min[i] ?? null)]
  const { x, high, low } = bandOf(track, bound, run)
  return [x, high, low]
}

const plain = (track: Track, run: readonly number[]): uPlot.AlignedData => [
  run.map(i => track.x[i]!),
  run.map(i => track.last[i] ?? null),
]

/** When at least every second point stands for several readings. */
const isDense = (track: Track, run: readonly number[]): boolean =>
  run.filter(i => track.min[i] !== track.max[i]).length > run.length / 2

/** All readings of the line that lie in the window: the edges of its band when it has one. */
export function valuesIn({ track, bound, runs }: Line, { from, to }: Span): number[] {
  const found: number[] = []
  const add = (x: number, values: readonly (number | null | undefined)[]) => {
    if (x >= from && x <= to) for (const value of values) if (value != null) found.push(value)
  }
  for (const run of runs) {
    if (bound) {
      const { x, high, low } = bandOf(track, bound, run)
      x.forEach((at, i) => {
        add(at, [low[i], high[i]])
      })
    } else for (const i of run) add(track.x[i]!, [track.min[i], track.max[i]])
  }
  return found
}
