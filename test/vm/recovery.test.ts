import { expect, test } from 'vitest'
import { type Instant, plus, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { type Look, readLook } from './clocks.ts'
import { isCalm, recovery } from './recovery.ts'

const FROM = 1_700_000_000_000_000_000n as Instant

/** Looks ten times a second at a clock whose offset is a function of time. */
const looksAt = (offset: (t: Seconds) => Seconds, seconds: Seconds, errorBound = 1e-4): Look[] =>
  Array.from({ length: seconds * 10 }, (_, i) => {
    const at = plus(FROM, i / 10)
    return {
      at,
      offset: offset(i / 10),
      errorBound,
      realtime: at,
      monotonic: 0n,
      boottime: 0n,
      raw: 0n,
      frequency: 0,
    }
  })

test('a step after 20 s that overshoots by 3 ms and comes to rest', () => {
  const looks = looksAt(t => (t < 20 ? 30 : t < 25 ? -3e-3 : 1e-4), 60)
  expect(recovery(looks, FROM)).toMatchObject({
    disturbed: 30,
    moved: 20,
    within10ms: 20,
    within1ms: 25,
    overshoot: 3e-3,
    judged: 600,
  })
  expect(isCalm(looks, FROM, 30)).toBe(true)
  expect(isCalm(looks, FROM, 40)).toBe(false)
})

test('a clock that was right for a while and left again did not recover', () => {
  const looks = looksAt(t => (t < 5 || t > 50 ? 0.5 : 0), 60)
  expect(recovery(looks, FROM)).toMatchObject({ within10ms: undefined, within1ms: undefined })
})

test('long exchanges and silences are not judged', () => {
  const looks = [...looksAt(() => 0.05, 10, 0.02), { at: FROM }]
  expect(recovery(looks, FROM)).toMatchObject({ disturbed: undefined, within10ms: undefined, judged: 0 })
})

test('drift is no movement', () => {
  expect(
    recovery(
      looksAt(t => 30 + 50e-6 * t, 60),
      FROM,
    ).moved,
  ).toBeUndefined()
})

test('the line of the probe', () => {
  const look = readLook(
    '{"at":"1700000000000000000","roundTrip":"300000","realtime":"1699999970000000000","monotonic":"5","boottime":"6","raw":"7","frequencyPpm":-2.5}',
  )
  expect(look).toMatchObject({ offset: 30, errorBound: 150e-6, raw: 7n, frequency: -2.5e-6 })
  expect(since(look.at, FROM)).toBe(0)
  expect(readLook('{"at":"1700000000000000000"}')).toEqual({ at: FROM })
})
