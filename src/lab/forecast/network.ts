/**
 * How far the servers of a forecast are. Nobody can be asked: a name or an address of one's own network is near, any other is somewhere
 * on the internet.
 */
import { isOwn } from '#dialects/own-server.ts'
import { type PlayerSpec, serversAsked, sourcesAsked } from '../players/player.ts'
import { MOST_SERVERS } from '../sweep/alike.ts'

export const NETWORKS = ['lan', 'internet'] as const
export type Network = (typeof NETWORKS)[number]

/** Of each server that a configuration asks, in the order in which they stand for those of the story: pools take what is left. */
export function networksOf(player: PlayerSpec): Network[] {
  const servers = sourcesAsked(player).flatMap(({ address, servers }) =>
    Array.from({ length: servers }, (): Network => (isOwn(address) ? 'lan' : 'internet')),
  )
  return servers.length > 0
    ? servers.slice(0, MOST_SERVERS)
    : Array.from({ length: Math.max(1, serversAsked(player)) }, () => 'lan')
}

/** What is said where fewer are played than are asked. */
export function assumedOfNumber(player: PlayerSpec): string[] {
  const asked = serversAsked(player)
  return asked > MOST_SERVERS ? [`Of the ${asked} servers that it may ask ${MOST_SERVERS} are played.`] : []
}

/** What is taken for granted where nobody says it. */
export function assumedOfNetworks(networks: readonly Network[]): string {
  const far = networks.filter(network => network === 'internet').length
  const which = far === 0 ? 'near, 0.1 ms one way' : `${AWAY}, 5 to 40 ms one way`
  const some = far > 0 && far < networks.length
  return some
    ? `By their names and addresses ${far} of the ${networks.length} servers ${far === 1 ? 'is' : 'are'} ${which}, the others near.`
    : `By ${networks.length === 1 ? 'its name or address the server is' : 'their names and addresses the servers are'} ${which}.`
}

const AWAY = 'somewhere on the internet'
