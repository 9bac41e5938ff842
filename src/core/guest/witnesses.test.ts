import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { monotonic } from '#core/time/instant.ts'
import type { DisruptedSign, Span } from './disruption.ts'
import { type Correction, Witnesses } from './witnesses.ts'

const at = (seconds: number) => monotonic(BigInt(Math.round(seconds * 1e9)))
const span = (from: number, to: number): Span => ({ from: at(from), to: at(to) })
const paused = (witness: string, lost: number, uncertainty: number, during: Span): DisruptedSign => ({
  kind: 'paused',
  witness,
  lost,
  uncertainty,
  during,
})
const changed = (witness: string, during: Span): DisruptedSign => ({
  kind: 'counter-changed',
  witness,
  during,
})

describe('two witnesses of one pause', () => {
  it('correct for it once', () => {
    const witnesses = new Witnesses()
    const first = witnesses.take(paused('rtc', 30.2, 0.5, span(10, 11)), at(11))
    expect(first).toMatchObject({ opens: true, correction: { kind: 'shift', lost: 30.2, uncertainty: 0.5 } })
    const second = witnesses.take(paused('ptp', 30, 0.001, span(10.5, 11.5)), at(11.5))
    expect(second.opens).toBe(false)
    expect(second.correction).toMatchObject({
      kind: 'shift',
      lost: expect.closeTo(-0.2, 9),
      uncertainty: expect.closeTo(-0.499, 9),
    })
    expect(second.disruption).toMatchObject({
      witnesses: ['rtc', 'ptp'],
      loss: { lost: 30, uncertainty: 0.001 },
      during: span(10.5, 11),
    })
    expect(second.before?.loss?.lost).toBe(30.2)
  })

  it('widen what is possible when they contradict each other', () => {
    const witnesses = new Witnesses()
    witnesses.take(paused('rtc', 30, 0.5, span(10, 11)), at(11))
    const { correction } = witnesses.take(paused('ptp', 5, 0.001, span(10.5, 11.5)), at(11.5))
    // [30 ± 0.5] was told; everything from 5 to 30.5 is possible now.
    const { lost, uncertainty } = correction as Extract<Correction, { kind: 'shift' }>
    expect(30 + lost - (0.5 + uncertainty)).toBeLessThanOrEqual(5)
    expect(30 + lost + (0.5 + uncertainty)).toBeGreaterThanOrEqual(30.5)
  })

  it('say nothing new when the samples have spoken', () => {
    const witnesses = new Witnesses()
    witnesses.take(paused('ptp', 30, 0.001, span(10.5, 11)), at(11))
    witnesses.settle({ lost: 30.002, uncertainty: 0.001 })
    const { correction, opens } = witnesses.take(paused('rtc', 29.8, 0.5, span(10.5, 11.5)), at(11.5))
    expect({ correction, opens }).toEqual({ correction: undefined, opens: false })
  })

  it('may be of two pauses, when the samples have settled only the first', () => {
    const witnesses = new Witnesses()
    witnesses.take(paused('ptp', 30, 0.001, span(10.5, 10.6)), at(10.6))
    witnesses.settle({ lost: 30, uncertainty: 0.001 })
    const { correction, opens } = witnesses.take(paused('rtc', 37, 0.5, span(10, 11)), at(11))
    expect(opens).toBe(true)
    const { lost, uncertainty } = correction as Extract<Correction, { kind: 'shift' }>
    // Nothing, or seven seconds more.
    expect(lost - uncertainty).toBeLessThanOrEqual(0)
    expect(lost + uncertainty).toBeGreaterThanOrEqual(7)
  })
})

describe('a witness that jumped itself, perhaps', () => {
  const doubtful = { ...paused('rtc', 5, 0.01, span(10, 11)), atLeast: 0 } as DisruptedSign

  it('makes everything down to nothing possible, and says what it saw', () => {
    const { correction, disruption } = new Witnesses().take(doubtful, at(11))
    expect(correction).toMatchObject({ lost: 5, uncertainty: 5 })
    expect(disruption.loss).toEqual({ lost: 5, uncertainty: 0.01 })
  })

  it('is put right by one that is sure', () => {
    const witnesses = new Witnesses()
    witnesses.take(doubtful, at(11))
    const { disruption } = witnesses.take(paused('tsc', 0.1, 0.001, span(10, 11)), at(11))
    expect(disruption.loss).toEqual({ lost: 0.1, uncertainty: 0.001 })
  })
})

describe('a witness that shows the clock of a host', () => {
  const ofHost = { ...paused('ptp', 0.07, 0.001, span(10, 11)), atLeast: 0, beyond: 100 } as DisruptedSign

  it('makes much more possible than it says, because it may be the clock of another host by now', () => {
    const { correction, disruption } = new Witnesses().take(ofHost, at(11))
    expect(correction).toMatchObject({ lost: 0.07, uncertainty: 100.001, moved: true })
    expect(disruption.loss).toEqual({ lost: 0.07, uncertainty: 0.001 })
  })

  it('does not, beside one that ran on and says how long it was', () => {
    const witnesses = new Witnesses()
    expect(witnesses.take(paused('tsc', 0.07, 0.001, span(10, 11)), at(11)).correction).toMatchObject({
      uncertainty: expect.closeTo(0.001, 9),
      moved: false,
    })
    expect(witnesses.take(ofHost, at(11)).correction).toBeUndefined()
  })

  it('tells once that it may be another host', () => {
    const witnesses = new Witnesses()
    witnesses.take(ofHost, at(11))
    const another = { ...paused('rtc', 0.9, 0.5, span(10, 11)), atLeast: 0, beyond: 50 } as DisruptedSign
    const { correction } = witnesses.take(another, at(11))
    expect(correction).toMatchObject({ moved: false })
  })
})

describe('a witness without a length', () => {
  it('makes the offset unknown at once, and a length that comes later corrects nothing', () => {
    const witnesses = new Witnesses()
    expect(witnesses.take(changed('vmclock', span(10, 10.1)), at(10.1)).correction).toEqual({ kind: 'void' })
    const later = witnesses.take(paused('rtc', 30, 0.5, span(9.5, 10.5)), at(10.5))
    expect(later.correction).toBeUndefined()
    expect(later.disruption).toMatchObject({
      what: 'counter-changed',
      witnesses: ['vmclock', 'rtc'],
      loss: { lost: 30 },
    })
  })

  it('loosens the rate although the samples have settled the pause before it', () => {
    const witnesses = new Witnesses()
    witnesses.take(paused('rtc', 1, 0.5, span(10, 11)), at(11))
    witnesses.settle({ lost: 1, uncertainty: 0.001 })
    expect(witnesses.take(changed('vmclock', span(10.5, 11.5)), at(11.5)).correction).toEqual({
      kind: 'void',
    })
  })

  it('speaks twice of two events, however close', () => {
    const witnesses = new Witnesses()
    witnesses.take(changed('vmclock', span(10, 10.1)), at(10.1))
    witnesses.settle(undefined)
    witnesses.take(paused('rtc', 3, 0.5, span(9.5, 10.5)), at(10.5))
    const { opens, correction } = witnesses.take(changed('vmclock', span(10.3, 10.4)), at(10.4))
    expect({ opens, correction }).toEqual({ opens: true, correction: { kind: 'void' } })
  })
})

it('does not shift for what the sources have told already', () => {
  const witnesses = new Witnesses()
  witnesses.told('sources', span(5, 10.9), { lost: 30, uncertainty: 0.01 })
  const { correction, before, disruption } = witnesses.take(paused('rtc', 30.1, 0.5, span(10, 11)), at(11))
  expect(correction).toBeUndefined()
  expect(before?.loss?.lost).toBe(30)
  expect(disruption).toMatchObject({ witnesses: ['sources', 'rtc'], loss: { lost: 30 } })
})

it('takes a closer look of the same witness for the same event', () => {
  const witnesses = new Witnesses()
  witnesses.take(paused('rtc', 30.2, 0.5, span(10, 11)), at(11))
  const { disruption, opens } = witnesses.take(paused('rtc', 30.02, 0.005, span(10, 14)), at(14))
  expect(opens).toBe(false)
  expect(disruption.loss).toEqual({ lost: 30.02, uncertainty: 0.005 })
})

/**
 * Pauses at some readings of the counter; each witness looks at its own pace, sees what was lost between two looks to
 * within its own uncertainty, and says so.
 */
describe('any pauses, any witnesses', () => {
  const pause = fc.record({
    at: fc.double({ min: 0.01, max: 20, noNaN: true }),
    lost: fc.double({ min: 0.01, max: 100, noNaN: true }),
  })
  const looker = fc.record({
    every: fc.double({ min: 0.1, max: 3, noNaN: true }),
    uncertainty: fc.double({ min: 1e-6, max: 0.5, noNaN: true }),
    error: fc.double({ min: -1, max: 1, noNaN: true }),
    doubtful: fc.boolean(),
    /** It shows the clock of a host, and the next one is behind by so much of what was lost. */
    behind: fc.option(fc.double({ min: 0, max: 0.9, noNaN: true }), { nil: 0 }),
  })

  it('correct by what was lost in all, never further off than the bound has grown', () => {
    fc.assert(
      fc.property(
        fc.array(pause, { minLength: 1, maxLength: 4 }),
        fc.array(looker, { minLength: 1, maxLength: 4 }),
        (pauses, lookers) => {
          const signs: { sign: DisruptedSign; now: number }[] = []
          for (const [i, { every, uncertainty, error, doubtful, behind }] of lookers.entries()) {
            for (let from = -every * 0.37 * i; from < 24; from += every) {
              const to = from + every
              const seen = pauses.filter(pause => pause.at > from && pause.at <= to)
              if (seen.length === 0) continue
              const all = seen.reduce((sum, pause) => sum + pause.lost, 0)
              const lost = all * (1 - behind) + error * uncertainty
              const sign = { ...paused(`w${i}`, lost, uncertainty, span(from, to)) }
              const doubts = { ...(doubtful && { atLeast: 0 }), ...(behind > 0 && { beyond: all * behind }) }
              signs.push({ sign: { ...sign, ...doubts } as DisruptedSign, now: to })
            }
          }
          signs.sort((a, b) => a.now - b.now)
          const witnesses = new Witnesses()
          let lost = 0
          let uncertainty = 0
          for (const { sign, now } of signs) {
            const { correction } = witnesses.take(sign, at(now))
            if (correction?.kind !== 'shift') continue
            lost += correction.lost
            uncertainty += correction.uncertainty
          }
          const truth = pauses.reduce((sum, pause) => sum + pause.lost, 0)
          // A correction smaller than 1 ms is not worth telling.
          expect(Math.abs(lost - truth)).toBeLessThanOrEqual(uncertainty + 1e-3 * signs.length)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('somebody who tells of each event once, and looks back over a span', () => {
  const told = (during: Span): DisruptedSign => ({
    kind: 'paused',
    witness: 'host-event',
    told: true,
    during,
    lost: 30,
    uncertainty: 1,
    atLeast: 0,
  })

  it('speaks of another event than of one that is settled, however far back the span reaches', () => {
    const witnesses = new Witnesses()
    witnesses.take(told(span(0, 60)), at(60))
    witnesses.settle({ lost: 30, uncertainty: 0.001 })
    const second = witnesses.take(told(span(20, 80)), at(80))
    expect(second).toMatchObject({ opens: true, correction: { kind: 'shift', lost: 30 } })
  })

  it('also when it was the sources who found the first', () => {
    const witnesses = new Witnesses()
    witnesses.told('sources', span(10, 11), { lost: 30, uncertainty: 0.001 })
    expect(witnesses.take(told(span(0, 60)), at(60)).correction).toMatchObject({ lost: 30 })
    const again = new Witnesses()
    again.told('sources', span(10, 11), { lost: 30, uncertainty: 0.001 })
    const moved = { ...changed('host-event', span(0, 60)), told: true }
    expect(again.take(moved, at(60)).correction).toEqual({ kind: 'void' })
  })

  it('and of the same as a witness who saw it just now', () => {
    const witnesses = new Witnesses()
    witnesses.take(paused('rtc', 30, 0.5, span(58, 59)), at(59))
    expect(witnesses.take(told(span(0, 60)), at(60)).opens).toBe(false)
  })
})
