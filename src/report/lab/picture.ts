/** The courses of several players in one chart: true offset, and what happened. */
import { duration } from '#core/time/format.ts'
import type { Curve } from '#lab/curve.ts'
import { type ChartMark, chart } from '../chart/chart.ts'
import { elapsed, offsetScale } from '../chart/scale.ts'
import type { Element } from '../chart/svg.ts'
import type { Result } from './results.ts'
import { markText } from './words.ts'

interface Pictured {
  readonly alone?: boolean
  readonly width?: number
  readonly height?: number
  /** So that one player has one colour in several charts. */
  readonly firstColour?: number
  /** Also what the daemon says: its offset, and the interval in which it claims true time to be. */
  readonly claims?: boolean
}

/** More marks than that would be a curtain. */
const MOST_MARKS = 60

export function offsetChart(title: string, results: readonly Result[], look: Pictured = {}): Element {
  const drawn = results.flatMap(({ name, curve }) => (curve ? [{ name, curve }] : []))
  const values = drawn.flatMap(({ curve }) => [...curve.least, ...curve.most])
  const { claims = false, ...size } = look
  const y = offsetScale(values)
  const marks: ChartMark[] = (drawn[0]?.curve.marks ?? []).slice(0, MOST_MARKS).map(mark => ({
    at: mark.at,
    text: `${markText(mark)} at ${duration(mark.at)}`,
    ...(mark.until === undefined ? {} : { until: mark.until }),
  }))
  return chart({
    title,
    quantity: 'true offset of the clock; positive: behind',
    x: elapsed(...spanOf(drawn.map(({ curve }) => curve))),
    y,
    marks,
    series: drawn.map(({ name, curve }) => ({
      name,
      at: curve.at,
      least: curve.least,
      most: curve.most,
      ...(claims ? { band: claimed(curve), said: curve.believed } : {}),
      ...(curve.exit ? { end: { at: curve.exit.at, text: curve.exit.why } } : {}),
    })),
    ...size,
  })
}

/** From the start, or from where a part begins. */
function spanOf(curves: readonly Curve[]): [to: number, from: number] {
  const [first] = curves
  const begin = first?.at[0] ?? 0
  const end = Math.max(1, ...curves.map(({ at }) => at.at(-1) ?? 0))
  return [end, begin < end / 100 ? 0 : begin]
}

const claimed = ({ believed, bound }: Curve) => ({
  low: believed.map((value, i) => value - bound[i]!),
  high: believed.map((value, i) => value + bound[i]!),
})
