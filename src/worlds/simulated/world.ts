/**
 * A guest in a simulated world: its clocks, its network, what its hypervisor does to it. Deterministic: the same
 * configuration and seed give the same events to the bit.
 *
 * The agent gets `world`; whoever scores it gets the `Simulation`, which alone knows true time.
 */

import type { Claim } from '#core/agent/action.ts'
import type { AgentEvent } from '#core/agent/event.ts'
import type { Endpoint, Flow } from '#core/ntp/endpoint.ts'
import type { Responder } from '#core/ntp/responder.ts'
import { type Instant, type Monotonic, plus, type Reading, since } from '#core/time/instant.ts'
import type { Stamp } from '#core/time/stamp.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import { type Helm, steer } from '../steer.ts'
import { answerWith } from '../visitor.ts'
import type { Listening, World } from '../world.ts'
import { Agenda } from './agenda.ts'
import { type KernelCall, KernelClock } from './kernel-clock.ts'
import { passLink } from './link.ts'
import { Oscillator, type OscillatorConfig } from './oscillator.ts'
import { Random } from './random.ts'
import { ntpServer, type Peer, type ServerConfig } from './server.ts'
import { later, type TrueTime, trueTime } from './true-time.ts'

export interface SimulationConfig {
  readonly seed: number
  /** The instant of true time zero. */
  readonly start: Instant
  readonly oscillator?: OscillatorConfig
  readonly clock?: {
    /** The clock minus true time at the start. */
    readonly offset?: Seconds
    /** Rate of the wall clock against the counter at the start (what a drift file would have set). */
    readonly rate?: Rate
    /** Largest error of a kernel timestamp; real errors are drawn uniformly up to it. */
    readonly stamping?: Seconds
  }
  readonly servers: readonly ServerConfig[]
  /** Others who answer datagrams. */
  readonly peers?: readonly Peer[]
  /** Names and what they resolve to; addresses of servers need no entry. */
  readonly names?: Readonly<Record<string, readonly string[]>>
  /** From then on UTC is this much later: −1 after a second was inserted, 1 after one was left out. */
  readonly leapSecond?: { readonly at: Seconds; readonly by: -1 | 1 }
  readonly pauses?: readonly Pause[]
  /** Somebody sets the wall clock forward by `size`. */
  readonly steps?: readonly { readonly at: Seconds; readonly size: Seconds }[]
}

/** The hypervisor stops the guest: every clock of it stands still, packets wait at its door. */
export interface Pause {
  readonly at: Seconds
  readonly length: Seconds
  /** How long after the resume a local witness notices, and how well it can measure; none notices when absent. */
  readonly witness?: { readonly name: string; readonly after: Seconds; readonly uncertainty: Seconds }
  /** The counter gains this much more afterwards: another host. */
  readonly frequencyChange?: Rate
}

const PRECISION: Seconds = 50e-9
const RESOLVING: Seconds = 0.02
/** Timers are late by this much at least; also keeps the search for an alarm's moment from standing still. */
const TIMER_SLACK: Seconds = 1e-7

export class Simulation {
  readonly records: TraceRecord[] = []
  readonly world: World
  /** Datagrams that the guest sent. */
  packetsSent = 0
  /** What the kernel tells the guest's programs of its clock. */
  claim: Claim | undefined

  readonly #config: SimulationConfig
  readonly #agenda = new Agenda()
  readonly #peers: ReadonlyMap<string, Peer>
  readonly #oscillator: Oscillator
  readonly #wall: KernelClock
  readonly #networkRandom: Random
  readonly #stampRandom: Random
  readonly #flows = new Set<Flow>()
  /** Who answers at which port of the guest. */
  readonly #doors = new Map<number, Responder>()
  #now: TrueTime = trueTime(0)
  #tell: ((event: AgentEvent) => void) | undefined
  #resumesAt: TrueTime | undefined
  #wake: { readonly at: Monotonic; readonly turn: number } | undefined
  #turn = 0

  constructor(config: SimulationConfig) {
    this.#config = config
    const peers = [...config.servers.map(ntpServer), ...(config.peers ?? [])]
    this.#peers = new Map(peers.map(peer => [peer.address, peer]))
    this.#oscillator = new Oscillator(config.oscillator ?? {}, new Random(config.seed, 1))
    this.#networkRandom = new Random(config.seed, 2)
    this.#stampRandom = new Random(config.seed, 3)
    const start = {
      monotonic: this.#oscillator.read(this.#now),
      wall: plus(config.start, config.clock?.offset ?? 0),
    }
    this.#wall = new KernelClock(start, config.clock?.rate ?? 0)
    this.world = this.#makeWorld(new Random(config.seed, 4))
    for (const pause of config.pauses ?? []) this.#agenda.plan(trueTime(pause.at), () => this.#pause(pause))
    for (const step of config.steps ?? []) this.#agenda.plan(trueTime(step.at), () => this.#step(step.size))
  }

  get now(): TrueTime {
    return this.#now
  }

  /** The instant that a perfect clock would read now. */
  get truth(): Instant {
    return plus(this.#start, this.#now)
  }

  /** The instant of true time zero, as it is reckoned now: a leap second moves all that came before. */
  get #start(): Instant {
    const { start, leapSecond } = this.#config
    return leapSecond && this.#now >= leapSecond.at ? plus(start, leapSecond.by) : start
  }

  get paused(): boolean {
    return this.#resumesAt !== undefined
  }

  get frequencyError(): Rate {
    return this.#oscillator.frequencyError
  }

  /** Lets the world run until true time `until`, and stands there. */
  run(until: Seconds): void {
    while (this.#agenda.next !== undefined && this.#agenda.next <= until) {
      const { at, happen } = this.#agenda.take()
      this.#now = at
      happen()
    }
    this.#now = trueTime(until)
  }

  /** How long whoever asks the guest now must wait until it runs. */
  get resumesIn(): Seconds {
    return this.#resumesAt === undefined ? 0 : this.#resumesAt - this.#now
  }

  /** Somebody asks the guest, at a port of its; what it answers, if anything. */
  ask(port: number, request: Uint8Array, from: Endpoint): Uint8Array | undefined {
    const responder = this.#doors.get(port)
    if (!responder || this.paused) return undefined
    const now = this.#read()
    return answerWith(responder, request, from, { received: now, leaving: now })
  }

  #listen(port: number, responder: Responder): Listening | string {
    if (this.#doors.has(port)) return 'EADDRINUSE'
    this.#doors.set(port, responder)
    return { discard: () => {}, close: () => void this.#doors.delete(port) }
  }

  #makeWorld(random: Random): World {
    return {
      clock: {
        precision: PRECISION,
        read: () => this.#read(),
        steer: order => steer(this.#helm(), order),
        announce: claim => {
          this.claim = claim
        },
      },
      network: {
        send: (flow, to, bytes) => this.#send(flow, to, bytes),
        release: flow => void this.#flows.delete(flow),
        listen: ({ port }, responder) => this.#listen(port, responder),
      },
      timers: { wake: at => this.#setAlarm(at) },
      names: { resolve: name => this.#resolve(name) },
      random: () => random.uint32(),
      record: record => void this.records.push(record),
      open: tell => {
        this.#tell = tell
        this.#agenda.plan(this.#now, () =>
          this.#say({ kind: 'started', now: this.#read(), precision: PRECISION }),
        )
      },
      close: () => {
        this.#tell = undefined
        this.#doors.clear()
      },
    }
  }

  /** A program of the guest asks its kernel; nobody is told, as nobody is on a real one. */
  adjust(call: KernelCall): void {
    this.#wall.obey(call, this.#read().monotonic)
  }

  #helm(): Helm {
    const { monotonic } = this.#read()
    return {
      read: () => this.#read(),
      step: size => this.#wall.obey({ kind: 'step', size }, monotonic),
      run: rate => this.#wall.obey({ kind: 'frequency', rate }, monotonic),
    }
  }

  #read(): Reading {
    return this.#wall.read(this.#oscillator.read(this.#now))
  }

  #say(event: AgentEvent): void {
    this.#tell?.(event)
  }

  /** Does something now, or when the guest runs again. */
  #whenRunning(happen: () => void): void {
    if (this.#resumesAt === undefined) happen()
    else this.#agenda.plan(this.#resumesAt, happen)
  }

  /** The world never answers from inside a call: what follows at once comes as the next event. */
  #soon(happen: () => void): void {
    this.#agenda.plan(this.#now, () => this.#whenRunning(happen))
  }

  #send(flow: Flow, to: Endpoint, bytes: Uint8Array): void {
    if (!isNumeric(to.address) && !this.#peers.has(to.address)) {
      return this.#soon(() => this.#say({ kind: 'refused', now: this.#read(), flow, why: 'send-failed' }))
    }
    this.#flows.add(flow)
    this.packetsSent++
    const sent = this.#stamp()
    this.#soon(() => this.#say({ kind: 'sent', now: this.#read(), flow, sent }))
    const peer = this.#peers.get(to.address)
    if (!peer) return
    for (const up of passLink(peer.link, 'up', this.#now, this.#networkRandom)) {
      const arrived = later(this.#now, up)
      this.#agenda.plan(arrived, () => {
        const looked = later(arrived, peer.waits?.(arrived) ?? 0)
        this.#agenda.plan(looked, () => this.#serve(peer, flow, to, bytes))
      })
    }
  }

  #serve(peer: Peer, flow: Flow, to: Endpoint, bytes: Uint8Array): void {
    const reply = peer.answer(bytes, this.#now, this.#start)
    if (!reply) return
    const sentAt = later(this.#now, peer.processing)
    for (const down of passLink(peer.link, 'down', sentAt, this.#networkRandom)) {
      this.#agenda.plan(later(sentAt, down), () => this.#whenRunning(() => this.#deliver(flow, to, reply)))
    }
  }

  #deliver(flow: Flow, from: Endpoint, bytes: Uint8Array): void {
    if (!this.#flows.has(flow)) return
    this.#say({ kind: 'datagram', now: this.#read(), flow, from, bytes, received: this.#stamp() })
  }

  #stamp(): Stamp {
    const at = this.#read()
    const uncertainty = this.#config.clock?.stamping ?? 0
    if (uncertainty === 0) return { at, uncertainty: 0, by: 'kernel' }
    const error = uncertainty * (2 * this.#stampRandom.uniform() - 1)
    return {
      at: { wall: plus(at.wall, error), monotonic: plus(at.monotonic, error) },
      uncertainty,
      by: 'kernel',
    }
  }

  #setAlarm(at: Monotonic): void {
    const turn = ++this.#turn
    this.#wake = { at, turn }
    this.#planAlarm(at, turn)
  }

  /** The oscillator may wander before the alarm, so it looks again when it thinks that it is time. */
  #planAlarm(at: Monotonic, turn: number): void {
    const left = since(at, this.#read().monotonic)
    const due = later(this.#now, left <= 0 ? 0 : Math.max(TIMER_SLACK, this.#oscillator.timeFor(left)))
    this.#agenda.plan(due, () =>
      this.#whenRunning(() => {
        if (this.#wake?.turn !== turn) return
        const now = this.#read()
        if (now.monotonic < at) return this.#planAlarm(at, turn)
        this.#wake = undefined
        this.#say({ kind: 'woke', now })
      }),
    )
  }

  #resolve(name: string): void {
    const known = this.#config.names?.[name] ?? (isNumeric(name) || this.#peers.has(name) ? [name] : [])
    this.#agenda.plan(later(this.#now, RESOLVING), () =>
      this.#whenRunning(() =>
        this.#say({
          kind: 'resolved',
          now: this.#read(),
          name,
          addresses: known,
          ...(known.length === 0 ? { failure: 'no such name' } : {}),
        }),
      ),
    )
  }

  #pause(pause: Pause): void {
    const resumesAt = later(this.#now, pause.length)
    this.#oscillator.pause(this.#now)
    this.#resumesAt = resumesAt
    this.#agenda.plan(resumesAt, () => {
      this.#oscillator.resume(this.#now)
      if (pause.frequencyChange) this.#oscillator.changeFrequency(pause.frequencyChange, this.#now)
      this.#resumesAt = undefined
    })
    const { witness } = pause
    if (!witness) return
    this.#agenda.plan(later(resumesAt, witness.after), () => {
      const { uncertainty, name } = witness
      const lost = pause.length + uncertainty * (2 * this.#stampRandom.uniform() - 1)
      this.#say({
        kind: 'disrupted',
        now: this.#read(),
        sign: { kind: 'paused', lost, uncertainty, witness: name },
      })
      if (pause.frequencyChange) {
        this.#say({ kind: 'disrupted', now: this.#read(), sign: { kind: 'counter-changed', witness: name } })
      }
    })
  }

  #step(size: Seconds): void {
    const { monotonic } = this.#read()
    this.#wall.obey({ kind: 'step', size }, monotonic)
    this.#soon(() =>
      this.#say({
        kind: 'disrupted',
        now: this.#read(),
        sign: { kind: 'stepped', size, uncertainty: PRECISION, at: monotonic },
      }),
    )
  }
}

const isNumeric = (name: string): boolean => /^[\d.]+$/.test(name) || name.includes(':')
