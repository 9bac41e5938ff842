/**
 * One server as chronyd asks it: when, what it does with the answer, and how often it asks from then on (facts: ntp_core.c
 * of chrony 4.3). Not modelled: interleaved mode, symmetric mode (a peer is asked as a server is), presend, filter,
 * maxdelayquant.
 */

import type { Endpoint, Flow } from '#core/ntp/endpoint.ts'
import { AT, int8At, isZeroTime, putUint32, secondsAfter, shortAt, uint32At } from '#core/ntp/header.ts'
import { HEADER_LENGTH } from '#core/ntp/packet.ts'
import { logarithm2 } from '#core/number/elementary.ts'
import { type Leap, leapFromBits } from '#core/time/leap.ts'
import { type PollLog2, pollInterval, type Rate, type Seconds } from '#core/time/units.ts'
import type { ChronySource } from '#dialects/chrony/source.ts'
import { type ChronyClock, within } from './clock.ts'
import { type ChronySample, type Interval, type SampleLimits, Samples } from './samples.ts'
import type { Timer } from './schedule.ts'

const INITIAL_DELAY: Seconds = 0.2
const BURST_INTERVAL: Seconds = 2
const BURST_PART = 1 / 4
const IBURST_GOOD = 4
const IBURST_TOTAL = 8
const BURST_TOTAL = 4
const REACH_BITS = 8
const LEAST_SEPARATION: Seconds = 0.002
const GREATEST_SEPARATION: Seconds = 0.2
/** A server that thinks longer is not listened to, and a socket is closed so long after `maxdelay`. */
const LONGEST_THOUGHT: Seconds = 4
const GREATEST_DISTANCE: Seconds = 16
/** More often than once a second only servers are asked that are as near as this. */
const LAN_DELAY: Seconds = 0.01
const RATE = 0x52415445
const UNSYNCHRONISED_STRATUM = 16

/** What selection thinks of a source; the words of chronyd's own list. */
export type SourceStatus =
  | 'ok'
  | 'noselect'
  | 'unsynchronised'
  | 'bad-stats'
  | 'bad-stratum'
  | 'bad-distance'
  | 'jittery'
  | 'waits-stats'
  | 'stale'
  | 'untrusted'
  | 'falseticker'
  | 'waits-sources'
  | 'nonpreferred'
  | 'waits-update'
  | 'distant'
  | 'unselected'
  | 'selected'

/** What a source needs of the daemon around it. */
export interface Around {
  readonly clock: ChronyClock
  readonly random: () => number
  /** The seconds field of a timestamp at the beginning of raw time. */
  readonly wireBase: number
  readonly precision: Seconds
  readonly maxclockerror: Rate
  plan(timer: Timer, delay: Seconds, apart: Seconds): void
  send(source: Source, bytes: Uint8Array): Flow
  release(flow: Flow): void
  /** Is this the source that the clock follows? */
  follows(source: Source): boolean
  /** A request has been missed while the source was followed. */
  missed(source: Source): void
  sampled(source: Source, sample: ChronySample): void
  rateLimited(source: Source): void
}

export class Source {
  readonly config: ChronySource
  readonly endpoint: Endpoint
  readonly samples: Samples
  flow: Flow | undefined
  poll: PollLog2
  reach = 0
  /** How many bits of `reach` have been shifted in, and how many in a row have left it empty. */
  reachSize = 0
  missedInRow = 0
  stratum = 0
  leap: Leap = 'unknown'
  // What selection keeps of a source.
  status: SourceStatus = 'bad-stats'
  interval: Interval | undefined
  rootDistance: Seconds = 0
  low: Seconds = 0
  high: Seconds = 0
  updates = 0
  distant = 0
  score = 1
  votes = false
  /** Selections in a row in which it was bad, what of that has been logged, and the status that was last recorded. */
  bad = 0
  shown: SourceStatus = 'bad-stats'
  readonly reported = new Set<SourceStatus>()

  readonly #around: Around
  readonly #sample: ChronySample = {
    at: 0,
    offset: 0,
    delay: 0,
    dispersion: 0,
    rootDelay: 0,
    rootDispersion: 0,
  }
  readonly #timer: Timer = { at: 0, fire: () => this.#transmit() }
  #pollScore = 0
  #unanswered = 0
  #answered = false
  #burstGood = 0
  #burstTotal = 0
  #bursting = false
  #nonceHigh = 0
  #nonceLow = 0
  /** On the clock's scale of memories; and the raw time after which the socket is closed. */
  #sentAt: Seconds = 0
  #closesAt: Seconds = 0

  constructor(config: ChronySource, address: string, limits: SampleLimits, around: Around) {
    this.config = config
    this.endpoint = { address, port: config.port }
    this.samples = new Samples(around.clock, limits)
    this.poll = Math.max(config.minpoll, 0)
    this.#around = around
  }

  start(): void {
    if (this.config.offline) return
    this.#plan(INITIAL_DELAY)
    if (this.config.iburst) this.#beginBurst(IBURST_GOOD, IBURST_TOTAL)
  }

  /** Nothing that was measured holds any more, and it is asked as often as it may be. */
  reset(): void {
    this.samples.reset()
    this.#unanswered = 0
    this.#answered = false
    this.#nonceHigh = 0
    this.#nonceLow = 0
    if (this.poll === this.config.minpoll || this.config.offline) return
    this.poll = this.config.minpoll
    this.#plan(this.#transmitDelay())
  }

  stampSent(raw: Seconds): void {
    const { clock } = this.#around
    this.#sentAt = clock.remember(clock.cook(raw))
  }

  receive(bytes: Uint8Array, receivedRaw: Seconds): void {
    const { clock } = this.#around
    if (bytes.length < HEADER_LENGTH || (bytes[0]! & 7) !== 4 || clock.raw > this.#closesAt) return
    if (!this.#isAnswer(bytes)) return
    this.#answered = true
    const leap = leapFromBits(bytes[0]! >> 6)
    const stratum = bytes[1]!
    const rootDelay = shortAt(bytes, AT.rootDelay)
    const rootDispersion = shortAt(bytes, AT.rootDispersion)
    const synchronised =
      leap !== 'unknown' &&
      stratum > 0 &&
      stratum < UNSYNCHRONISED_STRATUM &&
      rootDelay / 2 + rootDispersion < GREATEST_DISTANCE
    this.#unanswered = 0
    this.shiftReach(synchronised)
    if (synchronised) {
      this.stratum = Math.max(stratum, this.config.minstratum)
      this.leap = leap
    }
    const sample = synchronised ? this.#measure(bytes, receivedRaw, rootDelay, rootDispersion) : undefined
    if (sample) this.#use(sample)
    else this.#adjustPoll(synchronised ? 0.02 : 0.1)
    if (this.flow !== undefined) this.#around.release(this.flow)
    this.flow = undefined
    const limited = leap === 'unknown' && stratum === 0 && uint32At(bytes, AT.refid) === RATE
    if (limited) {
      this.#around.rateLimited(this)
      this.#burstGood = 0
    }
    this.#plan(this.#transmitDelay() + (limited ? 4 * pollInterval(this.poll) : 0))
  }

  shiftReach(answered: boolean): void {
    this.reach = ((this.reach << 1) | (answered ? 1 : 0)) & 0xff
    if (this.reachSize < REACH_BITS) this.reachSize++
    this.missedInRow = this.reach === 0 ? this.missedInRow + 1 : 0
    if (!answered) this.#around.missed(this)
  }

  /** At most one answer to each request, and only to the last one. */
  #isAnswer(bytes: Uint8Array): boolean {
    return (
      !this.#answered &&
      uint32At(bytes, AT.origin) === this.#nonceHigh &&
      uint32At(bytes, AT.origin + 4) === this.#nonceLow &&
      !isZeroTime(bytes, AT.origin) &&
      !isZeroTime(bytes, AT.receive) &&
      !isZeroTime(bytes, AT.transmit)
    )
  }

  /** A sample, when it passes tests A to C. (D asks whether the server follows us, which nobody can here.) */
  #measure(
    bytes: Uint8Array,
    receivedRaw: Seconds,
    rootDelay: Seconds,
    rootDispersion: Seconds,
  ): ChronySample | undefined {
    const { clock, wireBase, precision } = this.#around
    const sent = clock.recall(this.#sentAt)
    const received = clock.cook(receivedRaw)
    const remoteReceive = secondsAfter(bytes, AT.receive, wireBase)
    const remoteTransmit = secondsAfter(bytes, AT.transmit, wireBase)
    const thought = remoteTransmit - remoteReceive
    const elapsed = received - sent
    const resolution = precision + pollInterval(int8At(bytes, AT.precision))
    const delay = Math.max(Math.abs(elapsed - thought), resolution)
    const at = sent + elapsed / 2
    const offset = remoteReceive + thought / 2 - at + this.config.offset
    const dispersion = resolution + this.samples.frequencyBound * Math.abs(elapsed)
    const { maxdelay } = this.config
    const passesA =
      delay - dispersion <= maxdelay && resolution <= maxdelay && Math.abs(thought) <= LONGEST_THOUGHT
    if (!passesA || !this.#passesDelayTests(at, offset, delay)) return undefined
    const sample = this.#sample
    sample.at = at
    sample.offset = offset
    sample.delay = delay
    sample.dispersion = dispersion
    sample.rootDelay = rootDelay + delay
    sample.rootDispersion = rootDispersion + dispersion
    return sample
  }

  /**
   * Tests B and C: a packet that waited longer than the statistics expect is not used, unless its offset differs from the
   * expected one by clearly more than waiting can explain. So a jump gets in at once.
   */
  #passesDelayTests(at: Seconds, offset: Seconds, delay: Seconds): boolean {
    const { samples, config } = this
    const elapsed = samples.elapsedForTests(at)
    if (elapsed === undefined) return true
    const drift = elapsed * (samples.skew + this.#around.maxclockerror)
    const { maxdelayratio, maxdelaydevratio } = config
    if (maxdelayratio >= 1 && delay > samples.leastDelay * maxdelayratio + drift) return false
    const most = samples.deviation * maxdelaydevratio + drift
    const waited = (delay - samples.leastDelay) / 2
    return waited <= most || Math.abs(offset + samples.predictOffset(at)) - waited > most
  }

  #use(sample: ChronySample): void {
    const error = Math.abs(-sample.offset - this.samples.predictOffset(sample.at))
    this.#around.sampled(this, sample)
    const distance = sample.dispersion + 0.5 * sample.delay
    if (error > distance) this.#adjustPoll(-logarithm2(error / distance))
    else {
      const { polltarget } = this.config
      const { count } = this.samples
      this.#adjustPoll(((count / polltarget - 1) / polltarget) * (count < polltarget ? 2 : 1))
    }
    if (this.#bursting && --this.#burstGood <= 0) this.#bursting = false
  }

  #adjustPoll(by: number): void {
    const { minpoll, maxpoll } = this.config
    this.#pollScore += by
    if (this.#pollScore >= 1) {
      const steps = Math.trunc(this.#pollScore)
      this.poll += steps
      this.#pollScore -= steps
    }
    if (this.#pollScore < 0) {
      const steps = Math.trunc(this.#pollScore - 1)
      this.poll += steps
      this.#pollScore -= steps
    }
    if (this.poll < minpoll) {
      this.poll = minpoll
      this.#pollScore = 0
    } else if (this.poll > maxpoll) {
      this.poll = maxpoll
      this.#pollScore = 1
    }
    if (this.poll < 0 && (this.reach === 0 || this.samples.leastDelay > LAN_DELAY)) this.poll = 0
  }

  #beginBurst(good: number, total: number): void {
    if (this.#bursting) return
    this.#bursting = true
    this.#burstGood = good
    this.#burstTotal = total
    this.#plan(INITIAL_DELAY)
  }

  #transmitDelay(): Seconds {
    const interval = pollInterval(this.poll)
    return this.#bursting ? Math.min(BURST_INTERVAL, BURST_PART * interval) : interval
  }

  #transmit(): void {
    const { clock, random } = this.#around
    const { minpoll, maxdelay, burst } = this.config
    if (this.#bursting && this.#burstTotal <= 1) this.#bursting = false
    else if (!this.#bursting && burst && this.poll > minpoll)
      this.#beginBurst(1, Math.min(2 ** (this.poll - minpoll), BURST_TOTAL))
    if (this.flow !== undefined) this.#around.release(this.flow)
    this.#answered = false
    this.#nonceHigh = random() >>> 0
    this.#nonceLow = random() >>> 0
    const bytes = new Uint8Array(HEADER_LENGTH)
    bytes[0] = (4 << 3) | 3
    bytes[AT.poll] = this.poll
    bytes[AT.precision] = 32
    putUint32(bytes, AT.transmit, this.#nonceHigh)
    putUint32(bytes, AT.transmit + 4, this.#nonceLow)
    this.flow = this.#around.send(this, bytes)
    this.stampSent(clock.raw)
    this.#closesAt = clock.raw + maxdelay + LONGEST_THOUGHT
    if (++this.#unanswered >= 2) {
      this.#adjustPoll(this.#around.follows(this) ? 0.1 : 0.25)
      this.shiftReach(false)
    }
    if (this.#bursting) this.#burstTotal--
    this.#plan(this.#transmitDelay())
  }

  #plan(delay: Seconds): void {
    const apart = within(LEAST_SEPARATION, pollInterval(this.poll - 3), GREATEST_SEPARATION)
    this.#around.plan(this.#timer, delay, apart)
  }
}
