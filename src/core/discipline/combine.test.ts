import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Clusterable, clusterSurvivors } from './cluster.ts'
import { combineSurvivors } from './combine.ts'

const candidate = fc.record({
  offset: fc.double({ min: -1, max: 1, noNaN: true }),
  rootDistance: fc.double({ min: 1e-6, max: 1, noNaN: true }),
  jitter: fc.double({ min: 1e-9, max: 0.1, noNaN: true }),
})
const some = fc.array(candidate, { minLength: 1, maxLength: 12 })

describe('clustering', () => {
  test('the one that is far from the others is cast out, as long as more than three remain', () => {
    const near = [0, 1e-4, -1e-4, 5e-5].map(
      (offset): Clusterable => ({ offset, rootDistance: 0.01, jitter: 1e-3 }),
    )
    const far = { offset: 0.005, rootDistance: 0.01, jitter: 1e-3 }
    expect(clusterSurvivors([...near, far]).outliers).toEqual([far])
    expect(clusterSurvivors([near[0]!, near[1]!, far]).outliers).toEqual([])
  })

  test('nobody is lost, three are always kept, and sources that jitter more than they differ all stay', () => {
    fc.assert(
      fc.property(some, candidates => {
        const { survivors, outliers } = clusterSurvivors(candidates)
        expect(survivors.length + outliers.length).toBe(candidates.length)
        for (const each of candidates) expect(survivors.includes(each) !== outliers.includes(each)).toBe(true)
        expect(survivors.length).toBeGreaterThanOrEqual(Math.min(3, candidates.length))
        const noisy = candidates.map(each => ({ ...each, jitter: 10 }))
        expect(clusterSurvivors(noisy).outliers).toEqual([])
      }),
    )
  })
})

describe('combining', () => {
  test('rfc5905 section 11.2.3: weights are the inverse of the root distances', () => {
    const { offset, system } = combineSurvivors([
      { offset: 0, rootDistance: 1, jitter: 0 },
      { offset: 4, rootDistance: 3, jitter: 0 },
    ])
    expect(offset).toBeCloseTo(1, 12)
    expect(system.rootDistance).toBe(1)
  })

  test('the result lies among the survivors, and the system source is the nearest', () => {
    fc.assert(
      fc.property(some, survivors => {
        const { offset, jitter, system } = combineSurvivors(survivors)
        const offsets = survivors.map(each => each.offset)
        expect(offset).toBeGreaterThanOrEqual(Math.min(...offsets) - 1e-12)
        expect(offset).toBeLessThanOrEqual(Math.max(...offsets) + 1e-12)
        expect(system.rootDistance).toBe(Math.min(...survivors.map(each => each.rootDistance)))
        expect(jitter).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
