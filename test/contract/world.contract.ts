/**
 * What every world promises, as one suite: the host, the simulated world and clknetsim are all held to it, so that an
 * agent cannot tell in which one it lives. `makeWorld` gives a fresh world that was not opened yet, with somebody in it
 * who sends every datagram back; `run` lets time pass there (really or simulated) until a condition holds, or for some seconds.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AgentEvent } from '#core/agent/event.ts'
import { type Steering, wallOnLine } from '#core/discipline/steering.ts'
import type { Endpoint } from '#core/ntp/endpoint.ts'
import type { Responder, Visit } from '#core/ntp/responder.ts'
import { plus, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { World } from '#worlds/world.ts'

export interface WorldOnTrial {
  readonly world: World
  /** Sends back what it gets. */
  readonly echo: Endpoint
  /** Fails when the condition does not come true in good time. */
  run(until: (() => boolean) | Seconds): Promise<void>
  /** Sends a datagram to this port of the world, from outside; what comes back, if anything does. Absent where nobody listens. */
  ask?(port: number, bytes: Uint8Array): Promise<Uint8Array | undefined>
  /** Ends what is not the world's: the echo, say. */
  finish?(): void
}

type Of<K extends AgentEvent['kind']> = Extract<AgentEvent, { kind: K }>

/** Long enough for whatever is going to happen on a busy machine. */
const A_WHILE: Seconds = 0.15
/** A label of 64 letters cannot be put in a question to a name server, so none is asked. */
const NO_NAME = `${'x'.repeat(64)}.invalid`
const REQUEST = Uint8Array.from({ length: 48 }, (_, i) => i)

export function describeWorld(name: string, makeWorld: () => WorldOnTrial | Promise<WorldOnTrial>): void {
  describe(`the contract of a world: ${name}`, () => {
    let trial: WorldOnTrial
    let world: World
    let events: AgentEvent[]
    /** Set while a call into the world is under way: nothing may be told then. */
    let inside: boolean
    let toldInside: AgentEvent[]
    let answer: (event: AgentEvent) => void

    beforeEach(async () => {
      trial = await makeWorld()
      world = trial.world
      events = []
      inside = false
      toldInside = []
      answer = () => {}
    })

    afterEach(() => {
      world.close()
      trial.finish?.()
      expect(toldInside).toEqual([])
    })

    const call = (act: () => void): void => {
      inside = true
      act()
      inside = false
    }

    const open = () =>
      call(() =>
        world.open(event => {
          events.push(event)
          if (inside) toldInside.push(event)
          answer(event)
        }),
      )

    const told = <K extends AgentEvent['kind']>(kind: K) => events.filter((e): e is Of<K> => e.kind === kind)
    const untilTold = (kind: AgentEvent['kind'], count = 1) => trial.run(() => told(kind).length >= count)
    const ask = (flow: number, to = trial.echo) => call(() => world.network.send(flow, to, REQUEST))
    const in_ = (seconds: Seconds) => plus(world.clock.read().monotonic, seconds)

    it('reads a clock whose counter never runs backwards', async () => {
      let before = world.clock.read()
      for (let i = 0; i < 1000; i++) {
        const now = world.clock.read()
        expect(since(now.monotonic, before.monotonic)).toBeGreaterThanOrEqual(0)
        before = now
      }
    })

    it('reads wall clock and counter of the same moment', async () => {
      const first = world.clock.read()
      await trial.run(A_WHILE)
      const last = world.clock.read()
      const elapsed = since(last.monotonic, first.monotonic)
      expect(elapsed).toBeGreaterThan(0)
      // The kernel can slew by a tenth at most; and nobody sets the clock during this test.
      expect(Math.abs(since(last.wall, first.wall) - elapsed)).toBeLessThan(
        0.11 * elapsed + 4 * world.clock.precision,
      )
    })

    it('knows the precision of its clock', () => {
      expect(world.clock.precision).toBeGreaterThan(0)
      expect(world.clock.precision).toBeLessThanOrEqual(0.001)
    })

    it('gives random numbers of 32 bits', () => {
      const numbers = Array.from({ length: 100 }, () => world.random())
      expect(numbers.every(number => Number.isInteger(number) && number >= 0 && number < 2 ** 32)).toBe(true)
      // Two equal ones among a hundred: once in 870,000 runs. Three: never.
      expect(new Set(numbers).size).toBeGreaterThan(97)
      expect(numbers.some(number => number >= 2 ** 31)).toBe(true)
    })

    it('tells `started` before anything else', async () => {
      open()
      ask(1)
      call(() => world.timers.wake(in_(0)))
      expect(events).toEqual([])
      await untilTold('woke')
      expect(events[0]).toMatchObject({ kind: 'started', precision: world.clock.precision })
      expect(told('started')).toHaveLength(1)
    })

    it('wakes not before the time', async () => {
      open()
      const at = in_(0.02)
      call(() => world.timers.wake(at))
      await untilTold('woke')
      expect(since(told('woke')[0]!.now.monotonic, at)).toBeGreaterThanOrEqual(0)
      await trial.run(A_WHILE)
      expect(told('woke')).toHaveLength(1)
    })

    it('lets a later wake replace an earlier one, whichever of them comes first', async () => {
      open()
      const late = in_(0.06)
      call(() => world.timers.wake(in_(0.01)))
      call(() => world.timers.wake(late))
      await untilTold('woke')
      expect(since(told('woke')[0]!.now.monotonic, late)).toBeGreaterThanOrEqual(0)

      call(() => world.timers.wake(in_(1000)))
      call(() => world.timers.wake(in_(0.01)))
      await untilTold('woke', 2)
      await trial.run(A_WHILE)
      expect(told('woke')).toHaveLength(2)
    })

    it('wakes at once for a time that is over', async () => {
      open()
      call(() => world.timers.wake(in_(-5)))
      await untilTold('woke')
    })

    it('says when a datagram left and when its answer came', async () => {
      open()
      ask(7)
      await untilTold('datagram')
      const [sent] = told('sent')
      const [datagram] = told('datagram')
      expect(sent).toMatchObject({ flow: 7 })
      expect(datagram).toMatchObject({ flow: 7, from: trial.echo })
      expect(Array.from(datagram!.bytes)).toEqual(Array.from(REQUEST))
      expect(events.indexOf(sent!)).toBeLessThan(events.indexOf(datagram!))
      for (const stamp of [sent!.sent, datagram!.received])
        expect(stamp.uncertainty).toBeGreaterThanOrEqual(0)
      const doubt = sent!.sent.uncertainty + datagram!.received.uncertainty
      const roundTrip = since(datagram!.received.at.monotonic, sent!.sent.at.monotonic)
      expect(roundTrip).toBeGreaterThanOrEqual(-doubt)
      const early = since(datagram!.now.monotonic, datagram!.received.at.monotonic)
      expect(early).toBeGreaterThanOrEqual(-datagram!.received.uncertainty)
    })

    it('keeps flows apart', async () => {
      open()
      for (let flow = 1; flow <= 20; flow++) ask(flow)
      await untilTold('datagram', 20)
      expect(new Set(told('datagram').map(({ flow }) => flow)).size).toBe(20)
      expect(told('sent')).toHaveLength(20)
    })

    it('brings nothing of a flow that was released', async () => {
      open()
      ask(1)
      ask(2)
      call(() => world.network.release(1))
      call(() => world.network.release(1))
      call(() => world.network.release(99))
      await untilTold('datagram')
      await trial.run(A_WHILE)
      expect(told('datagram').map(({ flow }) => flow)).toEqual([2])
    })

    it('takes calls from the one who is being told', async () => {
      let asked = 0
      answer = event => {
        if (event.kind === 'started' || (event.kind === 'datagram' && asked < 5)) {
          if (event.kind === 'datagram') call(() => world.network.release(event.flow))
          ask(++asked)
        }
      }
      open()
      await untilTold('datagram', 5)
      expect(told('datagram').map(({ flow }) => flow)).toEqual([1, 2, 3, 4, 5])
    })

    it('delivers in the order of its counter', async () => {
      open()
      for (let flow = 1; flow <= 10; flow++) ask(flow)
      call(() => world.timers.wake(in_(0.01)))
      await untilTold('datagram', 10)
      await untilTold('woke')
      const nows = events.map(({ now }) => now.monotonic)
      expect(nows).toEqual([...nows].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
    })

    it('resolves a numeric address to itself', async () => {
      open()
      call(() => world.names.resolve('127.0.0.1'))
      call(() => world.names.resolve('2001:db8::1'))
      await untilTold('resolved', 2)
      expect(told('resolved')).toMatchObject([
        { name: '127.0.0.1', addresses: ['127.0.0.1'] },
        { name: '2001:db8::1', addresses: ['2001:db8::1'] },
      ])
      expect(told('resolved').every(({ failure }) => failure === undefined)).toBe(true)
    })

    it('takes what leads nowhere without failing', async () => {
      open()
      call(() => world.network.send(1, { address: 'not an address', port: 123 }, REQUEST))
      call(() => world.names.resolve(NO_NAME))
      ask(2)
      await untilTold('datagram')
      await untilTold('resolved')
      expect(told('datagram').map(({ flow }) => flow)).toEqual([2])
      expect(told('resolved')).toMatchObject([{ name: NO_NAME, addresses: [] }])
      expect(told('resolved')[0]!.failure).toBeTypeOf('string')
    })

    describe('when it is told where its clock should be', () => {
      /** Half a second ahead of where it is, and gaining 40 ppm from here on; undefined where nobody may steer. */
      const order = (how: Steering['how']) => {
        const { monotonic, wall } = world.clock.read()
        const given: Steering = {
          at: monotonic,
          wall: plus(wall, how.kind === 'step' ? 0.5 : 1e-4),
          rate: 4e-5,
          how,
        }
        const steered = world.clock.steer(given)
        expect(since(steered.now.monotonic, monotonic)).toBeGreaterThanOrEqual(0)
        return steered.kind === 'not-steered' ? undefined : { given, steered }
      }
      const gap = (given: Steering) => {
        const now = world.clock.read()
        return since(wallOnLine(given, now.monotonic), now.wall)
      }

      it('jumps there when it should step, and stays there', async () => {
        const done = order({ kind: 'step' })
        if (!done) return
        expect(done.steered.stepped).toBeCloseTo(0.5, 3)
        await trial.run(A_WHILE)
        expect(Math.abs(gap(done.given))).toBeLessThan(1e-6 + 4 * world.clock.precision)
      })

      it('gets there in the time that it said when it should slew, and not faster than it may', async () => {
        const done = order({ kind: 'slew', atMost: 5e-5 })
        if (!done || done.steered.settles === undefined) return
        expect(done.steered.stepped).toBe(0)
        const time = since(done.steered.settles, done.given.at)
        if (done.steered.kind !== 'steered') return
        const before = gap(done.given)
        if (Math.abs(before) < 1e-6) return
        expect(time).toBeGreaterThanOrEqual(2)
        await trial.run(1)
        expect(before - gap(done.given)).toBeLessThan(5.5e-5)
        await trial.run(time - 1)
        expect(Math.abs(gap(done.given))).toBeLessThan(1e-6 + 4 * world.clock.precision)
      })
    })

    describe('when somebody asks it', () => {
      const PORT = 12_300
      const visits: Visit[] = []
      /** Answers with the request and two bytes of its own, when the request begins with a one. */
      const responder: Responder = {
        arrive(visit) {
          visits.push({ ...visit })
          visit.bytes[visit.at + 1] = 0xee
          return visit.bytes[visit.at] === 1 ? visit.length - 4 : 0
        },
        leave(bytes, at, seconds, nanoseconds) {
          const view = new DataView(bytes.buffer, bytes.byteOffset + at)
          view.setUint32(8, seconds)
          view.setFloat64(16, nanoseconds)
        },
        drop: () => {},
      }
      const question = (first: number) => Uint8Array.from(REQUEST, (byte, i) => (i === 0 ? first : byte))
      const listen = () => {
        visits.length = 0
        const listening = world.network.listen?.({ address: '0.0.0.0', port: PORT }, responder)
        if (typeof listening === 'string') throw new Error(listening)
        return listening
      }

      it('answers from where the request lies, by the clock that it serves, and tells nobody', async () => {
        const listening = listen()
        if (!listening || !trial.ask) return
        open()
        await untilTold('started')
        const before = world.clock.read()
        const reply = await trial.ask(PORT, question(1))
        const after = world.clock.read()
        expect(reply).toHaveLength(44)
        expect([reply![0], reply![1], reply![43]]).toEqual([1, 0xee, 43])
        const view = new DataView(reply!.buffer, reply!.byteOffset)
        const [visit] = visits
        const ns = (seconds: number, nanoseconds: number) =>
          BigInt(seconds) * 1_000_000_000n + BigInt(Math.floor(nanoseconds))
        const received = ns(visit!.seconds, visit!.nanoseconds)
        const left = ns(view.getUint32(8), view.getFloat64(16))
        // What a send is thought to cost stands in the time at which it leaves, and a clock may read coarsely.
        const slack = 1_000_000n
        expect(received).toBeGreaterThanOrEqual(before.wall - slack)
        expect(left).toBeGreaterThanOrEqual(received)
        expect(left).toBeLessThanOrEqual(after.wall + slack)
        expect(visit!.addressLength).toBe(4)
        expect(visit!.port).toBeGreaterThan(0)
        const counter = Number(before.monotonic) / 1e9
        expect(visit!.now).toBeGreaterThanOrEqual(counter - 1e-3)
        expect(events.map(({ kind }) => kind)).toEqual(['started'])
      })

      it('sends nothing when there is nothing to say, and nothing after the door was closed', async () => {
        const listening = listen()
        if (!listening || !trial.ask) return
        open()
        await untilTold('started')
        expect(await trial.ask(PORT, question(2))).toBeUndefined()
        expect(visits).toHaveLength(1)
        call(() => listening.close())
        call(() => listening.close())
        expect(await trial.ask(PORT, question(1))).toBeUndefined()
        expect(visits).toHaveLength(1)
      })

      it('gives a port to one only', () => {
        if (!listen()) return
        expect(world.network.listen!({ address: '0.0.0.0', port: PORT }, responder)).toBe('EADDRINUSE')
      })
    })

    it('tells nothing after it was closed', async () => {
      open()
      ask(1)
      call(() => world.timers.wake(in_(0.01)))
      call(() => world.names.resolve('127.0.0.1'))
      await untilTold('started')
      const before = events.length
      call(() => world.close())
      await trial.run(A_WHILE)
      expect(events).toHaveLength(before)
      call(() => world.close())
      ask(2)
      await trial.run(A_WHILE)
      expect(events).toHaveLength(before)
    })

    it('may be closed by the one who is being told', async () => {
      answer = event => {
        if (event.kind === 'datagram') call(() => world.close())
      }
      open()
      for (let flow = 1; flow <= 5; flow++) ask(flow)
      await untilTold('datagram')
      await trial.run(A_WHILE)
      expect(told('datagram')).toHaveLength(1)
    })
  })
}
