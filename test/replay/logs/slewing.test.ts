/** While chronyd slews, what it measures is of corrected time; what is told of the clock must be the clock's own. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { allCurves, pointsOf } from '#report/explain/curves.ts'
import { explain } from '../../support/explain.ts'
import { analyse } from './found.ts'

const SAMPLE = 'chrony-external-steps'
const FOLDER = new URL('../../vectors/logs/', import.meta.url)
/** Seconds of the day, and how far the clock was ahead. */
const TRUE = readFileSync(fileURLToPath(new URL(`${SAMPLE}/truth.csv`, FOLDER)), 'utf8')
  .split('\n')
  .slice(1, -1)
  .map(row => row.split(',').map(Number) as [at: number, ahead: number])
const WRONG = TRUE.filter(([, ahead]) => Math.abs(ahead) > 0.128)

describe('an hour ahead, slewed for the rest of the day', () => {
  test('mean and root mean square are those of the clock', async () => {
    const offset = (await analyse(SAMPLE)).log.ownOffsetOf('chrony')!.offset
    const mean = -TRUE.reduce((sum, [, ahead]) => sum + ahead, 0) / TRUE.length
    const rms = Math.sqrt(TRUE.reduce((sum, [, ahead]) => sum + ahead ** 2, 0) / TRUE.length)
    expect(offset.whole.mean / mean).toBeCloseTo(1, 1)
    expect(offset.whole.rms / rms).toBeCloseTo(1, 1)
    expect(offset.within1ms.lasting).toBeNaN()
  })

  test('the time that it was wrong', async () => {
    const { findings } = await analyse(SAMPLE)
    const slew = findings.find(({ name }) => name === 'slew-cannot-catch-up')!
    const time = TRUE.at(-1)![0] - WRONG[0]![0]
    expect(slew.measures.timeSpent! / time).toBeCloseTo(1, 1)
    expect(slew.measures.left! / -WRONG.at(-1)![1]).toBeCloseTo(1, 1)
  })

  test('the plot', async () => {
    const host = await analyse(SAMPLE)
    const { measured, taken, delay, happenings } = allCurves([host])[0]![0]!
    expect(measured).toBeUndefined()
    expect(delay!.format).toBe('chrony measurements')
    const { at, least, most } = pointsOf(taken!)
    for (const [time, ahead] of WRONG) {
      const i = at.findIndex(each => each - host.baseDay * 86_400 >= time)
      if (i < 0) continue
      expect(least[i]).toBeLessThan(-ahead + 30)
      expect(most[i]).toBeGreaterThan(-ahead - 30)
    }
    expect(happenings[0]!.at - host.baseDay * 86_400).toBeCloseTo(15_000, -3)
  })
})

describe('of measurements alone the pace of their polls tells it', () => {
  const slewOf = (rows: readonly string[]) =>
    explain(...rows).findings.find(({ name }) => name === 'slew-cannot-catch-up')
  const wrong = measurementsOf(SAMPLE)

  test('with its beginning, all of it', () => {
    const began = wrong.findIndex(row => / -3\.6\d*e\+03 /.test(row))
    const ended = wrong.findIndex(row => / -2\.3\d*e\+03 /.test(row))
    const { size, left, timeSpent } = slewOf(wrong.slice(began, ended))!.measures
    const [, ahead] = TRUE.find(([at]) => at === 29_400)!
    expect(size).toBeCloseTo(-3600, 0)
    expect(left! / -ahead).toBeCloseTo(1, 1)
    expect(timeSpent! / (30_000 - 15_000)).toBeCloseTo(1, 1)
  })

  test('cut out of its middle, how wrong the clock was at least', () => {
    const { verdict, findings } = explain(...wrong.filter(row => /^2027-03-05 0[67]:/.test(row)))
    const slew = findings.find(({ name }) => name === 'slew-cannot-catch-up')!
    expect(verdict).toBe('critical')
    expect(slew.what).toMatch(/had begun before this log: .* the clock was at least 5\d\d s ahead/)
    const [, ahead] = TRUE.find(([at]) => at === 6 * 3600)!
    expect(-slew.measures.size!).toBeLessThan(ahead)
  })

  test.each([
    'chrony-2000ppm',
    'chrony-makestep-always',
    'chrony-outage',
    'clknetsim-congested',
    'clknetsim-hourly',
    'clknetsim-quiet-net',
    'clknetsim-two-apart',
  ])('%s: nothing is slewed for long', sample => {
    expect(slewOf(measurementsOf(sample))).toBeUndefined()
  })
})

function measurementsOf(sample: string): string[] {
  const packed = readFileSync(fileURLToPath(new URL(`${sample}/measurements.log.gz`, FOLDER)))
  return gunzipSync(packed).toString().split('\n')
}
