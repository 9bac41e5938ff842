/**
 * The clock of the host as somebody who can be asked for the time like a server: requests to its address do not leave the
 * machine, and the answer is a packet like any other. Its root dispersion is what the host says of its own error, and zero
 * where it says nothing.
 */
import { HOST_CLOCK } from '#core/guest/host-clock.ts'
import type { Endpoint, Flow } from '#core/ntp/endpoint.ts'
import { decodePacket, encodePacket, type Packet } from '#core/ntp/packet.ts'
import { refidOf } from '#core/ntp/refid.ts'
import { plus, type Reading } from '#core/time/instant.ts'
import { toNtpTime, UNKNOWN_TIME } from '#core/time/ntp-time.ts'
import type { Stamp } from '#core/time/stamp.ts'
import type { Network } from '../world.ts'
import type { ReadClock } from './clock.ts'
import type { HostTime, HostTimeReader } from './host-time.ts'
import type { Outbox } from './outbox.ts'

/** `network`, in which the host's clock is somebody, too. */
export const withHostClock = (
  network: Network,
  reader: HostTimeReader,
  clock: ReadClock,
  outbox: Outbox,
): Network => ({
  ...network,
  send(flow, to, bytes) {
    if (to.address === HOST_CLOCK) ask(flow, to, bytes, reader, clock, outbox)
    else network.send(flow, to, bytes)
  },
})

function ask(
  flow: Flow,
  from: Endpoint,
  bytes: Uint8Array,
  reader: HostTimeReader,
  clock: ReadClock,
  outbox: Outbox,
): void {
  const time = reader.read()
  const request = decodePacket(bytes)
  if (!time || request.kind === 'refused') return outbox.post({ kind: 'refused', flow, why: 'send-failed' })
  const now = clock.read()
  const { at, uncertainty } = time
  // It was read between these two moments, as a server would have read its clock between request and reply.
  outbox.post({ kind: 'sent', flow, sent: stamp(now, plus(at, -uncertainty)) })
  const received = stamp(now, plus(at, uncertainty))
  outbox.post({ kind: 'datagram', flow, from, bytes: answer(request.packet, time), received })
}

const stamp = (now: Reading, monotonic: Reading['monotonic']): Stamp => ({
  at: { monotonic, wall: (now.wall - (now.monotonic - monotonic)) as Reading['wall'] },
  uncertainty: 0,
  by: 'kernel',
})

/** A reading is exact to nanoseconds; how far it is off is in the stamps. */
const PRECISION = -29

function answer(request: Packet, { host, error }: HostTime): Uint8Array {
  const shown = toNtpTime(host)
  return encodePacket({
    leap: 'none',
    version: request.version,
    mode: 4,
    stratum: 1,
    poll: request.poll,
    precision: PRECISION,
    rootDelay: 0,
    rootDispersion: error ?? 0,
    refid: refidOf('HOST'),
    reference: UNKNOWN_TIME,
    origin: request.transmit,
    receive: shown,
    transmit: shown,
    extensions: [],
    mac: undefined,
  })
}
