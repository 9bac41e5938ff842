/** Real datagrams to a listening world, over loopback. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Responder, Visit } from '#core/ntp/responder.ts'
import { loadLibc } from '../libc.ts'
import { watchOnly } from '../overlay.ts'
import type { Listening } from '../world.ts'
import { type HostWorld, openHost } from './world.ts'

/** Sends back what it gets, without the first byte, and remembers how it came. */
class Echo implements Responder {
  readonly visits: Visit[] = []
  readonly dropped: string[] = []
  silent = false

  arrive(visit: Visit): number {
    this.visits.push({
      ...visit,
      address: visit.address.slice(visit.addressAt, visit.addressAt + visit.addressLength),
    })
    if (this.silent) return 0
    visit.bytes[visit.at] = 0xee
    return visit.length
  }

  leave(bytes: Uint8Array, at: number, seconds: number, nanoseconds: number): void {
    new DataView(bytes.buffer, bytes.byteOffset).setFloat64(at + 8, seconds + nanoseconds / 1e9)
  }

  drop(why: string): void {
    this.dropped.push(why)
  }
}

describe.skipIf(loadLibc().kind === 'missing')('listening on this machine', () => {
  let world: HostWorld
  let echo: Echo
  const sockets: Socket[] = []

  beforeEach(() => {
    world = openHost()
    echo = new Echo()
  })
  afterEach(() => {
    world.close()
    for (const socket of sockets.splice(0)) socket.close()
  })

  const open = (address: string, port: number) => {
    const listening = world.network.listen!({ address, port }, echo)
    if (typeof listening === 'string') throw new Error(listening)
    return listening as Listening
  }
  const freePort = async (address = '127.0.0.1') => {
    const socket = await client(address)
    const { port } = socket.address()
    socket.close()
    sockets.splice(sockets.indexOf(socket), 1)
    return port
  }
  async function client(address = '127.0.0.1'): Promise<Socket> {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    sockets.push(socket)
    socket.bind(0, address)
    await once(socket, 'listening')
    return socket
  }
  async function ask(
    port: number,
    to = '127.0.0.1',
    bytes = Uint8Array.of(1, 2, ...new Array<number>(46).fill(3)),
  ) {
    const socket = await client(to)
    const answer = once(socket, 'message')
    socket.send(bytes, port, to)
    const [message, from] = (await answer) as [Buffer, { address: string; port: number }]
    return { message, from, port: socket.address().port }
  }

  test.each(['127.0.0.1', '::1'])(
    '%s: hands on the request with its sender, and sends the reply back',
    async address => {
      const port = await freePort(address)
      open(address, port)
      const { message, from, port: own } = await ask(port, address)
      expect(message).toHaveLength(48)
      expect([message[0], message[1], message[47]]).toEqual([0xee, 2, 3])
      expect(from).toMatchObject({ address, port })
      expect(echo.visits).toHaveLength(1)
      expect(echo.visits[0]).toMatchObject({ length: 48, port: own })
      expect([...echo.visits[0]!.address]).toEqual(
        address === '::1' ? [...new Array<number>(15).fill(0), 1] : [127, 0, 0, 1],
      )
    },
  )

  test('says when it came by the kernel, and when it leaves', async () => {
    const port = await freePort()
    open('127.0.0.1', port)
    for (let i = 0; i < 5; i++) await ask(port)
    const before = Date.now() / 1e3
    const { message } = await ask(port)
    const after = Date.now() / 1e3
    const { seconds, nanoseconds } = echo.visits.at(-1)!
    const received = seconds + nanoseconds / 1e9
    const left = message.readDoubleBE(8)
    // A double of seconds since 1970 knows a quarter of a microsecond; Date knows a millisecond.
    expect(received).toBeGreaterThan(before - 0.002)
    expect(left).toBeGreaterThan(received - 1e-6)
    expect(left).toBeLessThan(after + 0.002)
  })

  test.each(['0.0.0.0', '::'])('%s: the reply leaves from the address that was asked', async everywhere => {
    const asked = everywhere === '::' ? '::1' : '127.0.0.77'
    const port = await freePort()
    open(everywhere, port)
    const socket = await client(everywhere === '::' ? '::1' : '127.0.0.1')
    const answer = once(socket, 'message')
    socket.send(new Uint8Array(48), port, asked)
    const [, from] = (await answer) as [Buffer, { address: string }]
    expect(from.address).toBe(asked)
  })

  test('a thousand requests at once, of which every other is answered, each with its own reply', async () => {
    const port = await freePort()
    open('127.0.0.1', port)
    const arrive = echo.arrive.bind(echo)
    echo.arrive = visit => {
      const length = arrive(visit)
      return visit.bytes[visit.at + 3]! % 2 === 0 ? length : 0
    }
    const socket = await client()
    socket.setRecvBufferSize(1 << 20)
    const answers: number[] = []
    socket.on('message', message => answers.push(message.readUInt16BE(2)))
    for (let i = 0; i < 1000; i++) {
      const bytes = new Uint8Array(48)
      bytes[2] = i >> 8
      bytes[3] = i & 255
      socket.send(bytes, port, '127.0.0.1')
    }
    for (let i = 0; i < 200 && answers.length < 500; i++) await new Promise(done => setTimeout(done, 10))
    expect(answers.sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => 2 * i))
    expect(echo.visits).toHaveLength(1000)
  })

  test('what is too long is dropped, and said', async () => {
    const port = await freePort()
    open('127.0.0.1', port)
    const socket = await client()
    socket.send(new Uint8Array(4000), port, '127.0.0.1')
    await ask(port)
    expect(echo.dropped).toEqual(['too-long'])
    expect(echo.visits).toHaveLength(1)
  })

  test('what waits is not answered when something happened to the clock meanwhile', async () => {
    const port = await freePort()
    const listening = open('127.0.0.1', port)
    const socket = await client()
    let answers = 0
    socket.on('message', () => answers++)
    await new Promise(done => socket.send(new Uint8Array(48), port, '127.0.0.1', done))
    listening.discard()
    await new Promise(done => setTimeout(done, 30))
    expect(answers).toBe(0)
    expect(echo.dropped).toEqual(['stale'])
    await ask(port)
  })

  test('the names of what the kernel refuses', async () => {
    const port = await freePort()
    open('127.0.0.1', port)
    expect(world.network.listen!({ address: '127.0.0.1', port }, echo)).toBe('EADDRINUSE')
    expect(world.network.listen!({ address: '192.0.2.77', port }, echo)).toBe('EADDRNOTAVAIL')
    expect(world.network.listen!({ address: 'nonsense', port }, echo)).toBe('EADDRNOTAVAIL')
  })

  test('nobody listens after it was closed, nor when the world was', async () => {
    const port = await freePort()
    open('127.0.0.1', port).close()
    open('127.0.0.1', port)
    world.close()
    world = openHost()
    open('127.0.0.1', port)
  })
})

test('a world without libc has nothing to serve with, and one that only watches no clock', () => {
  const without = openHost({
    libc: { kind: 'missing', why: 'koffi-not-loaded', text: 'left out for a test' },
  })
  expect(without.network.listen).toBeUndefined()
  without.close()
  const watched = watchOnly(openHost())
  expect(watched.network.listen).toBeUndefined()
  watched.close()
})
