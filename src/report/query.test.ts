import { expect, test } from 'vitest'
import type { SourceStatus, Status } from '#core/agent/status.ts'
import { queryText } from './query.ts'
import { plain } from './style.ts'

const at = { wall: 0n, monotonic: 0n } as Status['now']

const server = (i: number, more: Partial<SourceStatus> = {}): SourceStatus => ({
  name: `192.0.2.${i}`,
  address: `192.0.2.${i}`,
  port: 123,
  state: 'survivor',
  reason: 'agrees',
  stratum: 1,
  refid: 'GPS',
  leap: 'none',
  version: 4,
  offset: 12e-6,
  delay: 1e-3,
  dispersion: 1e-6,
  jitter: 2e-6,
  rootDelay: 0,
  rootDispersion: 0,
  rootDistance: 600e-6,
  reach: 0b1111,
  poll: 6,
  measuredAt: at,
  nextPollIn: 60,
  referenceTime: undefined,
  stampedBy: 'kernel',
  sent: 4,
  received: 4,
  accepted: 4,
  refusals: {},
  lastRefusal: undefined,
  ...more,
})

const status = (sources: readonly SourceStatus[], more: Partial<Status> = {}): Status => ({
  now: at,
  state: 'locked',
  offset: 12e-6,
  errorBound: 310e-6,
  frequencyError: undefined,
  frequencyErrorBound: undefined,
  jitter: undefined,
  rootDelay: undefined,
  rootDispersion: undefined,
  stratum: 2,
  refid: undefined,
  leap: 'none',
  measuredAt: at,
  holding: undefined,
  sources,
  ...more,
})
const unknown = { offset: undefined, errorBound: undefined, state: 'freerun' } as const
const silent = { leap: undefined, offset: undefined, rootDistance: undefined, received: 0, accepted: 0 }

test('without a leap second ahead nothing is said of any', () => {
  const text = queryText(status([server(1), server(2)]), plain)
  expect(text).not.toContain('leap')
  expect(text).toContain('This clock is 12.0 µs behind, correct to within 310 µs, by 2 servers that agree.\n')
})

test('an announced leap second has a column and a sentence, also when only a few announce it', () => {
  const text = queryText(
    status([server(1), server(2, { leap: 'insert' }), server(3, { leap: 'insert' }), server(4, silent)]),
    plain,
  )
  const [head, ...rows] = text.split('\n')
  expect(head).toMatch(/ jitter +leap$/)
  expect(rows.slice(0, 4).map(row => row.slice(head!.indexOf('leap')).split(' ')[0])).toEqual([
    'none',
    'insert',
    'insert',
    '–',
  ])
  expect(text).toContain(
    '2 of 4 servers announce a leap second: the last minute of this month (UTC) will have 61 seconds.\n',
  )
})

test('one that is to be left out is told from one that is to be inserted', () => {
  const text = queryText(status([server(1, { leap: 'delete' })]), plain)
  expect(text).toContain(
    'The server announces a leap second: the last minute of this month (UTC) will have 59 seconds.\n',
  )
})

test('requests that the network refused were never asked', () => {
  const noRoute = server(1, { ...silent, state: 'unreachable', reason: 'network-unreachable' })
  expect(queryText(status([noRoute], unknown), plain)).toContain(
    'this machine has no route to it\n\nThe network refused every request, so no server was asked.\n',
  )
  const mute = server(2, { ...silent, state: 'unreachable', reason: 'no-reply' })
  expect(queryText(status([noRoute, mute], unknown), plain)).toContain(
    'No server answered with a time that can be used.\n',
  )
})

test('the packet test that replies fail is named', () => {
  const refused = server(1, {
    state: 'unusable',
    reason: 'replies-refused',
    lastRefusal: 'bogus-origin',
    accepted: 0,
  })
  expect(queryText(status([refused], unknown), plain)).toContain(
    'the last one: the origin timestamp is not the random value of the request (TEST2)\n',
  )
})
