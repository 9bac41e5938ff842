/** The real machine, held to the contract of a world: with libc, and as it is where libc cannot be called. */
import { createSocket } from 'node:dgram'
import type { Seconds } from '#core/time/units.ts'
import { openHost } from '#worlds/host/world.ts'
import type { LoadedLibc } from '#worlds/libc.ts'
import { describeWorld, type WorldOnTrial } from './world.contract.ts'

const WITHOUT: LoadedLibc = { kind: 'missing', why: 'koffi-not-loaded', text: 'left out for a test' }

describeWorld('host', () => onHost('127.0.0.1'))
describeWorld('host, over IPv6', () => onHost('::1'))
describeWorld('host without libc', () => onHost('127.0.0.1', WITHOUT))
describeWorld('host without libc, over IPv6', () => onHost('::1', WITHOUT))

/** A machine under load may stand still for seconds. */
const PATIENCE: Seconds = 4

async function onHost(address: string, libc?: LoadedLibc): Promise<WorldOnTrial> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  socket.on('message', (bytes, from) => socket.send(bytes, from.port, from.address))
  await new Promise<void>(done => socket.bind(0, address, done))
  return {
    world: openHost({ libc }),
    echo: { address, port: socket.address().port },
    run: until => (typeof until === 'number' ? sleep(until) : waitFor(until)),
    ask: (port, bytes) => askOnce(port, bytes),
    finish: () => socket.close(),
  }
}

/** A port of loopback, once; nothing comes back within a moment when nobody answers. */
async function askOnce(port: number, bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const socket = createSocket('udp4')
  const answered = new Promise<Uint8Array>(done =>
    socket.on('message', message => done(Uint8Array.from(message))),
  )
  socket.send(bytes, port, '127.0.0.1')
  const reply = await Promise.race([answered, sleep(0.2).then(() => undefined)])
  socket.close()
  return reply
}

const sleep = (seconds: Seconds) => new Promise<void>(done => setTimeout(done, seconds * 1e3))

async function waitFor(condition: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE * 1e3
  while (!condition()) {
    if (performance.now() > end) throw new Error(`it did not happen within ${PATIENCE} s`)
    await sleep(0.002)
  }
}
