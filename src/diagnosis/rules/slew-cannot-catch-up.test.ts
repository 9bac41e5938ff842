/** An offset that is slewed away for an hour, by an ntpd that may not step. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const row = (at: number, offset: number) =>
  [1, 2, 3].map(
    server =>
      `61557 ${at + server}.010 192.0.2.${server} 963a ${offset.toFixed(9)} 0.010000000 0.001000000 0.000020000`,
  )
const quiet = (from: number, to: number) =>
  Array.from({ length: (to - from) / 256 }, (_, i) => row(from + 256 * i, 1e-5 * Math.sin(i))).flat()
/** 0.9 s at 250 ppm. */
const slew = (from: number) =>
  Array.from({ length: 15 }, (_, i) => row(from + 256 * i, 0.9 - 250e-6 * 256 * i)).flat()
const lines = [...quiet(64, 40_000), ...slew(40_064)]

const found = (...all: readonly string[]) => explain(...all).findings.map(({ name }) => name)

test('one that steps by less than ten minutes, again and again, does not run with -x', () => {
  expect(found(...lines)).toContain('slew-cannot-catch-up')
  const steps = ['01', '02', '03'].map(hour => `31 May ${hour}:00:00 ntpd[1]: time reset +0.412345 s`)
  expect(found(...steps, ...lines)).not.toContain('slew-cannot-catch-up')
})
