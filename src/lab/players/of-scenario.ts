/** The players that a scenario itself asks for. */
import { nameOfPlayer } from '../scenario/player-name.ts'
import type { Scenario, ScenarioPlayer } from '../scenario/schema.ts'
import { type Configured, configuredPlayer } from './configured.ts'
import { knownPlayer } from './known.ts'
import type { PlayerSpec } from './player.ts'

/** Whom a story is played with when nobody says, not even its file. */
const USUAL = ['ntpd-4.2.8', 'chrony-debian', 'clockwright']

export function playersOf({ player, server }: Scenario): PlayerSpec[] {
  const addresses = server.map(({ address }) => address)
  if (player.length === 0) return USUAL.map(name => knownPlayer(name, addresses)!)
  return player.map(each => {
    const name = nameOfPlayer(each)
    const { use, daemon, options, config = '', offset } = each
    const player =
      use === undefined
        ? configuredPlayer({ name, daemon, options, text: config })!.player
        : { ...knownPlayer(use, addresses)!, name }
    return offset === undefined ? player : { ...player, offset }
  })
}

/** What of the configuration of such a player was assumed or is not played. */
export const notesOf = (player: ScenarioPlayer): readonly string[] => configuredOf(player)?.notes ?? []

/** Who has a configuration of his own. */
export function configuredOf(player: ScenarioPlayer): Configured | undefined {
  const { daemon, options, config } = player
  if (config === undefined) return undefined
  return configuredPlayer({ name: nameOfPlayer(player), daemon, options, text: config })
}
