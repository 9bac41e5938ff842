import { expect, test } from 'vitest'
import { SOURCE_REASONS } from '#core/agent/reason.ts'
import { reasonText } from './reason.ts'

test('a source whose replies are refused says which test they failed', () => {
  expect(reasonText({ reason: 'replies-refused', lastRefusal: 'wrong-mode' })).toBe(
    'it answers, but each reply failed a packet test; the last one: the mode is not 4 (server)',
  )
})

test('a refusal of long ago is no reason', () => {
  expect(reasonText({ reason: 'best', lastRefusal: 'duplicate' })).toBe(SOURCE_REASONS.best)
  expect(reasonText({ reason: 'replies-refused', lastRefusal: undefined })).toBe(
    SOURCE_REASONS['replies-refused'],
  )
})
