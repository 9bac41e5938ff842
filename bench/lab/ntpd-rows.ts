/**
 * What real ntpd reached: 4.2.8p6, 4.2.6p5 and NTPsec 1.2.5, medians over 3 to 7 seeds. The kernel of the simulator that they
 * ran in has no clamp on the weight of rare updates, which Linux has: after an outage they overshot where the model does not.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Run } from '#lab/run.ts'
import { timeUntilBelow } from '#lab/score.ts'
import { type NtpdLines, ntpd } from './ntpd.ts'
import { LAN } from './standard.ts'
import {
  below10ms,
  CONGESTED_AT,
  CONGESTION,
  DAY,
  FAR,
  FOUR,
  fast,
  HOUR,
  INTERNET,
  LIVELY,
  OUTAGE,
  offsetAt,
  paused,
  pauseRows,
  type Row,
  rms,
  rowOf,
  TEMPERATURE,
  type Told,
  TWO,
  TWO_FROM_NOON,
  TWO_FROM_START,
} from './stories.ts'

const NEW = '4.2.8p6'
const OLD = '4.2.6p5'
const SEC = 'ntpsec 1.2.5'
const NEVER = Number.POSITIVE_INFINITY

interface Played extends Told, NtpdLines {}

const row = (version: string, title: string, real: number, played: Played = {}): Row =>
  rowOf({ daemon: version, title, real }, ntpd(version, played), played)

const LAN_POLLS = [
  ['default polls', '', [222, 1510, 221]],
  ['polls 6', 'minpoll 6 maxpoll 6', [16.3, 129, 16.4]],
  ['polls 4 to 6', 'minpoll 4 maxpoll 6', [20.3, 235, 20.1]],
  ['polls 4', 'minpoll 4 maxpoll 4', [3.5, 3.8, 3.6]],
] as const

const steady = LAN_POLLS.flatMap(([polls, server, real]) =>
  [NEW, OLD, SEC].map((version, i) => row(version, `LAN, ${polls}`, real[i]!, { server })),
)

const TIGHT = { server: 'minpoll 4 maxpoll 6' }
const CURE = ['tinker stepout 10 panic 0']
const X = { options: '-g -x' }

/** `watched` is how long the real run was. */
const pauses = (
  version: string,
  title: string,
  played: Played,
  real: readonly [number, number, number, number],
  watched: Seconds = 18 * HOUR,
): Row[] =>
  pauseRows((length, after, i) => {
    const inTime = Number.isFinite(real[i]!) ? Math.max(watched, 1.5 * real[i]!) : watched
    return row(version, `paused ${length} s, ${title}`, real[i]!, {
      ...played,
      world: paused(length),
      unit: 's',
      duration: after + inTime,
      measure: below10ms(after),
    })
  })

const JUMPING = {
  ...LAN,
  steps: Array.from({ length: 120 }, (_, k) => ({ at: 89 + 180 * k, size: 57.4 })),
}
const HOURLY = {
  ...LAN,
  pauses: Array.from({ length: 23 }, (_, hour) => ({ at: HOUR * (hour + 1) + 500, length: 0.3 })),
}
const behind = (offset: Seconds) => ({ ...LAN, clock: { offset } })

/** Who of the four is wrong from the start, by their distance, and the RMS of both versions in ms. */
const LIARS: readonly (readonly [who: string, places: readonly number[], real: readonly [number, number]])[] =
  [
    ['the nearest', [0], [26.7, 19.8]],
    ['the second', [1], [10.8, 0.9]],
    ['the third', [2], [2.2, 0.9]],
    ['the furthest', [3], [0.6, 0.9]],
    ['the two nearest', [0, 1], [39.3, 42.4]],
    ['the first and third', [0, 2], [38.6, 37.9]],
    ['the nearest and furthest', [0, 3], [18.3, 24.4]],
    ['the second and third', [1, 2], [45.3, 47.9]],
    ['the second and furthest', [1, 3], [16.6, 42]],
    ['the two furthest', [2, 3], [7.2, 170]],
  ]

const first10ms = ({ offsets }: Run) => offsets.findIndex(offset => Math.abs(offset) < 10e-3)
const last10ms = (run: Run) => timeUntilBelow(run.offsets, 10e-3)
const largest = ({ offsets }: Run) =>
  offsets.reduce((most, offset) => (Math.abs(offset) > most ? Math.abs(offset) : most), 0) * 1e3
const stepsOf = (run: Run) => run.steps.filter(({ by }) => by === 'player').length

export const NTPD_ROWS: readonly Row[] = [
  ...steady,
  row(NEW, '−50 ms at the start, to 1 ms', 404, {
    unit: 's',
    measure: run => timeUntilBelow(run.offsets, 1e-3),
  }),
  row(OLD, '−50 ms at the start, to 1 ms', 5.9 * HOUR, {
    unit: 's',
    measure: run => timeUntilBelow(run.offsets, 1e-3),
  }),
  row(OLD, 'LAN, default polls, from 6 h on', 375, { measure: rms(6 * HOUR, DAY) }),
  row(NEW, 'livelier clock, default polls', 2200, { world: LIVELY }),
  row(NEW, 'livelier clock, polls 4 to 6', 158, { ...TIGHT, world: LIVELY }),
  row(NEW, 'temperature 1 ppm in 1 h, default polls', 560, { world: TEMPERATURE }),
  row(OLD, 'temperature 1 ppm in 1 h, default polls', 1500, { world: TEMPERATURE }),
  ...[
    [NEW, 743],
    [OLD, 1200],
    [SEC, 434],
  ].map(([version, real]) =>
    row(version as string, 'four internet servers, default polls', real as number, {
      world: { ...LAN, servers: INTERNET },
      addresses: FOUR,
    }),
  ),
  row(NEW, 'four internet servers, polls 6', 249, {
    server: 'minpoll 6 maxpoll 6',
    world: { ...LAN, servers: INTERNET },
    addresses: FOUR,
  }),
  ...LIARS.flatMap(([which, places, reals]) =>
    [NEW, OLD].map((version, i) =>
      row(version, `four internet servers, 50 ms off: ${which}`, reals[i]!, {
        world: {
          ...LAN,
          servers: INTERNET.map((server, place) =>
            places.includes(place) ? { ...server, offset: 0.05 } : server,
          ),
        },
        addresses: FOUR,
        unit: 'ms',
        measure: run => rms(HOUR, DAY)(run) / 1e3,
      }),
    ),
  ),
  row(NEW, 'one far server, 5 ms jitter', 2400, { world: FAR }),
  row(NEW, '450 ppm fast, from the start', 10_800, {
    world: fast(450e-6),
    duration: 6 * HOUR,
    measure: rms(0, 6 * HOUR),
  }),
  row(NEW, '2000 ppm fast, steps in 6 h', 26, {
    world: fast(2e-3),
    duration: 6 * HOUR,
    unit: 'steps',
    measure: stepsOf,
  }),
  row(NEW, '2000 ppm fast, at worst', 1900, {
    world: fast(2e-3),
    duration: 6 * HOUR,
    unit: 'ms',
    measure: largest,
  }),
  row(OLD, '2000 ppm fast, stepout 10, steps in 6 h', 69, {
    lines: ['tinker stepout 10'],
    world: fast(2e-3),
    duration: 6 * HOUR,
    unit: 'steps',
    measure: stepsOf,
  }),
  ...[NEW, OLD, SEC].map(version =>
    row(version, 'jumps of 57.4 s every 180 s, after 6 h', 6_888_000, {
      world: JUMPING,
      duration: 6 * HOUR,
      unit: 'ms',
      measure: offsetAt(6 * HOUR),
    }),
  ),
  ...pauses(NEW, 'default polls', {}, [2744, 5390, 2.8 * HOUR, NEVER]),
  ...pauses(NEW, 'stepout 10, panic 0, default polls', { lines: CURE }, [2744, 5390, 2.8 * HOUR, 2.5 * HOUR]),
  ...pauses(NEW, 'polls 4 to 6', TIGHT, [724, 725, 743, NEVER]),
  ...pauses(NEW, 'stepout 10, panic 0, polls 4 to 6', { ...TIGHT, lines: CURE }, [724, 725, 743, 727]),
  ...pauses(OLD, 'polls 4 to 6', TIGHT, [1302, 1157, 1044, NEVER]),
  ...pauses(OLD, 'stepout 10, panic 0, polls 4 to 6', { ...TIGHT, lines: CURE }, [773, 898, 908, 908]),
  ...pauses(SEC, 'default polls', {}, [3672, 5913, 2.9 * HOUR, NEVER]),
  ...pauses(SEC, 'stepout 10, panic 0, default polls', { lines: CURE }, [3759, 4986, 2.9 * HOUR, 2.9 * HOUR]),
  ...pauses(NEW, '-x, polls 4 to 6', { ...TIGHT, ...X }, [5 * HOUR, 5.7 * HOUR, 18.7 * HOUR, NEVER]),
  ...pauses(NEW, '-x, default polls', X, [NEVER, NEVER, 69 * HOUR, NEVER]),
  row(NEW, '0.3 s lost each hour, polls 4 to 6', 126_000, { ...TIGHT, world: HOURLY }),
  row(OLD, '0.3 s lost each hour, polls 4 to 6', 160_000, { ...TIGHT, world: HOURLY }),
  row(NEW, '-x from −10 s, first at 10 ms', 19_210, {
    ...X,
    world: behind(-10),
    unit: 's',
    measure: first10ms,
  }),
  row(NEW, '-x from −10 s, below 10 ms for good', 20 * HOUR, {
    ...X,
    world: behind(-10),
    duration: 2 * DAY,
    unit: 's',
    measure: last10ms,
  }),
  row(OLD, '-x from −10 s, after 3 days', 125_000, {
    ...X,
    world: behind(-10),
    duration: 3 * DAY,
    unit: 'ms',
    measure: offsetAt(3 * DAY),
  }),
  row(NEW, '-x from −599 s, below 10 ms for good', 13.9 * DAY, {
    ...X,
    world: behind(-599),
    duration: 15 * DAY,
    unit: 's',
    measure: last10ms,
  }),
  row(NEW, '6 h without network, at their end', 0.95, {
    ...TIGHT,
    world: OUTAGE,
    unit: 'ms',
    measure: offsetAt(18 * HOUR),
  }),
  row(NEW, '2 h of congestion one way, during it', 3950, {
    ...TIGHT,
    world: CONGESTION,
    duration: 12 * HOUR,
    measure: rms(CONGESTED_AT, CONGESTED_AT + 2 * HOUR),
  }),
  ...[
    [NEW, 47_000],
    [SEC, 19_000],
    [OLD, 1900],
  ].map(([version, real]) =>
    row(version as string, 'two servers 50 ms apart from noon on', real as number, {
      world: TWO_FROM_NOON,
      addresses: TWO,
      measure: rms(12 * HOUR, DAY),
    }),
  ),
  ...[NEW, OLD, SEC].map(version =>
    row(version, 'two servers 50 ms apart from the start, after a day', 1740, {
      world: { ...TWO_FROM_START, clock: {} },
      addresses: TWO,
      unit: 'ms',
      measure: offsetAt(DAY),
    }),
  ),
]
