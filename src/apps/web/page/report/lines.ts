/** From curves to the columns that uPlot wants, and the range of values that a window needs. */
import uPlot from 'uplot'
import { upperMedian } from '#core/number/quantile.ts'
import { type Curve, type HostCurves, pointsOf, type Span } from '#report/explain/curves.ts'
import type { View } from './view.ts'

export type PlotName = 'offset' | 'delay' | 'frequency'

export interface Line {
  readonly host: number
  readonly name: string
  readonly format: string
  /** Name of a CSS variable. */
  readonly colour: string
  readonly dash: readonly number[] | undefined
  /** Half of the longest time between two points that is no gap. */
  readonly near: number
  readonly at: readonly number[]
  readonly least: readonly number[]
  readonly most: readonly number[]
  /** Its points stand for more than one value. */
  readonly banded: boolean
}

const COLOURS = 8

/** With several hosts of one colour the second and third have dashes. */
export function linesOf(view: View, name: PlotName): Line[] {
  return view.hosts.flatMap((host, i) => {
    const curve = curveFor(host, view, name)
    if (!curve || view.hidden.has(i)) return []
    const round = Math.floor(i / COLOURS)
    return {
      host: i,
      name: host.name,
      format: curve.format,
      colour: colourOf(i),
      dash: round === 0 ? undefined : round % 2 === 1 ? [6, 3] : [2, 3],
      near: Math.max(1, curve.gap / 2) * curve.width,
      ...pointsOf(curve),
      banded: curve.spread.some(each => each > 0),
    }
  })
}

export const colourOf = (host: number): string => `--s${(host % COLOURS) + 1}`

const curveFor = (host: HostCurves, { offset }: View, name: PlotName): Curve | undefined =>
  name === 'offset' ? (host[offset] ?? host.measured ?? host.taken) : host[name]

/** A column for each line, two for one with a band: from its smallest values to its largest. */
export function columnsOf(lines: readonly Line[]): uPlot.AlignedData {
  if (lines.length === 0) return [[]]
  const known = (values: readonly number[]) => values.map(value => (Number.isNaN(value) ? null : value))
  return uPlot.join(
    lines.map(
      ({ at, least, most, banded }): uPlot.AlignedData =>
        banded ? [[...at], known(most), known(least)] : [[...at], known(least)],
    ),
    lines.map(({ banded }) => (banded ? [1, 2, 2] : [1, 2])),
  )
}

/** All values in the window, and of each line one to either side. */
export function extremesIn(lines: readonly Line[], { from, to }: Span): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { at, least, most } of lines)
    for (let i = 0; i < at.length; i++) {
      if ((at[i + 1] ?? at[i]!) < from || (at[i - 1] ?? at[i]!) > to || Number.isNaN(least[i]!)) continue
      low = Math.min(low, least[i]!)
      high = Math.max(high, most[i]!)
    }
  return low > high ? [-1, 1] : [low, high]
}

/** Where the logarithmic scale becomes linear: the power of ten below the usual size of a value. */
export function kneeOf(lines: readonly Line[]): number {
  const sizes = lines
    .flatMap(({ least, most }) => least.map((low, i) => Math.max(Math.abs(low), Math.abs(most[i]!))))
    .filter(size => size > 0)
  const usual = sizes.length > 0 ? upperMedian(sizes) : 1e-3
  return 10 ** Math.floor(Math.log10(Math.max(1e-8, usual)))
}

/** How many times the usual size the largest is: from here on a linear scale shows the largest only. */
const FAR = 60

export const isWide = (lines: readonly Line[]): boolean => {
  const [low, high] = extremesIn(lines, { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY })
  return Math.max(-low, high) > FAR * kneeOf(lines)
}

/** The value of a line at a moment; undefined in its gaps. */
export function valueAt(line: Line, moment: number): { low: number; high: number } | undefined {
  let [low, high] = [0, line.at.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (line.at[middle]! < moment) low = middle + 1
    else high = middle
  }
  const before = low - 1
  const i =
    before >= 0 && (low === line.at.length || moment - line.at[before]! < line.at[low]! - moment)
      ? before
      : low
  const known = !Number.isNaN(line.least[i] ?? Number.NaN) && Math.abs(line.at[i]! - moment) <= line.near
  return known ? { low: line.least[i]!, high: line.most[i]! } : undefined
}
