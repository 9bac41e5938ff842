/** The bad clock of field report 000 under a real chronyd, in clknetsim: it leaps forward by 57.4 s every 180 s. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

/** Minute, second and offset in measurements.log. */
const MEASURED = `
  00:05=0 00:07=0 00:09=0 00:11=0 02:12=-57.4 03:17=-57.4 04:21=-57.4 05:26=-57.4 06:30=-57.4 07:35=-57.4
  09:37=-108.9 10:41=-108.9 12:43=-166.3 13:47=-166.3 14:52=-166.3 16:55=-217.8 17:59=-217.8 19:04=-217.8
  21:06=-269.4 22:10=-269.4 23:14=-269.4 25:16=-320.9 26:21=-320.9 28:22=-378.3 29:27=-378.3 30:31=-378.3
  32:34=-429.8 33:38=-429.8 34:43=-429.8 36:45=-481.3 37:50=-481.3 39:52=-538.7 40:57=-538.7 42:02=-538.7
  44:04=-590.3 45:09=-590.3 46:14=-590.3 48:16=-641.8 49:21=-641.8 50:25=-641.8 52:27=-693.3 53:32=-693.3
  55:33=-750.7`

/** The same in tracking.log; `-` where chronyd had noticed a leap, and has no source. */
const TRACKED = `
  00:05=- 00:09=0 00:11=0 02:12=- 04:21=57.4 05:26=- 07:35=57.4 09:37=- 12:43=- 14:52=166.3 16:55=-
  19:04=217.8 21:06=- 23:14=269.4 25:16=- 28:22=- 30:31=378.3 32:34=- 34:43=429.8 36:45=- 39:52=-
  42:02=538.7 44:04=- 46:14=590.3 48:16=- 50:25=641.8 52:27=- 55:33=-`

const rows = (text: string): string[][] =>
  text
    .trim()
    .split(/\s+/)
    .map(row => row.split('='))

const measurement = ([at, offset]: readonly string[]): string =>
  `2027-06-01 00:${at} 192.0.2.1       N  1 111 111 1111   6  6 0.00 ${Number(offset).toExponential(3)}  1.098e-03  2.416e-06  0.000e+00  0.000e+00 7F7F0101 4B K K`

const update = ([at, offset]: readonly string[]): string =>
  offset === '-'
    ? `2027-06-01 00:${at} 0.0.0.0          0      7.403     75.540  0.000e+00 ?  0  0.000e+00  0.000e+00  1.097e-03  5.871e-03  5.741e+01`
    : `2027-06-01 00:${at} 192.0.2.1        2      7.403     75.540  ${Number(offset).toExponential(3)} N  1  1.223e-05  1.735e-09  1.097e-03  4.461e-03  8.550e-02`

test('leaps that come while chronyd still slews away the one before are all forward, and of their size', () => {
  const { findings, disturbances } = explain(...rows(MEASURED).map(measurement), ...rows(TRACKED).map(update))
  const sizes = disturbances.map(({ size }) => size)
  expect(sizes.length).toBeGreaterThanOrEqual(14)
  for (const size of sizes) expect(Math.abs(size + 57.4)).toBeLessThan(0.02 * 57.4)
  expect(findings.map(({ name }) => name)).toContain('lost-ticks')
  expect(findings.map(({ name }) => name)).not.toContain('stepped-by-someone-else')
})
