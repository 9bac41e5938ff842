/** Findings as articles: what, how we know, why, what it costs, what to do, and what would confirm it. */
import type { Seconds } from '#core/time/units.ts'
import type { Explained } from '#diagnosis/explain.ts'
import type { Evidence, Finding } from '#diagnosis/finding.ts'
import { type Element, element, type Node } from '../../chart/svg.ts'
import { findingsByKind } from '../verdict.ts'
import { classed, folded, prose, said, severityShape } from './parts.ts'

/** Others of a kind that are told at once. */
const AT_ONCE = 4
const AROUND: Seconds = 900

export const findingsOf = (host: Explained, fileNames: readonly string[]): Element[] =>
  findingsByKind(host.findings).map(kind => article(kind, host, fileNames))

function article(kind: readonly Finding[], host: Explained, fileNames: readonly string[]): Element {
  const [first, ...others] = kind as readonly [Finding, ...Finding[]]
  const { severity, name, remedy } = first
  const rest = others.slice(AT_ONCE)
  return element(
    'article',
    { class: `finding ${severity}` },
    element(
      'h3',
      {},
      severityShape(severity),
      classed('span', 'severity', ` ${severity} `),
      element('code', {}, name),
    ),
    classed('p', 'what', ...prose(first.what), ' ', ...placed(first, host)),
    ...(others.length > 0
      ? [
          element('ul', { class: 'others' }, ...others.slice(0, AT_ONCE).map(each => listed(each, host))),
          ...(rest.length > 0
            ? [
                folded(
                  `and ${rest.length} more`,
                  element('ul', { class: 'others' }, ...rest.map(each => listed(each, host))),
                ),
              ]
            : []),
        ]
      : []),
    element(
      'dl',
      {},
      ...told('Seen', element('ul', {}, ...first.evidence.map(each => seen(each, fileNames)))),
      ...(first.causes.length > 0 ? told('Because', causesOf(first)) : []),
      ...told('Costs', element('p', {}, ...prose(first.cost))),
      ...told('To do', element('p', {}, ...prose(remedy.text)), ...changes(remedy.changes)),
      ...(first.confirm ? told('Confirm', element('p', {}, ...prose(first.confirm))) : []),
    ),
  )
}

const told = (term: string, ...said: readonly Node[]): Element[] => [
  element('dt', {}, term),
  element('dd', {}, ...said),
]

const listed = (finding: Finding, host: Explained): Element =>
  element('li', {}, ...prose(finding.what), ' ', ...placed(finding, host))

/** A button that shows the time around it in the plots; the script makes it work. */
function placed({ from, to }: Finding, { baseDay, span }: Explained): Element[] {
  if (from === undefined || to === undefined || !Number.isFinite(from) || !Number.isFinite(to)) return []
  const base = baseDay * 86_400
  const around = Math.max(aroundIn(span), (to - from) / 4)
  return [showButton(base + from - around, base + to + around)]
}

/** So much is shown before and after a moment. */
export const aroundIn = (span: Explained['span']): number =>
  Math.max(AROUND, span ? (span.to - span.from) / 100 : 0)

export const showButton = (from: number, to: number): Element =>
  element(
    'button',
    {
      type: 'button',
      class: 'show',
      'data-from': from.toFixed(0),
      'data-to': to.toFixed(0),
      hidden: 'hidden',
    },
    'show in the plot',
  )

const seen = ({ text, file, line }: Evidence, fileNames: readonly string[]): Element =>
  element(
    'li',
    {},
    ...prose(text),
    ...(file === undefined
      ? []
      : [' ', classed('code', 'where', `${said(fileNames[file] ?? '?')}${line ? `:${line}` : ''}`)]),
  )

function causesOf({ causes }: Finding): Element {
  const cause = ({ what, why }: Finding['causes'][number]): Node[] => [
    element('b', {}, ...prose(what)),
    ...prose(`: ${why}`),
  ]
  return causes.length === 1
    ? element('p', {}, ...cause(causes[0]!))
    : element('ol', {}, ...causes.map(each => element('li', {}, ...cause(each))))
}

function changes(lines: readonly string[]): Element[] {
  if (lines.length === 0) return []
  return [
    classed(
      'div',
      'changes',
      element('pre', { tabindex: 0 }, element('code', {}, lines.map(said).join('\n'))),
      element('button', { type: 'button', class: 'copy', hidden: 'hidden' }, 'copy'),
    ),
  ]
}
