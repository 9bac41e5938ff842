/** Runs an agent that only watches in a simulated world, and scores every second what it says against true time. */
import { Agent } from '#core/agent/agent.ts'
import { AGENT_DEFAULTS, type AgentConfig, SOURCE_DEFAULTS, type SourceConfig } from '#core/agent/config.ts'
import type { Status } from '#core/agent/status.ts'
import { instant, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { drive } from '#worlds/drive.ts'
import { watchOnly } from '#worlds/overlay.ts'
import { Simulation, type SimulationConfig } from '#worlds/simulated/world.ts'

export const START = instant(1_795_258_202_000_000_000n) // 2026-11-21

export interface Watched {
  readonly sim: Simulation
  readonly agent: Agent
  /** The agent's word on the real (simulated) clock, now. */
  status(): Status
  /** True time minus the real clock, now. */
  truth(): Seconds
  /** Lets time pass; calls `each` once a second. */
  run(until: Seconds, each?: (t: Seconds) => void): void
}

export type Story = Omit<SimulationConfig, 'start'> & { readonly start?: SimulationConfig['start'] }

/** The simulation, and an agent that asks all of its servers; the two are strangers yet. */
export function prepare(
  config: Story,
  sources: Partial<SourceConfig>,
  agentConfig: Partial<AgentConfig>,
): { readonly sim: Simulation; readonly agent: Agent } {
  const sim = new Simulation({ start: START, ...config })
  const configured = config.servers.map(({ address }) => ({
    ...SOURCE_DEFAULTS,
    name: address,
    address,
    ...sources,
  }))
  const agent = new Agent({ ...AGENT_DEFAULTS, sources: configured, ...agentConfig }, sim.world.random)
  return { sim, agent }
}

export function watch(
  config: Story,
  sources: Partial<SourceConfig> = {},
  agentConfig: Partial<AgentConfig> = {},
): Watched {
  const { sim, agent } = prepare(config, sources, agentConfig)
  drive(watchOnly(sim.world), agent)
  let second = 0
  return {
    sim,
    agent,
    status: () => agent.status(sim.world.clock.read()),
    truth: () => since(sim.truth, sim.world.clock.read().wall),
    run(until, each) {
      while (second + 1 <= until) {
        sim.run(++second)
        each?.(second)
      }
    },
  }
}

export interface Score {
  readonly judged: number
  readonly violations: readonly { readonly t: Seconds; readonly error: Seconds; readonly bound: Seconds }[]
  readonly rms: Seconds
  readonly worst: Seconds
  readonly meanBound: Seconds
}

/** Every second from `from` to `until`: how wrong is it, and does the bound hold? `except` leaves seconds out. */
export function score(
  watched: Watched,
  until: Seconds,
  { from = 0, except = () => false }: { from?: Seconds; except?: (t: Seconds) => boolean } = {},
): Score {
  const violations: { t: Seconds; error: Seconds; bound: Seconds }[] = []
  let judged = 0
  let squares = 0
  let worst = 0
  let bounds = 0
  watched.run(until, t => {
    if (watched.sim.paused || except(t)) return
    const { offset, errorBound } = watched.status()
    if (offset === undefined || errorBound === undefined) return
    const error = Math.abs(offset - watched.truth())
    if (error > errorBound) violations.push({ t, error, bound: errorBound })
    if (t < from) return
    judged++
    squares += error ** 2
    bounds += errorBound
    worst = Math.max(worst, error)
  })
  return { judged, violations, rms: Math.sqrt(squares / judged), worst, meanBound: bounds / judged }
}
