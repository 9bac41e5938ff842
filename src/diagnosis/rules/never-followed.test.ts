/** chronyd says whom it follows as soon as it does: that it says so of nobody for hours is proof. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const START = Date.UTC(2027, 2, 5)
const MINUTE = 60
const HOUR = 3600
const stamp = (at: number) => `${new Date(START + at * 1e3).toISOString().slice(0, 19)}+00:00 vm`
const chronyd = (at: number, text: string) => `${stamp(at)} chronyd[701]: ${text}`
const starting = (at: number) =>
  chronyd(at, 'chronyd version 4.3 starting (+CMDMON +NTP +REFCLOCK +RTC +PRIVDROP +IPV6 -DEBUG)')
const root = (at: number) => chronyd(at, 'Running with root privileges')
const exiting = (at: number) => chronyd(at, 'chronyd exiting')
const selected = (at: number) => chronyd(at, 'Selected source 192.0.2.1')

const found = (...lines: readonly string[]) => explain(...lines).findings.map(({ name }) => name)

test('from its start until it ended, however little others wrote into that log', () => {
  const { findings, span } = explain(starting(2), root(2), exiting(24 * HOUR))
  expect(findings).toMatchObject([
    { name: 'not-synchronised', severity: 'warning', measures: { time: 24 * HOUR - 2 } },
  ])
  expect(findings[0]!.evidence.map(({ text }) => text.slice(0, 16))).toEqual([
    'chronyd version ',
    'chronyd exiting',
  ])
  expect(findings[0]!.causes[0]!.what).toContain('UDP port 123')
  expect(span).toBeUndefined()
})

test('the row of tracking.log that it writes at its start measures nothing', () => {
  const row =
    '2027-03-05 00:00:02 0.0.0.0          0      0.000 1000000.000  0.000e+00 ?  0  0.000e+00  0.000e+00  1.000e+00  1.000e+00  1.500e+00'
  expect(explain(row).span).toBeUndefined()
})

test('of several runs one that was long tells enough', () => {
  expect(found(starting(0), exiting(MINUTE), starting(2 * MINUTE), exiting(9 * HOUR))).toEqual([
    'not-synchronised',
  ])
})

test('some minutes tell nothing, nor does a run that selected somebody before or afterwards', () => {
  expect(found(starting(0), root(0), exiting(5 * MINUTE))).toEqual([])
  expect(found(starting(0), root(0), chronyd(5 * MINUTE, 'Loaded seccomp filter (level 1)'))).toEqual([])
  for (const lines of [
    [starting(0), selected(MINUTE), exiting(9 * HOUR)],
    [starting(0), exiting(9 * HOUR), starting(10 * HOUR), selected(10 * HOUR + MINUTE)],
  ])
    expect(found(...lines)).not.toContain('not-synchronised')
})
