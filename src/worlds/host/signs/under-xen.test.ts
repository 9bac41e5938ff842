import { expect, test } from 'vitest'
import { monotonic } from '#core/time/instant.ts'
import { underXen } from './signs.ts'

test('a suspend that Xen asked for may lead anywhere, and its length is two hosts’ difference', () => {
  const during = { from: monotonic(1n), to: monotonic(2n) }
  expect(underXen({ kind: 'paused', lost: 3, uncertainty: 1, witness: 'boottime', during })).toEqual({
    kind: 'restored',
    witness: 'boottime',
    during,
  })
  const step = { kind: 'stepped', size: 1, uncertainty: 0, at: monotonic(1n) } as const
  expect(underXen(step)).toBe(step)
})
