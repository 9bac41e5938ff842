/** Runs of `chronyd -Q`, and of `ntpdate -q`, whose lines have no stamps. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const looks = (...sizes: readonly number[]) =>
  explain(...sizes.map(size => `System clock wrong by ${size.toFixed(6)} seconds (ignored)`))
const told = ({ findings }: ReturnType<typeof explain>) =>
  findings.map(({ severity, name }) => `${severity} ${name}`)
const some = <T>(count: number, of: (nth: number) => T): T[] =>
  Array.from({ length: count }, (_, nth) => of(nth))

test('a clock that is right whenever somebody looks', () => {
  const right = looks(...some(20, nth => 0.0004 * Math.sin(nth)))
  expect(told(right)).toEqual(['good good'])
  expect(right.findings[0]!.what).toContain('20 runs of chronyd -Q found the clock off by')
})

test('one that stays off, and one that goes away: nothing corrects it', () => {
  const stays = looks(...some(20, nth => 0.181 + 0.0004 * Math.sin(nth)))
  expect(told(stays)).toEqual(['warning never-corrected'])
  expect(stays.findings[0]!.measures).toMatchObject({ count: 20, runs: 20 })
  const away = looks(...some(30, nth => 0.72 * nth + 0.0004 * Math.sin(nth)))
  expect(told(away)).toEqual(['critical never-corrected'])
  expect(away.findings[0]!.what).toContain('further off, from +0 s to +20.9 s')
  // Nobody knows when the runs were.
  for (const { what } of [...stays.findings, ...away.findings]) expect(what).not.toMatch(/ppm|every| h\b/)
})

test('off once, and right again at the last look', () => {
  const once = looks(0.0001, 0.0002, -30.2, 0.0001, 0.0003)
  expect(told(once)).toEqual(['critical offset-large-now'])
  expect(once.findings[0]!.what).toBe('1 of 5 runs of chronyd -Q found the clock 30.2 s ahead.')
  expect(told(looks(0.4))).toEqual(['warning offset-large-now'])
})

test('what ntpdate finds grows: it was told only to ask', () => {
  const lines = some(20, nth => `step time server 192.0.2.1 offset ${(0.7 + 0.3 * nth).toFixed(6)} sec`)
  expect(told(explain(...lines))).toEqual(['critical never-corrected'])
})
