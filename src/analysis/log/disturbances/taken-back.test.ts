/** peerstats alone of a clock that something sets forward by one size each 37 min, and that ntpd brings back through its kernel. */
import { expect, test } from 'vitest'
import { explain } from '../../../../test/support/explain.ts'

const EVERY = 2240
const SET = -0.13

/** Three servers, asked each minute; what the clock is off by so many seconds after it was set. `beyond`: how far ntpd goes too far. */
const measured = (beyond: number, more: (at: number) => number = () => 0) =>
  Array.from({ length: 1200 }, (_, i) => 64 * i).flatMap(poll =>
    [1, 2, 3].map(server => {
      const at = poll + 16 * server
      const since = at % EVERY
      // The filters of two of them show the way back at once, and that of the third some polls later.
      const until = server === 3 ? 700 : 300
      const off = at < EVERY ? 0 : since < 130 ? SET : since < 260 ? 0.6 * SET : since < until ? beyond : 0
      return `61557 ${at}.010 192.0.2.${server} 963a ${(off + more(at) + 1e-5 * Math.sin(at)).toFixed(9)} 0.001000000 0.000963184 0.000025680`
    }),
  )

test('what ntpd takes back too much of it is neither a pause nor a jump of a source', () => {
  const { findings, disturbances } = explain(...measured(0.06))
  expect(findings.map(({ name }) => name)).toContain('clocks-fight')
  expect(findings.map(({ name }) => name)).not.toContain('vm-paused')
  expect(findings.map(({ name }) => name)).not.toContain('source-jumped')
  expect(disturbances.every(({ size }) => size < 0)).toBe(true)
})

test('a pause that is larger than that is one', () => {
  const paused = (at: number) => (at > 40_000 && at < 41_000 ? 3 : 0)
  const sizes = explain(...measured(0, paused)).disturbances.map(({ size }) => Math.round(size))
  expect(sizes).toContain(3)
})
