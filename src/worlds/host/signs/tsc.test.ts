import { describe, expect, it } from 'vitest'
import type { DisruptionSign } from '#core/guest/disruption.ts'
import { monotonic } from '#core/time/instant.ts'
import { TscWitness } from './tsc.ts'

const HZ = 2.5e9

function played() {
  const witness = new TscWitness()
  const state = { now: 10, ahead: 0, cpu: 0 }
  const run = (seconds: number): DisruptionSign[] => {
    const signs = []
    for (const end = state.now + seconds; state.now < end; state.now += 1) {
      const at = monotonic(BigInt(Math.round(state.now * 1e9)))
      const ticks = BigInt(Math.round((state.now + state.ahead) * HZ))
      const sign = witness.look({ before: at, after: monotonic(at + 300n), ticks, cpu: state.cpu })
      if (sign) signs.push(sign)
      state.cpu = (state.cpu + 1) % 2
    }
    return signs
  }
  expect(run(100)).toEqual([])
  return { state, run }
}

describe('the TSC', () => {
  it('that ran on while the clocks stood tells how long, once, although there are two CPUs', () => {
    const { state, run } = played()
    state.ahead = 4.305
    const [sign, ...more] = run(30)
    expect(more).toEqual([])
    expect(sign).toMatchObject({ kind: 'paused', witness: 'tsc', atLeast: 0, lost: expect.closeTo(4.305, 2) })
    state.ahead += 0.05
    expect(run(30)).toHaveLength(1)
  })

  it('that went back, or stood, is another', () => {
    for (const jump of [-50, -0.5]) {
      const { state, run } = played()
      state.ahead = jump
      expect(run(30)).toEqual([expect.objectContaining({ kind: 'counter-changed', witness: 'tsc' })])
    }
  })
})
