/**
 * What real ntpd 4.2.8p6 -x reached with the loop of the daemon, which adjtime carries out: medians over 6 to 20 seeds. It was begun
 * half a second past the simulator's seconds. At a full second two adjtimes meet one second of the simulator, or none, whenever the
 * clock crosses it; that holds the clock there within microseconds, for days and at the longest poll, as no kernel does.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { SimulationConfig } from '#worlds/simulated/world.ts'
import { ntpd } from './ntpd.ts'
import { LAN_LINK, serverOver } from './standard.ts'
import { below10ms, DAY, FOUR, HOUR, type Row, rms, rowOf, type Told } from './stories.ts'

const NEW = '4.2.8p6'
const RATE: Rate = 12e-6
const PAUSE: Seconds = 1200
/** Nobody took longer. */
const WATCHED: Seconds = 16_000

type Pauses = NonNullable<SimulationConfig['pauses']>

interface Begun {
  readonly servers: 1 | 4
  /** The drift file tells the frequency. */
  readonly knowsDrift?: boolean
  readonly offset?: Seconds
}

function slewing(title: string, real: number, begun: Begun, told: Told, pauses: Pauses = []): Row {
  const { servers, knowsDrift, offset = 0 } = begun
  const addresses = FOUR.slice(0, servers)
  const lines = { options: '-x', lines: ['tinker panic 0'], ...(knowsDrift && { drift: -RATE }) }
  const world = {
    oscillator: { frequencyError: RATE, wander: 1e-9 },
    clock: { offset },
    servers: addresses.map(address => serverOver(LAN_LINK, address)),
    pauses,
  }
  return rowOf({ daemon: NEW, title: `-x, ${title}`, real }, ntpd(NEW, lines), { ...told, addresses, world })
}

const pausedAfter = (at: Seconds, title: string, real: number, begun: Begun): Row =>
  slewing(
    `paused ${PAUSE} s after ${title}`,
    real,
    begun,
    { unit: 's', duration: at + PAUSE + WATCHED, measure: below10ms(at + PAUSE) },
    [{ at, length: PAUSE }],
  )

const BEHIND: Seconds = -0.01

export const NTPD_SLEW_ROWS: readonly Row[] = [
  slewing(
    '3 quiet days, one server',
    500,
    { servers: 1 },
    { duration: 3 * DAY, measure: rms(HOUR, 3 * DAY) },
  ),
  pausedAfter(3 * DAY, '3 days, one server', 2427, { servers: 1 }),
  pausedAfter(3 * DAY, '3 days, four servers', 816, { servers: 4 }),
  pausedAfter(6 * HOUR, '6 h, four servers', 808, { servers: 4 }),
  pausedAfter(6 * HOUR, '6 h, four servers, a drift file', 812, { servers: 4, knowsDrift: true }),
  pausedAfter(6 * HOUR, '6 h, four servers, begun 10 ms behind', 4970, { servers: 4, offset: BEHIND }),
  pausedAfter(6 * HOUR, '6 h, four servers, a drift file, begun 10 ms behind', 8740, {
    servers: 4,
    knowsDrift: true,
    offset: BEHIND,
  }),
]
