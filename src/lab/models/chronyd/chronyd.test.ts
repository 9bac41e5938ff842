import { describe, expect, test } from 'vitest'
import { instant } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { CHRONY_DEFAULTS } from '#dialects/chrony/settings.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'
import type { SimulationConfig } from '#worlds/simulated/world.ts'
import { daemonPlayer, type Run, runLab } from '../../run.ts'
import { rootMeanSquare, timeUntilBelow } from '../../score.ts'
import { Chronyd, type ChronydConfig } from './chronyd.ts'

const A = { address: '10.0.0.1', link: symmetricLink(100e-6, 20e-6) }
const B = { ...A, address: '10.0.0.2' }
const START = instant(1_796_083_200_000_000_000n)

interface Story extends Partial<Omit<SimulationConfig, 'seed'>> {
  readonly lines?: readonly string[]
  readonly drift?: ChronydConfig['drift']
  readonly duration?: Seconds
  readonly seed?: number
}

function play({ lines = [], drift, duration = 3600, seed = 1, ...world }: Story): Run {
  const servers = world.servers ?? [A]
  const text = [...servers.map(({ address }) => `server ${address} iburst minpoll 4 maxpoll 6`), ...lines]
  const conf = readChronyConf(text.join('\n'), 'chrony.conf')
  const config = {
    settings: { ...CHRONY_DEFAULTS, ...conf.said },
    sources: conf.sources,
    ...(drift ? { drift } : {}),
  }
  return runLab({
    world: { start: START, oscillator: { frequencyError: 20e-6, wander: 1e-9 }, ...world, servers },
    seed,
    duration,
    player: daemonPlayer(({ random }) => new Chronyd(config, random)),
    believing: true,
    recording: true,
  })
}

const said = (run: Run): string[] => run.records.flatMap(each => (each.kind === 'notice' ? [each.text] : []))
const ownSteps = (run: Run) => run.steps.filter(({ by }) => by === 'player')

test('a clock 50 ms off is right after some seconds, by slewing', () => {
  const run = play({ clock: { offset: -0.05 }, lines: ['makestep 1 3'] })
  // Three samples of a burst, two seconds apart; then two slews of a second.
  expect(timeUntilBelow(run.offsets, 1e-3)).toBeLessThan(10)
  expect(rootMeanSquare(run, 600, 3600)).toBeLessThan(20e-6)
  expect(run.steps).toEqual([])
  expect(said(run)).toEqual(['Selected source 10.0.0.1'])
})

test('what it says of its clock holds, and its bound covers the truth', () => {
  const run = play({ clock: { offset: -0.05 } })
  for (let t = 600; t <= 3600; t++)
    expect(Math.abs(run.offsets[t]! - run.beliefs![t]!)).toBeLessThan(run.bounds![t]!)
})

test('a large offset at the start is stepped, and said', () => {
  const run = play({ clock: { offset: 10 }, lines: ['makestep 1 3'] })
  expect(ownSteps(run)).toMatchObject([{ size: expect.closeTo(-10, 2) }])
  expect(said(run)).toContainEqual(expect.stringMatching(/^System clock wrong by -(10\.0|9\.9)\d+ seconds$/))
  expect(said(run)).toContainEqual(
    expect.stringMatching(/^System clock was stepped by -(10\.0|9\.9)\d+ seconds$/),
  )
})

test('a pause is slewed away at 8.3 %, once makestep has been used up', () => {
  const run = play({ pauses: [{ at: 1800, length: 30 }], lines: ['makestep 1 3'] })
  expect(ownSteps(run)).toEqual([])
  // Three to seven polls until it is believed, and 30 s / 0.0833.
  const recovery = timeUntilBelow(run.offsets, 10e-3, 1830)
  expect(recovery).toBeGreaterThan(380)
  expect(recovery).toBeLessThan(560)
  expect(said(run)).toContainEqual(expect.stringMatching(/^Can't synchronise: no selectable sources/))
  expect(said(run)).toContainEqual(expect.stringMatching(/^System clock wrong by 29\.99\d+ seconds$/))
})

test('and stepped at once where makestep has no limit', () => {
  const run = play({ pauses: [{ at: 1800, length: 30 }], lines: ['makestep 1 -1'] })
  expect(ownSteps(run)).toHaveLength(1)
  expect(timeUntilBelow(run.offsets, 10e-3, 1830)).toBeLessThan(180)
})

test('a step by somebody else is noticed when it is longer than ten seconds', () => {
  const noticed = play({ steps: [{ at: 1800, size: -12 }] })
  expect(said(noticed)).toContain('Backward time jump detected!')
  const forward = play({ steps: [{ at: 1800, size: 3600 }] })
  expect(said(forward)).toContain('Forward time jump detected!')
  const small = play({ steps: [{ at: 1800, size: -8 }] })
  expect(said(small).filter(text => text.includes('jump'))).toEqual([])
})

test('a gap is taken for a jump where the clocks ran on, and it woke long after its timer', () => {
  const jumps = (family: 'kvm-tsc' | 'kvm-clock', length: number, at = 1800) => {
    const run = play({ hypervisor: { family, events: [{ verb: 'pause', at, length }] } })
    return { run, told: said(run).filter(text => text.includes('jump')) }
  }
  const { run, told } = jumps('kvm-tsc', 600)
  expect(told).toEqual(['Forward time jump detected!'])
  // The clock was right all the time; what was thrown away is measured again, at the shortest poll.
  expect(said(run)).toContainEqual(expect.stringMatching(/^Can't synchronise: no selectable sources/))
  expect(timeUntilBelow(run.offsets, 1e-3, 2400)).toBe(0)
  expect(jumps('kvm-tsc', 9).told).toEqual([])
  // It polls every 64 s here: the timer for which it sleeps lies in half a minute, or only behind it.
  const seen = [0, 1, 2, 3, 4, 5, 6, 7].map(i => jumps('kvm-tsc', 30, 1800 + 8 * i).told.length)
  expect(seen).toContain(0)
  expect(seen).toContain(1)
  // All clocks of the guest stood: there is nothing to be seen.
  expect(jumps('kvm-clock', 600).told).toEqual([])
})

test('two servers that disagree are both left alone', () => {
  const run = play({ servers: [A, { ...B, offset: 0.05 }], clock: { offset: 0.02 } })
  expect(run.offsets.at(-1)).toBeCloseTo(-0.02 - 20e-6 * 3600, 3)
  expect(run.records.some(({ kind }) => kind === 'estimate')).toBe(false)
})

test('one of three that lies is called a falseticker', () => {
  const run = play({ servers: [A, B, { ...A, address: '10.0.0.3', offset: 0.05 }] })
  expect(said(run)).toContain('Detected falseticker 10.0.0.3')
  expect(rootMeanSquare(run, 600, 3600)).toBeLessThan(20e-6)
})

test('maxchange ends it, and the clock runs on as it was left', () => {
  const run = play({ pauses: [{ at: 1800, length: 30 }], lines: ['maxchange 1 1 0'] })
  expect(run.exit?.why).toMatch(
    /^Adjustment of (30|29\.99\d)\.?\d* seconds exceeds the allowed maximum of 1\.000 seconds/,
  )
  expect(run.offsets.at(-1)).toBeCloseTo(30, 1)
})

test('a drift file gives it the frequency to begin with', () => {
  const run = play({ drift: { frequency: 20e-6, skew: 1e-7 }, duration: 10 })
  expect(said(run)).toContain('Frequency 20.000 +/- 0.100 ppm read from the drift file')
  // The first estimate alone would be off by some ppm.
  expect(rootMeanSquare(run, 0, 10)).toBeLessThan(10e-6)
})

describe('a leap second at the end of the year', () => {
  const inTwoHours = { start: instant(1_798_754_400_000_000_000n), duration: 9000 }
  const story = (mode: string): Story => ({
    ...inTwoHours,
    servers: [{ ...A, leap: 'insert', leapUntil: 7200 }],
    leapSecond: { at: 7200, by: -1 },
    lines: [`leapsecmode ${mode}`],
  })
  const worst = ({ offsets }: Run) => Math.max(...offsets.slice(7000).map(Math.abs))

  test.each(['system', 'step'])('is made at midnight: %s', mode => {
    const run = play(story(mode))
    expect(ownSteps(run)).toMatchObject([{ size: -1 }])
    expect(timeUntilBelow(run.offsets, 1e-3, 7200)).toBeLessThan(2)
  })

  test('is slewed in twelve seconds at 8.3 %', () => {
    const run = play(story('slew'))
    expect(ownSteps(run)).toEqual([])
    expect(worst(run)).toBeCloseTo(1, 1)
    expect(timeUntilBelow(run.offsets, 10e-3, 7200)).toBeGreaterThan(10)
    expect(timeUntilBelow(run.offsets, 10e-3, 7200)).toBeLessThan(16)
  })

  test('is found as an error where it is ignored', () => {
    const run = play(story('ignore'))
    expect(said(run)).toContain('Ignoring leap second')
    expect(timeUntilBelow(run.offsets, 10e-3, 7200)).toBeGreaterThan(30)
  })

  test('is not made on another day', () => {
    const run = play({ ...story('system'), start: START })
    expect(ownSteps(run)).toEqual([])
  })
})

test('the same seed gives the same run, another one another', () => {
  const story = { pauses: [{ at: 600, length: 2 }], duration: 1200, servers: [A, B] }
  expect(play(story).offsets).toEqual(play(story).offsets)
  expect(play({ ...story, seed: 2 }).offsets).not.toEqual(play(story).offsets)
})
