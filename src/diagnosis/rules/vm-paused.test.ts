/** A pause by the measurements of chronyd, whose stamps are of the clock that stood. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const stamp = (at: number) =>
  new Date(Date.UTC(2026, 11, 1) + at * 1e3).toISOString().slice(0, 19).replace('T', ' ')
const row = (at: number, server: number, behind: number) =>
  `${stamp(at)} 192.0.2.${server}     N  2 111 111 1111  10 10 0.00  ${(behind + 1e-4 * Math.sin(at)).toExponential(3)}  1.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`
/** Each server is asked every 1030 s by the clock itself. */
const log = (lost: number) =>
  Array.from({ length: 60 }, (_, poll) =>
    [1, 2, 3, 4].map(server => row(1030 * poll + 250 * server, server, poll < 30 ? 0 : lost)),
  ).flat()
const paused = (lost: number) => explain(...log(lost)).findings.find(({ name }) => name === 'vm-paused')!

test('of two servers of four, where chronyd had put it right before it asked the others: it is the clock’s', () => {
  const asked = (at: number, server: number, behind: number) => ({ at, line: row(at, server, behind) })
  const found = (third: readonly ReturnType<typeof asked>[]) =>
    explain(
      ...[
        ...Array.from({ length: 40 }, (_, poll) =>
          [1, 2, 3, 4].map(server => asked(1030 * poll + 250 * server, server, 0)),
        ).flat(),
        // A pause of 3 s: the first is asked each minute then, the second once, and both again when it is over.
        ...[0, 1, 2, 3, 4, 5].map(nth => asked(41_450 + 64 * nth, 1, 3)),
        asked(41_790, 2, 3),
        ...third,
        ...[0, 1, 2, 3].map(nth => asked(41_850 + 64 * nth, 1, 0)),
        ...[0, 1, 2, 3].map(nth => asked(41_860 + 64 * nth, 2, 0)),
        ...Array.from({ length: 20 }, (_, poll) =>
          [3, 4, 1, 2].map((server, nth) => asked(42_100 + 1030 * poll + 250 * nth, server, 0)),
        ).flat(),
      ]
        .sort((a, b) => a.at - b.at)
        .map(({ line }) => line),
    ).findings.map(({ name }) => name)
  expect(found([])).toEqual(['vm-paused'])
  // One of the others was asked meanwhile, and showed nothing.
  expect(found([asked(41_795, 3, 0)])).not.toContain('vm-paused')
})

test('one that is longer than the time in which it began lasted beyond that', () => {
  expect(paused(28_800).what).toContain('the machine stood still from some moment then on.')
  expect(paused(60).what).toContain('the machine stood still.')
})
