/** Runs an agent that keeps a simulated clock, and looks every second at how wrong that clock is. */
import type { Agent } from '#core/agent/agent.ts'
import type { AgentConfig, SourceConfig } from '#core/agent/config.ts'
import type { Status } from '#core/agent/status.ts'
import { since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { drive } from '#worlds/drive.ts'
import type { Simulation } from '#worlds/simulated/world.ts'
import { prepare, type Story } from './watch.ts'

export interface Kept {
  readonly sim: Simulation
  readonly agent: Agent
  status(): Status
  /** True time minus the clock, now: positive when the clock is behind. */
  error(): Seconds
  /** Lets time pass; calls `each` once a second while the guest runs. */
  run(until: Seconds, each?: (t: Seconds) => void): void
  /** The sizes of the steps that the agent made. */
  steps(): readonly Seconds[]
  /** Somebody with the right to allows a step. */
  permit(): void
  /** The names of what it noted. */
  notices(): readonly string[]
}

export function keep(
  config: Story,
  sources: Partial<SourceConfig> = {},
  agentConfig: Partial<AgentConfig> = {},
): Kept {
  const { sim, agent } = prepare(config, sources, agentConfig)
  const { tell } = drive(sim.world, agent)
  let second = 0
  return {
    sim,
    agent,
    status: () => agent.status(sim.world.clock.read()),
    error: () => since(sim.truth, sim.world.clock.read().wall),
    run(until, each) {
      while (second + 1 <= until) {
        sim.run(++second)
        if (!sim.paused) each?.(second)
      }
    },
    steps: () =>
      sim.records.flatMap(record => (record.kind === 'step' && record.by === 'us' ? [record.size] : [])),
    permit: () => tell({ kind: 'permitted', now: sim.world.clock.read() }),
    notices: () => sim.records.flatMap(record => (record.kind === 'notice' ? [record.name] : [])),
  }
}
