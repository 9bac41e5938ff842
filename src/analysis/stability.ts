/**
 * How steady a clock is, by the time over which it is averaged: Allan, modified Allan and time deviation, and MTIE
 * (NIST Special Publication 1065; ITU-T G.810 for MTIE). They are computed from the time error at
 * even steps, overlapping, from running sums, so each takes one pass for an averaging time.
 */
import type { Rate, Seconds } from '#core/time/units.ts'

/** Time errors at even steps: of N frequencies, N + 1 of them. */
export interface Phase {
  readonly error: Float64Array
  readonly step: Seconds
}

/** The time error that such fractional frequencies lead to, from zero on. */
export function phaseOf(frequency: ArrayLike<Rate>, step: Seconds): Phase {
  const error = new Float64Array(frequency.length + 1)
  for (let i = 0; i < frequency.length; i++) error[i + 1] = error[i]! + frequency[i]! * step
  return { error, step }
}

/** Overlapping, over m steps. NaN when the series is too short. */
export function allanDeviation({ error, step }: Phase, m: number): Rate {
  const count = error.length - 2 * m
  if (count < 1) return Number.NaN
  let sum = 0
  for (let i = 0; i < count; i++) sum += (error[i + 2 * m]! - 2 * error[i + m]! + error[i]!) ** 2
  return Math.sqrt(sum / (2 * count)) / (m * step)
}

export function modifiedAllanDeviation({ error, step }: Phase, m: number): Rate {
  const count = error.length - 3 * m + 1
  if (count < 1) return Number.NaN
  const second = (i: number) => error[i + 2 * m]! - 2 * error[i + m]! + error[i]!
  let window = 0
  for (let i = 0; i < m; i++) window += second(i)
  let sum = window * window
  for (let i = 1; i < count; i++) {
    window += second(i + m - 1) - second(i - 1)
    sum += window * window
  }
  return Math.sqrt(sum / (2 * count)) / (m * m * step)
}

/** How far a mean over this time strays: the modified Allan deviation over it, in seconds. */
export const timeDeviation = (modifiedAllan: Rate, time: Seconds): Seconds =>
  (time * modifiedAllan) / Math.sqrt(3)

/** Of each step: the time error at its beginning, and between which it was in all of it. */
export interface Extent {
  readonly begins: Float64Array
  readonly least: Float64Array
  readonly most: Float64Array
}

/** The largest that the time error ever varied within m steps, from the beginning of one to the beginning of another. */
export function mtie({ begins, least, most }: Extent, m: number): Seconds {
  if (begins.length <= m) return Number.NaN
  const highest = new Slope(most, 1)
  const lowest = new Slope(least, -1)
  let largest = 0
  for (let i = 0; i + 1 < begins.length; i++) {
    highest.push(i, i - m + 1)
    lowest.push(i, i - m + 1)
    const end = begins[i + 1]!
    if (i + 1 >= m)
      largest = Math.max(largest, Math.max(most[highest.first]!, end) - Math.min(least[lowest.first]!, end))
  }
  return largest
}

/** The extreme of a moving window: what a later and more extreme value makes irrelevant is forgotten. */
class Slope {
  readonly #values: Float64Array
  readonly #sign: number
  readonly #places: Int32Array
  #head = 0
  #tail = 0

  constructor(values: Float64Array, sign: 1 | -1) {
    this.#values = values
    this.#sign = sign
    this.#places = new Int32Array(values.length)
  }

  push(place: number, oldest: number): void {
    const places = this.#places
    while (this.#tail > this.#head && this.#at(places[this.#tail - 1]!) <= this.#at(place)) this.#tail--
    places[this.#tail++] = place
    while (places[this.#head]! < oldest) this.#head++
  }

  get first(): number {
    return this.#places[this.#head]!
  }

  #at(place: number): number {
    return this.#sign * this.#values[place]!
  }
}
