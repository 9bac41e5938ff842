/**
 * A simulated guest that serves time, as somebody whom another guest can ask. Each has a simulation of its own; the one that
 * is asked is run up to the moment of each request. While it is paused, requests wait at its door.
 */
import type { Endpoint } from '#core/ntp/endpoint.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LinkConfig } from './link.ts'
import type { Peer } from './server.ts'
import type { TrueTime } from './true-time.ts'
import type { Simulation } from './world.ts'

const PROCESSING: Seconds = 10e-6
const PORT = 123

export function guestServer(sim: Simulation, address: string, link: LinkConfig, client: Endpoint): Peer {
  const runTo = (at: TrueTime) => {
    if (at > sim.now) sim.run(at)
  }
  return {
    address,
    link,
    processing: PROCESSING,
    waits(at) {
      runTo(at)
      return sim.resumesIn
    },
    answer(request, at) {
      runTo(at)
      return sim.ask(PORT, request, client)
    },
  }
}
