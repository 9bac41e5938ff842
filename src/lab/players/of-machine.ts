/** The daemon that an inventory found, as a player. */
import type { TimeDaemon } from '#core/guest/inventory.ts'
import { configuredPlayer } from './configured.ts'
import { writtenDaemon } from './daemon-name.ts'
import { knownPlayer } from './known.ts'
import { oneText } from './one-text.ts'
import { namesNobody, type PlayerSpec } from './player.ts'

/** As the story of a forecast names them. */
const SERVERS = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4']

/**
 * With its own configuration; where that names nobody, because the servers come from elsewhere, with the usual one. Undefined for
 * daemons that the lab does not play.
 */
export function playerOfMachine(daemon: TimeDaemon): PlayerSpec | undefined {
  const { name, version, commandLine, configuration } = daemon
  const written = writtenDaemon(name, version?.value)
  if (written === undefined) return undefined
  const player = configuredPlayer({
    name: configuration[0]?.path ?? name,
    daemon: written,
    options: commandLine?.value.slice(1).join(' '),
    text: oneText(configuration).text,
  })?.player
  return player && !namesNobody(player) ? player : (knownPlayer(written, SERVERS) ?? player)
}
