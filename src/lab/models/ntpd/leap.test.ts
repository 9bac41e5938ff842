import { expect, test } from 'vitest'
import { instant } from '#core/time/instant.ts'
import type { Leap } from '#core/time/leap.ts'
import { ntpdAssociation } from '../../../../test/support/ntpd-association.ts'
import { LeapWatch } from './leap.ts'

const survivors = (...leaps: Leap[]) => leaps.map(leap => Object.assign(ntpdAssociation(), { leap }))
/** 100 s before the end of December 2026. */
const LATE = instant(1_798_761_500_000_000_000n)
const DAYS_EARLIER = instant(1_798_761_500_000_000_000n - 3n * 86_400_000_000_000n)

test('what most announce comes at the end of the month, once', () => {
  const watch = new LeapWatch()
  watch.vote(survivors('insert', 'insert', 'none'), { wall: LATE }, 1000)
  expect(watch.announced).toBe('insert')
  expect(watch.dueAt()).toBe(1100)
  expect(watch.due(1099)).toBe(0)
  expect(watch.due(1100)).toBe(-1)
  expect(watch.due(1100)).toBe(0)
  expect(watch.announced).toBe('none')
})

test('it is told to others on its day only', () => {
  const watch = new LeapWatch()
  watch.vote(survivors('delete'), { wall: DAYS_EARLIER }, 0)
  expect(watch.announced).toBe('none')
  expect(watch.dueAt()).toBe(100 + 3 * 86_400)
})

test('half is not most, and what is no longer announced does not come', () => {
  const watch = new LeapWatch()
  watch.vote(survivors('insert', 'none'), { wall: LATE }, 0)
  expect(watch.dueAt()).toBe(Number.POSITIVE_INFINITY)
  watch.vote(survivors('insert'), { wall: LATE }, 0)
  watch.vote(survivors('none'), { wall: LATE }, 1)
  expect(watch.due(200)).toBe(0)
})
