/**
 * How wrong is the time at which a datagram is said to have come? Another process sends packets that carry its reading
 * of CLOCK_MONOTONIC_RAW from just before `sendto`; the error is our stamp minus that. The way through the sender's
 * kernel (2 to 8 µs) is part of every figure.
 *
 *   node bench/timestamps.ts [--json] [--packets N] [--rate PER_SECOND]
 *
 * `dgram callback` reads the counter when Node's own socket calls back; `host world` is the stamp that an agent is told.
 * `busy` blocks the event loop for 50 ms out of 60. Over loopback a packet arrives during the call that sends it, so the
 * next packet brings the reading from after that call too. `outside` is the farthest that a stamp lay from that interval,
 * and `covered` the share of stamps that reach into it with their stated uncertainty.
 *
 * Measured on a virtual machine with 2 vCPUs (Firecracker, clocksource tsc, Linux 6.18, Node 24.21.0) that others used
 * too (load 1 to 2), three runs of 1000 packets each, in µs:
 *
 *                           p50              p99               max          outside   covered
 *   dgram callback  idle    17 – 92          300 – 410         840 – 1300   610 – 920
 *   host world      idle    3.3 – 4.2        31 – 45           110 – 280    0         100 %
 *   dgram callback  busy    18,900 – 20,400  48,700 – 49,900   51,000       51,000
 *   host world      busy    3.9 – 4.3        33 – 51           170 – 190    0         100 %
 *
 * What is left in the rows of the host world is the sender's: each stamp lay inside the call that sent its packet.
 */
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { type Monotonic, monotonic, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { openClock } from '#worlds/host/clock.ts'
import { openMessages } from '#worlds/host/messages.ts'
import { encodeSockaddr } from '#worlds/host/sockaddr.ts'
import { openSocket } from '#worlds/host/socket.ts'
import { openHost } from '#worlds/host/world.ts'
import { AF, type Libc, loadLibc } from '#worlds/libc.ts'

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    packets: { type: 'string', default: '1000' },
    rate: { type: 'string', default: '200' },
    sender: { type: 'boolean', default: false },
  },
})
const packets = Number(options.packets)
const rate = Number(options.rate)

/** The payload: counter before this packet's `sendto`, counter after the previous one's. */
const BEFORE = 0
const AFTER_PREVIOUS = 8

const loaded = loadLibc()
if (loaded.kind === 'missing') {
  console.error(`This measurement needs libc: ${loaded.text}.`)
  process.exit(1)
}
if (options.sender) send(loaded.libc)
else await measure(loaded.libc)

interface Received {
  readonly at: Monotonic
  readonly uncertainty: Seconds | undefined
  readonly bytes: Uint8Array
}

interface Row {
  readonly method: string
  readonly load: string
  readonly packets: number
  readonly p50: Seconds
  readonly p99: Seconds
  readonly max: Seconds
  /** The farthest that a stamp lay outside of the call that sent its packet. */
  readonly outside: Seconds
  readonly covered: number | undefined
}

async function measure(libc: Libc): Promise<void> {
  const rows: Row[] = []
  for (const load of ['idle', 'busy'] as const) {
    for (const [method, receive] of [
      ['dgram callback', receiveByDgram],
      ['host world', receiveByWorld],
    ] as const) {
      const release = load === 'busy' ? block() : () => {}
      const received = await withSender(port => receive(libc, port))
      release()
      rows.push(summary(method, load, received))
    }
  }
  if (options.json) console.log(JSON.stringify(rows))
  else print(rows)
}

function receiveByDgram(libc: Libc, port: number): Promise<Received[]> {
  const { counter } = openClock(libc)
  const socket = createSocket('udp4')
  return collect(take => {
    socket.on('message', bytes => {
      const at = counter()
      take({ at, uncertainty: undefined, bytes })
    })
    socket.send('go', port, '127.0.0.1')
    return () => socket.close()
  })
}

function receiveByWorld(_: Libc, port: number): Promise<Received[]> {
  const world = openHost()
  return collect(take => {
    world.open(event => {
      if (event.kind !== 'datagram') return
      const { at, uncertainty } = event.received
      take({ at: at.monotonic, uncertainty, bytes: event.bytes })
    })
    world.network.send(1, { address: '127.0.0.1', port }, new Uint8Array(2))
    return () => world.close()
  })
}

/** All the packets, or what has come when no more do. */
function collect(begin: (take: (received: Received) => void) => () => void): Promise<Received[]> {
  return new Promise(done => {
    const received: Received[] = []
    const patience = setTimeout(finish, (packets / rate + 3) * 1e3)
    const end = begin(one => {
      received.push(one)
      if (received.length === packets) finish()
    })
    function finish() {
      clearTimeout(patience)
      end()
      done(received)
    }
  })
}

function timeIn(bytes: Uint8Array, offset: number): Monotonic {
  return monotonic(new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(offset, true))
}

/** Keeps the event loop busy for 50 ms at a time, with 10 ms between. */
function block(): () => void {
  const timer = setInterval(() => {
    const end = performance.now() + 50
    while (performance.now() < end) {
      // Busy.
    }
  }, 60)
  return () => clearInterval(timer)
}

async function withSender<T>(act: (port: number) => Promise<T>): Promise<T> {
  const sender = spawn(
    process.execPath,
    [import.meta.filename, '--sender', '--packets', options.packets, '--rate', options.rate],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const [line] = await once(sender.stdout, 'data')
  const result = await act(Number(line))
  sender.stdin.end()
  await once(sender, 'exit')
  return result
}

/** Waits for a packet, and sends the stream to where it came from, each packet with the time of its sending. */
function send(libc: Libc): void {
  const { counter } = openClock(libc)
  const messages = openMessages(libc)
  const out = openSocket(libc, AF.inet)
  if (typeof out === 'string') throw new Error(out)
  const payload = new Uint8Array(48)
  const view = new DataView(payload.buffer)

  const ear = createSocket('udp4')
  ear.once('message', (_, { address, port }) => {
    const to = encodeSockaddr({ address, port }, libc)!
    let left = packets
    const timer = setInterval(() => {
      view.setBigInt64(BEFORE, counter(), true)
      messages.send(out.fd, payload, to)
      view.setBigInt64(AFTER_PREVIOUS, counter(), true)
      while (messages.receiveError(out.fd)) {
        // Stamps of what was sent, which nobody wants here.
      }
      if (--left === 0) clearInterval(timer)
    }, 1e3 / rate)
    process.stdin.on('end', () => clearInterval(timer))
  })
  ear.bind(0, '127.0.0.1', () => console.log(ear.address().port))
  process.stdin.resume().on('end', () => ear.close())
}

function summary(method: string, load: string, received: readonly Received[]): Row {
  const errors = received.map(({ at, bytes }) => Math.abs(since(at, timeIn(bytes, BEFORE))))
  const outside = received.slice(0, -1).map((one, i) => distance(one, received[i + 1]!))
  const stated = received[0]?.uncertainty !== undefined
  const covered = outside.filter((beyond, i) => beyond <= received[i]!.uncertainty!).length
  return {
    method,
    load,
    packets: errors.length,
    p50: quantile(errors, 0.5),
    p99: quantile(errors, 0.99),
    max: quantile(errors, 1),
    outside: quantile(outside, 1),
    covered: stated ? covered / outside.length : undefined,
  }
}

/** How far the stamp lies outside of the call that sent the packet. */
function distance({ at, bytes }: Received, next: Received): Seconds {
  return Math.max(0, since(timeIn(bytes, BEFORE), at), since(at, timeIn(next.bytes, AFTER_PREVIOUS)))
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}

function print(rows: readonly Row[]): void {
  const us = (seconds: Seconds) => (seconds * 1e6).toFixed(1).padStart(9)
  console.log('method          load  packets   p50 µs   p99 µs   max µs  outside  covered')
  for (const { method, load, packets, p50, p99, max, outside, covered } of rows) {
    const share = covered === undefined ? '–' : `${(covered * 100).toFixed(1)} %`
    const figures = [p50, p99, max, outside].map(us).join('')
    console.log(
      `${method.padEnd(15)} ${load.padEnd(5)} ${String(packets).padStart(7)}${figures} ${share.padStart(8)}`,
    )
  }
}
