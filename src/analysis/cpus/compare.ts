/**
 * Which processors agree on the time, and how far off are the others?
 *
 * An exchange bounds the difference of two clocks with no assumption but that nothing is seen before it is written: true
 * is what lies between the least difference one way and the least one back. All were compared with one reference. The time
 * of the majority is that of the reference when it belongs to it, else that of the member that is known best; with
 * it every processor has an offset ± bound, and from the first and the last exchange a rate ± bound. Where the rate is surely not
 * 0 the offset is that of the last exchange, else of the one that bounds it best.
 *
 * Two processors that differ have no majority. Then the kernel's own time as of its last tick says which is odd, where
 * the difference is larger than a tick is long; and else nobody can tell.
 */
import { selectTruechimers } from '#core/discipline/select.ts'
import type { CpuClockName, CpuObservations, Exchange, Tick } from '#core/guest/cpu-observations.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { findDrift, type Measured } from '../drift.ts'

/**
 * Clocks that differ by less agree. To move a thread to another processor takes 5 µs and more, so nobody can see it: what is
 * left of the difference then is part of how long the move took.
 */
export const AGREEMENT: Seconds = 1e-6

/** A processor is right by the tick when it shows no more than this after it: 100 Hz, and ticks that came late. */
const TICK_REACH: Seconds = 0.02

export type CpuVerdict =
  | 'agrees'
  | 'odd'
  /** There is nothing to compare it with. */
  | 'alone'
  /** It differs from others, and nothing says who is right. */
  | 'undecided'
  /** No exchange came about in the time. */
  | 'unknown'

export interface CpuClock {
  readonly cpu: number
  /** Time of those that agree minus its clock: positive when it is behind. */
  readonly offset: Seconds | undefined
  readonly bound: Seconds | undefined
  /** Positive when it gains. */
  readonly rate: Rate | undefined
  readonly rateBound: Rate | undefined
  readonly verdict: CpuVerdict
}

export interface CpuComparison {
  readonly clock: CpuClockName
  readonly cpus: readonly CpuClock[]
  /** Whose time the offsets are against. */
  readonly against: number
  /** What says who is right. */
  readonly by: 'majority' | 'tick' | undefined
  /** Whether the kernel's tick goes with those that agree; undefined when it cannot tell them from the others. */
  readonly tickAgrees: boolean | undefined
}

/** Undefined when the clock was not compared at all. */
export function compareClocks(seen: CpuObservations, clock: CpuClockName): CpuComparison | undefined {
  const { cpus, reference } = seen
  const bounds = new Map(
    cpus.map(cpu => [
      cpu,
      cpu === reference
        ? [EXACT]
        : boundsOf(seen.exchanges.filter(of => of.clock === clock && of.cpu === cpu)),
    ]),
  )
  if (cpus.length > 1 && cpus.every(cpu => cpu === reference || bounds.get(cpu)!.length === 0))
    return undefined
  const latest = (cpu: number): Bound | undefined => bounds.get(cpu)!.at(-1)
  const known = cpus.filter(cpu => latest(cpu) !== undefined)
  const { agreeing, by, tickAgrees } = whoAgrees(known, cpu => latest(cpu)!, seen.ticks)
  const against =
    agreeing.includes(reference) || agreeing.length === 0 ? reference : bestKnown(agreeing, latest)
  return {
    clock,
    against,
    by,
    tickAgrees,
    cpus: cpus.map(cpu => ({
      cpu,
      ...(cpus.length === 1
        ? NOTHING
        : offsetAndRate(bounds.get(cpu)!, bounds.get(against)!, cpu === against)),
      verdict: verdictOf(cpu),
    })),
  }

  function verdictOf(cpu: number): CpuVerdict {
    if (cpus.length === 1) return 'alone'
    if (!known.includes(cpu)) return 'unknown'
    if (agreeing.length === 0) return 'undecided'
    return agreeing.includes(cpu) ? 'agrees' : 'odd'
  }
}

/** Reference minus clock, at a time. */
interface Bound {
  readonly at: Seconds
  readonly offset: Seconds
  readonly bound: Seconds
}
const NOTHING = { offset: undefined, bound: undefined, rate: undefined, rateBound: undefined } as const
const EXACT: Bound = { at: 0, offset: 0, bound: 0 }

/** An exchange that contradicts itself was disturbed: a clock moved meanwhile. It tells nothing. */
const boundsOf = (exchanges: readonly Exchange[]): Bound[] =>
  exchanges
    .map(({ at, toCpu, toReference }) => ({
      at,
      offset: (toReference - toCpu) / 2,
      bound: (toReference + toCpu) / 2,
    }))
    .filter(({ bound }) => bound >= 0 && Number.isFinite(bound))
    .sort((a, b) => a.at - b.at)

function whoAgrees(
  cpus: readonly number[],
  boundOf: (cpu: number) => Bound,
  ticks: readonly Tick[],
): { agreeing: readonly number[] } & Pick<CpuComparison, 'by' | 'tickAgrees'> {
  const majorityOf = (some: readonly number[]): readonly number[] | undefined => {
    const selected = selectTruechimers(
      some.map(boundOf).map(({ offset, bound }) => ({
        low: offset - bound - AGREEMENT / 2,
        high: offset + bound + AGREEMENT / 2,
      })),
    )
    return selected.kind === 'majority' ? selected.truechimers.map(i => some[i]!) : undefined
  }
  const byTick = rightByTick(cpus, ticks)
  const agreeing = majorityOf(cpus)
  if (agreeing) {
    const told = byTick !== undefined && agreeing.length < cpus.length
    return {
      agreeing,
      by: 'majority',
      tickAgrees: told ? agreeing.every(cpu => byTick.includes(cpu)) : undefined,
    }
  }
  const right = byTick && majorityOf(byTick)
  if (right) return { agreeing: right, by: 'tick', tickAgrees: true }
  return { agreeing: [], by: undefined, tickAgrees: undefined }
}

/** Undefined when the tick cannot tell them apart: it goes with all or with none, or was not seen everywhere. */
function rightByTick(cpus: readonly number[], ticks: readonly Tick[]): readonly number[] | undefined {
  const right = cpus.filter(cpu => ticks.some(tick => tick.cpu === cpu && Math.abs(tick.since) < TICK_REACH))
  const seenEverywhere = cpus.every(cpu => ticks.some(tick => tick.cpu === cpu))
  return seenEverywhere && right.length > 0 && right.length < cpus.length ? right : undefined
}

const bestKnown = (cpus: readonly number[], latest: (cpu: number) => Bound | undefined): number =>
  cpus.reduce((best, cpu) => (latest(cpu)!.bound < latest(best)!.bound ? cpu : best))

function offsetAndRate(
  own: readonly Bound[],
  others: readonly Bound[],
  same: boolean,
): Omit<CpuClock, 'cpu' | 'verdict'> {
  if (same) return { offset: 0, bound: 0, rate: undefined, rateBound: undefined }
  const measured =
    own[0] === EXACT ? others.map(other => minus(EXACT, other, other.at)) : againstNearest(own, others)
  const drift = findDrift(measured)
  const told = drift && drift.least * drift.most > 0 ? measured.at(-1) : tightest(measured)
  return {
    offset: told?.offset,
    bound: told?.errorBound,
    rate: drift?.rate,
    rateBound: drift && (drift.most - drift.least) / 2,
  }
}

/** Undefined of none. Where the difference does not move, any of them is as good as its bound. */
const tightest = (measured: readonly Measured[]): Measured | undefined =>
  [...measured].sort((a, b) => a.errorBound - b.errorBound)[0]

const againstNearest = (own: readonly Bound[], others: readonly Bound[]): Measured[] =>
  own.map(of => {
    const nearest = others.reduce((a, b) => (Math.abs(b.at - of.at) < Math.abs(a.at - of.at) ? b : a))
    return minus(of, nearest, of.at)
  })

const minus = (a: Bound, b: Bound, at: Seconds): Measured => ({
  at,
  offset: a.offset - b.offset,
  errorBound: a.bound + b.bound,
})
