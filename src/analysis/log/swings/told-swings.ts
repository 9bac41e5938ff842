/**
 * An oscillation as ntpd's messages alone tell it. Each time that ntpd is further off than its step threshold it says by how
 * much, and again when it steps: of swings these are the tops, now on one side, now on the other. A machine that is paused
 * is behind each time, and a wrong rate goes to one side.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import type { HostLog } from '../host-log.ts'
import type { Oscillation } from './oscillation.ts'
import { surePeriod } from './period.ts'
import type { Swing } from './swings.ts'

/** What is further off was no swing of a loop: ntpd steps long before. */
const MOST: Seconds = 1
/** More are of no use for a period, and take time. */
const ENOUGH = 256
const LEAST_SWINGS = 6

/** Undefined where there are too few, or no period is seen in them. */
export function swingsToldBy(log: HostLog, daemon: Daemon): Oscillation | undefined {
  if (daemon !== 'ntpd') return undefined
  const tops = log.events
    .of('spike', 'stepped')
    .filter(event => event.daemon === daemon && Math.abs(event.size) < MOST)
    .map(({ at, size }) => ({ at, offset: size }))
    .sort((a, b) => a.at - b.at)
    .slice(0, ENOUGH)
  const swings: Swing[] = []
  for (const { at, offset } of tops) {
    const last = swings.at(-1)
    if (!last || last.peak > 0 !== offset > 0) swings.push({ at, peak: offset })
    else if (Math.abs(offset) > Math.abs(last.peak)) swings[swings.length - 1] = { at, peak: offset }
  }
  if (swings.length < LEAST_SWINGS) return undefined
  const period = surePeriod(tops)
  return period === undefined ? undefined : { swings, period }
}
