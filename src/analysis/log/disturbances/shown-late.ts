/**
 * What looks like the jump of one source and is an old sample of it. ntpd's filter shows the best of the last eight: while the clock is on
 * its way, as when it is slewed for hours, one row may have what was so eight polls ago, and the next one what is so now. By no more can a
 * source differ from the others than they show that the clock went in that time.
 */
import { upperMedian } from '#core/number/quantile.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { SampleSeries } from '../host-log.ts'
import type { Census } from '../sources/census.ts'
import { LONGEST_POLL } from '../sources/longest-poll.ts'
import { SLEW_LIMIT } from './changes.ts'
import type { Disturbance } from './disturbance.ts'
import { FILTERED_WAIT } from './jumps.ts'
import { activeSources, movedApart } from './one-stayed.ts'

/** In this time before and after, each source has shown several times where the clock was. */
const NEARBY: Seconds = 3600

/** Of its jump: some of that may have been lateness. */
const STAYS = 0.5

export function isShownLate(each: Disturbance, { census }: SampleSeries): boolean {
  const { size, uncertainty, local, sources, seenIn = 0, unasked = 0 } = each
  const others = activeSources(census, local).filter(other => !sources.includes(other))
  const rates = others
    .map(other => fastest(span => census.medianIn(other, [span]), local))
    .filter(rate => !Number.isNaN(rate))
  const age = seenIn + FILTERED_WAIT * Math.min(unasked, LONGEST_POLL)
  const late = Math.abs(size) - uncertainty < Math.min(upperMedian(rates), SLEW_LIMIT) * age
  return late && !staysApart(each, census)
}

/** Ever since it is away from all others: what is shown late comes back to them with the next sample. */
function staysApart({ size, sources, local }: Disturbance, census: Census): boolean {
  const apart = movedApart(census, { witnesses: sources, ...local })
  return apart.length > 0 && apart.every(by => by / size > STAYS && by / size < 1 / STAYS)
}

interface Span {
  readonly from: Seconds
  readonly to: Seconds
}

/** How fast it went from one of these times to the next: before, meanwhile, after. */
function fastest(level: (span: Span) => Seconds, { from, to }: Span): Rate {
  const spans = [
    { from: from - NEARBY, to: from },
    { from, to },
    { from: to, to: to + NEARBY },
  ]
  const shown = spans
    .map(span => ({ at: (span.from + span.to) / 2, level: level(span) }))
    .filter(one => !Number.isNaN(one.level))
  const rates = shown
    .slice(1)
    .map(({ at, level }, i) => Math.abs((level - shown[i]!.level) / (at - shown[i]!.at)))
  return rates.length > 0 ? Math.max(...rates) : Number.NaN
}
