/**
 * How steady the clocks of explained hosts were, by the time over which it is averaged, as pictures with logarithmic axes: the
 * deviations of frequency (Allan's, plain and modified), and those of time (time deviation, MTIE). Steady noise of the
 * sources falls to the right; where a line turns upwards the clock itself wanders. About a line lies how sure it is.
 */
import { type Wander, type WanderPoint, wanderOf } from '#analysis/log/statistics/wander.ts'
import { duration } from '#core/time/format.ts'
import type { Explained } from '#diagnosis/explain.ts'
import type { Keeper } from '#diagnosis/keeper.ts'
import { chart, type Series } from '../chart/chart.ts'
import { lengths, logarithmic } from '../chart/scale.ts'
import { type Element, element } from '../chart/svg.ts'
import { styleElement } from '../chart/theme.ts'
import { printable } from '../table.ts'

export interface Steadiness {
  readonly name: string
  /** The format that it was read from. */
  readonly format: string
  readonly wander: Wander
}

type Look = { readonly width: number; readonly height: number }

const ALONE: Look = { width: 900, height: 330 }

/** Of each daemon of a host, out of the series that says most of its clock. */
export const steadinessOf = (host: Explained): Steadiness[] =>
  host.keepers.flatMap(keeper => steadiness(host, keeper, host.keepers.length > 1))

function steadiness(host: Explained, { daemon, name }: Keeper, several: boolean): Steadiness[] {
  const series = host.log.bestSamples(daemon) ?? host.log.updatesOf(daemon)
  const wander = series && wanderOf(series.offset.windows)
  return series && wander
    ? [{ name: printable(several ? `${host.name} (${name})` : host.name), format: series.format, wander }]
    : []
}

/** One picture, to be looked at by itself; undefined when no host has enough to show. */
export function deviationsPicture(hosts: readonly Explained[]): Element | undefined {
  const panels = deviationPanels(hosts.flatMap(steadinessOf), ALONE)
  if (panels.length === 0) return undefined
  const { width, height } = ALONE
  const whole = { width, height: panels.length * height }
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${whole.width} ${whole.height}`,
      ...whole,
      class: 'chart',
      role: 'img',
      'aria-label': 'How steady the clock was, by averaging time',
    },
    styleElement(),
    element('rect', { class: 'paper', ...whole }),
    ...panels.map((panel, i) => ({ ...panel, attributes: { ...panel.attributes, y: i * height } })),
  )
}

type Pick = (point: WanderPoint) => number | undefined

interface Line {
  readonly name: string
  readonly of: Pick
  /** Whether its uncertainty is known. */
  readonly sure: boolean
}

const OF_FREQUENCY: readonly Line[] = [
  { name: 'Allan deviation', of: point => point.allan, sure: true },
  { name: 'modified', of: point => point.modifiedAllan, sure: true },
]
const OF_TIME: readonly Line[] = [
  { name: 'MTIE', of: point => point.mtie, sure: false },
  { name: 'time deviation', of: point => point.timeDeviation, sure: true },
]

/** Two charts over the same times; none when nobody has enough to show. */
export function deviationPanels(all: readonly Steadiness[], look: Look): Element[] {
  if (all.length === 0) return []
  const times = all.flatMap(({ wander }) => wander.points.map(({ time }) => time))
  const x = lengths([Math.min(...times), Math.max(...times)])
  const panel = (title: string, lines: readonly Line[], text: (value: number) => string) => {
    const series = lines.flatMap(line => all.map(each => seriesOf(each, line, all.length > 1)))
    const seen = series.flatMap(({ least, band }) => [
      ...Array.from(least),
      ...(band ? [...Array.from(band.low), ...Array.from(band.high)] : []),
    ])
    const known = seen.filter(value => value > 0)
    if (known.length === 0) return []
    return [
      chart({
        ...look,
        title,
        quantity: 'by averaging time',
        x,
        y: logarithmic(decadesAbout(known), text),
        series,
      }),
    ]
  }
  return [
    ...panel('Steadiness of its frequency', OF_FREQUENCY, powerOfTen),
    ...panel('Steadiness of its time', OF_TIME, duration),
  ]
}

function seriesOf(
  { name, wander: { points } }: Steadiness,
  { name: what, of, sure }: Line,
  several: boolean,
): Series {
  // What is exactly zero has no place on a logarithmic axis.
  const shown = points.filter(point => (of(point) ?? 0) > 0)
  const values = shown.map(point => of(point)!)
  const off = (sign: 1 | -1) => shown.map((point, i) => values[i]! * (1 + sign * point.uncertainty))
  return {
    name: several ? `${name}: ${what}` : what,
    at: shown.map(({ time }) => time),
    least: values,
    most: values,
    ...(sure ? { band: { low: off(-1), high: off(1) } } : {}),
  }
}

/** Whole powers of ten, at least two of them. */
function decadesAbout(values: readonly number[]): [number, number] {
  const least = Math.floor(Math.log10(Math.min(...values)))
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values))))
  return [10 ** least, 10 ** most]
}

function powerOfTen(value: number): string {
  if (value >= 0.999e-3) return `${Number((100 * value).toPrecision(3))} %`
  return value >= 0.999e-7
    ? `${Number((1e6 * value).toPrecision(3))} ppm`
    : `${Number((1e9 * value).toPrecision(3))} ppb`
}
