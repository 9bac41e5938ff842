/**
 * A running ntpd (ntp_timer.c and the ends of ntp_proto.c): its associations, the timer that polls them, and the packets.
 *
 * The real one wakes every second. This one wakes when a second is due in which something happens: a poll, the end of the
 * startup's hold, a leap second. What happens in the seconds between is worked out in closed form, here and in the kernel.
 */

import type { AgentEvent } from '#core/agent/event.ts'
import { type Flow, isNumeric } from '#core/ntp/endpoint.ts'
import { refidOf } from '#core/ntp/refid.ts'
import { logarithm2 } from '#core/number/elementary.ts'
import { type Monotonic, monotonic, type Reading } from '#core/time/instant.ts'
import { NS_PER_SECOND, type PollLog2, type Rate, type Seconds } from '#core/time/units.ts'
import type { NtpdConf } from '#dialects/ntpd/conf.ts'
import type { NtpdSettings } from '#dialects/ntpd/settings.ts'
import type { Belief, DaemonAction } from '../../daemon.ts'
import { Outbox } from '../outbox.ts'
import { OwnClock } from '../own-clock.ts'
import { Association, type AssociationConfig, interval, MAX_DISPERSION } from './association.ts'
import { type Conduct, conductOf } from './conduct.ts'
import { type FilterRules, filterSample } from './filter.ts'
import { LoopFilter } from './loop.ts'
import {
  ask,
  askedPoll,
  hear,
  isBroadcast,
  isWorthHearing,
  type Measurement,
  measure,
  measureHeard,
  receive,
} from './measure.ts'
import { heardServer, type Wanted, wantedBy } from './mobilize.ts'
import { beginBurst, beginPoll, countPacket, type PollRules, planPoll, slowDown } from './poll.ts'
import { isFit, isNear, type SelectRules } from './select.ts'
import { System } from './system.ts'

export interface RunningSetup {
  readonly conf: NtpdConf
  readonly settings: NtpdSettings
  readonly drift: Rate | undefined
  readonly random: () => number
  readonly firstFlow: Flow
  readonly recording: boolean
}

const NTP_PORT = 123
/** What the driver of the local clock says of it. */
const LOCAL_DISPERSION: Seconds = 0.01
/** An alarm may be told a rounding before the second that it was set for. */
const EARLY: Seconds = 1e-6
/** What the filter is told of a server that does not answer. */
const UNKNOWN: Measurement = { offset: 0, delay: 0, dispersion: MAX_DISPERSION }

export class Running {
  readonly #setup: RunningSetup
  readonly #conduct: Conduct
  readonly #start: Monotonic
  readonly #clock: OwnClock
  readonly #outbox: Outbox
  readonly #loop: LoopFilter
  readonly #system: System
  readonly #selectRules: SelectRules
  readonly #filterRules: FilterRules & { sorted: boolean }
  readonly #pollRules: PollRules & { systemPoll: PollLog2 }
  readonly #peers: Association[] = []
  readonly #byFlow = new Map<Flow, Association>()
  readonly #unresolved = new Map<string, Wanted>()
  readonly #moment: { now: number; at: Seconds } = { now: 0, at: 0 }
  #nextFlow: Flow
  /** As which packets to the group come, when it listens to them. */
  #groupFlow: Flow | undefined
  /** In seconds since the start; -1 when no alarm is set. */
  #wakesAt = -1
  /** Whose bursts `ntpd -q` still waits for. */
  #asking = 0
  #exited = false

  constructor(setup: RunningSetup, start: Reading, precision: Seconds) {
    const { settings, random } = setup
    const conduct = conductOf(settings.defaults.generation)
    const rounded = 2 ** Math.round(logarithm2(precision))
    this.#setup = setup
    this.#conduct = conduct
    this.#start = start.monotonic
    this.#clock = new OwnClock(start)
    this.#outbox = new Outbox(start, setup.recording)
    this.#nextFlow = setup.firstFlow
    const { dispersion, maxdist, allan } = settings
    this.#selectRules = { settings, conduct, precision: rounded }
    const { oldSamples } = conduct
    this.#filterRules = {
      dispersion,
      maxdist,
      allan: 2 ** allan,
      oldSamples,
      precision: rounded,
      sorted: true,
    }
    this.#pollRules = {
      systemPoll: 0,
      unreach: settings.defaults.unreach,
      staleReach: conduct.staleReach,
      unaskedBurst: conduct.burstsUnasked ? settings.defaults.iburst : 0,
      fit: peer => isFit(peer, this.#moment.now, this.#selectRules),
    }
    const beginning = { ...this.#moment, precision: rounded, drift: setup.drift }
    this.#loop = new LoopFilter(settings, conduct, beginning, this.#outbox)
    this.#system = new System(this.#selectRules, this.#loop, this.#outbox, random)
    this.#mobilizeAll()
    this.#planWake()
  }

  /** What it does at once. */
  get firstActions(): readonly DaemonAction[] {
    return this.#outbox.take()
  }

  get nextFlow(): Flow {
    return this.#nextFlow
  }

  handle(event: AgentEvent): readonly DaemonAction[] {
    this.#outbox.open(event.now)
    this.#moment.at = this.#clock.elapsed(event.now)
    this.#moment.now = Math.floor(this.#moment.at + EARLY)
    switch (event.kind) {
      case 'woke':
        this.#wakesAt = -1
        this.#tick()
        break
      case 'resolved':
        this.#resolved(event.name, event.addresses)
        break
      case 'datagram': {
        const { bytes } = event
        const received = this.#clock.wall(event.received.at)
        const peer = this.#byFlow.get(event.flow)
        if (peer) this.#receive(peer, bytes, received)
        else if (event.flow === this.#groupFlow && isBroadcast(bytes))
          this.#hear(event.from.address, bytes, received)
      }
    }
    this.#planWake()
    return this.#outbox.take()
  }

  believe(now: Reading): Belief | undefined {
    return this.#system.believe(Math.floor(this.#clock.elapsed(now)))
  }

  // Whom it asks

  #mobilizeAll(): void {
    const { conf, settings } = this.#setup
    const { wanted, listens, unplayed } = wantedBy(conf, settings)
    for (const { line, text } of unplayed)
      this.#outbox.notice('not_played', `line ${line} is beyond this model: ${text}`)
    for (const each of wanted) {
      if (each.config.kind === 'local' || isNumeric(each.name)) this.#mobilize(each, each.name)
      else {
        this.#unresolved.set(each.name, each)
        this.#outbox.do({ kind: 'resolve', name: each.name })
      }
    }
    if (!listens) return
    this.#groupFlow = this.#nextFlow++
    this.#outbox.do({ kind: 'join', flow: this.#groupFlow })
  }

  #resolved(name: string, addresses: readonly string[]): void {
    const wanted = this.#unresolved.get(name)
    if (!wanted) return
    this.#unresolved.delete(name)
    const room = wanted.pool ? this.#setup.settings.maxclock - this.#peers.length : 1
    for (const address of addresses.slice(0, Math.max(0, room))) this.#mobilize(wanted, address)
  }

  #mobilize(wanted: Wanted, address: string): void {
    const peer = this.#associate({ ...wanted.config, address })
    // At the start one association a second.
    peer.nextDate = this.#moment.now + this.#peers.length
    if (peer.config.kind !== 'local') this.#asking++
  }

  #associate(config: AssociationConfig): Association {
    const peer = new Association(config, this.#nextFlow++)
    this.#peers.push(peer)
    this.#byFlow.set(peer.flow, peer)
    peer.clear(this.#moment.now, this.#filterRules.precision)
    return peer
  }

  #dissociate(peer: Association): void {
    this.#peers.splice(this.#peers.indexOf(peer), 1)
    this.#byFlow.delete(peer.flow)
    this.#outbox.do({ kind: 'release', flow: peer.flow })
    this.#outbox.notice('demobilize', `${peer.config.address} demobilize`)
  }

  // The timer

  #tick(): void {
    this.#loop.pass(this.#moment)
    this.#insertLeapSecond()
    for (const peer of this.#peers) if (peer.nextDate <= this.#moment.now) this.#poll(peer)
  }

  #planWake(): void {
    if (this.#exited) return
    let next = this.#loop.holdEnds()
    next = Math.min(next, this.#system.leap.dueAt())
    for (const peer of this.#peers) next = Math.min(next, peer.nextDate)
    const at = Math.max(next, this.#moment.now + 1)
    if (at === this.#wakesAt || !Number.isFinite(at)) return
    this.#wakesAt = at
    this.#outbox.do({ kind: 'wake', at: monotonic(this.#start + BigInt(at) * NS_PER_SECOND) })
  }

  #poll(peer: Association): void {
    const { now } = this.#moment
    const local = peer.config.kind === 'local'
    this.#pollRules.systemPoll = this.#loop.poll
    const polled = beginPoll(peer, now, this.#pollRules)
    if (polled.stale && !local) this.#filter(peer, UNKNOWN)
    if (polled.unreachable) this.#outbox.notice('unreachable', `${peer.config.address} unreachable`)
    if (polled.burstOver && this.#setup.settings.quit && --this.#asking === 0) {
      this.#outbox.notice('no_servers', 'no servers found')
      return this.#exit('no servers found')
    }
    if (local) this.#lookAtOwnClock(peer)
    else if (!isOnlyHeard(peer)) this.#ask(peer)
    planPoll(peer, local ? peer.hostPoll : polled.poll, now, this.#setup.random)
  }

  #ask(peer: Association): void {
    const { now } = this.#moment
    const bytes = ask(peer, this.#system.header(now), this.#clock, this.#clock.wall(this.#outbox.at))
    this.#outbox.do({
      kind: 'send',
      flow: peer.flow,
      to: { address: peer.config.address, port: NTP_PORT },
      bytes,
    })
    countPacket(peer, now)
  }

  /** The driver of the local clock says that it is right, while nobody else can be asked. */
  #lookAtOwnClock(peer: Association): void {
    if (!this.#system.isFreeFor(peer)) return
    peer.leap = 'none'
    peer.stratum = peer.config.fudge!.stratum
    peer.refid = refidOf('LOCL')
    peer.reach |= 1
    this.#filter(peer, { offset: peer.config.fudge!.offset, delay: 0, dispersion: LOCAL_DISPERSION })
  }

  #insertLeapSecond(): void {
    const by = this.#system.leap.due(this.#moment.now)
    if (by === 0) return
    this.#outbox.notice('leap_event', 'leap_event')
    this.#outbox.adjust({ kind: 'step', size: by })
  }

  // What comes in

  #receive(peer: Association, bytes: Uint8Array, received: Seconds): void {
    const { settings, random } = this.#setup
    const { now } = this.#moment
    const kind = receive(peer, bytes, settings)
    if (kind === 'nothing') return
    if (kind === 'slow-down') {
      this.#outbox.notice('rate_exceeded', `${peer.config.address} rate_exceeded`)
      return slowDown(peer, askedPoll(bytes), now, random)
    }
    beginBurst(peer, now, settings.defaults.iburst)
    planPoll(peer, peer.hostPoll, now, random)
    if (kind === 'useless') return
    const measured = measure(peer, bytes, received, this.#clock, this.#filterRules)
    if (this.#conduct.dispersionGate && measured.delay > settings.maxdist) return
    this.#reach(peer)
    this.#filter(peer, measured)
    if (peer.heard === 'calibrating' && isNear(peer, now, this.#selectRules)) peer.heard = 'calibrated'
  }

  /** A packet to the group: whoever sends one is an association of his own, by his address. */
  #hear(address: string, bytes: Uint8Array, received: Seconds): void {
    const { settings, random } = this.#setup
    const { now } = this.#moment
    const known = this.#peers.find(each => each.config.address === address)
    if (!known) {
      if (isWorthHearing(bytes, settings)) this.#begin(address, askedPoll(bytes))
      return
    }
    if (!isOnlyHeard(known)) return
    const kind = hear(known, bytes, settings)
    if (kind === 'nothing' || kind === 'slow-down') return
    beginBurst(known, now, settings.defaults.iburst)
    planPoll(known, known.hostPoll, now, random)
    if (kind === 'useless') return
    this.#reach(known)
    const { heardDelay, longestHeard } = this.#conduct
    const measured = measureHeard(known, bytes, received, this.#clock, this.#filterRules, heardDelay)
    if (known.heard === 'calibrated' && known.delay > longestHeard) return this.#dissociate(known)
    known.heard = 'yes'
    known.nextDate = now + interval(known.peerPoll) - 2
    this.#filter(known, measured)
  }

  #begin(address: string, poll: PollLog2): void {
    this.#outbox.notice('mobilize', `${address} mobilize`)
    const peer = this.#associate(heardServer(address, poll))
    peer.heard = 'calibrating'
    peer.nextDate += this.#setup.random() % Math.max(1, this.#restartSpread(peer))
  }

  #reach(peer: Association): void {
    if (peer.reach === 0) this.#outbox.notice('reachable', `${peer.config.address} reachable`)
    peer.reach |= 1
  }

  #filter(peer: Association, sample: Measurement): void {
    this.#loop.pass(this.#moment)
    this.#filterRules.sorted = this.#goesByDelay()
    switch (filterSample(peer, sample, this.#moment.now, this.#filterRules)) {
      case 'spike':
        return this.#outbox.notice('popcorn', `${peer.config.address} popcorn`)
      case 'old':
        return
      case 'nothing':
        return this.#select()
      case 'used':
        this.#system.recordSample(peer, this.#moment.now)
        if (peer.burst === 0 || !this.#system.synchronised) this.#select()
    }
  }

  #goesByDelay(): boolean {
    switch (this.#conduct.sortsOnce) {
      case 'set':
        return this.#system.synchronised
      case 'in-sync':
        return this.#loop.state === 'SYNC'
      case 'started':
        return !this.#loop.startingUp
    }
  }

  #select(): void {
    switch (this.#system.select(this.#peers, this.#moment)) {
      case 'nothing':
        return
      case 'panic':
        return this.#exit('panic')
      case 'set':
        return this.#exit('clock set')
      case 'stepped':
        return this.#forgetAll()
    }
  }

  /** The clock was stepped, so nothing that was measured against it holds. */
  #forgetAll(): void {
    const { now } = this.#moment
    for (const peer of this.#peers) {
      peer.clear(now, this.#filterRules.precision)
      peer.nextDate += this.#setup.random() % Math.max(1, this.#restartSpread(peer))
    }
  }

  #restartSpread(peer: Association): number {
    switch (this.#conduct.restartSpread) {
      case 'associations':
        return this.#peers.length
      case 'minpoll':
        return peer.minpoll
      case 'interval':
        return interval(peer.minpoll)
    }
  }

  #exit(why: string): void {
    for (const { flow } of this.#peers) this.#outbox.do({ kind: 'release', flow })
    this.#peers.length = 0
    this.#byFlow.clear()
    this.#exited = true
    this.#outbox.do({ kind: 'exit', why })
  }
}

/** Its delay is known, or as good as known: it is not asked any more. */
const isOnlyHeard = ({ heard }: Association): boolean => heard === 'calibrated' || heard === 'yes'
