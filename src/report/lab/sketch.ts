/** The course of a run in a terminal: true offset over time, in Braille, and below it what happened when. */
import { duration, signed } from '#core/time/format.ts'
import type { Curve } from '#lab/curve.ts'
import { elapsed, offsetScale } from '../chart/scale.ts'
import { braille } from '../plot.ts'
import type { Style } from '../style.ts'
import { markText } from './words.ts'

const LABEL = 11

export function sketch(
  curve: Curve,
  area: { readonly columns: number; readonly rows: number },
  style: Style,
): string {
  const { at, least, most, duration: to, marks, exit, steps } = curve
  const columns = area.columns - LABEL - 1
  const y = offsetScale([...least, ...most])
  const zero = y.at(0)
  const points = Array.from(at, (x, i) => ({
    x,
    y: (y.at(least[i]!) + y.at(most[i]!)) / 2 - zero,
    spread: (y.at(most[i]!) - y.at(least[i]!)) / 2,
  }))
  const rows = braille(points, { columns, rows: area.rows, from: 0, to, range: 1 - zero, bottom: -zero })
  const labels = new Map<number, string>()
  for (const { value } of y.ticks) {
    const row = Math.min(area.rows - 1, Math.max(0, Math.floor((1 - y.at(value)) * area.rows)))
    if (!labels.has(row) || value === 0) labels.set(row, value === 0 ? '0' : signed(value))
  }
  const lines = rows.map((row, i) => `${style('dim', (labels.get(i) ?? '').padStart(LABEL))} ${row}`)
  const column = (x: number) => Math.min(columns - 1, Math.max(0, Math.floor((x / to) * columns)))
  const below = Array.from({ length: columns }, () => ' ')
  for (const mark of marks) below[column(mark.at)] = '▲'
  for (const step of steps.filter(({ by }) => by === 'player').slice(0, 200))
    if (below[column(step.at)] === ' ') below[column(step.at)] = '·'
  if (exit) below[column(exit.at)] = '✕'
  const times = Array.from({ length: columns }, () => ' ')
  for (const { value, text } of elapsed(to, 0, Math.max(2, Math.floor(columns / 14))).ticks) {
    const start = Math.min(columns - text.length, Math.max(0, column(value)))
    for (const [i, letter] of [...text].entries()) times[start + i] = letter
  }
  const indent = ' '.repeat(LABEL + 1)
  return [
    ...lines,
    ...(below.some(letter => letter !== ' ')
      ? [`${indent}${style('yellow', below.join('').trimEnd())}`]
      : []),
    `${indent}${style('dim', times.join('').trimEnd())}`,
    ...(legend(curve) === '' ? [] : [`${indent}${style('dim', legend(curve))}`]),
  ]
    .map(line => `${line.trimEnd()}\n`)
    .join('')
}

function legend({ marks, steps, exit }: Curve): string {
  const own = steps.filter(({ by }) => by === 'player').length
  return [
    ...new Set(marks.map(mark => `▲ ${markText(mark)}`)),
    ...(own > 0 ? ['· a step'] : []),
    ...(exit ? [`✕ it ends after ${duration(exit.at)}: ${exit.why}`] : []),
  ].join('   ')
}
