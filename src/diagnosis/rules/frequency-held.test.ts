/** chronyd holds a clock that is far off: by how much, its tracking.log tells once it has measured a rate. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const time = (at: number) =>
  new Date(Date.UTC(2027, 2, 5) + at * 1e3).toISOString().slice(0, 19).replace('T', ' ')
const update = (at: number, ppm: number, skew: number, stratum = 2) =>
  `${time(at)} 192.0.2.1        ${stratum} ${ppm.toFixed(3).padStart(10)} ${skew.toFixed(3).padStart(10)}  1.000e-05 N  1  1.000e-04  1.000e-06  2.000e-02  6.000e-04  2.000e-02`

test('before it has measured any it writes 0.000 ppm, which is no rate of this clock', () => {
  const unknown = [0, 4, 6, 8].map(at => update(at, 0, 1_000_000, at === 0 ? 0 : 2))
  const known = Array.from({ length: 60 }, (_, nth) => update(64 * (nth + 1), 620, 0.05))
  const { findings } = explain(...unknown, ...known)
  const held = findings.find(({ name }) => name === 'frequency-far-off')!
  expect(held.measures.frequencyError! * 1e6).toBeCloseTo(620, 6)
  expect(held.evidence[0]!.text).toBe('frequency between -620.0 ppm and -620.0 ppm in 60 updates')
})
