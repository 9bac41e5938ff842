/**
 * A small plot for a terminal, in Braille: two by four dots a character. A gap in time stays a gap; what lies outside
 * of the range is drawn at its edge.
 */
import type { Seconds } from '#core/time/units.ts'

export interface Point {
  readonly x: Seconds
  readonly y: number
}

export interface PlotArea {
  readonly columns: number
  readonly rows: number
  readonly from: Seconds
  readonly to: Seconds
  /** The plot shows -range … +range, or from `bottom` on. */
  readonly range: number
  readonly bottom?: number
}

/** Bits of a Braille character, by row (of four) and column (of two). */
const BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const

/** Lines of text, top to bottom. Each point may carry a half-width: it becomes a vertical bar. */
export function braille(points: readonly (Point & { readonly spread?: number })[], area: PlotArea): string[] {
  const { columns, rows, from, to, range, bottom = -range } = area
  const cells = Array.from({ length: rows }, () => new Uint8Array(columns))
  const height = rows * 4
  const level = (y: number) =>
    Math.min(height - 1, Math.max(0, Math.round(((range - y) / (range - bottom)) * (height - 1))))
  const dot = (column: number, row: number) => {
    cells[row >> 2]![column >> 1]! |= BITS[row & 3]![column & 1]!
  }
  for (let column = 0; column < columns * 2; column += 4) dot(column, level(0))
  for (const { x, y, spread = 0 } of points) {
    const column = Math.floor(((x - from) / (to - from)) * columns * 2)
    if (column < 0 || column >= columns * 2 || Number.isNaN(y)) continue
    const [highest, lowest] = [level(y + spread), level(y - spread)]
    dot(column, level(y))
    // The bar is dotted, so that the value in it can be told from it.
    for (let row = highest; row <= lowest; row += 2) dot(column, row)
  }
  return cells.map(row => String.fromCodePoint(...Array.from(row, bits => 0x2800 + bits)))
}

/** The smallest of 1, 2, 5 × 10ⁿ that holds all of it. */
export function niceRange(values: readonly number[]): number {
  const most = Math.max(...values.map(Math.abs).filter(Number.isFinite), 1e-9)
  const power = 10 ** Math.floor(Math.log10(most))
  return [1, 2, 5, 10].map(factor => factor * power).find(range => range >= most * 0.999) ?? 10 * power
}
