/** The offset of explained hosts as one picture, with what happened marked. */
import { type ChartMark, chart } from '../chart/chart.ts'
import { elapsed, offsetScale } from '../chart/scale.ts'
import { type Element, element } from '../chart/svg.ts'
import { calendar } from './calendar.ts'
import { type Curve, type HostCurves, pointsOf } from './curves.ts'
import type { Happening } from './happenings.ts'
import { placeLabels } from './labels.ts'
import { isSinceBoot, utcDay } from './moments.ts'

export interface Look {
  readonly alone?: boolean
  readonly width?: number
  readonly height?: number
}

/** More would be a curtain. */
const MOST_MARKS = 60
/** So much of the height is for the labels of marks. */
const ABOVE = 0.18

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
  const shown = hosts
    .flatMap(({ name, happenings }) =>
      happenings.map(each => ({ ...each, label: hosts.length > 1 ? `${name}: ${each.label}` : each.label })),
    )
    .sort((a, b) => a.at - b.at)
    .slice(0, MOST_MARKS)
  const marks: ChartMark[] = shown.map(({ at, text }) => ({ at, text }))
  const drawn = chart({
    title: series.map(({ name }) => name).join(', '),
    quantity: `offset, positive: behind (${isSinceBoot(to) ? 'time since the boot' : `${utcDay(from)} to ${utcDay(to)}, UTC`})`,
    x: isSinceBoot(to) ? elapsed(to, from) : calendar(from, to),
    y: offsetScale(
      series.flatMap(({ least, most }) => [...least, ...most]),
      shown.length > 0 ? ABOVE : 0,
    ),
    series,
    marks,
    ...look,
  })
  return labelled(drawn, shown)
}

const PER_LETTER = 6.4
const ROW_HEIGHT = 14

/** Words at the heads of the marks, as far as there is room. */
function labelled(svg: Element, happenings: readonly Happening[]): Element {
  const width = Number(svg.attributes.width)
  const lines = svg.children.filter(
    (child): child is Element => typeof child !== 'string' && child.attributes.class === 'mark',
  )
  const labels = lines.map(({ attributes }, i) => {
    const { label, kind } = happenings[i]!
    const [x, top] = [Number(attributes.x1), Number(attributes.y1)]
    const wide = label.length * PER_LETTER
    const right = x + wide + 16 < width
    return { kind, x, top, label, right, from: right ? x : x - wide - 8, to: right ? x + wide + 8 : x }
  })
  const rows = placeLabels(labels)
  const texts = labels.flatMap(({ x, top, label, right }, i) =>
    rows[i] === undefined
      ? []
      : element(
          'text',
          {
            x: right ? x + 4 : x - 4,
            y: top + 10 + rows[i] * ROW_HEIGHT,
            'text-anchor': right ? undefined : 'end',
            class: 'label',
          },
          label,
        ),
  )
  return { ...svg, children: [...svg.children, ...texts] }
}
