/** Questions to the API. An answer that is no success is an error with the sentence that came with it. */
import type { EventsBody, RecordKind, SeriesBody } from '#report/bodies.ts'
import type { MachineCheck } from './machine/check.ts'
import type { Span } from './place.ts'

export const askSeries = (
  query: { of: SeriesBody['of']; source?: string; window: Span; buckets: number },
  signal?: AbortSignal,
): Promise<SeriesBody> =>
  ask(
    '/api/history',
    { of: query.of, source: query.source, buckets: String(query.buckets), ...edges(query.window) },
    signal,
  )

export const askEvents = (
  query: { window?: Span; kinds?: readonly RecordKind[]; limit: number },
  signal?: AbortSignal,
): Promise<EventsBody> =>
  ask(
    '/api/events',
    {
      kinds: query.kinds?.join(','),
      limit: String(query.limit),
      ...(query.window ? edges(query.window) : {}),
    },
    signal,
  )

/** Takes some seconds. */
export const askCheck = (): Promise<MachineCheck> => ask('/api/check', {})

async function ask<T>(
  path: string,
  query: Record<string, string | undefined>,
  signal?: AbortSignal,
): Promise<T> {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  const answer = await fetch(`${path}?${new URLSearchParams(given)}`, signal ? { signal } : {})
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error ?? answer.statusText)
  return answer.json()
}

const edges = ({ from, to }: Span) => ({ from: from.toFixed(3), to: to.toFixed(3) })
