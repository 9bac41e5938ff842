/**
 * One question to a server as simple clients ask it: the transmit timestamp is a random number that only the answer can know,
 * and the time at which it was sent is kept at home.
 */
import { AT, isZeroTime, putUint32, shortAt, uint32At } from '#core/ntp/header.ts'
import { type Kiss, kissOf } from '#core/ntp/kiss.ts'
import { HEADER_LENGTH } from '#core/ntp/packet.ts'
import { type Leap, leapFromBits } from '#core/time/leap.ts'
import type { Seconds } from '#core/time/units.ts'
import type { OwnClock } from './own-clock.ts'
import { WireTime } from './wire-time.ts'

export const NTP_PORT = 123

export interface Answer {
  readonly offset: Seconds
  readonly delay: Seconds
  readonly leap: Leap
  readonly stratum: number
  readonly rootDelay: Seconds
  readonly rootDispersion: Seconds
  /** Whoever answers knows the time. */
  readonly synchronised: boolean
  /** What it says when its stratum is 0. */
  readonly kiss: Kiss | undefined
}

const CLIENT_V4 = 0x23
const SERVER = 4
const UNSYNCHRONISED = 16

export class Exchange {
  readonly #cookie = new WireTime()
  #askedAt: Seconds = 0

  get open(): boolean {
    return this.#cookie.known
  }

  ask(wall: Seconds, random: () => number): Uint8Array {
    const bytes = new Uint8Array(HEADER_LENGTH)
    bytes[0] = CLIENT_V4
    putUint32(bytes, AT.transmit, random())
    putUint32(bytes, AT.transmit + 4, random())
    this.#cookie.take(bytes, AT.transmit)
    this.#askedAt = wall
    return bytes
  }

  /** Undefined when this is no answer to what was asked last. */
  take(bytes: Uint8Array, received: Seconds, clock: OwnClock): Answer | undefined {
    if (bytes.length < HEADER_LENGTH || (bytes[0]! & 7) !== SERVER) return undefined
    if (!this.#cookie.known || !this.#cookie.is(bytes, AT.origin)) return undefined
    if (isZeroTime(bytes, AT.transmit)) return undefined
    this.#cookie.forget()
    const leap = leapFromBits(bytes[0]! >> 6)
    const stratum = bytes[1]!
    const out = clock.read(bytes, AT.receive) - this.#askedAt
    const back = clock.read(bytes, AT.transmit) - received
    return {
      offset: (out + back) / 2,
      delay: out - back,
      leap,
      stratum,
      rootDelay: shortAt(bytes, AT.rootDelay),
      rootDispersion: shortAt(bytes, AT.rootDispersion),
      synchronised: leap !== 'unknown' && stratum > 0 && stratum < UNSYNCHRONISED,
      kiss: stratum === 0 ? kissOf(uint32At(bytes, AT.refid)) : undefined,
    }
  }
}
