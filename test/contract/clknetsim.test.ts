/**
 * The world of clknetsim, held to the contract of all worlds: against a small simulator that speaks the protocol here, so
 * that nothing needs to be installed; and against clknetsim itself where it has been built.
 */
import { describe, expect, it, test } from 'vitest'
import type { Wire } from '#worlds/clknetsim/protocol.ts'
import { ClknetsimWorld } from '#worlds/clknetsim/world.ts'
import { rateOfTimex } from '#worlds/timex.ts'
import { missing } from '../../bench/clknetsim/daemons.ts'
import { measure } from '../../bench/clknetsim/measure.ts'
import { SCENARIOS, type Scenario } from '../../bench/clknetsim/scenarios.ts'
import { simulate } from '../../bench/clknetsim/simulate.ts'
import { describeWorld, type WorldOnTrial } from './world.contract.ts'

const START_DATE = 1_796_083_200
const ECHO = { address: '192.168.123.1', port: 7 }
const FREQUENCY = 20e-6
const DELAY = 1e-3

const HEADER = 8
const [GETTIME, ADJTIMEX, SELECT, SEND, RECV] = [2, 4, 6, 7, 8]
const ADJ_FREQUENCY = 0x2
const ADJ_SETOFFSET = 0x100
const UDP = 1
/** The port of the one who asks the node. */
const ASKER = 40_000

interface Underway {
  readonly at: number
  readonly sourcePort: number
  readonly destinationPort: number
  readonly data: Uint8Array
}

/** One node, and node 1 that sends everything back. */
class SmallSimulator implements Wire {
  #network = 0
  #raw = 0
  #monotonic = 0
  #real = 0
  #rate = 0
  #underway: Underway[] = []
  #answer: Uint8Array = new Uint8Array()
  requests = 0
  closed = false
  /** What was sent to the one who asks. */
  told: Uint8Array | undefined

  write(message: Uint8Array): void {
    this.requests++
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
    const answer = this.#obey(view.getInt32(0, true), new DataView(message.slice(HEADER).buffer))
    this.#answer = new Uint8Array(answer.buffer)
  }

  read(into: Uint8Array): number {
    into.set(this.#answer)
    return this.#answer.length
  }

  close(): void {
    this.closed = true
  }

  #obey(request: number, body: DataView): DataView {
    const reply = (size: number) => new DataView(new ArrayBuffer(size))
    switch (request) {
      case GETTIME:
        return this.#times(reply(40), 0)
      case ADJTIMEX:
        this.#adjust(body)
        return reply(216)
      case SELECT: {
        const packet = this.#select(body.getFloat64(0, true))
        const answer = this.#times(reply(64), 24)
        answer.setInt32(0, packet ? 1 : 0, true)
        return answer
      }
      case SEND:
        if (body.getUint32(16, true) === ASKER) {
          this.told = new Uint8Array(body.buffer).slice(24)
          return reply(0)
        }
        this.#underway.push({
          at: this.#network + 2 * DELAY,
          sourcePort: body.getUint32(16, true),
          destinationPort: body.getUint32(12, true),
          data: new Uint8Array(body.buffer).subarray(24),
        })
        return reply(0)
      case RECV: {
        const packet = this.#underway.shift()!
        const answer = reply(24 + packet.data.length)
        const { sourcePort, destinationPort, data } = packet
        const fields = [UDP, 0, 0, sourcePort, destinationPort, data.length]
        for (const [i, field] of fields.entries()) answer.setUint32(4 * i, field, true)
        new Uint8Array(answer.buffer).set(data, 24)
        return answer
      }
      default:
        return reply(8)
    }
  }

  /** A datagram from outside is on its way to this port of the node. */
  ask(destinationPort: number, data: Uint8Array): void {
    this.told = undefined
    this.#underway.push({ at: this.#network + DELAY, sourcePort: ASKER, destinationPort, data })
  }

  /** struct timex (uapi/linux/timex.h) stands behind the clock's number. */
  #adjust(body: DataView): void {
    const long = (at: number) => Number(body.getBigInt64(8 + at, true))
    const modes = body.getUint32(8, true)
    if (modes & ADJ_FREQUENCY) this.#rate = rateOfTimex({ freq: long(16), tick: long(88) })
    if (modes & ADJ_SETOFFSET) this.#real += long(72) + long(80) / 1e9
  }

  /** True when a packet waits. */
  #select(timeout: number): boolean {
    const deadline = this.#network + timeout / (1 + FREQUENCY) / (1 + this.#rate)
    const arrival = this.#underway[0]?.at ?? Number.POSITIVE_INFINITY
    const elapsed = Math.max(0, Math.min(deadline, arrival) - this.#network)
    this.#network += elapsed
    this.#raw += elapsed * (1 + FREQUENCY)
    this.#real += elapsed * (1 + FREQUENCY) * (1 + this.#rate)
    this.#monotonic += elapsed * (1 + FREQUENCY) * (1 + this.#rate)
    return arrival < deadline
  }

  #times(into: DataView, at: number): DataView {
    const values = [this.#real, this.#monotonic, this.#raw, this.#network, FREQUENCY + this.#rate]
    for (const [i, value] of values.entries()) into.setFloat64(at + 8 * i, value, true)
    return into
  }
}

describeWorld('clknetsim', () => onTrial())

function onTrial(): WorldOnTrial {
  const simulator = new SmallSimulator()
  const place = joinSmall(simulator)
  const elapsed = () => Number(place.world.clock.read().monotonic) / 1e9
  return {
    world: place.world,
    echo: ECHO,
    async ask(port, bytes) {
      simulator.ask(port, bytes)
      const end = elapsed() + 3 * DELAY
      while (elapsed() < end) place.advance(DELAY)
      return simulator.told
    },
    async run(until) {
      const end = elapsed() + (typeof until === 'number' ? until : 10)
      while (typeof until === 'number' ? elapsed() < end : !until()) {
        if (elapsed() > end) throw new Error('it did not happen within 10 s')
        place.advance(Math.min(0.001, end - elapsed()))
      }
    },
  }
}

const joinSmall = (wire: Wire) =>
  new ClknetsimWorld({ wire, node: 2, startDate: START_DATE, seed: 1, record: () => {} })

test('the wall clock starts at the date of the other nodes', () => {
  const { world } = joinSmall(new SmallSimulator())
  expect(world.clock.read()).toEqual({ wall: BigInt(START_DATE) * 1_000_000_000n, monotonic: 0n })
})

test('a claim becomes a call of adjtimex, and leaving closes the socket', () => {
  const wire = new SmallSimulator()
  const place = joinSmall(wire)
  const before = wire.requests
  place.world.clock.announce({ errorBound: 1e-3, jitter: 1e-5, leap: 'none' })
  expect(wire.requests).toBe(before + 1)
  place.leave()
  expect(wire.closed).toBe(true)
  expect(place.advance()).toBe(false)
})

const testBed = SCENARIOS.find(({ name }) => name === 'esxi-4-6')!
const short: Scenario = { ...testBed, length: 3 * 3600, window: [3600, 3 * 3600] }

describe.skipIf(missing(short, 'clockwright') !== undefined)('the real clknetsim', () => {
  const play = async (seed: number) =>
    measure(short, await simulate({ scenario: short, daemon: 'clockwright', seed }))

  it('plays three hours, in which the bound is never wrong and the clock is good', async () => {
    const measured = await play(1)
    expect(measured.looks).toBeGreaterThan(10_000)
    expect(measured.violations).toBe(0)
    // chronyd reaches 9 µs there.
    expect(measured.rms).toBeLessThan(20e-6)
  })

  it('gives the same figures with the same seed', async () => {
    expect(await play(2)).toEqual(await play(2))
  })
})
