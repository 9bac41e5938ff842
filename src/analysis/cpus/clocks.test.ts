import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CpuObservations, ReadingLoop, Sleep, Strange } from '#core/guest/cpu-observations.ts'
import { findBlips } from './blips.ts'
import { goodCpus, judgeClocks, suspectsOf } from './clocks.ts'
import { latenessOf } from './lateness.ts'
import { planResync } from './resync.ts'

const loop = (strange: readonly Strange[]): ReadingLoop => ({
  clock: 'realtime',
  readings: 1e6,
  elapsed: 0.1,
  reported: 1e-9,
  smallest: 20e-9,
  backwards: strange.filter(({ size }) => size < 0).length,
  strange,
})
const move = (at: number, before: number, cpu: number, size: number): Strange => ({ at, before, cpu, size })
const stay = (at: number, cpu: number, size: number): Strange => ({ at, before: cpu, cpu, size })

describe('blips', () => {
  it('belong to the odd processor, whether the thread comes or goes', () => {
    const behind = [
      move(0.01, 1, 0, -85),
      move(0.02, 0, 1, 85.001),
      move(0.03, 1, 0, -85.001),
      move(0.04, 0, 1, 85),
    ]
    expect(findBlips([loop(behind)], new Set([0]))).toEqual([
      { clock: 'realtime', cpu: 0, size: expect.closeTo(85, 2), count: 2, period: undefined },
    ])
    expect(findBlips([loop(behind)], new Set([1]))).toEqual([
      { clock: 'realtime', cpu: 1, size: expect.closeTo(-85, 2), count: 2, period: undefined },
    ])
  })

  it('on one processor: set back, or ahead for a while; with a period when there are enough', () => {
    const steps = [0.1, 0.2, 0.3, 0.4].flatMap(at => [stay(at, 2, 0.5), stay(at + 0.01, 2, -0.5)])
    expect(findBlips([loop([...steps, stay(0.45, 2, -0.001)])], new Set())).toEqual([
      { clock: 'realtime', cpu: 2, size: -0.5, count: 4, period: expect.closeTo(0.1, 9) },
      { clock: 'realtime', cpu: 2, size: 0.001, count: 1, period: undefined },
    ])
  })

  it('are not that another program ran', () => {
    expect(findBlips([loop([stay(0.01, 0, 0.004), move(0.02, 0, 1, 0.003)])], new Set())).toEqual([])
  })

  it('count every backward step once', () => {
    const strange = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      before: fc.nat(3),
      cpu: fc.nat(3),
      size: fc.double({ min: -100, max: 100, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(strange), fc.array(fc.nat(3)), (all, odd) => {
        const blips = findBlips([loop(all)], new Set(odd))
        expect(blips.reduce((sum, { count }) => sum + count, 0)).toBe(
          all.filter(({ size }) => size < 0).length,
        )
      }),
    )
  })
})

const sleep = (setBy: number, on: number, late: number, cut = false): Sleep => ({ setBy, on, late, cut })

it('lateness is typical and largest, by who set it and who served it', () => {
  const sleeps = [sleep(0, 0, 50e-6), sleep(0, 0, 7e-3), sleep(0, 0, 60e-6), sleep(0, 1, 0.25, true)]
  expect(latenessOf(sleeps)).toEqual([
    { setBy: 0, on: 0, sleeps: 3, typical: 60e-6, most: 7e-3, typicalAtLeast: false, mostAtLeast: false },
    { setBy: 0, on: 1, sleeps: 1, typical: 0.25, most: 0.25, typicalAtLeast: true, mostAtLeast: true },
  ])
})

/** Six processors, of which some are odd; those are 85 s behind. */
function six(odd: readonly number[], sleeps: readonly Sleep[] = []): CpuObservations {
  const behind = (cpu: number) => (odd.includes(cpu) ? 85 : 0)
  const cpus = [0, 1, 2, 3, 4, 5]
  return {
    clock: 'realtime',
    cpus,
    reference: 0,
    exchanges: cpus.slice(1).map(cpu => {
      const ahead = behind(0) - behind(cpu)
      return { clock: 'realtime', cpu, at: 0, toCpu: ahead + 1e-7, toReference: -ahead + 1e-7 }
    }),
    loops: [],
    ticks: [],
    sleeps,
  }
}

describe('good processors', () => {
  it('agree, and their timers fire', () => {
    expect(goodCpus(judgeClocks(six([0])))).toEqual([1, 2, 3, 4, 5])
    expect(goodCpus(judgeClocks(six([0], [sleep(3, 3, 85), sleep(4, 4, 0.02)])))).toEqual([1, 2, 4, 5])
    expect(goodCpus(judgeClocks(six([0, 1, 2])))).toEqual([])
    const allLate = [1, 2, 3, 4, 5].map(cpu => sleep(cpu, cpu, 1.5))
    expect(goodCpus(judgeClocks(six([0], allLate)))).toEqual([1, 2, 3, 4, 5])
  })
})

it('suspects are the odd ones, with one that is right; none where all agree or nobody can tell', () => {
  expect(suspectsOf(six([2, 5]))).toEqual({ odd: [2, 5], right: 0 })
  expect(suspectsOf(six([]))).toBeUndefined()
  expect(suspectsOf(six([0, 1, 2]))).toBeUndefined()
})

describe('what can be done', () => {
  const plan = (odd: readonly number[], removable: readonly number[]) =>
    planResync(judgeClocks(six(odd)), removable)

  it('an odd processor that can go off-line is renewed', () => {
    expect(plan([4, 2], [1, 2, 3, 4, 5])).toEqual([
      { kind: 'keep-to', cpus: [0, 1, 3, 5] },
      { kind: 'renew', cpus: [4, 2] },
    ])
  })

  it('as field report 003 did it: CPU 0 is odd and stays, so all others go', () => {
    expect(plan([0], [1, 2, 3, 4, 5])).toEqual([
      { kind: 'keep-to', cpus: [1, 2, 3, 4, 5] },
      { kind: 'leave-one', cpus: [5, 4, 3, 2, 1], left: 0 },
    ])
  })

  it('nothing where all agree, or nobody can tell; no order to take off what cannot', () => {
    expect(plan([], [1, 2, 3, 4, 5])).toEqual([])
    expect(plan([0, 1, 2], [1, 2, 3, 4, 5])).toEqual([])
    expect(plan([3], [])).toEqual([{ kind: 'keep-to', cpus: [0, 1, 2, 4, 5] }])
  })
})
