import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WholeSeconds } from './whole-seconds.ts'

/** A clock of whole seconds that is `lead` ahead of the counter and gains `drift`, and jumps when it is told to. */
function played({ lead = 0.3, drift = 20e-6, reading = 1e-4, lateness = (): number => 0.001 } = {}) {
  const clock = new WholeSeconds()
  const state = { now: 5, jumped: 0, looks: 0 }
  const time = () => state.now * (1 + drift) + lead + state.jumped
  const step = () => {
    state.now = clock.next(state.now, 1) + lateness()
    const before = state.now
    state.now += reading / 2
    const shown = Math.floor(time())
    state.now += reading / 2
    state.looks++
    return clock.look({ before, after: state.now, shown })
  }
  const run = (seconds: number) => {
    const jumps = []
    for (const end = state.now + seconds; state.now < end; ) {
      const jump = step()
      if (jump) jumps.push({ ...jump, at: state.now })
    }
    return jumps
  }
  const truth = () => time() - state.now
  clock.look({ before: 5, after: 5, shown: Math.floor(time()) })
  return { clock, state, run, truth }
}

it('finds the edge of the second within five seconds, and never looks more often than nine times in one', () => {
  const { clock, state, run } = played()
  run(5)
  expect(clock.fine).toBe(true)
  expect(state.looks).toBeLessThan(45)
})

it('keeps it with about one look a second', () => {
  const { clock, state, run, truth } = played()
  run(10)
  const before = state.looks
  run(600)
  expect(state.looks - before).toBeLessThan(700)
  expect(clock.lead!.high - clock.lead!.low).toBeLessThan(0.02)
  expect(truth()).toBeGreaterThanOrEqual(clock.lead!.low)
  expect(truth()).toBeLessThanOrEqual(clock.lead!.high)
})

describe('months', () => {
  it.each([-400e-6, -30e-6, 0, 30e-6, 400e-6])('of a drift of %f raise no false alarm', drift => {
    const { run } = played({ drift })
    expect(run(30 * 86_400 * (Math.abs(drift) === 30e-6 ? 1 : 0.05))).toEqual([])
  })

  it('on a busy machine raise none either', () => {
    let seed = 1
    const lateness = () => {
      seed = (seed * 16_807) % 2_147_483_647
      return seed % 50 === 0 ? 3 : (seed / 2_147_483_647) ** 4
    }
    const { run } = played({ lateness, reading: 0.004 })
    expect(run(5 * 86_400)).toEqual([])
  })
})

it('is not led along by a jump, however late its looks are', () => {
  for (const late of [0.005, 0.01, 0.02, 0.03, 0.04]) {
    for (const lost of [0.2, 0.4, 0.7]) {
      const { state, run } = played({ lateness: () => late })
      run(30)
      state.jumped = lost
      const jumps = run(20)
      expect(jumps, `${late} ${lost}`).toHaveLength(1)
      expect(lost).toBeGreaterThanOrEqual(jumps[0]!.low)
      expect(lost).toBeLessThanOrEqual(jumps[0]!.high + 0.02)
    }
  }
})

it('notices any pause of 80 ms or more within three seconds, and measures it to some ms in four more', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.oneof(fc.double({ min: 0.08, max: 3, noNaN: true }), fc.double({ min: 3, max: 1e6, noNaN: true })),
      (lead, when, lost) => {
        const { clock, state, run } = played({ lead })
        run(20 + when)
        const known = clock.lead!
        const at = state.now
        state.jumped = lost
        const [jump, ...more] = run(3)
        expect(jump!.at - at).toBeLessThan(3)
        expect(more).toEqual([])
        expect(lost).toBeGreaterThanOrEqual(jump!.low)
        expect(lost).toBeLessThanOrEqual(jump!.high)
        expect(jump!.high - jump!.low).toBeLessThan(1.1)
        run(4)
        expect(clock.fine).toBe(true)
        const closer = { low: clock.lead!.low - known.high, high: clock.lead!.high - known.low }
        expect(closer.high - closer.low).toBeLessThan(0.04)
        expect(Math.abs((closer.low + closer.high) / 2 - lost)).toBeLessThan(0.03)
      },
    ),
  )
})

it('notices one of a second and more at the next look', () => {
  fc.assert(
    fc.property(fc.double({ min: 1.05, max: 1e5, noNaN: true }), lost => {
      const { state, run } = played()
      run(20)
      const at = state.now
      state.jumped = lost
      expect(run(2)[0]!.at - at).toBeLessThan(1.5)
    }),
  )
})

it('notices when it is set back', () => {
  const { state, run } = played()
  run(20)
  state.jumped = -3
  expect(run(2)[0]!.high).toBeLessThan(-1)
})
