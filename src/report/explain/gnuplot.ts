/**
 * The plots as a script for gnuplot 5, with the data in it, for those who want to draw them their own way.
 * Names come from logs: they stand in single quotes, in which gnuplot knows no escapes but a doubled quote.
 */
import { printable } from '../table.ts'
import { type Curve, type HostCurves, pointsOf } from './curves.ts'
import { offsetCurve } from './picture.ts'

const MOST_MARKS = 60
const MOST_TICS = 8
const WEEK = 604_800
const TIC_STEPS = [60, 300, 600, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, WEEK]

interface Drawn {
  readonly name: string
  readonly block: string
  readonly curve: Curve
}

/** Undefined when no host has a curve. */
export function gnuplotScript(hosts: readonly HostCurves[]): string | undefined {
  const pick = (block: string, curveOf: (host: HostCurves) => Curve | undefined): Drawn[] =>
    hosts.flatMap((host, i) => {
      const curve = curveOf(host)
      return curve ? [{ name: host.name, block: `$${block}${i + 1}`, curve }] : []
    })
  const offsets = pick('offset', offsetCurve)
  const frequencies = pick('frequency', ({ frequency }) => frequency)
  if (offsets.length === 0) return undefined
  const unit = unitFor(offsets)
  const marks = hosts.flatMap(({ happenings }) => happenings).slice(0, MOST_MARKS)
  const both = frequencies.length > 0
  return [
    '# Time, least and largest value of each piece of time. Show it: gnuplot -p FILE',
    '# Into a file: gnuplot -e "set terminal pngcairo size 1200,800; set output \'clock.png\'" FILE',
    ...[...offsets, ...frequencies].map(dataBlock),
    'set termoption noenhanced',
    'set xtics timedate',
    'set format x "%Y-%m-%d\\n%H:%M"',
    `set xtics ${ticStep(offsets)}`,
    "set xlabel 'time by the stamps in the logs (UTC)'",
    'set grid',
    'set key below',
    'set style fill transparent solid 0.3 noborder',
    ...(both ? ['set multiplot layout 2,1'] : []),
    ...marks.flatMap(({ at, label }, i) => [
      `set arrow ${i + 1} from ${at}, graph 0 to ${at}, graph 1 nohead dashtype 3`,
      `set label ${i + 1} ${quoted(label)} at ${at}, graph 0.98 rotate by 90 right offset character -0.6,0`,
    ]),
    `set ylabel 'offset, positive: behind (${unit.name})'`,
    plot(offsets, unit.factor),
    ...(both
      ? ['unset label', "set ylabel 'frequency correction (ppm)'", plot(frequencies, 1e6), 'unset multiplot']
      : []),
    '',
  ].join('\n')
}

/** A gap in the data is an empty line, which gnuplot does not draw through. */
function dataBlock({ block, curve }: Drawn): string {
  const { at, least, most } = pointsOf(curve)
  const rows = at.map((time, i) =>
    Number.isNaN(least[i]!) ? '' : `${Number(time.toFixed(3))} ${short(least[i]!)} ${short(most[i]!)}`,
  )
  return [`${block} << EOD`, ...rows, 'EOD'].join('\n')
}

/** A sum shows what a double cannot hold. */
const short = (value: number): number => Number(value.toPrecision(8))

/** Seconds from tick to tick; they stand at multiples of it since 1970, which are whole hours or days in UTC. */
function ticStep(drawn: readonly Drawn[]): number {
  const from = Math.min(...drawn.map(({ curve }) => curve.origin))
  const to = Math.max(...drawn.map(({ curve }) => pointsOf(curve).at.at(-1)!))
  const least = (to - from) / MOST_TICS
  return TIC_STEPS.find(step => step >= least) ?? Math.ceil(least / WEEK) * WEEK
}

const plot = (drawn: readonly Drawn[], factor: number): string =>
  `plot ${drawn
    .flatMap(({ block, name, curve }, i) => [
      `${block} using 1:($2*${factor}):($3*${factor}) with filledcurves linecolor ${i + 1} notitle`,
      `${block} using 1:(($2+$3)/2*${factor}) with lines linecolor ${i + 1} title ${quoted(`${name} (${curve.format})`)}`,
    ])
    .join(', \\\n     ')}`

const quoted = (text: string): string => `'${printable(text).replaceAll("'", "''")}'`

const UNITS = [
  { least: 1, name: 's', factor: 1 },
  { least: 1e-3, name: 'ms', factor: 1e3 },
  { least: 0, name: 'µs', factor: 1e6 },
] as const

function unitFor(drawn: readonly Drawn[]): (typeof UNITS)[number] {
  const largest = drawn.reduce(
    (most, { curve }) => curve.low.reduce((far, low, i) => Math.max(far, -low, low + curve.spread[i]!), most),
    0,
  )
  return UNITS.find(({ least }) => largest >= least) ?? UNITS[2]
}
