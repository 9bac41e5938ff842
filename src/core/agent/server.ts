/**
 * The agent as a server: who is answered, and with what. It stands beside the agent and not in it: a request is no event,
 * stands in no journal and wakes nobody. What it says it asks of the agent four times a second at most, and at once
 * when something has happened (`renew`).
 */

import type { Access } from '#core/ntp/access.ts'
import type { RateLimit } from '#core/ntp/rate-limit.ts'
import {
  judgeRequest,
  REQUEST_REFUSALS,
  type RequestRefusal,
  type Said,
  type Standing,
  sayRate,
  sayStanding,
  writeKiss,
  writeReply,
  writeTransmit,
} from '#core/ntp/reply.ts'
import type { Responder, Visit } from '#core/ntp/responder.ts'
import { logarithm2 } from '#core/number/elementary.ts'
import type { PollLog2, Seconds } from '#core/time/units.ts'
import { STANDING_LASTS } from './standing.ts'

export interface ServerOptions {
  readonly access: Access
  readonly limit: { readonly clients: RateLimit; readonly interval: Seconds } | undefined
  /** log2 of seconds. */
  readonly precision: number
  /** What may be said of the clock now. */
  readonly standing: () => Standing
  readonly random: () => number
}

/** What came since the start, and what became of it. */
export interface ServerCounts {
  readonly requests: number
  /** All replies, kisses among them. */
  readonly replies: number
  /** Replies that said that the time is not known. */
  readonly unsynchronised: number
  /** Replies that asked the client to ask less often. */
  readonly kisses: number
  readonly dropped: Readonly<Record<RequestRefusal, number>>
}

type Counting<T> = { -readonly [K in keyof T]: T[K] extends number ? number : Counting<T[K]> }

/**
 * One in four requests beyond the limit is answered all the same (chrony: `leak 2`): else somebody who sends in the name
 * of a client could silence the server for it.
 */
const LEAK = 4
/** One in sixteen of the others gets a kiss code. */
const KISS = 16

export class TimeServer implements Responder {
  readonly #options: ServerOptions
  readonly #rate: Said
  readonly #slowest: PollLog2
  readonly #counts: Counting<ServerCounts>
  #standing: Standing
  #said: Said
  #saidAt: Seconds = Number.NEGATIVE_INFINITY

  constructor(options: ServerOptions) {
    this.#options = options
    this.#rate = sayRate(options.precision)
    this.#slowest = options.limit ? Math.ceil(logarithm2(options.limit.interval)) : 0
    this.#counts = {
      requests: 0,
      replies: 0,
      unsynchronised: 0,
      kisses: 0,
      dropped: Object.fromEntries(Object.keys(REQUEST_REFUSALS).map(why => [why, 0])) as Record<
        RequestRefusal,
        number
      >,
    }
    this.#standing = options.standing()
    this.#said = sayStanding(this.#standing)
  }

  get counts(): ServerCounts {
    return { ...this.#counts, dropped: { ...this.#counts.dropped } }
  }

  /** What was said last. */
  get standing(): Standing {
    return this.#standing
  }

  /** Something happened to the clock, or to what is known of it: nothing that was known before is said any more. */
  renew(): void {
    this.#saidAt = Number.NEGATIVE_INFINITY
  }

  arrive(visit: Visit): number {
    this.#counts.requests++
    const { bytes, at } = visit
    const { access, limit } = this.#options
    if (!access.permits(visit.address, visit.addressAt, visit.addressLength)) return this.#drop('not-allowed')
    const why = judgeRequest(bytes, at, visit.length, visit.port)
    if (why) return this.#drop(why)
    if (limit && !limit.clients.take(visit.address, visit.addressAt, visit.addressLength, visit.now)) {
      const chance = this.#options.random() >>> 0
      if (chance % LEAK !== 0) return this.#beyondLimit(visit, chance >>> 2)
    }
    if (!(visit.now - this.#saidAt < STANDING_LASTS)) this.#ask(visit.now)
    this.#counts.replies++
    if (this.#standing.stratum === 0) this.#counts.unsynchronised++
    return writeReply(bytes, at, this.#said, visit.seconds, visit.nanoseconds)
  }

  leave(bytes: Uint8Array, at: number, seconds: number, nanoseconds: number): void {
    writeTransmit(bytes, at, seconds, nanoseconds)
  }

  drop(why: 'too-long' | 'stale'): void {
    this.#counts.requests++
    this.#counts.dropped[why]++
  }

  #drop(why: RequestRefusal): 0 {
    this.#counts.dropped[why]++
    return 0
  }

  #beyondLimit({ bytes, at, seconds, nanoseconds }: Visit, chance: number): number {
    if (chance % KISS !== 0) return this.#drop('rate-limited')
    this.#counts.replies++
    this.#counts.kisses++
    return writeKiss(bytes, at, this.#rate, seconds, nanoseconds, this.#slowest)
  }

  #ask(now: Seconds): void {
    this.#standing = this.#options.standing()
    this.#said = sayStanding(this.#standing)
    this.#saidAt = now
  }
}
