import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Agenda } from './agenda.ts'
import { trueTime } from './true-time.ts'

test('things come in order of time, and of their planning where times are equal', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), times => {
      const agenda = new Agenda<{ readonly at: number; readonly i: number }>()
      times.forEach((at, i) => {
        agenda.plan(trueTime(at), { at, i })
      })
      const taken = []
      while (agenda.hasBy(9)) {
        expect(agenda.hasBy(agenda.next - 1)).toBe(false)
        taken.push(agenda.take())
      }
      expect(agenda.next).toBe(Number.POSITIVE_INFINITY)
      expect(taken).toEqual(times.map((at, i) => ({ at, i })).sort((a, b) => a.at - b.at || a.i - b.i))
    }),
  )
})
