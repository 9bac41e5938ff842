import { expect, test } from 'vitest'
import { EventLog } from '#analysis/log/event-log.ts'
import { momentsOf } from './when.ts'

const at = (span: { from: number; to: number } | undefined, baseDay: number) =>
  momentsOf({ span, events: new EventLog() }, baseDay)

test('what counts from the boot has no date; what has dates is told by them', () => {
  expect(at({ from: 1500, to: 1600 }, 0)(1533.4)).toBe('1533 s after the boot')
  expect(at({ from: 1500, to: 1600 }, 20_882)(1533.4)).toBe('2027-03-05T00:25:33Z')
})

test('a clock that began at 1970 has dates from when it was set', () => {
  expect(at({ from: 25, to: 1.8e9 }, 0)(25)).toBe('1970-01-01T00:00:25Z')
})
