import { expect, test } from 'vitest'
import { RateLimit } from './rate-limit.ts'

const SEED = 0x5eed
const v4 = (n: number) => Uint8Array.from([n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255])
const v6 = (network: number, host: number) =>
  Uint8Array.from([32, 1, 13, 184, ...v4(network), ...new Array<number>(4).fill(0), ...v4(host)])
const limiter = (interval = 2, burst = 8) => new RateLimit({ interval, burst }, SEED)

/** How many of the requests, one every `every` seconds, may be answered. */
function granted(limit: RateLimit, address: Uint8Array, count: number, every: number, from = 0): number {
  let yes = 0
  for (let i = 0; i < count; i++) if (limit.take(address, 0, address.length, from + i * every)) yes++
  return yes
}

test('a burst, and no more', () => expect(granted(limiter(), v4(1), 100, 0)).toBe(8))

test('who keeps to the interval is always answered', () =>
  expect(granted(limiter(), v4(1), 1000, 2)).toBe(1000))

test('who asks ten times as often gets one tenth, and the burst', () => {
  const yes = granted(limiter(), v4(1), 1000, 0.2)
  expect(yes).toBeGreaterThanOrEqual(100)
  expect(yes).toBeLessThanOrEqual(108)
})

test('after a silence there is a whole burst again', () => {
  const limit = limiter()
  granted(limit, v4(1), 100, 0)
  expect(granted(limit, v4(1), 100, 0, 16)).toBe(8)
})

test('clients do not disturb each other', () => {
  const limit = limiter()
  granted(limit, v4(1), 1000, 0)
  expect(granted(limit, v4(2), 8, 0)).toBe(8)
})

test('a whole /64 is one client, and the next one is another', () => {
  const limit = limiter()
  let yes = 0
  for (let host = 0; host < 100; host++) if (limit.take(v6(1, host), 0, 16, 0)) yes++
  expect(yes).toBe(8)
  expect(limit.take(v6(2, 0), 0, 16, 0)).toBe(true)
})

test('an IPv4 address is not the IPv6 network with the same bytes', () => {
  const limit = limiter(2, 1)
  const six = new Uint8Array(16)
  six.set([10, 0, 0, 1])
  expect(limit.take(six, 0, 16, 0)).toBe(true)
  expect(limit.take(v4(0x0a000001), 0, 4, 0)).toBe(true)
})

test('a counter that stands still gives nothing, and one that went back takes nothing', () => {
  const limit = limiter(1, 2)
  granted(limit, v4(1), 2, 0, 100)
  expect(limit.take(v4(1), 0, 4, 50)).toBe(false)
  expect(limit.take(v4(1), 0, 4, 51)).toBe(true)
})

test('100,000 strangers fit into the same memory, and a client who keeps asking is remembered among them', () => {
  const limit = limiter()
  const client = v4(0x0a000001)
  let yes = 0
  for (let i = 0; i < 100_000; i++) {
    limit.take(v4(0xc6000000 + i), 0, 4, i * 1e-4)
    if (i % 10 === 0 && limit.take(client, 0, 4, i * 1e-4)) yes++
  }
  // 10 s: five tokens come back. The strangers of a hundred requests do not fill the eight places of the client's set.
  expect(yes).toBeLessThanOrEqual(13)
})
