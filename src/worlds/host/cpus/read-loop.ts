/**
 * Reads one clock as often as can be (field report 003 did it with `date`, a thousand times a second), by a thread that
 * visits one processor after the other, and keeps what is strange: a reading that is earlier than the one before, or
 * a good deal later. The latter is mostly another program that ran; but a jump there and back begins with it.
 */
import type { ReadingLoop, Strange, Tick } from '#core/guest/cpu-observations.ts'
import type { Reader } from './reader.ts'

export interface ReadLoopOrder {
  readonly cpus: readonly number[]
  /** In ns by the clock itself, on each processor. */
  readonly each: number
}

export type LoopSeen = Omit<ReadingLoop, 'clock' | 'reported'> & { readonly ticks: readonly Tick[] }

/** A processor is visited so long, and then again after the others; ns. */
const VISIT = 10e6
const LATER = 1e6
const MOST_KEPT = 1000
/** In seconds. */
const toSeconds = (ns: number): number => ns / 1e9

export function readLoop(
  { cpus, each }: ReadLoopOrder,
  read: Reader,
  tick: Reader | undefined,
  visit: (cpu: number) => void,
): LoopSeen {
  const strange: Strange[] = []
  const ticks = new Map<number, number>()
  let readings = 0
  let elapsed = 0
  let backwards = 0
  let smallest = Number.POSITIVE_INFINITY
  let last: number | undefined
  let before = cpus[0]!

  const keep = (size: number, at: number, cpu: number): void => {
    if (size < 0) backwards++
    if (strange.length < MOST_KEPT) strange.push({ at: toSeconds(at), before, cpu, size: toSeconds(size) })
  }

  const rounds = Math.max(1, Math.round(each / VISIT))
  for (let round = 0; round < rounds; round++) {
    for (const cpu of cpus) {
      visit(cpu)
      let at = read()
      if (last !== undefined && (at < last || (cpu !== before && at - last > LATER)))
        keep(at - last, elapsed, cpu)
      before = cpu
      if (tick) {
        const since = at - tick()
        if (Math.abs(since) < Math.abs(ticks.get(cpu) ?? Number.POSITIVE_INFINITY)) ticks.set(cpu, since)
      }
      const began = at
      // Backward jumps would prolong a visit, and forward ones end it: so its readings are limited as well.
      for (let n = 0; at - began < each / rounds && n < MOST_READINGS; n++) {
        const now = read()
        const step = now - at
        if (step > 0 && step < smallest) smallest = step
        if (step < 0 || step > LATER) keep(step, elapsed + (at - began), cpu)
        at = now
        readings++
      }
      elapsed += Math.max(0, at - began)
      last = at
    }
  }
  return {
    readings,
    elapsed: toSeconds(elapsed),
    smallest: Number.isFinite(smallest) ? toSeconds(smallest) : undefined,
    backwards,
    strange,
    ticks: [...ticks].map(([cpu, since]) => ({ cpu, since: toSeconds(since) })),
  }
}

/** In one visit: a clock that stands still would not end it. */
const MOST_READINGS = 2e6
