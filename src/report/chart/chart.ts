/**
 * A chart of values over time as SVG: lines with the range that they moved in, bands (a claimed bound), marks for what happened.
 * One function for files, HTML reports and pages; it knows nothing of clocks but that zero is worth a line.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Scale } from './scale.ts'
import { area, type Element, element, line, type Node, short } from './svg.ts'
import { dashOf, SERIES, styleElement } from './theme.ts'

export interface Series {
  readonly name: string
  readonly at: ArrayLike<Seconds>
  /** The least and the largest value about each moment; the same array for a plain line. */
  readonly least: ArrayLike<number>
  readonly most: ArrayLike<number>
  /** Drawn behind the line. */
  readonly band?: { readonly low: ArrayLike<number>; readonly high: ArrayLike<number> }
  /** What was said of it at the time: a dotted line. */
  readonly said?: ArrayLike<number>
  /** Small triangles on the line: where it was set. */
  readonly steps?: readonly { readonly at: Seconds; readonly text: string }[]
  /** Where it ends before its time, and why. */
  readonly end?: { readonly at: Seconds; readonly text: string }
}

export interface ChartMark {
  readonly at: Seconds
  readonly until?: Seconds
  readonly text: string
}

export interface ChartInput {
  readonly title: string
  readonly x: Scale
  readonly y: Scale
  /** What the values are. */
  readonly quantity: string
  readonly series: readonly Series[]
  readonly marks?: readonly ChartMark[]
  readonly width?: number
  readonly height?: number
  /** The colour of the first series, by its number. */
  readonly firstColour?: number
  /** With colours of its own, to be looked at by itself. */
  readonly alone?: boolean
}

/** Where the plot itself lies: so far from the edges. */
export const LEFT = 74
export const RIGHT = 16
export const BOTTOM = 28
const LEGEND_LINE = 18

export function chart(input: ChartInput): Element {
  const { title, x, y, quantity, series, marks = [], width = 900, height = 360 } = input
  const { alone = false, firstColour = 0 } = input
  // One line needs no other name than the chart has.
  const legend = series.length === 1 ? { nodes: [], height: 0 } : legendOf(series, width)
  const top = 40 + legend.height
  const toX = (value: number) => LEFT + x.at(value) * (width - LEFT - RIGHT)
  const toY = (value: number) =>
    Number.isNaN(value) ? Number.NaN : height - BOTTOM - y.at(value) * (height - top - BOTTOM)
  const grid = y.ticks.flatMap(({ value, text }) => [
    element('line', {
      class: value === 0 ? 'zero' : 'grid',
      x1: LEFT,
      x2: width - RIGHT,
      y1: toY(value),
      y2: toY(value),
    }),
    element('text', { x: LEFT - 8, y: toY(value) + 4, 'text-anchor': 'end' }, text),
  ])
  const times = x.ticks.map(({ value, text }) => {
    const atEdge = toX(value) > width - 2 * RIGHT
    return element(
      'text',
      { x: atEdge ? width - 2 : toX(value), y: height - 8, 'text-anchor': atEdge ? 'end' : 'middle' },
      text,
    )
  })
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      class: 'chart',
      role: 'img',
      'aria-label': `${title}: ${quantity}`,
    },
    ...(alone ? [styleElement(), element('rect', { class: 'paper', width, height })] : []),
    element('text', { class: 'title', x: 16, y: 22 }, title),
    element('text', { x: width - RIGHT, y: 22, 'text-anchor': 'end' }, quantity),
    ...legend.nodes,
    ...grid,
    ...times,
    ...marks.flatMap(mark => marked(mark, toX, { top, bottom: height - BOTTOM })),
    ...series.flatMap((each, i) =>
      drawn(
        each,
        { stroke: colour(firstColour + i), dash: series.length > 1 ? dashOf(i) : undefined },
        toX,
        toY,
      ),
    ),
  )
}

const colour = (i: number): string => `var(--s${(i % SERIES) + 1})`

function drawn(
  { at, least, most, band, said, steps = [], end }: Series,
  { stroke, dash }: { readonly stroke: string; readonly dash: string | undefined },
  toX: (value: number) => number,
  toY: (value: number) => number,
): Node[] {
  const xs = Float64Array.from(at, toX)
  const [lows, highs] = [Float64Array.from(least, toY), Float64Array.from(most, toY)]
  // Who has ended says nothing any more.
  const shown = end ? xs.subarray(0, Array.from(at).filter(moment => moment <= end.at).length) : xs
  const nodes: Node[] = []
  if (band)
    nodes.push(
      element('path', {
        class: 'band',
        fill: stroke,
        d: area(shown, Float64Array.from(band.low, toY), Float64Array.from(band.high, toY)),
      }),
    )
  if (said)
    nodes.push(
      element('path', {
        class: 'said',
        stroke,
        d: line(shown, Float64Array.from(said, toY)),
      }),
    )
  if (least !== most)
    nodes.push(
      element('path', {
        class: 'range',
        fill: stroke,
        d: area(xs, lows, highs),
      }),
    )
  nodes.push(
    element('path', {
      class: 'series',
      stroke,
      'stroke-dasharray': dash,
      d: line(
        xs,
        Float64Array.from(least, (low, i) => toY((low + most[i]!) / 2)),
      ),
    }),
  )
  const places = (happened: readonly { readonly at: Seconds; readonly text: string }[]) =>
    happened
      .map(({ at: moment, text }) => ({ x: toX(moment), y: toY(valueFrom(moment, at, least)), text }))
      .filter(({ y }) => !Number.isNaN(y))
  for (const { x, y, text } of places(steps))
    nodes.push(
      element(
        'path',
        { class: 'step', fill: stroke, d: `M${short(x)} ${short(y - 6)}l5 9h-10z` },
        element('title', {}, text),
      ),
    )
  for (const { x, y, text } of places(end ? [end] : []))
    nodes.push(
      element(
        'path',
        { class: 'exit', d: `M${short(x - 5)} ${short(y - 5)}l10 10m0 -10l-10 10` },
        element('title', {}, text),
      ),
    )
  return nodes
}

/** Where a line goes on, from a moment on. */
function valueFrom(moment: Seconds, at: ArrayLike<Seconds>, line: ArrayLike<number>): number {
  let index = 0
  while (index < at.length - 1 && (at[index]! < moment || Number.isNaN(line[index]!))) index++
  return line[index]!
}

function marked(
  { at, until, text }: ChartMark,
  toX: (value: number) => number,
  { top, bottom }: { readonly top: number; readonly bottom: number },
): Node[] {
  const x = toX(at)
  const hint = element('title', {}, text)
  const during =
    until === undefined || toX(until) - x < 1
      ? []
      : [element('rect', { class: 'during', x, y: top, width: toX(until) - x, height: bottom - top }, hint)]
  return [...during, element('line', { class: 'mark', x1: x, x2: x, y1: top, y2: bottom }, hint)]
}

/** Names beside their colours, in as many lines as they need. */
function legendOf(series: readonly Series[], width: number): { nodes: Node[]; height: number } {
  const PER_LETTER = 6.6
  const nodes: Node[] = []
  let [x, row] = [16, 0]
  for (const [i, { name }] of series.entries()) {
    const wide = 42 + name.length * PER_LETTER
    if (x > 16 && x + wide > width - RIGHT) {
      x = 16
      row++
    }
    const y = 42 + row * LEGEND_LINE
    nodes.push(
      element('path', {
        class: 'key',
        d: `M${x} ${y - 6}h26`,
        stroke: colour(i),
        'stroke-dasharray': dashOf(i),
      }),
      element('text', { x: x + 32, y: y - 2 }, name),
    )
    x += wide
  }
  return { nodes, height: 10 + row * LEGEND_LINE }
}
