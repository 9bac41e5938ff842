/** The clock of the host as a source: it helps where it is good, and leads nobody away where it is not. */
import { describe, expect, test } from 'vitest'
import { type AgentConfig, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import { HOST_CLOCK } from '#core/guest/host-clock.ts'
import type { Seconds } from '#core/time/units.ts'
import { type LinkConfig, symmetricLink } from '#worlds/simulated/link.ts'
import { Random } from '#worlds/simulated/random.ts'
import type { ServerConfig } from '#worlds/simulated/server.ts'
import { type Kept, keep as keepWith } from './keep.ts'
import type { Story } from './watch.ts'

const HOUR = 3600
const LAN = symmetricLink(100e-6, 20e-6)
const INTERNET = symmetricLink(10e-3, 2e-3)
const SILENCE = { base: 0, loss: 1 }
const cutOff = (link: LinkConfig, at: Seconds): LinkConfig => ({
  ...link,
  changes: [{ at, up: SILENCE, down: SILENCE }],
})

const server = (i: number, link: LinkConfig, more: Partial<ServerConfig> = {}): ServerConfig => ({
  address: `192.0.2.${i}`,
  link,
  ...more,
})
/** A host that NTP keeps: it moves about by tens of microseconds, a little each minute. */
function host(more: Partial<ServerConfig> = {}): ServerConfig {
  const random = new Random(7, 9)
  let offset = 0
  const lies = Array.from({ length: 36 * 60 }, (_, minute) => {
    offset = 0.98 * offset + 4e-6 * random.normal()
    return { at: minute * 60, offset }
  })
  return { address: HOST_CLOCK, link: symmetricLink(0.5e-6, 0.1e-6), stratum: 2, lies, ...more }
}
const clock = { clock: { offset: 0.2 }, oscillator: { frequencyError: 15e-6, wander: 3e-9 } }
/** The host is asked every 16 s, because that costs no packets. */
const keep = (story: Story, more: Partial<AgentConfig> = {}) =>
  keepWith(
    story,
    {},
    {
      ...more,
      sources: story.servers.map(({ address }) => ({
        ...SOURCE_DEFAULTS,
        name: address,
        address,
        ...(address === HOST_CLOCK ? { minpoll: 4, maxpoll: 4 } : {}),
      })),
    },
  )

const fateOf = (kept: Kept) => kept.status().sources.find(({ address }) => address === HOST_CLOCK)!.reason

/** RMS of the error; the bound is looked at each second. */
function live(kept: Kept, from: Seconds, until: Seconds): number {
  let sum = 0
  let n = 0
  kept.run(until, t => {
    const { offset, errorBound } = kept.status()
    if (offset !== undefined && errorBound !== undefined)
      expect(Math.abs(offset - kept.error()), `at ${t} s`).toBeLessThanOrEqual(errorBound)
    if (t <= from) return
    sum += kept.error() ** 2
    n++
  })
  return Math.sqrt(sum / n)
}

describe('a host that is kept well', () => {
  test('makes a guest behind a noisy network several times better', () => {
    const network = [server(1, INTERNET), server(2, INTERNET), server(3, INTERNET)]
    const alone = keep({ seed: 3, servers: network, ...clock })
    const both = keep({ seed: 3, servers: [...network, host()], ...clock })
    const without = live(alone, 2 * HOUR, 12 * HOUR)
    const withHost = live(both, 2 * HOUR, 12 * HOUR)
    expect(['agrees', 'best']).toContain(fateOf(both))
    expect(withHost).toBeLessThan(without / 2)
  })

  test('carries the guest through an outage of the network', () => {
    const at = 4 * HOUR
    const kept = keep({ seed: 5, servers: [server(1, cutOff(LAN, at)), host()], ...clock })
    live(kept, 0, at + 12 * HOUR)
    expect(Math.abs(kept.error())).toBeLessThan(200e-6)
  })

  test('is proven anew after a pause: it may be another host', () => {
    const pauses = [{ at: 2 * HOUR, length: 30 }]
    const kept = keep({ seed: 5, servers: [server(1, LAN), server(2, LAN), host()], pauses, ...clock })
    kept.run(2 * HOUR - 1)
    expect(['agrees', 'best', 'less-consistent']).toContain(fateOf(kept))
    kept.run(2 * HOUR + 60)
    expect(Math.abs(kept.error())).toBeLessThan(1e-3)
    expect(fateOf(kept)).toBe('host-unproven')
    kept.run(3 * HOUR)
    expect(['agrees', 'best', 'less-consistent']).toContain(fateOf(kept))
  })
})

describe('a host that lies', () => {
  test('by a second, always: it is never used', () => {
    const kept = keep({ seed: 1, servers: [server(1, LAN), host({ lies: [], offset: 1 })], ...clock })
    live(kept, 0, 2 * HOUR)
    expect(fateOf(kept)).toBe('host-contradicts')
    expect(Math.abs(kept.error())).toBeLessThan(1e-3)
  })

  test.each([0.01, 1])('by %f s after it was proven, against two servers: refused at once', size => {
    const lies = [{ at: 3 * HOUR, offset: size }]
    const kept = keep({ seed: 2, servers: [server(1, LAN), server(2, LAN), host({ lies })], ...clock })
    kept.run(3 * HOUR)
    expect(['agrees', 'best', 'less-consistent']).toContain(fateOf(kept))
    let worst = 0
    kept.run(5 * HOUR, () => {
      worst = Math.max(worst, Math.abs(kept.error()))
    })
    expect(worst).toBeLessThan(1e-3)
    expect(kept.steps()).toHaveLength(1)
    expect(kept.notices()).toContain('host-refused')
  })

  test('by a second after it was proven, against one server: the guest coasts, then follows the server', () => {
    const lies = [{ at: 3 * HOUR, offset: 1 }]
    const kept = keep({ seed: 2, servers: [server(1, LAN), host({ lies })], ...clock })
    let worst = 0
    kept.run(3 * HOUR)
    kept.run(6 * HOUR, () => {
      worst = Math.max(worst, Math.abs(kept.error()))
    })
    expect(worst).toBeLessThan(2e-3)
    expect(fateOf(kept)).toBe('host-contradicts')
    expect(kept.status().state).toBe('locked')
  })
})

describe('a host that drifts slowly, so that no single comparison shows it', () => {
  test.each([
    ['two servers of the internet, 1 ppm', [INTERNET, INTERNET], 1e-6, 12e-3],
    ['one server of the internet, 5 ppm', [INTERNET], 5e-6, 25e-3],
    ['two servers of a LAN, 1 ppm', [LAN, LAN], 1e-6, 1e-3],
  ])('%s: leads nobody away', (_, links, drift, limit) => {
    const lies = Array.from({ length: 22 * 60 }, (_, minute) => ({
      at: 2 * HOUR + minute * 60,
      offset: drift * minute * 60,
    }))
    const servers = [...links.map((link, i) => server(i + 1, link)), host({ lies })]
    const kept = keep({ seed: 3, servers, ...clock })
    let worst = 0
    kept.run(24 * HOUR, t => {
      if (t > HOUR) worst = Math.max(worst, Math.abs(kept.error()))
    })
    expect(worst).toBeLessThan(limit)
    expect(kept.notices()).toContain('host-refused')
  })
})

test('with minsources = 2, a single server proves it, and the two are enough', () => {
  const kept = keep({ seed: 1, servers: [server(1, LAN), host()], ...clock }, { minsources: 2 })
  kept.run(2 * HOUR)
  expect(['agrees', 'best', 'less-consistent']).toContain(fateOf(kept))
  expect(Math.abs(kept.error())).toBeLessThan(1e-3)
})

test('alone it proves nothing', () => {
  const kept = keep({ seed: 1, servers: [host()], ...clock })
  kept.run(HOUR)
  expect(fateOf(kept)).toBe('host-unproven')
  expect(kept.status().offset).toBeUndefined()
  expect(kept.steps()).toEqual([])
})

test('unless it says itself how wrong it can be at most, and nobody contradicts', () => {
  const kept = keep({ seed: 1, servers: [server(1, LAN), host({ rootDispersion: 50e-6 })], ...clock })
  kept.run(100)
  expect(['agrees', 'best', 'less-consistent']).toContain(fateOf(kept))
})
