/** Real sockets on loopback, through the kernel. */
import { createSocket, type Socket } from 'node:dgram'
import { readdirSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AgentEvent } from '#core/agent/event.ts'
import { since } from '#core/time/instant.ts'
import { AF, loadLibc, MSG } from '../libc.ts'
import { openClock } from './clock.ts'
import { type HostNetwork, MAX_FLOWS, openDatagrams } from './datagrams.ts'
import { openMessages } from './messages.ts'
import { type Outbox, openOutbox } from './outbox.ts'
import { encodeSockaddr } from './sockaddr.ts'
import { keepStampingOn, openSocket } from './socket.ts'
import { openWatch, type Watch } from './watch.ts'

const loaded = loadLibc()
const REQUEST = new Uint8Array(48).fill(7)
const descriptors = () => readdirSync('/proc/self/fd').length

type Of<K extends AgentEvent['kind']> = Extract<AgentEvent, { kind: K }>

describe.skipIf(loaded.kind === 'missing')('datagrams with the stamps of the kernel', () => {
  const libc = loaded.kind === 'loaded' ? loaded.libc : (undefined as never)
  const clock = openClock(libc)
  let outbox: Outbox
  let watch: Watch
  let network: HostNetwork
  let events: AgentEvent[]
  let peers: Socket[]
  let stamping: ReturnType<typeof keepStampingOn>

  function begin(): void {
    outbox = openOutbox(clock.read)
    watch = openWatch(libc)!
    network = openDatagrams(libc, clock, outbox, watch)
    events = []
    peers = []
    outbox.open(event => events.push(event), { kind: 'started', precision: clock.precision })
  }

  function end(): void {
    outbox.close()
    network.close()
    watch.close()
    for (const peer of peers) peer.close()
  }

  // The kernel has a worker switch its stamps on; under load that may not have run yet when the first packet arrives.
  beforeAll(async () => {
    stamping = keepStampingOn(libc)
    let stamped = false
    while (!stamped) {
      begin()
      network.send(1, await echo('127.0.0.1'), REQUEST)
      await until('datagram')
      stamped = told('datagram')[0]!.received.by === 'kernel'
      end()
    }
  })

  afterAll(() => stamping?.close())
  beforeEach(begin)
  afterEach(end)

  const told = <K extends AgentEvent['kind']>(kind: K) => events.filter((e): e is Of<K> => e.kind === kind)

  async function until(kind: AgentEvent['kind'], count = 1): Promise<void> {
    for (let waitedMs = 0; told(kind).length < count; waitedMs += 2) {
      // A machine under load may stand still for seconds.
      if (waitedMs > 4000) throw new Error(`only ${told(kind).length} ${kind} in 4 s`)
      await new Promise(done => setTimeout(done, 2))
    }
  }

  async function peer(address: string, react: (self: Socket, bytes: Buffer, port: number) => void) {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    peers.push(socket)
    socket.on('message', (bytes, from) => react(socket, bytes, from.port))
    await new Promise<void>(done => socket.bind(0, address, done))
    return { address, port: socket.address().port }
  }

  const echo = (address: string) => peer(address, (self, bytes, port) => self.send(bytes, port, address))

  it.each(['127.0.0.1', '::1'])('are stamped on both ways over %s, from the first one on', async address => {
    const to = await echo(address)
    network.send(1, to, REQUEST)
    await until('datagram')
    const [{ sent }] = told('sent') as [Of<'sent'>]
    const [{ received, from, now }] = told('datagram') as [Of<'datagram'>]
    expect(from).toEqual(to)
    expect([sent.by, received.by]).toEqual(['kernel', 'kernel'])
    expect(since(received.at.monotonic, sent.at.monotonic)).toBeGreaterThan(0)
    expect(since(now.monotonic, received.at.monotonic)).toBeGreaterThanOrEqual(0)
    // Whatever the machine did, a stamp costs no more than its latency and a slew over its age.
    const age = since(now.monotonic, received.at.monotonic)
    expect(received.uncertainty).toBeLessThan(50e-6 + 1.1e-3 * age)
  })

  it('keep the time of arrival while the loop is busy', async () => {
    let asker = 0
    const to = await peer('127.0.0.1', (_, _bytes, port) => {
      asker = port
    })
    network.send(1, to, REQUEST)
    while (asker === 0) await new Promise(done => setTimeout(done, 1))

    const answer = openSocket(libc, AF.inet)
    if (typeof answer === 'string') throw new Error(answer)
    const name = encodeSockaddr({ address: '127.0.0.1', port: asker }, libc)!
    // Over loopback the packet arrives during the call that sends it. Then nobody looks for 50 ms.
    const before = clock.counter()
    openMessages(libc).send(answer.fd, REQUEST, name)
    const after = clock.counter()
    while (since(clock.counter(), after) < 0.05) {
      // Busy.
    }
    await until('datagram')
    libc.close(answer.fd)
    const [{ received, now }] = told('datagram') as [Of<'datagram'>]
    expect(since(now.monotonic, after)).toBeGreaterThanOrEqual(0.05)
    expect(since(received.at.monotonic, before)).toBeGreaterThanOrEqual(-received.uncertainty)
    expect(since(received.at.monotonic, after)).toBeLessThanOrEqual(received.uncertainty)
  })

  it('are stamped by the program where the kernel does not', async () => {
    network.close()
    network = openDatagrams({ ...libc, setsockopt: () => -1 }, clock, outbox, watch)
    expect(network.stamped).toBe(false)
    network.send(1, await echo('127.0.0.1'), REQUEST)
    await until('datagram')
    expect(events.map(({ kind }) => kind)).toEqual(['started', 'sent', 'datagram'])
    const [{ sent }] = told('sent') as [Of<'sent'>]
    const [{ received }] = told('datagram') as [Of<'datagram'>]
    expect([sent.by, received.by]).toEqual(['user', 'user'])
    const roundTrip = since(received.at.monotonic, sent.at.monotonic)
    expect(received.uncertainty).toBeLessThanOrEqual(roundTrip + sent.uncertainty)
  })

  it.each(['with an answer', 'without one'])(
    'are stamped by the program when the driver forgets to, %s',
    async how => {
      const deaf = {
        ...libc,
        recvmsg: (fd: number, at: number, flags: number) =>
          flags & MSG.errqueue ? -1 : libc.recvmsg(fd, at, flags),
      }
      network = openDatagrams(deaf, clock, outbox, watch)
      const answers = how === 'with an answer'
      const to = answers ? await echo('127.0.0.1') : await peer('127.0.0.1', () => {})
      network.send(1, to, REQUEST)
      await until(answers ? 'datagram' : 'sent')
      expect(told('sent')).toMatchObject([{ flow: 1, sent: { by: 'user' } }])
      expect(events.map(({ kind }) => kind)).toEqual(
        ['started', 'sent', 'datagram'].slice(0, answers ? 3 : 2),
      )
    },
  )

  it.each(['127.0.0.1', '::1'])('say that nobody listens at %s', async address => {
    const closed = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    await new Promise<void>(done => closed.bind(0, address, done))
    const { port } = closed.address()
    await new Promise<void>(done => closed.close(done))
    network.send(1, { address, port }, REQUEST)
    await until('refused')
    expect(told('refused')).toMatchObject([{ flow: 1, why: 'connection-refused' }])
    expect(told('sent')).toHaveLength(1)
  })

  it('can be sent again after a refusal', async () => {
    network.send(1, { address: '127.0.0.1', port: 1 }, REQUEST)
    await until('refused')
    network.send(1, await echo('127.0.0.1'), REQUEST)
    await until('datagram')
    expect(told('refused')).toHaveLength(1)
  })

  it('show a reply from another port, for the core to refuse', async () => {
    const stranger = createSocket('udp4')
    peers.push(stranger)
    const to = await peer('127.0.0.1', (_, bytes, port) => stranger.send(bytes, port, '127.0.0.1'))
    network.send(1, to, REQUEST)
    await until('datagram')
    const [{ from }] = told('datagram') as [Of<'datagram'>]
    expect(from).toEqual({ address: '127.0.0.1', port: stranger.address().port })
    expect(from.port).not.toBe(to.port)
  })

  it('give the peer back as it was written when it is the one that was asked', async () => {
    const { port } = await echo('::1')
    network.send(1, { address: '0:0:0:0:0:0:0:1', port }, REQUEST)
    await until('datagram')
    expect(told('datagram')[0]!.from.address).toBe('0:0:0:0:0:0:0:1')
  })

  it('come from a fresh random port for each flow', async () => {
    const ports: number[] = []
    const to = await peer('127.0.0.1', (_, _bytes, port) => ports.push(port))
    for (let flow = 1; flow <= 100; flow++) network.send(flow, to, REQUEST)
    for (let i = 0; i < 1000 && ports.length < 100; i++) await new Promise(done => setTimeout(done, 2))
    expect(new Set(ports).size).toBe(100)
    // Ports that are counted up would lie within some hundreds; 100 random ones span nearly the whole range.
    expect(Math.max(...ports) - Math.min(...ports)).toBeGreaterThan(10_000)
  })

  it('are refused, not thrown, when they cannot be sent', async () => {
    network.send(1, { address: '127.255.255.255', port: 123 }, REQUEST)
    network.send(2, { address: '127.0.0.1', port: 0 }, REQUEST)
    network.send(3, { address: 'ntp.example', port: 123 }, REQUEST)
    network.send(4, { address: '127.0.0.1', port: 123 }, new Uint8Array(70_000))
    network.send(5, { address: 'fe80::1%nowhere', port: 123 }, REQUEST)
    await until('refused', 5)
    expect(told('refused').map(({ flow, why }) => `${flow} ${why}`)).toEqual([
      '1 not-permitted',
      '2 send-failed',
      '3 send-failed',
      '4 send-failed',
      '5 send-failed',
    ])
    expect(told('sent')).toEqual([])
  })

  it('of any size come whole, or so long that they are refused as too long', async () => {
    const to = await peer('127.0.0.1', (self, _, port) => {
      for (const size of [0, 1, 5000, 4096]) self.send(new Uint8Array(size), port, '127.0.0.1')
    })
    network.send(1, to, REQUEST)
    await until('datagram', 3)
    expect(told('datagram').map(({ bytes }) => bytes.length)).toEqual([0, 1, 4100, 4096])
  })

  it('do not belong to the sender of the next ones', async () => {
    const to = await peer('127.0.0.1', (self, bytes, port) => self.send(bytes, port, '127.0.0.1'))
    for (let flow = 1; flow <= 5; flow++) network.send(flow, to, new Uint8Array(48).fill(flow))
    await until('datagram', 5)
    for (const { flow, bytes } of told('datagram')) expect(bytes.every(byte => byte === flow)).toBe(true)
  })

  it('cost a descriptor as long as their flow is open, and are capped', async () => {
    const to = await echo('127.0.0.1')
    const before = descriptors()
    for (let flow = 1; flow <= 1000; flow++) network.send(flow, to, REQUEST)
    expect(descriptors()).toBe(before + 1000)
    for (let flow = 1; flow <= 1000; flow++) network.release(flow)
    expect(descriptors()).toBe(before)

    for (let flow = 2001; flow <= 2000 + MAX_FLOWS + 5; flow++) network.send(flow, to, REQUEST)
    await until('refused', 5)
    expect(told('refused').map(({ why }) => why)).toEqual(new Array(5).fill('send-failed'))
    for (let flow = 2001; flow <= 2000 + MAX_FLOWS + 5; flow++) network.release(flow)
    expect(descriptors()).toBe(before)
  })

  it('leave nothing open when the world is closed', async () => {
    const to = await echo('127.0.0.1')
    const before = descriptors()
    for (let flow = 1; flow <= 10; flow++) network.send(flow, to, REQUEST)
    network.close()
    network.send(11, to, REQUEST)
    // The ten, and the idle one that kept stamping on, are gone.
    expect(descriptors()).toBe(before - 1)
  })
})
