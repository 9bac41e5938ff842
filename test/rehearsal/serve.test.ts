/**
 * A guest that serves time, through what a hypervisor does to it: what it says is true within what it says that it may be
 * wrong by, or it says that it does not know; and a client that follows it never believes what is not so.
 */
import { describe, expect, test } from 'vitest'
import { AGENT_DEFAULTS, type AgentConfig, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import { decodePacket } from '#core/ntp/packet.ts'
import { fromNtpTime } from '#core/time/ntp-time.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'
import type { ServerConfig } from '#worlds/simulated/server.ts'
import type { Pause } from '#worlds/simulated/world.ts'
import { keep } from './keep.ts'
import { CLIENT, lie, type ServingGuest, serveGuest } from './serve.ts'

const LAN = symmetricLink(100e-6, 20e-6)
const WAN = symmetricLink(5e-3, 1e-3)
const GUEST = '203.0.113.1'
const AT = 1800
const POLLS = { minpoll: 4, maxpoll: 6 }
const SOURCE = { ...SOURCE_DEFAULTS, minpoll: 2, maxpoll: 4 }

const upstream = (i: number, more: Partial<ServerConfig> = {}): ServerConfig => ({
  address: `192.0.2.${i}`,
  link: WAN,
  ...more,
})
const guest = (more: { pauses?: readonly Pause[]; servers?: readonly ServerConfig[] } = {}): ServingGuest =>
  serveGuest(
    {
      seed: 3,
      servers: [1, 2, 3].map(i => upstream(i)),
      oscillator: { frequencyError: 30e-6, wander: 1e-9 },
      clock: { offset: 0.4 },
      ...more,
    },
    POLLS,
  )
const witnessed = (length: number, after: number): Pause => ({
  at: AT,
  length,
  witness: { name: 'rtc', after, uncertainty: 0.5 },
})

const REQUEST = new Uint8Array(48)
REQUEST[0] = 0x23

/** What the guest tells somebody who asks it now. */
function told({ sim }: ServingGuest) {
  const decoded = decodePacket(sim.ask(123, REQUEST, CLIENT)!)
  if (decoded.kind === 'refused') throw new Error(decoded.why)
  const { packet } = decoded
  const knows = packet.stratum > 0
  const distance = packet.rootDelay / 2 + packet.rootDispersion
  return { knows, distance, lie: knows ? lie(fromNtpTime(packet.receive), distance, sim.truth) : 0, packet }
}

describe('what a guest serves', () => {
  test('from the start: that it does not know, then the time, right within its distance', () => {
    const server = guest()
    let knowsFrom: number | undefined
    for (let t = 0.5; t < 1200; t += 0.5) {
      server.sim.run(t)
      const { knows, lie } = told(server)
      expect(lie).toBeLessThanOrEqual(0)
      if (knows) knowsFrom ??= t
    }
    expect(knowsFrom).toBeLessThan(10)
    expect(told(server).packet).toMatchObject({ stratum: 2, leap: 'none' })
    expect(told(server).distance).toBeLessThan(0.02)
  })

  test.each([0.5, 4.3, 30, 1200])(
    'through a pause of %f s: no lie from the moment that a witness speaks',
    length => {
      const after = 0.8
      const server = guest({ pauses: [witnessed(length, after)] })
      server.sim.run(AT - 1)
      expect(told(server).knows).toBe(true)
      const resumed = AT + length
      let silent = 0
      // Until then nobody can know: this is what the witnesses are for.
      server.sim.run(resumed + after / 2)
      expect(told(server)).toMatchObject({ knows: true })
      expect(told(server).lie).toBeGreaterThan(0)
      for (let t = resumed + after + 0.01; t < resumed + 300; t += 0.1) {
        server.sim.run(t)
        const { knows, lie } = told(server)
        expect(lie).toBeLessThanOrEqual(0)
        if (!knows) silent = t - resumed
      }
      // Its sources settle it within the burst that the witness caused.
      expect(silent).toBeGreaterThan(after)
      expect(silent).toBeLessThan(10)
      expect(told(server).knows).toBe(true)
    },
  )

  test('without its sources it grows less sure, and goes on', () => {
    const gone = { ...WAN.up, loss: 1 }
    const link = { ...WAN, changes: [{ at: AT, up: gone, down: gone }] }
    const server = guest({ servers: [1, 2, 3].map(i => upstream(i, { link })) })
    server.sim.run(AT)
    const before = told(server).distance
    server.sim.run(AT + 3600)
    const { knows, lie, distance } = told(server)
    expect(server.status().state).toBe('holdover')
    expect(knows).toBe(true)
    expect(lie).toBeLessThanOrEqual(0)
    // RFC 5905: 15 ppm of the age; the last sample may have come some polls before the sources went.
    expect(distance - before).toBeGreaterThanOrEqual(15e-6 * 3600 * 0.8)
  })

  test('a step by somebody else is told as what it is: a clock that far off', () => {
    const server = serveGuest({ seed: 3, servers: [upstream(1)], steps: [{ at: AT, size: 20 }] }, POLLS)
    for (let t = AT - 10; t < AT + 120; t += 0.1) {
      server.sim.run(t)
      expect(told(server).lie).toBeLessThanOrEqual(0)
    }
    expect(told(server).knows).toBe(true)
  })
})

describe('a client of ours that follows such a guest', () => {
  const client = (
    server: ServingGuest,
    others: readonly ServerConfig[] = [],
    config: Partial<AgentConfig> = {},
  ) => {
    const peer = server.peer(GUEST, LAN)
    const sources = [GUEST, ...others.map(({ address }) => address)]
    return keep(
      { seed: 5, servers: others, peers: [peer], oscillator: { frequencyError: -12e-6, wander: 1e-9 } },
      {},
      {
        ...AGENT_DEFAULTS,
        sources: sources.map(address => ({ ...SOURCE, name: address, address })),
        ...config,
      },
    )
  }

  /** Every second: does the bound hold? And the worst that the clock was off. */
  function follow(server: ServingGuest, kept: ReturnType<typeof keep>, until: number) {
    const wrong: number[] = []
    let worst = 0
    kept.run(until, t => {
      const { offset, errorBound } = kept.status()
      if (offset === undefined || errorBound === undefined) return
      if (Math.abs(kept.error() - offset) > errorBound) wrong.push(t)
      if (t > 60) worst = Math.max(worst, Math.abs(kept.error()))
    })
    server.sim.run(Math.max(until, server.sim.now))
    return { wrong, worst }
  }

  test.each([0.5, 4.3, 30, 600])(
    'through a pause of %f s that a witness reports: its bound always holds, and its clock stays where it is',
    length => {
      const server = guest({ pauses: [witnessed(length, 0.8)] })
      const kept = client(server)
      const { wrong, worst } = follow(server, kept, AT + length + 900)
      expect(wrong).toEqual([])
      expect(worst).toBeLessThan(0.01)
      expect(kept.steps().length).toBeLessThanOrEqual(1)
      expect(kept.status().state).toBe('locked')
      expect(server.serving.counts.unsynchronised).toBeGreaterThan(0)
    },
  )

  test('asked every second, the guest is caught in the second before its witness speaks: still no step', () => {
    const server = guest({ pauses: [witnessed(30, 0.95)] })
    const kept = client(server, [], {
      sources: [{ ...SOURCE, name: GUEST, address: GUEST, minpoll: 0, maxpoll: 0 }],
    })
    const { wrong, worst } = follow(server, kept, AT + 600)
    expect(kept.notices()).toContain('sources-contradict-estimate')
    expect(wrong).toEqual([])
    expect(worst).toBeLessThan(0.01)
  })

  test('a pause that nobody notices: two others outvote the guest', () => {
    const server = guest({ pauses: [{ at: AT, length: 30 }] })
    const kept = client(server, [upstream(11), upstream(12)])
    const { wrong, worst } = follow(server, kept, AT + 900)
    expect(wrong).toEqual([])
    expect(worst).toBeLessThan(0.01)
  })
})
