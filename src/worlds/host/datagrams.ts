/**
 * UDP with the kernel's stamps: when a request really left and when its reply really came, whatever this program was
 * busy with meanwhile. Packets and reports are fetched by non-blocking calls when the descriptor set says that there are
 * some; there is no thread.
 *
 * What the network reports (ICMP: nobody listens, no route) and what the kernel refuses become `refused` events. Nothing
 * here throws for what comes from outside.
 */
import type { Endpoint, Flow } from '#core/ntp/endpoint.ts'
import { type Instant, instant, type Reading, since } from '#core/time/instant.ts'
import type { Stamp } from '#core/time/stamp.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Network } from '#worlds/world.ts'
import type { Libc } from '../libc.ts'
import type { ReadClock } from './clock.ts'
import { MAX_DATAGRAM, openMessages } from './messages.ts'
import type { Outbox, Untold } from './outbox.ts'
import { refusalOf } from './refusal.ts'
import { decodeSockaddr, encodeSockaddr } from './sockaddr.ts'
import { keepStampingOn, openSocket } from './socket.ts'
import { kernelStamp, type Passage, userReceiveStamp, userSendStamp } from './stamps.ts'
import type { Watch } from './watch.ts'

export interface HostNetwork extends Network {
  /** Whether the kernel stamps packets here. */
  readonly stamped: boolean
  close(): void
}

/** An agent that leaves more than this many exchanges open has lost count of them. */
export const MAX_FLOWS = 1024
/** Packets and reports taken from one socket in one turn of the event loop; what is left comes in the next. */
const BURST = 16
/** A driver that has not stamped a sent packet by then never will. */
const STAMP_PATIENCE_MS = 100

interface OpenFlow {
  readonly flow: Flow
  readonly fd: number
  readonly stamped: boolean
  to: Endpoint
  /** `to` as the kernel writes it. */
  name: Uint8Array
  /** Read before the latest send. */
  askedAt: Reading
  askedResidual: Seconds
  idleMs: number
  /** The latest send, as long as the kernel has not said when it left. */
  unstamped: Passage | undefined
  patience: NodeJS.Timeout | undefined
  sends: number
}

export function openDatagrams(libc: Libc, clock: ReadClock, outbox: Outbox, watch: Watch): HostNetwork {
  const flows = new Map<Flow, OpenFlow>()
  const messages = openMessages(libc)
  const stamping = keepStampingOn(libc)
  let closed = false

  function send(flow: Flow, to: Endpoint, bytes: Uint8Array): void {
    if (closed) return
    const name = encodeSockaddr(to, libc)
    const sendable = name !== undefined && bytes.length <= MAX_DATAGRAM
    const open = sendable ? (flows.get(flow) ?? openFlow(flow, to, name)) : 'EINVAL'
    if (typeof open === 'string') {
      refuse(flow, open)
    } else {
      // An earlier packet's fate must not be taken for this one's.
      if (open.unstamped) tellUnstamped(open)
      if (open.sends > 0) takeReports(open, outbox.post)
      open.to = to
      open.name = name!
      transmit(open, bytes)
    }
  }

  function transmit(open: OpenFlow, bytes: Uint8Array): void {
    open.idleMs = performance.nodeTiming.idleTime
    const from = clock.read()
    const before = clock.residual()
    const failed = messages.send(open.fd, bytes, open.name) < 0 ? libc.errno() : undefined
    const to = clock.read()
    if (failed !== undefined) {
      refuse(open.flow, failed)
      return
    }
    open.sends++
    open.askedAt = from
    open.askedResidual = before
    open.unstamped = { from, to, residual: before + clock.residual() }
    // The driver's stamp is nearly always there at once.
    if (open.stamped) takeReports(open, outbox.post)
    else tellUnstamped(open)
    if (open.unstamped) open.patience = setTimeout(tellUnstamped, STAMP_PATIENCE_MS, open).unref()
  }

  function openFlow(flow: Flow, to: Endpoint, name: Uint8Array): OpenFlow | string {
    if (flows.size >= MAX_FLOWS) return 'EMFILE'
    const socket = openSocket(libc, name[0]!)
    if (typeof socket === 'string') return socket
    const open: OpenFlow = {
      flow,
      fd: socket.fd,
      stamped: socket.stamped,
      to,
      name,
      askedAt: clock.read(),
      askedResidual: clock.residual(),
      idleMs: 0,
      unstamped: undefined,
      patience: undefined,
      sends: 0,
    }
    if (!watch.add(socket.fd, () => take(open))) {
      const errno = libc.errno()
      libc.close(socket.fd)
      return errno
    }
    flows.set(flow, open)
    return open
  }

  const isOpen = (open: OpenFlow): boolean => flows.get(open.flow) === open

  function take(open: OpenFlow): void {
    outbox.flush()
    if (!isOpen(open)) return
    takeReports(open, event => outbox.tell({ ...event, now: clock.read() } as Parameters<Outbox['tell']>[0]))
    for (let i = 0; i < BURST && isOpen(open); i++) {
      const length = messages.receive(open.fd)
      if (length >= 0) deliver(open, length)
      // Any other error is what the network reported, and stands in the error queue too.
      else if (libc.errno() === 'EAGAIN') return
    }
  }

  function deliver(open: OpenFlow, length: number): void {
    // Copied before anybody is told anything: an answer to that would use the same buffers.
    const from = sender(open)
    const bytes = messages.payload(length)
    const stamped = messages.stamp()
    if (open.unstamped) {
      // The reply is here and the request still has no stamp: the order of the events matters more.
      tellUnstamped(open)
      outbox.flush()
      if (!isOpen(open)) return
    }
    const now = clock.read()
    const passage: Passage = { from: open.askedAt, to: now, residual: open.askedResidual + clock.residual() }
    const received = receiveStamp(stamped, passage, open.idleMs)
    outbox.tell({ kind: 'datagram', now, flow: open.flow, from, bytes, received })
  }

  /** What the error queue holds: stamps of sent packets, and what the network reported about them. */
  function takeReports(open: OpenFlow, say: (event: Untold) => void): void {
    for (let i = 0; i < BURST && isOpen(open) && messages.receiveError(open.fd); i++) {
      const errno = messages.networkError()
      const stamped = messages.stamp()
      if (errno !== 0) {
        say({ kind: 'refused', flow: open.flow, why: refusalOf(libc.errnoName(errno)) })
      } else if (stamped !== undefined && open.unstamped) {
        const { from, residual } = open.unstamped
        const to = clock.read()
        const passage = { from, to, residual: residual + clock.residual() }
        // A stamp that does not fit is of an earlier packet, or the clock was set: neither says when this one left.
        const sent = kernelStamp(instant(stamped), passage)
        if (sent) tellSent(open, sent, say)
      }
    }
  }

  function tellUnstamped(open: OpenFlow): void {
    if (open.unstamped) tellSent(open, userSendStamp(open.unstamped), outbox.post)
  }

  function tellSent(open: OpenFlow, sent: Stamp, say: (event: Untold) => void): void {
    open.unstamped = undefined
    clearTimeout(open.patience)
    say({ kind: 'sent', flow: open.flow, sent })
  }

  function receiveStamp(stamped: bigint | undefined, passage: Passage, idleMs: number): Stamp {
    const stamp = stamped === undefined ? undefined : kernelStamp(stamped as Instant, passage)
    if (stamp) return stamp
    const idle = (performance.nodeTiming.idleTime - idleMs) / 1e3
    return userReceiveStamp(passage, since(passage.to.monotonic, passage.from.monotonic) - idle)
  }

  /** Nearly always the peer that was asked, so its name need not be made again. */
  function sender(open: OpenFlow): Endpoint {
    for (let i = 0; i < open.name.length; i++) {
      if (open.name[i] !== messages.name[i]) return decodeSockaddr(messages.name, libc)
    }
    return open.to
  }

  const refuse = (flow: Flow, errno: string): void =>
    outbox.post({ kind: 'refused', flow, why: refusalOf(errno) })

  function release(flow: Flow): void {
    const open = flows.get(flow)
    if (!open) return
    flows.delete(flow)
    clearTimeout(open.patience)
    watch.remove(open.fd)
    libc.close(open.fd)
  }

  function close(): void {
    if (closed) return
    closed = true
    for (const flow of [...flows.keys()]) release(flow)
    stamping?.close()
  }

  return { stamped: stamping !== undefined, send, release, close }
}
