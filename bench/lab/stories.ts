/** Stories that real daemons lived through in clknetsim, and how a run is measured: what the rows of all daemons share. */
import type { Seconds } from '#core/time/units.ts'
import type { PlayerMaker, Run } from '#lab/run.ts'
import { rootMeanSquare, timeUntilBelow } from '#lab/score.ts'
import { type Direction, symmetricLink } from '#worlds/simulated/link.ts'
import type { SimulationConfig } from '#worlds/simulated/world.ts'
import { ADDRESS, LAN, LAN_LINK, serverOver } from './standard.ts'

export interface Row {
  readonly title: string
  readonly daemon: string
  readonly real: number
  readonly unit: 'µs' | 's' | 'ms' | 'steps'
  readonly world: Omit<SimulationConfig, 'seed' | 'start'>
  readonly duration: Seconds
  readonly player: PlayerMaker
  /** In the unit of the row. */
  measure(run: Run): number
}

/** What differs from a day on a LAN with one server, of which the RMS counts. */
export interface Told {
  readonly world?: Row['world']
  readonly addresses?: readonly string[]
  readonly duration?: Seconds
  readonly unit?: Row['unit']
  measure?(run: Run): number
}

export function rowOf(
  { daemon, title, real }: Pick<Row, 'daemon' | 'title' | 'real'>,
  player: (...addresses: readonly string[]) => PlayerMaker,
  told: Told,
): Row {
  const { world = LAN, addresses = [ADDRESS], duration = DAY, unit = 'µs', measure = rms(HOUR, DAY) } = told
  return { title, daemon, real, unit, world, duration, player: player(...addresses), measure }
}

/** Until 10 ms after pauses of 0.3, 2, 30 and 1200 s. */
export const pauseRows = (row: (length: Seconds, after: Seconds, i: number) => Row): Row[] =>
  [0.3, 2, 30, 1200].map((length, i) => row(length, PAUSED_AT + length, i))

export const HOUR = 3600
export const DAY = 24 * HOUR
export const MS = 1e-3

/** The real runs were looked at once a second, and what happened between two seconds was not. */
export const rms = (from: Seconds, to: Seconds) => (run: Run) =>
  rootMeanSquare({ ...run, breaks: [] }, from, to) * 1e6
export const below10ms = (after: Seconds) => (run: Run) => timeUntilBelow(run.offsets, 10e-3, after)
export const offsetAt = (at: Seconds) => (run: Run) => Math.abs(run.offsets[at]!) * 1e3

export const exponential = (base: Seconds, mean: Seconds): Direction => ({
  base,
  jitter: { kind: 'exponential', mean },
})
export const path = (up: Seconds, down: Seconds, mean: Seconds) => ({
  up: exponential(up, mean),
  down: exponential(down, mean),
})

export const INTERNET = [
  [5, 5],
  [11, 14],
  [22, 20],
  [40, 38],
].map(([up, down], i) => serverOver(path(up! * MS, down! * MS, MS), `192.168.123.${i + 1}`))
export const FOUR = INTERNET.map(({ address }) => address)

/** The guest's clocks stand still from 6 h on. */
export const PAUSED_AT = 6 * HOUR
export const paused = (length: Seconds) => ({ ...LAN, pauses: [{ at: PAUSED_AT, length }] })
export const LIVELY = {
  ...LAN,
  oscillator: { frequencyError: 20e-6, wander: 1e-8 },
  servers: [serverOver(symmetricLink(100e-6, 50e-6))],
}

export const TEMPERATURE = {
  ...LAN,
  oscillator: { ...LAN.oscillator, temperature: { amplitude: 1e-6, period: HOUR } },
}
export const FAR = { ...LAN, servers: [serverOver(path(20 * MS, 20 * MS, 5 * MS))] }
/** From the start, by a clock that is right then. */
export const fast = (frequencyError: number) => ({
  ...LAN,
  clock: {},
  oscillator: { frequencyError, wander: 1e-9 },
})

const CUT = { loss: 1, base: 100e-6 }
/** No network from noon to 18 h. */
export const OUTAGE = {
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
}

/** Two hours in which what goes up takes longer and what comes down does not. */
export const CONGESTED_AT = 6 * HOUR
export const CONGESTION = {
  ...LAN,
  servers: [
    serverOver({
      ...LAN_LINK,
      changes: [
        { at: CONGESTED_AT, up: exponential(5.1 * MS, 20 * MS), down: LAN_LINK.down },
        { at: CONGESTED_AT + 2 * HOUR, ...LAN_LINK },
      ],
    }),
  ],
}

export const TWO = [FOUR[0]!, FOUR[1]!]
export const TWO_FROM_NOON = {
  ...LAN,
  servers: [
    serverOver(LAN_LINK),
    { ...serverOver(LAN_LINK, TWO[1]), lies: [{ at: 12 * HOUR, offset: 0.05 }] },
  ],
}
export const TWO_FROM_START = {
  ...LAN,
  servers: [serverOver(LAN_LINK), { ...serverOver(LAN_LINK, TWO[1]), offset: 0.05 }],
}
