/**
 * The shape of everything that the API says and accepts, once: the types of the encoder and of the page, the check of
 * query parameters, and the OpenAPI description are all made from these schemas.
 *
 * Seconds are numbers, instants are decimal strings with nine digits, what is not known is null and never 0.
 */
import * as v from 'valibot'
import { SOURCE_REASONS, SOURCE_STATES, type SourceReason } from '#core/agent/reason.ts'
import { HOST_EVENTS } from '#core/guest/host-event.ts'
import { HOLD_REASONS, type HoldReason } from '#core/guest/policy.ts'
import { PACKET_REFUSALS, type PacketRefusal } from '#core/ntp/refusal.ts'
import { REQUEST_REFUSALS } from '#core/ntp/reply.ts'
import { parseDecimal } from '#core/time/format.ts'

const keys = <K extends string>(table: Record<K, unknown>) => Object.keys(table) as [K, ...K[]]

const text = (description: string) => v.pipe(v.string(), v.description(description))
const whole = (description: string) => v.pipe(v.number(), v.integer(), v.description(description))
const instant = (description: string) =>
  v.pipe(v.string(), v.regex(/^-?\d{1,40}\.\d{9}$/), v.description(`${description} Decimal seconds.`))
const quantity = (unit: string, description: string) =>
  v.pipe(v.number(), v.description(`${description} Unit: ${unit}.`))
const known = <S extends v.GenericSchema>(schema: S) => v.nullable(schema)

const reading = v.pipe(
  v.strictObject({
    wall: instant('The wall clock: since 1970, UTC without leap seconds.'),
    monotonic: instant('A counter that nobody steps: since an arbitrary origin.'),
  }),
  v.description('Both clocks of the machine, read back to back.'),
)
export type ReadingBody = v.InferOutput<typeof reading>

const leap = v.picklist(['none', 'insert', 'delete', 'unknown'])
const sourceState = v.picklist(SOURCE_STATES)
const sourceReason = v.picklist(keys<SourceReason>(SOURCE_REASONS))
const packetRefusal = v.picklist(keys<PacketRefusal>(PACKET_REFUSALS))

const offset = (of: string) =>
  known(quantity('s', `${of} Positive: the clock of this machine is behind; negative: ahead.`))

export const source = v.strictObject({
  name: text('As configured.'),
  address: text('The address that is asked.'),
  port: whole('UDP port.'),
  state: sourceState,
  reason: sourceReason,
  reasonText: text(
    'The reason as a sentence; of replies-refused with the packet test that the last reply failed.',
  ),
  stratum: known(whole('As the source says.')),
  refid: known(text('What the source follows.')),
  leap: known(leap),
  version: known(whole('NTP version of its replies.')),
  offset: offset('By this source alone.'),
  delay: known(quantity('s', 'Round trip.')),
  dispersion: known(
    quantity(
      's',
      'What the best recent measurement can be wrong by now, delay aside: resolution, stamping, age.',
    ),
  ),
  jitter: known(quantity('s', 'Scatter of recent offsets.')),
  rootDelay: known(quantity('s', 'Round trip of the source to its primary server.')),
  rootDispersion: known(quantity('s', 'What the source itself can be wrong by.')),
  rootDistance: known(quantity('s', 'True time lies within this of what the source claims.')),
  reach: v.pipe(
    v.number(),
    v.integer(),
    v.minValue(0),
    v.maxValue(255),
    v.description('Newest poll in bit 0.'),
  ),
  poll: whole('Interval between requests, as a power of two of seconds.'),
  measuredAt: known(reading),
  nextPollIn: known(quantity('s', 'Until the next request.')),
  referenceTime: known(instant('When the source was last set.')),
  stampedBy: known(v.picklist(['kernel', 'user'])),
  sent: whole('Requests.'),
  received: whole('Datagrams that came back.'),
  accepted: whole('Replies that passed every test.'),
  refusals: v.pipe(
    v.record(v.string(), v.number()),
    v.description(`How many replies each packet test turned away: ${keys(PACKET_REFUSALS).join(', ')}.`),
  ),
  lastRefusal: known(packetRefusal),
})
export type SourceBody = v.InferOutput<typeof source>

const clock = v.strictObject({
  now: reading,
  state: v.pipe(
    v.picklist(['starting', 'locked', 'holdover', 'disrupted', 'freerun']),
    v.description(
      'locked: sources agree and are fresh. holdover: they did. disrupted: what was known has been overturned, and what holds instead is being found out. freerun: nothing is known.',
    ),
  ),
  offset: offset('True time minus the clock.'),
  errorBound: known(quantity('s', 'True time lies within offset ± errorBound of the clock.')),
  frequencyError: known(quantity('s/s', 'What the unsteered counter does alone; positive: it gains.')),
  frequencyErrorBound: known(quantity('s/s', 'What frequencyError can be wrong by.')),
  jitter: known(quantity('s', 'Scatter of recent offsets.')),
  rootDelay: known(quantity('s', 'Round trip to the primary server.')),
  rootDispersion: known(quantity('s', 'Dispersion accumulated from the primary server.')),
  stratum: known(whole('1 + the stratum of the source that would be followed.')),
  refid: known(text('The source that would be followed.')),
  leap,
  measuredAt: known(reading),
  holding: known(
    v.pipe(
      v.picklist(Object.keys(HOLD_REASONS) as HoldReason[]),
      v.description('Why the clock is not being corrected; null when nothing stands in the way.'),
    ),
  ),
  sources: v.array(source),
})

const machine = v.strictObject({
  hostname: v.string(),
  kernel: v.string(),
  cpus: whole('Number of CPUs.'),
  hypervisor: known(v.strictObject({ name: v.string(), evidence: text('Where that was read.') })),
  clocksource: known(text('What the kernel counts time with.')),
  clocksources: v.array(v.string()),
  timekeepers: v.array(
    v.strictObject({
      name: v.string(),
      pid: v.number(),
      commandLine: v.string(),
      disciplines: v.pipe(v.boolean(), v.description('False when it is known only to measure.')),
    }),
  ),
  boot: text('Identity of this boot.'),
})

const kernelClock = v.strictObject({
  frequency: known(quantity('s/s', 'The correction being applied; positive speeds the clock up.')),
  offset: known(quantity('s', 'What the kernel was told to slew away.')),
  maxError: known(quantity('s', 'What the kernel was told the clock can be wrong by.')),
  estError: known(quantity('s', 'What the kernel was told the clock is probably wrong by.')),
  synchronised: v.boolean(),
  leap,
  taiOffset: known(whole('TAI minus UTC, in seconds.')),
  status: v.array(v.string()),
})

const server = v.strictObject({
  at: v.pipe(v.array(v.string()), v.description('Addresses and port at which time is served.')),
  synchronised: v.pipe(
    v.boolean(),
    v.description('False while clients are told that the time is not known.'),
  ),
  stratum: known(whole('What clients are told; null while they are told that the time is not known.')),
  leap,
  refid: known(text('What clients are told that this clock follows.')),
  rootDelay: known(quantity('s', 'What clients are told.')),
  rootDispersion: known(
    quantity('s', 'What clients are told; with half of rootDelay it covers the offset and its error bound.'),
  ),
  requests: whole('Datagrams that came.'),
  replies: whole('Replies of all kinds.'),
  unsynchronised: whole('Replies that said that the time is not known.'),
  kisses: whole('Replies that asked the client to ask less often.'),
  dropped: v.pipe(
    v.record(v.string(), v.number()),
    v.description(`How many got no reply, by the reason: ${Object.keys(REQUEST_REFUSALS).join(', ')}.`),
  ),
})

export const status = v.strictObject({
  version: v.string(),
  startedAt: reading,
  mode: v.pipe(
    v.picklist(['watching', 'disciplining']),
    v.description('watching: nothing is set. disciplining: the agent keeps this clock.'),
  ),
  sourcesFrom: text('Where the list of sources comes from.'),
  machine,
  kernelClock: known(kernelClock),
  losses: v.array(v.strictObject({ name: v.string(), text: v.string() })),
  clock,
  server: known(server),
})
export type StatusBody = v.InferOutput<typeof status>

export const sources = v.strictObject({ now: reading, sources: v.array(source) })
export type SourcesBody = v.InferOutput<typeof sources>

const at = { at: reading }
export const record = v.variant('kind', [
  v.strictObject({ kind: v.literal('started'), ...at, version: v.string(), boot: v.string() }),
  v.strictObject({
    kind: v.literal('sample'),
    ...at,
    source: v.string(),
    address: v.string(),
    offset: known(v.number()),
    delay: known(v.number()),
    dispersion: known(v.number()),
    rootDistance: known(v.number()),
    stratum: v.number(),
    leap,
    poll: v.number(),
  }),
  v.strictObject({
    kind: v.literal('estimate'),
    ...at,
    offset: known(v.number()),
    errorBound: known(v.number()),
    frequencyError: known(v.number()),
    frequencyErrorBound: known(v.number()),
    jitter: known(v.number()),
    source: known(v.string()),
    survivors: v.number(),
  }),
  v.strictObject({
    kind: v.literal('step'),
    ...at,
    size: known(quantity('s', 'Positive: the clock was set forward.')),
    uncertainty: known(v.number()),
    by: v.picklist(['us', 'somebody-else']),
  }),
  v.strictObject({
    kind: v.literal('disruption'),
    ...at,
    what: v.picklist(['paused', 'counter-changed', 'restored', 'sources-jumped']),
    witness: v.pipe(v.string(), v.description('Who noticed; several with a comma between.')),
    lost: known(quantity('s', 'How long the machine stood still.')),
    uncertainty: known(v.number()),
    within: known(quantity('s', 'It happened within so long before.')),
    amends: known(quantity('s', 'Null for a new event; else how much of `lost` was told of it before.')),
  }),
  v.strictObject({
    kind: v.literal('recovered'),
    ...at,
    after: known(quantity('s', 'From notice to fresh samples.')),
    witness: v.string(),
    lost: known(quantity('s', 'How much time had passed unseen, as the sources say.')),
    uncertainty: known(v.number()),
  }),
  v.strictObject({
    kind: v.literal('source'),
    ...at,
    source: v.string(),
    address: v.string(),
    state: v.string(),
    reason: v.string(),
  }),
  v.strictObject({ kind: v.literal('notice'), ...at, name: v.string(), text: v.string() }),
])
export type RecordBody = v.InferOutput<typeof record>
export type RecordKind = RecordBody['kind']

export const events = v.strictObject({
  from: instant('Begin of the window: what was asked for, or the oldest that is kept.'),
  to: instant('End of the window: what was asked for, or the newest.'),
  truncated: v.pipe(v.boolean(), v.description('There were more; the oldest were left out.')),
  records: v.pipe(v.array(record), v.description('In order of arrival: the wall clock may run backwards.')),
})
export type EventsBody = v.InferOutput<typeof events>

const seriesName = v.picklist([
  'estimate.offset',
  'estimate.errorBound',
  'estimate.frequencyError',
  'estimate.frequencyErrorBound',
  'sample.offset',
  'sample.delay',
  'sample.rootDistance',
  'sample.poll',
])

const column = v.array(known(v.number()))
export const series = v.strictObject({
  of: seriesName,
  source: known(v.string()),
  from: instant('Begin of the window, and the base of `at`.'),
  to: instant('End of the window.'),
  first: v.pipe(
    v.array(v.number()),
    v.description(
      'The first reading of each point, in seconds since `from`. Of what is kept in sums only, where the sum begins.',
    ),
  ),
  at: v.pipe(
    v.array(v.number()),
    v.description('The last reading of each point, in seconds since `from`, in order of arrival.'),
  ),
  min: column,
  max: column,
  last: column,
  count: v.array(v.number()),
})
export type SeriesBody = v.InferOutput<typeof series>

export const refusal = v.strictObject({ error: text('What was wrong with the request.') })
export type RefusalBody = v.InferOutput<typeof refusal>

// What may be asked.

const edge = (description: string) =>
  v.optional(
    v.pipe(
      v.string(),
      v.regex(/^-?\d{1,15}(\.\d{1,9})?$/),
      v.description(`${description} Decimal seconds since 1970.`),
    ),
  )
const count = (most: number, usual: number, description: string) =>
  v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most), v.description(description)),
    usual,
  )
const window = {
  from: edge('Begin of the window; without it, the oldest that is kept.'),
  to: edge('End of the window; without it, the newest that is kept.'),
}

export const historyQuery = v.strictObject({
  of: v.pipe(seriesName, v.description('What to plot.')),
  source: v.optional(v.pipe(v.string(), v.maxLength(256), v.description('Only samples of this source.'))),
  ...window,
  buckets: count(4000, 600, 'At most so many points, each with minimum, maximum and last value.'),
})

export const RECORD_KINDS = [
  'started',
  'sample',
  'estimate',
  'step',
  'disruption',
  'recovered',
  'source',
  'notice',
] as const
/** What a person calls an event: everything but the measurements themselves. */
export const EVENT_KINDS: readonly RecordKind[] = [
  'started',
  'step',
  'disruption',
  'recovered',
  'source',
  'notice',
]

/** How many records one answer holds at most. */
export const MOST_EVENTS = 5000

export const eventsQuery = v.strictObject({
  ...window,
  kinds: v.optional(
    v.pipe(
      v.string(),
      v.regex(new RegExp(`^(${RECORD_KINDS.join('|')})(,(${RECORD_KINDS.join('|')}))*$`)),
      v.description('Kinds of records, with commas between; without it, all but samples and estimates.'),
    ),
  ),
  limit: count(MOST_EVENTS, 200, 'At most so many, the newest.'),
})

const secondsWithin = (most: number, description: string) =>
  v.pipe(v.number(), v.minValue(0), v.maxValue(most), v.description(description))

export const hostEventQuery = v.strictObject({
  what: v.pipe(
    v.picklist(HOST_EVENTS),
    v.description(
      '`resumed`: it stood still and runs again. `migrated`: it is on another host. `restored`: from a snapshot.',
    ),
  ),
  lost: v.optional(secondsWithin(1e9, 'For how long it stood still, in seconds; for `resumed` only.')),
  uncertainty: v.optional(secondsWithin(1e9, 'By how much that can be wrong.'), 1),
  within: v.optional(secondsWithin(86_400, 'It happened within so many seconds before now.'), 60),
})

export const streamQuery = v.strictObject({
  after: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(64),
      v.description('As the header Last-Event-ID, for clients that cannot set it.'),
    ),
  ),
})

/** A reading's wall clock in seconds since 1970, to half a microsecond: enough for axes. */
export const unixSeconds = (at: ReadingBody): number => Number(parseDecimal(at.wall)!) / 1e9
