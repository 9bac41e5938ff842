/**
 * One server that we ask: when to ask it next, the exchange in flight, what its replies said, how reliable it is.
 * It decides nothing about time; it only measures (RFC 5905, sections 9 and 13).
 */

import { ClockFilter, type Filtered, STAGES } from '#core/discipline/filter.ts'
import {
  aheadOfScale,
  type CounterScale,
  counterTime,
  rootDistance,
  type Sample,
} from '#core/discipline/sample.ts'
import { type CounterRate, type Observation, Track } from '#core/discipline/track.ts'
import { HOST_CLOCK, HostTrust } from '#core/guest/host-clock.ts'
import type { Endpoint, Flow } from '#core/ntp/endpoint.ts'
import { type Exchange, judgeReply, makeNonce, request } from '#core/ntp/exchange.ts'
import { decodePacket, type Packet, type Refused } from '#core/ntp/packet.ts'
import type { PacketRefusal } from '#core/ntp/refusal.ts'
import { magnitude } from '#core/number/elementary.ts'
import { type Monotonic, plus, type Reading, sooner } from '#core/time/instant.ts'
import { type NtpTime, UNKNOWN_TIME } from '#core/time/ntp-time.ts'
import type { Stamp } from '#core/time/stamp.ts'
import { type PollLog2, pollInterval, type Rate, type Seconds } from '#core/time/units.ts'
import type { SourceConfig } from './config.ts'
import type { SendRefusal } from './event.ts'
import type { SourceReason, SourceState } from './reason.ts'

/** Requests of a burst and the time between them (RFC 5905: BCOUNT 8; four are enough, as in chrony; BTIME 2 s). */
const BURST_COUNT = 4
const BURST_INTERVAL: Seconds = 2
/** A reply that has not come after this time is lost. */
const REPLY_TIMEOUT: Seconds = 4
/**
 * After so many answers in a row of which each excludes the one before, whatever the rate within ±10 %, no burst will make more of them: it
 * is asked less and less often instead.
 */
const ERRATIC = 8
/** How many earlier nonces are remembered, to call a late reply late and not bogus. */
const REMEMBERED_NONCES = 8
/** After so many unanswered requests in a row the source is asked less and less often (RFC 5905: UNREACH 12). */
const PATIENCE = 8
/** Requests without another kiss code RATE after which the source is asked at the normal pace again. */
const RATE_PENANCE = 10
/** No kiss code makes us slower than this: 2.3 h (security: a huge poll would be a way to silence a client). */
const SLOWEST_POLL: PollLog2 = 13
/** Requests are spread by up to this part of the interval, so that clients do not march in step. */
const SPREAD = 1 / 32
const FIRST_PART = 1 / 4
/** So often in a row a longer interval must be called for. */
const POLL_PATIENCE = 2
/** The clock of a host that has not been compared yet. */
const UNPROVEN: Seconds = 1

/** What is known of our own counter when a reply comes in. */
export interface CounterModel extends CounterRate {
  readonly scale: CounterScale
  readonly precision: Seconds
}

export type Received =
  | { readonly kind: 'sample'; readonly sample: Sample; readonly at: Reading; readonly jumped: boolean }
  | Refused

export class Association {
  readonly config: SourceConfig
  readonly endpoint: Endpoint
  /** Name and address: as it is told apart from the others. */
  readonly called: string
  readonly filter = new ClockFilter()
  readonly track = new Track()
  /** How far the clock of the host is believed; undefined for a server, which tells its error itself. */
  readonly trust: HostTrust | undefined
  state: SourceState = 'starting'
  reason: SourceReason = 'no-reply-yet'
  reach = 0
  poll: PollLog2
  sent = 0
  received = 0
  accepted = 0
  readonly refusals: Partial<Record<PacketRefusal, number>> = {}
  lastRefusal: PacketRefusal | undefined
  /** The newest packet that was proven to come from the server and passed its tests. */
  packet: Packet | undefined
  measuredAt: Reading | undefined
  stampedBy: Stamp['by'] | undefined
  /** Why the newest request did not leave or did not arrive, as the network says. */
  failure: SendRefusal | undefined
  nextPollAt: Monotonic | undefined
  /** Rounds of selection in a row in which a fresh sample of this source was outvoted. */
  outvoted = 0
  /** When its time last jumped against our counter, and how many samples have confirmed that. */
  jump: { readonly at: Seconds; samples: number } | undefined
  stopped = false
  /** The newest proven reply said that the server has no time to give. */
  unsynchronised = false

  #refusedReach = 0
  #exchange: Exchange | undefined
  /** When the reply to it is given up. */
  #timeoutAt: Monotonic | undefined
  #nonces: NtpTime[] = []
  #lastTransmit: NtpTime = UNKNOWN_TIME
  /** State and reason when that was last asked for. */
  #judged: { readonly state: SourceState; readonly reason: SourceReason } | undefined
  #burstLeft: number
  #inBurst = true
  /** An answer is wanted urgently, and none has come yet. */
  #pressing = false
  #unanswered = 0
  /** The shortest poll that the server tolerates, while a kiss code RATE is being obeyed. */
  #rateFloor: PollLog2 | undefined
  #sinceRate = 0
  #patience = 0
  /** How many answers in a row have excluded the one before. */
  #contradictions = 0
  /** Samples that the estimate has not heard of yet, oldest first. */
  #news: Sample[] = []
  #precision: Seconds = 1e-6
  #random: () => number

  constructor(config: SourceConfig, address: string, now: Monotonic, random: () => number) {
    this.config = config
    this.endpoint = { address, port: config.port }
    this.called = `${config.name} ${address}`
    this.trust = address === HOST_CLOCK ? new HostTrust() : undefined
    this.poll = config.minpoll
    this.#burstLeft = config.iburst ? BURST_COUNT - 1 : 1
    this.#random = random
    this.nextPollAt = now
  }

  /** Whether its state or the reason is another one than when this was last asked. */
  takeJudgement(): boolean {
    const { state, reason } = this
    if (this.#judged?.state === state && this.#judged.reason === reason) return false
    this.#judged = { state, reason }
    return true
  }

  get flow(): Flow | undefined {
    return this.#exchange?.flow
  }

  get unanswered(): number {
    return this.#unanswered
  }

  /** Two samples: one alone says nothing about the rate, so its interval would soon cover anything. */
  get measured(): boolean {
    return this.track.rate !== undefined
  }

  /** It was asked for the first time only just now, and may still answer twice. */
  get pending(): boolean {
    if (this.measured || this.stopped || this.unsynchronised) return false
    return this.sent < 3 && this.failure === undefined
  }

  /** It was asked urgently and has not had the time to answer: what it will say may be another thing than before. */
  get awaited(): boolean {
    return this.#pressing && this.#unanswered < BURST_COUNT
  }

  /** Its clock or ours leaps all the time, or runs at a rate that no clock has that can be kept. */
  get erratic(): boolean {
    return this.#contradictions >= ERRATIC
  }

  /** It asked for fewer requests, and that is being obeyed. */
  get slowed(): boolean {
    return this.#rateFloor !== undefined
  }

  /** Replies came during the last eight polls, and failed their tests. */
  get refusing(): boolean {
    return this.#refusedReach !== 0
  }

  /** The next moment at which this association wants to be woken: to ask, or to give a reply up. */
  get wakeAt(): Monotonic | undefined {
    return sooner(this.#timeoutAt, this.nextPollAt)
  }

  isDue(now: Monotonic): boolean {
    return this.nextPollAt !== undefined && now >= this.nextPollAt
  }

  /** Gives up a reply that is overdue; returns the flow to release. */
  expire(now: Monotonic): Flow | undefined {
    return this.#timeoutAt !== undefined && now >= this.#timeoutAt ? this.close() : undefined
  }

  /** Forgets the exchange in flight; returns its flow. */
  close(): Flow | undefined {
    const flow = this.#exchange?.flow
    if (this.#exchange && !this.#exchange.answered) this.#unanswered++
    this.#exchange = undefined
    this.#timeoutAt = undefined
    return flow
  }

  /** Opens an exchange: the bytes to send. The one before must be closed. */
  ask(flow: Flow, now: Reading): Uint8Array {
    const nonce = makeNonce(this.#random)
    this.#exchange = {
      flow,
      to: this.endpoint,
      version: this.config.version,
      nonce,
      sent: { at: now, uncertainty: 0, by: 'user' },
      answered: false,
    }
    this.#timeoutAt = plus(now.monotonic, REPLY_TIMEOUT)
    this.#nonces.push(nonce)
    if (this.#nonces.length > REMEMBERED_NONCES) this.#nonces.shift()
    this.sent++
    this.reach = (this.reach << 1) & 0xff
    this.#refusedReach = (this.#refusedReach << 1) & 0xff
    this.#obeyRate()
    this.#backOff()
    this.#schedule(now.monotonic)
    return request(nonce, this.config.version, this.poll)
  }

  /** The kernel's word on when the request left. */
  stampSent(flow: Flow, sent: Stamp): void {
    if (this.#exchange?.flow !== flow) return
    this.#exchange.sent = sent
    this.#timeoutAt = plus(sent.at.monotonic, REPLY_TIMEOUT)
  }

  fail(flow: Flow, why: SendRefusal): void {
    if (this.#exchange?.flow === flow) this.failure = why
  }

  receive(bytes: Uint8Array, from: Endpoint, received: Stamp, counter: CounterModel): Received {
    this.received++
    const answer = this.#judge(bytes, from, received, counter)
    if (answer.kind === 'refused') {
      this.refusals[answer.why] = (this.refusals[answer.why] ?? 0) + 1
      this.lastRefusal = answer.why
      this.#refusedReach |= 1
    }
    return answer
  }

  /**
   * Ask quickly a few times, now; after a migration the network may take a while to come back, so silence is not taken for
   * an answer. Respects a server that asked for less.
   */
  burst(now: Monotonic): void {
    if (this.stopped || this.#rateFloor !== undefined) return
    this.#burstLeft = BURST_COUNT - 1
    this.#pressing = true
    const soonest = this.#exchange ? plus(this.#exchange.sent.at.monotonic, BURST_INTERVAL) : now
    if (this.nextPollAt === undefined || this.nextPollAt > soonest) this.nextPollAt = soonest
  }

  /** The clock filter at counter time `now`; undefined when it is empty. */
  read(now: Seconds): Filtered | undefined {
    return this.filter.read(now, { rate: this.track.rate ?? 0, drift: this.track.drift }, this.#precision)
  }

  /** The samples since it was last asked for them, oldest first; at most eight. */
  takeNews(): readonly Sample[] {
    const news = this.#news
    if (news.length > 0) this.#news = []
    return news
  }

  get jitter(): Seconds {
    return this.read(this.track.measuredAt)?.jitter ?? this.#precision
  }

  /** Nothing that was measured holds any more. */
  forgetSamples(): void {
    this.#news = []
    this.filter.clear()
    this.track.forget()
  }

  /**
   * True time ran on by `lost` while the counter stood still: the rate that was learned holds, or differs by `other` at most,
   * and then it is asked as often as at the beginning; the filter does not hold.
   */
  shift(lost: Seconds, uncertainty: Seconds, other: Rate = 0): void {
    this.#news = []
    this.filter.clear()
    this.track.shift(lost, uncertainty, other)
    if (other > 0) this.#setPoll(this.config.minpoll)
  }

  /**
   * What it said before then may not hold any more. `beyond`: what has happened may be as large as that; `counter`: what is
   * known of the rate since, which may differ by `other` from what it was.
   */
  beginAnew(since: Seconds, beyond: Seconds, counter: CounterRate, other: Rate): void {
    if (!this.track.known || (this.jump && this.jump.at >= since)) return
    if (this.track.measuredAt < since) return this.shift(0, beyond, other)
    this.#news = this.#news.filter(({ at }) => at >= since)
    this.filter.keepSince(since)
    this.track.keepNewest(counter)
    this.#setPoll(this.config.minpoll)
    this.jump = { at: this.track.measuredAt, samples: 0 }
  }

  /**
   * Asks less or more often from now on. One step longer needs to be called for twice in a row; shorter is shorter at
   * once.
   */
  adaptPoll(wanted: PollLog2): void {
    if (this.#burstLeft > 0) return
    this.#patience = wanted > this.poll ? this.#patience + 1 : 0
    if (wanted < this.poll) this.#setPoll(wanted)
    else if (this.#patience >= POLL_PATIENCE) this.#setPoll(this.poll + 1)
  }

  #judge(bytes: Uint8Array, from: Endpoint, received: Stamp, counter: CounterModel): Received {
    if (!this.#exchange) return { kind: 'refused', why: 'not-asked' }
    const decoded = decodePacket(bytes)
    if (decoded.kind === 'refused') return decoded
    const memory = { earlier: this.#nonces, lastTransmit: this.#lastTransmit }
    const judged = judgeReply(this.#exchange, memory, { packet: decoded.packet, from, received }, counter)
    if (judged.kind === 'refused') {
      this.#obey(judged.why, decoded.packet)
      return judged
    }
    const middle = halfway(this.#exchange.sent.at.monotonic, received.at.monotonic)
    const at = counterTime(counter.scale, middle)
    const sample: Sample = {
      at,
      offset: aheadOfScale(counter.scale, judged.serverTime, middle),
      delay: judged.delay,
      dispersion: judged.dispersion + (this.trust?.scatter ?? 0),
      rootDelay: judged.packet.rootDelay,
      rootDispersion: judged.packet.rootDispersion + this.#unproven(at),
    }
    const jumped = this.#learn(sample, counter)
    if (jumped) this.#news = []
    this.#news.push(sample)
    if (this.#news.length > STAGES) this.#news.shift()
    this.#lastTransmit = judged.packet.transmit
    this.#accept(judged.packet, received)
    return { kind: 'sample', sample, at: received.at, jumped }
  }

  /** How far a clock may be wrong that does not say it itself. */
  #unproven(at: Seconds): Seconds {
    return this.trust ? (this.trust.error(at) ?? UNPROVEN) : 0
  }

  /** Lets a sample into filter and track. `jumped`: it and everything before exclude each other. */
  #learn(sample: Sample, counter: CounterModel): boolean {
    this.filter.add(sample)
    const filtered = this.read(sample.at)!
    this.#precision = counter.precision
    const distance = rootDistance(sample)
    const seen: Observation = {
      at: sample.at,
      offset: sample.offset,
      low: sample.offset - distance,
      high: sample.offset + distance,
      // What queueing may have added to this packet's delay shifts its offset by half of that at most.
      jitter: Math.max(
        counter.precision,
        magnitude(filtered.jitter, (sample.delay - filtered.best.delay) / 2),
      ),
    }
    const update = this.track.update(seen)
    if (update.kind === 'confirmed') {
      this.#contradictions = 0
      return false
    }
    this.#contradictions++
    if (this.erratic) this.#setPoll(this.poll + 1)
    this.filter.clear()
    this.filter.add(sample)
    this.track.restartOffset(seen)
    this.jump = { at: sample.at, samples: 0 }
    return true
  }

  #accept(packet: Packet, received: Stamp): void {
    const wasSilent = this.reach === 0 && this.sent > BURST_COUNT
    this.packet = packet
    this.measuredAt = received.at
    this.stampedBy = this.#exchange!.sent.by === 'kernel' && received.by === 'kernel' ? 'kernel' : 'user'
    this.accepted++
    if (this.jump) this.jump.samples++
    this.reach |= 1
    this.failure = undefined
    this.unsynchronised = false
    const answeredAtLast = this.#pressing && this.#unanswered >= BURST_COUNT
    this.#unanswered = 0
    this.#pressing = false
    if (wasSilent) this.#comeBack(received.at.monotonic)
    else if (answeredAtLast) this.burst(plus(received.at.monotonic, BURST_INTERVAL))
  }

  /** The first reply after a silence: ask at the normal pace again, quickly at first. */
  #comeBack(now: Monotonic): void {
    this.poll = Math.max(this.config.minpoll, this.#rateFloor ?? this.config.minpoll)
    if (this.config.iburst) this.burst(plus(now, BURST_INTERVAL))
  }

  /** What a proven reply asks for, or shows of the server, although it gives no time. */
  #obey(why: PacketRefusal, packet: Packet): void {
    if (why === 'kiss-deny') {
      this.stopped = true
      this.nextPollAt = undefined
    }
    if (why === 'kiss-rate') {
      this.#rateFloor = Math.min(Math.max(this.poll, this.#rateFloor ?? 0) + 1, this.#slowest())
      this.poll = this.#rateFloor
      this.#sinceRate = 0
      this.#burstLeft = 0
      this.#schedule(this.#exchange!.sent.at.monotonic)
    }
    if (why === 'not-synchronised') {
      this.unsynchronised = true
      this.forgetSamples()
    }
    if (why === 'server-went-backwards') {
      this.#lastTransmit = packet.transmit
      this.forgetSamples()
    }
    if (!this.#exchange?.answered) return
    // It has no time to give, however often it is asked.
    this.#unanswered = 0
    this.#pressing = false
  }

  #obeyRate(): void {
    if (this.#rateFloor === undefined) return
    this.#sinceRate++
    if (this.#sinceRate < RATE_PENANCE) return
    this.#rateFloor = undefined
    this.poll = this.config.minpoll
  }

  #backOff(): void {
    if (this.#unanswered > 0 && this.#unanswered % PATIENCE === 0) this.#setPoll(this.poll + 1)
  }

  #setPoll(poll: PollLog2): void {
    this.#patience = 0
    const shortest = this.#rateFloor ?? this.config.minpoll
    this.poll = Math.min(Math.max(poll, shortest), Math.max(this.config.maxpoll, shortest))
  }

  /** No slower than the configured maximum, unless that is faster than the server allows; never beyond 2.3 h. */
  #slowest(): PollLog2 {
    return Math.min(SLOWEST_POLL, Math.max(this.config.maxpoll, this.config.minpoll + 1))
  }

  #schedule(from: Monotonic): void {
    if (this.stopped) return
    const bursting = this.#burstLeft > 0 && (this.accepted > 0 || this.sent < BURST_COUNT)
    if (this.#burstLeft > 0) this.#burstLeft--
    const interval = bursting ? BURST_INTERVAL : this.#interval()
    // The first interval after a burst is a random part of a whole one: sources that began together take turns from
    // then on, and the estimate is renewed more often.
    const part = this.#inBurst && !bursting ? FIRST_PART + (1 - FIRST_PART) * this.#chance() : 1
    this.#inBurst = bursting
    this.nextPollAt = plus(from, interval * part * (1 + SPREAD * this.#chance()))
  }

  /** While an answer is wanted urgently: 4 s, 8 s, … and no longer than usual. */
  #interval(): Seconds {
    const usual = pollInterval(this.poll)
    return this.#pressing
      ? Math.min(usual, BURST_INTERVAL * 2 ** Math.max(1, this.#unanswered - BURST_COUNT + 2))
      : usual
  }

  /** Uniform in [0, 1). */
  #chance(): number {
    return (this.#random() >>> 0) / 2 ** 32
  }
}

const halfway = (a: Monotonic, b: Monotonic): Monotonic => (a + (b - a) / 2n) as Monotonic
