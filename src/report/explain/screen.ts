/**
 * What `clockwright analyze` says first: the verdict, the findings that matter with what to do about them, and a small
 * plot. It fits a terminal; the rest is in --json.
 */
import type { SampleSeries, UpdateSeries } from '#analysis/log/host-log.ts'
import { steadyPart } from '#analysis/log/statistics/steady.ts'
import type { Summary } from '#analysis/log/statistics/windows.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Explained } from '#diagnosis/explain.ts'
import { momentsOf } from '#diagnosis/when.ts'
import { LABEL, nameFinding, type Telling, tellFinding } from '../findings.ts'
import { braille, niceRange } from '../plot.ts'
import type { Style } from '../style.ts'
import { printable, wrapped } from '../table.ts'
import { markOf } from './happenings.ts'
import { seriesName } from './series-name.ts'
import { findingsByKind, VERDICT_WORDS, verdictOf, verdictSentence } from './verdict.ts'

const PLOT_ROWS = 6
/** Kinds of findings that are told in full. */
const KINDS = 4

export interface ScreenOptions extends Telling {
  /** A line a finding, without plot and remedy: for many hosts. */
  readonly brief: boolean
}

export function explainScreen(host: Explained, options: ScreenOptions, style: Style): string {
  const kinds = findingsByKind(host.findings)
  const lines = [
    head(host, style),
    ...wrapped(verdict(host), options.columns, '').map(line => style('bold', line)),
  ]
  if (options.brief) {
    for (const [first, ...more] of kinds)
      lines.push(...nameFinding(first!, more.length, options, style).slice(0, 2))
    return `${lines.join('\n')}\n`
  }
  lines.push(...plot(host, options.columns, style))
  for (const kind of kinds.slice(0, KINDS)) lines.push('', ...tellFinding(kind, options, style))
  for (const [first, ...more] of kinds.slice(KINDS))
    lines.push('', ...nameFinding(first!, more.length, options, style))
  return `${lines.join('\n')}\n`
}

function head({ name, keepers, span, baseDay, log }: Explained, style: Style): string {
  const at = momentsOf(log, baseDay)
  const who = keepers.map(keeper => keeper.name).join(' and ')
  const when = span ? `, ${at(span.from)} to ${at(span.to)} (${duration(span.to - span.from)})` : ''
  return `${style('bold', printable(name))}  ${style('dim', printable(`${who}${when}`))}`
}

const verdict = (host: Explained): string =>
  `${VERDICT_WORDS[verdictOf(host)]}. ${printable(verdictSentence(host))}`

function plot(host: Explained, columns: number, style: Style): string[] {
  const series =
    host.keepers.map(({ daemon }) => host.log.ownOffsetOf(daemon)).find(Boolean) ??
    [...host.log.updates.values()][0]
  if (!series || series.rows < 2) return []
  const buckets = series.offset.envelope.buckets()
  if (buckets.length === 0) return []
  const points = buckets.flatMap(({ from, to, min, max }) => {
    const x = (from + to) / 2
    return [
      { x, y: min },
      { x, y: max },
    ]
  })
  const [from, to] = [buckets[0]!.from, buckets.at(-1)!.to]
  const range = niceRange(points.map(({ y }) => y))
  const width = Math.max(10, columns - LABEL - 2)
  const rows = braille(points, { columns: width, rows: PLOT_ROWS, from, to, range })
  const labels = rows.map((_, i) =>
    i === 0 ? signed(range) : i === rows.length - 1 ? signed(-range) : i === PLOT_ROWS >> 1 ? 'behind ↑' : '',
  )
  const [left, right] = [from, to].map(momentsOf(host.log, host.baseDay)) as [string, string]
  return [
    '',
    style('dim', `offset against its sources (${seriesName(series, host)})`),
    ...rows.map((row, i) => `${style('dim', labels[i]!.padStart(LABEL))} ${row}`),
    ...marks(
      host.disturbances.map(each => markOf(each, host)),
      { from, to, width },
    ).map(line => `${' '.repeat(LABEL + 1)}${style('red', line)}`),
    style('dim', `${' '.repeat(LABEL + 1)}${left}${right.padStart(Math.max(1, width - left.length))}`),
    ...howGood(series).map(line => style('dim', line)),
  ]
}

/** The full run, and the steady part where that is another; accuracy is the mean, precision the deviation around it. */
function howGood({ offset, from, to }: SampleSeries | UpdateSeries): string[] {
  const { whole, windows, within1ms } = offset
  const numbers = ({ mean, deviation, rms }: Pick<Summary, 'mean' | 'deviation' | 'rms'>) =>
    `accuracy (mean) ${signed(mean)}, precision (deviation) ${duration(deviation)}, RMS ${duration(rms)}`
  const part = steadyPart(offset)
  const steady = part && windows.between(part.from, part.to)
  return [
    `full run: ${numbers(whole)}${forGood(within1ms.lasting, to - from)}`,
    ...(steady ? [`steady part (${duration(steady.to - steady.from)}): ${numbers(steady)}`] : []),
  ]
}

/** Of a run: what begins later than that is its end, and says nothing of what comes. */
const LATE = 0.9

function forGood(lasting: Seconds, run: Seconds): string {
  if (!(lasting > 0)) return ''
  return lasting < LATE * run
    ? `; below 1 ms for good after ${duration(lasting)}`
    : '; not below 1 ms for good'
}

/** A line with a mark where the clock was disturbed; none without. */
function marks(times: readonly Seconds[], of: { from: Seconds; to: Seconds; width: number }): string[] {
  if (times.length === 0) return []
  const line = Array<string>(of.width).fill(' ')
  for (const time of times) {
    const column = Math.floor(((time - of.from) / (of.to - of.from)) * of.width)
    if (column >= 0 && column < of.width) line[column] = '▲'
  }
  return [line.join('').trimEnd()]
}
