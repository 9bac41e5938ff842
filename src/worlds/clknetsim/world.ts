/**
 * A node of clknetsim as a world: the simulator in which chrony's author tests chrony, with its clock and its network,
 * and an agent of ours among the daemons there.
 *
 * Time stands still except while the node sleeps in `select`, so the reading that came with the last answer holds until
 * the next one. The counter is the node's raw clock. A sleep is measured by the node's slewed clock, so on waking the
 * counter decides whether it is time.
 */

import type { AgentEvent } from '#core/agent/event.ts'
import type { Endpoint, Flow } from '#core/ntp/endpoint.ts'
import type { Responder } from '#core/ntp/responder.ts'
import { instant, type Monotonic, monotonic, nanoseconds, type Reading, since } from '#core/time/instant.ts'
import type { Stamp } from '#core/time/stamp.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import { canonical } from '../host/address.ts'
import { Random } from '../simulated/random.ts'
import { type Helm, steer } from '../steer.ts'
import { rateOfTimex, timexOfClaim, timexOfRate, timexOfStep } from '../timex.ts'
import { answerWith } from '../visitor.ts'
import type { Listening, World } from '../world.ts'
import { type Datagram, Protocol, type Times, type Wire } from './protocol.ts'

export interface ClknetsimOptions {
  readonly wire: Wire
  /** Counted from one, as in clknetsim's configuration. */
  readonly node: number
  /** Unix time at the simulation's start; the same for all nodes. */
  readonly startDate: number
  readonly seed: number
  readonly record?: (record: TraceRecord) => void
  /** Is shown every reading, at least one a second, before the agent is told what happened: a scorer. */
  readonly look?: (times: Times, now: Reading) => void
}

const PRECISION: Seconds = 1e-9
/** The least sleep: `select` with no time at all does not see packets. */
const A_MOMENT: Seconds = 1e-9
/** How often somebody looks whether the clock was set by somebody else, as on the host. */
const WATCH: Seconds = 1
/** Less than this is rounding. */
const STEP: Seconds = 1e-6
const FIRST_PORT = 10_240
const PORTS = 49_152

export class ClknetsimWorld {
  readonly world: World
  packetsSent = 0
  /** Sizes of the steps that were made. */
  readonly steps: { readonly at: Times; readonly size: Seconds }[] = []

  readonly #protocol: Protocol
  readonly #startDate: bigint
  readonly #ports: Random
  readonly #look: ClknetsimOptions['look']
  readonly #portOf = new Map<Flow, number>()
  readonly #flowOf = new Map<number, Flow>()
  /** Who answers at which port. */
  readonly #doors = new Map<number, Responder>()
  #times: Times
  #now: Reading
  /** What the clock gains on the counter. */
  #rate: Rate = 0
  #wake: Monotonic | undefined
  /** What follows from a call is told after it. */
  #soon: (() => AgentEvent)[] = []
  #tell: ((event: AgentEvent) => void) | undefined
  #over = false

  constructor({ wire, node, startDate, seed, record, look }: ClknetsimOptions) {
    this.#protocol = new Protocol(wire)
    this.#startDate = nanoseconds(startDate)
    this.#ports = new Random(seed, 2 * node)
    this.#look = look
    this.#protocol.register(node - 1)
    this.#times = this.#protocol.times()
    this.#now = this.#readingOf(this.#times)
    const random = new Random(seed, 2 * node + 1)
    this.world = {
      clock: {
        precision: PRECISION,
        read: () => this.#now,
        steer: order => steer(this.#helm, order),
        announce: claim => this.#protocol.adjust(timexOfClaim(claim)),
      },
      network: {
        send: (flow, to, bytes) => this.#send(flow, to, bytes),
        release: flow => this.#release(flow),
        listen: ({ port }, responder) => this.#listen(port, responder),
      },
      timers: {
        wake: at => {
          this.#wake = at
        },
      },
      names: { resolve: name => this.#resolve(name) },
      random: () => random.uint32(),
      record: record ?? (() => {}),
      open: tell => {
        this.#tell = tell
        this.#soon.push(() => ({ kind: 'started', now: this.#now, precision: PRECISION }))
      },
      close: () => {
        this.#tell = undefined
        this.#doors.clear()
        this.#soon = []
        this.#wake = undefined
      },
    }
  }

  /** Lives until the simulation is over. */
  run(): void {
    while (this.advance()) {}
  }

  /** Lets the next thing happen, or some time pass, but no more than `atMost`. False when the simulation is over. */
  advance(atMost: Seconds = WATCH): boolean {
    if (this.#over) return false
    const next = this.#soon.shift()
    if (next) this.#tell?.(next())
    else if (this.#isTime()) this.#ring()
    else this.#sleep(atMost)
    return !this.#over
  }

  /** The simulation may go on without this node. */
  leave(): void {
    this.#over = true
    this.#protocol.leave()
  }

  #sleep(atMost: Seconds): void {
    const { kind, times } = this.#protocol.select(Math.max(A_MOMENT, Math.min(atMost, this.#timeLeft())))
    this.#arrive(times)
    if (kind === 'over') this.leave()
    if (kind === 'packet') this.#receive()
  }

  /** Until something is to be done, by the node's slewed clock. */
  #timeLeft(): Seconds {
    if (this.#wake === undefined) return WATCH
    return Math.min(WATCH, since(this.#wake, this.#now.monotonic) * (1 + this.#rate))
  }

  #arrive(times: Times): void {
    const before = this.#times
    this.#times = times
    this.#now = this.#readingOf(times)
    const jump = times.real - before.real - (times.raw - before.raw) * (1 + this.#rate)
    if (Math.abs(jump) > STEP) this.#tellStep(jump)
    this.#look?.(times, this.#now)
  }

  #tellStep(size: Seconds): void {
    const sign = { kind: 'stepped', size, uncertainty: STEP, at: this.#now.monotonic } as const
    this.#soon.push(() => ({ kind: 'disrupted', now: this.#now, sign }))
  }

  #isTime(): boolean {
    return this.#wake !== undefined && this.#wake <= this.#now.monotonic
  }

  #ring(): void {
    this.#wake = undefined
    this.#tell?.({ kind: 'woke', now: this.#now })
  }

  #receive(): void {
    const datagram = this.#protocol.receive()
    if (!datagram) return
    const from = senderOf(datagram)
    const responder = this.#doors.get(datagram.destinationPort)
    if (responder) return this.#answer(responder, datagram, from)
    const flow = this.#flowOf.get(datagram.destinationPort)
    if (flow === undefined) return
    const { bytes } = datagram
    this.#tell?.({ kind: 'datagram', now: this.#now, flow, from, bytes, received: this.#stamp() })
  }

  #answer(responder: Responder, datagram: Datagram, from: Endpoint): void {
    const bytes = answerWith(responder, datagram.bytes, from, { received: this.#now, leaving: this.#now })
    if (!bytes) return
    const { subnet, node, sourcePort, destinationPort } = datagram
    this.#protocol.send({
      subnet,
      node,
      sourcePort: destinationPort,
      destinationPort: sourcePort,
      bytes,
    })
  }

  #listen(port: number, responder: Responder): Listening | string {
    if (this.#doors.has(port)) return 'EADDRINUSE'
    this.#doors.set(port, responder)
    return { discard: () => {}, close: () => void this.#doors.delete(port) }
  }

  #send(flow: Flow, to: Endpoint, bytes: Uint8Array): void {
    const place = placeOf(to.address)
    if (!place) {
      this.#soon.push(() => ({ kind: 'refused', now: this.#now, flow, why: 'network-unreachable' }))
      return
    }
    const sent = this.#stamp()
    this.#protocol.send({ ...place, sourcePort: this.#portFor(flow), destinationPort: to.port, bytes })
    this.packetsSent++
    this.#soon.push(() => ({ kind: 'sent', now: this.#now, flow, sent }))
  }

  #portFor(flow: Flow): number {
    const known = this.#portOf.get(flow)
    if (known !== undefined) return known
    let port: number
    do port = FIRST_PORT + (this.#ports.uint32() % PORTS)
    while (this.#flowOf.has(port))
    this.#portOf.set(flow, port)
    this.#flowOf.set(port, flow)
    return port
  }

  #release(flow: Flow): void {
    const port = this.#portOf.get(flow)
    if (port === undefined) return
    this.#portOf.delete(flow)
    this.#flowOf.delete(port)
  }

  #resolve(name: string): void {
    const address = canonical(name)
    this.#soon.push(() => ({
      kind: 'resolved',
      now: this.#now,
      name,
      ...(address === undefined
        ? { addresses: [], failure: 'there are only addresses here' }
        : { addresses: [address] }),
    }))
  }

  readonly #helm: Helm = {
    read: () => this.#now,
    step: size => {
      this.steps.push({ at: this.#times, size })
      this.#protocol.adjust(timexOfStep(size))
      this.#times = this.#protocol.times()
      this.#now = this.#readingOf(this.#times)
    },
    run: rate => {
      const setting = timexOfRate(rate)
      this.#protocol.adjust(setting)
      this.#times = this.#protocol.times()
      this.#rate = rateOfTimex(setting)
    },
  }

  #stamp(): Stamp {
    return { at: this.#now, uncertainty: 0, by: 'kernel' }
  }

  #readingOf({ real, raw }: Times): Reading {
    return {
      wall: instant(this.#startDate + nanoseconds(real)),
      monotonic: monotonic(nanoseconds(raw)),
    }
  }
}

const senderOf = ({ subnet, node, sourcePort }: Datagram): Endpoint => ({
  address: `192.168.${123 + subnet}.${node + 1}`,
  port: sourcePort,
})

/** Node and subnet of an address of clknetsim's, counted from zero. */
function placeOf(address: string): { readonly subnet: number; readonly node: number } | undefined {
  const match = /^192\.168\.(\d{1,3})\.(\d{1,3})$/.exec(address)
  if (!match) return undefined
  const [subnet, node] = [Number(match[1]) - 123, Number(match[2]) - 1]
  return subnet >= 0 && node >= 0 && node < 254 ? { subnet, node } : undefined
}
