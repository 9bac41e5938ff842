/** A second is inserted or left out at the end of a month, and the clock goes with it. */
import { describe, expect, test } from 'vitest'
import { POLICY_DEFAULTS } from '#core/guest/policy.ts'
import { instant } from '#core/time/instant.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'
import { keep } from './keep.ts'

/** 23:00 on the last day of 2026. */
const START = instant(BigInt(Date.parse('2026-12-31T23:00:00Z')) * 1_000_000n)
const MIDNIGHT = 3600

function night(kind: 'insert' | 'delete', announcing: number, policy = POLICY_DEFAULTS) {
  // When a second is left out, midnight comes a second earlier.
  const at = kind === 'insert' ? MIDNIGHT : MIDNIGHT - 1
  return keep(
    {
      seed: 1,
      start: START,
      oscillator: { frequencyError: 20e-6, wander: 1e-9 },
      servers: [1, 2, 3, 4].map(i => ({
        address: `192.0.2.${i}`,
        link: symmetricLink(1e-3, 1e-4),
        ...(i <= announcing ? { leap: kind, leapUntil: at } : {}),
      })),
      ...(announcing > 2 ? { leapSecond: { at, by: kind === 'insert' ? -1 : 1 } } : {}),
    },
    { minpoll: 4, maxpoll: 6 },
    { policy },
  )
}

describe.each(['insert', 'delete'] as const)('%s', kind => {
  test('is one step of a second at its moment, and the bound holds', () => {
    const kept = night(kind, 4)
    const wrong: number[] = []
    kept.run(2 * MIDNIGHT, t => {
      const error = kept.error()
      const { offset, errorBound } = kept.status()
      if (t > 60 && Math.abs(error) > 1e-3) wrong.push(t)
      if (offset !== undefined && Math.abs(t - MIDNIGHT) > 1)
        expect(Math.abs(offset - error)).toBeLessThan(errorBound!)
    })
    expect(wrong.filter(t => Math.abs(t - MIDNIGHT) > 1)).toEqual([])
    expect(kept.steps().at(-1)).toBeCloseTo(kind === 'insert' ? -1 : 1, 3)
    expect(kept.notices()).toContain('leap-second')
    expect(kept.notices()).not.toContain('sources-contradict-estimate')
  })

  test('is slewed away where a step is forbidden', () => {
    const kept = night(kind, 4, { ...POLICY_DEFAULTS, leap: 'slew' })
    let before: number | undefined
    kept.run(2 * MIDNIGHT, t => {
      if (t === MIDNIGHT + 60) before = Math.abs(kept.error())
    })
    expect(before).toBeGreaterThan(0.9)
    expect(Math.abs(kept.error())).toBeLessThan(1e-3)
    expect(kept.steps().every(size => Math.abs(size) < 0.1)).toBe(true)
  })

  test('that only one of four announces is none', () => {
    const kept = night(kind, 1)
    kept.run(2 * MIDNIGHT, t => {
      if (t > 60) expect(Math.abs(kept.error())).toBeLessThan(1e-3)
    })
    expect(kept.notices()).not.toContain('leap-second')
  })
})
