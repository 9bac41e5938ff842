/** The courses of several players in one chart: true offset, and what happened. */
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
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
  /** What is on the axis of time, where that is not all that there is. */
  readonly span?: readonly [from: Seconds, to: Seconds]
  /** So that one player has one colour in several charts. */
  readonly firstColour?: number
  /** Of whom also what the daemon says is drawn: its offset, and the interval in which it claims true time to be. */
  readonly claims?: (name: string) => boolean
}

/** More marks than that would be a curtain. */
const MOST_MARKS = 60
const PER_TICK = 100

export function offsetChart(
  title: string,
  results: readonly Pick<Result, 'name' | 'curve'>[],
  look: Pictured = {},
): Element {
  const drawn = results.flatMap(({ name, curve }) => (curve ? [{ name, curve }] : []))
  const values = drawn.flatMap(({ curve }) => [...curve.least, ...curve.most])
  const { claims = () => false, span = spanOf(drawn.map(({ curve }) => curve)), ...size } = look
  const ticks = look.width && Math.max(2, Math.floor(look.width / PER_TICK))
  const y = offsetScale(values)
  const marks: ChartMark[] = (drawn[0]?.curve.marks ?? []).slice(0, MOST_MARKS).map(mark => ({
    at: mark.at,
    text: `${markText(mark)} at ${duration(mark.at)}`,
    ...(mark.until === undefined ? {} : { until: mark.until }),
  }))
  return chart({
    title,
    quantity: 'true offset of the clock; positive: behind',
    x: elapsed(span[1], span[0], ticks),
    y,
    marks,
    series: drawn.map(({ name, curve }) => ({
      name,
      at: curve.at,
      least: curve.least,
      most: curve.most,
      steps: curve.steps
        .filter(({ by }) => by === 'player')
        .slice(0, MOST_MARKS)
        .map(({ at, size }) => ({
          at,
          text: `${name} steps the clock by ${signed(size)} at ${duration(at)}`,
        })),
      ...(claims(name) ? { band: claimed(curve), said: curve.believed } : {}),
      ...(curve.exit ? { end: { at: curve.exit.at, text: curve.exit.why } } : {}),
    })),
    ...size,
  })
}

/** From the start, or from where a part begins. */
function spanOf(curves: readonly Curve[]): [from: Seconds, to: Seconds] {
  const [first] = curves
  const begin = first?.at[0] ?? 0
  const end = Math.max(1, ...curves.map(({ at }) => at.at(-1) ?? 0))
  return [begin < end / 100 ? 0 : begin, end]
}

const claimed = ({ believed, bound }: Curve) => ({
  low: believed.map((value, i) => value - bound[i]!),
  high: believed.map((value, i) => value + bound[i]!),
})
