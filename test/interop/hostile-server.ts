/**
 * An NTP server on a real loopback socket that misbehaves on purpose. It starts from an honest answer, whose times
 * are right, and does with it whatever the case says: change it, send it twice, late, from elsewhere, among noise.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { decodePacket, encodePacket, type Packet } from '#core/ntp/packet.ts'
import { refidOf } from '#core/ntp/refid.ts'
import { type Instant, instant, plus } from '#core/time/instant.ts'
import { toNtpTime } from '#core/time/ntp-time.ts'
import { openClock } from '#worlds/host/clock.ts'
import { loadLibc } from '#worlds/libc.ts'

export interface Asked {
  readonly request: Packet
  readonly honest: Packet
  /** How many requests came before this one. */
  readonly count: number
  /** Origins of earlier requests. */
  readonly earlier: readonly Packet['origin'][]
  /** The bytes that were sent in answer to earlier requests. */
  readonly replies: readonly Uint8Array[]
  readonly now: Instant
}

export interface Reply {
  readonly bytes: Uint8Array
  readonly afterMs?: number
  /** From another socket, and so another port (or address). */
  readonly from?: 'other-port' | 'other-address'
}

export type Behaviour = (asked: Asked) => readonly (Packet | Uint8Array | Reply)[]

export interface HostileServer {
  readonly port: number
  readonly requests: readonly { readonly bytes: Uint8Array; readonly from: RemoteInfo }[]
  close(): Promise<void>
}

export async function hostileServer(behave: Behaviour): Promise<HostileServer> {
  const clock = openClock(loaded())
  const socket = await bound('127.0.0.1')
  const otherPort = await bound('127.0.0.1')
  const otherAddress = await bound('127.0.0.2')
  const requests: { bytes: Uint8Array; from: RemoteInfo }[] = []
  const earlier: Packet['origin'][] = []
  const replies: Uint8Array[] = []
  const timers = new Set<NodeJS.Timeout>()

  socket.on('message', (bytes, from) => {
    const decoded = decodePacket(bytes)
    requests.push({ bytes: Uint8Array.from(bytes), from })
    if (decoded.kind === 'refused') return
    const now = instant(clock.read().wall)
    const request = decoded.packet
    const asked = {
      request,
      honest: honestReply(request, now),
      count: requests.length - 1,
      earlier: [...earlier],
      replies: [...replies],
      now,
    }
    for (const answer of behave(asked)) send(answer, from)
    earlier.push(request.transmit)
  })

  function send(answer: Packet | Uint8Array | Reply, to: RemoteInfo): void {
    const reply: Reply =
      answer instanceof Uint8Array
        ? { bytes: answer }
        : 'bytes' in answer
          ? answer
          : { bytes: encodePacket(answer) }
    const out =
      reply.from === 'other-port' ? otherPort : reply.from === 'other-address' ? otherAddress : socket
    replies.push(reply.bytes)
    const go = () => out.send(reply.bytes, to.port, to.address, () => {})
    if (reply.afterMs === undefined) return go()
    const timer = setTimeout(() => {
      timers.delete(timer)
      go()
    }, reply.afterMs)
    timers.add(timer)
  }

  return {
    port: socket.address().port,
    requests,
    async close() {
      for (const timer of timers) clearTimeout(timer)
      await Promise.all(
        [socket, otherPort, otherAddress].map(each => new Promise<void>(done => each.close(() => done()))),
      )
    },
  }
}

export function honestReply(request: Packet, now: Instant): Packet {
  return {
    leap: 'none',
    version: request.version,
    mode: 4,
    stratum: 1,
    poll: request.poll,
    precision: -20,
    rootDelay: 0,
    rootDispersion: 0.0001,
    refid: refidOf('TEST'),
    reference: toNtpTime(plus(now, -16)),
    origin: request.transmit,
    receive: toNtpTime(now),
    transmit: toNtpTime(plus(now, 1e-6)),
    extensions: [],
    mac: undefined,
  }
}

function loaded() {
  const libc = loadLibc()
  return libc.kind === 'loaded' ? libc.libc : undefined
}

async function bound(address: string): Promise<Socket> {
  const socket = createSocket('udp4')
  await new Promise<void>((done, failed) => {
    socket.once('error', failed)
    socket.bind(0, address, done)
  })
  return socket
}
