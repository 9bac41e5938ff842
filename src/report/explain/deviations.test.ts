import { expect, test } from 'vitest'
import { print } from '../chart/svg.ts'
import { deviationPanels, type Steadiness } from './deviations.ts'

const LOOK = { width: 460, height: 300 }

/** White noise of the time: Allan's falls with the time, the modified with its power of 3/2. */
const white = (name: string): Steadiness => ({
  name,
  format: 'ntpd rawstats',
  wander: {
    from: 0,
    to: 64 * 1024,
    points: [64, 128, 256, 512].map(time => ({
      time,
      allan: 1e-4 / time,
      modifiedAllan: 1e-3 / time ** 1.5,
      timeDeviation: 1e-3 / Math.sqrt(time),
      mtie: 1e-3,
      uncertainty: Math.sqrt(time / 65_536),
    })),
  },
})

const heights = (svg: string): number[][] =>
  [...svg.matchAll(/class="series"[^>]* d="([^"]+)"/g)].map(([, path]) =>
    [...path!.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map(([, y]) => Number(y)),
  )

test('a power of the time is a straight line, and MTIE has no band', () => {
  const [frequency, time] = deviationPanels([white('web1')], LOOK).map(print)
  for (const [of, bands] of [
    [frequency!, 2],
    [time!, 1],
  ] as const) {
    const lines = heights(of)
    expect(lines).toHaveLength(2)
    expect(of.match(/class="band"/g)).toHaveLength(bands)
    for (const line of lines) {
      const steps = line.slice(1).map((y, i) => y - line[i]!)
      // Drawn to a tenth of a pixel.
      for (const step of steps) expect(Math.abs(step - steps[0]!)).toBeLessThan(0.25)
    }
  }
  expect(frequency).toContain('>1 ppm</text>')
  expect(time).toContain('>3 min</text>')
})

test('several hosts are told apart by their names', () => {
  const [frequency] = deviationPanels([white('web1'), white('web2')], LOOK).map(print)
  expect(frequency).toContain('>web2: Allan deviation</text>')
})

test('a clock that never strayed has nothing to show on such axes, and nobody has no picture', () => {
  const [still] = [white('still')]
  const points = still!.wander.points.map(({ time, uncertainty }) => ({
    ...{ time, uncertainty, allan: 0, modifiedAllan: 0, timeDeviation: 0, mtie: 0 },
  }))
  expect(deviationPanels([{ ...still!, wander: { from: 0, to: 1, points } }], LOOK)).toEqual([])
  expect(deviationPanels([], LOOK)).toEqual([])
})
