import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HostEvent } from '#core/guest/host-event.ts'
import { exampleWatched } from '../../../test/browser/support.ts'
import { openPage, type Page } from './server.ts'

const told: HostEvent[] = []
const hostEvents = { secret: 's3cret', tell: (event: HostEvent) => void told.push(event) }
let page: Page
let deaf: Page

beforeAll(async () => {
  const watched = exampleWatched({ days: 1 })
  page = await openPage({ ...watched, hostEvents }, { port: 0 })
  deaf = await openPage(watched, { port: 0 })
})
afterAll(async () => {
  await page.close()
  await deaf.close()
})

const post = (query: string, headers: Record<string, string> = {}, to = page, method = 'POST') =>
  fetch(new URL(`api/host-event?${query}`, to.url), { method, headers })
const KNOWN = { Authorization: 'Bearer s3cret' }

test('what somebody with the secret says is handed on', async () => {
  const answer = await post('what=resumed&lost=30.5&within=5', KNOWN)
  expect([answer.status, await answer.json()]).toEqual([202, { taken: 'resumed' }])
  expect(told).toEqual([{ what: 'resumed', lost: 30.5, uncertainty: 1, within: 5 }])
})

test.each([
  ['no secret', {}],
  ['a wrong one', { Authorization: 'Bearer other' }],
  ['another scheme', { Authorization: 'Basic s3cret' }],
])('%s: refused, and nothing is handed on', async (_, headers) => {
  const before = told.length
  const answer = await post('what=migrated', headers as Record<string, string>)
  expect(answer.status).toBe(401)
  expect(answer.headers.get('www-authenticate')).toContain('Bearer')
  expect(told).toHaveLength(before)
})

test('another site, another method, nonsense', async () => {
  const before = told.length
  expect((await post('what=migrated', { ...KNOWN, Origin: 'http://evil.example' })).status).toBe(403)
  expect((await post('what=migrated', KNOWN, page, 'GET')).status).toBe(405)
  for (const query of [
    '',
    'what=exploded',
    'what=resumed&lost=-1',
    'what=resumed&lost=1e400',
    'what=resumed&x=1',
  ])
    expect((await post(query, KNOWN)).status, query).toBe(400)
  expect(told).toHaveLength(before)
})

test('an agent that could not keep a secret hears nobody', async () => {
  expect((await post('what=migrated', KNOWN, deaf)).status).toBe(503)
})
