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

/** With four servers: whose is the measurement. Those that were asked after an update, and before the next leap, have stamps of the clock for which it is done. */
const MEASURED_BY_FOUR = `
  1@00:06=0 4@00:06=0 3@00:06=0 2@00:07=0 1@01:11=0 4@01:11=0 3@01:11=0 2@01:11=0 1@03:12=-57.4
  3@03:13=-57.4 4@03:13=-57.4 2@03:14=-57.4 1@04:17=-57.4 3@04:18=-57.4 4@04:18=-57.4 2@04:18=-57.4
  1@05:22=-57.4 4@04:25=0 3@04:25=0 2@04:26=0 1@07:24=-108.9 3@07:25=-108.9 4@07:25=-108.9
  2@07:25=-108.9 1@08:29=-108.9 3@08:29=-108.9 4@08:30=-108.9 2@08:30=-108.9 1@10:31=-166.3
  3@10:31=-166.3 4@10:32=-166.3 2@10:32=-166.3 3@11:36=-166.3 1@11:36=-166.3 2@11:36=-166.3
  4@11:37=-166.3 3@12:40=-166.3 1@09:54=0 2@09:55=0 4@09:55=0 3@14:41=-217.9 1@14:42=-217.9
  2@14:43=-217.9 4@14:43=-217.9 3@15:46=-217.9 1@15:47=-217.9 2@15:48=-217.9 4@15:48=-217.9
  3@16:50=-217.9 1@13:14=0 2@13:15=0 4@13:15=0 3@18:53=-269.4 1@18:53=-269.4 2@18:54=-269.4
  4@18:55=-269.4 3@19:58=-269.4 1@19:58=-269.4 4@19:59=-269.4 2@19:59=-269.4 3@21:03=-269.4 1@16:34=0
  4@16:34=0 2@16:35=0 3@23:05=-320.9 1@23:05=-320.9 4@23:06=-320.9 2@23:06=-320.9 4@24:10=-320.9
  3@24:10=-320.9 1@24:10=-320.9 2@24:11=-320.9 4@26:12=-378.3 3@26:13=-378.3 2@26:13=-378.3
  1@26:13=-378.3 4@27:17=-378.3 3@27:17=-378.3 1@27:18=-378.3 2@27:18=-378.3 4@28:22=-378.3 3@22:04=0
  1@22:05=0 2@22:05=0 4@30:23=-429.9 2@30:25=-429.9 3@30:25=-429.9 1@30:25=-429.9 4@31:28=-429.9
  2@31:29=-429.9 1@31:30=-429.9 3@31:30=-429.9 4@32:32=-429.9 2@25:24=0 1@25:24=0 3@25:26=0
  4@34:34=-481.4 2@34:36=-481.4 1@34:36=-481.4 3@34:37=-481.4 4@35:38=-481.4 2@35:40=-481.4
  1@35:41=-481.4 3@35:42=-481.4 4@37:40=-538.8 2@37:42=-538.8 1@37:43=-538.8 3@37:44=-538.8
  4@38:45=-538.8 2@38:46=-538.8 1@38:47=-538.8 3@38:49=-538.8 4@39:50=-538.8 2@30:52=0 1@30:53=0
  3@30:54=0 4@41:52=-590.3 2@41:52=-590.3 1@41:53=-590.3 3@41:55=-590.3 2@42:56=-590.3 4@42:57=-590.3
  1@42:58=-590.3 3@43:00=-590.3 2@44:01=-590.3 4@34:12=0 1@34:13=0 3@34:15=0 2@46:03=-641.8
  4@46:05=-641.8 1@46:06=-641.8 3@46:08=-641.8 2@47:08=-641.8 4@47:09=-641.8 1@47:10=-641.8
  3@47:12=-641.8 2@48:13=-641.8 4@37:33=0 1@37:33=0 3@37:35=0`

const TRACKED_OF_FOUR = `
  00:00=- 2@00:05=0 1@00:06=0 1@01:11=0 02:45=- 1@05:22=57.4 07:24=- 10:31=- 3@12:40=166.3 14:41=-
  3@16:50=217.9 18:53=- 3@21:03=269.4 23:05=- 26:12=- 4@28:22=378.3 30:23=- 4@32:32=429.9 34:34=-
  37:40=- 4@39:50=538.8 41:52=- 2@44:01=590.3 46:03=- 2@48:13=641.8`

const rows = (text: string): string[][] =>
  text
    .trim()
    .split(/\s+/)
    .map(row => row.split('='))

/** A place begins with the number of its server where there are several. */
const placeOf = (place: string): [string, string] => {
  const [server, at] = place.includes('@') ? place.split('@') : ['1', place]
  return [`192.0.2.${server}`, at!]
}

const measurement = ([place, offset]: readonly string[]): string => {
  const [server, at] = placeOf(place!)
  return `2027-06-01 00:${at} ${server}       N  1 111 111 1111   6  6 0.00 ${Number(offset).toExponential(3)}  1.098e-03  2.416e-06  0.000e+00  0.000e+00 7F7F0101 4B K K`
}

const update = ([place, offset]: readonly string[]): string => {
  const [server, at] = placeOf(place!)
  return offset === '-'
    ? `2027-06-01 00:${at} 0.0.0.0          0      7.403     75.540  0.000e+00 ?  0  0.000e+00  0.000e+00  1.097e-03  5.871e-03  5.741e+01`
    : `2027-06-01 00:${at} ${server}        2      7.403     75.540  ${Number(offset).toExponential(3)} N  1  1.223e-05  1.735e-09  1.097e-03  4.461e-03  8.550e-02`
}

test('leaps that come while chronyd still slews away the one before are all forward, and of their size', () => {
  const { findings, disturbances } = explain(...rows(MEASURED).map(measurement), ...rows(TRACKED).map(update))
  const sizes = disturbances.map(({ size }) => size)
  expect(sizes.length).toBeGreaterThanOrEqual(14)
  for (const size of sizes) expect(Math.abs(size + 57.4)).toBeLessThan(0.02 * 57.4)
  expect(findings.map(({ name }) => name)).toContain('lost-ticks')
  expect(findings.map(({ name }) => name)).not.toContain('stepped-by-someone-else')
})

test('so are they where four servers are asked, some of them between an update and the next leap', () => {
  const { findings, disturbances } = explain(
    ...rows(MEASURED_BY_FOUR).map(measurement),
    ...rows(TRACKED_OF_FOUR).map(update),
  )
  expect(disturbances.length).toBeGreaterThanOrEqual(12)
  for (const { size } of disturbances) expect(Math.abs(size + 57.4)).toBeLessThan(0.02 * 57.4)
  expect(findings.map(({ name }) => name)).toContain('lost-ticks')
  expect(findings.map(({ name }) => name)).not.toContain('stepped-by-someone-else')
  expect(findings.map(({ name }) => name)).not.toContain('sources-lost')
})

test('from tracking.log alone each of them is a leap, and no sum of those before', () => {
  const { disturbances } = explain(...rows(TRACKED_OF_FOUR).map(update))
  expect(disturbances.length).toBeGreaterThanOrEqual(8)
  // Two may come before chronyd finds out what the first of them was.
  for (const { size } of disturbances) expect(size).toBeGreaterThan(-3 * 57.4)
})

test('steps that come again and again while all is well between them are leaps, from tracking.log alone', () => {
  const minutes = Array.from(
    { length: 59 },
    (_, i) => `${String(i).padStart(2, '0')}:10=${i % 6 === 3 ? 57.4 : 0}`,
  )
  const { findings, disturbances } = explain(...minutes.map(row => update(row.split('='))))
  // Ten, and in the first ten minutes chronyd puts right what was before its start.
  expect(disturbances).toHaveLength(8)
  expect(findings.map(({ name }) => name)).not.toContain('good')
})

test('what happens more often than anybody reads of is one finding', () => {
  const sizes = (i: number): number => (i % 6 === 5 ? 3 + ((7 * i) % 40) : 0)
  const at = (i: number): string =>
    `${String(Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}`
  const lines = Array.from({ length: 6 * 40 }, (_, i) =>
    update([`${at(i)}:00`, String(sizes(i))]).replace('2027-06-01 00:', '2027-06-01 '),
  )
  const found = explain(...lines).findings.filter(({ name }) => name === 'stepped-by-someone-else')
  expect(found).toHaveLength(1)
  expect(found[0]!.measures.count).toBeGreaterThan(24)
  expect(found[0]!.measures.every).toBeCloseTo(360, -1)
})
