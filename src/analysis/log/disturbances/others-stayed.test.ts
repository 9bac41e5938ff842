/** ntpd's rawstats alone, of a server that is seconds off for an hour: whether the clock was, the others tell. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../../test/support/explain.ts'

const DAY = 61557
/** Between 1900 and that day. */
const PASSED = (DAY - 15_020) * 86_400
const POLL = 1024
const AWAY = [30_000, 34_000] as const

/** What each server is off by while the first is away; each has its own time. */
const findingsOf = (...off: readonly number[]) =>
  explain(
    ...Array.from({ length: 60 }, (_, i) => i * POLL).flatMap(poll =>
      off.map((size, server) => {
        const at = poll + 60 + 240 * server
        const away = at > AWAY[0] && at < AWAY[1] ? size : 0
        const there = PASSED + at + 0.012 + away + 1e-4 * Math.sin(7 * at)
        const stamps = [PASSED + at, there, there + 1e-5, PASSED + at + 0.024]
        return `${DAY} ${at}.024 192.0.2.${server + 1} 192.0.2.9 ${stamps.map(each => each.toFixed(9)).join(' ')} 0 4 4 1 10 -23 0.000000 0.000000 ..`
      }),
    ),
  ).findings

const namesOf = (...off: readonly number[]) => findingsOf(...off).map(({ name }) => name)

test('where the two others find the clock right meanwhile, nobody has set it', () => {
  expect(namesOf(-5, 0, 0)).toEqual(['source-jumped', 'source-jumped', 'good'])
})

test('where they are off, too, its daemon has set it back', () => {
  expect(namesOf(-5, -5, -5)).toEqual(['stepped-by-someone-else', 'stepped-back'])
})

describe('the only source', () => {
  test('may have jumped, and been set right, as well as the clock', () => {
    const found = findingsOf(-5)
    expect(found.map(({ name }) => name)).toEqual([
      'stepped-by-someone-else',
      'stepped-back',
      'single-source',
    ])
    expect(found[0]!.what).toMatch(/^Somebody set the clock forward by 5\.00 s .*, or 192\.0\.2\.1 jumped\.$/)
    expect(found[0]!.causes.map(({ what }) => what)).toContain('192.0.2.1 jumped back')
    expect(found[1]!.what).toMatch(/, or its only source was set right\.$/)
  })
})
