/**
 * The timekeeper. It is told what happened, with the time at which it happened, and answers with what should be done.
 * It opens no socket, reads no clock, sets no timer; the same events give the same answers, bit for bit.
 *
 * What happens to a reply: the association tests it and makes a sample; knowledge takes it in; the helmsman brings the
 * clock to where it should be by what is known.
 */
import type { RateKnowledge } from '#core/discipline/estimator.ts'
import { readingAhead, rootDistance } from '#core/discipline/sample.ts'
import type { DisruptionSign } from '#core/guest/disruption.ts'
import type { Correction, Disruption } from '#core/guest/witnesses.ts'
import { type Monotonic, type Reading, sooner } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { AgentAction } from './action.ts'
import { Answer } from './answer.ts'
import type { Association } from './association.ts'
import type { AgentConfig } from './config.ts'
import { describeClock, describeSources, NOTHING_KNOWN } from './describe.ts'
import { Disruptions } from './disruptions.ts'
import type { AgentEvent } from './event.ts'
import { Helmsman } from './helmsman.ts'
import { Knowledge } from './knowledge.ts'
import { LeapSecond } from './leap-second.ts'
import { agrees } from './reason.ts'
import { Roster } from './roster.ts'
import type { Status } from './status.ts'

export class Agent {
  #config: AgentConfig
  readonly #roster: Roster
  readonly #helmsman = new Helmsman()
  readonly #disruptions = new Disruptions()
  readonly #leap = new LeapSecond()
  #knowledge: Knowledge | undefined
  #nextFlow = 1
  #wakeAt: Monotonic | undefined
  /** It has been said that nothing fits together. */
  #helpless = false
  #told = new Map<string, string>()
  #answer = new Answer()

  constructor(config: AgentConfig, random: () => number) {
    this.#config = config
    this.#roster = new Roster(random)
  }

  handle(event: AgentEvent): readonly AgentAction[] {
    this.#answer = new Answer()
    if (event.kind === 'started') this.#start(event)
    if (this.#knowledge) {
      this.#compareProcessors(event.now, this.#knowledge)
      this.#react(event, this.#knowledge)
    }
    return this.#answer.actions
  }

  /** What is believed at `now`, of the clock that reads `now.wall`. Changes nothing. */
  status(now: Reading): Status {
    const clock = this.#knowledge ? describeClock(this.#knowledge, now) : NOTHING_KNOWN
    const sources = describeSources(this.#roster, this.#knowledge, now)
    return { now, ...clock, holding: this.#helmsman.holding, sources }
  }

  /** Of that only how far the clock is behind true time, and how wrong that can be: for whoever asks each second. */
  offset(now: Reading): ReturnType<Knowledge['offset']> {
    return this.#knowledge?.offset(now)
  }

  /** What was learned of the counter's rate, to be remembered; undefined when that is nothing yet. */
  get rate(): RateKnowledge | undefined {
    return this.#knowledge?.rate
  }

  #start({ now, precision, rate = 0 }: Extract<AgentEvent, { kind: 'started' }>): void {
    const { expectedRate } = this.#config
    this.#knowledge = new Knowledge(this.#roster, {
      origin: now,
      precision,
      expected: expectedRate,
      found: rate,
    })
    if (expectedRate) this.#helmsman.run(expectedRate.rate, now, this.#answer)
    this.#configure(this.#config)
  }

  /**
   * Nobody tells on which processor a reading is taken. Where they differ by little, each may be wrong by that; where they differ
   * by much, nothing is known, and nothing is steered by them.
   */
  #compareProcessors(now: Reading, knowledge: Knowledge): void {
    const { processors } = knowledge
    const before = processors.disagree
    const found = processors.take(now)
    if (found === 'together' && before) this.#beginAnew(now, knowledge)
    if (found !== 'apart' || before) return
    const much = processors.disagree
    const text = `the processors may differ by ${processors.apart.toExponential(1)} s: ${much ? 'nothing is known by such a clock' : 'every reading may be wrong by that'}`
    this.#answer.notice(now, 'processors-differ', text)
    if (much) this.#helmsman.leave('processors', knowledge.provenRate, now, this.#answer)
    knowledge.disrupted({ kind: 'void' })
    this.#roster.burst(now.monotonic)
    this.#announce(now, knowledge)
  }

  /** They are one clock again. What was measured meanwhile belongs to none of them. */
  #beginAnew(now: Reading, knowledge: Knowledge): void {
    knowledge.disrupted({ kind: 'void' })
    this.#roster.burst(now.monotonic)
    this.#helmsman.grant('disruption', Number.POSITIVE_INFINITY)
  }

  #react(event: AgentEvent, knowledge: Knowledge): void {
    switch (event.kind) {
      case 'configured':
        this.#configure(event.config)
        break
      case 'resolved':
        this.#resolved(event)
        break
      case 'sent':
        return this.#roster.byFlow(event.flow)?.stampSent(event.flow, event.sent)
      case 'refused':
        this.#roster.byFlow(event.flow)?.fail(event.flow, event.why)
        break
      case 'datagram':
        this.#receive(event, knowledge)
        break
      case 'disrupted':
        this.#disrupted(event.now, event.sign, knowledge)
        break
      case 'permitted':
        if (knowledge.processors.disagree) this.#beginAnew(event.now, knowledge)
        knowledge.processors.forget()
        this.#helmsman.grant('permission')
        this.#follow(event.now, knowledge)
        break
      case 'steered':
        this.#helmsman.steered(event.steered, this.#answer)
        return this.#sleep(knowledge)
      case 'woke':
        // Where processors disagree, it may seem too early for anything, and must ring again.
        if (this.#wakeAt !== undefined && event.now.monotonic < this.#wakeAt) this.#wakeAt = undefined
        break
      case 'started':
        break
    }
    this.#attend(event.now, knowledge)
  }

  /** Whatever is due: requests, replies to give up, names to resolve again, pools to mend, slews to end. */
  #attend(now: Reading, knowledge: Knowledge): void {
    for (const name of this.#roster.namesDue(now.monotonic)) this.#answer.do({ kind: 'resolve', name })
    for (const gone of this.#roster.replaceBad(now.monotonic)) this.#drop(gone, now, knowledge)
    for (const association of this.#roster.associations) {
      this.#release(association.expire(now.monotonic))
      if (association.isDue(now.monotonic)) this.#ask(association, now, knowledge)
    }
    const settled = this.#helmsman.wakeAt
    if (settled !== undefined && now.monotonic >= settled) this.#follow(now, knowledge)
    const leapAt = this.#leapAt(knowledge)
    if (leapAt !== undefined && now.monotonic >= leapAt) this.#leapNow(now, knowledge)
    this.#tellSources(now)
    this.#sleep(knowledge)
  }

  #leapAt(knowledge: Knowledge): Monotonic | undefined {
    return this.#leap.at && knowledge.counterAt(this.#leap.at)
  }

  #ask(association: Association, now: Reading, knowledge: Knowledge): void {
    this.#release(association.close())
    const flow = this.#nextFlow++
    const bytes = association.ask(flow, now)
    this.#answer.do({ kind: 'send', flow, to: association.endpoint, bytes })
    if (knowledge.processors.disagree) return
    if (association.reach === 0 || !knowledge.known) knowledge.deliberate(this.#config, now, this.#answer)
  }

  #receive(event: Extract<AgentEvent, { kind: 'datagram' }>, knowledge: Knowledge): void {
    const { now } = event
    const association = this.#roster.byFlow(event.flow)
    if (!association || this.#isBlurred(now, knowledge)) return
    const answer = association.receive(event.bytes, event.from, event.received, knowledge.counter)
    if (answer.kind === 'refused') {
      if (!knowledge.processors.disagree) knowledge.deliberate(this.#config, now, this.#answer)
      return
    }
    const { sample, at } = answer
    this.#answer.record({
      kind: 'sample',
      at,
      source: association.config.name,
      address: association.endpoint.address,
      offset: sample.offset - readingAhead(knowledge.scale, at),
      delay: sample.delay,
      dispersion: sample.dispersion,
      rootDistance: rootDistance(sample),
      stratum: association.packet!.stratum,
      leap: association.packet!.leap,
      poll: association.poll,
    })
    if (knowledge.processors.disagree) return
    if (answer.jumped) this.#answerJump(association, now)
    if (association.trust) knowledge.compareHost(association, sample, now, this.#answer)
    this.#learn(association, now, knowledge)
  }

  /** Did true time jump? Asking quickly shows it, unless the answers never fit together. */
  #answerJump({ erratic }: Association, now: Reading): void {
    if (!erratic) return this.#roster.burst(now.monotonic)
    const isNews = !this.#helpless
    this.#helpless = this.#roster.isErratic
    if (this.#helpless && isNews)
      this.#answer.notice(
        now,
        'clock-erratic',
        'each answer excludes the one before: this clock leaps, or is off by more than 10 %, and cannot be kept',
      )
  }

  #learn(fresh: Association, now: Reading, knowledge: Knowledge): void {
    const expected = this.#disruptions.expected(now, knowledge)
    const learned = knowledge.deliberate(this.#config, now, this.#answer, fresh)
    if (learned.kind === 'learned' || learned.kind === 'jumped')
      this.#disruptions.verify(now, expected, knowledge, this.#answer)
    switch (learned.kind) {
      case 'nothing':
        return
      case 'jumped':
        this.#roster.doubtHost()
        this.#helmsman.grant('disruption', 0, Number.POSITIVE_INFINITY)
        break
      case 'learned':
        this.#helmsman.confirm(learned.samples)
        break
    }
    const survivors = knowledge.consensus?.survivors ?? []
    this.#leap.hear(
      survivors.map(({ packet }) => packet!.leap),
      () => knowledge.trueTime(now.monotonic),
    )
    if (learned.kind !== 'doubt') this.#follow(now, knowledge)
    this.#announce(now, knowledge)
  }

  /** True time jumps: what is known jumps along, and the clock follows as the policy says. */
  #leapNow(now: Reading, knowledge: Knowledge): void {
    const by = this.#leap.pass()
    knowledge.leap(by)
    const text = by < 0 ? 'a leap second is inserted' : 'a leap second is left out'
    this.#answer.notice(now, 'leap-second', text)
    this.#helmsman.grant('leap')
    this.#follow(now, knowledge)
  }

  #isBlurred(now: Reading, knowledge: Knowledge): boolean {
    return this.#leap.blurs(() => knowledge.trueTime(now.monotonic))
  }

  #follow(now: Reading, knowledge: Knowledge): void {
    if (knowledge.processors.disagree) return
    if (knowledge.known) this.#helmsman.follow(knowledge, this.#config.policy, now, this.#answer)
    else if (knowledge.rate) this.#helmsman.run(knowledge.rate.rate, now, this.#answer)
    else this.#helmsman.endSlew(knowledge, now, this.#answer)
  }

  /** Programs are told how wrong the clock can be; not even that while it is unclear what happened. */
  #announce(now: Reading, knowledge: Knowledge): void {
    const state = knowledge.state(knowledge.at(now))
    const believed = state === 'locked' || state === 'holdover' ? knowledge.offset(now) : undefined
    this.#answer.do({
      kind: 'announce',
      claim: {
        errorBound: believed && Math.abs(believed.offset) + believed.bound,
        jitter: knowledge.estimate.jitter ?? 0,
        leap: 'none',
      },
    })
  }

  #disrupted(now: Reading, sign: DisruptionSign, knowledge: Knowledge): void {
    if (sign.kind === 'stepped') {
      const { size, uncertainty } = sign
      this.#roster.burst(now.monotonic)
      this.#answer.record({ kind: 'step', at: now, size, uncertainty, by: 'somebody-else' })
      return this.#helmsman.interfered(now, size, sign.suspects ?? [], this.#answer)
    }
    if (sign.kind === 'meddled') {
      const who = sign.suspects.join(' or ') || 'somebody'
      this.#answer.notice(now, 'meddled', `${who} has changed the rate of the clock`)
      return this.#helmsman.interfered(now, 0, sign.suspects, this.#answer)
    }
    this.#roster.doubtHost()
    if (sign.kind === 'hint') {
      this.#roster.burst(now.monotonic)
      if (sign.during) knowledge.suspectAt(now)
      return this.#answer.notice(now, `hint-${sign.witness}`, sign.text)
    }
    const { correction, opens, disruption } = this.#disruptions.notice(sign, now, knowledge, this.#answer)
    if (!correction) return
    this.#roster.burst(now.monotonic)
    knowledge.disrupted(correction)
    if (opens) this.#helmsman.grant('disruption', explainedBy(disruption, correction))
    this.#announce(now, knowledge)
  }

  #resolved(event: Extract<AgentEvent, { kind: 'resolved' }>): void {
    const { name, addresses, now } = event
    if (addresses.length === 0 && this.#roster.isNews(name)) {
      const why = event.failure ?? 'it has no address'
      const text = `${name} cannot be resolved (${why}); it is tried again now and then`
      this.#answer.notice(now, 'name-not-found', text)
    }
    this.#roster.resolved(name, addresses, now.monotonic)
  }

  #configure(config: AgentConfig): void {
    this.#config = config
    const { names, dropped } = this.#roster.configure(config.sources)
    for (const name of new Set(names)) this.#answer.do({ kind: 'resolve', name })
    for (const association of dropped) {
      this.#knowledge?.mistrust(association)
      this.#release(association.close())
    }
  }

  #drop(association: Association, now: Reading, knowledge: Knowledge): void {
    knowledge.mistrust(association)
    this.#release(association.close())
    const text = `${association.called}: replaced by another member of its pool`
    this.#answer.notice(now, 'source-replaced', text)
  }

  #release(flow: number | undefined): void {
    if (flow !== undefined) this.#answer.do({ kind: 'release', flow })
  }

  /**
   * One record for each change of a source's fate. Which of the agreeing ones is best, or scatters most, changes with
   * every breath of the network and is no event.
   */
  #tellSources(now: Reading): void {
    for (const association of this.#roster.associations) {
      const { called, config, endpoint, state, reason } = association
      if (!association.takeJudgement()) continue
      const fate = agrees(state) ? 'agrees' : `${state} ${reason}`
      if (this.#told.get(called) === fate) continue
      this.#told.set(called, fate)
      const { address } = endpoint
      this.#answer.record({ kind: 'source', at: now, source: config.name, address, state, reason })
    }
  }

  #sleep(knowledge: Knowledge): void {
    const at = sooner(sooner(this.#roster.wakeAt, this.#helmsman.wakeAt), this.#leapAt(knowledge))
    if (at === undefined || at === this.#wakeAt) return
    this.#wakeAt = at
    this.#answer.do({ kind: 'wake', at })
  }
}

/** A snapshot may be as old as you like. */
const explainedBy = ({ loss }: Disruption, { kind }: Correction): Seconds =>
  kind === 'shift' && loss ? Math.abs(loss.lost) + loss.uncertainty : Number.POSITIVE_INFINITY
