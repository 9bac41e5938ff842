/**
 * Every packet test, provoked over a real socket (shared/facts: groups P and D of the security tests). All servers
 * are asked at once by one agent, once a second: eight honest answers first, then the attack goes on ("warm"); and in a
 * second agent the attack comes from the first answer on ("cold"). After the attack the server is honest again.
 */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Agent } from '#core/agent/agent.ts'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS, type SourceConfig } from '#core/agent/config.ts'
import type { SourceStatus } from '#core/agent/status.ts'
import { decodePacket, encodePacket, type Packet } from '#core/ntp/packet.ts'
import { refidOf } from '#core/ntp/refid.ts'
import type { PacketRefusal } from '#core/ntp/refusal.ts'
import { plus } from '#core/time/instant.ts'
import { ntpTime, toNtpTime, UNKNOWN_TIME } from '#core/time/ntp-time.ts'
import { drive } from '#worlds/drive.ts'
import { openHost } from '#worlds/host/world.ts'
import { watchOnly } from '#worlds/overlay.ts'
import { type Asked, type Behaviour, type HostileServer, hostileServer } from './hostile-server.ts'

interface Case {
  readonly name: string
  readonly attack: Behaviour
  /** The refusal that must be counted; none when the packet may be used or never arrives. */
  readonly refusal?: PacketRefusal
  /** The honest reply comes beside the forged one, and must be used. */
  readonly honestToo?: boolean
  /** What is sent is acceptable: it must be used. */
  readonly used?: boolean
}

const changed =
  (change: Partial<Packet>): Behaviour =>
  ({ honest }) => [{ ...honest, ...change }]
const change =
  (make: (asked: Asked) => Partial<Packet>): Behaviour =>
  asked => [{ ...asked.honest, ...make(asked) }]
/** A forgery first, the honest reply 20 ms later. */
const beside =
  (forge: (asked: Asked) => ReturnType<Behaviour>): Behaviour =>
  asked => [...forge(asked), { bytes: encodePacket(asked.honest), afterMs: 20 }]
const bytesOf = (packet: Packet, length: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  bytes.set(encodePacket(packet).subarray(0, length))
  return bytes
}
const field =
  (length: number): Behaviour =>
  ({ honest }) => {
    const bytes = bytesOf(honest, 48 + 64)
    new DataView(bytes.buffer).setUint16(48, 0x7777)
    new DataView(bytes.buffer).setUint16(50, length)
    return [bytes]
  }
const kiss = (code: string, more: Partial<Packet> = {}): Partial<Packet> => ({
  stratum: 0,
  leap: 'unknown',
  refid: refidOf(code),
  ...more,
})

const CASES: readonly Case[] = [
  {
    name: 'P1 random origin',
    attack: beside(({ honest }) => [{ ...honest, origin: ntpTime(randomBytes(8).readBigUInt64BE()) }]),
    refusal: 'bogus-origin',
    honestToo: true,
  },
  {
    name: 'P1 origin + 1',
    attack: beside(({ honest }) => [{ ...honest, origin: ntpTime(honest.origin + 1n) }]),
    refusal: 'bogus-origin',
    honestToo: true,
  },
  {
    name: 'P1 origin - 1',
    attack: beside(({ honest }) => [{ ...honest, origin: ntpTime(honest.origin - 1n) }]),
    refusal: 'bogus-origin',
    honestToo: true,
  },
  {
    name: 'P1 upper half of the origin',
    attack: beside(({ honest }) => [{ ...honest, origin: ntpTime((honest.origin >> 32n) << 32n) }]),
    refusal: 'bogus-origin',
    honestToo: true,
  },
  {
    name: 'P1 origin is the time now',
    attack: beside(({ honest, now }) => [{ ...honest, origin: toNtpTime(now) }]),
    refusal: 'bogus-origin',
    honestToo: true,
  },
  {
    name: 'P1 origin of the previous request',
    attack: beside(({ honest, earlier }) => [{ ...honest, origin: earlier.at(-1) ?? ntpTime(5n) }]),
    refusal: 'late-reply',
    honestToo: true,
  },
  {
    name: 'P2, P3 zero origin, then the honest reply',
    attack: beside(({ honest }) => [{ ...honest, origin: UNKNOWN_TIME }]),
    refusal: 'zero-origin',
    honestToo: true,
  },
  {
    name: 'P4 twenty forgeries first',
    attack: beside(({ honest }) =>
      Array.from({ length: 20 }, (_, i) => ({ ...honest, origin: ntpTime(BigInt(i + 1)) })),
    ),
    refusal: 'bogus-origin',
    honestToo: true,
  },
  {
    name: 'P5 every reply twice',
    attack: ({ honest }) => [honest, honest],
    refusal: 'duplicate',
    used: true,
  },
  {
    name: 'P5 every reply a hundred times',
    attack: ({ honest }) => Array.from({ length: 100 }, () => honest),
    refusal: 'duplicate',
    used: true,
  },
  { name: 'P6 a pool of old replies', attack: beside(({ replies }) => replies.slice(-20)), honestToo: true },
  {
    name: 'P8 two right answers, the second 7 s off',
    attack: ({ honest, now }) => [
      honest,
      { ...honest, transmit: toNtpTime(plus(now, 7)), receive: toNtpTime(plus(now, 7)) },
    ],
    refusal: 'duplicate',
    used: true,
  },
  { name: 'P9 stratum 0', attack: changed({ stratum: 0, refid: 0 }), refusal: 'not-synchronised' },
  { name: 'P9 stratum 16', attack: changed({ stratum: 16 }), refusal: 'not-synchronised' },
  { name: 'P9 stratum 17', attack: changed({ stratum: 17 }), refusal: 'not-synchronised' },
  { name: 'P9 stratum 255', attack: changed({ stratum: 255 }), refusal: 'not-synchronised' },
  { name: 'P9 leap 3', attack: changed({ leap: 'unknown' }), refusal: 'not-synchronised' },
  { name: 'P10 root delay 40 s', attack: changed({ rootDelay: 40 }), refusal: 'too-distant' },
  { name: 'P10 root dispersion 16 s', attack: changed({ rootDispersion: 16 }), refusal: 'too-distant' },
  { name: 'P10 root dispersion 65535 s', attack: changed({ rootDispersion: 65535 }), refusal: 'too-distant' },
  { name: 'P12 receive is zero', attack: changed({ receive: UNKNOWN_TIME }), refusal: 'zero-times' },
  { name: 'P12 transmit is zero', attack: changed({ transmit: UNKNOWN_TIME }), refusal: 'zero-times' },
  {
    name: 'P12 all times are zero',
    attack: beside(({ honest }) => [
      {
        ...honest,
        origin: UNKNOWN_TIME,
        receive: UNKNOWN_TIME,
        transmit: UNKNOWN_TIME,
        reference: UNKNOWN_TIME,
      },
    ]),
    refusal: 'zero-origin',
    honestToo: true,
  },
  {
    name: 'P13 sent before received',
    attack: change(({ now }) => ({ transmit: toNtpTime(plus(now, -3)) })),
    refusal: 'impossible-times',
  },
  {
    name: 'P13 two seconds of work in a tenth of a millisecond',
    attack: change(({ now }) => ({ receive: toNtpTime(plus(now, -2)) })),
    refusal: 'impossible-times',
  },
  ...[0, 1, 2, 3, 5, 6, 7].map(
    (mode): Case => ({
      name: `P14 mode ${mode}`,
      attack: beside(({ honest }) => [{ ...honest, mode }]),
      refusal: 'wrong-mode',
      honestToo: true,
    }),
  ),
  ...[0, 1, 2, 5, 6, 7].map(
    (version): Case => ({
      name: `P15 version ${version}`,
      attack: beside(({ honest }) => [{ ...honest, version }]),
      refusal: 'wrong-version',
      honestToo: true,
    }),
  ),
  { name: 'P15 version 3 to a version 4 request', attack: changed({ version: 3 }), used: true },
  ...[0, 1, 20, 47].map(
    (n): Case => ({
      name: `P16 ${n} bytes`,
      attack: beside(({ honest }) => [bytesOf(honest, n)]),
      refusal: 'too-short',
      honestToo: true,
    }),
  ),
  {
    name: 'P16 9000 bytes',
    attack: beside(({ honest }) => [bytesOf(honest, 9000)]),
    refusal: 'too-long',
    honestToo: true,
  },
  ...[49, 51, 53].map(
    (n): Case => ({
      name: `P16 ${n} bytes`,
      attack: beside(({ honest }) => [bytesOf(honest, n)]),
      refusal: 'bad-length',
      honestToo: true,
    }),
  ),
  {
    name: 'P17 fifty random packets',
    attack: beside(() => Array.from({ length: 50 }, () => randomBytes(48 + 4 * (randomBytes(1)[0]! % 10)))),
    honestToo: true,
  },
  {
    name: 'P18 an unknown extension field',
    attack: ({ honest }) => [{ ...honest, extensions: [{ type: 0x7777, body: new Uint8Array(24) }] }],
    used: true,
  },
  ...[0, 1, 3, 5, 15, 29, 33, 65535].map(
    (n): Case => ({
      name: `P18 extension length ${n}`,
      attack: asked => [...field(n)(asked), { bytes: encodePacket(asked.honest), afterMs: 20 }],
      refusal: 'bad-extension',
      honestToo: true,
    }),
  ),
  {
    name: 'P19 unknown key, 16 byte digest',
    attack: beside(({ honest }) => [{ ...honest, mac: { keyId: 7, digest: new Uint8Array(16) } }]),
    refusal: 'unexpected-mac',
    honestToo: true,
  },
  {
    name: 'P19 unknown key, 20 byte digest',
    attack: beside(({ honest }) => [{ ...honest, mac: { keyId: 7, digest: new Uint8Array(20) } }]),
    refusal: 'unexpected-mac',
    honestToo: true,
  },
  {
    name: 'P19 crypto-NAK',
    attack: beside(({ honest }) => [{ ...honest, mac: { keyId: 0, digest: new Uint8Array(0) } }]),
    refusal: 'crypto-nak',
    honestToo: true,
  },
  ...[8, 12, 16].map(
    (n): Case => ({
      name: `P19 ${n} bytes behind the header`,
      attack: beside(({ honest }) => [bytesOf(honest, 48 + n)]),
      refusal: 'bad-extension',
      honestToo: true,
    }),
  ),
  { name: 'P20 precision +127', attack: changed({ precision: 127 }), refusal: 'absurd-precision' },
  { name: 'P21 poll +127', attack: changed({ poll: 127 }), used: true },
  { name: 'P21 poll -128', attack: changed({ poll: -128 }), used: true },
  {
    name: 'P22 from another port',
    attack: beside(({ honest }) => [{ bytes: encodePacket(honest), from: 'other-port' }]),
    refusal: 'wrong-source',
    honestToo: true,
  },
  {
    name: 'P22 from another address',
    attack: beside(({ honest }) => [{ bytes: encodePacket(honest), from: 'other-address' }]),
    refusal: 'wrong-source',
    honestToo: true,
  },
  {
    name: 'a reference time in the future',
    attack: change(({ now }) => ({ reference: toNtpTime(plus(now, 3600)) })),
    refusal: 'reference-in-future',
  },
  {
    name: 'D4 forged RATE beside the honest reply',
    attack: beside(({ honest }) => [{ ...honest, ...kiss('RATE', { origin: ntpTime(9n) }) }]),
    refusal: 'bogus-origin',
    honestToo: true,
  },
  {
    name: 'D4 forged DENY with zero origin',
    attack: beside(({ honest }) => [{ ...honest, ...kiss('DENY', { origin: UNKNOWN_TIME }) }]),
    refusal: 'zero-origin',
    honestToo: true,
  },
  { name: 'D5 unknown kiss code', attack: changed(kiss('NTSN')), refusal: 'kiss-other' },
]

const HONEST_FIRST = 8
const ATTACKS = 4

describe.each([
  { state: 'warm', from: HONEST_FIRST },
  { state: 'cold', from: 0 },
])('$state', ({ from }) => {
  const servers: HostileServer[] = []
  let after: readonly SourceStatus[] = []
  let end: readonly SourceStatus[] = []
  let close = () => {}

  beforeAll(async () => {
    for (const { attack } of CASES) {
      servers.push(
        await hostileServer(asked =>
          asked.count >= from && asked.count < from + ATTACKS ? attack(asked) : [asked.honest],
        ),
      )
    }
    const host = openHost()
    const world = watchOnly(host)
    // Polls of a second from the start; nobody votes, so that each case stands alone.
    const sources = CASES.map(
      ({ name }, i): SourceConfig => ({
        ...SOURCE_DEFAULTS,
        name: `${i} ${name}`,
        address: '127.0.0.1',
        port: servers[i]!.port,
        minpoll: 0,
        maxpoll: 0,
        iburst: false,
        noselect: true,
      }),
    )
    const agent = new Agent({ ...AGENT_DEFAULTS, sources }, world.random)
    drive(world, agent)
    close = () => world.close()
    const look = () => agent.status(host.clock.read()).sources
    await until(() => servers.every(server => server.requests.length >= from + ATTACKS))
    await sleep(300)
    after = look()
    await until(() => servers.every(server => server.requests.length >= from + ATTACKS + 3))
    await sleep(300)
    end = look()
  })

  afterAll(async () => {
    close()
    await Promise.all(servers.map(server => server.close()))
  })

  test.each(CASES.map((each, i) => ({ ...each, i })))('$name', ({ refusal, honestToo, used, i }) => {
    const source = after[i]!
    if (refusal) expect(source.refusals[refusal] ?? 0, JSON.stringify(source.refusals)).toBeGreaterThan(0)
    const honest = used || honestToo ? from + ATTACKS : from
    // One request may have been answered already after the attack, or be under way still.
    expect(source.accepted).toBeGreaterThanOrEqual(honest - 1)
    expect(source.accepted).toBeLessThanOrEqual(honest + 2)
    if (source.offset !== undefined) {
      expect(Math.abs(source.offset), 'true time is within the bound').toBeLessThanOrEqual(
        source.rootDistance!,
      )
      expect(Math.abs(source.offset)).toBeLessThan(0.1)
    }
    expect(end[i]!.accepted, 'the honest replies after the attack are used').toBeGreaterThan(source.accepted)
    expect(end[i]!.poll).toBe(0)
  })
})

describe('our own requests (P26, P27)', () => {
  test('say nothing but version, mode and poll, with a random transmit time and a fresh port each', async () => {
    const server = await hostileServer(({ honest }) => [honest])
    const world = openHost()
    // A poll of 4 ms, as no configuration allows it.
    const sources = [
      {
        ...SOURCE_DEFAULTS,
        name: 's',
        address: '127.0.0.1',
        port: server.port,
        minpoll: -8,
        maxpoll: -8,
        iburst: false,
      },
    ]
    drive(watchOnly(world), new Agent({ ...AGENT_DEFAULTS, sources }, world.random))
    await until(() => server.requests.length >= 3000)
    world.close()
    const requests = server.requests.slice(0, 3000)
    const clock = toNtpTime((BigInt(Date.now()) * 1_000_000n) as never) >> 32n
    let ones = 0n
    let near = 0
    for (const { bytes } of requests) {
      const decoded = decodePacket(bytes)
      if (decoded.kind === 'refused') throw new Error(decoded.why)
      const { transmit, poll: _poll, ...rest } = decoded.packet
      expect(rest).toEqual({
        leap: 'none',
        version: 4,
        mode: 3,
        stratum: 0,
        precision: 0,
        rootDelay: 0,
        rootDispersion: 0,
        refid: 0,
        reference: 0n,
        origin: 0n,
        receive: 0n,
        extensions: [],
        mac: undefined,
      })
      for (let bit = 0n; bit < 64n; bit++) ones += (transmit >> bit) & 1n
      if (Math.abs(Number((transmit >> 32n) - clock)) < 3600) near++
    }
    // 192 000 fair coins: the mean is 96 000 and five standard deviations are 1095.
    expect(Math.abs(Number(ones) - 96_000)).toBeLessThan(1095)
    // 3000 x 2 h in 136 years.
    expect(near).toBeLessThanOrEqual(1)
    const ports = new Set(requests.map(({ from }) => from.port))
    // 28 232 ephemeral ports, drawn 3000 times: 2845 different ones are expected, five standard deviations fewer are 2795.
    expect(ports.size).toBeGreaterThan(2795)
    await server.close()
  })
})

const sleep = (ms: number) => new Promise<void>(done => setTimeout(done, ms))

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 60_000
  while (!condition()) {
    if (performance.now() > end) throw new Error('it did not happen within a minute')
    await sleep(20)
  }
}
