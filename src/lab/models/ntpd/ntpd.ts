/**
 * ntpd as a daemon of the lab: classic 4.2.4 to 4.2.8 and NTPsec, behaving as the real ones do because it does what they do:
 * the same order of tests, the same constants, the same registers (ntp_proto.c, ntp_loopfilter.c, ntp_timer.c).
 *
 * The real one wakes every second. This one wakes when a second is due in which something happens: a poll, the end of the
 * startup's hold, a leap second. What happens in the seconds between is worked out in closed form, here and in the kernel.
 *
 * It does not play reference clocks other than the local one, broadcast and multicast, or authentication.
 */
import type { AgentEvent } from '#core/agent/event.ts'
import type { Flow } from '#core/ntp/endpoint.ts'
import { decodePacket, encodePacket } from '#core/ntp/packet.ts'
import { refidOf } from '#core/ntp/refid.ts'
import { monotonic, type Reading, since } from '#core/time/instant.ts'
import type { Leap } from '#core/time/leap.ts'
import { toNtpTime, UNKNOWN_TIME } from '#core/time/ntp-time.ts'
import { NS_PER_SECOND, type PollLog2, type Rate, type Seconds } from '#core/time/units.ts'
import { type NtpdConf, parseConf } from '#dialects/ntpd/conf.ts'
import { parseOptions } from '#dialects/ntpd/options.ts'
import { type NtpdSettings, settingsOf } from '#dialects/ntpd/settings.ts'
import { type NtpdVersion, parseVersion } from '#dialects/ntpd/version.ts'
import type { Belief, Daemon, DaemonAction } from '../../daemon.ts'
import { Association, MAX_DISPERSION, UNSPECIFIED_STRATUM } from './association.ts'
import { type Conduct, conductOf } from './conduct.ts'
import { type FilterRules, filterSample } from './filter.ts'
import { LeapWatch } from './leap.ts'
import { LoopFilter, type Moment } from './loop.ts'
import { type Measurement, measure, receive } from './measure.ts'
import { type Wanted, wantedBy } from './mobilize.ts'
import { beginBurst, beginPoll, countPacket, type PollRules, planPoll, slowDown } from './poll.ts'
import {
  type Incumbent,
  isFit,
  rootDistance,
  type Selected,
  type SelectRules,
  select,
  stratumBelow,
} from './select.ts'

export interface NtpdSetup {
  /** The text of ntp.conf, or what was read of it. */
  readonly config: string | NtpdConf
  /** As people write it: `4.2.6p5`, `ntpd-4.2.8p15`, `ntpsec 1.2.2`. */
  readonly version: string
  /** The command line: `['-g', '-x']`. */
  readonly options?: readonly string[]
  /** What the drift file says; without one the frequency is measured first. */
  readonly drift?: Rate | undefined
  /** Uniform in 0 … 2³²-1. */
  readonly random: () => number
  /** Flows from this number on are free: 1 unless others have been here before. */
  readonly firstFlow?: Flow
}

const NTP_PORT = 123
const CLIENT_MODE = 3
const ACTIVE_MODE = 1
/** What the driver of the local clock says of it. */
const LOCAL_DISPERSION: Seconds = 0.01
/** A timer is never early, but an alarm may be told a moment before the second that it was set for. */
const TIMER_EARLY: Seconds = 1e-6

export class Ntpd implements Daemon {
  readonly settings: NtpdSettings
  readonly #conf: NtpdConf
  readonly #conduct: Conduct
  readonly #drift: Rate | undefined
  readonly #random: () => number
  readonly #peers: Association[] = []
  readonly #byFlow = new Map<number, Association>()
  readonly #unresolved = new Map<string, Wanted>()
  readonly #incumbent: Incumbent = { peer: undefined, hop: 0, orphanUntil: 0 }
  readonly #leap = new LeapWatch()
  #nextFlow: Flow
  #exited = false
  #actions: DaemonAction[] = []
  #reading: Reading = { wall: 0n as never, monotonic: 0n as never }
  #start = monotonic(0n)
  #now = 0
  #wakeAt = -1
  #precision: Seconds = 1e-6
  #rules: FilterRules & { sorted: boolean } = {
    dispersion: 0,
    maxdist: 0,
    allan: 0,
    precision: 0,
    sorted: true,
  }
  #selection!: SelectRules
  #polls!: PollRules & { systemPoll: PollLog2 }
  #loop!: LoopFilter
  #asking = 0
  // The system variables.
  #synchronised = false
  #stratum = UNSPECIFIED_STRATUM
  #refid = refidOf('INIT')
  #rootDelay: Seconds = 0
  #rootDispersion: Seconds = 0
  /** As of when, in seconds since the start, the root dispersion was reckoned, and the sample that set the clock last. */
  #rootAt = 0
  #epoch = 0
  #offset: Seconds = 0

  constructor(setup: NtpdSetup) {
    const version: NtpdVersion | undefined = parseVersion(setup.version)
    if (!version) throw new RangeError(`no version of ntpd: ${setup.version}`)
    this.#conf = typeof setup.config === 'string' ? parseConf(setup.config, 'ntp.conf') : setup.config
    this.settings = settingsOf(this.#conf, parseOptions(setup.options ?? []), version)
    this.#conduct = conductOf(this.settings.defaults.generation)
    this.#drift = this.settings.frequency ?? setup.drift
    this.#random = setup.random
    this.#nextFlow = setup.firstFlow ?? 1
    this.#incumbent.orphanUntil = this.settings.orphanwait
  }

  /** The first flow that it has not used. */
  get nextFlow(): Flow {
    return this.#nextFlow
  }

  handle(event: AgentEvent): readonly DaemonAction[] {
    if (event.kind === 'sent') return NOTHING
    this.#actions = []
    this.#reading = event.now
    if (event.kind === 'started') this.#begin(event.now, event.precision)
    this.#now = Math.floor(since(event.now.monotonic, this.#start) + TIMER_EARLY)
    switch (event.kind) {
      case 'started':
        this.#mobilizeAll()
        break
      case 'woke':
        this.#wakeAt = -1
        this.#tick()
        break
      case 'resolved':
        this.#resolved(event.name, event.addresses)
        break
      case 'datagram': {
        const peer = this.#byFlow.get(event.flow)
        if (peer) this.#receive(peer, event.bytes, toNtpTime(event.received.at.wall))
      }
    }
    this.#planWake()
    return this.#actions
  }

  /** What `ntpq -c rv` would show: the offset of the last update, and the root distance as it has grown since. */
  believe(now: Reading): Belief | undefined {
    if (!this.#synchronised) return undefined
    const seconds = Math.floor(since(now.monotonic, this.#start))
    return { offset: this.#offset, errorBound: this.#rootDistance(seconds) }
  }

  #begin(now: Reading, precision: Seconds): void {
    const { dispersion, maxdist, allan } = this.settings
    this.#start = now.monotonic
    this.#precision = 2 ** Math.round(Math.log2(precision))
    this.#rules = { dispersion, maxdist, allan: 2 ** allan, precision: this.#precision, sorted: true }
    this.#selection = { settings: this.settings, conduct: this.#conduct, precision: this.#precision }
    this.#polls = {
      systemPoll: 0,
      unreach: this.settings.defaults.unreach,
      staleReach: this.#conduct.staleReach,
      fit: peer => isFit(peer, this.#now, this.#selection),
    }
    this.#loop = new LoopFilter(
      this.settings,
      this.#conduct,
      { now: 0, at: now.monotonic, precision: this.#precision, drift: this.#drift },
      {
        adjust: call => {
          this.#actions.push({ kind: 'adjust', call })
          if (call.kind === 'step') this.#recordStep(call.size)
        },
        notice: (name, text) => this.#notice(name, text),
      },
    )
  }

  get #moment(): Moment {
    return { now: this.#now, at: this.#reading.monotonic }
  }

  // Associations

  #mobilizeAll(): void {
    const { wanted, unplayed } = wantedBy(this.#conf, this.settings)
    for (const { line, text } of unplayed)
      this.#notice('not_played', `line ${line} is beyond this model: ${text}`)
    for (const each of wanted) {
      if (each.config.kind === 'local' || isAddress(each.name)) this.#mobilize(each, each.name)
      else {
        this.#unresolved.set(each.name, each)
        this.#actions.push({ kind: 'resolve', name: each.name })
      }
    }
  }

  #resolved(name: string, addresses: readonly string[]): void {
    const wanted = this.#unresolved.get(name)
    if (!wanted) return
    this.#unresolved.delete(name)
    const room = wanted.pool ? this.settings.maxclock - this.#peers.length : 1
    for (const address of addresses.slice(0, Math.max(0, room))) this.#mobilize(wanted, address)
  }

  #mobilize(wanted: Wanted, address: string): void {
    const flow = this.#nextFlow++
    const peer = new Association({ ...wanted.config, address }, flow)
    this.#peers.push(peer)
    this.#byFlow.set(flow, peer)
    peer.clear(this.#now, this.#precision)
    // At the start one association a second.
    peer.nextDate = this.#now + this.#peers.length
    if (peer.config.kind !== 'local') this.#asking++
  }

  // The timer

  #tick(): void {
    this.#loop.pass(this.#moment)
    if (this.settings.quit === false) this.#insertLeapSecond()
    for (const peer of this.#peers) {
      if (peer.nextDate > this.#now) continue
      this.#poll(peer)
    }
  }

  #planWake(): void {
    if (this.#exited) return
    let next = Number.POSITIVE_INFINITY
    for (const peer of this.#peers) next = Math.min(next, peer.nextDate)
    next = Math.min(next, this.#loop.holdEnds() ?? next, this.#leap.dueAt() ?? next)
    if (!Number.isFinite(next)) return
    const at = Math.max(next, this.#now + 1)
    if (at === this.#wakeAt) return
    this.#wakeAt = at
    this.#actions.push({ kind: 'wake', at: monotonic(this.#start + BigInt(at) * NS_PER_SECOND) })
  }

  #poll(peer: Association): void {
    this.#polls.systemPoll = this.#loop.poll
    const polled = beginPoll(peer, this.#now, this.#polls)
    if (polled.stale && peer.config.kind !== 'local') this.#filter(peer, UNKNOWN)
    if (polled.unreachable) this.#notice('unreachable', `${peer.config.address} unreachable`)
    if (polled.burstOver && this.settings.quit && --this.#asking === 0) {
      this.#notice('no_servers', 'no servers found')
      return this.#exit('no servers found')
    }
    if (peer.config.kind === 'local') this.#lookAtOwnClock(peer)
    else this.#ask(peer)
    planPoll(peer, peer.config.kind === 'local' ? peer.hostPoll : polled.poll, this.#now, this.#random)
  }

  #ask(peer: Association): void {
    peer.origin = toNtpTime(this.#reading.wall)
    const bytes = encodePacket({
      leap: this.#synchronised ? this.#leap.announced : 'unknown',
      version: peer.config.version,
      mode: peer.config.kind === 'peer' ? ACTIVE_MODE : CLIENT_MODE,
      stratum: this.#stratum === UNSPECIFIED_STRATUM ? 0 : this.#stratum,
      poll: peer.hostPoll,
      precision: Math.round(Math.log2(this.#precision)),
      rootDelay: this.#rootDelay,
      rootDispersion: this.#rootDispersion + this.settings.dispersion * (this.#now - this.#rootAt),
      refid: this.#refid,
      reference: UNKNOWN_TIME,
      origin: peer.transmit,
      receive: UNKNOWN_TIME,
      transmit: peer.origin,
      extensions: [],
      mac: undefined,
    })
    this.#actions.push({
      kind: 'send',
      flow: peer.flow,
      to: { address: peer.config.address, port: NTP_PORT },
      bytes,
    })
    countPacket(peer, this.#now)
  }

  /** The driver of the local clock says that it is right, while nobody else can be asked. */
  #lookAtOwnClock(peer: Association): void {
    if (this.#incumbent.peer !== undefined && this.#incumbent.peer !== peer) return
    peer.leap = 'none'
    peer.stratum = peer.config.fudge!.stratum
    peer.rootDelay = 0
    peer.rootDispersion = 0
    peer.refid = refidOf('LOCL')
    peer.reach |= 1
    this.#filter(peer, { offset: peer.config.fudge!.offset, delay: 0, dispersion: LOCAL_DISPERSION })
  }

  // What comes in

  #receive(peer: Association, bytes: Uint8Array, received: ReturnType<typeof toNtpTime>): void {
    const decoded = decodePacket(bytes)
    if (decoded.kind === 'refused') return
    const { packet } = decoded
    const kind = receive(peer, packet, this.settings)
    if (kind === 'nothing') return
    if (kind === 'slow-down') {
      this.#notice('rate_exceeded', `${peer.config.address} rate_exceeded`)
      return slowDown(peer, packet.poll, this.#now, this.#random)
    }
    beginBurst(peer, this.#now, this.settings.defaults.iburst)
    planPoll(peer, peer.hostPoll, this.#now, this.#random)
    if (kind === 'useless') return
    const measured = measure(packet, received, this.#rules)
    if (this.#conduct.dispersionGate && measured.delay > this.settings.maxdist) return
    if (peer.reach === 0) this.#notice('reachable', `${peer.config.address} reachable`)
    peer.reach |= 1
    this.#filter(peer, { ...measured, offset: measured.offset + peer.config.bias })
  }

  #filter(peer: Association, sample: Measurement): void {
    this.#loop.pass(this.#moment)
    this.#rules.sorted = this.#conduct.startupHold > 0 ? !this.#loop.startingUp : this.#synchronised
    const filtered = filterSample(peer, sample, this.#now, this.#rules)
    switch (filtered) {
      case 'spike':
        return this.#notice('popcorn', `${peer.config.address} popcorn`)
      case 'old':
        return
      case 'nothing':
        return this.#select()
      case 'used':
        this.#recordSample(peer)
        if (peer.burst === 0 || !this.#synchronised) this.#select()
    }
  }

  // Who sets the clock, and what becomes of it

  #select(): void {
    const incumbent = this.#incumbent
    const selected = select(this.#peers, incumbent, this.#now, this.#selection)
    if (!selected) {
      if (incumbent.peer !== undefined) {
        incumbent.orphanUntil = this.#now + this.settings.orphanwait
        this.#notice('no_sys_peer', 'no_sys_peer')
      }
      incumbent.peer = undefined
      return
    }
    for (const peer of selected.survivors) peer.unreach = 0
    if (selected.peer.epoch <= this.#epoch) return
    if (selected.peer !== incumbent.peer) this.#notice('sys_peer', `${selected.peer.config.address} sys_peer`)
    this.#update(selected)
  }

  #update(selected: Selected): void {
    const { peer, offset, jitter } = selected
    const loop = this.#loop
    this.#incumbent.peer = peer
    this.#epoch = peer.epoch
    loop.clampPoll(limitsOf(peer))
    planPoll(peer, loop.poll, this.#now, this.#random)
    this.#stratum = stratumBelow(peer)
    this.#refid = peer.refid
    this.#rootDelay = peer.delay + peer.rootDelay
    this.#rootDispersion = Math.max(
      this.settings.mindist,
      peer.rootDispersion +
        peer.dispersion +
        jitter +
        this.settings.dispersion * (this.#now - peer.update) +
        Math.abs(offset),
    )
    this.#rootAt = this.#now
    const poll = loop.poll
    switch (loop.discipline(offset, this.#moment, { ...limitsOf(peer), delay: peer.delay })) {
      case 'panic':
        return this.#exit('panic')
      case 'set':
        return this.#exit('clock set')
      case 'stepped':
        this.#forgetAll()
        break
      case 'slewed':
        this.#synchronised = true
        this.#offset = offset
        this.#leap.vote(selected.survivors, this.#reading.wall, this.#now)
        this.#announce(jitter)
        this.#recordEstimate(selected)
        break
      case 'ignored':
        return
    }
    if (loop.poll !== poll) planPoll(peer, loop.poll, this.#now, this.#random)
  }

  /** The clock was stepped, so nothing that was measured against it holds. */
  #forgetAll(): void {
    for (const peer of this.#peers) {
      peer.clear(this.#now, this.#precision)
      const spread = {
        associations: this.#peers.length,
        minpoll: peer.minpoll,
        interval: 2 ** peer.minpoll,
      }[this.#conduct.restartSpread]
      peer.nextDate += this.#random() % Math.max(1, spread)
    }
    this.#synchronised = false
    this.#stratum = UNSPECIFIED_STRATUM
    this.#refid = refidOf('STEP')
    this.#rootDelay = 0
    this.#rootDispersion = 0
    this.#rootAt = this.#now
    this.#actions.push({
      kind: 'announce',
      claim: { errorBound: undefined, jitter: this.#precision, leap: 'unknown' },
    })
  }

  #insertLeapSecond(): void {
    const by = this.#leap.due(this.#now)
    if (by === 0) return
    this.#notice('leap_event', 'leap_event')
    this.#actions.push({ kind: 'adjust', call: { kind: 'step', size: by } })
    this.#recordStep(by)
  }

  #exit(why: string): void {
    for (const { flow } of this.#peers) this.#actions.push({ kind: 'release', flow })
    this.#peers.length = 0
    this.#byFlow.clear()
    this.#exited = true
    this.#actions.push({ kind: 'exit', why })
  }

  // What it says

  #rootDistance(now: number): Seconds {
    return this.#rootDelay / 2 + this.#rootDispersion + this.settings.dispersion * (now - this.#rootAt)
  }

  #announce(jitter: Seconds): void {
    const leap: Leap = this.#leap.announced
    const errorBound = this.#rootDistance(this.#now)
    this.#actions.push({ kind: 'announce', claim: { errorBound, jitter, leap } })
  }

  #notice(name: string, text: string): void {
    this.#actions.push({ kind: 'record', record: { kind: 'notice', at: this.#reading, name, text } })
  }

  #recordSample(peer: Association): void {
    this.#actions.push({
      kind: 'record',
      record: {
        kind: 'sample',
        at: this.#reading,
        source: peer.config.address,
        address: peer.config.address,
        offset: peer.offset,
        delay: peer.delay,
        dispersion: peer.dispersion,
        rootDistance: rootDistance(peer, this.#now, this.#selection),
        stratum: peer.stratum,
        leap: peer.leap,
        poll: peer.hostPoll,
      },
    })
  }

  #recordEstimate(selected: Selected): void {
    const loop = this.#loop
    this.#actions.push({
      kind: 'record',
      record: {
        kind: 'estimate',
        at: this.#reading,
        offset: selected.offset,
        errorBound: this.#rootDistance(this.#now),
        frequencyError: -loop.frequency,
        frequencyErrorBound: undefined,
        jitter: loop.jitter,
        source: selected.peer.config.address,
        survivors: selected.survivors.length,
      },
    })
  }

  #recordStep(size: Seconds): void {
    this.#actions.push({
      kind: 'record',
      record: { kind: 'step', at: this.#reading, size, uncertainty: 0, by: 'us' },
    })
  }
}

const NOTHING: readonly DaemonAction[] = []

/** What the filter is told of a server that does not answer. */
const UNKNOWN: Measurement = { offset: 0, delay: 0, dispersion: MAX_DISPERSION }

const limitsOf = (peer: Association) => ({ minpoll: peer.minpoll, maxpoll: peer.config.maxpoll })

const isAddress = (name: string): boolean => /^[\d.]+$/.test(name) || name.includes(':')
