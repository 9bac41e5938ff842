/** Readings of `date` in a row: those that come from another clock, and those before which the one clock was set back. */
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'

/** `date` has whole seconds, and a loop over the processors takes some time. */
export const LEAST: Seconds = 2
/** The same where it was told to print decimals: starting a program takes some milliseconds. */
const LEAST_WITH_DECIMALS: Seconds = 0.05

/** What is no difference yet between readings of this run. */
export const leastOf = (run: readonly LogEvent[]): Seconds =>
  run.some(({ size }) => !Number.isInteger(size)) ? LEAST_WITH_DECIMALS : LEAST

/**
 * Readings on lines that follow each other: all without a processor, all of one, or one of each. Where a processor comes again
 * the loop over them began again, and between two loops any time may pass.
 */
export function neighbours(readings: readonly LogEvent[]): LogEvent[][] {
  const runs: LogEvent[][] = []
  for (const reading of readings) {
    const last = runs.at(-1)?.at(-1)
    const follows =
      last !== undefined &&
      last.file === reading.file &&
      reading.line - last.line === 1 &&
      (last.source === undefined) === (reading.source === undefined) &&
      goesOn(runs.at(-1)!, reading)
    if (follows) runs.at(-1)!.push(reading)
    else runs.push([reading])
  }
  return runs.filter(({ length }) => length > 1)
}

function goesOn(run: readonly LogEvent[], { source }: LogEvent): boolean {
  const first = run[0]!.source
  const ofOne = run.length > 1 && run[1]!.source === first
  return run.length === 1 || (ofOne ? source === first : run.every(each => each.source !== source))
}

export interface Behind {
  readonly reading: LogEvent
  readonly before: LogEvent
  /** Less than it would have been. */
  readonly by: Seconds
}

/**
 * Time that goes back and is then, at once, where it would have been, was read from another clock. Where it goes on from
 * there at its usual pace, the clock was set back; it passes where it had been like any other second.
 */
export function goingBack(run: readonly LogEvent[]): { odd: Behind[]; back: Behind[] } {
  const waits = run.slice(1).map((each, i) => each.size - run[i]!.size)
  const forward = waits.filter(wait => wait >= 0)
  const usual = forward.length > 0 ? upperMedian(forward) : 0
  const least = leastOf(run)
  const odd: Behind[] = []
  const back: Behind[] = []
  let most = run[0]!
  let pending: Behind[] = []
  for (const [i, reading] of run.entries()) {
    const before = run[i - 1] ?? reading
    const by = most.size - reading.size
    if (by >= least) {
      if (pending.length === 0 || before.size - reading.size >= least)
        back.push({ reading, before, by: before.size - reading.size + usual })
      pending.push({ reading, before, by })
      continue
    }
    if (pending.length > 0 && reading.size - before.size - usual >= least) {
      odd.push(...pending)
      back.length = 0
    }
    pending = []
    if (reading.size > most.size) most = reading
  }
  return { odd, back }
}

/** Where summer time begins or ends is no step. */
export const zoneOf = ({ text }: LogEvent): string | undefined =>
  / ([A-Z]{3,5}|[+-]\d\d(?:\d\d)?)(?= \d{4}\b|\s*$|\s+<-)/.exec(text)?.[1]
