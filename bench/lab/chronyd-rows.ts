/** What real chronyd reached: 4.8 and 4.3, which agree. */
import { timeUntilBelow } from '#lab/score.ts'
import { chronyd } from './chronyd.ts'
import { ADDRESS, LAN } from './standard.ts'
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
  PAUSED_AT,
  paused,
  type Row,
  rms,
  TEMPERATURE,
  TWO,
  TWO_FROM_NOON,
  TWO_FROM_START,
} from './stories.ts'

const steady = (
  title: string,
  options: string,
  real: number,
  world: Row['world'] = LAN,
  ...addresses: string[]
): Row => ({
  title,
  daemon: 'chrony',
  real,
  unit: 'µs',
  world,
  duration: DAY,
  player: chronyd('makestep 1 3', options)(...(addresses.length > 0 ? addresses : [ADDRESS])),
  measure: rms(HOUR, DAY),
})

const pauseRows = (title: string, makestep: string, options: string, ...real: readonly number[]): Row[] =>
  [0.3, 2, 30, 1200].map((length, i) => ({
    title: `paused ${length} s, ${title}`,
    daemon: 'chrony',
    real: real[i]!,
    unit: 's',
    world: paused(length),
    duration: PAUSED_AT + length + 6 * HOUR,
    player: chronyd(makestep, options)(ADDRESS),
    measure: below10ms(PAUSED_AT + length),
  }))

export const CHRONYD_ROWS: readonly Row[] = [
  steady('LAN, default polls', '', 39.8),
  steady('LAN, polls 6', 'minpoll 6 maxpoll 6', 9.1),
  steady('LAN, polls 4 to 6', 'minpoll 4 maxpoll 6', 8.7),
  steady('LAN, polls 4', 'minpoll 4 maxpoll 4', 3.8),
  steady('livelier clock, default polls', '', 71, LIVELY),
  steady('livelier clock, polls 4 to 6', 'minpoll 4 maxpoll 6', 35, LIVELY),
  steady('temperature 1 ppm in 1 h, default polls', '', 29, TEMPERATURE),
  steady('four internet servers, default polls', '', 642, { ...LAN, servers: INTERNET }, ...FOUR),
  steady(
    'four internet servers, polls 6',
    'minpoll 6 maxpoll 6',
    435,
    { ...LAN, servers: INTERNET },
    ...FOUR,
  ),
  steady('one far server, 5 ms jitter', '', 1100, FAR),
  {
    ...steady('2000 ppm fast, from the start', '', 100, fast(2e-3)),
    duration: 6 * HOUR,
    measure: rms(0, 6 * HOUR),
  },
  {
    ...steady('450 ppm fast, from the start', '', 61, fast(450e-6)),
    duration: 6 * HOUR,
    measure: rms(0, 6 * HOUR),
  },
  {
    ...steady('−50 ms at the start, to 1 ms', '', 6),
    unit: 's',
    duration: HOUR,
    measure: run => timeUntilBelow(run.offsets, 1e-3),
  },
  {
    ...steady('−300 ms at the start, to 1 ms', '', 8, { ...LAN, clock: { offset: -0.3 } }),
    unit: 's',
    duration: HOUR,
    measure: run => timeUntilBelow(run.offsets, 1e-3),
  },
  ...pauseRows('makestep 1 3, default polls', 'makestep 1 3', '', 470, 472, 830, 4.1 * HOUR),
  ...pauseRows('makestep 1 -1, default polls', 'makestep 1 -1', '', 470, 474, 470, 470),
  ...pauseRows('makestep 1 3, polls 4 to 6', 'makestep 1 3', 'minpoll 4 maxpoll 6', 114, 117, 475, 4 * HOUR),
  ...pauseRows('makestep 1 -1, polls 4 to 6', 'makestep 1 -1', 'minpoll 4 maxpoll 6', 114, 118, 115, 115),
  {
    ...steady('6 h without network, at their end', 'minpoll 4 maxpoll 6', 0.75, OUTAGE),
    unit: 'ms',
    measure: offsetAt(18 * HOUR),
  },
  {
    ...steady('2 h of congestion one way, during it', 'minpoll 4 maxpoll 6', 132, CONGESTION),
    duration: 12 * HOUR,
    measure: rms(CONGESTED_AT, CONGESTED_AT + 2 * HOUR),
  },
  {
    ...steady('two servers 50 ms apart from noon on', '', 650, TWO_FROM_NOON, ...TWO),
    measure: rms(12 * HOUR, DAY),
  },
  {
    ...steady('two servers 50 ms apart from the start, after a day', '', 1740, TWO_FROM_START, ...TWO),
    unit: 'ms',
    measure: offsetAt(DAY),
  },
]
