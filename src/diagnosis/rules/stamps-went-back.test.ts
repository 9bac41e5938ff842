/** Stamps of one file that go back: its clock was set, or its parts stand in another order than they were. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

/** A daemon that ran for four days, as a rotated log has it. */
const part = (first: number) => [
  ...[0, 1, 2, 3].flatMap((day, i) => [
    ...(i === 0 ? [stamped(first, '00:00:01', 'chronyd version 4.3 starting (+CMDMON +NTP)')] : []),
    stamped(first + day, '06:07:08', 'Selected source 192.0.2.1'),
    stamped(first + day, '18:07:08', 'Selected source 192.0.2.2'),
  ]),
  stamped(first + 3, '23:30:00', 'chronyd exiting'),
]
const stamped = (day: number, time: string, text: string) =>
  `2027-03-${`${day}`.padStart(2, '0')}T${time}Z ${text}`
const names = (...lines: readonly string[]) => explain(...lines).findings.map(({ name }) => name)

test('parts of a log in any order are no clock that was set back', () => {
  const [a, b, c] = [part(6), part(10), part(14)]
  for (const order of [
    [a, b, c],
    [a, c, b],
    [b, a, c],
    [b, c, a],
    [c, a, b],
    [c, b, a],
  ])
    expect(names(...order.flat())).toEqual(['good'])
})

test('a clock that was ahead for days, and set back while its daemon did not run', () => {
  expect(names(...part(6), ...part(14), ...part(10).slice(0, 3))).toEqual(['clock-went-back'])
  expect(names(...part(6), ...part(14), ...part(10), ...part(14), ...part(18))).toEqual(['clock-went-back'])
})
