import { expect, test } from 'vitest'
import { monotonic } from '#core/time/instant.ts'
import { timeOfPage } from './host-time.ts'
import type { VmClock } from './signs/vmclock-page.ts'

const BEGAN = 1_795_000_000n
/** A counter of 1 GHz: a tick is 2^-64 s times this. */
const PERIOD = (1n << 64n) / 1_000_000_000n
const page = (more: Partial<VmClock> = {}): VmClock => ({
  size: 4096,
  sequence: 2,
  counter: 'x86-tsc',
  timeType: 'utc',
  disruptionMarker: 1n,
  flags: { disruptionSoon: false, disruptionImminent: false, monotonic: true, notifies: false },
  status: 'synchronized',
  smearing: 'strict',
  taiOffset: undefined,
  leap: 0,
  time: {
    at: 1000n,
    seconds: BEGAN,
    fraction: 0n,
    period: PERIOD,
    shift: 0,
    periodEstimatedError: undefined,
    periodMaximumError: 1e-6,
    estimatedError: undefined,
    maximumError: 20e-6,
  },
  generation: undefined,
  ...more,
})
const look = {
  before: monotonic(5_000n),
  after: monotonic(5_200n),
  ticks: 1000n + 10_000_000_000n,
  cpu: 0,
}

test('the time of the host, and how wrong it can be by now', () => {
  const found = timeOfPage(page(), look)!
  expect(Number(found.host - (BEGAN + 10n) * 1_000_000_000n)).toBeCloseTo(0, -1)
  expect(found.at).toBe(5_100n)
  expect(found.uncertainty).toBeCloseTo(101e-9, 12)
  expect(found.error).toBeCloseTo(30e-6, 9)
})

test('TAI is brought to UTC', () => {
  const tai = timeOfPage(page({ timeType: 'tai', taiOffset: 37 }), look)!
  expect(timeOfPage(page(), look)!.host - tai.host).toBe(37_000_000_000n)
})

test('a host that says nothing of its error', () => {
  const { time } = page()
  expect(timeOfPage(page({ time: { ...time!, maximumError: undefined } }), look)!.error).toBeUndefined()
})

test.each([
  ['no time', { time: undefined }],
  ['not known to be good', { status: 'unreliable' }],
  ['smeared', { timeType: 'smeared' }],
  ['TAI, and nobody knows how far from UTC', { timeType: 'tai' }],
  ['another counter', { counter: 'arm-virtual' }],
] as const)('%s: none', (_, more) => expect(timeOfPage(page(more), look)).toBeUndefined())
