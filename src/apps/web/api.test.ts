/** The answers are what their schemas say, whatever the agent says; and the questions are checked. */
import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decimal } from '#core/time/format.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import * as schema from '#report/bodies.ts'
import { encodeRecord, encodeStatus } from '#report/encode.ts'
import { type ExampleOptions, exampleWatched } from '../../../test/browser/support.ts'
import { openPage, type Page } from './server.ts'

const watched = exampleWatched({ days: 3 })
let page: Page
beforeAll(async () => {
  page = await openPage(watched, { port: 0 })
})
afterAll(() => page.close())

const get = async (path: string) => {
  const answer = await fetch(`${page.url}${path}`)
  return { status: answer.status, body: (await answer.json()) as unknown }
}

describe('answers', () => {
  test.each([
    ['api/status', schema.status],
    ['api/sources', schema.sources],
    ['api/history?of=sample.offset&source=ntp1.example.net&buckets=50', schema.series],
    ['api/history?of=estimate.errorBound', schema.series],
    ['api/events', schema.events],
    ['api/events?kinds=sample,estimate,step,disruption,notice,started,source&limit=500', schema.events],
    ['api/history?of=x', schema.refusal],
  ] as const)('%s conforms', async (path, expected) => {
    const { body } = await get(path)
    expect(v.safeParse(expected, body).issues).toBeUndefined()
  })
  test.each(['usual', 'alone', 'holdover', 'starting'] satisfies ExampleOptions['story'][])(
    'a status conforms when the story is "%s"',
    story => {
      const body = JSON.parse(JSON.stringify(encodeStatus(exampleWatched({ story, days: 1 }).snapshot())))
      expect(v.safeParse(schema.status, body).issues).toBeUndefined()
      if (story === 'alone' || story === 'starting')
        expect([body.clock.offset, body.clock.errorBound]).toEqual([null, null])
    },
  )
  test('what is not a number is not known, and never zero', () => {
    const snapshot = watched.snapshot()
    const broken = {
      ...snapshot.clock,
      offset: Number.NaN,
      errorBound: Number.POSITIVE_INFINITY,
      jitter: -Infinity,
    }
    const body = encodeStatus({ ...snapshot, clock: broken })
    expect([body.clock.offset, body.clock.errorBound, body.clock.jitter]).toEqual([null, null, null])
    const step: TraceRecord = { kind: 'step', at: watched.now(), size: Number.NaN, uncertainty: 0, by: 'us' }
    expect(encodeRecord(step)).toMatchObject({ size: null, uncertainty: 0 })
  })
  test('an instant keeps its nanoseconds', () => {
    const at = { wall: 1795258202000000001n, monotonic: -5n } as never
    expect(encodeRecord({ kind: 'notice', at, name: 'n', text: 't' }).at).toEqual({
      wall: '1795258202.000000001',
      monotonic: '-0.000000005',
    })
  })
})

describe('history', () => {
  test('times count from the begin of the window', async () => {
    const { from, to } = watched.history.extent()!
    const { body } = await get('api/history?of=estimate.offset&buckets=10')
    const series = v.parse(schema.series, body)
    expect([series.from, series.to]).toEqual([decimal(from), decimal(to)])
    expect(series.at.length).toBeGreaterThan(5)
    expect(series.at[0]).toBeGreaterThanOrEqual(0)
    expect(Math.max(...series.at)).toBeLessThanOrEqual(Number(to - from) / 1e9)
  })
  test('an empty window is empty', async () => {
    const { body } = await get('api/history?of=sample.delay&from=0&to=1')
    expect(v.parse(schema.series, body).at).toEqual([])
    const outside = await get('api/events?from=99999999999')
    expect(v.parse(schema.events, outside.body).records).toEqual([])
  })
})

describe('events', () => {
  test('are the newest, and say when there were more', async () => {
    const all = v.parse(schema.events, (await get('api/events')).body)
    const two = v.parse(schema.events, (await get('api/events?limit=2')).body)
    expect(all.truncated).toBe(false)
    expect(two.truncated).toBe(true)
    expect(two.records).toEqual(all.records.slice(-2))
  })
  test('can be chosen by kind', async () => {
    const { body } = await get('api/events?kinds=step,disruption')
    expect(new Set(v.parse(schema.events, body).records.map(({ kind }) => kind))).toEqual(
      new Set(['step', 'disruption']),
    )
  })
})

describe('questions', () => {
  test.each([
    ['api/history', 'of: '],
    ['api/history?of=everything', 'of: '],
    ['api/history?of=sample.offset&buckets=0', 'buckets: '],
    ['api/history?of=sample.offset&buckets=4001', 'buckets: '],
    ['api/history?of=sample.offset&buckets=1e3', 'buckets: '],
    ['api/history?of=sample.offset&buckets=', 'buckets: '],
    ['api/history?of=sample.offset&from=yesterday', 'from: '],
    ['api/history?of=sample.offset&from=1.0000000001', 'from: '],
    ['api/history?of=sample.offset&from=2&to=1', 'from: is later than to'],
    ['api/history?of=sample.offset&of=sample.delay', 'of: is given twice'],
    ['api/history?of=sample.offset&sorce=x', 'sorce: is not a parameter here'],
    ['api/history?of=sample.offset&__proto__=x', '__proto__: is not a parameter here'],
    [`api/history?of=sample.offset&source=${'x'.repeat(300)}`, 'source: '],
    ['api/events?kinds=', 'kinds: '],
    ['api/events?kinds=step,everything', 'kinds: '],
    ['api/events?limit=-1', 'limit: '],
    ['api/events?limit=99999', 'limit: '],
    ['api/stream?before=1', 'before: is not a parameter here'],
  ])('%s is refused with a reason', async (path, reason) => {
    const { status, body } = await get(path)
    expect(status).toBe(400)
    expect(v.parse(schema.refusal, body).error).toContain(reason)
  })
})

describe('the description', () => {
  test('is OpenAPI 3.1, names every path, and its references lead somewhere', async () => {
    const { body } = await get('api/openapi.json')
    const text = JSON.stringify(body)
    const api = body as { openapi: string; paths: object; components: { schemas: object } }
    expect(api.openapi).toBe('3.1.0')
    expect(Object.keys(api.paths)).toEqual([
      '/api/status',
      '/api/sources',
      '/api/history',
      '/api/events',
      '/api/check',
      '/api/stream',
      '/api/host-event',
      '/api/openapi.json',
      '/metrics',
    ])
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(match => match[1])
    expect(references).toContain('Status')
    for (const name of references) expect(Object.keys(api.components.schemas)).toContain(name)
  })
  test('tells a client what may be asked', async () => {
    const { body } = await get('api/openapi.json')
    const { parameters } = (body as { paths: Record<string, { get: { parameters: { name: string }[] } }> })
      .paths['/api/history']!.get
    expect(parameters.map(({ name }) => name)).toEqual(['of', 'source', 'from', 'to', 'buckets'])
    expect(parameters.at(-1)).toMatchObject({
      required: false,
      schema: { type: 'integer', maximum: 4000, default: 600 },
    })
  })
  test('its generator is not loaded with the server', async () => {
    for (const file of ['server.ts', 'api.ts', '#report/bodies.ts', '#report/encode.ts', 'stream.ts'])
      expect(await readFile(new URL(file, import.meta.url), 'utf8')).not.toMatch(
        /from '(@valibot\/to-json-schema|\.\/openapi\.ts)'/,
      )
  })
})
