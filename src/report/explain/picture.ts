/** The offset of explained hosts as one picture, with what happened marked. */
import { type ChartMark, chart } from '../chart/chart.ts'
import { offsetScale } from '../chart/scale.ts'
import type { Element } from '../chart/svg.ts'
import { calendar } from './calendar.ts'
import { type Curve, type HostCurves, pointsOf } from './curves.ts'
import { utcDay } from './moments.ts'

export interface Look {
  readonly alone?: boolean
  readonly width?: number
  readonly height?: number
}

/** More would be a curtain. */
const MOST_MARKS = 60

/** What is known of a host's offset: against its sources, else as its daemon took it. */
export const offsetCurve = ({ measured, taken }: HostCurves): Curve | undefined => measured ?? taken

/** Undefined when no host has a curve. */
export function offsetPicture(hosts: readonly HostCurves[], look: Look = {}): Element | undefined {
  const series = hosts.flatMap(host => {
    const curve = offsetCurve(host)
    return curve ? [{ name: host.name, format: curve.format, ...pointsOf(curve) }] : []
  })
  if (series.length === 0) return undefined
  const from = Math.min(...series.map(({ at }) => at[0]!))
  const to = Math.max(...series.map(({ at }) => at.at(-1)!))
  const marks: ChartMark[] = hosts
    .flatMap(({ happenings }) => happenings)
    .slice(0, MOST_MARKS)
    .map(({ at, text }) => ({ at, text }))
  return chart({
    title: series.map(({ name }) => name).join(', '),
    quantity: `offset, positive: behind (${utcDay(from)} to ${utcDay(to)}, UTC)`,
    x: calendar(from, to),
    y: offsetScale(series.flatMap(({ least, most }) => [...least, ...most])),
    series,
    marks,
    ...look,
  })
}
