/** A rate that changes between two polls that are far apart, and a pause that is as long. */
import { expect, test } from 'vitest'
import { explain } from '../../../../test/support/explain.ts'
import type { Disturbance } from '../disturbances/disturbance.ts'
import { rateStepsAmong } from './rate-steps.ts'

const POLL = 1024
const AT = 20 * POLL
const jump = (size: number): Disturbance => ({
  from: AT,
  to: AT + POLL,
  local: { from: AT, to: AT + POLL },
  size,
  uncertainty: 0.001,
  before: 0,
  moved: 'not known',
  sources: [0],
  lines: [{ file: 0, line: 1 }],
  restarted: false,
})

/** What is corrected, in ppm, poll by poll; it changes after the jump. */
const held = (before: number, after: number) =>
  Array.from({ length: 60 }, (_, i) => {
    const from = i * POLL
    const value = 1e-6 * (from > AT ? after : before)
    return { from, to: from + POLL, first: value, last: value, min: value, max: value }
  })

test('what the clock went is what its new rate makes in that time', () => {
  const [step] = rateStepsAmong([jump(0.15)], held(-20, 180))
  expect(step!.by).toBeCloseTo(200e-6, 8)
})

test.each([
  ['the rate is the one from before', 0.15, -20, -20],
  ['it changed to the other side', 0.15, -20, -220],
  ['the clock went further than that', 0.45, -20, 180],
  ['no rate leads so far', 4.3, -20, 180],
])('it was a jump where %s', (_, size, before, after) => {
  expect(rateStepsAmong([jump(size)], held(before, after))).toEqual([])
})

const measured = (at: number, offset: number): string => {
  const stamp = new Date(Date.UTC(2027, 5, 1) + at * 1e3).toISOString().slice(0, 19).replace('T', ' ')
  return `${stamp} 192.0.2.1       N  1 111 111 1111  10 10 0.00 ${offset.toExponential(3)}  1.098e-03  2.416e-06  0.000e+00  0.000e+00 7F7F0101 4B K K`
}

test('where no log tells what was corrected both are possible, and both are said', () => {
  const jumped = (size: number) =>
    explain(
      ...Array.from({ length: 40 }, (_, i) => measured(POLL * i, 1e-5 * Math.sin(i) + (i < 20 ? 0 : size))),
    )
  const whatOf = (size: number, name: string) => jumped(size).findings.find(each => each.name === name)!.what
  expect(whatOf(-0.2, 'stepped-by-someone-else')).toContain('somebody set it, or its rate changed')
  expect(whatOf(0.2, 'vm-paused')).toContain('or its rate changed')
  expect(whatOf(-5, 'stepped-by-someone-else')).toContain('Somebody set the clock forward')
  expect(whatOf(5, 'vm-paused')).not.toContain('rate')
})
