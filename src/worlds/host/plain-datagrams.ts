/**
 * UDP without libc: Node's own sockets, stamped by the program. A reply is noticed when the event loop comes round to it,
 * so its stamp says how long the loop was busy with other things; what the network reports about a packet (ICMP) is not
 * passed on by Node and stays unknown.
 */
import { createSocket, type Socket } from 'node:dgram'
import type { Endpoint, Flow } from '#core/ntp/endpoint.ts'
import { type Reading, since } from '#core/time/instant.ts'
import { canonical, parseAddress } from './address.ts'
import type { ReadClock } from './clock.ts'
import { type HostNetwork, MAX_FLOWS } from './datagrams.ts'
import type { Outbox } from './outbox.ts'
import { refusalOf } from './refusal.ts'
import { userReceiveStamp, userSendStamp } from './stamps.ts'

interface OpenFlow {
  readonly socket: Socket
  askedAt: Reading
  idleMs: number
}

export function openPlainDatagrams(clock: ReadClock, outbox: Outbox): HostNetwork {
  const flows = new Map<Flow, OpenFlow>()
  let closed = false

  function send(flow: Flow, to: Endpoint, bytes: Uint8Array): void {
    if (closed) return
    const family = parseAddress(to.address)?.bytes.length
    const sendable = family !== undefined && to.port >= 1 && to.port <= 65535
    const open = sendable ? (flows.get(flow) ?? openFlow(flow, family)) : 'EINVAL'
    if (typeof open === 'string') refuse(flow, open)
    else if (open) transmit(flow, open, to, bytes)
  }

  function transmit(flow: Flow, open: OpenFlow, to: Endpoint, bytes: Uint8Array): void {
    open.idleMs = performance.nodeTiming.idleTime
    open.askedAt = clock.read()
    const from = open.askedAt
    try {
      open.socket.send(bytes, to.port, to.address, error => error && refuse(flow, codeOf(error)))
    } catch (error) {
      refuse(flow, codeOf(error))
      return
    }
    const passage = { from, to: clock.read(), residual: clock.residual() }
    outbox.post({ kind: 'sent', flow, sent: userSendStamp(passage) })
  }

  /** Undefined when the refusal is told already. */
  function openFlow(flow: Flow, family: number): OpenFlow | string | undefined {
    if (flows.size >= MAX_FLOWS) return 'EMFILE'
    // Addresses are numeric, so looking one up is giving it back: then Node opens, binds and sends at once.
    const lookup = ((
      name: string,
      _: unknown,
      done: (error: null, address: string, family: number) => void,
    ) => done(null, name, family === 4 ? 4 : 6)) as never
    const socket = createSocket({ type: family === 4 ? 'udp4' : 'udp6', ipv6Only: family !== 4, lookup })
    const open: OpenFlow = { socket, askedAt: clock.read(), idleMs: 0 }
    socket.on('error', error => {
      refuse(flow, codeOf(error))
      release(flow)
    })
    socket.on('message', (bytes, from) => take(flow, open, bytes, from))
    flows.set(flow, open)
    socket.bind({ port: 0, exclusive: true })
    return flows.get(flow)
  }

  function take(flow: Flow, open: OpenFlow, buffer: Uint8Array, sender: Endpoint): void {
    const now = clock.read()
    outbox.flush()
    if (flows.get(flow) !== open) return
    const passage = { from: open.askedAt, to: now, residual: clock.residual() }
    const idle = (performance.nodeTiming.idleTime - open.idleMs) / 1e3
    const received = userReceiveStamp(passage, since(now.monotonic, open.askedAt.monotonic) - idle)
    const from = { address: canonical(sender.address) ?? sender.address, port: sender.port }
    const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
    outbox.tell({ kind: 'datagram', now, flow, from, bytes, received })
  }

  const refuse = (flow: Flow, errno: string): void =>
    outbox.post({ kind: 'refused', flow, why: refusalOf(errno) })

  function release(flow: Flow): void {
    const open = flows.get(flow)
    if (!open) return
    flows.delete(flow)
    // Node may still report what happened to the last packet; nobody is listening any more.
    open.socket.removeAllListeners().on('error', () => {})
    open.socket.close()
  }

  function close(): void {
    closed = true
    for (const flow of [...flows.keys()]) release(flow)
  }

  return { stamped: false, send, release, close }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'EIO'
