/**
 * Which measurements say most of a daemon's clock, where its log has several kinds. Single exchanges say more than what a filter let
 * through. A reference clock is read every second; but what the NMEA sentences of a GPS tell scatters by tens of
 * milliseconds, may be late by a part of a second, and is often there only to number the seconds (`noselect`). It is the measure where it
 * agrees with the servers that were asked beside it, and scatters less.
 */
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import type { SampleSeries } from '../host-log.ts'
import type { Census } from '../sources/census.ts'
import { mostExplained } from '../sources/most-explained.ts'

/** chrony's refclocks.log. */
export const REFERENCE_CLOCKS = 'chrony refclocks'
/** Who was heard less often is no measure of others. */
const LEAST_ROWS = 8

export function bestOf(all: readonly SampleSeries[]): SampleSeries | undefined {
  const [best, next] = all.toSorted((a, b) => Number(b.exchanges) - Number(a.exchanges) || b.rows - a.rows)
  if (!best || !next?.exchanges) return best
  const [clocks, servers] = best.format === REFERENCE_CLOCKS ? [best, next] : [next, best]
  return clocks.format !== REFERENCE_CLOCKS || isFiner(clocks.census, servers.census) ? best : servers
}

/** The census of the one of them that heard most sources: that which says most where none heard more. */
export function broadestOf(all: readonly SampleSeries[]): SampleSeries | undefined {
  const best = bestOf(all)
  return all.reduce(
    (most, each) => (most && heardOften(each.census).length <= heardOften(most.census).length ? most : each),
    best,
  )
}

function isFiner(clocks: Census, servers: Census): boolean {
  const heard = heardOften(servers)
  const read = heardOften(clocks)
  if (heard.length === 0 || read.length === 0) return true
  const scatter = (census: Census, of: typeof heard): Seconds =>
    Math.min(...of.map(({ source }) => census.spread(source)))
  if (scatter(clocks, read) > scatter(servers, heard)) return false
  const middle = upperMedian(heard.map(({ level }) => level))
  const explained = Math.max(...heard.map(({ leastDelay }) => mostExplained(leastDelay)))
  return read.every(({ level }) => Math.abs(level - middle) <= explained)
}

const heardOften = (census: Census) => census.sources().filter(({ count }) => count >= LEAST_ROWS)
