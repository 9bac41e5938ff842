/** One server as OpenNTPD has it (client.c): how far it is trusted, and its last eight answers. */
import type { Flow } from '#core/ntp/endpoint.ts'
import type { Seconds } from '#core/time/units.ts'
import { Exchange } from '../exchange.ts'

export interface Reply {
  offset: Seconds
  readonly delay: Seconds
  readonly received: Seconds
  good: boolean
}

/** How much it is trusted: below this it is not believed, below that it is asked often. */
export const BAD = 6
const PATHETIC = 2
const AGGRESSIVE = 8
const MOST_TRUST = 10
const KEPT = 8

/** How often it is asked: every so many seconds. */
export type Pace = 'pathetic' | 'aggressive' | 'normal'

export class Peer {
  readonly address: string
  readonly weight: number
  readonly trusted: boolean
  readonly exchange = new Exchange()
  flow: Flow = 0
  trust = PATHETIC
  /** When it will be asked; infinite while it is waited for. In whole seconds, as all times of OpenNTPD. */
  next: Seconds
  /** Until when it is waited for; infinite when nothing was asked. */
  deadline: Seconds = Number.POSITIVE_INFINITY
  /** The best of its last eight answers, until it has had a say. */
  update: Reply | undefined
  #replies: Reply[] = []

  constructor(address: string, weight: number, trusted: boolean, now: Seconds) {
    this.address = address
    this.weight = weight
    this.trusted = trusted
    this.next = now
  }

  get pace(): Pace {
    return this.trust < PATHETIC ? 'pathetic' : this.trust < AGGRESSIVE ? 'aggressive' : 'normal'
  }

  /** Every answer that is not thrown away adds to the trust. */
  take(reply: Reply): void {
    if (this.#replies.length === KEPT) this.#replies.shift()
    this.#replies.push(reply)
    this.trust = Math.min(MOST_TRUST, this.trust + 1)
  }

  /** Eight good answers: the one with the least delay is offered. */
  offer(): boolean {
    const good = this.#replies.filter(reply => reply.good)
    if (good.length < KEPT) return false
    this.update = { ...good.reduce((best, reply) => (reply.delay < best.delay ? reply : best)) }
    return true
  }

  /** What is not newer than the answer that had its say does not count any more. */
  spend(received: Seconds): void {
    for (const reply of this.#replies) if (reply.received <= received) reply.good = false
  }

  /** The clock is being corrected by so much, and offsets are of the corrected clock. */
  shift(by: Seconds): void {
    for (const reply of this.#replies) reply.offset -= by
    this.update = undefined
  }

  miss(): void {
    if (this.trust >= BAD) this.trust = Math.floor(this.trust / 2)
  }

  /** Another address, of which nothing is known. */
  forget(): void {
    this.#replies = []
    this.trust = PATHETIC
  }
}
