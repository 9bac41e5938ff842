/**
 * The clock of the host as a source of time. It is near and asks no packets, but it is only as good as whoever keeps it, and
 * most hypervisors do not tell how good that is. So it is compared with the network first, and believed within twice what
 * it was seen to be off; where it tells its error itself (VMClock), within that. It loses all trust when it contradicts
 * what it has shown, and after every disruption, because the guest may be on another host then.
 */
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import type { Rate, Seconds } from '#core/time/units.ts'

/** In the place of an address: the world has one host clock, or none. */
export const HOST_CLOCK = 'host-clock'

/** So many comparisons are needed at first; twice as many after each time that it lost trust. */
const NEEDED = 8
const MOST_NEEDED = 256
const REMEMBERED = 32
/** Twice the largest difference that was seen: the comparisons are few, and none of them is the worst case. */
const MARGIN = 2
/** How fast a host's clock may come off what it showed (RFC 5905: PHI). */
const GROWTH: Rate = 15e-6
/** A host that is off by more keeps no time (ntpd's step threshold). */
const WRONG: Seconds = STEP_THRESHOLD
/** A lone source and the host contradict each other: the source is right when it says so for so long. */
const PATIENCE = 16

/**
 * A host that drifts leads our guess along, so it cannot be found out by that; it is by what the servers alone say. They are
 * compared once in so long, …
 */
const SPACING: Seconds = 64
/** … the newest of these comparisons with those by which it was proven, … */
const RECENT = 8
const REMEMBERED_ALONE = 64
/** … and it has drifted when they differ by more than the servers scatter, and more than a well-kept host wanders. */
const SCATTER = 3
const WANDERS: Seconds = 200e-6

/** What true time is, less what the clock of the host says. */
export interface Comparison {
  readonly at: Seconds
  /** By the best guess … */
  readonly difference: Seconds
  /** … by the servers alone, whatever is concluded from the host, … */
  readonly alone: Seconds
  /** … and by what the network says that it is at least and at most. */
  readonly low: Seconds
  readonly high: Seconds
  /** How much what a server says scatters: the steadiest of them. */
  readonly jitter: Seconds
  /** How many sources of the network agree about it. */
  readonly witnesses: number
  /** What the host says itself of its error; undefined when it says nothing. */
  readonly claimed: Seconds | undefined
}

/** `shaken`: it is off by more than was allowed for, and what was concluded from it does not hold. */
export type Verdict = 'unproven' | 'proven' | 'confirmed' | 'shaken' | 'refused'

export class HostTrust {
  #seen: Comparison[] = []
  /** One in so long, for what the servers alone say, and what that was when the host was proven. */
  #spaced: Comparison[] = []
  #proof: Seconds | undefined
  #needed = NEEDED
  #contradictions = 0
  /** It was refused, and has not been proven since. */
  lies = false

  get trusted(): boolean {
    return this.#seen.length >= (this.#claimed === undefined ? this.#needed : 1)
  }

  /** It may be wrong by this much, beside what its reading can be; undefined while it is not to be used. */
  error(at: Seconds): Seconds | undefined {
    const newest = this.#seen.at(-1)
    if (!newest || !this.trusted) return undefined
    if (this.#claimed !== undefined) return this.#claimed
    const worst = Math.max(...this.#seen.map(({ difference }) => Math.abs(difference)))
    const doubt = Math.min(...this.#seen.map(({ low, high }) => (high - low) / 2))
    return MARGIN * worst + doubt + GROWTH * Math.abs(at - newest.at)
  }

  /** How much it moves about, for its weight among others. */
  get scatter(): Seconds {
    return deviation(this.#seen.map(({ difference }) => difference))
  }

  compare(seen: Comparison): Verdict {
    const allowed = this.error(seen.at)
    const outside = Math.max(seen.low, -seen.high)
    if (outside > (allowed ?? WRONG)) {
      this.#contradictions++
      const settled = seen.witnesses > 1 || this.#contradictions >= PATIENCE
      return settled || allowed === undefined ? this.#refuse() : 'confirmed'
    }
    this.#contradictions = 0
    this.#remember(seen)
    if (!this.trusted) return 'unproven'
    if (this.#drifted()) return this.#refuse()
    this.lies = false
    if (allowed === undefined) return 'proven'
    return Math.abs(seen.difference) > allowed ? 'shaken' : 'confirmed'
  }

  /** This may be another host. */
  forget(): void {
    this.#seen = []
    this.#spaced = []
    this.#proof = undefined
    this.#contradictions = 0
  }

  #remember(seen: Comparison): void {
    this.#seen.push(seen)
    if (this.#seen.length > REMEMBERED) this.#seen.shift()
    const last = this.#spaced.at(-1)
    if (last && seen.at - last.at < SPACING) return
    this.#spaced.push(seen)
    if (this.#spaced.length === RECENT) this.#proof ??= mean(this.#spaced.map(({ alone }) => alone))
    if (this.#spaced.length > REMEMBERED_ALONE) this.#spaced.shift()
  }

  /** Slowly, so that no single comparison shows it. */
  #drifted(): boolean {
    if (this.#proof === undefined || this.#spaced.length < 2 * RECENT) return false
    const alone = this.#spaced.map(each => each.alone)
    const jitter = this.#spaced.at(-1)!.jitter
    const noise = Math.max(jitter, deviation(differences(alone)) / Math.SQRT2)
    return Math.abs(mean(alone.slice(-RECENT)) - this.#proof) > SCATTER * noise + WANDERS
  }

  get #claimed(): Seconds | undefined {
    return this.#seen.at(-1)?.claimed
  }

  #refuse(): Verdict {
    this.forget()
    this.lies = true
    this.#needed = Math.min(2 * this.#needed, MOST_NEEDED)
    return 'refused'
  }
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

function deviation(values: readonly number[]): number {
  if (values.length === 0) return 0
  const middle = mean(values)
  return Math.sqrt(mean(values.map(value => (value - middle) ** 2)))
}

/** From each value to the next: a drift hardly shows in them, the noise does. */
const differences = (values: readonly number[]): number[] =>
  values.slice(1).map((value, i) => value - values[i]!)
