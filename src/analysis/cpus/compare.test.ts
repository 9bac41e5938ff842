import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CpuObservations, Exchange, Tick } from '#core/guest/cpu-observations.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { AGREEMENT, compareClocks } from './compare.ts'

/** Clocks that are so much behind, and gain so much; each exchange with delays of its own. */
interface Cpu {
  readonly behind: Seconds
  readonly gains?: Rate
}

function seen(
  cpus: readonly Cpu[],
  {
    delays = [80e-9, 110e-9],
    at = [0, 0.8],
    ticks = [],
  }: { delays?: readonly number[]; at?: readonly Seconds[]; ticks?: readonly Tick[] } = {},
): CpuObservations {
  let n = 0
  const delay = () => delays[n++ % delays.length]!
  const behind = ({ behind, gains = 0 }: Cpu, time: Seconds) => behind - gains * time
  const exchanges: Exchange[] = at.flatMap(time =>
    cpus.slice(1).map((cpu, i) => {
      const ahead = behind(cpus[0]!, time) - behind(cpu, time)
      return {
        clock: 'realtime',
        cpu: i + 1,
        at: time,
        toCpu: ahead + delay(),
        toReference: -ahead + delay(),
      }
    }),
  )
  return {
    clock: 'realtime',
    cpus: cpus.map((_, cpu) => cpu),
    reference: 0,
    exchanges,
    loops: [],
    ticks,
    sleeps: [],
  }
}

const compare = (...of: Parameters<typeof seen>) => compareClocks(seen(...of), 'realtime')!
const verdicts = (...of: Parameters<typeof seen>) => compare(...of).cpus.map(({ verdict }) => verdict)
const same = (count: number): Cpu[] => Array.from({ length: count }, () => ({ behind: 0 }))

describe('field report 003', () => {
  it('CPU 0 is 85 s behind five others, although it is the one that all were compared with', () => {
    const { cpus, by, against } = compare([{ behind: 85 }, ...same(5)])
    expect(cpus.map(({ verdict }) => verdict)).toEqual([
      'odd',
      'agrees',
      'agrees',
      'agrees',
      'agrees',
      'agrees',
    ])
    expect(by).toBe('majority')
    expect(against).not.toBe(0)
    expect(Math.abs(cpus[0]!.offset! - 85)).toBeLessThanOrEqual(cpus[0]!.bound!)
    // Two delays of 80 and 110 ns, once here and once there.
    expect(cpus[0]!.bound).toBeLessThan(250e-9)
  })
})

describe('who agrees', () => {
  it('is the majority', () => expect(verdicts([...same(3), { behind: -0.01 }])[3]).toBe('odd'))

  it('differs by less than a move takes', () => {
    expect(verdicts([{ behind: 0 }, { behind: 0.4 * AGREEMENT }])).toEqual(['agrees', 'agrees'])
    expect(verdicts([...same(2), { behind: 2 * AGREEMENT }])[2]).toBe('odd')
  })

  it('is not known of two that differ', () => {
    const { cpus, by } = compare([{ behind: 0 }, { behind: 3 }])
    expect(by).toBeUndefined()
    expect(cpus.map(({ verdict }) => verdict)).toEqual(['undecided', 'undecided'])
    expect(cpus[1]!.offset).toBeCloseTo(3, 6)
  })

  it('is told of two by the kernel’s last tick, whichever was the reference', () => {
    const ticks = (odd: number) => [0, 1].map(cpu => ({ cpu, since: cpu === odd ? -85 : 0.003 }))
    expect(compare([{ behind: 0 }, { behind: 85 }], { ticks: ticks(1) })).toMatchObject({
      by: 'tick',
      against: 0,
      cpus: [{ verdict: 'agrees' }, { verdict: 'odd' }],
    })
    expect(compare([{ behind: 85 }, { behind: 0 }], { ticks: ticks(0) })).toMatchObject({
      by: 'tick',
      against: 1,
      cpus: [
        { verdict: 'odd', offset: expect.closeTo(85, 6) },
        { verdict: 'agrees', offset: 0 },
      ],
    })
  })

  it('is not told by a tick that was not seen on each, or goes with both', () => {
    const two = [{ behind: 0 }, { behind: 85 }]
    expect(verdicts(two, { ticks: [{ cpu: 0, since: 0 }] })[1]).toBe('undecided')
    expect(
      verdicts([{ behind: 0 }, { behind: 0.002 }], {
        ticks: [
          { cpu: 0, since: 0.001 },
          { cpu: 1, since: -0.001 },
        ],
      })[1],
    ).toBe('undecided')
  })

  it('is the majority also against the tick, and that is said', () => {
    const ticks = [0, 1, 2].map(cpu => ({ cpu, since: cpu === 0 ? 0.001 : 85 }))
    expect(compare([{ behind: 85 }, ...same(2)], { ticks })).toMatchObject({
      by: 'majority',
      tickAgrees: false,
    })
  })

  it('is nobody where one is alone', () => {
    expect(compare([{ behind: 0 }])).toMatchObject({ cpus: [{ verdict: 'alone', offset: undefined }] })
  })
})

describe('what was not seen', () => {
  it('is unknown: no exchange at all, of one processor, or one that contradicts itself', () => {
    expect(compareClocks(seen(same(2), { at: [] }), 'realtime')).toBeUndefined()
    expect(compareClocks(seen(same(2)), 'tsc')).toBeUndefined()
    const three = seen(same(3))
    const without = { ...three, exchanges: three.exchanges.filter(({ cpu }) => cpu !== 2) }
    expect(compareClocks(without, 'realtime')!.cpus[2]).toMatchObject({
      verdict: 'unknown',
      offset: undefined,
    })
    const torn = {
      ...three,
      exchanges: three.exchanges.map(each =>
        each.cpu === 2 ? { ...each, toCpu: -each.toReference - 1e-3 } : each,
      ),
    }
    expect(compareClocks(torn, 'realtime')!.cpus[2]!.verdict).toBe('unknown')
  })
})

it('of two comparisons the one that bounds it better is told, unless the difference moves', () => {
  const worse = (seen: CpuObservations) => ({
    ...seen,
    exchanges: seen.exchanges.map(each =>
      each.at === 0.8 ? { ...each, toCpu: each.toCpu + 1e-4, toReference: each.toReference + 1e-4 } : each,
    ),
  })
  const still = compareClocks(worse(seen([...same(2), { behind: 0.001 }])), 'realtime')!.cpus[2]!
  expect(still.bound).toBeLessThan(1e-6)
  const moving = compareClocks(worse(seen([...same(2), { behind: 0.001, gains: 0.01 }])), 'realtime')!
    .cpus[2]!
  expect(moving).toMatchObject({ offset: expect.closeTo(0.001 - 0.008, 6), bound: expect.closeTo(1e-4, 6) })
})

it('a processor that still moves has a rate, one that does not has none beyond its bound', () => {
  const moving = compare([...same(3), { behind: 0.001, gains: 50e-6 }]).cpus[3]!
  expect(Math.abs(moving.rate! - 50e-6)).toBeLessThanOrEqual(moving.rateBound! * (1 + 1e-6))
  expect(moving.rateBound).toBeLessThan(1e-6)
  const still = compare([...same(3), { behind: 0.001 }]).cpus[3]!
  expect(Math.abs(still.rate!)).toBeLessThanOrEqual(still.rateBound!)
})

it('the bound holds the true difference, whatever the delays', () => {
  const cpu = fc.record({ behind: fc.double({ min: -100, max: 100, noNaN: true }) })
  const delay = fc.double({ min: 0, max: 0.01, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(cpu, { minLength: 2, maxLength: 9 }),
      fc.array(delay, { minLength: 1, maxLength: 20 }),
      (cpus, delays) => {
        const compared = compare(cpus, { delays })
        const right = cpus[compared.against]!.behind
        for (const { cpu, offset, bound, verdict } of compared.cpus) {
          // What doubles of 100 s resolve.
          expect(Math.abs(cpus[cpu]!.behind - right - offset!)).toBeLessThanOrEqual(bound! + 1e-12)
          expect(['agrees', 'odd', 'undecided']).toContain(verdict)
        }
      },
    ),
  )
})

it('any numbers are judged, and nothing throws', () => {
  const number = fc.double()
  const exchange = fc.record({
    clock: fc.constant('realtime' as const),
    cpu: fc.nat(4),
    at: number,
    toCpu: number,
    toReference: number,
  })
  const tick = fc.record({ cpu: fc.nat(4), since: number })
  fc.assert(
    fc.property(fc.array(exchange), fc.array(tick), (exchanges, ticks) => {
      const compared = compareClocks({ ...seen(same(5)), exchanges, ticks }, 'realtime')
      for (const { bound } of compared?.cpus ?? [])
        if (bound !== undefined) expect(bound).toBeGreaterThanOrEqual(0)
    }),
  )
})
