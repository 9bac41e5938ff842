/**
 * Where one is on the page. The hash holds all of it (`#/timeline?range=6h&scale=1ms`), so a link shows another person
 * the same thing, and Back goes back. Whatever a hash says that makes no sense is left out.
 */
import { parseSetup, type Setup, USUAL_SETUP, unreadWords, writeSetup } from './lab/setup.ts'

export const VIEWS = ['now', 'timeline', 'sources', 'machine', 'repair', 'logs', 'lab'] as const
export type View = (typeof VIEWS)[number]

export const RANGES = {
  '10m': 600,
  '1h': 3600,
  '6h': 21_600,
  '24h': 86_400,
  '7d': 604_800,
  all: undefined,
} as const
export type Range = keyof typeof RANGES

/** Half heights of the offset plot, in seconds. */
export const SCALES = { auto: undefined, '100us': 1e-4, '1ms': 1e-3, '10ms': 1e-2, '100ms': 1e-1 } as const
export type Scale = keyof typeof SCALES

export interface Place {
  readonly view: View
  /** How far back the live window reaches. */
  readonly range: Range
  /** A fixed window instead of the live one, in seconds since 1970 by the machine's clock. */
  readonly window: Span | undefined
  readonly scale: Scale
  /** Sources that are not drawn. */
  readonly hide: readonly string[]
  /** Sources whose details are open. */
  readonly open: readonly string[]
  /** The side panel: `legend`, or the key of a quantity. */
  readonly panel: string | undefined
  /** The source that the panel is about. */
  readonly about: string | undefined
  /** What is set up in the lab. */
  readonly rehearsal: Setup
  /** What of the rehearsal in an address was not understood. */
  readonly unread: readonly string[]
}

export interface Span {
  readonly from: number
  readonly to: number
}

export const HOME: Place = {
  view: 'now',
  range: '1h',
  window: undefined,
  scale: 'auto',
  hide: [],
  open: [],
  panel: undefined,
  about: undefined,
  rehearsal: USUAL_SETUP,
  unread: [],
}

/** What else than a rehearsal stands in an address. */
const KEYS = ['range', 'from', 'to', 'scale', 'hide', 'open', 'panel', 'about']

export function parsePlace(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const query = new URLSearchParams(search)
  const from = decimalOf(query.get('from'))
  const to = decimalOf(query.get('to'))
  const view = oneOf(VIEWS, path) ?? HOME.view
  return {
    view,
    range: oneOf(Object.keys(RANGES) as Range[], query.get('range')) ?? HOME.range,
    window: from !== undefined && to !== undefined && from < to ? { from, to } : undefined,
    scale: oneOf(Object.keys(SCALES) as Scale[], query.get('scale')) ?? HOME.scale,
    hide: query.getAll('hide'),
    open: query.getAll('open'),
    panel: query.get('panel') ?? undefined,
    about: query.get('about') ?? undefined,
    rehearsal: parseSetup(query),
    unread: view === 'lab' ? unreadWords(query, KEYS) : [],
  }
}

export function formatPlace(place: Place): string {
  const query = new URLSearchParams()
  if (place.range !== HOME.range) query.set('range', place.range)
  if (place.window) {
    query.set('from', place.window.from.toFixed(3))
    query.set('to', place.window.to.toFixed(3))
  }
  if (place.scale !== HOME.scale) query.set('scale', place.scale)
  for (const name of place.hide) query.append('hide', name)
  for (const name of place.open) query.append('open', name)
  if (place.panel) query.set('panel', place.panel)
  if (place.about) query.set('about', place.about)
  writeSetup(place.rehearsal, query)
  const search = query.toString()
  return `#/${place.view}${search ? `?${search}` : ''}`
}

const oneOf = <T extends string>(all: readonly T[], text: string | null): T | undefined =>
  all.find(one => one === text)

function decimalOf(text: string | null): number | undefined {
  return text !== null && /^-?\d{1,12}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined
}
