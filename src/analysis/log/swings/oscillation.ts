/**
 * Whether the offset swings to and fro in a rhythm: as measurements or updates show it, or else as ntpd's messages tell it.
 * A pause and what is corrected too much after it swing, too, but a few times only.
 */
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import type { Correction } from '../corrections/corrections.ts'
import { largestWithin } from '../corrections/own-steps.ts'
import { alikeOf } from '../disturbances/alike.ts'
import type { Disturbance } from '../disturbances/disturbance.ts'
import type { HostLog, SampleSeries, UpdateSeries } from '../host-log.ts'
import type { Bucket } from '../statistics/envelope.ts'
import { refinePeriod } from './period.ts'
import type { Excursion, Swing } from './swings.ts'
import { type Teeth, teethOf } from './teeth.ts'
import { swingsToldBy } from './told-swings.ts'

const LARGE: Seconds = 0.03
const LEAST_SWINGS = 6
/** Swings for each jump: fewer are of the jumps, and where there are more some jumps are its own. */
const OF_JUMPS = 3
const SURELY = 6
/** Of jumps of one size not all are seen, and chronyd goes too far more than once after each. */
const OF_ALIKE = 12
/** Beyond what a sine does at most. */
const MARGIN = 1.3
/** It goes on: what swings after each of a few jumps, with quiet hours between, does not. */
const OF_ITS_TIME = 0.3
/** A swing of fewer measurements may be one that was off. */
const FEW = 3
/** Of its top a swing has at least this on the average. */
const HELD = 0.4
const MOST = 0.6
/** A sine explains at least this: of the noise of a network it explained 0.05 at most, of oscillations a half and more. */
const OF_ALL = 0.15
/** Of the tops. */
const QUIET = 0.02
const HOUR: Seconds = 3600

export interface Oscillation {
  readonly swings: readonly Swing[]
  readonly period: Seconds
  /** Of a saw: something moves the clock in that rhythm. */
  readonly teeth?: Teeth | undefined
}

export function oscillationOf(
  log: HostLog,
  daemon: Daemon,
  jumps: readonly Disturbance[],
  own: readonly Correction[],
): Oscillation | undefined {
  const measured = log.bestSamples(daemon) ?? log.updatesOf(daemon)
  const found = measured ? measuredBy(measured) : swingsToldBy(log, daemon)
  if (!found || areOfOneSize(jumps, found)) return undefined
  const left = within(found, withoutSlow(jumps, jumps, found, own))
  if (left.length * OF_JUMPS > found.swings.length) return undefined
  return measured
    ? { ...found, teeth: teethOf(measured.offset.envelope.buckets(), found.swings, own) }
    : found
}

/** From top to top a clock goes to both sides, and seen from poll to poll by all sizes; what somebody does to it has one size, and makes swings by what is corrected too much. */
function areOfOneSize(jumps: readonly Disturbance[], { swings }: Oscillation): boolean {
  const alike = alikeOf(jumps)
  return (
    alike.length >= LEAST_SWINGS &&
    alike.length >= MOST * jumps.length &&
    alike.length * OF_ALIKE >= swings.length
  )
}

/**
 * Jumps that are no larger than from one top of it to the next one below: the clock was on its way from one to the other. Where they
 * are many, those that are no faster than it swings.
 */
export function withoutItsOwn(
  jumps: readonly Disturbance[],
  of: Oscillation,
  own: readonly Correction[],
): Disturbance[] {
  const its = within(of, jumps)
  const fast = withoutSlow(jumps, jumps, of, own)
  if (its.length * SURELY > of.swings.length) return fast
  const most = 2 * topOf(of, its.length)!
  return fast.filter(each => !its.includes(each) || Math.abs(each.size) > most)
}

/**
 * Without what is no faster than it swings, by the tops that are left if each jump of the clock made some, and by what ntpd set
 * meanwhile: from one poll to the next that looks like a jump, of the clock or of a source that was asked at another time.
 */
export function withoutSlow(
  all: readonly Disturbance[],
  jumps: readonly Disturbance[],
  of: Oscillation,
  own: readonly Correction[],
): Disturbance[] {
  const top = topOf(of, within(of, jumps).length)
  if (top === undefined) return [...all]
  const rate = (2 * Math.PI * top) / of.period
  const [first, last] = [of.swings[0]!.at - 2 * of.period, of.swings.at(-1)!.at + of.period]
  return all.filter(each => {
    const { from, to } = each.local
    const most = MARGIN * rate * (to - from) + largestWithin(each, own)
    return from < first || from > last || Math.abs(each.size) - each.uncertainty > most
  })
}

/** A jump makes at most two tops of its own. */
const topOf = ({ swings }: Oscillation, jumps: number): Seconds | undefined =>
  swings.map(({ peak }) => Math.abs(peak)).sort((a, b) => b - a)[2 * jumps]

const within = ({ swings }: Oscillation, jumps: readonly Disturbance[]): Disturbance[] =>
  jumps.filter(({ from }) => from > swings[0]!.at - HOUR && from < swings.at(-1)!.at)

function measuredBy({ swings: { all }, offset }: SampleSeries | UpdateSeries): Oscillation | undefined {
  const swings = all.filter(({ peak }) => Math.abs(peak) >= LARGE)
  const rough = rhythmOf(swings)
  if (rough === undefined) return undefined
  const buckets = offset.envelope.buckets()
  if (isQuietBetween(swings, buckets)) return undefined
  const { period, explained } = refinePeriod(buckets, rough)
  return explained > OF_ALL || isHeld(swings) ? { swings, period } : undefined
}

/** What swings is near zero a twentieth of its time; a clock that is disturbed in a rhythm is right for most of it. */
function isQuietBetween(swings: readonly Swing[], buckets: readonly Bucket[]): boolean {
  const [first, last] = [swings[0]!.at, swings.at(-1)!.at]
  const meanwhile = buckets.filter(({ from, to }) => to > first && from < last)
  const top = upperMedian(swings.map(({ peak }) => Math.abs(peak)))
  return upperMedian(meanwhile.map(each => Math.abs(each.last))) < QUIET * top
}

/**
 * A clock that swings is off for the whole of each swing, by two thirds of the top of a sine; late packets are off alone. So it
 * is known, too, where its phase does not last.
 */
function isHeld(swings: readonly Excursion[]): boolean {
  const held = swings.filter(({ rows, mean, peak }) => rows >= FEW && mean / peak > HELD)
  return held.length > MOST * swings.length
}

function rhythmOf(swings: readonly Swing[]): Seconds | undefined {
  if (swings.length < LEAST_SWINGS) return undefined
  const gaps = swings
    .slice(1)
    .map(({ at }, i) => at - swings[i]!.at)
    .filter(gap => gap > 0)
  const median = upperMedian(gaps)
  if (!median) return undefined
  const regular = gaps.filter(gap => gap > 0.5 * median && gap < 2 * median)
  const swung = regular.reduce((sum, gap) => sum + gap, 0)
  const lasts = swings.at(-1)!.at - swings[0]!.at
  return regular.length > 0.5 * gaps.length && swung > OF_ITS_TIME * lasts ? 2 * median : undefined
}
