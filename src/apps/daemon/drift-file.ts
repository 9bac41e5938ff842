/**
 * What was learned of the counter's rate outlives the process: a small file, written whole or not at all, with one entry
 * for each kind of machine that this guest has been on. An entry of another machine says nothing about this one.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { RateKnowledge } from '#core/discipline/estimator.ts'
import type { MachineFacts } from '#core/guest/facts.ts'
import { PPM, type Rate } from '#core/time/units.ts'

interface Entry extends RateKnowledge {
  /** Unix seconds, for people. */
  readonly saved: number
}

/** So many machines are remembered. */
const MOST_ENTRIES = 16
/** A kernel measures its clocksource anew at each boot, and no better than this. */
const CALIBRATION: Rate = 5 * PPM

/** What of a machine decides how its counter runs, as far as a guest can see it. */
export const identityOf = ({ hypervisor, clocksource }: MachineFacts): string =>
  `${hypervisor?.name ?? 'no hypervisor'}, ${clocksource ?? 'unknown clocksource'}`

/** Undefined when nothing was learned on such a machine, or the file is not what we wrote. */
export function readDrift(path: string, identity: string): RateKnowledge | undefined {
  const entry = readAll(path)[identity]
  return entry && { rate: entry.rate, deviation: Math.hypot(entry.deviation, CALIBRATION) }
}

/** Throws what the file system says. */
export function writeDrift(path: string, identity: string, { rate, deviation }: RateKnowledge): void {
  const saved = Math.round(Date.now() / 1000)
  const others = Object.entries(readAll(path))
    .filter(([other]) => other !== identity)
    .sort(([, a], [, b]) => b.saved - a.saved)
    .slice(0, MOST_ENTRIES - 1)
  const all = { [identity]: { rate, deviation, saved }, ...Object.fromEntries(others) }
  writeFileSync(`${path}.new`, `${JSON.stringify(all, undefined, 2)}\n`, { mode: 0o644 })
  renameSync(`${path}.new`, path)
}

function readAll(path: string): Record<string, Entry> {
  try {
    const all: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof all !== 'object' || all === null) return {}
    return Object.fromEntries(Object.entries(all).filter(([, entry]) => isEntry(entry)))
  } catch {
    return {}
  }
}

function isEntry(value: unknown): value is Entry {
  const { rate, deviation, saved } = (value ?? {}) as Partial<Entry>
  return (
    typeof rate === 'number' &&
    Math.abs(rate) < 0.1 &&
    typeof deviation === 'number' &&
    deviation > 0 &&
    deviation < 0.1 &&
    typeof saved === 'number'
  )
}
