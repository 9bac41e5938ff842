/** Small pieces of the report: shapes for severities, moments, tables. */
import type { Seconds } from '#core/time/units.ts'
import type { Explained } from '#diagnosis/explain.ts'
import type { Severity } from '#diagnosis/finding.ts'
import { momentsOf } from '#diagnosis/when.ts'
import { type Element, element, type Node } from '../../chart/svg.ts'
import { printable } from '../../table.ts'
import type { HappeningKind } from '../happenings.ts'

type Attributes = Element['attributes']

/** Text in an element of a class. */
export const classed = (name: string, className: string, ...children: readonly Node[]): Element =>
  element(name, { class: className }, ...children)

/** What stands in a log. Control characters are told, not obeyed. */
export const said = (text: string): string => printable(text)

/** Sentences: what they quote looks like code, and a moment is not broken. */
export const prose = (text: string): Node[] =>
  said(text)
    .split(/(`[^`]+`|\d{4}-\d\d-\d\dT[\d:.]+Z)/)
    .flatMap((part, i): Node[] => {
      if (part === '') return []
      if (i % 2 === 0) return [part]
      return [part.startsWith('`') ? element('code', {}, part.slice(1, -1)) : classed('span', 'whole', part)]
    })

const drawing = (className: string, ...shapes: readonly Element[]): Element =>
  element(
    'svg',
    { class: `mark ${className}`, viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' },
    ...shapes,
  )
const path = (attributes: Attributes): Element => element('path', attributes)
const cut = { stroke: 'var(--paper)', 'stroke-width': 1.8, fill: 'none', 'stroke-linecap': 'round' } as const

const SEVERITY_SHAPES: Readonly<Record<Severity, Element>> = {
  good: drawing(
    'good',
    element('circle', { cx: 8, cy: 8, r: 7, fill: 'currentColor' }),
    path({ d: 'm4.8 8.2 2.3 2.3 4.2-4.8', ...cut }),
  ),
  note: drawing(
    'accent',
    element('circle', { cx: 8, cy: 8, r: 6, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8 }),
    path({ d: 'M8 7.4v3.4M8 4.9v.1', ...cut, stroke: 'currentColor' }),
  ),
  warning: drawing(
    'care',
    path({ d: 'M8 1 15.5 14.5H.5Z', fill: 'currentColor' }),
    path({ d: 'M8 6v4M8 12.2v.1', ...cut }),
  ),
  critical: drawing(
    'bad',
    path({ d: 'M8 .5 15.5 8 8 15.5.5 8Z', fill: 'currentColor' }),
    path({ d: 'm5.7 5.7 4.6 4.6m0-4.6-4.6 4.6', ...cut }),
  ),
}
export const severityShape = (severity: Severity): Element => SEVERITY_SHAPES[severity]

/** The same shapes stand at the heads of the marks in the plots (apps/web/page/report/paint.ts). */
const HAPPENING_SHAPES: Readonly<Record<HappeningKind, Element>> = {
  pause: drawing('bad', element('rect', { x: 3.5, y: 3.5, width: 9, height: 9, fill: 'currentColor' })),
  set: drawing('bad', path({ d: 'M8 2 14 8 8 14 2 8Z', fill: 'currentColor' })),
  jump: drawing('care', element('circle', { cx: 8, cy: 8, r: 4.5, fill: 'currentColor' })),
  step: drawing('accent', path({ d: 'M8 2.5 14 13H2Z', fill: 'currentColor' })),
  panic: drawing('bad', path({ d: 'm3.5 3.5 9 9m0-9-9 9', stroke: 'currentColor', 'stroke-width': 2.4 })),
}
export const happeningShape = (kind: HappeningKind): Element => HAPPENING_SHAPES[kind]

/** `2026-12-07 11:05:49 UTC`. */
export const moment = (at: Seconds, { log, baseDay }: Pick<Explained, 'log' | 'baseDay'>): string =>
  Number.isFinite(at) ? momentsOf(log, baseDay)(at).replace('T', ' ').replace('Z', ' UTC') : '–'

export interface Cells {
  readonly caption: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly Node[])[]
  /** How many columns, from the left, hold words. */
  readonly words?: number
}

/** It scrolls by itself when it is wider than the window; for the keyboard it has to take the focus then. */
export function tableOf({ caption, head, rows, words = 1 }: Cells): Element {
  const cell = (of: 'td' | 'th') => (content: Node, i: number) => {
    const first = of === 'td' && i === 0
    return element(
      first ? 'th' : of,
      { class: i < words ? 'words' : undefined, scope: first ? 'row' : of === 'th' ? 'col' : undefined },
      content,
    )
  }
  return element(
    'div',
    { class: 'wide', tabindex: 0, role: 'region', 'aria-label': caption },
    element(
      'table',
      {},
      element('caption', {}, caption),
      element('thead', {}, element('tr', {}, ...head.map(cell('th')))),
      element('tbody', {}, ...rows.map(row => element('tr', {}, ...row.map(cell('td'))))),
    ),
  )
}

/** Opens where it is pressed. */
export const folded = (summary: string, ...children: readonly Node[]): Element =>
  element('details', {}, element('summary', {}, summary), ...children)
