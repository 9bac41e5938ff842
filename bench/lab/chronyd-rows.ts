/** What real chronyd reached: 4.8 and 4.3, which agree. */
import { timeUntilBelow } from '#lab/score.ts'
import { chronyd } from './chronyd.ts'
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

const row = (title: string, options: string, real: number, told: Told = {}): Row =>
  rowOf({ daemon: 'chrony', title, real }, chronyd('makestep 1 3', options), told)

const pauses = (title: string, makestep: string, options: string, ...real: readonly number[]): Row[] =>
  pauseRows((length, after, i) =>
    rowOf(
      { daemon: 'chrony', title: `paused ${length} s, ${title}`, real: real[i]! },
      chronyd(makestep, options),
      { world: paused(length), unit: 's', duration: after + 6 * HOUR, measure: below10ms(after) },
    ),
  )

const FIRST_6H = { duration: 6 * HOUR, measure: rms(0, 6 * HOUR) }
const TO_1MS: Told = { unit: 's', duration: HOUR, measure: run => timeUntilBelow(run.offsets, 1e-3) }
const ON_INTERNET = { world: { ...LAN, servers: INTERNET }, addresses: FOUR }
const TIGHT = 'minpoll 4 maxpoll 6'

export const CHRONYD_ROWS: readonly Row[] = [
  row('LAN, default polls', '', 39.8),
  row('LAN, polls 6', 'minpoll 6 maxpoll 6', 9.1),
  row('LAN, polls 4 to 6', TIGHT, 8.7),
  row('LAN, polls 4', 'minpoll 4 maxpoll 4', 3.8),
  row('livelier clock, default polls', '', 71, { world: LIVELY }),
  row('livelier clock, polls 4 to 6', TIGHT, 35, { world: LIVELY }),
  row('temperature 1 ppm in 1 h, default polls', '', 29, { world: TEMPERATURE }),
  row('four internet servers, default polls', '', 642, ON_INTERNET),
  row('four internet servers, polls 6', 'minpoll 6 maxpoll 6', 435, ON_INTERNET),
  row('one far server, 5 ms jitter', '', 1100, { world: FAR }),
  row('2000 ppm fast, from the start', '', 100, { world: fast(2e-3), ...FIRST_6H }),
  row('450 ppm fast, from the start', '', 61, { world: fast(450e-6), ...FIRST_6H }),
  row('−50 ms at the start, to 1 ms', '', 6, TO_1MS),
  row('−300 ms at the start, to 1 ms', '', 8, { ...TO_1MS, world: { ...LAN, clock: { offset: -0.3 } } }),
  ...pauses('makestep 1 3, default polls', 'makestep 1 3', '', 470, 472, 830, 4.1 * HOUR),
  ...pauses('makestep 1 -1, default polls', 'makestep 1 -1', '', 470, 474, 470, 470),
  ...pauses('makestep 1 3, polls 4 to 6', 'makestep 1 3', TIGHT, 114, 117, 475, 4 * HOUR),
  ...pauses('makestep 1 -1, polls 4 to 6', 'makestep 1 -1', TIGHT, 114, 118, 115, 115),
  row('6 h without network, at their end', TIGHT, 0.75, {
    world: OUTAGE,
    unit: 'ms',
    measure: offsetAt(18 * HOUR),
  }),
  row('2 h of congestion one way, during it', TIGHT, 132, {
    world: CONGESTION,
    duration: 12 * HOUR,
    measure: rms(CONGESTED_AT, CONGESTED_AT + 2 * HOUR),
  }),
  row('two servers 50 ms apart from noon on', '', 650, {
    world: TWO_FROM_NOON,
    addresses: TWO,
    measure: rms(12 * HOUR, DAY),
  }),
  row('two servers 50 ms apart from the start, after a day', '', 1740, {
    world: TWO_FROM_START,
    addresses: TWO,
    unit: 'ms',
    measure: offsetAt(DAY),
  }),
]
