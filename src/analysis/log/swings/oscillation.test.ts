/** What is an oscillation, and what only swings a few times after a jump. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../../test/support/explain.ts'

/** loopstats, every 16 s. */
const findingsOf = (offset: (at: number) => number) =>
  explain(
    ...Array.from({ length: 2700 }, (_, i) => 16 * i).map(
      at => `61469 ${at}.000 ${offset(at).toFixed(9)} 1.000 0.000100000 0.001000 4`,
    ),
  ).findings
const names = (offset: (at: number) => number) => findingsOf(offset).map(({ name }) => name)

test('swings that go on are one', () => {
  expect(names(at => 0.1 * Math.sin((2 * Math.PI * at) / 3000))).toContain('growing-oscillation')
})

test.each([
  [1, 'vm-paused', /^The clock lost time at once again and again .*, about every 60 min, by 150 ms at most/],
  [-1, 'stepped-by-someone-else', /^The clock was moved at once again and again .*, about every 60 min/],
])('teeth of one size are what moves it to one side, and is slewed away too far', (side, name, words) => {
  const found = findingsOf(
    at => side * 0.15 * Math.exp(-(at % 3600) / 1500) * Math.cos((2 * Math.PI * at) / 3600),
  )
  expect(found.map(each => each.name)).toEqual([name])
  expect(found[0]!.what).toMatch(words)
})

test('what half of the delay explains swings nowhere', () => {
  // To and fro, for some minutes to one side: packets wait up to 80 ms in one direction, and then in the other.
  const rows = (delayed: boolean) =>
    Array.from({ length: 2700 }, (_, i) => 32 * i).map(at => {
      const late = 0.08 * Math.sin((2 * Math.PI * at) / 3000) * (0.6 + 0.4 * Math.sin(at))
      return `61469 ${at}.000 192.0.2.1 963a ${(late / 2).toFixed(9)} ${(0.004 + (delayed ? Math.abs(late) : 0)).toFixed(9)} 0.001 0.005`
    })
  const told = (delayed: boolean) => explain(...rows(delayed)).findings.map(({ name }) => name)
  expect(told(true)).not.toContain('growing-oscillation')
  expect(told(false)).toContain('growing-oscillation')
})

test('a few swings each four hours, after what was corrected too much, are none', () => {
  const swinging = (at: number) => at % 14_400 < 320
  expect(names(at => (swinging(at) ? 0.1 * Math.sin((2 * Math.PI * at) / 80) : 1e-5))).not.toContain(
    'growing-oscillation',
  )
})

describe('three servers that are asked every 17 min, one after another, of a clock that swings', () => {
  const POLL = 1024
  const PERIOD = 5400
  const TOP = 0.5
  /** peerstats. Each eighth answer that a server gives is late, and waits for the next to pass. */
  const measured = (offset: (at: number) => number) =>
    Array.from({ length: 240 }, (_, i) => i * POLL).flatMap((poll, i) =>
      [0, 1, 2].flatMap(server => {
        const at = poll + server * 300
        if ((i + 3 * server) % 8 === 0) return []
        return `${61469 + Math.floor(at / 86_400)} ${at % 86_400}.000 192.0.2.${server + 1} 961a ${offset(at).toFixed(9)} 0.030000000 0.020000000 0.010000000`
      }),
    )
  // It begins after some hours, in which the sources are learned to be quiet.
  const swing = (at: number) => (at < 20_000 ? 0 : TOP * Math.sin((2 * Math.PI * (at - 20_000)) / PERIOD))
  const told = (offset: (at: number) => number) => {
    const { findings } = explain(...measured(offset))
    return findings.filter(({ name }) =>
      ['vm-paused', 'stepped-by-someone-else', 'source-jumped', 'growing-oscillation'].includes(name),
    )
  }

  test('from poll to poll it is elsewhere, and neither the clock nor a source jumped', () => {
    expect(told(swing).map(({ name }) => name)).toEqual(['growing-oscillation'])
  })

  test('a pause that no swing explains is told beside it', () => {
    const found = told(at => swing(at) + (at > 120_000 && at < 124_000 ? 5 : 0))
    const sizes = found.filter(({ name }) => name === 'vm-paused').map(({ measures }) => measures.size!)
    // The clock swings on meanwhile.
    expect(Math.abs(Math.max(...sizes) - 5)).toBeLessThan(2 * TOP)
  })
})

/**
 * chronyd 4.3 in clknetsim, after a pause of two seconds, while its lines go through measurements from before and after it: what it finds
 * of each server in turn, against the clock as it should be, and what it has left to slew at 100 ppm. The clock itself stays behind.
 */
const TAKEN = [
  [30_109, -0.3788, -7.504e-5],
  [30_136, -0.9727, 0.376],
  [30_172, 0.882, 1.345],
  [30_201, -1.162, 0.4603],
  [30_238, 0.3422, 1.619],
  [30_266, -0.6932, 1.274],
  [30_303, 0.4411, 1.963],
  [30_305, -0.3304, 1.522],
  [30_331, -0.3746, 1.85],
  [30_368, 0.391, 2.221],
  [30_396, -0.1444, 1.827],
] as const

test('what chronyd puts on and off its list while it slews is no swing of the clock', () => {
  const printed = (value: number) => value.toExponential(3).replace(/e([+-])(\d)$/, 'e$10$2')
  const row = (at: number, offset: number, left: number) =>
    `2027-06-01 ${new Date(at * 1e3).toISOString().slice(11, 19)} 192.0.2.1       2     17.186      0.032 ${printed(offset)} N  4  6.098e-04 ${printed(left)}  2.122e-02  8.415e-04  1.253e-02`
  const each64 = (from: number, to: number, left: (at: number) => number) =>
    Array.from({ length: Math.floor((to - from) / 64) }, (_, i) => from + 64 * i).map(at =>
      row(at, 2e-5 * Math.sin(at), left(at)),
    )
  const told = explain(
    ...each64(60, 30_100, () => 1e-6),
    ...TAKEN.map(([at, offset, left]) => row(at, offset, left)),
    ...each64(30_461, 60_000, at => Math.max(1e-6, 1.965 - 100e-6 * (at - 30_461))),
  ).findings.map(({ name }) => name)
  expect(told).not.toContain('growing-oscillation')
  expect(told).toContain('slew-cannot-catch-up')
})
