import { describe, expect, it } from 'vitest'
import { since } from '#core/time/instant.ts'
import { loadLibc } from '../libc.ts'
import { openClock } from './clock.ts'
import { openCoarseClock } from './coarse-clock.ts'

const loaded = loadLibc()

describe.skipIf(loaded.kind === 'missing')('the clock of the kernel', () => {
  const clock = openClock(loaded.kind === 'loaded' ? loaded.libc : undefined)

  it('reads both clocks of one moment, and says how far apart they can be', () => {
    let lead: number | undefined
    for (let i = 0; i < 1000; i++) {
      const before = clock.counter()
      const { wall, monotonic } = clock.read()
      const residual = clock.residual()
      expect(since(monotonic, before)).toBeGreaterThanOrEqual(0)
      expect(residual).toBeGreaterThan(0)
      // Nobody steps the clock during the test, so the lead of the wall clock moves by what a slew can do.
      const now = Number(wall - monotonic) / 1e9
      lead ??= now
      expect(Math.abs(now - lead)).toBeLessThan(0.01)
    }
  })

  it('is precise to a few microseconds at worst', () => {
    expect(clock.precision).toBeLessThan(20e-6)
  })
})

describe('the clock without libc', () => {
  /** True wall clock and counter in ns; `Date.now` sees the first in whole milliseconds. */
  const simulated = () => {
    const truth = { wall: 1_795_000_000_000_300_000n, counter: 5_000_000_000n }
    const pass = (ns: bigint) => {
      truth.wall += ns
      truth.counter += ns
    }
    const clock = openCoarseClock(
      () => {
        pass(150n)
        return Number(truth.wall / 1_000_000n)
      },
      () => {
        pass(100n)
        return truth.counter
      },
    )
    const error = () => {
      const { wall, monotonic } = clock.read()
      return Number(wall - (truth.wall - (truth.counter - monotonic))) / 1e9
    }
    return { clock, truth, pass, error }
  }

  it('is never wrong by more than it says', () => {
    const { clock, pass, error } = simulated()
    for (let i = 0; i < 1000; i++) {
      expect(Math.abs(error())).toBeLessThanOrEqual(clock.precision)
      pass(777_777n)
    }
  })

  it('learns where the milliseconds change', () => {
    const { pass, error } = simulated()
    for (let i = 0; i < 1000; i++) {
      error()
      pass(777_777n)
    }
    // A thousand readings at as many phases of the millisecond: the nearest were some microseconds from its change.
    expect(Math.abs(error())).toBeLessThan(20e-6)
  })

  it('sees the clock being set, at once when by more than a millisecond', () => {
    const { clock, truth, pass, error } = simulated()
    for (const step of [3_000_000_000n, -86_400_000_000_000n, 2_500_000n, 400_000n]) {
      for (let i = 0; i < 100; i++) {
        error()
        pass(777_777n)
      }
      truth.wall += step
      expect(Math.abs(error())).toBeLessThanOrEqual(clock.precision)
    }
  })
})
