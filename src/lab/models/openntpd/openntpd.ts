/**
 * OpenNTPD, portable (facts: client.c, ntp.c, ntpd.c): the weighted median of the servers that it trusts, corrected by adjtime
 * and nothing else. Once, at the start, it sets a clock that is a minute or more behind.
 *
 * Not played: sensors. Assumed: web servers that serve as constraints answer at once and agree with the servers.
 */

import type { AgentEvent } from '#core/agent/event.ts'
import type { Flow } from '#core/ntp/endpoint.ts'
import { logarithm2 } from '#core/number/elementary.ts'
import { median } from '#core/number/quantile.ts'
import { plus, type Reading } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { type OpenNtpdConf, parseOpenNtpdConf } from '#dialects/openntpd/conf.ts'
import { SLEW_RATE } from '#worlds/simulated/adjtime.ts'
import type { Belief, Daemon, DaemonAction } from '../../daemon.ts'
import { type Answer, NTP_PORT } from '../exchange.ts'
import { fromStart, type Living } from '../from-start.ts'
import { Outbox } from '../outbox.ts'
import { OwnClock } from '../own-clock.ts'
import { Frequency } from './frequency.ts'
import { BAD, type Pace, Peer, type Reply } from './peer.ts'

export interface OpenNtpdSetup {
  /** ntpd.conf, read or as text. */
  readonly config: OpenNtpdConf | string
  /** What the drift file says. */
  readonly drift?: Rate | undefined
  /** Uniform in 0 … 2³²-1. */
  readonly random: () => number
  /** Without it no samples are recorded, only what a log would say. */
  readonly recording?: boolean
}

const NEVER = Number.POSITIVE_INFINITY
const INTERVAL: Readonly<Record<Pace, Seconds>> = { pathetic: 60, aggressive: 5, normal: 30 }
/** While it may still set the clock. */
const STARTING: Seconds = 1
const REPLY_WAIT: Seconds = 15
const AFTER_SILENCE: Seconds = 300
/** Offsets between which the intervals are stretched, up to fifty times. */
const LEAST_SCALED: Seconds = 0.001
const MOST_SCALED: Seconds = 0.05
const SETTLED = 3
const START_REPLIES = 4
const START_THRESHOLD: Seconds = 60
const START_TIMEOUT: Seconds = 15
const WORTH_TELLING: Seconds = 0.032
const MOST_FREQUENCY: Rate = 500e-6
const EARLY: Seconds = 1e-6

export function openNtpd(setup: OpenNtpdSetup): Daemon {
  const { config } = setup
  const conf = typeof config === 'string' ? parseOpenNtpdConf(config, 'ntpd.conf') : config
  return fromStart(start => new Running(start, conf, setup))
}

class Running implements Living {
  belief: Belief | undefined
  readonly #clock: OwnClock
  readonly #out: Outbox
  readonly #conf: OpenNtpdConf
  readonly #random: () => number
  readonly #peers: Peer[] = []
  readonly #learning = new Frequency()
  readonly #starts: Seconds[] = []
  #frequency: Rate
  #nextFlow: Flow = 1
  #elapsed: Seconds = 0
  /** In whole seconds. */
  #now: Seconds = 0
  #wakesAt: Seconds = -1
  #starting = true
  #synced = false
  #adjusted = false
  #scale = 1
  /** What adjtime was asked for last, and when. */
  #asked: Seconds = 0
  #askedAt: Seconds = 0

  constructor(start: Reading, conf: OpenNtpdConf, { random, drift = 0, recording = true }: OpenNtpdSetup) {
    this.#clock = new OwnClock(start)
    this.#out = new Outbox(start, recording)
    this.#conf = conf
    this.#random = random
    this.#frequency = drift
  }

  handle(event: AgentEvent): readonly DaemonAction[] {
    this.#out.open(event.now)
    this.#elapsed = this.#clock.elapsed(event.now)
    this.#now = Math.floor(this.#elapsed + EARLY)
    switch (event.kind) {
      case 'started':
        this.#start()
        break
      case 'woke':
        this.#wakesAt = -1
        break
      case 'resolved':
        this.#resolved(event.name, event.addresses)
        break
      case 'datagram': {
        const peer = this.#peers.find(({ flow }) => flow === event.flow)
        if (peer) this.#receive(peer, event.bytes, this.#clock.wall(event.received.at))
      }
    }
    this.#tick()
    this.#planWake()
    return this.#out.take()
  }

  #start(): void {
    if (this.#frequency !== 0) this.#out.adjust({ kind: 'frequency', rate: this.#frequency })
    for (const address of new Set(this.#conf.servers.map(server => server.address)))
      this.#out.do({ kind: 'resolve', name: address })
  }

  #resolved(name: string, addresses: readonly string[]): void {
    for (const { address, all, weight, trusted } of this.#conf.servers) {
      if (address !== name) continue
      for (const each of addresses.slice(0, all ? addresses.length : 1))
        this.#peers.push(new Peer(each, weight, trusted, this.#now))
    }
  }

  #tick(): void {
    if (this.#starting && this.#now >= START_TIMEOUT) this.#starting = false
    for (const peer of this.#peers) {
      if (peer.next <= this.#now) this.#ask(peer)
      if (peer.deadline <= this.#now) {
        peer.miss()
        peer.forget()
        setNext(peer, this.#now + AFTER_SILENCE)
      }
    }
  }

  #planWake(): void {
    let next = NEVER
    for (const peer of this.#peers) next = Math.min(next, peer.next, peer.deadline)
    if (next === NEVER || next === this.#wakesAt) return
    this.#wakesAt = next
    this.#out.do({ kind: 'wake', at: plus(this.#out.at.monotonic, Math.max(0, next - this.#elapsed)) })
  }

  #ask(peer: Peer): void {
    if (peer.flow > 0) this.#out.do({ kind: 'release', flow: peer.flow })
    peer.flow = this.#nextFlow++
    const bytes = peer.exchange.ask(this.#clock.wall(this.#out.at) + this.#pending, this.#random)
    this.#out.do({ kind: 'send', flow: peer.flow, to: { address: peer.address, port: NTP_PORT }, bytes })
    peer.next = NEVER
    peer.deadline = this.#now + REPLY_WAIT
  }

  /** What adjtime has still to do. */
  get #pending(): Seconds {
    const done = SLEW_RATE * (this.#elapsed - this.#askedAt)
    return Math.sign(this.#asked) * Math.max(0, Math.abs(this.#asked) - done)
  }

  #receive(peer: Peer, bytes: Uint8Array, received: Seconds): void {
    const answer = peer.exchange.take(bytes, received + this.#pending, this.#clock)
    if (!answer) return
    const useless = whyUseless(answer)
    if (useless !== undefined) {
      const wait = this.#afterError()
      this.#out.notice('useless-reply', `reply from ${peer.address}: ${useless}, next query ${wait}s`)
      return setNext(peer, this.#now + wait)
    }
    const { offset, delay, stratum, leap, rootDelay, rootDispersion } = answer
    const interval = this.#starting && peer.pace !== 'normal' ? STARTING : this.#scaled(INTERVAL[peer.pace])
    setNext(peer, this.#now + interval)
    const reply: Reply = { offset, delay, received: this.#now, good: true }
    peer.take(reply)
    if (this.#out.recording)
      this.#out.record({
        kind: 'sample',
        at: this.#out.at,
        source: peer.address,
        address: peer.address,
        offset,
        delay,
        dispersion: 0,
        rootDistance: rootDelay / 2 + rootDispersion,
        stratum,
        leap,
        poll: logarithm2(interval),
      })
    const update = peer.offer() ? peer.update : undefined
    if (update && this.#correct()) peer.spend(update.received)
    if (this.#starting) this.#considerSetting(peer, offset)
  }

  /** Once, and only forward. */
  #considerSetting(peer: Peer, offset: Seconds): void {
    if (!peer.trusted && this.#conf.constraints.length === 0) return
    if (offset < START_THRESHOLD) {
      this.#starting = false
      return
    }
    this.#starts.push(offset)
    if (this.#starts.length < START_REPLIES) return
    this.#starting = false
    const size = median(this.#starts)
    this.#out.notice('set', `set local clock (offset ${size.toFixed(6)}s)`)
    this.#out.adjust({ kind: 'step', size })
    this.#asked = 0
    for (const each of this.#peers) {
      each.forget()
      setNext(each, this.#now)
    }
  }

  /** When all who are trusted have an offer. */
  #correct(): boolean {
    const trusted = this.#peers.filter(({ trust }) => trust >= BAD)
    if (trusted.length === 0 || trusted.some(({ update }) => update === undefined)) return false
    const offset = weightedMedian(trusted)
    this.belief = { offset, errorBound: undefined }
    this.#slew(offset)
    this.#learn(offset)
    this.#updateScale(offset)
    for (const peer of this.#peers) peer.shift(offset)
    return true
  }

  #slew(offset: Seconds): void {
    const before = this.#pending
    const all = offset + before
    if (Math.abs(all) >= WORTH_TELLING)
      this.#out.notice('adjusting', `adjusting local clock by ${all.toFixed(6)}s`)
    this.#out.adjust({ kind: 'slew', offset: all })
    const synced = this.#adjusted && before === 0
    if (synced !== this.#synced) {
      this.#out.notice(synced ? 'synced' : 'unsynced', `clock is now ${synced ? 'synced' : 'unsynced'}`)
      if (!synced) this.#learning.forget()
    }
    this.#synced = synced
    this.#adjusted = true
    this.#asked = all
    this.#askedAt = this.#elapsed
  }

  #learn(offset: Seconds): void {
    if (!this.#synced) return
    const change = this.#learning.take(offset, this.#elapsed)
    if (change === undefined) return
    this.#frequency = Math.max(-MOST_FREQUENCY, Math.min(MOST_FREQUENCY, this.#frequency + change))
    this.#out.adjust({ kind: 'frequency', rate: this.#frequency })
  }

  #updateScale(offset: Seconds): void {
    const size = Math.abs(offset + this.#pending)
    if (size > MOST_SCALED || !this.#synced || this.#learning.changes < SETTLED) this.#scale = 1
    else this.#scale = MOST_SCALED / Math.max(size, LEAST_SCALED)
  }

  #scaled(interval: Seconds): Seconds {
    const scaled = Math.floor(interval * this.#scale)
    return scaled + (this.#random() % Math.max(5, Math.floor(scaled / 10)))
  }

  #afterError(): Seconds {
    const interval = (INTERVAL.pathetic * MOST_SCALED) / LEAST_SCALED
    return interval + (this.#random() % Math.floor(interval / 10))
  }
}

/** Such an answer is thrown away, and OpenNTPD asks that server again only in most of an hour. */
function whyUseless({ synchronised, leap, stratum, delay }: Answer): string | undefined {
  if (!synchronised)
    return `not synced (${leap === 'unknown' ? 'alarm' : stratum === 0 ? 'KoD' : `stratum ${stratum}`})`
  return delay < 0 ? `negative delay ${delay.toFixed(6)}s` : undefined
}

function setNext(peer: Peer, at: Seconds): void {
  peer.next = at
  peer.deadline = NEVER
}

/** Each counts as often as its weight says; of the two in the middle the one that is nearer. */
function weightedMedian(peers: readonly Peer[]): Seconds {
  const all = peers.flatMap(({ update, weight }) => Array.from({ length: weight }, () => update!))
  all.sort((a, b) => a.offset - b.offset)
  const middle = Math.floor(all.length / 2)
  const lower = all.length % 2 === 0 ? all[middle - 1] : undefined
  return lower && lower.delay < all[middle]!.delay ? lower.offset : all[middle]!.offset
}
