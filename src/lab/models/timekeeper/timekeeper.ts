/**
 * A servo like FSMLabs TimeKeeper's. That is closed, and next to nothing is known of it: that it corrects by a fast change of
 * rate and does not jump once it runs (vendor), and that from −250 ms it was below a millisecond in a few minutes and within
 * ±100 µs afterwards (field report 004).
 *
 * Assumed, so that it does what is known: a question every 4 s, the answer with the least delay of the last eight, a proportional
 * and integral servo with a time constant of 64 s, rates up to 2000 ppm, and a step at the start beyond a second.
 */

import type { AgentEvent } from '#core/agent/event.ts'
import type { Flow } from '#core/ntp/endpoint.ts'
import { logarithm2 } from '#core/number/elementary.ts'
import { plus, type Reading } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Belief, Daemon, DaemonAction } from '../../daemon.ts'
import { type Answer, Exchange, NTP_PORT } from '../exchange.ts'
import { Outbox } from '../outbox.ts'
import { OwnClock } from '../own-clock.ts'

export interface TimekeeperSetup {
  /** The address of the server, or its name. */
  readonly server: string
  /** Uniform in 0 … 2³²-1. */
  readonly random: () => number
  /** Without it no samples are recorded. */
  readonly recording?: boolean
}

const POLL: Seconds = 4
const KEPT = 8
const TIME_CONSTANT: Seconds = 64
const FASTEST: Rate = 2000e-6
const MOST_FREQUENCY: Rate = 500e-6
/** Beyond this the frequency is not learned: there is something to remove first. */
const LEARNS_BELOW: Seconds = 2e-3
const START_STEP: Seconds = 1
const EARLY: Seconds = 1e-6

interface Kept {
  /** As of the time when it was measured; what was steered since is taken off. */
  offset: Seconds
  readonly delay: Seconds
}

export class Timekeeper implements Daemon {
  readonly #setup: TimekeeperSetup
  readonly #exchange = new Exchange()
  readonly #kept: Kept[] = []
  #running: { readonly clock: OwnClock; readonly out: Outbox } | undefined
  #address: string | undefined
  #flow: Flow = 0
  #asksAt: Seconds = 0
  #frequency: Rate = 0
  #rate: Rate = 0
  #steeredAt: Seconds = 0
  #belief: Belief | undefined

  constructor(setup: TimekeeperSetup) {
    this.#setup = setup
  }

  handle(event: AgentEvent): readonly DaemonAction[] {
    if (event.kind === 'started') this.#start(event.now)
    if (!this.#running) return []
    const { clock, out } = this.#running
    out.open(event.now)
    const now = clock.elapsed(event.now)
    switch (event.kind) {
      case 'started':
        out.do({ kind: 'resolve', name: this.#setup.server })
        break
      case 'woke':
        // Where processors disagree, it may be too early.
        if (now + EARLY < this.#asksAt) this.#sleep(this.#asksAt - now, out)
        break
      case 'resolved':
        this.#address ??= event.addresses[0]
        break
      case 'datagram': {
        if (event.flow !== this.#flow) break
        const answer = this.#exchange.take(event.bytes, clock.wall(event.received.at), clock)
        if (answer?.synchronised) this.#steer(answer, now, out)
      }
    }
    if (this.#address !== undefined && now + EARLY >= this.#asksAt) this.#ask(this.#address, now, clock, out)
    return out.take()
  }

  believe(): Belief | undefined {
    return this.#belief
  }

  #start(now: Reading): void {
    const { recording = true } = this.#setup
    this.#running = { clock: new OwnClock(now), out: new Outbox(now, recording) }
  }

  #ask(address: string, now: Seconds, clock: OwnClock, out: Outbox): void {
    if (this.#flow > 0) out.do({ kind: 'release', flow: this.#flow })
    const bytes = this.#exchange.ask(clock.wall(out.at), this.#setup.random)
    out.do({ kind: 'send', flow: ++this.#flow, to: { address, port: NTP_PORT }, bytes })
    this.#asksAt = now + POLL
    this.#sleep(POLL, out)
  }

  #sleep(time: Seconds, out: Outbox): void {
    out.do({ kind: 'wake', at: plus(out.at.monotonic, time) })
  }

  #steer(answer: Answer, now: Seconds, out: Outbox): void {
    const { offset, delay, rootDelay, rootDispersion, stratum, leap } = answer
    if (out.recording)
      out.record({
        kind: 'sample',
        at: out.at,
        source: this.#address!,
        address: this.#address!,
        offset,
        delay,
        dispersion: 0,
        rootDistance: rootDelay / 2 + rootDispersion,
        stratum,
        leap,
        poll: logarithm2(POLL),
      })
    if (this.#belief === undefined && Math.abs(offset) > START_STEP) {
      this.#belief = { offset: 0, errorBound: undefined }
      return out.adjust({ kind: 'step', size: offset })
    }
    const elapsed = now - this.#steeredAt
    this.#steeredAt = now
    for (const each of this.#kept) each.offset -= (this.#rate - this.#frequency) * elapsed
    this.#kept.push({ offset, delay })
    if (this.#kept.length > KEPT) this.#kept.shift()
    const best = this.#kept.reduce((a, b) => (b.delay < a.delay ? b : a)).offset
    this.#belief = { offset: best, errorBound: undefined }
    if (Math.abs(best) < LEARNS_BELOW)
      this.#frequency = clamp(this.#frequency + (best * elapsed) / (2 * TIME_CONSTANT) ** 2, MOST_FREQUENCY)
    this.#rate = clamp(this.#frequency + best / TIME_CONSTANT, FASTEST)
    out.adjust({ kind: 'frequency', rate: this.#rate })
  }
}

const clamp = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value))
