import { describe, expect, it } from 'vitest'
import { instant, monotonic } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { type Look, stepBetween, suspendBetween } from './step.ts'

/** Some counter seconds after an arbitrary start, with the wall clock ahead of it by `lead`. */
const look = (at: Seconds, lead: Seconds, more: Partial<Look> = {}): Look => ({
  reading: {
    wall: instant(1_795_000_000_000_000_000n + BigInt(Math.round((at + lead) * 1e9))),
    monotonic: monotonic(BigInt(Math.round(at * 1e9))),
  },
  residual: 50e-9,
  frequency: 0,
  suspended: 0,
  ...more,
})

describe('when the kernel says that the clock was set', () => {
  it.each([85.4, -0.2, 1e-3, 3600 * 24 * 365 * 20])('says by how much: %d s', size => {
    const step = stepBetween(look(10, 0), look(10.4, size), 'set')!
    expect(Math.abs(step.size - size)).toBeLessThanOrEqual(step.uncertainty)
    // 1000 ppm of hidden slewing over 0.4 s.
    expect(step.uncertainty).toBeLessThan(0.5e-3)
  })

  it('takes the slew that was under way off', () => {
    const slewing = { frequency: 0.083 }
    const step = stepBetween(look(0, 0, slewing), look(1, 0.083 + 0.5, slewing), 'set')!
    expect(step.size).toBeCloseTo(0.5, 6)
  })

  it('tells even of a step that is smaller than what can be measured', () => {
    expect(stepBetween(look(0, 0), look(1, 1e-6), 'set')).toBeDefined()
  })
})

describe('when the kernel says that it was not', () => {
  it.each([
    ['an ordinary slew', 0, 500e-6],
    ['chrony at its fastest', 0.0833, 0.0833],
    ['chrony at its fastest between two looks, unseen at both', 0, 0.0833],
  ])('takes %s for what it is', (_, frequency, moved) => {
    expect(stepBetween(look(0, 0, { frequency }), look(1, moved, { frequency }), 'not-set')).toBeUndefined()
  })

  it('still does not believe what no slew can do', () => {
    expect(stepBetween(look(0, 0), look(1, 0.3), 'not-set')?.size).toBeCloseTo(0.3, 6)
  })
})

describe('when there is nobody to ask', () => {
  it('finds a step of a few milliseconds', () => {
    expect(stepBetween(look(0, 0), look(1, 0.003), 'none')?.size).toBeCloseTo(0.003, 6)
  })

  it('is not misled by a frequency that it knows', () => {
    const slewing = { frequency: -0.05 }
    expect(stepBetween(look(0, 0, slewing), look(1, -0.05, slewing), 'none')).toBeUndefined()
    expect(stepBetween(look(0, 0), look(1, -0.02, slewing), 'none')).toBeUndefined()
  })

  it('does not see what its readings cannot show', () => {
    const coarse = { residual: 1e-3, frequency: undefined, suspended: undefined }
    expect(stepBetween(look(0, 0, coarse), look(1, 0.0025, coarse), 'none')).toBeUndefined()
    expect(stepBetween(look(0, 0, coarse), look(1, 0.25, coarse), 'none')?.size).toBeCloseTo(0.25, 6)
  })
})

it('measures a step across an hour in which nobody could look', () => {
  const step = stepBetween(look(0, 0), look(3600, 5), 'set')!
  expect(Math.abs(step.size - 5)).toBeLessThanOrEqual(step.uncertainty)
  expect(step.uncertainty).toBeGreaterThan(3.6)
})

describe('a suspend of the kernel', () => {
  const before = look(100, 0, { suspended: 7 })
  // The counter stood still, the wall clock was carried on.
  const after = look(101, 3600, { suspended: 3607 })

  it('is a pause', () => {
    expect(suspendBetween(before, after)?.size).toBeCloseTo(3600, 6)
  })

  it('is not a step, although the kernel says that the clock was set', () => {
    expect(stepBetween(before, after, 'set')).toBeUndefined()
    expect(stepBetween(before, after, 'not-set')).toBeUndefined()
  })

  it('leaves the step that came on top of it', () => {
    expect(stepBetween(before, look(101, 3590, { suspended: 3607 }), 'set')?.size).toBeCloseTo(-10, 6)
  })

  it('is not the noise of reading two clocks', () => {
    expect(suspendBetween(before, look(101, 0, { suspended: 7.001 }))).toBeUndefined()
    expect(suspendBetween(before, look(101, 0, { suspended: undefined }))).toBeUndefined()
  })
})
