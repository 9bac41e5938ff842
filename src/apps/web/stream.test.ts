/** Live: statuses and records, coming back after a break, and readers that do not read. */
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { record, status } from '#report/bodies.ts'
import { type ExampleWatched, exampleWatched } from '../../../test/browser/support.ts'
import { openPage, type Page } from './server.ts'

let watched: ExampleWatched
let page: Page
beforeEach(async () => {
  watched = exampleWatched({ story: 'starting' })
  page = await openPage(watched, { port: 0 })
})
afterEach(() => page.close())

interface Message {
  event: string
  id: string | undefined
  data: unknown
}

/** Reads until `enough` says so, then hangs up. */
async function listen(
  enough: (messages: readonly Message[]) => boolean,
  options: { headers?: Record<string, string>; query?: string } = {},
): Promise<Message[]> {
  const hangUp = new AbortController()
  const answer = await fetch(`${page.url}api/stream${options.query ?? ''}`, {
    signal: hangUp.signal,
    headers: options.headers ?? {},
  })
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
  const messages: Message[] = []
  let rest = ''
  for await (const bytes of answer.body!) {
    const parts = (rest + Buffer.from(bytes).toString()).split('\n\n')
    rest = parts.pop()!
    for (const part of parts) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1]
      const event = field('event')
      if (event) messages.push({ event, id: field('id'), data: JSON.parse(field('data')!) })
    }
    if (enough(messages)) break
  }
  hangUp.abort()
  return messages
}

const notice = (n: number) =>
  watched.write({ kind: 'notice', at: watched.now(), name: 'test', text: `number ${n}` })
/** Writes a notice when the first message has come, so that it comes after it on a machine of any speed. */
function thenNotice(n: number, enough: (all: readonly Message[]) => boolean) {
  let told = false
  return (all: readonly Message[]): boolean => {
    if (!told && all.length > 0) {
      told = true
      notice(n)
    }
    return enough(all)
  }
}
const texts = (messages: readonly Message[]) =>
  messages.filter(({ event }) => event === 'record').map(({ data }) => (data as { text: string }).text)

test('a status at once and every second, and records as they are written', async () => {
  const messages = await listen(
    thenNotice(1, all => all.filter(({ event }) => event === 'status').length >= 2),
  )
  expect(messages.map(({ event }) => event)).toEqual(['status', 'record', 'status'])
  for (const { event, data } of messages)
    expect(v.safeParse(event === 'status' ? status : record, data).issues).toBeUndefined()
  expect(messages[1]!.id).toMatch(/^[0-9a-f]{12}-1$/)
})

describe('a reader that comes back', () => {
  const missedAfter = async (id: string, how: 'header' | 'query') =>
    listen(
      all => all.some(({ event }) => event === 'status'),
      how === 'header' ? { headers: { 'Last-Event-ID': id } } : { query: `?after=${id}` },
    )

  test('gets what it missed, once', async () => {
    const before = await listen(thenNotice(1, all => all.some(({ event }) => event === 'record')))
    const id = before.find(({ event }) => event === 'record')!.id!
    notice(2)
    notice(3)
    for (const how of ['header', 'query'] as const) {
      const after = await missedAfter(id, how)
      expect(texts(after)).toEqual(['number 2', 'number 3'])
      expect(after.some(({ event }) => event === 'reset')).toBe(false)
    }
  })
  test('is told to start anew when that is forgotten, or was another run', async () => {
    const [first] = (await listen(thenNotice(0, all => all.some(({ event }) => event === 'record')))).filter(
      ({ event }) => event === 'record',
    )
    for (let n = 1; n <= 600; n++) notice(n)
    for (const id of [first!.id!, '0123456789ab-1', 'nonsense', `${first!.id!}0000`]) {
      const after = await missedAfter(id, 'header')
      expect([id, after[0]!.event]).toEqual([id, 'reset'])
      expect(texts(after)).toEqual([])
    }
  })
})

async function comeAndGo(): Promise<number> {
  const hangUp = new AbortController()
  const { status } = await fetch(`${page.url}api/stream`, { signal: hangUp.signal })
  hangUp.abort()
  return status
}

test('sixteen readers and no more, and a place is free again when one leaves', async () => {
  const hangUp = new AbortController()
  const open = () => fetch(`${page.url}api/stream`, { signal: hangUp.signal })
  const answers = await Promise.all(Array.from({ length: 16 }, open))
  expect(answers.map(({ status }) => status)).toEqual(Array(16).fill(200))
  const refused = await fetch(`${page.url}api/stream`)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
  // The other questions are still answered.
  expect((await fetch(`${page.url}api/sources`)).status).toBe(200)
  hangUp.abort()
  while ((await comeAndGo()) === 503) await sleep(50)
  await listen(all => all.length > 0)
})

test('a reader that does not read is cut off and costs no more than its share', async () => {
  const socket = connect(page.port, '127.0.0.1', () =>
    socket.write(`GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1:${page.port}\r\n\r\n`),
  )
  await new Promise(resolve => socket.once('readable', resolve))
  socket.pause()
  const closed = new Promise(resolve => socket.once('close', resolve))
  socket.on('error', () => undefined)
  const before = process.memoryUsage().rss
  const text = 'x'.repeat(10_000)
  for (let n = 0; n < 3000; n++) {
    watched.write({ kind: 'notice', at: watched.now(), name: 'flood', text })
    if (n % 100 === 0) await sleep(1)
  }
  socket.resume()
  await closed
  // 30 MB were written; the kernel's buffers and the kept records are all that may remain.
  expect(process.memoryUsage().rss - before).toBeLessThan(100e6)
  expect((await fetch(`${page.url}api/sources`)).status).toBe(200)
})

test('HEAD asks only whether it is there', async () => {
  const answer = await fetch(`${page.url}api/stream`, { method: 'HEAD' })
  expect(answer.status).toBe(200)
})

test('closing ends the streams', async () => {
  const answer = await fetch(`${page.url}api/stream`)
  await page.close()
  await expect(answer.text().catch(() => 'cut')).resolves.toBeDefined()
})

test('a mistake of ours does not reach the agent whose records these are', async () => {
  const faults: unknown[] = []
  let tell: (record: never) => void = () => {}
  const broken = {
    ...exampleWatched({ story: 'starting' }),
    subscribe: (listener: typeof tell) => {
      tell = listener
      return () => {}
    },
  }
  const other = await openPage(broken, { port: 0, onFault: fault => faults.push(fault) })
  tell({ kind: 'notice', at: undefined } as never)
  expect(faults.length).toBe(1)
  await other.close()
})
