/** `--servers N`: a story with another number of servers than it tells of, and when that is worth a thought. */

import type { PlayerSpec } from '#lab/players/player.ts'
import { serversNamed } from '#lab/players/player.ts'
import { saidOfServers } from '#lab/players/servers-played.ts'
import type { Scenario } from '#lab/scenario/schema.ts'
import { areAlike, MOST_SERVERS } from '#lab/sweep/alike.ts'
import { KNOBS } from '#lab/sweep/knobs.ts'
import { Complaint } from '../cli/complain.ts'
import { readScenario, type ScenarioFile } from './scenario-file.ts'

export function readStory(file: string, servers: number | undefined): ScenarioFile {
  const story = readScenario(file)
  if (servers === undefined) return story
  if (!areAlike(story.scenario))
    throw new Complaint(
      `--servers ${servers}: the servers of ${story.name} are not alike; write a scenario with as many as you have`,
    )
  return { ...story, scenario: KNOBS.servers!.turn(story.scenario, servers) }
}

/** Who asks more servers than there are, and that more could be played. */
export function notesOnServers(players: readonly PlayerSpec[], scenario: Scenario): string[] {
  const said = players.flatMap(player => saidOfServers(player, scenario))
  const most = Math.min(MOST_SERVERS, Math.max(0, ...players.map(player => serversNamed(player) ?? 0)))
  return most > scenario.server.length && areAlike(scenario)
    ? [...said, `with --servers ${most} the story has that many, all alike`]
    : said
}
