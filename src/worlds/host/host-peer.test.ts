import { expect, test } from 'vitest'
import type { AgentEvent } from '#core/agent/event.ts'
import { HOST_CLOCK } from '#core/guest/host-clock.ts'
import { judgeReply, makeNonce, request } from '#core/ntp/exchange.ts'
import { decodePacket } from '#core/ntp/packet.ts'
import { instant, monotonic } from '#core/time/instant.ts'
import { UNKNOWN_TIME } from '#core/time/ntp-time.ts'
import { withHostClock } from './host-peer.ts'
import type { HostTime } from './host-time.ts'
import { openOutbox } from './outbox.ts'

const NOW = { wall: instant(1_795_000_000_000_000_000n), monotonic: monotonic(5_000_000_000n) }
const TO = { address: HOST_CLOCK, port: 123 }
const clock = { precision: 1e-9, read: () => NOW, residual: () => 0, counter: () => NOW.monotonic }
const nobody = {
  send: () => {
    throw new Error('it left the machine')
  },
  release: () => {},
}

/** What the agent is told after it has asked. */
async function ask(time: HostTime | undefined, bytes: Uint8Array): Promise<AgentEvent[]> {
  const told: AgentEvent[] = []
  const outbox = openOutbox(clock.read)
  outbox.open(event => told.push(event), { kind: 'started', precision: 1e-9 })
  withHostClock(nobody, { name: 'x', read: () => time, close: () => {} }, clock, outbox).send(7, TO, bytes)
  await new Promise(resolve => setImmediate(resolve))
  return told.slice(1)
}

test('a request is answered by a packet that passes every test of a reply', async () => {
  const nonce = makeNonce(() => 12345)
  const time = {
    host: instant(NOW.wall + 3_000_000n),
    at: monotonic(NOW.monotonic - 1000n),
    uncertainty: 4e-6,
    error: 2 ** -16,
  }
  const [sent, reply] = await ask(time, request(nonce, 4, 4))
  if (sent?.kind !== 'sent' || reply?.kind !== 'datagram') throw new Error('not told')
  const decoded = decodePacket(reply.bytes)
  if (decoded.kind !== 'packet') throw new Error(decoded.why)
  const exchange = { flow: 7, to: TO, version: 4 as const, nonce, sent: sent.sent, answered: false }
  const judged = judgeReply(
    exchange,
    { earlier: [], lastTransmit: UNKNOWN_TIME },
    { packet: decoded.packet, from: reply.from, received: reply.received },
    { rate: 0, rateBound: 0, precision: 1e-9 },
  )
  if (judged.kind !== 'measured') throw new Error(judged.why)
  expect(judged.serverTime).toBe(time.host)
  expect(judged.delay).toBeCloseTo(8e-6, 9)
  expect(judged.packet.rootDispersion).toBe(2 ** -16)
})

test('a clock that cannot be read now is a request that did not leave', async () => {
  expect(
    await ask(
      undefined,
      request(
        makeNonce(() => 1),
        4,
        4,
      ),
    ),
  ).toMatchObject([{ kind: 'refused', flow: 7 }])
})
