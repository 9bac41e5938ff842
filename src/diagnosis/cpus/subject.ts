/** What is judged of a machine's processors: their clocks, and what the machine tells of itself. */
import type { CpuClocks } from '#analysis/cpus/clocks.ts'
import type { Finding, Remedy } from '../finding.ts'

export interface CpuSubject {
  readonly clocks: CpuClocks
  /** The kernel's clock source, when it is known. */
  readonly clocksource: string | undefined
  /** The processors that can be taken off-line. */
  readonly removable: readonly number[]
}

export type CpuRule = (subject: CpuSubject) => readonly Finding[]

/** What no time daemon can do. */
export const byHand = (text: string, changes: readonly string[] = []): Remedy => ({
  daemon: undefined,
  version: undefined,
  text,
  changes,
})

/** It was seen just now, not at a time of some log. */
export const NOW = { from: undefined, to: undefined } as const

export const COMPARE_AGAIN = 'clockwright cpus --time 10s'

/** `CPU 1`, `CPUs 1 and 4`, `CPUs 1, 2 and 5`. */
export function nameCpus(cpus: readonly number[]): string {
  if (cpus.length === 1) return `CPU ${cpus[0]}`
  return `CPUs ${cpus.slice(0, -1).join(', ')} and ${cpus.at(-1)}`
}
