/**
 * The stories that are played in clknetsim, as data. Servers are nodes 1 … n, the client under test is node n + 1.
 * Expressions are clknetsim's own language; delays are one way, in seconds.
 *
 * `judged` and `pauses` are the cases that have a mark to reach. `others` are other clocks, networks and events, so that
 * what was only tuned to those cases would show.
 */
import {
  add,
  clock,
  during,
  exponential,
  freeze,
  gamma3,
  heavy,
  INTERNET,
  lan,
  lost,
  MS,
  nowAndThen,
  type Server,
  seconds,
  times,
  US,
} from './language.ts'
import type { Measures } from './measure.ts'

export interface Scenario {
  readonly name: string
  readonly title: string
  readonly group: 'judged' | 'pauses' | 'others'
  readonly servers: readonly Server[]
  readonly client: { readonly offset: number; readonly frequency: string; readonly step?: string }
  /** minpoll and maxpoll. */
  readonly polls: readonly [number, number]
  readonly length: number
  /** Where RMS and maximum are taken. */
  readonly window: readonly [number, number]
  /** What happens to the clock; times to be good again count from its end. */
  readonly event?: { readonly from: number; readonly to: number }
  readonly measure: keyof Measures
  /** In the measure's unit. */
  readonly must?: number
  readonly goal?: number
  /** Whom a comparison is made with. */
  readonly peer: 'chrony' | 'chrony-step'
  /** Frequencies beyond ±20 %: needs the build of clknetsim with wider limits. */
  readonly wide?: true
}

const HOUR = 3600
const DAY = 24 * HOUR

// ── Steady state ──────────────────────────────────────────────────────────────────────────────────────────────────

const steady = {
  group: 'judged',
  servers: [lan(20 * US)],
  client: { offset: -0.05, frequency: clock(20e-6, 1e-9) },
  length: DAY,
  window: [HOUR, DAY],
  measure: 'rms',
  peer: 'chrony',
} as const

const lively = {
  ...steady,
  client: { offset: -0.05, frequency: clock(20e-6, 1e-8) },
  servers: [lan(50 * US)],
}

const CONGESTED = { from: 6 * HOUR, to: 8 * HOUR }
const CUT = { from: 12 * HOUR, to: 18 * HOUR }

const JUDGED: readonly Scenario[] = [
  { ...steady, name: 'esxi-6-10', title: 'ESXi test bed', polls: [6, 10], must: 32 * US, goal: 20 * US },
  { ...steady, name: 'esxi-6-6', title: 'ESXi test bed', polls: [6, 6] },
  { ...steady, name: 'esxi-4-6', title: 'ESXi test bed', polls: [4, 6], must: 7 * US, goal: 5 * US },
  { ...steady, name: 'esxi-4-4', title: 'ESXi test bed', polls: [4, 4], must: 3 * US, goal: 2 * US },
  { ...lively, name: 'lively-6-10', title: 'livelier clock', polls: [6, 10], must: 60 * US, goal: 50 * US },
  { ...lively, name: 'lively-4-6', title: 'livelier clock', polls: [4, 6], must: 28 * US, goal: 25 * US },
  {
    ...steady,
    name: 'internet-6-10',
    title: 'four internet servers',
    servers: INTERNET,
    polls: [6, 10],
    must: 400 * US,
    goal: 350 * US,
  },
  {
    ...steady,
    name: 'internet-6-6',
    title: 'four internet servers',
    servers: INTERNET,
    polls: [6, 6],
    must: 230 * US,
    goal: 200 * US,
  },
  {
    ...steady,
    name: 'congestion',
    title: '2 h of asymmetric congestion, during it',
    servers: [
      {
        up: add(
          1e-4,
          exponential(20 * US),
          times(during(CONGESTED.from, CONGESTED.to), add(5 * MS, exponential(20 * MS))),
        ),
        down: add(1e-4, exponential(20 * US)),
      },
    ],
    polls: [4, 6],
    length: 12 * HOUR,
    window: [CONGESTED.from, CONGESTED.to],
    event: CONGESTED,
    must: 132 * US,
    goal: 100 * US,
  },
  {
    ...steady,
    name: 'outage',
    title: '6 h without network, error at its end',
    servers: [lan(20 * US, lost(during(CUT.from, CUT.to)))],
    polls: [4, 6],
    window: [CUT.from, CUT.to],
    event: CUT,
    measure: 'end',
    must: 750 * US,
    goal: 600 * US,
  },
  {
    ...steady,
    name: 'start-300ms',
    title: '−300 ms at start, to 1 ms for good',
    client: { offset: -0.3, frequency: clock(20e-6, 1e-9) },
    polls: [6, 10],
    length: 6 * HOUR,
    window: [HOUR, 6 * HOUR],
    measure: 'good1ms',
    must: 8,
    goal: 5,
  },
  {
    ...steady,
    name: '2000ppm',
    title: 'clock 2000 ppm fast, from the start',
    client: { offset: 0, frequency: clock(2000e-6, 1e-9) },
    polls: [6, 10],
    length: 6 * HOUR,
    window: [0, 6 * HOUR],
    must: 100 * US,
    goal: 50 * US,
  },
  {
    ...steady,
    name: 'two-disagree',
    title: 'two servers disagree by 50 ms from noon on',
    servers: [lan(20 * US), { ...lan(20 * US), step: times(0.05, seconds(12 * HOUR, 1)) }],
    polls: [6, 10],
    window: [12 * HOUR, DAY],
    event: { from: 12 * HOUR, to: 12 * HOUR },
  },
  {
    ...steady,
    name: 'two-disagree-always',
    title: 'two servers disagree by 50 ms from the start',
    servers: [lan(20 * US), { ...lan(20 * US), offset: 0.05 }],
    polls: [6, 10],
  },
]

// ── Pauses: real, monotonic and raw clock stand still ─────────────────────────────────────────────────────────────

const PAUSED_AT = 6 * HOUR
function pause(length: number, polls: readonly [number, number], must?: number): Scenario {
  return {
    ...steady,
    group: 'pauses',
    name: `pause-${length}s-${polls.join('-')}`,
    title: `pause of ${length} s`,
    client: { offset: -0.05, frequency: clock(20e-6, 1e-9, ...freeze(PAUSED_AT, length)) },
    polls,
    length: 12 * HOUR,
    window: [PAUSED_AT + Math.ceil(length), 12 * HOUR],
    event: { from: PAUSED_AT, to: PAUSED_AT + Math.ceil(length) },
    measure: 'good10ms',
    ...(must === undefined ? {} : { must }),
    peer: 'chrony-step',
    wide: true,
  }
}

const PAUSES: readonly Scenario[] = (
  [
    [[4, 4], 20],
    [[4, 6], 75],
    [[6, 10], undefined],
  ] as const
).flatMap(([polls, must]) => [0.3, 2, 4.3, 30, 1200].map(length => pause(length, polls, must)))

// ── Others ────────────────────────────────────────────────────────────────────────────────────────────────────────

const other = { ...steady, group: 'others' } as const

const OTHERS: readonly Scenario[] = [
  {
    ...other,
    name: 'calm-6-10',
    title: 'calm clock (wander 1e-10)',
    client: { offset: 0.02, frequency: clock(-7e-6, 1e-10) },
    polls: [6, 10],
  },
  {
    ...other,
    name: 'calm-4-6',
    title: 'calm clock (wander 1e-10)',
    client: { offset: 0.02, frequency: clock(-7e-6, 1e-10) },
    polls: [4, 6],
  },
  {
    ...other,
    name: 'wild-6-10',
    title: 'wild clock (wander 1e-7)',
    client: { offset: 0.01, frequency: clock(35e-6, 1e-7) },
    polls: [6, 10],
  },
  {
    ...other,
    name: 'gamma-6-10',
    title: 'gamma jitter of 150 µs, wander 3e-9',
    servers: [{ up: add(2e-4, gamma3(50 * US)), down: add(2e-4, gamma3(50 * US)) }],
    client: { offset: 0.03, frequency: clock(-31e-6, 3e-9) },
    polls: [6, 10],
  },
  {
    ...other,
    name: 'heavy-5-8',
    title: 'heavy-tailed jitter',
    servers: [{ up: add(3e-4, heavy(60 * US)), down: add(3e-4, heavy(60 * US)) }],
    client: { offset: -0.03, frequency: clock(12e-6, 2e-9) },
    polls: [5, 8],
  },
  {
    ...other,
    name: 'stolen-6-6',
    title: '5 % of packets late by 5 ms and more',
    servers: [lan(20 * US, times(nowAndThen(0.05), exponential(5 * MS)))],
    polls: [6, 6],
  },
  {
    ...other,
    name: 'sine-hour-6-10',
    title: 'temperature: 1 ppm in an hour',
    client: { offset: -0.05, frequency: clock(20e-6, 1e-10, times(1e-6, '(sine 3600)')) },
    polls: [6, 10],
  },
  {
    ...other,
    name: 'sine-20min-4-6',
    title: 'air conditioning: 0.3 ppm in 20 min',
    client: { offset: -0.05, frequency: clock(20e-6, 1e-9, times(3e-7, '(triangle 1200)')) },
    polls: [4, 6],
  },
  {
    ...other,
    name: 'loss-6-10',
    title: '20 % loss each way',
    servers: [lan(30 * US, lost(nowAndThen(0.2)))],
    client: { offset: 0.1, frequency: clock(-45e-6, 1e-9) },
    polls: [6, 10],
  },
  {
    ...other,
    name: 'wan-6-10',
    title: 'one far server, 15 ms and 5 ms of jitter',
    servers: [{ up: add(15 * MS, exponential(5 * MS)), down: add(15 * MS, exponential(5 * MS)) }],
    polls: [6, 10],
  },
  {
    ...other,
    name: 'route-asymmetric',
    title: 'four servers; the way to one grows by 8 ms at noon',
    servers: INTERNET.map((server, i) =>
      i === 0 ? { ...server, up: add(server.up, times(8 * MS, during(12 * HOUR, 2 * DAY))) } : server,
    ),
    polls: [6, 10],
    window: [12 * HOUR, DAY],
  },
  {
    ...other,
    name: 'route-symmetric',
    title: 'one server; both ways grow by 3 ms at noon',
    servers: [lan(20 * US, times(3 * MS, during(12 * HOUR, 2 * DAY)))],
    polls: [6, 10],
    window: [12 * HOUR, DAY],
  },
  {
    ...other,
    name: 'lan3-6-10',
    title: 'three LAN servers of different jitter',
    servers: [lan(15 * US), lan(40 * US), lan(120 * US)],
    polls: [6, 10],
  },
  {
    ...other,
    name: 'lan3-4-6',
    title: 'three LAN servers of different jitter',
    servers: [lan(15 * US), lan(40 * US), lan(120 * US)],
    polls: [4, 6],
  },
  {
    ...other,
    name: 'liar-1-of-4',
    title: 'one internet server of four wrong by 50 ms',
    servers: INTERNET.map((server, i) => (i === 3 ? { ...server, offset: 0.05 } : server)),
    polls: [6, 10],
  },
  {
    ...other,
    name: 'liar-at-noon',
    title: 'one LAN server of three steps by 5 s at noon',
    servers: [{ ...lan(20 * US), step: times(5, seconds(12 * HOUR, 1)) }, lan(20 * US), lan(20 * US)],
    polls: [6, 8],
    window: [12 * HOUR, DAY],
  },
  {
    ...other,
    name: 'drifting-server',
    title: 'one LAN server of three drifts by 1 ppm',
    servers: [{ ...lan(20 * US), frequency: '1e-6' }, lan(20 * US), lan(20 * US)],
    polls: [6, 10],
  },
  {
    ...other,
    name: '450ppm',
    title: 'clock 450 ppm fast, from the start',
    client: { offset: 0, frequency: clock(450e-6, 1e-9) },
    polls: [6, 10],
    length: 6 * HOUR,
    window: [0, 6 * HOUR],
  },
  {
    ...other,
    name: '-8000ppm',
    title: 'clock 8000 ppm slow',
    client: { offset: 0.4, frequency: clock(-8000e-6, 2e-9) },
    polls: [6, 10],
    length: 6 * HOUR,
    window: [HOUR, 6 * HOUR],
  },
  {
    ...other,
    name: 'rate-jump',
    title: 'the counter gains 10 ppm more from noon on',
    client: { offset: -0.05, frequency: clock(20e-6, 1e-9, `(sum ${times(10e-6, seconds(12 * HOUR, 1))})`) },
    polls: [6, 10],
    window: [12 * HOUR, DAY],
    event: { from: 12 * HOUR, to: 12 * HOUR },
  },
  {
    ...other,
    name: 'hourly-pause-4-6',
    title: 'a pause of 0.3 s each hour',
    client: {
      offset: -0.05,
      frequency: clock(20e-6, 1e-9, times(-0.3, '(equal 0.25 (% (sum 1.0) 3600) 1801)')),
    },
    polls: [4, 6],
    peer: 'chrony-step',
    wide: true,
  },
  {
    ...other,
    name: 'set-aside-4-6',
    title: 'somebody sets the clock back by 2 s at 6 h',
    client: { offset: -0.05, frequency: clock(20e-6, 1e-9), step: times(-2, seconds(PAUSED_AT, 1)) },
    polls: [4, 6],
    length: 12 * HOUR,
    window: [PAUSED_AT, 12 * HOUR],
    event: { from: PAUSED_AT, to: PAUSED_AT + 1 },
    measure: 'good10ms',
    peer: 'chrony-step',
  },
  {
    ...other,
    name: 'pause-internet-11s',
    title: 'pause of 11 s with four internet servers',
    servers: INTERNET,
    client: { offset: -0.05, frequency: clock(20e-6, 2e-9, ...freeze(PAUSED_AT, 11)) },
    polls: [6, 10],
    length: 12 * HOUR,
    window: [PAUSED_AT + 11, 12 * HOUR],
    event: { from: PAUSED_AT, to: PAUSED_AT + 11 },
    measure: 'good10ms',
    peer: 'chrony-step',
    wide: true,
  },
]

export const SCENARIOS: readonly Scenario[] = [...JUDGED, ...PAUSES, ...OTHERS]
