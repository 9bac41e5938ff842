/**
 * The lab's daemons against what the real ones reached in clknetsim: accuracy, pauses, outage, congestion, fast clocks,
 * servers that disagree. Each row is a story with the figure of the real daemon, and the model's median over the seeds.
 *
 *   node bench/lab/reference-runs.ts [--row TEXT]... [--seeds N] [--json]
 *
 * Real figures: chronyd 4.8 and 4.3 (which agree), true offset at 1 Hz, medians over 5 to 10 seeds.
 */
import { parseArgs } from 'node:util'
import type { Seconds } from '#core/time/units.ts'
import { type PlayerMaker, type Run, runLab } from '#lab/run.ts'
import { median, quantile, rootMeanSquare, timeUntilBelow } from '#lab/score.ts'
import { type Direction, symmetricLink } from '#worlds/simulated/link.ts'
import type { SimulationConfig } from '#worlds/simulated/world.ts'
import { chronyd } from './chronyd.ts'
import { ADDRESS, LAN, LAN_LINK, START, serverOver } from './standard.ts'

interface Row {
  readonly title: string
  readonly daemon: string
  readonly real: number
  readonly unit: 'µs' | 's' | 'ms'
  readonly world: Omit<SimulationConfig, 'seed' | 'start'>
  readonly duration: Seconds
  readonly player: PlayerMaker
  /** In the unit of the row. */
  measure(run: Run): number
}

const HOUR = 3600
const DAY = 24 * HOUR
const MS = 1e-3

const rms = (from: Seconds, to: Seconds) => (run: Run) => rootMeanSquare(run.offsets, from, to) * 1e6
const below10ms = (after: Seconds) => (run: Run) => timeUntilBelow(run.offsets, 10e-3, after)
const offsetAt = (at: Seconds) => (run: Run) => Math.abs(run.offsets[at]!) * 1e3

const exponential = (base: Seconds, mean: Seconds): Direction => ({
  base,
  jitter: { kind: 'exponential', mean },
})
const path = (up: Seconds, down: Seconds, mean: Seconds) => ({
  up: exponential(up, mean),
  down: exponential(down, mean),
})

const INTERNET = [
  [5, 5],
  [11, 14],
  [22, 20],
  [40, 38],
].map(([up, down], i) => serverOver(path(up! * MS, down! * MS, MS), `192.168.123.${i + 1}`))
const FOUR = INTERNET.map(({ address }) => address)

/** The guest's clocks stand still from 6 h on. */
const PAUSED_AT = 6 * HOUR
const paused = (length: Seconds) => ({ ...LAN, pauses: [{ at: PAUSED_AT, length }] })
const LIVELY = {
  ...LAN,
  oscillator: { frequencyError: 20e-6, wander: 1e-8 },
  servers: [serverOver(symmetricLink(100e-6, 50e-6))],
}

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

const CUT = { loss: 1, base: 100e-6 }
const BEGIN_CONGESTION = 6 * HOUR

const ROWS: readonly Row[] = [
  steady('LAN, default polls', '', 39.8),
  steady('LAN, polls 6', 'minpoll 6 maxpoll 6', 9.1),
  steady('LAN, polls 4 to 6', 'minpoll 4 maxpoll 6', 8.7),
  steady('LAN, polls 4', 'minpoll 4 maxpoll 4', 3.8),
  steady('livelier clock, default polls', '', 71, LIVELY),
  steady('livelier clock, polls 4 to 6', 'minpoll 4 maxpoll 6', 35, LIVELY),
  steady('temperature 1 ppm in 1 h, default polls', '', 29, {
    ...LAN,
    oscillator: { ...LAN.oscillator, temperature: { amplitude: 1e-6, period: HOUR } },
  }),
  steady('four internet servers, default polls', '', 642, { ...LAN, servers: INTERNET }, ...FOUR),
  steady(
    'four internet servers, polls 6',
    'minpoll 6 maxpoll 6',
    435,
    { ...LAN, servers: INTERNET },
    ...FOUR,
  ),
  steady('one far server, 5 ms jitter', '', 1100, {
    ...LAN,
    servers: [serverOver(path(20 * MS, 20 * MS, 5 * MS))],
  }),
  {
    ...steady('2000 ppm fast, from the start', '', 100, {
      ...LAN,
      clock: {},
      oscillator: { frequencyError: 2e-3, wander: 1e-9 },
    }),
    duration: 6 * HOUR,
    measure: rms(0, 6 * HOUR),
  },
  {
    ...steady('450 ppm fast, from the start', '', 61, {
      ...LAN,
      clock: {},
      oscillator: { frequencyError: 450e-6, wander: 1e-9 },
    }),
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
    ...steady('6 h without network, at their end', 'minpoll 4 maxpoll 6', 0.75, {
      ...LAN,
      servers: [
        serverOver({
          ...LAN_LINK,
          changes: [
            { at: 12 * HOUR, up: CUT, down: CUT },
            { at: 18 * HOUR, ...LAN_LINK },
          ],
        }),
      ],
    }),
    unit: 'ms',
    measure: offsetAt(18 * HOUR),
  },
  {
    ...steady('2 h of congestion one way, during it', 'minpoll 4 maxpoll 6', 132, {
      ...LAN,
      servers: [
        serverOver({
          ...LAN_LINK,
          changes: [
            { at: BEGIN_CONGESTION, up: exponential(5.1 * MS, 20 * MS), down: LAN_LINK.down },
            { at: BEGIN_CONGESTION + 2 * HOUR, ...LAN_LINK },
          ],
        }),
      ],
    }),
    duration: 12 * HOUR,
    measure: rms(BEGIN_CONGESTION, BEGIN_CONGESTION + 2 * HOUR),
  },
  {
    ...steady(
      'two servers 50 ms apart from noon on',
      '',
      650,
      {
        ...LAN,
        servers: [
          serverOver(LAN_LINK),
          { ...serverOver(LAN_LINK, FOUR[1]), lies: [{ at: 12 * HOUR, offset: 0.05 }] },
        ],
      },
      FOUR[0]!,
      FOUR[1]!,
    ),
    measure: rms(12 * HOUR, DAY),
  },
  {
    ...steady(
      'two servers 50 ms apart from the start, after a day',
      '',
      1740,
      { ...LAN, servers: [serverOver(LAN_LINK), { ...serverOver(LAN_LINK, FOUR[1]), offset: 0.05 }] },
      FOUR[0]!,
      FOUR[1]!,
    ),
    unit: 'ms',
    measure: offsetAt(DAY),
  },
]

const { values } = parseArgs({
  options: {
    row: { type: 'string', multiple: true },
    seeds: { type: 'string', default: '10' },
    json: { type: 'boolean' },
  },
})

const results = ROWS.filter(({ title }) => !values.row || values.row.some(word => title.includes(word))).map(
  row => {
    const { title, daemon, real, unit, world, duration, player } = row
    const measured = Array.from({ length: Number(values.seeds) }, (_, i) =>
      row.measure(runLab({ world: { ...world, start: START }, seed: i + 1, duration, player })),
    )
    return {
      title,
      daemon,
      unit,
      real,
      model: median(measured),
      p10: quantile(measured, 0.1),
      p90: quantile(measured, 0.9),
    }
  },
)

if (values.json) console.log(JSON.stringify(results, undefined, 2))
else
  for (const { title, daemon, unit, real, model, p10, p90 } of results) {
    const ratio = (model / real).toFixed(2)
    const figures =
      `${real} ${unit}`.padStart(10) + `${short(model)} (${short(p10)}–${short(p90)})`.padStart(26)
    console.log(`${daemon.padEnd(8)}${title.padEnd(54)}${figures}${ratio.padStart(8)}`)
  }

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2)
}
