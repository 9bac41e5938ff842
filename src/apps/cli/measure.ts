/** One measurement: the agent watches through a burst and stops. What `query`, `drift` and `status` have in common. */
import { Agent } from '#core/agent/agent.ts'
import { AGENT_DEFAULTS, type AgentConfig, type SourceConfig } from '#core/agent/config.ts'
import type { SourceStatus, Status } from '#core/agent/status.ts'
import type { Seconds } from '#core/time/units.ts'
import { isRefusedByNetwork } from '#report/words/reason.ts'
import { drive } from '#worlds/drive.ts'
import { openHost } from '#worlds/host/world.ts'
import { watchOnly } from '#worlds/overlay.ts'

export interface Measuring {
  readonly samples: number
  readonly timeout: Seconds
  readonly agent?: Partial<AgentConfig>
  /** Told now and then how far it is. */
  readonly progress?: (status: Status) => void
  readonly signal?: AbortSignal
}

const LOOK_EVERY_MS = 50

/** Resolves with the status when every source has had its say, or the time is over, or `signal` ends it. */
export function measureOnce(sources: readonly SourceConfig[], options: Measuring): Promise<Status> {
  const host = openHost()
  const world = watchOnly(host)
  const agent = new Agent({ ...AGENT_DEFAULTS, ...options.agent, sources }, world.random)
  drive(world, agent)
  const began = process.hrtime.bigint()
  return new Promise(resolve => {
    const look = setInterval(() => {
      const status = agent.status(host.clock.read())
      options.progress?.(status)
      const elapsed = Number(process.hrtime.bigint() - began) / 1e9
      if (!isDone(status, options.samples) && elapsed < options.timeout && !options.signal?.aborted) return
      clearInterval(look)
      world.close()
      resolve(status)
    }, LOOK_EVERY_MS)
  })
}

/** Time for a burst of so many requests, 2 s apart and a little spread, and for the last reply. */
export const patience = (samples: number): Seconds => 2.07 * (samples - 1) + 4

/** All have had their say, and none has just contradicted what was known: that is still being asked. */
function isDone({ sources, state }: Status, samples: number): boolean {
  return sources.length > 0 && sources.every(source => hasSaid(source, samples)) && state !== 'disrupted'
}

/** Enough samples, or no hope of any. */
function hasSaid(source: SourceStatus, samples: number): boolean {
  if (source.accepted >= samples || source.state === 'stopped') return true
  if (source.reason === 'name-not-found' || source.reason === 'asked-already') return true
  // Once may be an accident: a route that is just being set up.
  return source.sent >= 2 && isRefusedByNetwork(source)
}
