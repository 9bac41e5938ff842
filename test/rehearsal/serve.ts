/** A simulated guest that keeps its clock and serves it, and others that ask it. */

import { openServing, type Serving } from '#apps/daemon/serving.ts'
import { Agent } from '#core/agent/agent.ts'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import type { Status } from '#core/agent/status.ts'
import { type Instant, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { drive } from '#worlds/drive.ts'
import { guestServer } from '#worlds/simulated/guest-server.ts'
import type { LinkConfig } from '#worlds/simulated/link.ts'
import type { Peer } from '#worlds/simulated/server.ts'
import { Simulation, type SimulationConfig } from '#worlds/simulated/world.ts'
import type { World } from '#worlds/world.ts'
import { START } from './watch.ts'

export const CLIENT = { address: '198.51.100.7', port: 40_000 }

export interface ServingGuest {
  readonly sim: Simulation
  readonly serving: Serving
  status(): Status
  /** True time minus the clock, now. */
  error(): Seconds
  /** As somebody whom another guest can ask at this address. */
  peer(address: string, link: LinkConfig): Peer
}

export function serveGuest(
  config: Omit<SimulationConfig, 'start'>,
  polls: { readonly minpoll: number; readonly maxpoll: number },
): ServingGuest {
  const sim = new Simulation({ start: START, ...config })
  const sources = config.servers.map(({ address }) => ({
    ...SOURCE_DEFAULTS,
    name: address,
    address,
    ...polls,
  }))
  const agent = new Agent({ ...AGENT_DEFAULTS, sources }, sim.world.random)
  const status = () => agent.status(sim.world.clock.read())
  const orders = { listen: ['0.0.0.0'], port: 123, allow: ['0.0.0.0/0'], deny: [], limit: undefined }
  const serving = openServing(orders, sim.world, status)
  const record: World['record'] = record => {
    sim.world.record(record)
    serving.hear(record)
  }
  drive({ ...sim.world, record }, agent)
  return {
    sim,
    serving,
    status,
    error: () => since(sim.truth, sim.world.clock.read().wall),
    peer: (address, link) => guestServer(sim, address, link, CLIENT),
  }
}

/** How far from the truth a server's word was, beyond what it said that it may be wrong by: never above zero, when it is honest. */
export const lie = (said: Instant, distance: Seconds, truth: Instant): Seconds =>
  Math.abs(since(truth, said)) - distance
