import { expect, test } from 'vitest'
import { REQUEST_REFUSALS, type RequestRefusal } from '#core/ntp/reply.ts'
import type { MetricsInput } from './metrics.ts'
import { count, METRICS, metrics, metricsPage, noTally } from './metrics.ts'

const at = (seconds: bigint) =>
  ({ wall: seconds * 1_000_000_000n, monotonic: seconds * 1_000_000_000n }) as never

const source = {
  name: 'ntp.example',
  address: '192.0.2.1',
  port: 123,
  state: 'system',
  reason: 'best',
  stratum: 1,
  refid: 'GPS',
  leap: 'none',
  version: 4,
  offset: 0.001,
  delay: 0.002,
  dispersion: 0.0001,
  jitter: 0.00002,
  rootDelay: 0,
  rootDispersion: 0,
  rootDistance: 0.0012,
  reach: 0b1111_0111,
  poll: 6,
  measuredAt: at(90n),
  nextPollIn: 3,
  referenceTime: undefined,
  stampedBy: 'kernel',
  sent: 10,
  received: 9,
  accepted: 7,
  refusals: { duplicate: 2 },
  lastRefusal: 'duplicate',
} as const

const known: MetricsInput = {
  version: '0.1.0',
  machine: {
    hostname: 'h',
    kernel: 'k',
    cpus: 1,
    hypervisor: undefined,
    clocksource: 'tsc',
    clocksources: ['tsc'],
    timekeepers: [],
    boot: 'b',
  },
  mode: 'watching',
  tally: noTally(),
  server: undefined,
  clock: {
    now: at(100n),
    state: 'locked',
    offset: 12e-6,
    errorBound: 310e-6,
    frequencyError: -1e-5,
    frequencyErrorBound: 1e-8,
    jitter: 2e-5,
    rootDelay: 0.002,
    rootDispersion: 0.0001,
    stratum: 2,
    refid: '192.0.2.1',
    leap: 'none',
    measuredAt: at(90n),
    holding: undefined,
    sources: [source],
  },
}
const unknown: MetricsInput = {
  ...known,
  machine: { ...known.machine, clocksource: undefined },
  clock: {
    ...known.clock,
    state: 'freerun',
    offset: undefined,
    errorBound: undefined,
    frequencyError: Number.NaN,
    frequencyErrorBound: Number.POSITIVE_INFINITY,
    jitter: undefined,
    rootDelay: undefined,
    rootDispersion: undefined,
    stratum: undefined,
    measuredAt: undefined,
    sources: [],
  },
}

const seriesValue = (text: string, series: string) =>
  text
    .split('\n')
    .find(line => line.startsWith(`${series} `))
    ?.slice(series.length + 1)

test('the sign is that of monitoring: a clock that is behind is negative', () => {
  const text = metrics(known)
  expect(seriesValue(text, 'clockwright_clock_offset_seconds')).toBe('-0.000012')
  expect(seriesValue(text, 'clockwright_source_offset_seconds{source="ntp.example"}')).toBe('-0.001')
  expect(text).toMatch(/# HELP clockwright_clock_offset_seconds .*positive when the clock is ahead/)
})

test('the bound to alert on holds the offset too', () => {
  expect(Number(seriesValue(metrics(known), 'clockwright_clock_error_bound_seconds'))).toBeCloseTo(322e-6, 12)
})

test('what is not known has no series, nor a help line', () => {
  const text = metrics(unknown)
  for (const name of ['offset', 'error_bound', 'root_delay', 'jitter', 'last_update_timestamp'])
    expect(text).not.toContain(`clockwright_clock_${name}_seconds`)
  expect(text).not.toMatch(/NaN|Inf|undefined|null|frequency_error|skew|stratum|clocksource|source_/)
  expect(seriesValue(text, 'clockwright_clock_state{state="freerun"}')).toBe('1')
  expect(seriesValue(text, 'clockwright_clock_state{state="locked"}')).toBe('0')
  expect(seriesValue(text, 'clockwright_up')).toBe('1')
})

test('disruptions are counted by kind, and what they cost is added up', () => {
  const tally = noTally()
  count(tally, {
    kind: 'disruption',
    at: at(1n),
    what: 'paused',
    witness: 'rtc',
    lost: 5,
    uncertainty: 0.5,
  })
  count(tally, {
    kind: 'recovered',
    at: at(1n),
    after: 1,
    witness: 'rtc',
    lost: 4.3,
    uncertainty: 1e-3,
  })
  count(tally, {
    kind: 'disruption',
    at: at(2n),
    what: 'counter-changed',
    witness: 'vmclock',
    lost: undefined,
    uncertainty: undefined,
  })
  const text = metrics({ ...known, tally })
  expect(seriesValue(text, 'clockwright_vm_lifecycle_events_total{kind="paused"}')).toBe('1')
  expect(seriesValue(text, 'clockwright_vm_lifecycle_events_total{kind="sources-jumped"}')).toBe('0')
  expect(seriesValue(text, 'clockwright_vm_lost_seconds_total')).toBe('4.3')
})

test('steps are counted by cause and direction', () => {
  const tally = noTally()
  count(tally, { kind: 'step', at: at(1n), size: 57.25, uncertainty: 0, by: 'somebody-else' })
  count(tally, { kind: 'step', at: at(2n), size: -0.5, uncertainty: 0, by: 'somebody-else' })
  count(tally, { kind: 'notice', at: at(3n), name: 'n', text: 't' })
  const text = metrics({ ...known, tally })
  expect(seriesValue(text, 'clockwright_clock_steps_total{direction="forward",cause="somebody-else"}')).toBe(
    '1',
  )
  expect(seriesValue(text, 'clockwright_clock_steps_total{direction="forward",cause="us"}')).toBe('0')
  expect(seriesValue(text, 'clockwright_clock_step_seconds_total{direction="backward"}')).toBe('0.5')
})

test('a server has series only when there is one', () => {
  expect(metrics(known)).not.toContain('clockwright_server_')
  const dropped = Object.fromEntries(Object.keys(REQUEST_REFUSALS).map((why, i) => [why, i])) as Record<
    RequestRefusal,
    number
  >
  const standing = {
    leap: 'none',
    stratum: 3,
    precision: -20,
    rootDelay: 0.002,
    rootDispersion: 0.001,
    refid: 1,
    reference: undefined,
  } as const
  const counts = { requests: 100, replies: 60, unsynchronised: 7, kisses: 3, dropped }
  const text = metrics({ ...known, server: { at: ['[::]:123'], counts, standing } })
  expect(seriesValue(text, 'clockwright_server_synchronised')).toBe('1')
  expect(seriesValue(text, 'clockwright_server_root_distance_seconds')).toBe('0.002')
  expect(seriesValue(text, 'clockwright_server_requests_total')).toBe('100')
  expect(seriesValue(text, 'clockwright_server_replies_total{kind="time"}')).toBe('50')
  expect(seriesValue(text, 'clockwright_server_replies_total{kind="unsynchronised"}')).toBe('7')
  expect(seriesValue(text, 'clockwright_server_requests_dropped_total{reason="rate-limited"}')).toBe('1')
  const unsure = metrics({
    ...known,
    server: { at: [], counts, standing: { ...standing, stratum: 0, rootDispersion: 16 } },
  })
  expect(seriesValue(unsure, 'clockwright_server_synchronised')).toBe('0')
  expect(unsure).not.toContain('clockwright_server_root_distance_seconds')
})

test('the reach is the part of eight that was answered', () => {
  expect(seriesValue(metrics(known), 'clockwright_source_reachability_ratio{source="ntp.example"}')).toBe(
    '0.875',
  )
})

test('two sources of one name are told apart, so that the answer stays valid', () => {
  const text = metrics({ ...known, clock: { ...known.clock, sources: [source, source] } })
  expect(text).toContain('clockwright_source_delay_seconds{source="ntp.example#2"}')
  const series = text
    .split('\n')
    .filter(line => line && !line.startsWith('#'))
    .map(line => line.replace(/ \S+$/, ''))
  expect(new Set(series).size).toBe(series.length)
})

test('hostile names stay inside their quotes', () => {
  const name = 'a"} 1\nclockwright_up 0\n\\\ud800'
  const text = metrics({ ...known, clock: { ...known.clock, sources: [{ ...source, name }] } })
  expect(text).toContain('{source="a\\"} 1\\nclockwright_up 0\\n\\\\\ufffd"}')
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) clockwright_\w+ .+|clockwright_\w+(\{.*\})? -?[\d.e+-]+)$/)
})

test('names carry their unit, and counters say so', () => {
  for (const { name, unit, type, labels } of METRICS) {
    if (type === 'counter') expect(name).toMatch(/_total$/)
    else expect(name).not.toMatch(/_total$/)
    if (unit !== '1') expect(name.replace(/_total$/, '')).toMatch(new RegExp(`_${unit}$`))
    expect(new Set(labels).size).toBe(labels.length)
  }
  expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length)
})

test('the reference page is up to date (write it anew with vitest -u)', async () => {
  await expect(metricsPage()).toMatchFileSnapshot('../../docs/reference/metrics.md')
})
