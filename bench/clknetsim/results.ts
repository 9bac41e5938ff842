/**
 * Many plays, and what came out of each. What a peer did with a seed is kept in the cache of the user: the same binaries
 * in the same scenario give the same run, and only ours is simulated again.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CACHE, CHRONYD, clientFor, type DaemonName, NTPD, simulatorFor } from './daemons.ts'
import { type Measures, measure, type Spread, spread } from './measure.ts'
import type { Scenario } from './scenarios.ts'
import { clknetsimConf, type Play, simulate } from './simulate.ts'

export interface Result {
  readonly scenario: Scenario
  readonly daemon: DaemonName
  /** One for each seed. */
  readonly runs: readonly Measures[]
  readonly measures: Readonly<Record<keyof Measures, Spread | undefined>>
}

const KEPT = join(CACHE, 'clknetsim-peers')

export async function play(play: Play): Promise<Measures> {
  const { scenario, daemon } = play
  if (daemon === 'clockwright' || play.keep) return measure(scenario, await simulate(play))
  const file = join(KEPT, `${keyOf(play)}.json`)
  const kept = readKept(file)
  if (kept) return kept
  const measured = measure(scenario, await simulate(play))
  mkdirSync(KEPT, { recursive: true })
  writeFileSync(
    file,
    JSON.stringify(measured, (_, value) => (value === Number.POSITIVE_INFINITY ? 'never' : value)),
  )
  return measured
}

function readKept(file: string): Measures | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'), (_, value) =>
      value === 'never' ? Number.POSITIVE_INFINITY : value,
    ) as Measures
  } catch {
    return undefined
  }
}

const hashes = new Map<string, string>()

function hashOf(file: string): string {
  const known = hashes.get(file)
  if (known !== undefined) return known
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex')
  hashes.set(file, hash)
  return hash
}

function keyOf({ scenario, daemon, seed }: Play): string {
  const simulator = simulatorFor(scenario)
  const { length, window, event } = scenario
  const parts = [
    clknetsimConf(scenario),
    JSON.stringify({ length, window, event, seed }),
    clientFor(daemon, scenario).text,
    ...[join(simulator, 'clknetsim'), join(simulator, 'clknetsim.so'), CHRONYD].map(hashOf),
    ...(daemon === 'ntpd' && NTPD !== undefined ? [hashOf(NTPD)] : []),
    ...['measure.ts', 'simulate.ts'].map(name => hashOf(join(import.meta.dirname, name))),
  ]
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32)
}

export function summarise(scenario: Scenario, daemon: DaemonName, runs: readonly Measures[]): Result {
  const names = Object.keys(runs[0]!) as (keyof Measures)[]
  const measures = Object.fromEntries(
    names.map(name => {
      const values = runs.map(run => run[name]).filter(value => value !== undefined)
      return [name, values.length === runs.length ? spread(values) : undefined]
    }),
  ) as Record<keyof Measures, Spread | undefined>
  return { scenario, daemon, runs, measures }
}
