import { describe, expect, it } from 'vitest'
import { findBlips } from '#analysis/cpus/blips.ts'
import { type Cpu, Cpus } from '#worlds/simulated/cpus.ts'
import { Random } from '#worlds/simulated/random.ts'
import { type LoopSeen, readLoop } from './read-loop.ts'

const READING_NS = 50
const MOVE_NS = 8000
const TICK_NS = 4e6

/** Simulated processors: a reading takes 50 ns, a move 8 µs, and nothing else takes time. */
function read(cpus: readonly Cpu[], happens: (now: number) => number = () => 0): LoopSeen {
  const simulated = new Cpus(cpus, new Random(1), new Random(1, 8))
  let now = 5e9
  let on = 0
  return readLoop(
    { cpus: cpus.map((_, cpu) => cpu), each: 30e6 },
    () => {
      now += READING_NS
      return now + simulated.aheadNs(now / 1e9, on) + happens(now)
    },
    () => Math.floor(now / TICK_NS) * TICK_NS,
    cpu => {
      on = cpu
      now += MOVE_NS
    },
  )
}

describe('reading as often as can be', () => {
  it('sees nothing strange where all agree', () => {
    const seen = read([{}, {}, {}])
    expect(seen).toMatchObject({ backwards: 0, strange: [], smallest: READING_NS / 1e9 })
    // 30 ms on each of three, a reading each 50 ns.
    expect(seen.readings).toBeCloseTo(1.8e6, -2)
    expect(seen.elapsed).toBeCloseTo(0.09, 3)
  })

  it('field report 003: one of six is 85 s behind', () => {
    const seen = read([{ ahead: -85 }, {}, {}, {}, {}, {}])
    // Three rounds: twice from the last to the first.
    expect(seen.backwards).toBe(2)
    const [blip, ...more] = findBlips([{ clock: 'realtime', reported: 1e-9, ...seen }], new Set([0]))
    expect(more).toEqual([])
    expect(blip).toMatchObject({ cpu: 0, size: expect.closeTo(85, 3), count: 2 })
  })

  it('what the tick says of each: the odd one is off it by as much', () => {
    const { ticks } = read([{}, { ahead: 85 }])
    expect(ticks[0]!.since).toBeGreaterThanOrEqual(0)
    expect(ticks[0]!.since).toBeLessThan(TICK_NS / 1e9)
    expect(ticks[1]!.since).toBeCloseTo(85, 2)
  })

  it('a jump there and back on one processor is one blip, ahead', () => {
    const jumps = (now: number) => (now > 5.01e9 && now < 5.012e9 ? 2e9 : 0)
    const seen = read([{}], jumps)
    expect(seen.strange.map(({ size }) => Math.round(size))).toEqual([2, -2])
    expect(findBlips([{ clock: 'raw', reported: undefined, ...seen }], new Set())).toMatchObject([
      { cpu: 0, size: expect.closeTo(-2, 5), count: 1 },
    ])
  })

  it('ends also with a clock that stands still', () => {
    const seen = readLoop(
      { cpus: [0], each: 1e6 },
      () => 7,
      undefined,
      () => {},
    )
    expect(seen).toMatchObject({ smallest: undefined, elapsed: 0, backwards: 0 })
    expect(seen.readings).toBeGreaterThan(0)
  })
})
