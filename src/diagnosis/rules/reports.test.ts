/** What follows from the reports of commands and from the kernel's words. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const found = (...lines: readonly string[]) =>
  explain(...lines).findings.map(({ name, severity }) => `${severity} ${name}`)

test('a local clock as the reference', () => {
  expect(found('Reference ID    : 7F7F0101 ()', 'Stratum         : 10')).toContain(
    'warning stratum-10-island',
  )
  expect(found('*LOCAL(0)       .LOCL.          5 l   12   64  377    0.000    0.000   0.000')).toContain(
    'warning stratum-10-island',
  )
})

test('a falseticker that the daemon names', () => {
  const { findings } = explain(
    '^* a.example   1  10   377   243   +539us[ +566us] +/- 6985us',
    '^+ b.example   1  10   377   311  +1076us[+1103us] +/-   13ms',
    '^x c.example   1  10   377   353    -51ms[  -51ms] +/-   39ms',
  )
  expect(findings[0]).toMatchObject({ name: 'falseticker', severity: 'warning' })
  expect(findings[0]!.measures.offset).toBeCloseTo(0.051, 9)
})

test('a server that is forced with true', () => {
  expect(found('server a.example true', 'server b.example', 'server c.example')).toContain(
    'note falseticker-followed',
  )
})

test('an offset of seconds', () => {
  expect(
    found('System time     : 12.500000000 seconds slow of NTP time', 'Leap status     : Normal'),
  ).toEqual(['critical offset-large-now'])
  expect(found('System time     : 0.000250000 seconds slow of NTP time', 'Leap status     : Normal')).toEqual(
    ['good good'],
  )
})

test('the kernel: an unstable counter, a fork, time that goes back', () => {
  expect(found('[    1.000000] Clocksource tsc unstable (delta = 70000000000 ns)')).toEqual([
    'warning clocksource-unstable',
  ])
  expect(found('2027-03-05T00:00:06Z w kernel: random: crng reseeded due to virtual machine fork')).toEqual([
    'warning kernel-saw-a-pause',
  ])
  expect(found('2027-03-05T00:00:06Z w kernel: PM: suspend entry (deep)')).not.toContain(
    'warning kernel-saw-a-pause',
  )
  expect(found('[    1.000000] Time went backwards: ret=1a delta=-2000000000 shadow=1')).toEqual([
    'critical migrated-clock-stopped',
  ])
})

test('processors that agree are no finding, and a step back is no second clock', () => {
  expect(found('0: Sat Mar  2 16:49:52 EST 2013', '1: Sat Mar  2 16:49:52 EST 2013')).toEqual(['good good'])
  expect(
    found('Sat Mar  2 16:49:52 EST 2013', 'Sat Mar  2 16:48:52 EST 2013', 'Sat Mar  2 16:48:53 EST 2013'),
  ).toEqual(['good good'])
})
