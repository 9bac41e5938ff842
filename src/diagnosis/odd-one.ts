/**
 * Of several hosts that should be alike, which one is the odd one (field report 002 had two of the same kind, and one of
 * them was wrong)? Offsets are compared as before and after a change are: window by window, so that chance has its say;
 * and what only one of them has been found guilty of counts, too. What the way to its servers explains makes nobody odd.
 */

import { SampleSeries, type UpdateSeries } from '#analysis/log/host-log.ts'
import { compareOffsets } from '#analysis/log/statistics/compare.ts'
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Explained } from './explain.ts'
import type { FindingName } from './finding.ts'

/** Less than so many times the others' offsets is no oddity. */
const TIMES = 3

export interface OddOne {
  readonly name: string
  /** How many times as large as the median of the others its offsets are (95 % of them below); NaN where no kind of log is common to them. */
  readonly times: number
  /** Troubles that no other host has. */
  readonly alone: readonly FindingName[]
}

/** Undefined when none stands out, or more than one. */
export function oddOneOf(hosts: readonly Explained[]): OddOne | undefined {
  if (hosts.length < 2) return undefined
  const odd = hosts
    .map(host =>
      against(
        host,
        hosts.filter(other => other !== host),
      ),
    )
    .filter(one => one !== undefined)
  return odd.length === 1 ? odd[0] : undefined
}

function against(host: Explained, others: readonly Explained[]): OddOne | undefined {
  const [mine, ...theirs] = alikeSeriesOf([host, ...others])
  const sizes = theirs.map(({ offset }) => offset.sizes.at(0.95))
  const size = mine?.offset.sizes.at(0.95) ?? Number.NaN
  const times = sizes.length > 0 ? size / upperMedian(sizes) : Number.NaN
  const larger =
    mine !== undefined &&
    times >= TIMES &&
    size > explainedOf(mine) &&
    theirs.every(({ offset }) => compareOffsets(mine.offset, offset).outcome === 'better')
  const known = new Set(others.flatMap(troublesOf))
  const alone = [...new Set(troublesOf(host).filter(name => !known.has(name)))]
  const othersWell = others.every(other => troublesOf(other).length === 0)
  return larger || (alone.length > 0 && othersWell) ? { name: host.name, times, alone } : undefined
}

/** What its own ways may hide: a host far from its servers is no odd one among others that are near. Of updates its daemon has averaged that. */
function explainedOf(series: SampleSeries | UpdateSeries): Seconds {
  const sources = series instanceof SampleSeries ? series.census.sources() : []
  const delays = sources.map(({ meanDelay }) => meanDelay).filter(delay => delay > 0)
  return delays.length > 0 ? upperMedian(delays) / 2 : 0
}

/** What says most of this host's clock; or that of a kind of log, if it has any. */
export const seriesOf = (
  { keepers, log }: Explained,
  format?: string,
): SampleSeries | UpdateSeries | undefined =>
  format === undefined
    ? (keepers.map(({ daemon }) => log.ownOffsetOf(daemon)).find(Boolean) ?? [...log.updates.values()][0])
    : [...log.samples.values(), ...log.updates.values()].find(series => series.format === format)

/**
 * Of the one kind of log that all of them have whose clocks were measured at all: offsets are larger in one kind than in another. None
 * where there is no such kind, or the first was not measured.
 */
function alikeSeriesOf(hosts: readonly Explained[]): (SampleSeries | UpdateSeries)[] {
  const measured = hosts.filter(host => seriesOf(host) !== undefined)
  if (measured[0] !== hosts[0] || measured.length === 0) return []
  const [first] = measured
  const formats = [seriesOf(first!)!, ...first!.log.samples.values(), ...first!.log.updates.values()].map(
    ({ format }) => format,
  )
  const common = formats.find(format => measured.every(host => seriesOf(host, format) !== undefined))
  return common === undefined ? [] : measured.map(host => seriesOf(host, common)!)
}

const troublesOf = ({ findings }: Explained): FindingName[] =>
  findings.filter(({ severity }) => severity === 'warning' || severity === 'critical').map(({ name }) => name)
