/** The clocks of all processors, judged: who agrees, what was seen to go back, and how late timers are. */

import {
  CPU_CLOCKS,
  type CpuClockName,
  type CpuObservations,
  type CpuSuspects,
  type ReadingLoop,
} from '#core/guest/cpu-observations.ts'
import { type Blip, findBlips } from './blips.ts'
import { type CpuClock, type CpuComparison, compareClocks } from './compare.ts'
import { isOwn, type Lateness, latenessOf } from './lateness.ts'

export interface CpuClocks {
  readonly clock: CpuClockName
  /** Undefined when the clock cannot be read here. */
  readonly compared: CpuComparison | undefined
  readonly cpus: readonly (CpuClock & { readonly late: Lateness | undefined })[]
  /** The same for the other clocks that were compared, which tell where a difference comes from. */
  readonly others: readonly CpuComparison[]
  readonly blips: readonly Blip[]
  readonly loops: readonly ReadingLoop[]
  /** Timers that were set by one processor's clock and served by another one. */
  readonly crossed: readonly Lateness[]
}

export function judgeClocks(seen: CpuObservations): CpuClocks {
  const compared = compareClocks(seen, seen.clock)
  const lateness = latenessOf(seen.sleeps)
  const own = new Map(lateness.filter(isOwn).map(each => [each.on, each]))
  return {
    clock: seen.clock,
    compared,
    cpus: seen.cpus.map(cpu => ({
      ...(compared?.cpus.find(each => each.cpu === cpu) ?? unknownClock(cpu)),
      late: own.get(cpu),
    })),
    others: CPU_CLOCKS.filter(clock => clock !== seen.clock && seen.cpus.length > 1)
      .map(clock => compareClocks(seen, clock))
      .filter(comparison => comparison !== undefined),
    blips: findBlips(seen.loops, new Set(oddOf(compared))),
    loops: seen.loops,
    crossed: lateness.filter(each => !isOwn(each)),
  }
}

const unknownClock = (cpu: number): CpuClock => ({
  cpu,
  offset: undefined,
  bound: undefined,
  rate: undefined,
  rateBound: undefined,
  verdict: 'unknown',
})

export const oddOf = (compared: CpuComparison | undefined): number[] =>
  (compared?.cpus ?? []).filter(({ verdict }) => verdict === 'odd').map(({ cpu }) => cpu)

/** Undefined when nobody is odd, or nobody can tell who. */
export function suspectsOf(seen: CpuObservations): CpuSuspects | undefined {
  const compared = compareClocks(seen, seen.clock)
  const odd = oddOf(compared)
  const right = compared?.cpus.find(({ verdict }) => verdict === 'agrees')
  return odd.length > 0 && right ? { odd, right: right.cpu } : undefined
}

/** Timers that are later than this are of no use. */
const USELESS = 0.5

/**
 * On which processors a program sees one clock, and timers that fire: those that agree, or the only one. Where timers are
 * late on all of these the machine is busy, and none is worse than the others.
 */
export function goodCpus({ cpus }: Pick<CpuClocks, 'cpus'>): number[] {
  const right = cpus.filter(({ verdict }) => verdict === 'agrees' || verdict === 'alone')
  const punctual = right.filter(({ late }) => !(late && late.typical > USELESS))
  return (punctual.length > 0 ? punctual : right).map(({ cpu }) => cpu)
}
