import { expect, test } from 'vitest'
import { monotonic } from '#core/time/instant.ts'
import { type HostEvent, signOf } from './host-event.ts'

const NOW = monotonic(100_000_000_000n)
const event = (more: Partial<HostEvent>): HostEvent => ({
  what: 'resumed',
  lost: undefined,
  uncertainty: 1,
  within: 10,
  ...more,
})
const during = { from: monotonic(90_000_000_000n), to: NOW }

test('a pause of known length may have been shorter', () =>
  expect(signOf(event({ lost: 30 }), NOW)).toEqual({
    kind: 'paused',
    witness: 'host-event',
    during,
    told: true,
    lost: 30,
    uncertainty: 1,
    atLeast: 0,
  }))

test('one of unknown length, and a restored snapshot, may have taken any time', () => {
  const origin = { witness: 'host-event', during, told: true }
  expect(signOf(event({}), NOW)).toEqual({ kind: 'stopped', ...origin })
  expect(signOf(event({ what: 'restored', lost: 5 }), NOW)).toEqual({ kind: 'restored', ...origin })
})

test('after a migration another counter counts', () =>
  expect(signOf(event({ what: 'migrated' }), NOW).kind).toBe('counter-changed'))
