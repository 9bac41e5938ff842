/** Servers that smear a leap second among servers that make it, where chronyd follows neither for most of a day. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const HOUR = 3600
/** The end of 2016, which had a leap second; from the day before it on. */
const LEAP = 24 * HOUR
const END = 48 * HOUR
const date = (at: number) => new Date(Date.UTC(2016, 11, 31) + at * 1e3).toISOString().slice(0, 19)
const stamp = (at: number) => date(at).replace('T', ' ')

const measured = (at: number, server: number, offset: number) =>
  `${stamp(at)} 192.0.2.${server}     N  2 111 111 1111   6  6 1.00  ${offset.toExponential(3)}  1.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`
const tracked = (at: number, offset: number) =>
  `${stamp(at)} 192.0.2.1          2      4.196      0.148 ${(-offset).toExponential(3).padStart(10)} N  1  2.063e-02  1.978e-06  6.938e-04  2.070e-02  4.049e-04`

/** The clock runs free from noon on, and makes no leap second, until chronyd has a majority again and steps. */
const STEPPED = LEAP + 11.3 * HOUR
const made = (at: number) => (at > LEAP && at < STEPPED ? -1 : 0)
const smeared = (at: number) => {
  const share = Math.min(1, Math.max(0, (at - LEAP) / (24 * HOUR) + 0.5))
  return at < STEPPED ? -share : 1 - share
}

/** Each is asked every 17 minutes, and those that have jumped each minute for a while. */
function rows(): string[] {
  const polls = [1, 2, 3, 4].flatMap(server => {
    const at = Array.from({ length: Math.floor(END / 1024) }, (_, i) => 1024 * i + 130 * server)
    const often = server < 3 ? Array.from({ length: 20 }, (_, i) => LEAP + 1000 + 64 * i + 10 * server) : []
    return [...at, ...often].map(each => ({ at: each, server }))
  })
  return polls
    .sort((a, b) => a.at - b.at)
    .map(({ at, server }) =>
      measured(at, server, (server < 3 ? made(at) : smeared(at)) + 1e-4 * Math.sin(at)),
    )
}

const UPDATES = Array.from({ length: 160 }, (_, i) => 1024 * i + 200)
  .filter(at => at < LEAP - 11 * HOUR || at > STEPPED)
  .map((at, i, all) => tracked(at, at > STEPPED && all[i - 1]! < STEPPED ? -1 : 1e-5))

const WORDS = [
  `${date(0)}Z chronyd version 4.3 starting (+CMDMON +NTP)`,
  `${date(6)}Z Selected source 192.0.2.1`,
  `${date(LEAP - 11 * HOUR)}Z Can't synchronise: no majority`,
  `${date(STEPPED)}Z Selected source 192.0.2.1`,
]

test('two servers of four make a leap second and two smear it: that, and no clock that nobody may set', () => {
  for (const lines of [rows(), [...rows(), ...UPDATES], [...rows(), ...UPDATES, ...WORDS]]) {
    const { findings } = explain(...lines)
    const names = findings.map(({ name }) => name)
    expect(names).toContain('leap-or-smear-mix')
    // Told as that.
    for (const other of ['never-corrected', 'source-jumped', 'vm-paused', 'stepped-by-someone-else'])
      expect(names).not.toContain(other)
    const { what } = findings.find(({ name }) => name === 'leap-or-smear-mix')!
    expect(what).toContain(
      '192.0.2.1, 192.0.2.2 jumped by -1.00 s at the end of a month, and the other sources did not',
    )
  }
})

test('without a majority at that time it is the first cause that they smear; at another time it is none', () => {
  const disagreed = (month: string) =>
    explain(
      ...rows().map(line => line.replace(/^2016-12-31/, month).replace(/^2017-01-01/, next(month))),
    ).findings.find(({ name }) => name === 'no-majority')!
  const next = (month: string) => `${month.slice(0, 8)}${Number(month.slice(8)) + 1}`
  const { causes, remedy, what } = explain(...rows()).findings.find(({ name }) => name === 'no-majority')!
  expect(what).toMatch(/It was the end of a month: some of them may smear a leap second\.$/)
  expect(causes[0]!.what).toBe('some of the servers smear leap seconds')
  expect(remedy.text).toMatch(/never both/)
  const other = disagreed('2016-12-14')
  expect(other.what).not.toContain('smear')
  expect(other.causes.map(each => each.what)).toEqual(['one or more of them went wrong'])
})

test('what all sources did is said of those that are known', () => {
  const leap = (servers: readonly number[]) =>
    explain(
      ...servers.flatMap(server =>
        Array.from({ length: 160 }, (_, i) => 1024 * i + 130 * server).map(at =>
          measured(at, server, (at > LEAP && at < LEAP + 2 * HOUR ? -1 : 0) + 1e-4 * Math.sin(at)),
        ),
      ),
    ).findings.find(({ name }) => name === 'leap-or-smear-mix')?.what
  expect(leap([1, 2, 3])).toMatch(
    /192\.0\.2\.1, 192\.0\.2\.2, 192\.0\.2\.3 went back by 1\.00 s .* at the end of a month/,
  )
  const { findings } = explain(...UPDATES)
  expect(findings.find(({ name }) => name === 'leap-or-smear-mix')?.what).toMatch(
    /^chronyd found this clock 1\.00 s ahead .* its sources made, or some of them/,
  )
})
