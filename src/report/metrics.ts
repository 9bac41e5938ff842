/**
 * What Prometheus and its like can collect: one table with name, type, unit, help and labels, from which the text
 * exposition and the reference page are made. What is not known has no series; 0 always means zero.
 *
 * The sign of clock offsets here is that of monitoring: guest minus reference, positive when the clock is AHEAD. Inside
 * clockwright, and in its JSON, an offset is positive when the clock is behind. Both help texts say so.
 */
import { SOURCE_REASONS, SOURCE_STATES } from '#core/agent/reason.ts'
import type { ClockState, SourceStatus, Status } from '#core/agent/status.ts'
import type { MachineFacts } from '#core/guest/facts.ts'
import { HOLD_REASONS } from '#core/guest/policy.ts'
import { REQUEST_REFUSALS } from '#core/ntp/reply.ts'
import type { Instant } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { DisruptionRecord, StepRecord, TraceRecord } from '#core/trace/record.ts'
import type { ServerSnapshot, Snapshot } from './snapshot.ts'

export interface MetricsInput {
  readonly version: string
  readonly mode: Snapshot['mode']
  readonly clock: Status
  readonly machine: MachineFacts
  readonly tally: Tally
  /** Undefined when no time is served. */
  readonly server: ServerSnapshot | undefined
}

export interface Metric {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  /** The base unit, which the name carries too; `1` for what has none. */
  readonly unit: 'seconds' | 'ratio' | '1'
  readonly help: string
  readonly labels: readonly string[]
  readonly read: (input: MetricsInput) => Iterable<Sample>
}

export interface Sample {
  /** Values of the metric's labels, in their order. */
  readonly labels?: readonly string[]
  readonly value: number | undefined
}

/** What happened since the agent was started: steps by cause and direction, disruptions by kind, and the time that they cost. */
export interface Tally {
  readonly steps: Record<StepRecord['by'], Record<Direction, { count: number; seconds: Seconds }>>
  readonly disruptions: Record<DisruptionRecord['what'], number>
  lost: Seconds
}
type Direction = 'forward' | 'backward'

const CAUSES = ['us', 'somebody-else'] as const
const DISRUPTIONS = ['paused', 'counter-changed', 'restored', 'sources-jumped'] as const
const DIRECTIONS = ['forward', 'backward'] as const
const STATES: readonly ClockState[] = ['starting', 'locked', 'holdover', 'disrupted', 'freerun']

export const METRICS: readonly Metric[] = [
  {
    name: 'clockwright_up',
    type: 'gauge',
    unit: '1',
    help: '1 while the agent answers.',
    labels: [],
    read: () => [{ value: 1 }],
  },
  {
    name: 'clockwright_build_info',
    type: 'gauge',
    unit: '1',
    help: 'The version of the agent.',
    labels: ['version'],
    read: ({ version }) => [{ labels: [version], value: 1 }],
  },
  {
    name: 'clockwright_clock_offset_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: "This machine's clock minus true time: positive when the clock is ahead, negative when it is behind.",
    labels: [],
    read: ({ clock }) => [{ value: opposite(clock.offset) }],
  },
  {
    name: 'clockwright_clock_error_bound_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'The clock is wrong by no more than this: the size of its offset plus what the offset can be wrong by. The one to alert on.',
    labels: [],
    read: ({ clock }) => [
      {
        value:
          clock.offset === undefined || clock.errorBound === undefined
            ? undefined
            : Math.abs(clock.offset) + clock.errorBound,
      },
    ],
  },
  {
    name: 'clockwright_clock_frequency_error_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Seconds that the uncorrected counter gains in a second: positive when it runs fast. Multiply by 1e6 for ppm.',
    labels: [],
    read: ({ clock }) => [{ value: clock.frequencyError }],
  },
  {
    name: 'clockwright_clock_skew_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'What the frequency error can be wrong by.',
    labels: [],
    read: ({ clock }) => [{ value: clock.frequencyErrorBound }],
  },
  {
    name: 'clockwright_clock_jitter_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Scatter of the recent offsets of the combined estimate.',
    labels: [],
    read: ({ clock }) => [{ value: clock.jitter }],
  },
  {
    name: 'clockwright_clock_root_delay_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Round trip to the primary server at the root of the chain.',
    labels: [],
    read: ({ clock }) => [{ value: clock.rootDelay }],
  },
  {
    name: 'clockwright_clock_root_dispersion_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Dispersion accumulated since the primary server.',
    labels: [],
    read: ({ clock }) => [{ value: clock.rootDispersion }],
  },
  {
    name: 'clockwright_clock_stratum',
    type: 'gauge',
    unit: '1',
    help: 'One more than the stratum of the source that would be followed.',
    labels: [],
    read: ({ clock }) => [{ value: clock.stratum }],
  },
  {
    name: 'clockwright_clock_disciplined',
    type: 'gauge',
    unit: '1',
    help: '1 when the agent keeps the clock, 0 when it only watches.',
    labels: [],
    read: ({ mode }) => [{ value: mode === 'disciplining' ? 1 : 0 }],
  },
  {
    name: 'clockwright_clock_held',
    type: 'gauge',
    unit: '1',
    help: 'Why the clock is not being corrected: 1 for what holds now, all 0 when nothing stands in the way.',
    labels: ['why'],
    read: ({ clock }) =>
      Object.keys(HOLD_REASONS).map(why => ({ labels: [why], value: clock.holding === why ? 1 : 0 })),
  },
  {
    name: 'clockwright_clock_state',
    type: 'gauge',
    unit: '1',
    help: 'What is known of the clock, 1 for the present state. locked: sources agree and are fresh; holdover: they did; disrupted: what was known has been overturned; freerun: nothing is known.',
    labels: ['state'],
    read: ({ clock }) => STATES.map(state => ({ labels: [state], value: state === clock.state ? 1 : 0 })),
  },
  {
    name: 'clockwright_clock_last_update_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: "When the estimate was last renewed by a measurement, by this machine's own clock, since 1970.",
    labels: [],
    read: ({ clock }) => [{ value: unixSeconds(clock.measuredAt?.wall) }],
  },
  {
    name: 'clockwright_clock_steps_total',
    type: 'counter',
    unit: '1',
    help: 'Steps of the clock since the agent was started, by who made them. forward: the clock was set ahead.',
    labels: ['direction', 'cause'],
    read: ({ tally: { steps } }) =>
      CAUSES.flatMap(cause =>
        DIRECTIONS.map(direction => ({ labels: [direction, cause], value: steps[cause][direction].count })),
      ),
  },
  {
    name: 'clockwright_clock_step_seconds_total',
    type: 'counter',
    unit: 'seconds',
    help: 'Sum of the sizes of these steps.',
    labels: ['direction'],
    read: ({ tally: { steps } }) =>
      DIRECTIONS.map(direction => ({
        labels: [direction],
        value: CAUSES.reduce((sum, cause) => sum + steps[cause][direction].seconds, 0),
      })),
  },
  {
    name: 'clockwright_vm_lifecycle_events_total',
    type: 'counter',
    unit: '1',
    help: 'What was done to this machine since the agent was started: it was paused, its counter changed, it was restored from a snapshot, or all sources jumped against it at once.',
    labels: ['kind'],
    read: ({ tally: { disruptions } }) =>
      DISRUPTIONS.map(kind => ({ labels: [kind], value: disruptions[kind] })),
  },
  {
    name: 'clockwright_vm_lost_seconds_total',
    type: 'counter',
    unit: 'seconds',
    help: 'Time that ran on while this machine stood still, as fresh samples have settled it.',
    labels: [],
    read: ({ tally }) => [{ value: tally.lost }],
  },
  {
    name: 'clockwright_clocksource_info',
    type: 'gauge',
    unit: '1',
    help: 'What the kernel counts time with.',
    labels: ['clocksource'],
    read: ({ machine }) => (machine.clocksource ? [{ labels: [machine.clocksource], value: 1 }] : []),
  },
  {
    name: 'clockwright_server_synchronised',
    type: 'gauge',
    unit: '1',
    help: '1 while clients are told the time, 0 while they are told that it is not known. No series when no time is served.',
    labels: [],
    read: ofServer(({ standing }) => (standing.stratum > 0 ? 1 : 0)),
  },
  {
    name: 'clockwright_server_root_distance_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'What clients are told that this clock can be wrong by: root delay / 2 + root dispersion.',
    labels: [],
    read: ofServer(({ standing }) =>
      standing.stratum > 0 ? standing.rootDelay / 2 + standing.rootDispersion : undefined,
    ),
  },
  {
    name: 'clockwright_server_requests_total',
    type: 'counter',
    unit: '1',
    help: 'Datagrams that came to the server.',
    labels: [],
    read: ofServer(({ counts }) => counts.requests),
  },
  {
    name: 'clockwright_server_replies_total',
    type: 'counter',
    unit: '1',
    help: 'Replies, by what they said: the time, that it is not known, or that the client should ask less often.',
    labels: ['kind'],
    read: ({ server }) =>
      server === undefined
        ? []
        : [
            {
              labels: ['time'],
              value: server.counts.replies - server.counts.unsynchronised - server.counts.kisses,
            },
            { labels: ['unsynchronised'], value: server.counts.unsynchronised },
            { labels: ['rate'], value: server.counts.kisses },
          ],
  },
  {
    name: 'clockwright_server_requests_dropped_total',
    type: 'counter',
    unit: '1',
    help: `Requests that got no reply, by the reason: ${Object.keys(REQUEST_REFUSALS).join(', ')}.`,
    labels: ['reason'],
    read: ({ server }) =>
      Object.entries(server?.counts.dropped ?? {}).map(([reason, count]) => ({
        labels: [reason],
        value: count,
      })),
  },
  {
    name: 'clockwright_source_info',
    type: 'gauge',
    unit: '1',
    help: 'The address behind the configured name of a source. The only series with an address as label.',
    labels: ['source', 'address', 'port'],
    read: ({ clock }) =>
      named(clock).map(([name, source]) => ({
        labels: [name, source.address, String(source.port)],
        value: 1,
      })),
  },
  {
    name: 'clockwright_source_offset_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: "This machine's clock minus the source's: positive when the clock is ahead, negative when it is behind.",
    labels: ['source'],
    read: ofSources(source => opposite(source.offset)),
  },
  {
    name: 'clockwright_source_delay_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Round trip to the source.',
    labels: ['source'],
    read: ofSources(source => source.delay),
  },
  {
    name: 'clockwright_source_dispersion_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'What the best recent measurement of the source can be wrong by now, delay aside: resolution, stamping, age.',
    labels: ['source'],
    read: ofSources(source => source.dispersion),
  },
  {
    name: 'clockwright_source_jitter_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Scatter of the recent offsets of the source.',
    labels: ['source'],
    read: ofSources(source => source.jitter),
  },
  {
    name: 'clockwright_source_root_distance_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'True time lies within this of what the source claims, when the source tells the truth.',
    labels: ['source'],
    read: ofSources(source => source.rootDistance),
  },
  {
    name: 'clockwright_source_stratum',
    type: 'gauge',
    unit: '1',
    help: 'The stratum that the source says it has.',
    labels: ['source'],
    read: ofSources(source => source.stratum),
  },
  {
    name: 'clockwright_source_reachability_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'The part of the last eight requests that was answered.',
    labels: ['source'],
    read: ofSources(source => bits(source.reach) / 8),
  },
  {
    name: 'clockwright_source_state',
    type: 'gauge',
    unit: '1',
    help: 'What is made of the source, 1 for the present state. Used are survivor and system.',
    labels: ['source', 'state'],
    read: ({ clock }) =>
      named(clock).flatMap(([name, source]) =>
        SOURCE_STATES.map(state => ({ labels: [name, state], value: state === source.state ? 1 : 0 })),
      ),
  },
  {
    name: 'clockwright_source_reason_info',
    type: 'gauge',
    unit: '1',
    help: `Why the source has its state: ${Object.keys(SOURCE_REASONS).join(', ')}.`,
    labels: ['source', 'reason'],
    read: ({ clock }) => named(clock).map(([name, source]) => ({ labels: [name, source.reason], value: 1 })),
  },
  {
    name: 'clockwright_source_requests_total',
    type: 'counter',
    unit: '1',
    help: 'Requests sent to the source.',
    labels: ['source'],
    read: ofSources(source => source.sent),
  },
  {
    name: 'clockwright_source_replies_total',
    type: 'counter',
    unit: '1',
    help: 'Datagrams that came back.',
    labels: ['source'],
    read: ofSources(source => source.received),
  },
  {
    name: 'clockwright_source_replies_accepted_total',
    type: 'counter',
    unit: '1',
    help: 'Replies that passed every packet test.',
    labels: ['source'],
    read: ofSources(source => source.accepted),
  },
  {
    name: 'clockwright_source_replies_refused_total',
    type: 'counter',
    unit: '1',
    help: 'Replies that a packet test turned away, by the name of the test.',
    labels: ['source', 'test'],
    read: ({ clock }) =>
      named(clock).flatMap(([name, source]) =>
        Object.entries(source.refusals).map(([test, count]) => ({ labels: [name, test], value: count })),
      ),
  },
]

/** The text exposition, version 0.0.4. */
export function metrics(input: MetricsInput): string {
  const lines: string[] = []
  for (const metric of METRICS) {
    const series = [...metric.read(input)].flatMap(sample => seriesLine(metric, sample))
    if (series.length === 0) continue
    lines.push(`# HELP ${metric.name} ${escapeHelp(metric.help)}`, `# TYPE ${metric.name} ${metric.type}`)
    lines.push(...series)
  }
  return `${lines.join('\n')}\n`
}

/** The reference page, docs/reference/metrics.md. */
export function metricsPage(): string {
  const rows = METRICS.map(
    ({ name, type, unit, labels, help }) =>
      `| \`${name}\` | ${type} | ${unit === '1' ? '–' : unit} | ${labels.map(label => `\`${label}\``).join(', ') || '–'} | ${help} |`,
  )
  return `# Metrics

The agent answers \`GET /metrics\` on its loopback address (\`http://127.0.0.1:9319/metrics\`) in the text format of
Prometheus. This page is generated from the table in \`src/report/metrics.ts\`, which also writes the answer.

- What is not known has no series. 0 means zero, never "unknown".
- Offsets are the machine's clock minus the reference: **positive when the clock is ahead**. (In clockwright's JSON, as in
  RFC 5905, an offset is positive when the clock is behind.)
- Alert on \`clockwright_clock_error_bound_seconds\`: it grows when sources fall silent, so staleness needs no rule of its own.
- \`source\` is the name as configured. Addresses change and would multiply series; only \`clockwright_source_info\` has one.
- Nothing here carries a time stamp of its own: a wrong clock must not choose where its samples are stored.

| name | type | unit | labels | meaning |
|---|---|---|---|---|
${rows.join('\n')}
`
}

export const noTally = (): Tally => ({
  steps: { us: noneOf(), 'somebody-else': noneOf() },
  disruptions: { paused: 0, 'counter-changed': 0, restored: 0, 'sources-jumped': 0 },
  lost: 0,
})

export function count(tally: Tally, record: TraceRecord): void {
  if (record.kind === 'step') {
    const place = tally.steps[record.by][record.size < 0 ? 'backward' : 'forward']
    place.count += 1
    place.seconds += Math.abs(record.size)
  }
  if (record.kind === 'disruption') {
    if (record.amends === undefined) tally.disruptions[record.what] += 1
    if (record.what === 'sources-jumped') tally.lost += Math.max(0, record.lost ?? 0)
  }
  if (record.kind === 'recovered') tally.lost += Math.max(0, record.lost ?? 0)
}

const noneOf = () => ({ forward: { count: 0, seconds: 0 }, backward: { count: 0, seconds: 0 } })

function seriesLine(metric: Metric, { labels = [], value }: Sample): string[] {
  if (value === undefined || !Number.isFinite(value)) return []
  const pairs = metric.labels.map((label, i) => `${label}="${escapeLabel(labels[i] ?? '')}"`)
  return [`${metric.name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`]
}

function ofSources(read: (source: SourceStatus) => number | undefined): Metric['read'] {
  return ({ clock }) => named(clock).map(([name, source]) => ({ labels: [name], value: read(source) }))
}

function ofServer(read: (server: ServerSnapshot) => number | undefined): Metric['read'] {
  return ({ server }) => (server ? [{ value: read(server) }] : [])
}

/** Two series with the same labels would spoil the whole answer, so a name that occurs again is numbered. */
function named({ sources }: Status): [string, SourceStatus][] {
  const taken = new Set<string>()
  return sources.map(source => {
    let name = source.name
    for (let n = 2; taken.has(name); n++) name = `${source.name}#${n}`
    taken.add(name)
    return [name, source]
  })
}

/** From "positive when behind" to "positive when ahead"; never -0. */
const opposite = (offset: Seconds | undefined): Seconds | undefined =>
  offset === undefined ? undefined : 0 - offset

/** The one place where a double of Unix seconds (238 ns) is good enough: the store has nothing finer. */
const unixSeconds = (at: Instant | undefined): number | undefined =>
  at === undefined ? undefined : Number(at) / 1e9

const bits = (reach: number): number => (reach & 0xff).toString(2).replaceAll('0', '').length

const escapeHelp = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
const escapeLabel = (text: string) => escapeHelp(text.toWellFormed()).replaceAll('"', '\\"')
