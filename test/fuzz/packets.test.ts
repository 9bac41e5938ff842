/**
 * Any bytes to the decoder and to a live agent: no exception, and no state change that a test forbids. A million packets,
 * random, mutated from honest replies, and cut; `CLOCKWRIGHT_FUZZ` sets how many, a failing run prints its seed.
 */
import { describe, expect, test } from 'vitest'
import { Agent } from '#core/agent/agent.ts'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import { decodePacket, encodePacket, type Packet } from '#core/ntp/packet.ts'
import {
  judgeRequest,
  REQUEST_REFUSALS,
  sayStanding,
  UNSYNCHRONISED,
  writeReply,
  writeTransmit,
} from '#core/ntp/reply.ts'
import { instant, monotonic, plus, type Reading } from '#core/time/instant.ts'
import { toNtpTime } from '#core/time/ntp-time.ts'
import { Random } from '#worlds/simulated/random.ts'

const COUNT = Number(process.env.CLOCKWRIGHT_FUZZ ?? 1_000_000)
const SEED = Number(process.env.CLOCKWRIGHT_SEED ?? 20261121)
const START: Reading = { wall: instant(1_795_258_202_000_000_000n), monotonic: monotonic(1_000_000_000_000n) }
const SERVER = { address: '192.0.2.1', port: 123 }

const later = (by: number): Reading => ({ wall: plus(START.wall, by), monotonic: plus(START.monotonic, by) })

/** Random bytes, or an honest packet with some bytes changed, cut or lengthened. */
function anyBytes(random: Random, honest: Uint8Array): Uint8Array {
  const kind = random.uint32() % 4
  if (kind === 0) return bytes(random, random.uint32() % 120)
  if (kind === 1) return bytes(random, 48 + 4 * (random.uint32() % 20))
  const length = kind === 2 ? honest.length : random.uint32() % 200
  const mutated = new Uint8Array(length)
  mutated.set(honest.subarray(0, length))
  for (let n = random.uint32() % 6; n > 0 && length > 0; n--)
    mutated[random.uint32() % length] = random.uint32() & 255
  return mutated
}

function bytes(random: Random, length: number): Uint8Array {
  const made = new Uint8Array(length)
  for (let i = 0; i < length; i++) made[i] = random.uint32() & 255
  return made
}

function honestReply(origin: Packet['transmit'], at: Reading): Packet {
  return {
    leap: 'none',
    version: 4,
    mode: 4,
    stratum: 2,
    poll: 6,
    precision: -23,
    rootDelay: 0.001,
    rootDispersion: 0.001,
    refid: 0x0a000001,
    reference: toNtpTime(plus(at.wall, -10)),
    origin,
    receive: toNtpTime(at.wall),
    transmit: toNtpTime(plus(at.wall, 1e-5)),
    extensions: [],
    mac: undefined,
  }
}

describe(`${COUNT} packets from seed ${SEED}`, () => {
  test('the decoder answers each with a packet or a named refusal', () => {
    const random = new Random(SEED, 1)
    const honest = encodePacket(honestReply(toNtpTime(START.wall), START))
    const kinds = { packet: 0, refused: 0 }
    for (let i = 0; i < COUNT; i++) {
      const decoded = decodePacket(anyBytes(random, honest))
      kinds[decoded.kind]++
      if (decoded.kind === 'packet' && i % 100 === 0) {
        // What was understood can be written, and is then understood in the same way.
        const again = decodePacket(encodePacket(decoded.packet))
        if (decoded.packet.version === 4) expect(again).toEqual(decoded)
      }
    }
    expect(kinds.packet).toBeGreaterThan(COUNT / 20)
    expect(kinds.refused).toBeGreaterThan(COUNT / 20)
  })

  test('the server answers each with a reply that is not longer, or has a name for why not', () => {
    const random = new Random(SEED, 3)
    const request = new Uint8Array(48)
    request[0] = 0x23
    const counts = { replies: 0, dropped: 0 }
    const said = sayStanding({ ...UNSYNCHRONISED, precision: -20, refid: 0 })
    for (let i = 0; i < COUNT; i++) {
      const shot = anyBytes(random, request)
      const mode = shot[0]! & 7
      const why = judgeRequest(shot, 0, shot.length, random.uint32() & 0xffff)
      if (why !== undefined) {
        counts.dropped++
        if (!(why in REQUEST_REFUSALS)) expect.fail(why)
        continue
      }
      counts.replies++
      const origin = shot.slice(40, 48)
      const length = writeReply(shot, 0, said, random.uint32(), random.uint32() % 1e9)
      writeTransmit(shot, 0, random.uint32(), random.uint32() % 1e9)
      if (mode !== 3 && mode !== 0) expect.fail(`mode ${mode} was answered`)
      if (length !== 48 || length > shot.length) expect.fail(`${length} bytes for ${shot.length}`)
      if ((shot[0]! & 7) !== 4) expect.fail('the reply is no reply')
      for (let k = 0; k < 8; k++) if (shot[24 + k] !== origin[k]) expect.fail('another origin')
    }
    expect(counts.replies).toBeGreaterThan(COUNT / 100)
    expect(counts.dropped).toBeGreaterThan(COUNT / 20)
  })

  test('an agent that is shot at keeps its estimate, and still uses the honest reply', () => {
    const random = new Random(SEED, 2)
    const sources = [{ ...SOURCE_DEFAULTS, name: 'server', address: SERVER.address, minpoll: 4, maxpoll: 4 }]
    const agent = new Agent({ ...AGENT_DEFAULTS, sources }, () => random.uint32())
    let flow = 0
    let asked = 0
    let nonce: Packet['transmit'] = toNtpTime(START.wall)
    let wake = START.monotonic
    const tell = (event: Parameters<Agent['handle']>[0]) => {
      for (const action of agent.handle(event)) {
        if (action.kind === 'wake') wake = action.at
        if (action.kind !== 'send') continue
        const request = decodePacket(action.bytes)
        if (request.kind === 'packet') nonce = request.packet.transmit
        flow = action.flow
        asked++
      }
    }
    tell({ kind: 'started', now: START, precision: 1e-7 })
    tell({ kind: 'resolved', now: START, name: SERVER.address, addresses: [SERVER.address] })

    let clock = 0
    let honestOnes = 0
    let fired = 0
    const perRound = 2000
    while (fired < COUNT) {
      clock = Number(wake - START.monotonic) / 1e9
      const askedBefore = asked
      tell({ kind: 'woke', now: later(clock) })
      // Woken to give up waiting, not to ask.
      if (asked === askedBefore) continue
      const before = agent.status(later(clock))
      const template = encodePacket(honestReply(nonce, later(clock)))
      for (let i = 0; i < perRound; i++, fired++) {
        const shot = anyBytes(random, template)
        // The one thing that a stranger cannot know: a mutation that left the nonce alone is not a stranger's.
        if (knowsNonce(shot, nonce)) shot.fill(random.uint32() & 255, 24, 32)
        const now = later(clock + 0.001)
        tell({
          kind: 'datagram',
          now,
          flow,
          from: SERVER,
          bytes: shot,
          received: { at: now, uncertainty: 0, by: 'kernel' },
        })
      }
      const after = agent.status(later(clock))
      expect(after.offset).toBe(before.offset)
      expect(after.errorBound).toBe(before.errorBound)
      expect(after.sources[0]!.accepted).toBe(before.sources[0]!.accepted)
      // Before the first honest reply it may say that replies were refused.
      if (honestOnes > 0) expect(after.sources[0]!.state).toBe(before.sources[0]!.state)
      expect(after.sources[0]!.poll).toBe(before.sources[0]!.poll)
      const now = later(clock + 0.002)
      const reply = encodePacket(honestReply(nonce, later(clock + 0.001)))
      tell({
        kind: 'datagram',
        now,
        flow,
        from: SERVER,
        bytes: reply,
        received: { at: now, uncertainty: 0, by: 'kernel' },
      })
      honestOnes++
      expect(agent.status(now).sources[0]!.accepted).toBe(honestOnes)
    }
    expect(agent.status(later(clock)).state).toBe('locked')
    expect(Math.abs(agent.status(later(clock)).offset!)).toBeLessThan(0.01)
  })
})

const knowsNonce = (shot: Uint8Array, nonce: bigint): boolean =>
  shot.length >= 48 && new DataView(shot.buffer, shot.byteOffset).getBigUint64(24) === nonce
