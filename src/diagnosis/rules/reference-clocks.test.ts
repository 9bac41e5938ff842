/** chronyd's refclocks.log beside what it measured of its servers. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const stamp = (seconds: number) => {
  const two = (value: number) => String(value).padStart(2, '0')
  return `2026-12-01 ${two(12 + Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

const random = xoroshiro128plus(11)
const chance = () => ((random.next() >>> 0) + 1) / 2 ** 32

/** Of a Gaussian. */
const noise = (deviation: number): number =>
  deviation * Math.sqrt(-2 * Math.log(chance())) * Math.cos(2 * Math.PI * chance())

/** Three hours of a GPS that is read every second, with a filtered one every 16 s. */
const refclocks = (late: number, deviation: number, behind = (_: number) => 0): string[] =>
  Array.from({ length: 10_800 }, (_, i) => i).flatMap(i => {
    const offset = (-late + noise(deviation) + behind(i)).toExponential(6).padStart(13)
    const row = (reading: string, raw: string) =>
      `${stamp(i)}.000047 GPS  ${reading} N 0 ${raw} ${offset}  1.010e-07`
    return [row(String(i % 16).padStart(3), offset), ...(i % 16 === 15 ? [row('  -', '      -      ')] : [])]
  })

const servers = (until = 10_800, behind = (_: number) => 0): string[] =>
  Array.from({ length: until / 64 }, (_, i) => i).flatMap(i =>
    [1, 2, 3].map(server => {
      const offset = (noise(1e-3) + behind(64 * i + server)).toExponential(3).padStart(10)
      return `${stamp(64 * i + server)} 192.0.2.${server}     N  2 111 111 1111   6  6 0.00 ${offset}  3.106e-02  1.280e-06  7.690e-04  2.136e-04 D18AF52C 4B K K`
    }),
  )

const statistics = (late: number): string[] =>
  Array.from({ length: 168 }, (_, i) => i).flatMap(i =>
    ['192.0.2.1', '192.0.2.2', '192.0.2.3', 'GPS'].map((source, n) => {
      const offset = (source === 'GPS' ? late : noise(1e-4)).toExponential(3).padStart(10)
      return `${stamp(64 * i + 4 + n)} ${source.padEnd(12)}  3.110e-05  ${offset}  3.504e-05  1.348e-09  1.255e-07 6.7e-02  16   0   8  0.00`
    }),
  )

const said = (...lines: readonly string[]) =>
  explain(...lines).findings.map(({ name, severity }) => `${severity} ${name}`)

describe('what a GPS tells', () => {
  test('in its sentences scatters by 20 ms: the clock does not jump by it, whether servers were asked or not', () => {
    expect(said(...refclocks(0, 0.02), ...servers())).toEqual(['good good'])
    expect(said(...refclocks(0, 0.02))).toEqual(['note single-source', 'good good'])
  })

  test('a second late is no measure of a clock with which three servers agree', () => {
    expect(said(...refclocks(1, 0.02), ...servers())).toEqual(['good good'])
    expect(said(...refclocks(1, 0.02), ...servers(), ...statistics(1))).toEqual(['warning falseticker'])
  })

  test('by its pulse is the measure, and a pause in it is one to the second', () => {
    const corrected = (at: number) => (at > 5000 && at < 5100 ? 2 : 0)
    const [pause, ...more] = explain(...refclocks(0, 1e-6, corrected), ...servers(4800)).findings.filter(
      ({ name }) => name === 'vm-paused',
    )
    expect(more).toEqual([])
    expect(pause!.measures.size).toBeCloseTo(2, 3)
    const alone = 'the only source that was heard jumped forward'
    expect(pause!.causes.map(({ what }) => what)).toContain(alone)
    const confirmed = explain(...refclocks(0, 1e-6, corrected), ...servers(10_800, corrected)).findings.find(
      ({ name }) => name === 'vm-paused',
    )
    expect(confirmed!.causes.map(({ what }) => what)).not.toContain(alone)
    expect(pause!.to! - pause!.from!).toBeLessThan(5)
  })

  test('is no clock that was set back, though the row of its mean before a pause bears an earlier stamp', () => {
    const paused = (from: number) =>
      Array.from({ length: 7200 }, (_, i) => i).flatMap(i => {
        const row = (at: number, reading: string, raw: string) =>
          `${stamp(Math.floor(at))}.${at % 1 === 0 ? '000' : '500'}000 PHC0 ${reading} N 0 ${raw} ${behind}  1.010e-07`
        const behind = (i < from || i >= from + 50 ? noise(1e-7) : 60 + noise(1e-7)).toExponential(6)
        const at = i + (i >= from + 50 ? 60 : 0)
        return [
          row(at, String(4 * (i % 8)).padStart(3), behind),
          ...(i % 8 === 7 ? [row(at - 3.5, '  -', '      -      ')] : []),
        ]
      })
    for (const from of [3600, 3603])
      expect(said(...paused(from)).filter(each => !each.startsWith('note'))).toEqual(['critical vm-paused'])
  })
})

describe('a GPS of ntpd', () => {
  /** Its sentences come 0.12 s late, and its pulse is followed. */
  const rows = (status: string) =>
    Array.from({ length: 600 }, (_, i) => {
      const row = (
        after: number,
        source: string,
        state: string,
        [offset, delay]: readonly [number, number],
      ) =>
        `61363 ${(16 * i + after).toFixed(3)} ${source} ${state} ${offset.toFixed(9)} ${delay.toFixed(9)} 0.000300000 0.000100000`
      return [
        row(0, '127.127.20.0', status, [0.122 + noise(0.01), 0]),
        row(0.2, '127.127.22.0', '973a', [noise(1e-6), 0]),
        ...(i % 4 === 0
          ? [1, 2, 3].map(server => row(server, `192.0.2.${server}`, '941a', [noise(3e-4), 0.012]))
          : []),
      ]
    }).flat()

  test.each([
    ['only measured (noselect)', '9014'],
    ['weighed and outvoted', '9114'],
  ])('that is %s wants its delay told, and no other server', (_, status) => {
    const { findings } = explain(...rows(status))
    expect(findings.map(({ name, severity }) => `${severity} ${name}`)).toEqual([
      'note falseticker',
      'good good',
    ])
    expect(findings[0]!.remedy.text).toMatch(/^Take \+12\d ms off what its `time2` is now/)
    expect(findings[0]!.remedy.changes).toEqual([])
  })
})
