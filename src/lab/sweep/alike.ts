/** Another number of servers, in a story whose servers are all alike: more of the kind, or fewer. */
import type { Scenario, ScenarioServer } from '../scenario/schema.ts'

/** More tell a daemon no more. */
export const MOST_SERVERS = 8

/** No two differ but by their address, and nothing happens to one alone. */
export function areAlike({ server, event }: Pick<Scenario, 'server' | 'event'>): boolean {
  const [first] = server
  if (!first || first.multicast !== undefined) return false
  if (event.some(each => 'server' in each && each.server !== undefined)) return false
  const kind = JSON.stringify({ ...first, address: '' })
  return server.every(each => JSON.stringify({ ...each, address: '' }) === kind)
}

/** The story as it is where its servers differ: nobody knows what one more would be like. */
export function withSoManyServers(scenario: Scenario, count: number): Scenario {
  const { server } = scenario
  if (!areAlike(scenario) || count === server.length) return scenario
  const missing = Math.max(0, count - server.length)
  const more = newAddresses(server, missing).map(address => ({ ...server[0]!, address }))
  return { ...scenario, server: [...server.slice(0, count), ...more] }
}

/** Of the network that is kept for examples (RFC 5737), which nobody in the story has. */
function newAddresses(server: readonly ScenarioServer[], count: number): string[] {
  const taken = new Set(server.map(({ address }) => address))
  const all = Array.from({ length: server.length + count }, (_, i) => `192.0.2.${i + 1}`)
  return all.filter(address => !taken.has(address)).slice(0, count)
}
