/** What can be asked: each path with its answer. Paths are compared as they came, undecoded, so none leads elsewhere. */
import * as v from 'valibot'
import { decimal, parseDecimal } from '#core/time/format.ts'
import { type Instant, instant } from '#core/time/instant.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import { EVENT_KINDS, type EventsBody, eventsQuery, historyQuery, type SeriesBody } from '#report/bodies.ts'
import { encodeBuckets, encodeRecord, encodeSources, encodeStatus } from '#report/encode.ts'
import { metrics, type Tally } from '#report/metrics.ts'
import type { Checks } from './checks.ts'
import { type Answer, json } from './respond.ts'
import type { Watched } from './watched.ts'

export interface Known {
  readonly watched: Watched
  readonly tally: Tally
  readonly checks: Checks
}

export const API: Readonly<
  Record<string, (known: Known, query: URLSearchParams) => Answer | Promise<Answer>>
> = {
  '/api/status': ({ watched }) => json(encodeStatus(watched.snapshot())),
  '/api/sources': ({ watched }) => json(encodeSources(watched.snapshot().clock)),
  '/api/history': ({ watched }, query) => answerHistory(watched, query),
  '/api/events': ({ watched }, query) => answerEvents(watched, query),
  '/api/check': ({ checks }) => checks.ask(),
  '/api/openapi.json': async ({ watched }) =>
    // The generator of JSON schemas is loaded when somebody asks, not with the agent.
    json((await import('./openapi.ts')).describeApi(watched.snapshot().version)),
  '/metrics': ({ watched, tally }) => ({
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
    body: metrics({ ...watched.snapshot(), tally }),
  }),
}

function answerHistory({ history }: Watched, query: URLSearchParams): Answer {
  const asked = parseQuery(historyQuery, query)
  if (!asked.ok) return asked.answer
  const { of, source, buckets } = asked.value
  const window = windowOf(history, asked.value)
  if ('status' in window) return window
  const found = history.series({ ...window, of, buckets, ...(source === undefined ? {} : { source }) })
  const body: SeriesBody = {
    of,
    source: source ?? null,
    from: decimal(window.from),
    to: decimal(window.to),
    ...encodeBuckets(found, window.from),
  }
  return json(body)
}

function answerEvents({ history }: Watched, query: URLSearchParams): Answer {
  const asked = parseQuery(eventsQuery, query)
  if (!asked.ok) return asked.answer
  const window = windowOf(history, asked.value)
  if ('status' in window) return window
  const { limit } = asked.value
  const kinds = (asked.value.kinds?.split(',') ?? EVENT_KINDS) as TraceRecord['kind'][]
  // One more than wanted tells whether something is left out.
  const found = history.records({ ...window, kinds, limit: limit + 1 })
  const body: EventsBody = {
    from: decimal(window.from),
    to: decimal(window.to),
    truncated: found.length > limit,
    records: found.slice(-limit).map(encodeRecord),
  }
  return json(body)
}

function windowOf(
  history: Watched['history'],
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
): { from: Instant; to: Instant } | Answer {
  // To look for the edges can be work for the store: only when they are wanted.
  const extent = asked.from === undefined || asked.to === undefined ? history.extent() : undefined
  const from = asked.from === undefined ? extent?.from : instant(parseDecimal(asked.from)!)
  const to = asked.to === undefined ? extent?.to : instant(parseDecimal(asked.to)!)
  const window = { from: from ?? to ?? instant(0n), to: to ?? from ?? instant(0n) }
  // Only what was asked for can be the wrong way round; a window wholly outside the kept time is empty.
  if (window.from > window.to) {
    if (asked.from !== undefined && asked.to !== undefined) return wrong('from: is later than to')
    if (asked.from === undefined) window.from = window.to
    else window.to = window.from
  }
  return window
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly answer: Answer }

/** Which parameters are numbers; the others are texts, also where they look like numbers. */
const NUMBERS: ReadonlySet<string> = new Set(['buckets', 'limit', 'lost', 'uncertainty', 'within'])

/** Query parameters against their schema. Unknown and doubled ones are refused: a typo must not silently mean "all". */
export function parseQuery<S extends v.GenericSchema<unknown, unknown>>(
  schema: S,
  query: URLSearchParams,
): Parsed<v.InferOutput<S>> {
  const given: Record<string, string | number> = Object.create(null)
  for (const [name, value] of query) {
    if (name in given) return { ok: false, answer: wrong(`${name}: is given twice`) }
    given[name] = NUMBERS.has(name) && /^\d{1,10}(\.\d{1,9})?$/.test(value) ? Number(value) : value
  }
  const result = v.safeParse(schema, { ...given }, { abortEarly: true })
  if (result.success) return { ok: true, value: result.output }
  const [issue] = result.issues
  const path = issue.path?.map(item => String(item.key)).join('.') ?? 'query'
  const why = issue.expected === 'never' ? 'is not a parameter here' : issue.message
  return { ok: false, answer: wrong(`${path}: ${why}`) }
}

const wrong = (error: string): Answer => json({ error }, 400)
