/**
 * What the agent knows of its counter, and how it comes to know it: the consensus of the sources bounds it, the
 * estimator finds the best guess inside of the bound, and when the two of yesterday and today exclude each other, both are
 * kept until it is clear which of them holds.
 */

import { type Belief, Estimate } from '#core/discipline/estimate.ts'
import { Estimator, type RateKnowledge } from '#core/discipline/estimator.ts'
import { wantedPoll } from '#core/discipline/poll.ts'
import {
  type CounterScale,
  counterTime,
  instantAt,
  readingAhead,
  readingTime,
  type Sample,
} from '#core/discipline/sample.ts'
import { type Interval, reachFrom, selectTruechimers } from '#core/discipline/select.ts'
import type { Manner, Steering } from '#core/discipline/steering.ts'
import { type CounterRate, UNKNOWN_RATE } from '#core/discipline/track.ts'
import { HOSTS_DIFFER } from '#core/guest/disruption.ts'
import type { Correction } from '#core/guest/witnesses.ts'
import { magnitude } from '#core/number/elementary.ts'
import { originOf } from '#core/time/counted-reading.ts'
import { type Instant, type Monotonic, plus, type Reading, since } from '#core/time/instant.ts'
import { type PollLog2, pollInterval, type Rate, type Seconds } from '#core/time/units.ts'
import type { Answer } from './answer.ts'
import type { Association, CounterModel } from './association.ts'
import type { AgentConfig } from './config.ts'
import { type Consensus, findConsensus } from './consensus.ts'
import { Processors } from './processors.ts'
import { ProvenRate } from './proven-rate.ts'
import { agrees } from './reason.ts'
import { Rift } from './rift.ts'
import type { Roster } from './roster.ts'
import type { ClockState } from './status.ts'
import { Suspicion } from './suspicion.ts'

/** A jump that only samples show is believed after this many of a lone source agree about it. */
const LONE_WITNESS_SAMPLES = 3
/** Sources whose time jumped within this span are witnesses of the same event. */
const WITNESS_MEMORY: Seconds = 300
/** A consensus that contradicts the estimate so often is right, although no single source jumped. */
const DOUBTS = 4
/** How much the rate of another counter is likely to differ: one standard deviation. */
const OTHER_COUNTER: Rate = 1e-4
/**
 * How much the counters of two hosts differ at most. Most are within 50 ppm of what they say (AWS, of its instances); KVM leaves a
 * TSC as it is that is up to 250 ppm off (tsc_tolerance_ppm), and more than 500 ppm have been seen (SUSE 000020410). This is twice
 * that; the second sample from the new host tells the rate anew.
 */
const HOSTS_COUNT: Rate = 1e-3
/** After so many samples without a majority there will be none soon. */
const DISAGREEMENTS = 8
/** Sources that have agreed for so long know the rate. */
const CALM: Seconds = 3600
/** Without news for this many intervals of the slowest survivor, the clock coasts. */
const STALE_POLLS = 8

/**
 * What a fresh sample did, and how many samples it brought to bear. `jumped`: true time is elsewhere, and by now that is
 * believed. `rate`: only the rate is known better.
 */
export interface Learned {
  readonly kind: 'nothing' | 'doubt' | 'rate' | 'learned' | 'jumped'
  readonly samples: number
}

/** The rate is not further off than so many of its deviations. */
const SURELY = 6

/** What the servers say of true time at a moment. */
interface Network extends Interval {
  /** The best guess of all that is known, … */
  readonly guess: Seconds
  /** … and that of the servers alone: their median. */
  readonly alone: Seconds
  /** Of the steadiest. */
  readonly jitter: Seconds
  readonly witnesses: number
}

/** What is known when the agent starts. */
interface Beginning {
  readonly origin: Reading
  readonly precision: Seconds
  /** Of the rate, from an earlier life. */
  readonly expected: RateKnowledge | undefined
  /** What the clock gains on the counter, whoever told it to. */
  readonly found: Rate
}

const NOTHING: Learned = { kind: 'nothing', samples: 0 }
const DOUBT: Learned = { kind: 'doubt', samples: 0 }

export class Knowledge {
  readonly scale: CounterScale
  readonly processors: Processors
  readonly #precision: Seconds
  readonly #roster: Roster
  readonly #estimate = new Estimate()
  readonly #estimator = new Estimator()
  readonly #proven: ProvenRate
  #consensus: Consensus | undefined
  #measuredAt: Reading | undefined
  /** How often in a row the consensus has contradicted the estimate. */
  #doubt = 0
  /** How many samples in a row have come without a majority. */
  #disagreed = 0
  /** Since when all sources have agreed; the rate when they had for long; since when none of them are a majority. */
  #calmSince: Seconds | undefined
  #undisputed: Rate | undefined
  #rift: Rift | undefined
  /** A sign of a disruption has come, and no sample since. */
  #disrupted = false
  /** True time may have moved, and it is being asked whether it has. */
  #suspicion: Suspicion | undefined

  constructor(roster: Roster, { origin, precision, expected, found }: Beginning) {
    this.#roster = roster
    this.#proven = new ProvenRate(expected?.rate ?? found)
    this.scale = { origin: originOf(origin) }
    this.#precision = precision
    this.processors = new Processors(origin, precision)
    if (expected) this.#estimator.expect(expected)
  }

  get known(): boolean {
    return this.#estimate.known
  }

  get consensus(): Consensus | undefined {
    return this.#consensus
  }

  get measuredAt(): Reading | undefined {
    return this.#measuredAt
  }

  get estimate(): Pick<Estimate, 'offset' | 'interval' | 'own' | 'rate' | 'rateBound' | 'jitter'> {
    return this.#estimate
  }

  /** What is known of the counter when a reply comes in. */
  get counter(): CounterModel {
    const rateBound = Math.min(this.#estimate.rateBound(this.#estimate.measuredAt), UNKNOWN_RATE)
    const precision = this.#precision + this.processors.apart
    return { scale: this.scale, rate: this.#estimate.rate ?? 0, rateBound, precision }
  }

  at(now: Reading): Seconds {
    return readingTime(this.scale, now)
  }

  /** How far a clock with this reading is behind true time, and how wrong that can be; undefined when nothing is known. */
  offset(now: Reading): { readonly offset: Seconds; readonly bound: Seconds } | undefined {
    const at = this.at(now)
    const guess = this.#estimate.offset(at)
    const interval = this.#estimate.interval(at)
    if (guess === undefined || !interval) return undefined
    const ahead = readingAhead(this.scale, now)
    return { offset: guess - ahead, bound: reachFrom(guess, interval) + this.processors.apart }
  }

  /** True time at a reading of the counter; undefined when nothing is known. */
  trueTime(at: Monotonic): Instant | undefined {
    const ahead = this.#estimate.offset(counterTime(this.scale, at))
    return ahead === undefined ? undefined : instantAt(this.scale, at, ahead)
  }

  /** What the counter will read at a true time; undefined when nothing is known. */
  counterAt(at: Instant): Monotonic | undefined {
    const { origin } = this.scale
    const now = this.trueTime(origin.monotonic)
    return now && plus(origin.monotonic, since(at, now) / (1 + (this.#estimate.rate ?? 0)))
  }

  /** True time itself has jumped, by a leap second. */
  leap(by: Seconds): void {
    this.#proven.interrupt()
    this.#estimate.shift(by, 0)
    this.#estimator.shift(by, 0)
    for (const association of this.#roster.associations) association.shift(by, 0)
  }

  /** How fast the clock should run, whatever its offset; undefined when nothing was learned. */
  get rate(): RateKnowledge | undefined {
    if (!this.#estimator.known) return undefined
    return { rate: this.#estimator.rate, deviation: this.#estimator.rateDeviation }
  }

  /** How fast the clock should run when what was learned lately is not to be believed. */
  get provenRate(): Rate {
    return this.#proven.rate
  }

  /** The line on which the clock should be; undefined when nothing is known. */
  line(now: Reading, how: Manner): Steering | undefined {
    const at = now.monotonic
    const ahead = this.#estimate.offset(this.at(now))
    if (ahead === undefined) return undefined
    return { at, wall: instantAt(this.scale, at, ahead), rate: this.#estimate.rate ?? 0, how }
  }

  state(at: Seconds): ClockState {
    if (this.#doubt > 0 || this.#disrupted || this.#suspicion) return 'disrupted'
    if (!this.known) return this.#roster.starting ? 'starting' : 'freerun'
    if (!this.#consensus) return 'holdover'
    let slowest: PollLog2 = Number.NEGATIVE_INFINITY
    for (const { poll } of this.#consensus.survivors) slowest = Math.max(slowest, poll)
    const isStale = at - this.#estimate.measuredAt > STALE_POLLS * pollInterval(slowest)
    return isStale ? 'holdover' : 'locked'
  }

  /** Asks everybody for a consensus and, when there is a fresh sample, lets it correct the estimate. */
  deliberate(config: AgentConfig, now: Reading, answer: Answer, fresh?: Association): Learned {
    const at = this.at(now)
    const { associations } = this.#roster
    if (fresh) this.#suspect(fresh, at, now)
    if (this.#suspicion) {
      const found = this.#find(config, at, this.#suspicion)
      if (!fresh || !this.#settle(this.#suspicion, found, at)) return fresh ? DOUBT : NOTHING
    }
    const had = this.#consensus !== undefined
    this.#consensus = this.#find(config, at)
    const disputed = associations.some(
      ({ reason }) => reason === 'no-majority' || reason === 'disagrees-with-majority',
    )
    this.#calmSince = disputed ? undefined : (this.#calmSince ?? at)
    if (had && !this.#consensus && associations.some(each => each.reason === 'no-majority')) {
      answer.notice(now, 'no-majority', 'the sources disagree and none of the groups is a majority: coasting')
    }
    if (fresh?.reason === 'disagrees-with-majority') {
      fresh.outvoted++
      this.mistrust(fresh)
    }
    if (!fresh) return NOTHING
    if (!this.#consensus) return this.#keepRate(now, fresh, answer)
    const learned = this.#learn(this.#consensus, now, answer)
    if (learned.kind !== 'doubt') this.#adaptPoll(fresh, this.#consensus.survivors.length)
    return learned
  }

  /** A sign that something happened, and nobody can say what: it may have been a pause, and this may be another host. */
  suspectAt(now: Reading): void {
    if (!this.known) return
    const at = this.at(now)
    this.#suspicion = new Suspicion(at, this.#elsewhere(at))
    this.#admit(this.#suspicion, at)
  }

  #find(config: AgentConfig, at: Seconds, suspicion?: Suspicion): Consensus | undefined {
    const { associations, unresolved } = this.#roster
    const settled = this.#disagreed >= DISAGREEMENTS
    const drift = settled ? SURELY * this.#estimator.rateDeviation : undefined
    return findConsensus(associations, at, config, this.#estimate.interval(at), unresolved, drift, suspicion)
  }

  /** What would be known of the rate on another host. */
  #elsewhere(at: Seconds): CounterRate {
    return { rate: this.#estimate.rate ?? 0, rateBound: this.#estimate.rateBound(at) + HOSTS_COUNT }
  }

  /** Has a source that was believed until now said something that cannot be? */
  #suspect(fresh: Association, at: Seconds, now: Reading): void {
    if (this.#suspicion || this.#doubt > 0 || !this.known) return
    if (!agrees(fresh.state) && fresh.state !== 'unreachable') return
    const since = fresh.track.measuredAt
    const counter = this.#elsewhere(since)
    const said = fresh.track.said(at, counter)
    if (!said || this.#estimate.gapTo(at, said) <= 0) return
    this.#suspicion = new Suspicion(since, counter, fresh)
    this.#roster.burst(now.monotonic)
  }

  /** What those say together who were asked since it is suspected: is the suspicion over? */
  #settle(suspicion: Suspicion, found: Consensus | undefined, at: Seconds): boolean {
    const { associations } = this.#roster
    const { since, counter } = suspicion
    const expected = this.#estimate.own(at)!
    if (!found && !suspicion.isMoot(associations, expected, at)) {
      this.#admit(suspicion, at)
      return false
    }
    if (found && !suspicion.isRefuted(found.belief, at)) {
      // True time is where it is found. So it has not moved by more than from one end of what was expected to the other of that.
      const { low, high } = found.belief
      const beyond = Math.max(high - expected.low, expected.high - low)
      for (const each of associations) {
        // Nobody knows when since its newest measurement the rate changed.
        const age = at - each.track.measuredAt
        each.beginAnew(since, beyond + HOSTS_COUNT * age, counter, HOSTS_COUNT)
      }
    }
    this.#suspicion = undefined
    this.#estimate.dropRival()
    return true
  }

  /** True time may be where it was expected, or wherever the suspicion reaches. */
  #admit(suspicion: Suspicion, at: Seconds): void {
    const { low, high } = this.#estimate.own(at)!
    const anywhere = { low: low - HOSTS_DIFFER, high: high + HOSTS_DIFFER }
    const reach = suspicion.reach(this.#roster.associations, at) ?? anywhere
    this.#estimate.admitRival({ at, ...reach, rate: this.#estimate.rate, rateBound: UNKNOWN_RATE, wander: 0 })
  }

  /** The clock of the host has been read: what does the network say of it? */
  compareHost(host: Association, sample: Sample, now: Reading, answer: Answer): void {
    const { trust, packet, jump } = host
    const network = this.#network(sample.at, jump?.at)
    if (!trust || !network) return
    const verdict = trust.compare({
      at: sample.at,
      difference: network.guess - sample.offset,
      alone: network.alone - sample.offset,
      low: network.low - sample.offset - sample.delay / 2,
      high: network.high - sample.offset + sample.delay / 2,
      jitter: network.jitter,
      witnesses: network.witnesses,
      claimed: packet && packet.rootDispersion > 0 ? packet.rootDispersion : undefined,
    })
    if (verdict === 'unproven' || verdict === 'confirmed') return
    host.forgetSamples()
    this.mistrust(host)
    const error = trust.error(sample.at)
    if (error !== undefined) this.#estimator.loosen(host, error)
    if (verdict === 'refused') this.#refuseHost(host, network, now, answer)
  }

  /** What was concluded from it does not hold: the servers begin anew, from what they say alone. */
  #refuseHost(host: Association, network: Network, now: Reading, answer: Answer): void {
    const text = `the clock of the host is not used: ${host.config.name} contradicts the network`
    answer.notice(now, 'host-refused', text)
    for (const association of this.#roster.associations) this.mistrust(association)
    const gap = network.alone - network.guess
    this.#estimator.shift(gap, Math.abs(gap))
  }

  /**
   * What the sources of the network say together, without the host, whether or not it denies them a majority. When the host
   * jumped at `since`, that may have been a pause: only what was measured later counts.
   */
  #network(at: Seconds, since: Seconds | undefined): Network | undefined {
    const believed = this.#roster.associations.filter(
      ({ state, reason, trust, measured, track }) =>
        !trust &&
        measured &&
        (agrees(state) || reason === 'no-majority' || reason === 'too-few-sources') &&
        (since === undefined || track.measuredAt > since),
    )
    const intervals = believed.map(({ track }) => track.interval(at))
    const low = Math.max(...intervals.map(each => each.low))
    const high = Math.min(...intervals.map(each => each.high))
    if (believed.length === 0 || low > high) return undefined
    const guess = Math.min(Math.max(this.#estimate.offset(at) ?? (low + high) / 2, low), high)
    const offsets = believed.map(({ track }) => track.offset(at)).sort((a, b) => a - b)
    const alone = (offsets[(offsets.length - 1) >> 1]! + offsets[offsets.length >> 1]!) / 2
    const jitter = Math.min(...believed.map(each => each.jitter))
    return { low, high, guess, alone, jitter, witnesses: believed.length }
  }

  /** A source has gone, or is not believed: what was known of its path does not hold. */
  mistrust(association: Association): void {
    this.#estimator.forgetSource(association)
  }

  /** Something happened to the counter. What was measured after that moment, or may have been, is treated so. */
  disrupted(correction: Correction): void {
    this.#proven.interrupt()
    this.#consensus = undefined
    this.#doubt = 0
    this.#disrupted = true
    this.#suspicion = undefined
    if (correction.kind === 'void' || correction.moved) this.#forgetCalm()
    if (correction.kind === 'void') return this.#forgetOffset()
    const { lost, uncertainty, moved } = correction
    const from = counterTime(this.scale, correction.from)
    const other = moved ? HOSTS_COUNT : 0
    const estimated = this.#estimate.measuredAt >= from ? Math.abs(lost) : 0
    this.#estimate.shift(lost, uncertainty + estimated, other)
    this.#estimator.shift(lost, Math.max(0, uncertainty) + estimated)
    for (const association of this.#roster.associations) {
      // Its time jumped since: it knows already.
      if (association.jump && association.jump.at >= from) continue
      const measured = association.track.measuredAt >= from ? Math.abs(lost) : 0
      association.shift(lost, Math.max(0, uncertainty) + measured, other)
    }
  }

  /** What all agreed about was the rate of another counter. */
  #forgetCalm(): void {
    this.#calmSince = undefined
    this.#undisputed = undefined
    this.#rift = undefined
  }

  /** The rate is still the likely one: hosts of one kind differ by tens of ppm. */
  #forgetOffset(): void {
    if (this.#estimator.known) {
      const { rate, rateDeviation } = this.#estimator
      this.#estimator.forget()
      this.#estimator.expect({ rate, deviation: magnitude(rateDeviation, OTHER_COUNTER) })
    }
    this.#estimate.forget()
    for (const association of this.#roster.associations) association.forgetSamples()
  }

  #learn(consensus: Consensus, now: Reading, answer: Answer): Learned {
    const gap = this.#estimate.gapTo(consensus.belief.at, consensus.belief)
    if (gap > 0 && !this.#resolveDoubt(consensus, now, gap, answer)) return DOUBT
    this.#doubt = 0
    this.#disrupted = false
    if (this.#disagreed >= DISAGREEMENTS) for (const each of consensus.survivors) this.mistrust(each)
    this.#disagreed = 0
    this.#rift = undefined
    const { belief, samples } = this.#refined(consensus, gap > 0)
    this.#estimate.adopt(belief)
    if (gap > 0) this.#proven.interrupt()
    this.#proven.learn(belief)
    if (this.#calmSince !== undefined && belief.at - this.#calmSince >= CALM) this.#undisputed = belief.rate
    const most = this.#estimator.mostWander
    if (most !== undefined) for (const { track } of consensus.survivors) track.assumeWander(most)
    this.#measuredAt = now
    const { offset, bound } = this.offset(now)!
    const { rate } = this.#estimate
    answer.record({
      kind: 'estimate',
      at: now,
      offset,
      errorBound: bound,
      frequencyError: rate === undefined ? undefined : -rate / (1 + rate),
      frequencyErrorBound: rate === undefined ? undefined : this.#estimate.rateBound(belief.at),
      jitter: belief.jitter,
      source: consensus.system.config.name,
      survivors: consensus.survivors.length,
    })
    return { kind: gap > 0 ? 'jumped' : 'learned', samples }
  }

  /** The consensus, with the best guess that the samples of its survivors allow. */
  #refined({ belief, survivors, system }: Consensus, jumped: boolean): { belief: Belief; samples: number } {
    const news: { association: Association; sample: Sample }[] = []
    for (const association of survivors)
      for (const sample of association.takeNews()) news.push({ association, sample })
    if (news.length > 1) news.sort((a, b) => a.sample.at - b.sample.at)
    // The first word is the best one's: others are measured by it.
    if (jumped || !this.#estimator.known) {
      const first = news.findIndex(({ association }) => association === system)
      if (first > 0) news.unshift(...news.splice(first, 1))
    }
    news.forEach(({ association, sample }, i) => {
      if (i === 0 && jumped) this.#estimator.restartOffset(association, sample)
      else this.#estimator.add(association, sample)
    })
    const samples = news.length
    if (!this.#estimator.known) return { belief, samples }
    const guess = this.#estimator.offset(belief.at)
    const offset = Math.min(Math.max(guess, belief.low), belief.high)
    if (offset !== guess) this.#estimator.shift(offset - guess, Math.abs(offset - guess))
    const centre = belief.rate ?? 0
    const rate = Math.min(
      Math.max(this.#estimator.rate, centre - belief.rateBound),
      centre + belief.rateBound,
    )
    const rateBound = belief.rateBound + Math.abs(rate - centre)
    return { belief: { ...belief, offset, rate, rateBound }, samples }
  }

  /**
   * The sources disagree about the time, and none of the groups is a majority. If they agree about how fast it passes,
   * that much is believed: the offset of every path becomes anybody's guess, and only their rates are left.
   */
  #keepRate(now: Reading, fresh: Association, answer: Answer): Learned {
    const parties = this.#roster.associations.filter(
      ({ reason, track }) => reason === 'no-majority' && track.rate !== undefined,
    )
    if (!parties.includes(fresh)) return NOTHING
    const at = this.at(now)
    const undisputed = this.#undisputed
    // If each of them says so, the oscillator has changed: they need not agree for that.
    if (undisputed !== undefined && parties.every(({ track }) => excludesRate(track, undisputed, at)))
      this.#forgetCalm()
    this.#rift ??= new Rift(parties, at)
    if (this.#undisputed !== undefined && !this.#rift.showsOneRate(parties, at)) {
      if (this.#estimate.rate !== this.#undisputed) this.#estimate.keepRate(at, this.#undisputed)
      this.#disagreed = Math.min(this.#disagreed + 1, DISAGREEMENTS - 1)
      return { kind: 'rate', samples: 0 }
    }
    const rates = parties.map(({ track }) => ({
      low: track.rate! - track.rateBound(at),
      high: track.rate! + track.rateBound(at),
    }))
    const agreed = selectTruechimers(rates)
    if (agreed.kind === 'no-majority' || agreed.truechimers.length < parties.length) return NOTHING
    const offsets = parties.map(({ track }) => track.offset(at))
    const apart = Math.max(...offsets) - Math.min(...offsets)
    if (++this.#disagreed < DISAGREEMENTS) return NOTHING
    if (this.#disagreed === DISAGREEMENTS) {
      for (const party of parties) this.#estimator.loosen(party, apart)
      answer.notice(
        now,
        'rate-kept',
        'the sources disagree about the time and agree about its rate: that is kept',
      )
    }
    for (const party of parties) for (const sample of party.takeNews()) this.#estimator.add(party, sample)
    this.#estimate.keepRate(at, Math.min(Math.max(this.#estimator.rate, agreed.low), agreed.high))
    this.#adaptPoll(fresh, parties.length)
    return { kind: 'rate', samples: 0 }
  }

  #adaptPoll(fresh: Association, sources: number): void {
    const { minpoll, maxpoll } = fresh.config
    if (minpoll < maxpoll) fresh.adaptPoll(wantedPoll(this.#estimator, fresh.poll, sources))
  }

  /**
   * The sources agree with each other and not with what was known. True time may be in either place, so the bound
   * covers both at once; what was known is given up when enough witnesses have spoken. True when it was.
   */
  #resolveDoubt(consensus: Consensus, now: Reading, gap: Seconds, answer: Answer): boolean {
    const { belief, survivors } = consensus
    if (this.#doubt === 0) {
      const by = gap.toExponential(1)
      answer.notice(
        now,
        'sources-contradict-estimate',
        `the sources exclude what was known, by ${by} s at least`,
      )
      this.#roster.burst(now.monotonic)
    }
    this.#doubt++
    const witnesses = survivors.filter(({ jump }) => jump && belief.at - jump.at < WITNESS_MEMORY)
    const lone = witnesses.some(({ jump }) => jump!.samples >= LONE_WITNESS_SAMPLES)
    if (witnesses.length < 2 && !lone && this.#doubt < DOUBTS) {
      this.#estimate.admitRival(belief)
      return false
    }
    answer.record({
      kind: 'disruption',
      at: now,
      what: 'sources-jumped',
      witness: 'sources',
      lost: belief.offset - this.#estimate.offset(belief.at)!,
      uncertainty: (belief.high - belief.low) / 2,
    })
    return true
  }
}

const excludesRate = (track: Association['track'], rate: Rate, at: Seconds): boolean =>
  Math.abs(track.rate! - rate) > track.rateBound(at)
