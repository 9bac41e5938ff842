import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'
import { BASE_DAY } from '../../../test/support/pieces.ts'
import { compareHosts, versusScreen } from './versus.ts'

const MJD = BASE_DAY + 40_587
const rowsOf = (offset: (i: number) => number) =>
  Array.from(
    { length: 400 },
    (_, i) =>
      `${MJD} ${(64 * i).toFixed(3)} 192.0.2.1 963a ${offset(i).toFixed(9)} 0.000200000 0.001000000 0.000010000`,
  )
const run = (offset: (i: number) => number) => explain(...rowsOf(offset))
const usual = (i: number) => (i % 3) * 1e-5
const paused = (i: number) => (i > 200 && i < 220 ? 4 : usual(i))

test('a pause that is gone makes it better, though the usual offsets are what they were', () => {
  const versus = compareHosts(run(paused), run(usual))
  expect(versus).toMatchObject({ outcome: 'better', gone: ['vm-paused'], comparison: { outcome: 'alike' } })
  expect(versusScreen(versus, (_, text) => text)).toMatch(
    /Better, by its findings\. Offsets differ no more than by chance/,
  )
})

test('smaller offsets and a new pause are said to be both', () => {
  expect(
    compareHosts(
      run(i => 10 * usual(i)),
      run(paused),
    ).outcome,
  ).toBe('mixed')
})

test('the same is alike', () => {
  expect(compareHosts(run(usual), run(usual)).outcome).toBe('alike')
})

/** A clock that wanders slowly: its measurements scatter so much around it, and the daemon makes a tenth of that of them. */
const wander = (i: number) => 2e-4 * Math.sin(i / 10)
const scatter = (i: number) => Math.sin(13.7 * i ** 2)
const loop = Array.from(
  { length: 400 },
  (_, i) =>
    `${MJD} ${(64 * i).toFixed(3)} ${(wander(i) + 1e-4 * scatter(i)).toFixed(9)} 12.300 0.000210000 0.011100 6`,
)
const noisy = (noise: number) => (i: number) => wander(i) + noise * scatter(i)

test('one clock through a noisier network is alike, and what is larger is said', () => {
  const versus = compareHosts(run(noisy(1e-4)), run(noisy(1e-3)))
  expect(versus).toMatchObject({
    outcome: 'alike',
    unlike: 'noise',
    comparison: { outcome: 'worse', by: 'measured' },
  })
  expect(versusScreen(versus, (_, text) => text)).toMatch(
    /Alike\. Of the clock itself no difference is sure: what is larger/,
  )
  expect(
    compareHosts(
      run(noisy(1e-3)),
      run(i => 10 * wander(i) + 1e-4 * scatter(i)),
    ).outcome,
  ).toBe('worse')
})

test('a pause that is gone makes it better, though the network of the same clock is noisier by less than twice', () => {
  const versus = compareHosts(
    run(i => noisy(1e-4)(i) + (i === 200 ? 21 : 0) + (i === 201 ? 21 : 0)),
    run(noisy(1.7e-4)),
  )
  expect(versus).toMatchObject({
    outcome: 'better',
    unlike: 'noise',
    comparison: { outcome: 'worse', by: 'measured' },
  })
  const screen = versusScreen(versus, (_, text) => text)
  expect(screen).toMatch(
    /Better, by its findings\. Of the clock itself no difference is sure: what is larger is the scatter/,
  )
  // The numbers beside it have no pause in them, either.
  const { before, after } = versus.comparison!
  expect(before.rms).toBeGreaterThan(1)
  expect(before.usual).toBeLessThan(after.usual)
})

test('one clock in two kinds of log is neither better nor worse: they cannot be compared', () => {
  const versus = compareHosts(run(noisy(1e-3)), explain(...loop))
  expect(versus).toMatchObject({
    outcome: 'not known',
    unlike: 'kinds of log',
    measuredBy: { before: 'ntpd peerstats', after: 'ntpd loopstats' },
  })
  const screen = versusScreen(versus, (_, text) => text)
  expect(screen).toContain(
    'cannot be compared: they are of ntpd peerstats before and of ntpd loopstats after',
  )
  expect(screen).toContain('RMS')
  expect(screen).not.toMatch(/Better|Worse/)
})

test('what one kind of log shows and the other does not makes a clock no better', () => {
  const stood = run(i => noisy(1e-3)(i) + (i > 200 && i < 205 ? 4 : 0))
  const versus = compareHosts(stood, explain(...loop))
  expect(versus.outcome).toBe('not known')
  expect(versus.gone).toContain('vm-paused')
})

test('of several kinds of log that are compared which both sides have', () => {
  const both = explain(...rowsOf(noisy(1e-3)), ...loop)
  for (const versus of [compareHosts(both, explain(...loop)), compareHosts(explain(...loop), both)])
    expect(versus).toMatchObject({
      outcome: 'alike',
      unlike: undefined,
      measuredBy: { before: 'ntpd loopstats', after: 'ntpd loopstats' },
    })
})
