import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { monotonic, plus } from '#core/time/instant.ts'
import { loadLibc } from '../libc.ts'
import { openClock } from './clock.ts'
import { delayUntil, openTimers } from './timers.ts'

describe('on the real clock', () => {
  const loaded = loadLibc()
  const { counter } = openClock(loaded.kind === 'loaded' ? loaded.libc : undefined)

  it('is never early, also after the loop was busy', async () => {
    for (const seconds of [0, 0.0001, 0.0015, 0.01]) {
      const at = plus(counter(), seconds)
      const woke = await new Promise<bigint>(done => {
        const timers = openTimers(counter, () => done(counter()))
        timers.wake(at)
        const busyUntil = plus(counter(), 0.005)
        while (counter() < busyUntil) {
          // The loop is blocked beyond the time of some.
        }
      })
      expect(woke).toBeGreaterThanOrEqual(at)
    }
  })
})

describe('on a counter that goes its own way', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  /** The counter gains `rate` on the clock of the timers. */
  const trial = (rate: number) => {
    const start = performance.now()
    const counter = () => monotonic(BigInt(Math.round((performance.now() - start) * 1e6 * (1 + rate))))
    const woken: number[] = []
    const timers = openTimers(counter, () => woken.push(Number(counter()) / 1e9))
    return { timers, counter, woken }
  }

  it.each([0, 0.1, -0.1, 500e-6])('comes in time when it gains %d', rate => {
    const { timers, counter, woken } = trial(rate)
    timers.wake(plus(counter(), 1024))
    vi.advanceTimersByTime(2_000_000)
    expect(woken).toHaveLength(1)
    expect(woken[0]).toBeGreaterThanOrEqual(1024)
    // The last stretch is at most 10 s, of which a tenth is the difference of the clocks.
    expect(woken[0]).toBeLessThan(1025.1)
  })

  it('waits longer than setTimeout can', () => {
    const { timers, counter, woken } = trial(0)
    const days = 86400 * 60
    timers.wake(plus(counter(), days))
    vi.advanceTimersByTime((days - 1) * 1000)
    expect(woken).toEqual([])
    vi.advanceTimersByTime(2000)
    expect(woken).toHaveLength(1)
  })

  it('does not mind the wall clock', () => {
    const { timers, counter, woken } = trial(0)
    timers.wake(plus(counter(), 5))
    vi.setSystemTime(new Date('2099-01-01'))
    vi.advanceTimersByTime(4900)
    vi.setSystemTime(new Date('1971-01-01'))
    expect(woken).toEqual([])
    vi.advanceTimersByTime(200)
    expect(woken).toHaveLength(1)
  })

  it('forgets what it was asked when it is closed', () => {
    const { timers, counter, woken } = trial(0)
    timers.wake(plus(counter(), 1))
    timers.close()
    timers.wake(plus(counter(), 1))
    vi.advanceTimersByTime(5000)
    expect(woken).toEqual([])
  })
})

it('never asks for more than setTimeout takes', () => {
  const at = (seconds: number) => delayUntil(monotonic(BigInt(seconds) * 1_000_000_000n), monotonic(0n))
  expect(at(-5)).toBe(0)
  expect(at(5)).toBe(5000)
  expect(at(1000)).toBe(900_000)
  expect(at(10 ** 9)).toBe(2 ** 31 - 1)
})
