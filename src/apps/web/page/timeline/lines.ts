/** From what was loaded to what a plot draws: lines with their runs, and the columns that uPlot wants. */
import uPlot from 'uplot'
import type { Span } from '../place.ts'
import { joinLast, type Track, withGaps } from './pieces.ts'

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
  readonly bound: Track | undefined
}

export const lineOf = (line: Omit<Line, 'runs'>, breaks: readonly number[]): Line => ({
  ...line,
  runs: withGaps(line.track, breaks),
})

export const carriedTo = (line: Line): Line => ({ ...line, runs: joinLast(line.runs) })

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
      tables.push(isBanded ? banded(line.track, line.bound, run) : plain(line.track, run))
      roles.push({ line, part: 'line', dense: isBanded && !line.bound })
      if (isBanded) roles.push({ line, part: 'high', dense: false }, { line, part: 'low', dense: false })
    }
  return { data: tables.length === 0 ? [[]] : uPlot.join(tables), roles }
}

/** From the lowest reading of each bucket to the highest, so that a spike is never lost; more where a bound is known. */
function banded(track: Track, bound: Track | undefined, run: readonly number[]): uPlot.AlignedData {
  const edge = (column: Track['min'], sign: 1 | -1) =>
    run.map(i => {
      const value = column[i] ?? null
      return value === null ? null : value + sign * (bound?.max[i] ?? 0)
    })
  const [x, last] = plain(track, run)
  return [x, last!, edge(track.max, 1), edge(track.min, -1)]
}

const plain = (track: Track, run: readonly number[]): uPlot.AlignedData => [
  run.map(i => track.x[i]!),
  run.map(i => track.last[i] ?? null),
]

/** When at least every second point stands for several readings. */
const isDense = (track: Track, run: readonly number[]): boolean =>
  run.filter(i => track.min[i] !== track.max[i]).length > run.length / 2

/** All readings of the line that lie in the window: with its band when it has one. */
export function valuesIn({ track, bound }: Line, { from, to }: Span): number[] {
  const found: number[] = []
  track.x.forEach((x, i) => {
    if (x < from || x > to) return
    const half = bound?.max[i] ?? 0
    const [min, max] = [track.min[i], track.max[i]]
    if (min !== null && min !== undefined) found.push(min - half)
    if (max !== null && max !== undefined) found.push(max + half)
  })
  return found
}
