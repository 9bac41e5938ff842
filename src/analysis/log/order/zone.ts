/**
 * In which zone a machine wrote its system log. Syslog and ntpd's own log say only the local time; statistics are in UTC.
 * What both of them tell gives the difference away: a step in the log has the same size as a correction in tracking.log,
 * or is followed by the zero that loopstats has after a step. Zones lie at quarters of an hour.
 */

import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import type { Correction } from '../corrections/corrections.ts'

const QUARTER: Seconds = 900
const FARTHEST = 56 // quarters of an hour: 14 h
const SLACK: Seconds = 5
const SAME = 0.01

/** What is to be added to local stamps; 0 when nothing tells. */
export function zoneOf(
  events: readonly LogEvent[],
  known: { readonly sized: readonly Correction[]; readonly markers: readonly Correction[] },
): Seconds {
  const sizes = events.filter(({ local, what }) => local && (what === 'stepped' || what === 'offset-found'))
  const votes = new Map<number, number>()
  const vote = (difference: Seconds) => {
    const quarters = Math.round(difference / QUARTER)
    if (Math.abs(quarters) > FARTHEST || Math.abs(difference - quarters * QUARTER) > SLACK) return
    votes.set(quarters, (votes.get(quarters) ?? 0) + 1)
  }
  for (const event of sizes) {
    for (const each of known.sized)
      if (Math.abs(each.size - event.size) < SAME * Math.abs(event.size)) vote(each.at - event.at)
    // The zero is stamped by the clock as it is after the step.
    for (const each of known.markers) vote(each.at - event.at - event.size)
  }
  // As few hours as explain as much.
  const best = [...votes].sort((a, b) => b[1] - a[1] || Math.abs(a[0]) - Math.abs(b[0]))[0]
  return best ? best[0] * QUARTER : 0
}
