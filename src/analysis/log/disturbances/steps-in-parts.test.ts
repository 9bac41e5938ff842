/** ntpd that steps by a part of a jump and later by the rest, as when only some of its servers had seen it: loopstats has two zeros in a row. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../../test/support/explain.ts'

const JUMPED_AT = 25_000
const [FIRST_STEP, LAST_STEP, END] = [26_300, 28_500, 60_000]
const DAY = 61557
/** Between 1900 and that day. */
const PASSED = (DAY - 15_020) * 86_400

const behindAt = (at: number, lost: number, left: number): number =>
  at < JUMPED_AT || at >= LAST_STEP ? 0 : at < FIRST_STEP ? lost : left

const noise = (at: number): number => 1e-3 * Math.sin(7 * at)
const polls = (every: number, until: number, first = 60) =>
  Array.from({ length: Math.floor((until - first) / every) }, (_, i) => first + every * i)

interface Line {
  readonly at: number
  readonly text: string
}

const raw = (lost: number, left: number): Line[] => rawWith(at => behindAt(at, lost, left))

const rawWith = (behind: (at: number) => number, every = 512, apart = 100): Line[] =>
  [1, 2, 3, 4].flatMap(server =>
    polls(every, END, 60 + apart * server).map(at => {
      const server1 = PASSED + at + 0.012 + behind(at) + noise(at)
      const stamps = [PASSED + at, server1, server1 + 1e-5, PASSED + at + 0.024]
      return {
        at,
        text: `${DAY} ${at}.024 192.0.2.${server} 192.0.2.9 ${stamps.map(each => each.toFixed(9)).join(' ')} 0 4 4 1 9 -23 0.000000 0.000000 ..`,
      }
    }),
  )

const row = (at: number, offset: string, jitter: string): Line => ({
  at,
  text: `${DAY} ${at}.000 ${offset} 7.585 ${jitter} 0.050000 9`,
})
const zero = (at: number, jitter = '0.000000119') => row(at, '0.000000000', jitter)

/** Between the jump and the last step ntpd makes no other update. */
const loop = (...zeros: readonly Line[]): Line[] => [
  ...polls(512, END)
    .filter(at => at < JUMPED_AT || at > LAST_STEP)
    .map(at => row(at, noise(at).toFixed(9), '0.001100000')),
  ...zeros,
]
const IN_PARTS = [zero(FIRST_STEP), zero(LAST_STEP)]

const findingsOf = (...lines: readonly Line[]) =>
  explain(...lines.toSorted((a, b) => a.at - b.at).map(({ text }) => text)).findings
const namesOf = (...lines: readonly Line[]) => findingsOf(...lines).map(({ name }) => name)

test('both are its own steps: nobody else has set the clock', () => {
  expect(namesOf(...raw(0.7, 0.24), ...loop(...IN_PARTS))).toEqual(['vm-paused'])
})

test('also where the first part is less than half: it has not slewed', () => {
  expect(namesOf(...raw(0.9, 0.484), ...loop(...IN_PARTS))).toEqual(['vm-paused'])
})

describe('loopstats alone', () => {
  test('tells of both', () => {
    const [found] = findingsOf(...loop(...IN_PARTS))
    expect(found!.name).toBe('stepped-by-its-daemon')
    expect(found!.measures.count).toBe(2)
  })

  test('a clock that is compared with itself is not stepped: it comes too often, and its jitter only fades', () => {
    expect(namesOf(...loop(zero(26_300), zero(26_364)))).toEqual(['good'])
    const fading = [zero(26_300, '0.000090000'), zero(27_324, '0.000087000')]
    const quiet = loop(...fading).map(({ at, text }) => ({
      at,
      text: text.replace('0.001100000', '0.000093000'),
    }))
    expect(namesOf(...quiet)).toEqual(['good'])
    expect(namesOf(...loop(...[0, 1, 2, 3].map(i => zero(25_100 + 900 * i))))).toEqual(['good'])
  })
})

test('a clock that loses more than ntpd corrects is stepped again before there is any other update, all day', () => {
  const steps = polls(700, END, 900).map((at, i) => at + 97 * (i % 3))
  const behind = (at: number): number => 8e-4 * (at - (steps.findLast(step => step <= at) ?? 0))
  const zeros = steps
    .map(at => zero(at))
    .map(({ at, text }) => ({ at, text: text.replace(' 7.585 ', ' 500.000 ') }))
  const start = row(300, '0.200000000', '0.070000000')
  expect(namesOf(...rawWith(behind, 65, 13), start, ...zeros)).toEqual(['frequency-saturated'])
})

test('a machine that stands still every half an hour is stepped again before there is any other update: nobody else sets its clock', () => {
  const lost = (at: number): number => 0.8 * Math.max(0, Math.ceil((at - 25_000) / 1800))
  const steps = polls(2000, END, 25_700).map((at, i) => at + 149 * (i % 4))
  // Of the last minutes it knows nothing yet when it steps.
  const set = (at: number): number =>
    Math.max(0, ...steps.filter(step => step <= at).map(step => lost(step - 600)))
  const log = [...loop().filter(({ at }) => at < 25_000), ...steps.map(at => zero(at))]
  const names = namesOf(...rawWith(at => lost(at) - set(at), 64, 13), ...log)
  expect(new Set(names)).toEqual(new Set(['vm-paused']))
})
