/** The live view as lines of text that fit a terminal: verdict, offset over time, sources. */
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { StatusBody } from './bodies.ts'
import { braille, niceRange } from './plot.ts'
import { sourcesText, verdictText, wallText } from './status.ts'
import type { Style } from './style.ts'
import { printable } from './table.ts'

export interface Seen {
  /** By a clock that nobody steps. */
  readonly at: Seconds
  readonly offset: Seconds | null
  readonly bound: Seconds | null
}

export interface ScreenInput {
  readonly status: StatusBody
  readonly seen: readonly Seen[]
  readonly note: string | undefined
  readonly paused: boolean
  /** Steps of a factor two that the person asked for, from the range that fits. */
  readonly scale: number
  readonly columns: number
  readonly rows: number
}

const LABEL = 11

export function screen(
  { status, seen, note, paused, scale, columns, rows }: ScreenInput,
  style: Style,
): string[] {
  const { machine } = status
  const title = `${style('bold', 'clockwright')}  ${printable(machine.hostname)}  ${wallText(status.clock.now)}`
  const head = [title, '', ...lines(verdictText(status, style, columns))]
  const sources = lines(sourcesText(status, style, columns))
  const foot = [
    style('dim', `q quit   p ${paused ? 'go on' : 'pause'}   + - scale   ${note ?? status.sourcesFrom}`),
  ]
  const room = rows - head.length - sources.length - foot.length - 3
  const plot = room >= 4 ? offsetPlot(seen, { columns, rows: Math.min(room, 12), scale }, style) : []
  return [...head, '', ...plot, ...sources, '', ...foot].slice(0, rows).map(line => cut(line, columns))
}

function offsetPlot(
  seen: readonly Seen[],
  area: { columns: number; rows: number; scale: number },
  style: Style,
): string[] {
  const known = seen.filter(each => each.offset !== null)
  if (known.length === 0) return []
  const reach = known.flatMap(({ offset, bound }) => [offset! - (bound ?? 0), offset! + (bound ?? 0)])
  const range = niceRange(reach) * 2 ** area.scale
  const to = seen.at(-1)!.at
  const from = Math.min(seen[0]!.at, to - 60)
  const points = known.map(({ at, offset, bound }) => ({ x: at, y: offset!, spread: bound ?? 0 }))
  const rows = braille(points, {
    columns: Math.max(10, area.columns - LABEL - 1),
    rows: area.rows,
    from,
    to: to + 1e-3,
    range,
  })
  const labels = rows.map((_, i) => {
    if (i === 0) return signed(range)
    if (i === rows.length - 1) return signed(-range)
    return i === Math.floor((rows.length - 1) / 2) ? 'behind ↑ 0' : ''
  })
  const caption = `offset ± bound over ${duration(to - from)}`
  return [
    style('dim', caption),
    ...rows.map((row, i) => `${style('dim', labels[i]!.padStart(LABEL))} ${row}`),
    '',
  ]
}

/** One line, for what is not a terminal. */
export function watchLine({ clock }: StatusBody): string {
  const { offset, errorBound, state } = clock
  const used = clock.sources.filter(source => source.state === 'system' || source.state === 'survivor').length
  return `${wallText(clock.now)} ${state} offset ${signed(offset ?? undefined)} ± ${duration(errorBound ?? undefined)} sources ${used}/${clock.sources.length}\n`
}

const lines = (text: string): string[] => (text === '' ? [] : text.trimEnd().split('\n'))

/** Cuts a line to the width, not counting what only styles it. */
function cut(line: string, columns: number): string {
  let shown = 0
  let end = 0
  for (const part of line.matchAll(/\u001b\[[\d;]*m|./gsu)) {
    if (part[0].startsWith('\u001b')) end = part.index + part[0].length
    else if (shown < columns) {
      shown++
      end = part.index + part[0].length
    } else break
  }
  return shown < columns ? line : `${line.slice(0, end)}${line.includes('\u001b') ? '\u001b[0m' : ''}`
}
