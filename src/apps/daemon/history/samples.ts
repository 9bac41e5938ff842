/**
 * Traces for the tests of the history: what an agent could have written on a machine whose wall clock is set back and
 * forth, whose records of one moment come a little out of order, and which is restarted now and then.
 */
import fc from 'fast-check'
import { instant, monotonic, type Reading } from '#core/time/instant.ts'
import type { TraceRecord } from '#core/trace/record.ts'

export const NOON = 1_795_258_800_000_000_000n

export const reading = (seconds: number, wallAhead = 0n): Reading => ({
  wall: instant(NOON + wallAhead + BigInt(Math.round(seconds * 1e9))),
  monotonic: monotonic(5_000_000_000n + BigInt(Math.round(seconds * 1e9))),
})

export const sample = (at: Reading, offset: number, source = 'ntp1.example'): TraceRecord => ({
  kind: 'sample',
  at,
  source,
  address: '192.0.2.1',
  offset,
  delay: 0.012345678901234,
  dispersion: 0.000123456789,
  rootDistance: 0.0234567890123,
  stratum: 2,
  leap: 'none',
  poll: 6,
})

export const estimate = (at: Reading, offset: number, frequencyError?: number): TraceRecord => ({
  kind: 'estimate',
  at,
  offset,
  errorBound: 0.00123456789012,
  frequencyError,
  frequencyErrorBound: undefined,
  jitter: 0.0000456789,
  source: 'ntp1.example',
  survivors: 3,
})

export const notice = (at: Reading, text: string): TraceRecord => ({ kind: 'notice', at, name: 'test', text })

const anyNumber = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -10, max: 10, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, -0, 0, 2 ** 53, 5e-324, -1.7e308) },
)
const anyText = fc.oneof(
  fc.string({ maxLength: 20, unit: 'binary' }),
  fc.constantFrom('a', 'b', '\0', '\ud800', "'"),
)
const source = fc.constantFrom('ntp1', 'ntp2', 'pool.ntp.org 192.0.2.7')
const maybe = (number: fc.Arbitrary<number>) => fc.option(number, { nil: undefined })

/** Everything of a record but its time. */
const body: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('sample'),
      source,
      address: anyText,
      offset: anyNumber,
      delay: anyNumber,
      dispersion: anyNumber,
      rootDistance: anyNumber,
      stratum: fc.integer({ min: 0, max: 16 }),
      leap: fc.constantFrom('none', 'insert', 'delete', 'unknown'),
      poll: fc.integer({ min: -6, max: 17 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('estimate'),
      offset: anyNumber,
      errorBound: anyNumber,
      frequencyError: maybe(anyNumber),
      frequencyErrorBound: maybe(anyNumber),
      jitter: anyNumber,
      source: fc.option(source, { nil: undefined }),
      survivors: fc.integer({ min: 0, max: 9 }),
    }),
  },
  fc.record({ kind: fc.constant('started'), version: anyText, boot: fc.constantFrom('boot-1', 'boot-2') }),
  fc.record({
    kind: fc.constant('step'),
    size: anyNumber,
    uncertainty: anyNumber,
    by: fc.constantFrom('us', 'somebody-else'),
  }),
  fc.record({
    kind: fc.constant('disruption'),
    what: fc.constantFrom('paused', 'counter-changed', 'restored', 'sources-jumped'),
    witness: anyText,
    lost: maybe(anyNumber),
    uncertainty: maybe(anyNumber),
    within: maybe(anyNumber),
    amends: maybe(anyNumber),
  }),
  fc.record({
    kind: fc.constant('recovered'),
    after: anyNumber,
    witness: anyText,
    lost: maybe(anyNumber),
    uncertainty: maybe(anyNumber),
  }),
  fc.record({ kind: fc.constant('source'), source, address: anyText, state: anyText, reason: anyText }),
  fc.record({ kind: fc.constant('notice'), name: anyText, text: anyText }),
)

const SECOND = 1_000_000_000
const apart = fc.oneof(fc.integer({ min: 0, max: 2 * SECOND }), fc.integer({ min: 0, max: 130 * SECOND }), {
  weight: 1,
  arbitrary: fc.integer({ min: 0, max: 2 * 3600 * SECOND }),
})
const jump = fc.oneof(
  { weight: 12, arbitrary: fc.constant(0) },
  fc.integer({ min: -3 * SECOND, max: 3 * SECOND }),
  { weight: 1, arbitrary: fc.integer({ min: -90 * 86_400 * SECOND, max: 90 * 86_400 * SECOND }) },
)
/** Less than SLACK: records of one moment. */
const lateness = fc.integer({ min: 0, max: 0.4 * SECOND })

export const anyTrace = (size: { minLength?: number; maxLength: number }): fc.Arbitrary<TraceRecord[]> =>
  fc.array(fc.tuple(body, apart, jump, lateness), size).map(told => {
    let wall = NOON
    let counter = 1_000_000_000n
    return told.map(([fields, apart, jump, late]) => {
      counter += BigInt(apart)
      wall += BigInt(apart) + BigInt(jump)
      const at = { wall: instant(wall - BigInt(late)), monotonic: monotonic(counter) }
      return { ...fields, at } as unknown as TraceRecord
    })
  })
