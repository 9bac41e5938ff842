/** A story that comes with the program, played with those of its players that are asked for, with so many seeds. */
import { readScenario } from '#apps/lab/scenario-file.ts'
import { type Played, play } from '#lab/play.ts'
import { playersOf } from '#lab/players/of-scenario.ts'
import type { Score } from '#lab/score.ts'

export function runs(name: string, seeds: readonly number[] = [1]): (player: string) => Played[] {
  const { scenario } = readScenario(name)
  const players = playersOf(scenario)
  return called => {
    const player = players.find(each => each.name === called)
    if (!player)
      throw new RangeError(`${name} has no ${called}, only ${players.map(each => each.name).join(', ')}`)
    return seeds.map(seed => play({ scenario, player, seed }))
  }
}

export function played(name: string, seeds: readonly number[] = [1, 2, 3]): (player: string) => Score[] {
  const of = runs(name, seeds)
  return player => of(player).map(({ score }) => score)
}
