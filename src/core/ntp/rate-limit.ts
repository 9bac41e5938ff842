/**
 * How often one client may ask: a bucket of tokens for each address (of IPv6 for each /64, as one client can have all of
 * it). A request takes one; another comes back after each interval, up to the burst.
 *
 * The table never grows. Each address has a few places where it may stand, found by a hash that nobody outside can
 * foresee; a newcomer takes the place of the one who has been silent longest. Who sends from a hundred thousand forged
 * addresses can make it forget, and then everybody has a full bucket again: the limit is against single clients gone wild.
 */
import type { Seconds } from '#core/time/units.ts'

export interface RateLimitConfig {
  /** One request in so long, on average. */
  readonly interval: Seconds
  /** So many at once, after a silence. */
  readonly burst: number
}

const SETS = 2048
/** Places for an address. */
const WAYS = 8
const PLACES = SETS * WAYS

export class RateLimit {
  readonly #perSecond: number
  readonly #burst: number
  readonly #seed: number
  /** Two words of the address, and whether it is an IPv4 (4) or IPv6 (6) one; 0 is an empty place. */
  readonly #high = new Int32Array(PLACES)
  readonly #low = new Int32Array(PLACES)
  readonly #family = new Uint8Array(PLACES)
  readonly #tokens = new Float32Array(PLACES)
  readonly #seen = new Float64Array(PLACES)

  constructor({ interval, burst }: RateLimitConfig, seed: number) {
    this.#perSecond = 1 / interval
    this.#burst = burst
    this.#seed = seed | 0
  }

  /** Takes a token for whoever has the address that lies at `at`; false when there is none left. */
  take(address: Uint8Array, at: number, length: number, now: Seconds): boolean {
    const high = word(address, at)
    const low = length === 4 ? 0 : word(address, at + 4)
    const place = this.#placeOf(high, low, length === 4 ? 4 : 6, now)
    const earned = Math.max(0, now - this.#seen[place]!) * this.#perSecond
    const tokens = Math.min(this.#burst, this.#tokens[place]! + earned)
    this.#seen[place] = now
    this.#tokens[place] = tokens >= 1 ? tokens - 1 : tokens
    return tokens >= 1
  }

  #placeOf(high: number, low: number, family: number, now: Seconds): number {
    const first = (mix(mix(this.#seed ^ family, high), low) & (SETS - 1)) * WAYS
    let oldest = first
    for (let place = first; place < first + WAYS; place++) {
      if (this.#high[place] === high && this.#low[place] === low && this.#family[place] === family)
        return place
      if (this.#family[place] === 0) {
        oldest = place
        break
      }
      if (this.#seen[place]! < this.#seen[oldest]!) oldest = place
    }
    this.#high[oldest] = high
    this.#low[oldest] = low
    this.#family[oldest] = family
    this.#tokens[oldest] = this.#burst
    this.#seen[oldest] = now
    return oldest
  }
}

const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!

/** The finaliser of MurmurHash3: each bit of the input reaches each of the output. */
function mix(hash: number, word: number): number {
  let mixed = Math.imul(hash ^ word, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
