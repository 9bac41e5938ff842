/**
 * chronyd, as the lab models it (facts: chrony 4.3, and 4.8 where they agree): its main loop, and what each part tells the
 * next. It sees the clocks of its guest and packets, nothing else; nobody tells it of a pause or a step.
 *
 * The loop sleeps by the kernel's monotonic clock until the next timer, but timers lie in raw time. When raw time has moved
 * by more than ten seconds beyond what the loop slept, somebody else has set the clock, and everything measured is dropped. How
 * long it slept is what select(2) left of its timeout, so never longer than until that timer: a guest that stood still while
 * its clocks ran on and wakes more than ten seconds after it has jumped forward in chronyd's eyes, too (sched.c).
 *
 * Not modelled: reference clocks (that of the host is asked as a server), initstepslew, fallbackdrift, tempcomp, smoothtime,
 * chronyc's commands, saved samples, a server of its own (local, orphan), and asking a pool for another server in place of a bad
 * one.
 */
import type { AgentEvent } from '#core/agent/event.ts'
import type { Flow } from '#core/ntp/endpoint.ts'
import { wireNanoseconds, wireSeconds } from '#core/ntp/header.ts'
import { monotonicSince, originOf, wallSince } from '#core/time/counted-reading.ts'
import { plus, type Reading } from '#core/time/instant.ts'
import { NS_PER_SECOND, type Rate, type Seconds } from '#core/time/units.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import type { ChronySettings } from '#dialects/chrony/settings.ts'
import type { ChronySource } from '#dialects/chrony/source.ts'
import type { Belief, Daemon, DaemonAction } from '../../daemon.ts'
import { ChronyClock } from './clock.ts'
import { LeapSecond } from './leap.ts'
import { Reference } from './reference.ts'
import type { ChronySample } from './samples.ts'
import { Schedule, type Timer } from './schedule.ts'
import { Selection } from './selection.ts'
import { type Around, Source } from './source.ts'

export interface ChronydConfig {
  readonly settings: ChronySettings
  readonly sources: readonly ChronySource[]
  /** What the drift file says: what the clock gains by itself, and how far that may be wrong. */
  readonly drift?: { readonly frequency: Rate; readonly skew: Rate }
  /** Without it no samples and estimates are recorded, only what a log would say. */
  readonly recording?: boolean
}

const JUMP: Seconds = 10
/** Linux calls its clock unsynchronised when it may be wrong by this. */
const MOST_ERROR: Seconds = 16
const LEAST_SKEW: Rate = 1e-12
/** So that a timer is never looked at a rounding too early. */
const LATE: Seconds = 1e-6
const NOTHING: readonly DaemonAction[] = []

export class Chronyd implements Daemon {
  readonly #config: ChronydConfig
  readonly #random: () => number
  #running: Running | undefined

  constructor(config: ChronydConfig, random: () => number) {
    this.#config = config
    this.#random = random
  }

  handle(event: AgentEvent): readonly DaemonAction[] {
    if (this.#running) return this.#running.handle(event)
    if (event.kind !== 'started') return NOTHING
    this.#running = new Running(this.#config, this.#random, event.now, event.precision)
    return this.#running.handle(event)
  }

  believe(now: Reading): Belief | undefined {
    return this.#running?.believe(now)
  }
}

class Running implements Around {
  readonly clock: ChronyClock
  readonly random: () => number
  readonly wireBase: number
  readonly precision: Seconds
  readonly maxclockerror: Rate
  readonly #config: ChronydConfig
  readonly #recording: boolean
  /** What raw time and the counter are counted from; raw time from the whole second before it. */
  readonly #origin: Reading
  readonly #originFraction: Seconds
  readonly #schedule: Schedule
  readonly #selection: Selection
  readonly #reference: Reference
  readonly #leap: LeapSecond
  #now: Reading
  #counter: Seconds = 0
  /** Raw time, counter and chronyd's own count of time when the loop last woke. */
  #wokeRaw: Seconds = 0
  #wokeCounter: Seconds = 0
  #monotonic: Seconds = 0
  /** The timer for which the loop sleeps, in raw time. */
  #sleepsUntil: Seconds = Number.POSITIVE_INFINITY
  /** By the counter; −1 when no alarm is set. */
  #wakesAt: Seconds = -1
  #nextFlow = 1
  #actions: DaemonAction[] = []

  constructor(config: ChronydConfig, random: () => number, now: Reading, precision: Seconds) {
    const { settings, recording = true } = config
    this.#config = config
    this.#recording = recording
    this.random = random
    this.#now = now
    this.#origin = originOf(now)
    this.#originFraction = wireNanoseconds(this.#origin.wall) / 1e9
    this.wireBase = wireSeconds(this.#origin.wall)
    this.precision = settings.clockprecision > 0 ? settings.clockprecision : precision
    this.maxclockerror = settings.maxclockerror
    this.#leap = new LeapSecond(Number(this.#origin.wall / NS_PER_SECOND))
    const raw = this.#rawOf(now)
    this.#wokeRaw = raw
    this.clock = new ChronyClock(raw, settings, frequency =>
      this.#tell(
        'frequency-exceeds-maxdrift',
        `Frequency ${(frequency * 1e6).toFixed(1)} ppm exceeds allowed maximum`,
      ),
    )
    this.#schedule = new Schedule(random)
    this.#reference = new Reference(this.clock, settings, {
      tell: (name, text) => this.#tell(name, text),
      stepped: by => this.#stepped(by),
      gaveUp: why => void this.#actions.push({ kind: 'exit', why }),
    })
    this.#selection = new Selection(settings, {
      tell: (name, text) => this.#tell(name, text),
      changed: source => this.#recordSource(source),
      lostMajority: () => this.#desynchronise(),
    })
  }

  handle(event: AgentEvent): readonly DaemonAction[] {
    this.#now = event.now
    if (this.#actions.length > 0) this.#actions = []
    switch (event.kind) {
      case 'started':
        this.#start()
        break
      case 'woke':
        this.#wakesAt = -1
        this.#wake()
        break
      case 'sent':
        this.#wake()
        this.#byFlow(event.flow)?.stampSent(this.#rawOf(event.sent.at))
        // The usual end of such a turn: no timer has been set, and none is due.
        if (this.#actions.length === 0 && this.#isQuiet()) return NOTHING
        break
      case 'datagram': {
        this.#wake()
        const source = this.#byFlow(event.flow)
        if (source?.endpoint.address === event.from.address)
          source.receive(event.bytes, this.#rawOf(event.received.at))
        break
      }
      case 'resolved':
        this.#wake()
        this.#addSources(event.name, event.addresses)
        break
      case 'disrupted':
      case 'permitted':
        return NOTHING
      default:
        this.#wake()
    }
    this.#fireTimers()
    if (this.clock.hasCalls)
      for (const call of this.clock.takeCalls()) this.#actions.push({ kind: 'adjust', call })
    this.#sleep()
    return this.#actions.length > 0 ? this.#actions : NOTHING
  }

  believe(now: Reading): Belief {
    const raw = this.#rawOf(now)
    const offset = this.clock.correctionAt(raw)
    const { synchronised, rootDelay } = this.#reference
    const distance = rootDelay / 2 + this.#reference.rootDispersionAt(raw + offset)
    return { offset, errorBound: synchronised ? distance : undefined }
  }

  // ── What sources need ───────────────────────────────────────────────────────────────────────────────────────────

  plan(timer: Timer, delay: Seconds, apart: Seconds): void {
    this.#schedule.plan(timer, this.clock.raw, delay, apart)
  }

  send(source: Source, bytes: Uint8Array): Flow {
    const flow = this.#nextFlow++
    this.#actions.push({ kind: 'send', flow, to: source.endpoint, bytes })
    return flow
  }

  release(flow: Flow): void {
    this.#actions.push({ kind: 'release', flow })
  }

  follows(source: Source): boolean {
    return this.#selection.selected === source
  }

  missed(source: Source): void {
    if (this.follows(source)) this.#select()
  }

  sampled(source: Source, sample: ChronySample): void {
    if (this.#leap.isClose(sample.at)) {
      this.#tell('sample-near-leap-second', 'Dropping sample around leap second')
      return this.#select(source)
    }
    source.samples.accumulate(sample)
    if (this.#recording)
      this.#record({
        kind: 'sample',
        at: this.#now,
        source: source.config.address,
        address: source.endpoint.address,
        offset: sample.offset,
        delay: sample.delay,
        dispersion: sample.dispersion,
        rootDistance: sample.rootDelay / 2 + sample.rootDispersion,
        stratum: source.stratum,
        leap: source.leap,
        poll: source.poll,
      })
    this.#select(source)
  }

  rateLimited(source: Source): void {
    this.#tell('kod-rate', `Received KoD RATE from ${source.endpoint.address}`)
  }

  // ── The loop ────────────────────────────────────────────────────────────────────────────────────────────────────

  #start(): void {
    const { drift, settings, sources } = this.#config
    if (drift) {
      this.clock.setFrequency(drift.frequency)
      this.#reference.skew = Math.max(LEAST_SKEW, drift.skew)
      const ppm = (rate: Rate) => (rate * 1e6).toFixed(3)
      const file = settings.driftfile ?? 'the drift file'
      this.#tell(
        'drift-read',
        `Frequency ${ppm(drift.frequency)} +/- ${ppm(drift.skew)} ppm read from ${file}`,
      )
    }
    for (const address of new Set(sources.map(source => source.address)))
      this.#actions.push({ kind: 'resolve', name: address })
  }

  #addSources(name: string, addresses: readonly string[]): void {
    const { settings, sources } = this.#config
    for (const config of sources) {
      if (config.address !== name) continue
      const fresh = addresses.filter(
        address => !this.#selection.sources.some(({ endpoint }) => endpoint.address === address),
      )
      // Who has a line of its own, wherever that stands, is none of those that a pool brings.
      const wanted =
        config.kind === 'pool'
          ? fresh.filter(each => !sources.some(({ address }) => address === each)).slice(0, config.maxsources)
          : fresh.filter(each => each === addresses[0])
      for (const address of wanted) {
        const limits = {
          minsamples: config.minsamples ?? settings.minsamples,
          maxsamples: config.maxsamples ?? settings.maxsamples,
          mindelay: config.mindelay,
          asymmetry: config.asymmetry,
          maxjitter: settings.maxjitter,
          precision: this.precision,
        }
        const source = new Source(config, address, limits, this)
        this.#selection.add(source)
        source.start()
      }
    }
  }

  /** The loop's own check of the time, in whole seconds as it is made. */
  #wake(): void {
    this.#counter = monotonicSince(this.#now, this.#origin)
    const raw = this.#rawOf(this.#now)
    const before = this.#wokeRaw
    const passed = (this.#counter - this.#wokeCounter) * (1 + this.clock.kernelRate)
    const slept = Math.min(passed, this.#sleepsUntil - before)
    this.#monotonic += Math.abs(raw - before)
    this.clock.raw = raw
    this.#wokeCounter = this.#counter
    this.#wokeRaw = raw
    const step = before + slept - raw
    const seconds = Math.floor(before) + Math.floor(slept) - Math.floor(raw)
    if (Math.abs(seconds) > JUMP) this.#noticeJump(step)
  }

  #noticeJump(step: Seconds): void {
    this.#tell('time-jump', `${step > 0 ? 'Backward' : 'Forward'} time jump detected!`)
    this.clock.steppedBySomebody(step)
    this.#schedule.shift(step)
    for (const source of this.#selection.sources) source.reset()
    this.#reference.forget()
    this.#desynchronise()
    this.#select()
  }

  #fireTimers(): void {
    for (;;) {
      const { raw, slewEnds } = this.clock
      const request = this.#schedule.next
      if (this.#leap.at <= raw) this.#passLeap()
      else if (slewEnds <= raw && slewEnds <= (request?.at ?? slewEnds)) this.clock.endSlew()
      else if (request && request.at <= raw) this.#schedule.take(raw).fire()
      else return
    }
  }

  #passLeap(): void {
    const { leapsecmode } = this.#config.settings
    const fast = this.#leap.pass()
    switch (leapsecmode) {
      case 'system':
      case 'step':
        this.clock.leap(fast, 'step')
        this.#wokeRaw -= fast
        this.#record({ kind: 'step', at: this.#now, size: -fast, uncertainty: 0, by: 'us' })
        if (leapsecmode === 'step') this.#tell('leap-second', 'System clock was stepped for leap second')
        return
      case 'slew':
        this.clock.leap(fast, 'slew')
        return this.#tell('leap-second', 'Adjusting system clock for leap second')
      case 'ignore':
        this.#tell('leap-second', 'Ignoring leap second')
    }
  }

  #isQuiet(): boolean {
    const { raw, slewEnds } = this.clock
    const request = this.#schedule.next
    return Math.min(slewEnds, this.#leap.at, request?.at ?? raw) > raw && this.#wakesAt > this.#counter
  }

  #sleep(): void {
    const { raw, slewEnds, kernelRate } = this.clock
    const next = Math.min(slewEnds, this.#schedule.next?.at ?? slewEnds, this.#leap.at)
    this.#sleepsUntil = next
    if (next === Number.POSITIVE_INFINITY) return
    const at = this.#counter + (next - raw) / (1 + kernelRate) + LATE
    // The alarm that is set already is as good.
    if (Math.abs(at - this.#wakesAt) < LATE / 10) return
    this.#wakesAt = at
    this.#actions.push({ kind: 'wake', at: plus(this.#origin.monotonic, at) })
  }

  #select(updated?: Source): void {
    const now = this.clock.cook(this.clock.raw)
    const combined = this.#selection.select(now, updated)
    if (!combined) return
    if (!this.#reference.update(combined, this.#monotonic)) return
    this.#leap.hear(combined.leap, this.clock.raw)
    const { clock } = this
    const cooked = clock.cook(clock.raw)
    const left = clock.correctionAt(clock.raw)
    const { rootDelay, skew, offsetSd, frequencySd } = this.#reference
    const distance = rootDelay / 2 + this.#reference.rootDispersionAt(cooked)
    const errorBound = distance + Math.abs(left)
    if (this.#recording)
      this.#record({
        kind: 'estimate',
        at: this.#now,
        offset: left,
        errorBound: distance,
        frequencyError: clock.frequency,
        frequencyErrorBound: skew,
        jitter: combined.tracking.offsetSd,
        source: combined.source.config.address,
        survivors: combined.survivors,
      })
    const jitter = Math.max(offsetSd + this.#reference.ageAt(cooked) * frequencySd, Math.abs(left))
    // Without rtcsync the kernel's clock stays marked as unsynchronised.
    const claimed = this.#config.settings.rtcsync && errorBound < MOST_ERROR
    this.#actions.push({
      kind: 'announce',
      claim: { errorBound: claimed ? errorBound : undefined, jitter, leap: combined.leap },
    })
  }

  #desynchronise(): void {
    this.#reference.synchronised = false
    this.#actions.push({ kind: 'announce', claim: { errorBound: undefined, jitter: 0, leap: 'none' } })
  }

  #stepped(by: Seconds): void {
    this.#schedule.shift(-by)
    this.#wokeRaw += by
    this.#record({ kind: 'step', at: this.#now, size: by, uncertainty: 0, by: 'us' })
  }

  #byFlow(flow: Flow): Source | undefined {
    for (const source of this.#selection.sources) if (source.flow === flow) return source
    return undefined
  }

  #rawOf(reading: Reading): Seconds {
    return wallSince(reading, this.#origin) + this.#originFraction
  }

  #recordSource({ config, endpoint, status }: Source): void {
    const { address } = endpoint
    this.#record({
      kind: 'source',
      at: this.#now,
      source: config.address,
      address,
      state: status,
      reason: status,
    })
  }

  #tell(name: string, text: string): void {
    this.#record({ kind: 'notice', at: this.#now, name, text })
  }

  #record(record: TraceRecord): void {
    this.#actions.push({ kind: 'record', record })
  }
}
