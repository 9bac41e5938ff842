/**
 * systemd-timesyncd (facts: timesyncd-manager.c of systemd 252): SNTP with one server at a time. Small offsets go to the
 * kernel's loop, larger ones are jumped, whatever their size and whenever they come. It hears when somebody else sets the
 * clock, and asks again at once; of a pause by the hypervisor it hears nothing. Its timers count the time of a suspend. A leap
 * second that its server announces it leaves to the kernel, with each correction, and asks again when the kernel has made it.
 *
 * Not played: the file from which it takes the time at boot, servers of the network manager, the rate limit of its attempts to
 * connect.
 */

import type { AgentEvent } from '#core/agent/event.ts'
import type { DisruptionSign } from '#core/guest/disruption.ts'
import type { Flow } from '#core/ntp/endpoint.ts'
import { logarithm2 } from '#core/number/elementary.ts'
import { plus, type Reading } from '#core/time/instant.ts'
import type { Leap } from '#core/time/leap.ts'
import type { Seconds } from '#core/time/units.ts'
import { type TimesyncdSettings, timesyncdSettings } from '#dialects/timesyncd/settings.ts'
import { parseTimesyncdConf, type TimesyncdConf, usedServers } from '#dialects/timesyncd/sources.ts'
import type { Belief, Daemon, DaemonAction } from '../../daemon.ts'
import { Alarms } from '../alarms.ts'
import { Exchange, NTP_PORT } from '../exchange.ts'
import { fromStart, type Living } from '../from-start.ts'
import { KernelLeap } from '../kernel-leap.ts'
import { Outbox } from '../outbox.ts'
import { OwnClock } from '../own-clock.ts'
import { Spikes } from './spikes.ts'

export interface TimesyncdSetup {
  /** timesyncd.conf, read or as text. */
  readonly config: TimesyncdConf | string
  /** Uniform in 0 … 2³²-1. */
  readonly random: () => number
  /** Without it no samples are recorded, only what a log would say. */
  readonly recording?: boolean
}

/** The accuracy that it wants. */
const ACCURACY: Seconds = 0.2
/** The kernel's loop takes no more than half a second. */
const MOST_SLEWED: Seconds = 0.4
const FIRST_RETRY: Seconds = 15
const LAST_RETRY: Seconds = 360
const RETRY_GROWTH = 4 / 3
const TIMEOUT: Seconds = 10
const MOST_MISSED = 2
/** Until the kernel has told it that the clock was set. */
const TOLD_AFTER: Seconds = 1e-4

export function timesyncd(setup: TimesyncdSetup): Daemon {
  const { config } = setup
  const conf = typeof config === 'string' ? parseTimesyncdConf(config, 'timesyncd.conf') : config
  const servers = usedServers(conf).map(({ address }) => address)
  const { settings } = timesyncdSettings([conf])
  return fromStart(start => new Running(start, servers, settings, setup))
}

type Timer = 'poll' | 'timeout' | 'connect' | 'leap'

class Running implements Living {
  belief: Belief | undefined
  readonly #clock: OwnClock
  readonly #out: Outbox
  readonly #settings: TimesyncdSettings
  readonly #random: () => number
  readonly #alarms = new Alarms<Timer>()
  readonly #exchange = new Exchange()
  readonly #spikes = new Spikes()
  readonly #kernelLeap = new KernelLeap()
  readonly #servers: readonly string[]
  /** Whom it will try next, by name and by address. */
  #nextServer = 0
  #addresses: readonly string[] = []
  #nextAddress = 0
  #address: string | undefined
  #flow: Flow = 0
  #poll: Seconds
  #resyncing = false
  #missed = 0
  #retry: Seconds = 0
  /** Since the start, a suspend of the kernel's included. */
  #now: Seconds = 0
  #slept: Seconds = 0
  #wakesAt: Seconds = -1

  constructor(
    start: Reading,
    servers: readonly string[],
    settings: TimesyncdSettings,
    { random, recording = true }: TimesyncdSetup,
  ) {
    this.#clock = new OwnClock(start)
    this.#out = new Outbox(start, recording)
    this.#servers = servers
    this.#settings = settings
    this.#random = random
    this.#poll = settings.pollIntervalMin
  }

  handle(event: AgentEvent): readonly DaemonAction[] {
    this.#out.open(event.now)
    this.#now = this.#clock.elapsed(event.now) + this.#slept
    this.#passLeap()
    switch (event.kind) {
      case 'started':
        this.#connect()
        break
      case 'woke':
        this.#wakesAt = -1
        break
      case 'resolved':
        this.#resolved(event.name, event.addresses)
        break
      case 'datagram':
        if (event.flow === this.#flow) this.#receive(event.bytes, this.#clock.wall(event.received.at))
        break
      case 'disrupted':
        this.#notice(event.sign)
    }
    for (let due = this.#alarms.take(this.#now); due; due = this.#alarms.take(this.#now)) this.#fire(due)
    this.#planWake()
    return this.#out.take()
  }

  #fire(timer: Timer): void {
    if (timer === 'poll') return this.#ask()
    if (timer === 'leap') return this.#awaitLeap()
    if (timer === 'timeout') this.#out.notice('timeout', `Timed out waiting for reply from ${this.#address}`)
    this.#connect()
  }

  #planWake(): void {
    const at = this.#alarms.next
    if (!Number.isFinite(at) || at === this.#wakesAt) return
    this.#wakesAt = at
    this.#out.do({ kind: 'wake', at: plus(this.#out.at.monotonic, Math.max(0, at - this.#now)) })
  }

  #notice(sign: DisruptionSign): void {
    if (sign.kind === 'stepped') {
      this.#resyncing = true
      if (this.#address !== undefined) this.#ask()
    } else if (sign.kind === 'paused' && sign.witness === 'boottime') {
      this.#slept += sign.lost
      this.#now += sign.lost
      this.#wakesAt = -1
    }
  }

  /** The kernel makes it, and then tells all who watch the clock. */
  #passLeap(): void {
    const size = this.#kernelLeap.take(this.#out.at.wall)
    if (size === 0) return
    this.#out.adjust({ kind: 'step', size })
    this.#resyncing = true
    if (this.#address !== undefined) this.#alarms.set('poll', this.#now + TOLD_AFTER)
  }

  #awaitLeap(): void {
    const seconds = this.#kernelLeap.looksIn(this.#out.at.wall)
    if (seconds < Number.POSITIVE_INFINITY) this.#alarms.set('leap', this.#now + seconds)
    else this.#alarms.clear('leap')
  }

  // Whom it asks

  /** The next address of this server, or the next server; after the last one it waits a while and begins anew. */
  #connect(): void {
    this.#disconnect()
    if (this.#nextAddress < this.#addresses.length) return this.#begin(this.#addresses[this.#nextAddress++]!)
    if (this.#servers.length === 0) return
    if (this.#nextServer === this.#servers.length) {
      this.#nextServer = 0
      this.#alarms.set('connect', this.#now + this.#settings.connectionRetry)
      return
    }
    this.#addresses = []
    this.#out.do({ kind: 'resolve', name: this.#servers[this.#nextServer++]! })
  }

  #disconnect(): void {
    this.#alarms.clear('poll')
    this.#alarms.clear('timeout')
    if (this.#flow > 0) this.#out.do({ kind: 'release', flow: this.#flow })
    this.#address = undefined
  }

  #resolved(name: string, addresses: readonly string[]): void {
    if (this.#address !== undefined || this.#servers[this.#nextServer - 1] !== name) return
    this.#addresses = addresses
    this.#nextAddress = 0
    this.#connect()
  }

  #begin(address: string): void {
    this.#address = address
    this.#missed = MOST_MISSED
    this.#ask()
  }

  #ask(): void {
    this.#alarms.clear('timeout')
    if (this.#flow > 0) this.#out.do({ kind: 'release', flow: this.#flow })
    const bytes = this.#exchange.ask(this.#clock.wall(this.#out.at), this.#random)
    this.#out.do({ kind: 'send', flow: ++this.#flow, to: { address: this.#address!, port: NTP_PORT }, bytes })
    this.#retry = this.#retry === 0 ? FIRST_RETRY : Math.min(LAST_RETRY, this.#retry * RETRY_GROWTH)
    this.#alarms.set('poll', this.#now + this.#retry)
    this.#missed++
    if (this.#missed > MOST_MISSED) this.#alarms.set('timeout', this.#now + TIMEOUT)
  }

  // What comes back

  #receive(bytes: Uint8Array, received: Seconds): void {
    const answer = this.#exchange.take(bytes, received, this.#clock)
    if (!answer) return
    this.#missed = 0
    this.#alarms.clear('timeout')
    if (!answer.synchronised) return this.#leave('Server is not synchronized. Disconnecting.')
    const { offset, delay, rootDelay, rootDispersion, stratum, leap } = answer
    const rootDistance = rootDelay / 2 + rootDispersion
    if (rootDistance > this.#settings.rootDistanceMax)
      return this.#leave('Server has too large root distance. Disconnecting.')
    this.#retry = 0
    const spike = this.#spikes.isSpike(offset, delay, this.#resyncing)
    this.#adjustPoll(offset, spike)
    this.belief = { offset, errorBound: undefined }
    if (this.#out.recording)
      this.#out.record({
        kind: 'sample',
        at: this.#out.at,
        source: this.#address!,
        address: this.#address!,
        offset,
        delay,
        dispersion: this.#spikes.jitter,
        rootDistance,
        stratum,
        leap,
        poll: logarithm2(this.#poll),
      })
    if (!spike) this.#correct(offset, leap)
    this.#alarms.set('poll', this.#now + this.#poll)
  }

  #leave(text: string): void {
    this.#out.notice('disconnecting', text)
    this.#connect()
  }

  #correct(offset: Seconds, leap: Leap): void {
    if (Math.abs(offset) < MOST_SLEWED)
      this.#out.adjust({ kind: 'pll', offset, constant: Math.floor(logarithm2(this.#poll)) - 4 })
    else this.#out.adjust({ kind: 'step', size: offset })
    this.#kernelLeap.announce(leap, this.#out.at.wall)
    this.#awaitLeap()
  }

  #adjustPoll(offset: Seconds, spike: boolean): void {
    const { pollIntervalMin: least, pollIntervalMax: most } = this.#settings
    const size = Math.abs(offset)
    if (this.#resyncing) {
      this.#resyncing = false
      this.#poll = least
    } else if (!spike && size > ACCURACY) this.#poll = least
    else if (size < ACCURACY / 4) {
      if (this.#poll < most) this.#poll *= 2
    } else if (spike || size > (ACCURACY * 3) / 4) {
      if (this.#poll > least) this.#poll /= 2
    }
  }
}
