/**
 * A guest in a simulated world: its clocks, its network, what its hypervisor does to it. Deterministic: the same
 * configuration and seed give the same events to the bit.
 *
 * The agent gets `world`; whoever scores it gets the `Simulation`, which alone knows true time.
 */

import type { Claim } from '#core/agent/action.ts'
import type { AgentEvent } from '#core/agent/event.ts'
import { HOST_CLOCK } from '#core/guest/host-clock.ts'
import { type Endpoint, type Flow, isNumeric } from '#core/ntp/endpoint.ts'
import type { Responder } from '#core/ntp/responder.ts'
import { CountedReading } from '#core/time/counted-reading.ts'
import {
  countNanoseconds,
  type Instant,
  type Monotonic,
  monotonic,
  plus,
  type Reading,
} from '#core/time/instant.ts'
import type { Stamp } from '#core/time/stamp.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import { type Helm, steer } from '../steer.ts'
import { answerWith } from '../visitor.ts'
import type { Listening, World } from '../world.ts'
import { Agenda } from './agenda.ts'
import { type Cpu, Cpus } from './cpus.ts'
import { type Announcer, firstAnnouncement, nextAnnouncement, sendersOf } from './group.ts'
import { Hypervisor, type HypervisorConfig, type Machine } from './hypervisor/hypervisor.ts'
import { type Load, Steal } from './hypervisor/steal.ts'
import { type KernelCall, KernelClock } from './kernel-clock.ts'
import { type Passage, passLink } from './link.ts'
import { Oscillator, type OscillatorConfig } from './oscillator.ts'
import { Random } from './random.ts'
import { announcer, ntpServer, type Peer, type ServerConfig } from './server.ts'
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
  /** What its hypervisor does to the guest, with the signs that a guest of it would see. */
  readonly hypervisor?: HypervisorConfig
  /** The host has promised more processors than it has. */
  readonly load?: readonly Load[]
  /** Processors whose clocks differ; without them one clock is all. */
  readonly cpus?: readonly Cpu[]
  /** Pauses of any length with a witness of any quality: what no hypervisor does, and every test may need. */
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

/**
 * Somebody sets the wall clock, or the guest runs again. True time minus the clock, right before and right after it; NaN while
 * the guest does not run.
 */
export interface Break {
  readonly at: Seconds
  readonly before: Seconds
  readonly after: Seconds
}

/** What is on the agenda: a packet somewhere on its way, the alarm clock, anything else. */
type Planned = Flight | Departure | Alarm | { readonly what: 'other'; readonly happen: () => void }

/** Goes the whole way there and back. */
interface Flight {
  /** `arrives` and `answered`: at the peer's door, and looked at. `returns`: at ours. */
  what: 'arrives' | 'answered' | 'returns'
  /** In which life of the guest it was sent: its answer finds no other. */
  readonly life: number
  readonly flow: Flow
  readonly to: Endpoint
  /** The request, and on the way back the answer. */
  bytes: Uint8Array
  readonly peer: Peer | undefined
}

/** The guest is told that a packet has left. */
interface Departure {
  readonly what: 'sent'
  readonly flow: Flow
  readonly sent: Stamp
}

interface Alarm {
  readonly what: 'alarm'
  readonly turn: number
  /** Who serves it. */
  readonly cpu: number
}

const PRECISION: Seconds = 50e-9
const NTP_PORT = 123
const RESOLVING: Seconds = 0.02
const NEVER_READ = trueTime(-1)
/** Timers are late by this much at least; also keeps the search for an alarm's moment from standing still. */
const TIMER_SLACK: Seconds = 1e-7

export class Simulation {
  readonly records: TraceRecord[] = []
  readonly world: World
  /** Datagrams that the guest sent to the network; a reading of its host's clock is none. */
  packetsSent = 0
  /** How far forward others than the player have set the wall clock, and when. */
  readonly setByOthers: { readonly at: Seconds; readonly size: Seconds }[] = []
  /** Where what the wall clock shows does not go on as it went, in order. */
  readonly breaks: Break[] = []
  /** What the kernel tells the guest's programs of its clock. */
  claim: Claim | undefined
  /** Whether the guest is told when its packets have left. */
  tellsDepartures = true

  readonly #config: SimulationConfig
  readonly #agenda = new Agenda<Planned>()
  readonly #peers: Map<string, Peer>
  readonly #oscillator: Oscillator
  readonly #wall: KernelClock
  /** The first reading of the guest's clocks. */
  readonly #origin: Reading
  /** By how much the wall clock was ahead of true time then. */
  readonly #aheadNs: number
  readonly #networkRandom: Random
  readonly #stampRandom: Random
  /** Those from which answers are wanted: few. */
  readonly #flows: Flow[] = []
  readonly #passage: Passage = { delay: 0, copyDelay: 0 }
  /** Who answers at which port of the guest. */
  readonly #doors = new Map<number, Responder>()
  readonly #steal: Steal | undefined
  readonly #cpus: Cpus | undefined
  readonly #hypervisor: Hypervisor | undefined
  /** Whether the wall clock is the host's. */
  readonly #dependent: boolean
  #now: TrueTime = trueTime(0)
  #lastRead: CountedReading | undefined
  #readAt: TrueTime = NEVER_READ
  /** How often packets on their way have been given up. */
  #life = 0
  #tell: ((event: AgentEvent) => void) | undefined
  #resumesAt: TrueTime | undefined
  /** By the counter; only the newest turn rings. */
  #alarmNs = 0
  #turn = 0

  constructor(config: SimulationConfig) {
    this.#config = config
    const peers = [...config.servers.map(server => ntpServer(server)), ...(config.peers ?? [])]
    this.#peers = new Map(peers.map(peer => [peer.address, peer]))
    for (const [i, { multicast }] of config.servers.entries())
      for (const address of multicast?.strays?.addresses ?? []) this.#peers.set(address, peers[i]!)
    this.#oscillator = new Oscillator(config.oscillator ?? {}, new Random(config.seed, 1))
    this.#networkRandom = new Random(config.seed, 2)
    this.#stampRandom = new Random(config.seed, 3)
    this.#steal = config.load && new Steal(config.load, new Random(config.seed, 5))
    this.#cpus = config.cpus && new Cpus(config.cpus, new Random(config.seed, 6), new Random(config.seed, 8))
    this.#wall = new KernelClock(config.clock?.rate ?? 0)
    const machine = this.#makeMachine()
    this.#hypervisor =
      config.hypervisor && new Hypervisor(config.hypervisor, machine, new Random(config.seed, 7))
    const hostClock = this.#hypervisor?.hostClock
    if (hostClock) this.#peers.set(hostClock.address, hostClock)
    const wallAhead = this.#hypervisor?.wallAhead(this.#now)
    this.#dependent = wallAhead !== undefined
    const ahead = wallAhead ?? config.clock?.offset ?? 0
    this.#aheadNs = countNanoseconds(ahead)
    this.#origin = {
      monotonic: monotonic(BigInt(this.#oscillator.read(this.#now))),
      wall: plus(config.start, ahead),
    }
    this.world = this.#makeWorld(new Random(config.seed, 4))
    for (const pause of config.pauses ?? []) this.#plan(trueTime(pause.at), () => this.#pause(pause))
    for (const step of config.steps ?? []) this.#plan(trueTime(step.at), () => this.#step(step.size))
  }

  get now(): TrueTime {
    return this.#now
  }

  /** The instant that a perfect clock would read now. */
  get truth(): Instant {
    return plus(this.#startNow(), this.#now)
  }

  /** The instant of true time zero, as it is reckoned now: a leap second moves all that came before. */
  #startNow(): Instant {
    const { start, leapSecond } = this.#config
    return leapSecond && this.#now >= leapSecond.at ? plus(start, leapSecond.by) : start
  }

  /** True time minus the clock, now: positive when the clock is behind. */
  get offset(): Seconds {
    const { leapSecond } = this.#config
    const leap = leapSecond && this.#now >= leapSecond.at ? leapSecond.by : 0
    return this.#now + leap - (this.#wallNs(this.#monotonicNs()) + this.#aheadNs) / 1e9
  }

  /** The same of what a program shows that is started now, on any processor; those who keep time notice nothing of it. */
  get offsetShown(): Seconds {
    const cpus = this.#cpus
    return cpus ? this.offset - cpus.aheadNs(this.#now, cpus.chooseForOnlooker()) / 1e9 : this.offset
  }

  get paused(): boolean {
    return this.#resumesAt !== undefined
  }

  get frequencyError(): Rate {
    return this.#oscillator.frequencyError
  }

  /** Lets the world run until true time `until`, and stands there. */
  run(until: Seconds): void {
    while (this.#agenda.hasBy(until)) {
      this.#now = this.#agenda.next
      this.#happen(this.#agenda.take())
    }
    this.#now = trueTime(until)
  }

  #happen(planned: Planned): void {
    switch (planned.what) {
      case 'alarm':
        return this.#ring(planned)
      case 'sent':
        return this.#tellSent(planned)
      case 'arrives':
        return this.#arrive(planned)
      case 'answered':
        return this.#serve(planned)
      case 'returns':
        return this.#deliver(planned)
      case 'other':
        planned.happen()
    }
  }

  #plan(at: TrueTime, happen: () => void): void {
    this.#agenda.plan(at, { what: 'other', happen })
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
        release: flow => this.#release(flow),
        listen: ({ port }, responder) => this.#listen(port, responder),
      },
      timers: { wake: at => this.#setAlarm(at) },
      names: { resolve: name => this.#resolve(name) },
      random: () => random.uint32(),
      record: record => void this.records.push(record),
      open: tell => {
        this.#tell = tell
        this.#plan(this.#now, () =>
          this.#say({ kind: 'started', now: this.#read(), precision: PRECISION, rate: this.#wall.rate }),
        )
      },
      close: () => {
        this.#tell = undefined
        this.#doors.clear()
      },
    }
  }

  /** A program of the guest listens to what servers send to their group, from now on: it comes as this flow. */
  join(flow: Flow): void {
    this.#flows.push(flow)
    const random = new Random(this.#config.seed, 9)
    for (const server of this.#config.servers) {
      const each = announcer(server)
      if (each)
        this.#plan(firstAnnouncement(each, this.#now, random), () => this.#announce(each, flow, random))
    }
  }

  #announce(announcer: Announcer, flow: Flow, random: Random): void {
    if (!this.#flows.includes(flow)) return
    this.#plan(nextAnnouncement(announcer, this.#now, random), () => this.#announce(announcer, flow, random))
    const bytes = announcer.announce(this.#now, this.#startNow())
    if (!bytes) return
    for (const address of sendersOf(announcer, random)) {
      const passage = this.#passage
      passLink(announcer.link, 'down', this.#now, random, passage)
      const to = { address, port: NTP_PORT }
      const flight: Flight = { what: 'returns', life: this.#life, flow, to, bytes, peer: undefined }
      this.#fly(flight, this.#now, passage)
    }
  }

  /** A program of the guest asks its kernel; nobody is told, as nobody is on a real one. */
  adjust(call: KernelCall): void {
    if (call.kind === 'step') this.#set(call.size)
    else this.#obey(call)
  }

  #helm(): Helm {
    return {
      read: () => this.#read(),
      step: size => this.#set(size),
      run: rate => this.#obey({ kind: 'frequency', rate }),
    }
  }

  #set(size: Seconds): void {
    const before = this.offset
    this.#obey({ kind: 'step', size })
    this.breaks.push({ at: this.#now, before, after: this.offset })
  }

  #obey(call: KernelCall): void {
    // A clock that is the host's is not for the guest to set; nobody tells it so.
    if (this.#dependent) return
    this.#wall.obey(call, this.#monotonicNs() * 1e-9)
    this.#readAt = NEVER_READ
  }

  /** In one moment several ask, and are told the same until somebody sets the clock. */
  #read(): CountedReading {
    if (this.#readAt === this.#now) return this.#lastRead!
    const monotonicNs = this.#monotonicNs()
    const wallNs = this.#wallNs(monotonicNs)
    if (this.#cpus !== undefined) {
      const aheadNs = this.#cpus.aheadNs(this.#now)
      return new CountedReading(this.#origin, wallNs + aheadNs, monotonicNs + aheadNs)
    }
    if (!this.#dependent) this.#readAt = this.#now
    this.#lastRead = new CountedReading(this.#origin, wallNs, monotonicNs)
    return this.#lastRead
  }

  #monotonicNs(): number {
    return this.#oscillator.read(this.#now)
  }

  /** Both count from the first reading. */
  #wallNs(monotonicNs: number): number {
    if (this.#dependent)
      return Math.round((this.#now + this.#hypervisor!.wallAhead(this.#now)!) * 1e9) - this.#aheadNs
    return monotonicNs + Math.round(this.#wall.gainedAt(monotonicNs * 1e-9) * 1e9)
  }

  #say(event: AgentEvent): void {
    this.#tell?.(event)
  }

  /** Does something now, or when the guest runs again. */
  #whenRunning(happen: () => void): void {
    if (this.#resumesAt === undefined) happen()
    else this.#plan(this.#resumesAt, happen)
  }

  /** The world never answers from inside a call: what follows at once comes as the next event. */
  #soon(happen: () => void): void {
    this.#plan(this.#now, () => this.#whenRunning(happen))
  }

  #send(flow: Flow, to: Endpoint, bytes: Uint8Array): void {
    const peer = this.#peers.get(to.address)
    if (!peer && !isNumeric(to.address)) {
      return this.#soon(() => this.#say({ kind: 'refused', now: this.#read(), flow, why: 'send-failed' }))
    }
    if (!this.#flows.includes(flow)) this.#flows.push(flow)
    if (to.address !== HOST_CLOCK) this.packetsSent++
    const sent = this.#stamp()
    if (this.tellsDepartures) this.#agenda.plan(this.#now, { what: 'sent', flow, sent })
    if (!peer) return
    const passage = this.#passage
    passLink(peer.link, 'up', this.#now, this.#networkRandom, passage)
    this.#fly({ what: 'arrives', life: this.#life, flow, to, bytes, peer }, this.#now, passage)
  }

  /** The packet and its copy, if there are any. */
  #fly(flight: Flight, from: TrueTime, { delay, copyDelay }: Passage): void {
    if (delay >= 0) this.#agenda.plan(later(from, delay), flight)
    if (copyDelay >= 0) this.#agenda.plan(later(from, copyDelay), { ...flight })
  }

  #release(flow: Flow): void {
    const i = this.#flows.indexOf(flow)
    if (i < 0) return
    const last = this.#flows.pop()!
    if (i < this.#flows.length) this.#flows[i] = last
  }

  #tellSent(departure: Departure): void {
    if (this.#waitsForResume(departure)) return
    this.#cpus?.schedule()
    this.#say({ kind: 'sent', now: this.#read(), flow: departure.flow, sent: departure.sent })
  }

  /** It comes again when the guest runs again. */
  #waitsForResume(planned: Planned): boolean {
    if (this.#resumesAt === undefined) return false
    this.#agenda.plan(this.#resumesAt, planned)
    return true
  }

  /** It comes again when the host has time for the guest. */
  #waitsForHost(planned: Flight | Alarm): boolean {
    const wait = this.#steal?.waitAt(this.#now) ?? 0
    if (wait === 0) return false
    this.#agenda.plan(later(this.#now, wait), planned)
    return true
  }

  #arrive(flight: Flight): void {
    const waits = flight.peer!.waits?.(this.#now) ?? 0
    if (waits === 0) return this.#serve(flight)
    flight.what = 'answered'
    this.#agenda.plan(later(this.#now, waits), flight)
  }

  #serve(flight: Flight): void {
    const { peer } = flight
    if (!peer) return
    const reply = peer.answer(flight.bytes, this.#now, this.#startNow())
    if (!reply) return
    const sentAt = later(this.#now, peer.processing)
    const passage = this.#passage
    passLink(peer.link, 'down', sentAt, this.#networkRandom, passage)
    flight.what = 'returns'
    flight.bytes = reply
    this.#fly(flight, sentAt, passage)
  }

  #deliver(flight: Flight): void {
    if (flight.life !== this.#life) return
    if (this.#waitsForResume(flight) || this.#waitsForHost(flight)) return
    const { flow, to, bytes } = flight
    if (!this.#flows.includes(flow)) return
    this.#cpus?.schedule()
    this.#say({ kind: 'datagram', now: this.#read(), flow, from: to, bytes, received: this.#stamp() })
  }

  #stamp(): Stamp {
    const at = this.#read()
    const uncertainty = this.#config.clock?.stamping ?? 0
    if (uncertainty === 0) return { at, uncertainty: 0, by: 'kernel' }
    const error = uncertainty * (2 * this.#stampRandom.uniform() - 1)
    const errorNs = countNanoseconds(error)
    return {
      at: new CountedReading(this.#origin, at.wallNs + errorNs, at.monotonicNs + errorNs),
      uncertainty,
      by: 'kernel',
    }
  }

  #setAlarm(at: Monotonic): void {
    // Of 64 bits, which are a number sooner than a bigint of any length.
    this.#alarmNs = Number(BigInt.asIntN(64, at - this.#origin.monotonic))
    this.#planAlarm({ what: 'alarm', turn: ++this.#turn, cpu: this.#cpus?.choose() ?? 0 })
  }

  /** What the clock of whoever serves the alarm says. */
  #countFor({ cpu }: Alarm): number {
    const monotonicNs = this.#monotonicNs()
    return this.#cpus === undefined ? monotonicNs : monotonicNs + this.#cpus.aheadNs(this.#now, cpu)
  }

  /** The oscillator may wander before the alarm, so it looks again when it thinks that it is time. */
  #planAlarm(alarm: Alarm): void {
    const left = (this.#alarmNs - this.#countFor(alarm)) / 1e9
    const due = later(this.#now, left <= 0 ? 0 : Math.max(TIMER_SLACK, this.#oscillator.timeFor(left)))
    this.#agenda.plan(due, alarm)
  }

  #ring(alarm: Alarm): void {
    if (alarm.turn !== this.#turn) return
    if (this.#waitsForResume(alarm)) return
    if (this.#countFor(alarm) < this.#alarmNs) return this.#planAlarm(alarm)
    if (this.#waitsForHost(alarm)) return
    this.#turn++
    this.#cpus?.schedule()
    this.#say({ kind: 'woke', now: this.#read() })
  }

  #resolve(name: string): void {
    const known = this.#config.names?.[name] ?? (isNumeric(name) || this.#peers.has(name) ? [name] : [])
    this.#plan(later(this.#now, RESOLVING), () =>
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

  /** What a hypervisor can do to this guest. */
  #makeMachine(): Machine {
    const sim = this
    return {
      get now() {
        return sim.#now
      },
      get counter() {
        return sim.#read().monotonic
      },
      get ahead() {
        return -sim.offset
      },
      get runsIn() {
        return sim.resumesIn
      },
      plan: (at, happen) => sim.#plan(at, happen),
      stop: (until, clocks, packets, resumed) => sim.#stop(until, clocks, packets, resumed),
      holdClocks: until => sim.#hold(until),
      countFaster: by => sim.#oscillator.changeFrequency(by, sim.#now),
      carryOn: size => sim.#obey({ kind: 'step', size }),
      call: call => sim.#whenRunning(() => (call.kind === 'step' ? sim.#step(call.size) : sim.#obey(call))),
      tell: sign => sim.#whenRunning(() => sim.#say({ kind: 'disrupted', now: sim.#read(), sign })),
    }
  }

  #stop(until: TrueTime, clocks: 'stand' | 'run', packets: 'wait' | 'lost', resumed?: () => void): void {
    if (clocks === 'stand') this.#oscillator.pause(this.#now)
    if (packets === 'lost') this.#life++
    this.#resumesAt = until
    this.#plan(until, () => {
      this.#oscillator.resume(this.#now)
      this.#resumesAt = undefined
      resumed?.()
      this.breaks.push({ at: this.#now, before: Number.NaN, after: this.offset })
    })
  }

  #hold(until: TrueTime): void {
    this.#oscillator.pause(this.#now)
    this.#plan(until, () => this.#oscillator.resume(this.#now))
  }

  #pause(pause: Pause): void {
    const resumesAt = later(this.#now, pause.length)
    this.#stop(resumesAt, 'stand', 'wait')
    const { witness, frequencyChange } = pause
    if (frequencyChange)
      this.#plan(resumesAt, () => this.#oscillator.changeFrequency(frequencyChange, this.#now))
    if (!witness) return
    this.#plan(later(resumesAt, witness.after), () => {
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
    this.setByOthers.push({ at: this.#now, size })
    this.#set(size)
    this.#soon(() =>
      this.#say({
        kind: 'disrupted',
        now: this.#read(),
        sign: { kind: 'stepped', size, uncertainty: PRECISION, at: monotonic },
      }),
    )
  }
}
