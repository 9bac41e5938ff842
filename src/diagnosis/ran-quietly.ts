/**
 * For how long a daemon ran that says little: ntpd 4.2.8 logs neither whom it follows nor that it sets the clock, unless it is told to
 * (`logconfig`). That others wrote into its log shows that the machine ran, and nothing of its own that it had trouble; how right its clock was nobody says.
 */
import type { HostLog } from '#analysis/log/host-log.ts'
import type { Seconds } from '#core/time/units.ts'
import type { EventName } from '#core/trace/series.ts'
import type { Keeper } from './keeper.ts'

const LONG: Seconds = 3600
const STARTS: readonly EventName[] = ['version', 'started']
/** What a daemon says that begins, and of what it has. */
const ORDINARY: readonly EventName[] = [
  ...STARTS,
  'resolution',
  'listening',
  'source-added',
  'frequency-set',
  'connecting',
]

export function ranQuietly({ events, others }: HostLog, { daemon }: Keeper): Seconds | undefined {
  const mine = events.all.filter(event => event.daemon === daemon)
  const start = mine.find(({ what }) => STARTS.includes(what))
  if (!start || mine.some(({ what }) => !ORDINARY.includes(what))) return undefined
  const { time } = others.within(start.at, Number.POSITIVE_INFINITY)
  return time > LONG ? time : undefined
}
