/**
 * Chance, from a seed. Every part of a simulated world gets a stream of its own, so that adding a server does not
 * change what an oscillator does. Generator: xoroshiro128+ (pure-rand).
 */

import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { logarithm, raised } from '#core/number/elementary.ts'

export class Random {
  readonly #generator: { next(): number }
  /** The second of a pair of normal numbers; NaN when it has been used. */
  #spare = Number.NaN

  constructor(seed: number, stream = 0) {
    this.#generator = xoroshiro128plus(Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b))
  }

  /** Uniform in 0 … 2³²-1. */
  uint32(): number {
    return this.#generator.next() >>> 0
  }

  /** Uniform in the open interval (0, 1). */
  uniform(): number {
    return (this.uint32() + 0.5) / 2 ** 32
  }

  /** Mean 0, standard deviation 1 (Marsaglia's polar method). */
  normal(): number {
    const spare = this.#spare
    if (!Number.isNaN(spare)) {
      this.#spare = Number.NaN
      return spare
    }
    for (;;) {
      const u = 2 * this.uniform() - 1
      const v = 2 * this.uniform() - 1
      const s = u * u + v * v
      if (s >= 1 || s === 0) continue
      const factor = Math.sqrt((-2 * logarithm(s)) / s)
      this.#spare = v * factor
      return u * factor
    }
  }

  /** Mean 1. */
  exponential(): number {
    return -logarithm(this.uniform())
  }

  /** Mean 1, shape k ≥ 1 (Marsaglia and Tsang 2000): the larger the shape, the rarer the extremes. */
  gamma(shape: number): number {
    const d = shape - 1 / 3
    const c = 1 / Math.sqrt(9 * d)
    for (;;) {
      const x = this.normal()
      const v = cube(1 + c * x)
      if (v <= 0) continue
      const u = this.uniform()
      if (logarithm(u) < 0.5 * x * x + d - d * v + d * logarithm(v)) return (d * v) / shape
    }
  }

  /** Mean 1, Pareto (Lomax) with tail index `index` > 1: now and then enormous. */
  heavyTail(index: number): number {
    return (raised(this.uniform(), -1 / index) - 1) * (index - 1)
  }
}

const cube = (x: number): number => x * x * x
