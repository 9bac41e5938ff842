import { describe, expect, it } from 'vitest'
import { instant, monotonic, plus, type Reading, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { kernelStamp, type Passage, userReceiveStamp, userSendStamp } from './stamps.ts'

const START: Reading = { wall: instant(1_795_000_000_000_000_000n), monotonic: monotonic(5_000_000_000n) }

/** `elapsed` counter seconds later, after the wall clock gained `gained` on the counter. */
const later = (elapsed: Seconds, gained: Seconds = 0): Reading => ({
  wall: plus(START.wall, elapsed + gained),
  monotonic: plus(START.monotonic, elapsed),
})
const passage = (to: Reading, residual = 100e-9): Passage => ({ from: START, to, residual })
const stampedAt = (seconds: Seconds) => plus(START.wall, seconds)

describe('a stamp of the kernel', () => {
  it('is carried to the counter, and is good to the latency of the kernel when nothing happened', () => {
    const stamp = kernelStamp(stampedAt(0.02), passage(later(0.05)))!
    expect(stamp.by).toBe('kernel')
    expect(since(stamp.at.monotonic, START.monotonic)).toBeCloseTo(0.02, 9)
    expect(stamp.at.wall).toBe(stampedAt(0.02))
    // 5 µs of latency, 0.1 µs of readings, and 1000 ppm of the 30 ms that it is old.
    expect(stamp.uncertainty).toBeCloseTo(35.1e-6, 9)
  })

  it.each([
    ['the frequency and phase corrections of ntpd', 0.0009, 0.05],
    ['a slew of chrony', 0.083, 0.05],
    ['a slew of chrony backwards, seen from a busy loop', -0.083, 2],
  ])('bounds its error under %s', (_, rate, elapsed) => {
    const at = elapsed / 4
    const stamp = kernelStamp(stampedAt(at * (1 + rate)), passage(later(elapsed, rate * elapsed)))!
    const error = since(stamp.at.monotonic, START.monotonic) - at
    expect(Math.abs(error)).toBeLessThanOrEqual(stamp.uncertainty)
  })

  it('bounds its error when the clock was set by as little as a slew could do', () => {
    for (const setAt of [0.01, 0.03]) {
      const at = 0.02
      const step = 0.004
      const stamped = stampedAt(at + (setAt < at ? step : 0))
      const stamp = kernelStamp(stamped, passage(later(0.05, step)))!
      const error = since(stamp.at.monotonic, START.monotonic) - at
      expect(Math.abs(error)).toBeLessThanOrEqual(stamp.uncertainty)
    }
  })

  it.each([1, -1, 0.2, 3600 * 24 * 365 * 30])('is not believed when the clock was set by %d s', step => {
    for (const stamped of [0.02, 0.02 + step]) {
      expect(kernelStamp(stampedAt(stamped), passage(later(0.05, step)))).toBeUndefined()
    }
  })

  it('is not believed when it lies outside of the passage', () => {
    expect(kernelStamp(stampedAt(-0.001), passage(later(0.05)))).toBeUndefined()
    expect(kernelStamp(stampedAt(0.051), passage(later(0.05)))).toBeUndefined()
  })
})

describe('a stamp of the program', () => {
  it('covers the whole call that sent the packet', () => {
    const stamp = userSendStamp(passage(later(20e-6)))
    expect(stamp.uncertainty).toBeGreaterThan(20e-6)
  })

  it('can be late by all that the loop was busy, but not by more than the round trip', () => {
    expect(userReceiveStamp(passage(later(0.05)), 0.01).uncertainty).toBeCloseTo(0.011, 9)
    expect(userReceiveStamp(passage(later(0.05)), 0.2).uncertainty).toBeCloseTo(0.05, 9)
  })
})
