/** What a daemon's logs, and lines of its configuration beside them, show that it does already: nobody needs to be told to turn on what is on. */

import { decidedAt, firstWord, saidStarts } from '#analysis/log/corrections/corrections-said.ts'
import type { HostLog } from '#analysis/log/host-log.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon, LogEvent } from '#core/trace/series.ts'

export interface Habits {
  /** It stepped the clock long after its start, or its configuration says so: no limit forbids it. */
  readonly stepsAnytime: boolean
  /** It asks its sources as often as `maxpoll 6` would have it, or more often. */
  readonly asksOften: boolean
}

/** The first updates, to which `makestep` may be limited, have passed by then. */
const START: Seconds = 3600
const OFTEN: Seconds = 64
/** A poll is some percent longer at times, and some replies are lost. */
const SLACK = 1.1
const FEW = 8
/** Stamps are of whole seconds. */
const RESOLUTION: Seconds = 2
const SAME = 0.01
/** One may have been ordered by somebody: `chronyc makestep` is logged in the same words. */
const MORE_THAN_BY_HAND = 2

export function habitsOf(log: HostLog, daemon: Daemon): Habits {
  const starts = [log.span?.from ?? Number.NaN, firstWord(log, daemon), ...saidStarts(log, daemon)]
  const asked = log.bestSamples(daemon)
  const intervals = (asked?.exchanges ? asked.census.sources() : [])
    .filter(({ count }) => count >= FEW)
    .map(({ from, to, count }) => (to - from) / (count - 1))
  const late = log.events
    .of('stepped')
    .filter(({ daemon: by, at, size }) => by === daemon && !isNear(starts, at) && !isNear(starts, at - size))
    .filter(({ at }) => starts.some(start => start < at))
  const allowed =
    daemon === 'chrony' && log.timeless.some(({ what, size }) => what === 'steps-allowed' && size < 0)
  return {
    stepsAnytime: allowed || late.length >= MORE_THAN_BY_HAND || late.some(step => wasFound(step, log)),
    asksOften: intervals.length > 0 && intervals.every(each => each <= OFTEN * SLACK),
  }
}

/** By the very update that found the clock wrong, which nobody does by hand; what it was slewing already is stepped with it. */
const wasFound = ({ at, size, daemon }: LogEvent, log: HostLog): boolean =>
  log.events
    .of('offset-found')
    .some(
      found =>
        found.daemon === daemon &&
        Math.abs(found.size - size) <= SAME * Math.abs(size) &&
        Math.abs(found.at - decidedAt({ at, size, by: 'step' })) <= RESOLUTION,
    )

const isNear = (starts: readonly Seconds[], at: Seconds): boolean =>
  starts.some(start => Math.abs(at - start) < START)
