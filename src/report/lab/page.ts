/** A report of the lab as one HTML file to send: nothing is loaded from anywhere, and it follows the reader's light or dark. */
import { duration } from '#core/time/format.ts'
import { partOf } from '#lab/curve.ts'
import type { Scenario } from '#lab/scenario/schema.ts'
import type { Mark } from '#lab/scenario/world.ts'
import { type Element, escapeText, print } from '../chart/svg.ts'
import { CHART_STYLE, colours } from '../chart/theme.ts'
import { plain } from '../style.ts'
import { offsetChart } from './picture.ts'
import { MEASURES, type Result, reportedText, storyText } from './results.ts'
import { clockText, markText } from './words.ts'

const STYLE = `
${colours(':root')}
:root{color-scheme:light dark}
body{margin:2rem auto;max-width:60rem;padding:0 1rem;background:var(--paper);color:var(--ink);
font:15px/1.55 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:1.4rem;margin:0}h2{font-size:1rem;margin:2rem 0 .5rem;color:var(--soft)}
p{margin:.5rem 0}.soft{color:var(--soft)}svg{max-width:100%;height:auto}.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.875rem}th,td{padding:.3rem .45rem;white-space:nowrap;text-align:right;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--soft);white-space:normal;vertical-align:bottom}th:first-child,td:first-child{text-align:left}
td{vertical-align:top}td small{display:block;color:var(--soft);white-space:normal}
@media(max-width:60rem),print{th,td{padding:.2rem;font-size:.69rem}}
@media screen and (max-width:40rem){svg{max-width:none}}
${CHART_STYLE}`

export function resultPage(of: {
  readonly scenario: Scenario
  readonly results: readonly Result[]
  /** What of the configurations was assumed or is not played. */
  readonly notes: readonly string[]
  readonly seeds: number
  readonly version: string
}): string {
  const { scenario, results, notes, seeds, version } = of
  const [, ...sentences] = storyText(scenario, seeds, plain, 10_000).trim().split('\n')
  const parts = [
    `<h1>${escapeText(scenario.title)}</h1>`,
    ...sentences.map((text, i) => `<p${i > 0 ? ' class="soft"' : ''}>${escapeText(text)}</p>`),
    ...notes.map(note => `<p>Note: ${escapeText(note)}</p>`),
    figure(offsetChart('All of them', results)),
    ...steadyPart(scenario, results),
    '<h2>What it came to: medians, and what lies between the best and the worst tenth of the runs</h2>',
    tableOf(results),
    ...reportedText(scenario, plain, 10_000)
      .trim()
      .split('\n')
      .filter(text => text !== '')
      .map(text => `<p>${escapeText(text)}</p>`),
    ...results.map((result, i) =>
      figure(offsetChart(result.name, [result], { claims: () => true, height: 260, firstColour: i })),
    ),
    '<p class="soft">Triangles: the daemon steps the clock. Dotted: what the daemon itself says of its offset. Pale: the interval that it claims for true time, where it claims one.</p>',
    ...marksLegend(results[0]?.curve?.marks ?? []),
    `<p class="soft">clockwright ${escapeText(version)}, lab. The courses are those of seed 1.</p>`,
  ]
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(scenario.title)}</title>
<style>${STYLE}</style>
${parts.join('\n')}
</html>
`
}

/** What is judged, by itself: a start that was 50 ms wrong hides the microseconds of the day after it. */
function steadyPart(
  { judged: { from, to }, duration: length }: Scenario,
  results: readonly Result[],
): string[] {
  if (from === undefined && to === undefined) return []
  const [begin, end] = [from ?? 0, to ?? length]
  const part = results.map(result => ({
    ...result,
    curve: result.curve && partOf(result.curve, begin, end),
  }))
  return [figure(offsetChart(`From ${duration(begin)} to ${duration(end)}`, part))]
}

/** More would be a page of them. */
const MOST_MARKS = 12

function marksLegend(marks: readonly Mark[]): string[] {
  if (marks.length === 0) return []
  const told = marks.slice(0, MOST_MARKS).map(mark => `${markText(mark)} at ${clockText(mark.at)}`)
  const more = marks.length - told.length
  const all = [...told, ...(more > 0 ? [`${more} more`] : [])].join(', ')
  return [`<p class="soft">Dashed upright lines, and grey where it lasts: ${escapeText(all)}.</p>`]
}

const figure = (svg: Element): string => `<div class="wide">${print(svg)}</div>`

function tableOf(results: readonly Result[]): string {
  const row = (cells: readonly string[], tag: 'td' | 'th') =>
    `<tr>${cells.map(cell => `<${tag}>${cell}</${tag}>`).join('')}</tr>`
  return [
    '<div class="wide"><table>',
    row(['who', ...MEASURES.map(({ title }) => escapeText(title))], 'th'),
    ...results.map(({ name, summary }) =>
      row([escapeText(name), ...MEASURES.map(({ text }) => cellOf(text(summary)))], 'td'),
    ),
    '</table></div>',
  ].join('\n')
}

/** What lies between the best and the worst tenth stands below, so that the table is no wider than the page. */
function cellOf(text: string): string {
  const [, figure = text, spread] = /^(.*?) (\(.*)$/.exec(text) ?? []
  const below = spread?.replaceAll(/(\d) (?=\p{L})/gu, '$1\u00a0')
  return below === undefined
    ? escapeText(figure)
    : `${escapeText(figure)}<small>${escapeText(below).replaceAll('–', '–<wbr>')}</small>`
}
