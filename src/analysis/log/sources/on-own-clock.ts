/**
 * When a daemon followed the clock that it keeps, as it does that has lost its sources and was told to fall back on that: by
 * its messages, or by its statistics. What the clock is off by when others are heard again has gathered meanwhile.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import type { HostLog } from '../host-log.ts'
import { SLACK } from '../order/eras.ts'
import type { OnOwnClock } from './own-clock.ts'

/** As daemons and their tools name it. */
export const NAMES_LOCAL_CLOCK = /\.LOCL\.|\b127\.127\.1\.\d+\b|LOCAL\(\d+\)|\b7F7F0101\b/
/** ntpd waits for a quarter of an hour before it steps, and for some polls. */
const FOUND_WITHIN: Seconds = 3600
/** No clock that was kept well before goes wrong faster. */
const FASTEST: Rate = 5e-4

export const isOfLocalClock = ({ text }: LogEvent): boolean => NAMES_LOCAL_CLOCK.test(text)

export function onOwnClock(log: HostLog): OnOwnClock[] {
  const selected = log.events.of('selected')
  const ends = [...selected, ...log.events.of('ended', 'started', 'version')]
  const said = selected.filter(isOfLocalClock).map(({ at, file, line }) => {
    const to = Math.min(...ends.filter(end => end.at > at).map(end => end.at))
    return {
      from: at,
      to: Number.isFinite(to) ? to : Math.max(at, log.span?.to ?? lastWord(log, at)),
      file,
      line,
    }
  })
  return [
    ...said,
    ...log.ownClock.spans.filter(({ from, to }) => !said.some(each => each.from < to && each.to > from)),
  ].sort((a, b) => a.from - b.from)
}

/** Without statistics: by whoever wrote into the log of the system meanwhile. */
const lastWord = (log: HostLog, since: Seconds): Seconds =>
  Math.max(log.others.within(since, Number.POSITIVE_INFINITY).to, ...log.events.all.map(({ at }) => at))

/** What was found wrong soon after such a time, and may have gathered in it. */
export const gatheredIn = (
  { from, to }: Pick<OnOwnClock, 'from' | 'to'>,
  { at, size }: { readonly at: Seconds; readonly size: Seconds },
  fastest: Rate = FASTEST,
): boolean => at >= to - SLACK && at - size <= to + FOUND_WITHIN && Math.abs(size) <= fastest * (at - from)
