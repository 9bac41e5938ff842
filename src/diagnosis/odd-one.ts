/**
 * Of several hosts that should be alike, which one is the odd one (field report 002 had two of the same kind, and one of
 * them was wrong)? Offsets are compared as before and after a change are: window by window, so that chance has its say;
 * and what only one of them has been found guilty of counts, too.
 */
import { compareOffsets } from '#analysis/log/compare.ts'
import type { OffsetMeasures, SampleSeries, UpdateSeries } from '#analysis/log/host-log.ts'
import { upperMedian } from '#core/number/median.ts'
import type { Explained } from './explain.ts'
import type { FindingName } from './finding.ts'

/** Less than so many times the others' offsets is no oddity. */
const TIMES = 3

export interface OddOne {
  readonly name: string
  /** How many times as large as the median of the others its offsets are (95 % of them below); NaN when not known. */
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
  const mine = offsetOf(host)
  const theirs = others.map(offsetOf).filter(offset => offset !== undefined)
  const sizes = theirs.map(({ sizes }) => sizes.at(0.95))
  const times = mine && sizes.length > 0 ? mine.sizes.at(0.95) / upperMedian(sizes) : Number.NaN
  const larger =
    mine !== undefined &&
    times >= TIMES &&
    theirs.every(offset => compareOffsets(mine, offset).outcome === 'better')
  const known = new Set(others.flatMap(troublesOf))
  const alone = [...new Set(troublesOf(host).filter(name => !known.has(name)))]
  const othersWell = others.every(other => troublesOf(other).length === 0)
  return larger || (alone.length > 0 && othersWell) ? { name: host.name, times, alone } : undefined
}

/** What says most of this host's clock; or that of a kind of log, if it has any. */
export const seriesOf = (
  { keepers, log }: Explained,
  format?: string,
): SampleSeries | UpdateSeries | undefined =>
  format === undefined
    ? (keepers.map(({ daemon }) => log.ownOffsetOf(daemon)).find(Boolean) ?? [...log.updates.values()][0])
    : [...log.samples.values(), ...log.updates.values()].find(series => series.format === format)

const offsetOf = (host: Explained): OffsetMeasures | undefined => seriesOf(host)?.offset

const troublesOf = ({ findings }: Explained): FindingName[] =>
  findings.filter(({ severity }) => severity === 'warning' || severity === 'critical').map(({ name }) => name)
