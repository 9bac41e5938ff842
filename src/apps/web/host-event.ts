/**
 * The one thing that can be told here and not only asked: that something was done to this machine. It makes the agent doubt
 * the clock, and may make it correct it, so whoever tells must show the secret that only the agent's user can read.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { hostEventQuery } from '#report/bodies.ts'
import { parseQuery } from './api.ts'
import { type Answer, json } from './respond.ts'
import type { Watched } from './watched.ts'

export const HOST_EVENT_PATH = '/api/host-event'

export function takeHostEvent(watched: Watched, request: IncomingMessage, query: URLSearchParams): Answer {
  const { hostEvents } = watched
  if (!hostEvents) return json({ error: 'This agent has no place to keep the secret for this.' }, 503)
  if (!knows(request.headers.authorization, hostEvents.secret)) {
    const answer = json({ error: 'The secret is missing or wrong: see clockwright host-event --help.' }, 401)
    return { ...answer, headers: { 'WWW-Authenticate': 'Bearer realm="clockwright"' } }
  }
  const asked = parseQuery(hostEventQuery, query)
  if (!asked.ok) return asked.answer
  const { lost, ...rest } = asked.value
  if (lost !== undefined && rest.what !== 'resumed')
    return json({ error: 'lost: goes with resumed only' }, 400)
  hostEvents.tell({ lost, ...rest })
  return json({ taken: asked.value.what }, 202)
}

/** Compared in a time that tells nothing. */
function knows(authorization: string | undefined, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${secret}`))
}
