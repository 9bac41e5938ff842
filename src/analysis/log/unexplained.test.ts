/** A clock that is set back by less than chronyd notices, and one that stood: by measurements.log alone. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const POLL = 64
const AT = 6000
const BACK = 7

/** Three servers, asked some seconds one after another by true time, of which one is asked right after it happened. */
const measured = (stands: boolean): string[] =>
  Array.from({ length: 200 }, (_, i) => i * POLL).flatMap(poll =>
    [0, 4, 8].map((later, server) => {
      // A machine that stands asks nobody, and goes on where it was.
      const local = poll + later
      const behind = poll > AT || (poll > AT - POLL && server > 0) ? BACK : 0
      const stamp = new Date(Date.UTC(2027, 2, 1) + (stands ? local : local - behind) * 1e3)
      const offset = behind + 1e-4 * Math.sin(local)
      return `${stamp.toISOString().slice(0, 19).replace('T', ' ')} 192.0.2.${server + 1}     N  2 111 111 1111  6  6 0.00  ${offset.toExponential(3)}  1.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`
    }),
  )

test('stamps of one source after another went back: the clock was set', () => {
  const { findings } = explain(...measured(false))
  expect(findings.map(({ name }) => name)).toContain('stepped-by-someone-else')
  expect(findings.map(({ name }) => name)).not.toContain('vm-paused')
})

test('where nothing tells, both are said, and what is likelier first', () => {
  const paused = explain(...measured(true)).findings.find(({ name }) => name === 'vm-paused')!
  expect(paused.what).toContain('the machine stood still, or somebody set the clock back')
  expect(paused.causes.map(({ what }) => what)).toEqual([
    expect.stringContaining('the guest was paused'),
    'somebody set the clock back',
  ])
})
