/**
 * The report as one HTML file: it can be mailed, opens anywhere, asks nothing of any network, and says everything that
 * matters without its script too. The script draws the plots with which one can move; until then a picture stands there.
 */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Explained } from '#diagnosis/explain.ts'
import { oddOneOf } from '#diagnosis/odd-one.ts'
import { type Element, element, escapeText, type Node } from '../../chart/svg.ts'
import { jsonForScript, printHtml } from '../../html.ts'
import { allCurves, type HostCurves } from '../curves.ts'
import { HAPPENINGS } from '../happenings.ts'
import { nothingSentence } from '../nothing.ts'
import { oddSentence } from '../odd.ts'
import { offsetPicture } from '../picture.ts'
import { VERDICT_WORDS, verdictOf, verdictSentence } from '../verdict.ts'
import { aroundIn, findingsOf, showButton } from './findings.ts'
import type { LogFiles } from './logs.ts'
import { classed, folded, happeningShape, moment, prose, said, severityShape, tableOf } from './parts.ts'
import { sourcesOf, stabilityOf, statisticsOf } from './tables.ts'

export interface ReportPage {
  readonly hosts: readonly Explained[]
  readonly logs: LogFiles
  readonly version: string
  /** What draws the plots, and how everything looks; with their digests, which alone may run and apply. */
  readonly script: Embedded
  readonly style: Embedded
}

export interface Embedded {
  readonly text: string
  /** As in a Content-Security-Policy: `sha256-…`. */
  readonly digest: string
}

/** Moments are told to the second. */
const VISIBLE: Seconds = 1
/** Happenings of a host that are listed at once. */
const LISTED = 30
const MOST_LINES = 20

export function reportPage({ hosts, logs, version, script, style }: ReportPage): string {
  const curves = allCurves(hosts)
  const policy = [
    "default-src 'none'",
    `script-src '${script.digest}'`,
    `style-src '${style.digest}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const title = `${hosts.map(({ name }) => said(name)).join(', ') || 'No clock'}: clock report`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="${escapeText(policy)}">
<title>${escapeText(title)}</title>
<link rel="icon" href="data:,">
<style>${style.text}</style>
</head>
<body>
${[MASTHEAD, element('main', {}, ...reportSections(hosts, curves, logs)), footer(version)].map(printHtml).join('\n')}
<script type="application/json" id="curves">${jsonForScript(curves.flat())}</script>
<script type="module">${script.text}</script>
</body>
</html>
`
}

const MASTHEAD = element(
  'header',
  { class: 'masthead' },
  classed('b', 'brand', 'clockwright'),
  classed('span', 'soft', ' clock report'),
)

const footer = (version: string): Element =>
  element(
    'footer',
    { class: 'soft small' },
    'Offsets are positive when the clock is behind. Times are UTC; in plots they are by the stamps in the logs, which are by ',
    `the clock that is judged. Made by clockwright ${said(version)}. This file holds all that it shows and asks no network.`,
  )

/** All that is said, wherever it is shown. */
export function reportSections(
  hosts: readonly Explained[],
  curves: readonly HostCurves[][],
  logs: LogFiles,
): Element[] {
  const names = logs.files.map(({ name }) => name)
  const several = hosts.length > 1
  const odd = oddOneOf(hosts)
  const ordered = hosts.map((host, i) => ({ host, its: curves[i]! })).sort(worstFirst)
  return [
    ...(hosts.length === 0 ? [element('h1', {}, nothingSentence(logs.files))] : []),
    ...ordered.map(({ host }) => headOf(host, several)),
    ...(odd ? [element('p', {}, said(oddSentence(odd)))] : []),
    ...plots(curves.flat()),
    ...ordered.flatMap(({ host, its }) => happened(host, its, several)),
    ...ordered.flatMap(({ host }) => section('Findings', host, several, findingsOf(host, names))),
    ...ordered.flatMap(({ host }) => section('Sources', host, several, sourcesOf(host))),
    ...ordered.flatMap(({ host }) =>
      section('Statistics', host, several, [...statisticsOf(host), ...stabilityOf(host)]),
    ),
    ...filesOf(logs),
  ]
}

/** Of many hosts those in trouble come first. */
const RANKS = { critical: 0, warning: 1, unknown: 2, good: 3 } as const
const worstFirst = (a: { readonly host: Explained }, b: { readonly host: Explained }): number =>
  RANKS[verdictOf(a.host)] - RANKS[verdictOf(b.host)]

function headOf(host: Explained, several: boolean): Element {
  const { name, keepers, span } = host
  const verdict = verdictOf(host)
  const rows = [...host.log.samples.values(), ...host.log.updates.values()].reduce(
    (sum, series) => sum + series.rows,
    0,
  )
  const facts = [
    keepers.map(keeper => said(keeper.name)).join(' and '),
    ...(span
      ? [
          `${moment(span.from, host)} to ${moment(span.to, host)} (${duration(span.to - span.from)})`,
          `${rows} rows`,
        ]
      : []),
  ].filter(Boolean)
  return element(
    'section',
    { class: `verdict ${verdict}`, 'aria-label': `Verdict for ${said(name)}` },
    classed('p', 'host', element('b', {}, said(name)), classed('span', 'soft', ` ${facts.join(' · ')}`)),
    element(
      several ? 'h2' : 'h1',
      {},
      severityShape(verdict === 'unknown' ? 'note' : verdict),
      ' ',
      classed('span', 'severity', `${VERDICT_WORDS[verdict]}.`),
      ' ',
      ...prose(verdictSentence(host)),
    ),
  )
}

/** The script fills this in; what stands there before is a picture. */
function plots(curves: readonly HostCurves[]): Element[] {
  const picture = offsetPicture(curves)
  if (!picture) return []
  return [
    element(
      'section',
      { id: 'plots', 'aria-label': 'Plots' },
      element('figure', { class: 'picture' }, picture),
    ),
  ]
}

function happened(host: Explained, curves: readonly HostCurves[], several: boolean): Element[] {
  const all = curves.flatMap(({ happenings }) => happenings)
  const left = curves.reduce((sum, each) => sum + each.left, 0)
  if (all.length === 0) return []
  const around = aroundIn(host.span)
  const base = host.baseDay * 86_400
  const item = ({ kind, at, truly, text }: (typeof all)[number]): Element =>
    element(
      'li',
      {},
      happeningShape(kind),
      element('time', {}, moment((truly ?? at) - base, host)),
      element(
        'span',
        {},
        element('span', { class: 'unseen' }, `${HAPPENINGS[kind]}: `),
        text,
        ...(Math.abs((truly ?? at) - at) < VISIBLE
          ? []
          : [` The clock itself said ${moment(at - base, host)}, where it stands in the plot.`]),
        ' ',
        showButton(at - around, at + around),
      ),
    )
  const more = all.slice(LISTED)
  return section('What happened', host, several, [
    element('ol', { class: 'happenings' }, ...all.slice(0, LISTED).map(item)),
    ...(more.length > 0
      ? [folded(`and ${more.length} more`, element('ol', { class: 'happenings' }, ...more.map(item)))]
      : []),
    ...(left > 0 ? [classed('p', 'soft small', `${left} smaller ones are not listed.`)] : []),
  ])
}

function section(title: string, host: Explained, several: boolean, children: readonly Node[]): Element[] {
  if (children.length === 0) return []
  return [
    element('section', {}, element('h2', {}, several ? `${title}: ${said(host.name)}` : title), ...children),
  ]
}

function filesOf({ files, skipped }: LogFiles): Element[] {
  const strange = files.filter(({ notUnderstood }) => notUnderstood.count > 0)
  return [
    element(
      'section',
      {},
      element('h2', {}, 'Files'),
      ...(files.length > 0
        ? [
            tableOf({
              caption: 'What was read',
              head: ['file', 'host', 'what it is', 'lines', 'not understood'],
              words: 3,
              rows: files.map(({ name, host, formats, lines, notUnderstood }) => [
                said(name),
                said(host),
                Object.keys(formats).map(said).join(', '),
                String(lines),
                String(notUnderstood.count),
              ]),
            }),
          ]
        : []),
      ...(strange.length > 0
        ? [
            folded(
              `Lines that were not understood: ${strange.reduce((sum, { notUnderstood }) => sum + notUnderstood.count, 0)}, the first of each file`,
              tableOf({
                caption: 'Nothing was guessed from them',
                head: ['file', 'line', 'text'],
                words: 3,
                rows: strange.flatMap(({ name, notUnderstood: { first } }) =>
                  first
                    .slice(0, MOST_LINES)
                    .map(({ line, text }) => [said(name), String(line), element('code', {}, said(text))]),
                ),
              }),
            ),
          ]
        : []),
      ...(skipped.length > 0
        ? [
            folded(
              `Skipped: ${skipped.length}`,
              tableOf({
                caption: 'Not read, or not to the end',
                head: ['file', 'why'],
                words: 2,
                rows: skipped.map(({ file, why }) => [said(file), said(why)]),
              }),
            ),
          ]
        : []),
    ),
  ]
}
