/**
 * ntpd-rs (facts: ntp-proto of 1.x, algorithm/kalman, and ntp.toml(5)): a Kalman filter for each source, those that agree are
 * merged, and the clock is steered to what they say: by a step beyond 10 ms, by at most 200 ppm below. It ends itself when a
 * step is larger than it is allowed. A clock that somebody else has set by more than 5 s makes a source begin anew; a pause
 * in which all clocks stood cannot be seen that way. A leap second that most of those announce which agree it leaves to the kernel.
 *
 * Assumed: a source is used from its first answer on, and is given up after eight questions without an answer. Not played: NTS,
 * reference clocks.
 */
import type { AgentEvent } from '#core/agent/event.ts'
import type { Flow } from '#core/ntp/endpoint.ts'
import { plus, type Reading } from '#core/time/instant.ts'
import { announcedByMost, type Leap } from '#core/time/leap.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { type NtpdRsConf, parseNtpdRsConf, type StepLimits } from '#dialects/ntpd-rs/conf.ts'
import type { Belief, Daemon, DaemonAction } from '../../daemon.ts'
import { Exchange, NTP_PORT } from '../exchange.ts'
import { fromStart, type Living } from '../from-start.ts'
import { KernelLeap } from '../kernel-leap.ts'
import { Outbox } from '../outbox.ts'
import { OwnClock } from '../own-clock.ts'
import { Filter, type Snapshot } from './filter.ts'
import { merge, type State } from './kalman.ts'
import { DELAY_PART, DEVIATIONS, type Range, selectAgreeing } from './select.ts'

export interface NtpdRsSetup {
  /** ntp.toml, read or as text. */
  readonly config: NtpdRsConf | string
  /** Uniform in 0 … 2³²-1. */
  readonly random: () => number
  /** Without it no samples and estimates are recorded, only what a log would say. */
  readonly recording?: boolean
}

const STEER_BEYOND = 2
const LEFT_OVER = 1
const FASTEST_SLEW: Rate = 200e-6
const SHORTEST_SLEW: Seconds = 8
const MOST_FREQUENCY: Rate = 495e-6
const GIVEN_UP_AFTER = 8
/** Polls are spread by one to five hundredths. */
const LEAST_SPREAD = 1.01
const SPREAD = 0.04
const NEVER = Number.POSITIVE_INFINITY
const EARLY: Seconds = 1e-6

interface Source {
  readonly address: string
  readonly exchange: Exchange
  filter: Filter
  flow: Flow
  asksAt: Seconds
  unanswered: number
  /** Of its last answer; undefined while it is of no use. */
  said: { readonly rootDelay: Seconds; readonly rootDispersion: Seconds; readonly leap: Leap } | undefined
}

interface Candidate extends Range, Snapshot {
  readonly said: NonNullable<Source['said']>
  readonly address: string
}

export function ntpdRs(setup: NtpdRsSetup): Daemon {
  const { config } = setup
  const conf = typeof config === 'string' ? parseNtpdRsConf(config, 'ntp.toml') : config
  return fromStart(start => new Running(start, conf, setup))
}

class Running implements Living {
  belief: Belief | undefined
  readonly #clock: OwnClock
  readonly #out: Outbox
  readonly #conf: NtpdRsConf
  readonly #random: () => number
  readonly #sources: Source[] = []
  readonly #kernelLeap = new KernelLeap()
  #nextFlow: Flow = 1
  #now: Seconds = 0
  #wakesAt: Seconds = -1
  #starting = true
  #frequency: Rate = 0
  /** What the sources are to gain on us while a slew runs: the opposite of the slew. */
  #desired: Rate = 0
  #slewEnds = NEVER
  /** How far we have set the clock. */
  #stepped: Seconds = 0
  #accumulated: Seconds = 0

  constructor(start: Reading, conf: NtpdRsConf, { random, recording = true }: NtpdRsSetup) {
    this.#clock = new OwnClock(start)
    this.#out = new Outbox(start, recording)
    this.#conf = conf
    this.#random = random
  }

  handle(event: AgentEvent): readonly DaemonAction[] {
    this.#out.open(event.now)
    this.#now = this.#clock.elapsed(event.now)
    this.#passLeap()
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
        const source = this.#sources.find(({ flow }) => flow === event.flow)
        if (source) this.#receive(source, event.bytes, event.received.at)
      }
    }
    if (this.#slewEnds <= this.#now + EARLY) this.#endSlew()
    for (const source of this.#sources) if (source.asksAt <= this.#now + EARLY) this.#ask(source)
    this.#planWake()
    return this.#out.take()
  }

  #start(): void {
    this.#out.adjust({ kind: 'frequency', rate: 0 })
    for (const name of new Set(this.#conf.sources.map(({ address }) => hostOf(address))))
      this.#out.do({ kind: 'resolve', name })
  }

  /** The kernel makes it, and does not say so. */
  #passLeap(): void {
    const size = this.#kernelLeap.take(this.#out.at.wall)
    if (size !== 0) this.#out.adjust({ kind: 'step', size })
  }

  #resolved(name: string, addresses: readonly string[]): void {
    for (const { address, mode, count } of this.#conf.sources) {
      if (hostOf(address) !== name) continue
      for (const each of addresses.slice(0, mode.endsWith('pool') ? count : 1))
        this.#sources.push({
          address: each,
          exchange: new Exchange(),
          filter: new Filter(this.#conf.settings),
          flow: 0,
          asksAt: this.#now,
          unanswered: 0,
          said: undefined,
        })
    }
  }

  #planWake(): void {
    let next = Math.min(this.#slewEnds, this.#now + this.#kernelLeap.looksIn(this.#out.at.wall))
    for (const { asksAt } of this.#sources) next = Math.min(next, asksAt)
    if (next === NEVER || next === this.#wakesAt) return
    this.#wakesAt = next
    this.#out.do({ kind: 'wake', at: plus(this.#out.at.monotonic, Math.max(0, next - this.#now)) })
  }

  #ask(source: Source): void {
    if (source.unanswered++ >= GIVEN_UP_AFTER) {
      source.said = undefined
      source.filter = new Filter(this.#conf.settings)
    }
    if (source.flow > 0) this.#out.do({ kind: 'release', flow: source.flow })
    source.flow = this.#nextFlow++
    const bytes = source.exchange.ask(this.#clock.wall(this.#out.at), this.#random)
    this.#out.do({ kind: 'send', flow: source.flow, to: { address: source.address, port: NTP_PORT }, bytes })
    const spread = LEAST_SPREAD + (SPREAD * this.#random()) / 2 ** 32
    source.asksAt = this.#now + 2 ** source.filter.poll * spread
  }

  #receive(source: Source, bytes: Uint8Array, received: Reading): void {
    const wall = this.#clock.wall(received)
    const answer = source.exchange.take(bytes, wall, this.#clock)
    if (!answer) return
    source.unanswered = 0
    const { offset, delay, rootDelay, rootDispersion, stratum, leap } = answer
    source.said = answer.synchronised ? { rootDelay, rootDispersion, leap } : undefined
    if (!source.said) return
    const at = this.#clock.elapsed(received)
    const changed = source.filter.take({ offset, delay, at, lead: wall - at - this.#stepped })
    if (this.#out.recording)
      this.#out.record({
        kind: 'sample',
        at: this.#out.at,
        source: source.address,
        address: source.address,
        offset,
        delay,
        dispersion: 0,
        rootDistance: rootDelay / 2 + rootDispersion,
        stratum,
        leap,
        poll: source.filter.poll,
      })
    if (changed) this.#updateClock()
  }

  #updateClock(): void {
    const candidates = this.#sources.flatMap(source => candidateOf(source, this.#now))
    const agreeing = selectAgreeing(candidates, this.#conf.settings.minimumAgreeingSources)
    if (agreeing.length === 0) return
    const combined = agreeing.map(withDispersion).reduce(merge)
    const { offset } = combined
    const deviation = Math.sqrt(combined.offsetVariance)
    const delay = Math.min(...agreeing.map(each => each.delay + each.said.rootDelay))
    this.#believe(offset, deviation + delay / 2, agreeing)
    const more = combined.frequency - this.#desired
    if (this.#desired === 0 && Math.abs(offset) > STEER_BEYOND * deviation)
      this.#steerOffset(offset - LEFT_OVER * deviation * Math.sign(offset), more)
    else this.#speedUp(more)
    this.#announceLeap(agreeing.map(({ said }) => said.leap))
    this.#starting = false
  }

  /** Without a majority the kernel keeps what it was told before. */
  #announceLeap(leaps: readonly Leap[]): void {
    const leap = announcedByMost(leaps)
    const none = 2 * leaps.filter(each => each === 'none').length > leaps.length
    if (leap || none) this.#kernelLeap.announce(leap ?? 'none', this.#out.at.wall)
  }

  #believe(offset: Seconds, errorBound: Seconds, agreeing: readonly Candidate[]): void {
    this.belief = { offset, errorBound }
    if (!this.#out.recording) return
    this.#out.record({
      kind: 'estimate',
      at: this.#out.at,
      offset,
      errorBound,
      frequencyError: -this.#frequency,
      frequencyErrorBound: undefined,
      jitter: 0,
      source: agreeing[0]!.address,
      survivors: agreeing.length,
    })
  }

  #steerOffset(by: Seconds, more: Rate): void {
    if (Math.abs(by) <= this.#conf.settings.stepThreshold) {
      const speed = Math.min(FASTEST_SLEW, Math.abs(by) / SHORTEST_SLEW)
      this.#slewEnds = this.#now + Math.abs(by) / speed
      return this.#desire(-speed * Math.sign(by), more)
    }
    if (this.#isTooFar(by)) {
      this.#out.notice('panic', 'Unusually large clock step suggested')
      return this.#exit()
    }
    this.#out.adjust({ kind: 'step', size: by })
    this.#stepped += by
    for (const { filter } of this.#sources) filter.stepped(by)
  }

  #isTooFar(by: Seconds): boolean {
    const { startupStepPanicThreshold, singleStepPanicThreshold, accumulatedStepPanicThreshold } =
      this.#conf.settings
    if (this.#starting) return isBeyond(by, startupStepPanicThreshold)
    this.#accumulated += Math.abs(by)
    return isBeyond(by, singleStepPanicThreshold) || this.#accumulated > accumulatedStepPanicThreshold
  }

  #endSlew(): void {
    this.#slewEnds = NEVER
    this.#desire(0, 0)
  }

  #desire(frequency: Rate, more: Rate): void {
    const change = this.#desired - frequency + more
    this.#desired = frequency
    this.#speedUp(change)
  }

  #speedUp(by: Rate): void {
    const wanted = (1 + this.#frequency) * (1 + by) - 1
    const frequency = Math.max(-MOST_FREQUENCY, Math.min(MOST_FREQUENCY, wanted))
    const change = (1 + frequency) / (1 + this.#frequency) - 1
    this.#frequency = frequency
    this.#out.adjust({ kind: 'frequency', rate: frequency })
    for (const { filter } of this.#sources) filter.sped(change, this.#now)
  }

  #exit(): void {
    for (const { flow } of this.#sources) this.#out.do({ kind: 'release', flow })
    this.#sources.length = 0
    this.#slewEnds = NEVER
    this.#out.do({ kind: 'exit', why: 'panic' })
  }
}

function candidateOf({ filter, said, address }: Source, now: Seconds): Candidate[] {
  const snapshot = said && filter.snapshot(now)
  if (!snapshot) return []
  const { state, delay } = snapshot
  const radius = DEVIATIONS * Math.sqrt(state.offsetVariance) + DELAY_PART * delay
  return [{ state, delay, said, address, low: state.offset - radius, high: state.offset + radius }]
}

const withDispersion = ({ state, said }: Candidate): State => ({
  ...state,
  offsetVariance: state.offsetVariance + said.rootDispersion ** 2,
})

const isBeyond = (by: Seconds, { forward, backward }: StepLimits): boolean => by > forward || -by > backward

/** An address may name a port. */
const hostOf = (address: string): string => /^([^:]+):\d+$/.exec(address)?.[1] ?? address
