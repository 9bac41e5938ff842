/** What runs in a loop tell of a clock where nothing is wrong with it, and their lines do not say when they were. */
import { rate, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import { commandLook, commandRun } from './rules/command-run.ts'
import { untimedRuns } from './rules/untimed-runs.ts'
import type { Subject } from './subject.ts'

export interface RanInOrder {
  readonly runs: readonly LogEvent[]
  readonly mean: Seconds
  readonly what: string
}

/** Undefined without any. */
export function ranInOrder(subject: Subject): RanInOrder | undefined {
  const { keeper } = subject
  const { sets, looks } = untimedRuns(subject)
  if (keeper.daemon === 'ntpd') {
    const told = meanOf(sets.filter(({ what }) => what === 'slew-begun'))
    const words = (count: string, mean: Seconds) =>
      `${count} of ntpd -q had to slew the clock by ${signed(mean)} on average: with 60 s between them it drifts by ${rate(-mean / 60)}.`
    return told && { ...told, what: words(told.count, told.mean) }
  }
  const told = meanOf(sets.length > 0 ? sets : looks)
  const command = sets.length > 0 ? commandRun(keeper) : commandLook(keeper)
  return (
    told && {
      ...told,
      what: `${told.count} of ${command} found the clock off by ${signed(told.mean)} on average.`,
    }
  )
}

function meanOf(runs: readonly LogEvent[]): (Omit<RanInOrder, 'what'> & { count: string }) | undefined {
  if (runs.length === 0) return undefined
  const mean = runs.reduce((sum, { size }) => sum + size, 0) / runs.length
  return { runs, mean, count: `${runs.length} runs` }
}
