/** A jump that chronyd has put right before it asked more than one of its sources: the clock's, or that source's. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const stamp = (at: number) =>
  new Date(Date.UTC(2027, 2, 1) + at * 1e3).toISOString().slice(0, 19).replace('T', ' ')
const noise = (at: number) => 2e-5 * Math.sin(at)

const measured = (at: number, server: number, offset: number) =>
  `${stamp(at)} 192.0.2.${server}     N  2 111 111 1111   6  6 1.00  ${offset.toExponential(3)}  1.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`
const tracked = (at: number, offset: number) =>
  `${stamp(at)} 192.0.2.1          2      4.196      0.148 ${(-offset).toExponential(3).padStart(10)} N  1  2.063e-02  1.978e-06  6.938e-04  2.070e-02  4.049e-04`

const SIZE = 0.3
/** A quarter of an hour after the others were asked, and a few minutes before they are asked again. */
const [JUMPED, CORRECTED] = [40 * 1024 + 300, 40 * 1024 + 640]

/** One server is asked each 64 s, and two each 1024 s. `after`: what the two find from the correction on. */
const logs = (after: number): string[] =>
  Array.from({ length: 1600 }, (_, i) => 64 * i).flatMap(at => {
    const away = at > JUMPED && at <= CORRECTED ? SIZE : 0
    const others = at > CORRECTED ? after : 0
    return [
      measured(at, 1, away + noise(at)),
      ...(at % 1024 === 0 ? [2, 3].map(server => measured(at + server, server, others + noise(at))) : []),
      tracked(at + 5, at + 5 > CORRECTED && at - 59 <= CORRECTED ? SIZE : noise(at)),
    ]
  })

test('the others find the clock where it was: it had jumped', () => {
  const { findings } = explain(...logs(0))
  expect(findings.filter(({ severity }) => severity !== 'note')).toMatchObject([
    { name: 'vm-paused', measures: { size: expect.closeTo(SIZE, 2) } },
  ])
})

test('the others are off by what was corrected: that source had been wrong', () => {
  const { findings, disturbances } = explain(...logs(-SIZE))
  expect(findings.map(({ name }) => name)).not.toContain('vm-paused')
  expect(disturbances).toEqual([])
})
