/**
 * The timekeeper. It is told what happened, with the time at which it happened, and answers with what should be done.
 * It opens no socket, reads no clock, sets no timer; the same events give the same answers, bit for bit.
 *
 * What happens to a reply: the association tests it and makes a sample; all samples together are asked for a consensus;
 * the consensus updates the estimate of our counter; the estimate says where the clock should be.
 */

import { type Belief, Estimate } from '#core/discipline/estimate.ts'
import { Estimator } from '#core/discipline/estimator.ts'
import { wantedPoll } from '#core/discipline/poll.ts'
import {
  aheadOfScale,
  type CounterScale,
  counterTime,
  instantAt,
  rootDistance,
  type Sample,
} from '#core/discipline/sample.ts'
import { UNKNOWN_RATE } from '#core/discipline/track.ts'
import { formatRefid } from '#core/ntp/refid.ts'
import { type Monotonic, type Reading, since } from '#core/time/instant.ts'
import { fromNtpTime, UNKNOWN_TIME } from '#core/time/ntp-time.ts'
import { pollInterval, type Rate, type Seconds } from '#core/time/units.ts'
import type { AgentAction } from './action.ts'
import type { Association, CounterModel } from './association.ts'
import type { AgentConfig } from './config.ts'
import { type Consensus, findConsensus } from './consensus.ts'
import type { AgentEvent, DisruptionSign } from './event.ts'
import { agrees, type SourceReason, type SourceState } from './reason.ts'
import { type Entry, Roster } from './roster.ts'
import type { ClockState, SourceStatus, Status } from './status.ts'

/** A jump that only samples show is believed after this many of a lone source agree about it. */
const LONE_WITNESS_SAMPLES = 3
/** Sources whose time jumped within this span are witnesses of the same event. */
const WITNESS_MEMORY: Seconds = 300
/** A consensus that contradicts the estimate so often is right, although no single source jumped. */
const DOUBTS = 4
/** Without news for this many intervals of the slowest survivor, the clock coasts. */
const STALE_POLLS = 8

export class Agent {
  #config: AgentConfig
  readonly #roster: Roster
  readonly #estimate = new Estimate()
  readonly #estimator = new Estimator()
  get e() {
    return this.#estimator
  }
  #scale: CounterScale | undefined
  #precision: Seconds = 1e-6
  #nextFlow = 1
  #consensus: Consensus | undefined
  #measuredAt: Reading | undefined
  /** How often in a row the consensus has contradicted the estimate. */
  #doubt = 0
  #wakeAt: Monotonic | undefined
  #told = new Map<string, string>()
  #out: AgentAction[] = []

  constructor(config: AgentConfig, random: () => number) {
    this.#config = config
    this.#roster = new Roster(random)
  }

  handle(event: AgentEvent): AgentAction[] {
    this.#out = []
    this.#react(event)
    if (event.kind !== 'sent' && event.kind !== 'steered') this.#attend(event.now)
    return this.#out
  }

  /** What is believed at `now`, of the clock that reads `now.wall`. Changes nothing. */
  status(now: Reading): Status {
    const scale = this.#scale ?? { origin: now }
    const at = counterTime(scale, now.monotonic)
    const ahead = aheadOfScale(scale, now.wall, now.monotonic)
    const interval = this.#estimate.interval(at)
    const offset = this.#estimate.offset(at)
    const rate = this.#estimate.rate
    const system = this.#consensus?.system
    const packet = system?.packet
    const best = system?.read(at)?.best
    return {
      now,
      state: this.#state(at),
      offset: offset === undefined ? undefined : offset - ahead,
      errorBound:
        interval && offset !== undefined
          ? Math.max(interval.high - offset, offset - interval.low)
          : undefined,
      frequencyError: rate === undefined ? undefined : -rate / (1 + rate),
      frequencyErrorBound: rate === undefined ? undefined : this.#estimate.rateBound(at),
      jitter: this.#estimate.jitter,
      rootDelay: packet && best ? packet.rootDelay + best.delay : undefined,
      rootDispersion:
        packet && best ? packet.rootDispersion + aged(best, at, system!.track.drift) : undefined,
      stratum: packet && packet.stratum + 1,
      refid: packet && formatRefid(packet.refid, packet.stratum),
      leap: this.#leap(),
      measuredAt: this.#measuredAt,
      sources: this.#roster.entries.flatMap(entry => this.#sources(entry, at, ahead, now)),
    }
  }

  #react(event: AgentEvent): void {
    switch (event.kind) {
      case 'started':
        this.#scale = { origin: event.now }
        this.#precision = event.precision
        return this.#configure(this.#config)
      case 'configured':
        return this.#configure(event.config)
      case 'resolved':
        if (event.addresses.length === 0 && this.#roster.isNews(event.name)) {
          const why = event.failure ?? 'it has no address'
          this.#notice(
            event.now,
            'name-not-found',
            `${event.name} cannot be resolved (${why}); it is tried again now and then`,
          )
        }
        return this.#roster.resolved(event.name, event.addresses, event.now.monotonic)
      case 'sent':
        return this.#byFlow(event.flow)?.stampSent(event.flow, event.sent)
      case 'refused':
        return this.#byFlow(event.flow)?.fail(event.flow, event.why)
      case 'datagram':
        return this.#receive(event)
      case 'disrupted':
        return this.#disrupted(event.now, event.sign)
      case 'woke':
      case 'steered':
        return
    }
  }

  /** Whatever is due: requests, replies to give up, names to resolve again, members of pools to replace. */
  #attend(now: Reading): void {
    for (const name of this.#roster.namesDue(now.monotonic)) this.#out.push({ kind: 'resolve', name })
    for (const gone of this.#roster.replaceBad(now.monotonic))
      this.#drop(gone, now, 'replaced by another member of its pool')
    for (const association of this.#roster.associations) {
      this.#release(association.expire(now.monotonic))
      if (association.isDue(now.monotonic)) this.#ask(association, now)
    }
    this.#tellSources(now)
    this.#sleep()
  }

  #ask(association: Association, now: Reading): void {
    this.#release(association.close())
    const flow = this.#nextFlow++
    const bytes = association.ask(flow, now)
    this.#out.push({ kind: 'send', flow, to: association.endpoint, bytes })
    if (association.reach === 0 || !this.#estimate.known) this.#deliberate(now)
  }

  #receive(event: Extract<AgentEvent, { kind: 'datagram' }>): void {
    const association = this.#byFlow(event.flow)
    if (!association || !this.#scale) return
    const answer = association.receive(event.bytes, event.from, event.received, this.#counter())
    if (answer.kind === 'refused') return this.#deliberate(event.now)
    const { sample } = answer
    const at = answer.at
    this.#out.push({
      kind: 'record',
      record: {
        kind: 'sample',
        at,
        source: association.config.name,
        address: association.endpoint.address,
        offset: sample.offset - aheadOfScale(this.#scale, at.wall, at.monotonic),
        delay: sample.delay,
        dispersion: sample.dispersion,
        rootDistance: rootDistance(sample),
        stratum: association.packet!.stratum,
        leap: association.packet!.leap,
        poll: association.poll,
      },
    })
    if (answer.jumped) this.#estimator.forgetSource(association)
    if (answer.jumped) for (const each of this.#roster.associations) each.burst(event.now.monotonic)
    this.#deliberate(event.now, association)
  }

  /** Asks everybody for a consensus and lets it correct the estimate when it holds something new. */
  #deliberate(now: Reading, fresh?: Association): void {
    if (!this.#scale) return
    const at = counterTime(this.#scale, now.monotonic)
    const prior = this.#estimate.interval(at)
    const associations = this.#roster.associations
    const had = this.#consensus !== undefined
    const unresolved = this.#roster.entries.filter(entry => entry.resolving).length
    this.#consensus = findConsensus(associations, at, this.#config, prior, unresolved)
    if (had && !this.#consensus && associations.some(each => each.reason === 'no-majority')) {
      this.#notice(now, 'no-majority', 'the sources disagree and none of the groups is a majority: coasting')
    }
    if (fresh?.state === 'falseticker') fresh.outvoted++
    if (!this.#consensus || !fresh) return
    this.#learn(this.#consensus, now)
    fresh.adaptPoll(wantedPoll(this.#estimator, fresh.poll, this.#consensus.survivors.length))
  }

  #learn(consensus: Consensus, now: Reading): void {
    const gap = this.#estimate.gapTo(consensus.belief)
    if (gap > 0 && !this.#resolveDoubt(consensus, now, gap)) return
    this.#doubt = 0
    const belief = this.#refined(consensus, gap > 0)
    this.#estimate.adopt(belief)
    this.#measuredAt = now
    const status = this.status(now)
    this.#out.push({
      kind: 'record',
      record: {
        kind: 'estimate',
        at: now,
        offset: status.offset!,
        errorBound: status.errorBound!,
        frequencyError: status.frequencyError,
        frequencyErrorBound: status.frequencyErrorBound,
        jitter: belief.jitter,
        source: consensus.system.config.name,
        survivors: consensus.survivors.length,
      },
    })
    this.#out.push({
      kind: 'steer',
      order: {
        at: now.monotonic,
        wall: instantAt(
          this.#scale!,
          now.monotonic,
          this.#estimate.offset(counterTime(this.#scale!, now.monotonic))!,
        ),
        rate: this.#estimate.rate ?? 0,
        how: { kind: 'step' },
      },
    })
  }

  /** The consensus, with the best guess that its survivors' samples allow. */
  #refined({ belief, survivors }: Consensus, jumped: boolean): Belief {
    const news = survivors
      .flatMap(association => association.unheard.map(sample => ({ association, sample })))
      .sort((a, b) => a.sample.at - b.sample.at)
    news.forEach(({ association, sample }, i) => {
      if (i === 0 && jumped) this.#estimator.restartOffset(association, sample)
      else this.#estimator.add(association, sample)
    })
    for (const association of survivors) association.unheard = []
    if (!this.#estimator.known) return belief
    const guess = this.#estimator.offset(belief.at)
    const offset = Math.min(Math.max(guess, belief.low), belief.high)
    if (offset !== guess) this.#estimator.shift(offset - guess, Math.abs(offset - guess))
    const centre = belief.rate ?? 0
    const rate = Math.min(
      Math.max(this.#estimator.rate, centre - belief.rateBound),
      centre + belief.rateBound,
    )
    return { ...belief, offset, rate, rateBound: belief.rateBound + Math.abs(rate - centre) }
  }

  /**
   * The sources agree with each other and not with what was known. True time may be in either place, so the bound
   * covers both at once; what was known is given up when enough witnesses have spoken. True when it was.
   */
  #resolveDoubt(consensus: Consensus, now: Reading, gap: Seconds): boolean {
    const { belief, survivors } = consensus
    if (this.#doubt === 0) {
      const by = gap.toExponential(1)
      this.#notice(
        now,
        'sources-contradict-estimate',
        `the sources exclude what was known, by ${by} s at least`,
      )
      for (const association of this.#roster.associations) association.burst(now.monotonic)
    }
    this.#doubt++
    const witnesses = survivors.filter(({ jump }) => jump && belief.at - jump.at < WITNESS_MEMORY)
    const lone = witnesses.some(({ jump }) => jump!.samples >= LONE_WITNESS_SAMPLES)
    if (witnesses.length < 2 && !lone && this.#doubt < DOUBTS) {
      this.#estimate.admitRival(belief)
      return false
    }
    this.#out.push({
      kind: 'record',
      record: {
        kind: 'disruption',
        at: now,
        what: 'sources-jumped',
        witness: 'sources',
        lost: belief.offset - this.#estimate.offset(belief.at)!,
        uncertainty: (belief.high - belief.low) / 2,
      },
    })
    return true
  }

  #disrupted(now: Reading, sign: DisruptionSign): void {
    if (sign.kind === 'stepped') {
      this.#out.push({
        kind: 'record',
        record: {
          kind: 'step',
          at: now,
          size: sign.size,
          uncertainty: sign.uncertainty,
          by: 'somebody-else',
        },
      })
      return
    }
    if (sign.kind === 'paused') {
      this.#estimate.shift(sign.lost, sign.uncertainty)
      this.#estimator.shift(sign.lost, sign.uncertainty)
    } else {
      this.#estimate.forget()
      this.#estimator.forget()
    }
    this.#consensus = undefined
    this.#doubt = 0
    for (const association of this.#roster.associations) {
      if (sign.kind === 'paused') association.shift(sign.lost, sign.uncertainty)
      else association.forgetSamples()
      association.burst(now.monotonic)
    }
    const lost = sign.kind === 'paused' ? sign : undefined
    this.#out.push({
      kind: 'record',
      record: {
        kind: 'disruption',
        at: now,
        what: sign.kind,
        witness: sign.witness,
        lost: lost?.lost,
        uncertainty: lost?.uncertainty,
      },
    })
  }

  #configure(config: AgentConfig): void {
    this.#config = config
    const { names, dropped } = this.#roster.configure(config.sources)
    for (const name of new Set(names)) this.#out.push({ kind: 'resolve', name })
    for (const association of dropped) {
      this.#estimator.forgetSource(association)
      this.#release(association.close())
    }
  }

  #drop(association: Association, now: Reading, why: string): void {
    this.#estimator.forgetSource(association)
    this.#release(association.close())
    this.#notice(now, 'source-replaced', `${association.config.name} ${association.endpoint.address}: ${why}`)
  }

  #release(flow: number | undefined): void {
    if (flow !== undefined) this.#out.push({ kind: 'release', flow })
  }

  #byFlow(flow: number): Association | undefined {
    return this.#roster.associations.find(association => association.flow === flow)
  }

  #notice(at: Reading, name: string, text: string): void {
    this.#out.push({ kind: 'record', record: { kind: 'notice', at, name, text } })
  }

  /**
   * One record for each change of a source's fate. Which of the agreeing ones is best, or scatters most, changes with
   * every breath of the network and is no event.
   */
  #tellSources(now: Reading): void {
    for (const association of this.#roster.associations) {
      const { config, endpoint, state, reason } = association
      const key = `${config.name} ${endpoint.address}`
      const fate = agrees(state) ? 'agrees' : `${state} ${reason}`
      if (this.#told.get(key) === fate) continue
      this.#told.set(key, fate)
      this.#out.push({
        kind: 'record',
        record: { kind: 'source', at: now, source: config.name, address: endpoint.address, state, reason },
      })
    }
  }

  #sleep(): void {
    const times = [
      ...this.#roster.associations.map(association => association.wakeAt),
      ...this.#roster.entries.map(entry => entry.retryAt),
    ].filter(at => at !== undefined)
    if (times.length === 0) return
    const at = times.reduce((a, b) => (a < b ? a : b))
    if (at === this.#wakeAt) return
    this.#wakeAt = at
    this.#out.push({ kind: 'wake', at })
  }

  #counter(): CounterModel {
    const rateBound = Math.min(this.#estimate.rateBound(this.#estimate.measuredAt), UNKNOWN_RATE)
    return { scale: this.#scale!, rate: this.#estimate.rate ?? 0, rateBound, precision: this.#precision }
  }

  #state(at: Seconds): ClockState {
    if (!this.#estimate.known) return this.#roster.entries.some(isStarting) ? 'starting' : 'freerun'
    if (!this.#consensus || this.#doubt > 0) return 'holdover'
    const slowest = Math.max(...this.#consensus.survivors.map(survivor => pollInterval(survivor.poll)))
    return at - this.#estimate.measuredAt > STALE_POLLS * slowest ? 'holdover' : 'locked'
  }

  #leap(): Status['leap'] {
    return this.#consensus?.system.packet?.leap ?? 'unknown'
  }

  #sources(entry: Entry, at: Seconds, ahead: Seconds, now: Reading): SourceStatus[] {
    if (entry.associations.length === 0) return [unresolved(entry)]
    return entry.associations.map(association => this.#source(association, at, ahead, now))
  }

  #source(association: Association, at: Seconds, ahead: Seconds, now: Reading): SourceStatus {
    const filtered = association.read(at)
    const { config, endpoint, packet, nextPollAt, track } = association
    const best = filtered?.best
    const claim = track.known ? { offset: track.offset(at), ...track.interval(at) } : undefined
    return {
      name: config.name,
      address: endpoint.address,
      port: endpoint.port,
      state: association.state,
      reason: association.reason,
      stratum: packet?.stratum,
      refid: packet && formatRefid(packet.refid, packet.stratum),
      leap: packet?.leap,
      version: packet?.version,
      offset: claim && claim.offset - ahead,
      delay: best?.delay,
      dispersion: best && aged(best, at, track.drift),
      jitter: filtered?.jitter,
      rootDelay: packet?.rootDelay,
      rootDispersion: packet?.rootDispersion,
      rootDistance: claim && Math.max(claim.high - claim.offset, claim.offset - claim.low),
      reach: association.reach,
      poll: association.poll,
      measuredAt: association.measuredAt,
      nextPollIn: nextPollAt === undefined ? undefined : Math.max(0, since(nextPollAt, now.monotonic)),
      referenceTime: packet && packet.reference !== UNKNOWN_TIME ? fromNtpTime(packet.reference) : undefined,
      stampedBy: association.stampedBy,
      sent: association.sent,
      received: association.received,
      accepted: association.accepted,
      refusals: { ...association.refusals },
      lastRefusal: association.lastRefusal,
    }
  }
}

/** The dispersion of a sample at counter time `at`: as it was measured, and what the counter can have drifted since. */
const aged = (sample: Sample, at: Seconds, drift: Rate): Seconds =>
  sample.dispersion + drift * Math.max(0, at - sample.at)

const UNRESOLVED_STATE: Partial<Record<SourceReason, SourceState>> = {
  'name-not-found': 'unreachable',
  'asked-already': 'unusable',
}

function unresolved(entry: Entry): SourceStatus {
  return {
    name: entry.config.name,
    address: entry.config.address,
    port: entry.config.port,
    state: UNRESOLVED_STATE[entry.reason] ?? 'starting',
    reason: entry.reason,
    stratum: undefined,
    refid: undefined,
    leap: undefined,
    version: undefined,
    offset: undefined,
    delay: undefined,
    dispersion: undefined,
    jitter: undefined,
    rootDelay: undefined,
    rootDispersion: undefined,
    rootDistance: undefined,
    reach: 0,
    poll: entry.config.minpoll,
    measuredAt: undefined,
    nextPollIn: undefined,
    referenceTime: undefined,
    stampedBy: undefined,
    sent: 0,
    received: 0,
    accepted: 0,
    refusals: {},
    lastRefusal: undefined,
  }
}

/** Its name is being resolved, or one of its servers may still give a first answer. */
const isStarting = ({ associations, resolving, reason }: Entry): boolean =>
  associations.length === 0
    ? resolving && reason === 'resolving-name'
    : associations.some(association => association.pending)
