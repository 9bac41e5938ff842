/** From what is set up to a scenario: the story with its knobs turned, and with those who are to keep the clock. */
import { KNOWN_PLAYERS } from '#lab/players/known.ts'
import { type Tuning, tunedPlayer } from '#lab/players/tuned.ts'
import { nameOfPlayer } from '#lab/scenario/player-name.ts'
import type { Scenario, ScenarioPlayer } from '#lab/scenario/schema.ts'
import { KNOBS } from '#lab/sweep/knobs.ts'
import type { Lane, Setup } from './setup.ts'

/** Whom a story is played with that names nobody (#lab/players/of-scenario.ts). */
const USUAL: readonly Lane[] = ['ntpd-4.2.8', 'chrony-debian', 'clockwright'].map(use => ({
  kind: 'known',
  use,
  tuning: {},
}))

/** Who plays when nothing else is said. */
export const lanesOf = ({ player }: Scenario): readonly Lane[] =>
  player.length === 0
    ? USUAL
    : player.map(({ use, name, offset, reported }, place) =>
        use !== undefined && name === undefined && offset === undefined && reported === undefined
          ? { kind: 'known', use, tuning: {} }
          : { kind: 'told', place },
      )

export function rehearsed(story: Scenario, { turned, lanes = lanesOf(story) }: Setup): Scenario {
  const scenario = Object.entries(turned).reduce(
    (changed, [name, value]) => KNOBS[name]?.turn(changed, value) ?? changed,
    story,
  )
  return { ...scenario, player: named(lanes.flatMap(lane => playerOf(lane, story) ?? [])) }
}

export const isSomebody = (lane: Lane, story: Scenario): boolean => playerOf(lane, story) !== undefined

/** Undefined when there is nobody of that name. */
function playerOf(lane: Lane, { player, server }: Scenario): ScenarioPlayer | undefined {
  switch (lane.kind) {
    case 'told':
      return player[lane.place]
    case 'known': {
      if (!Object.hasOwn(KNOWN_PLAYERS, lane.use)) return undefined
      const words = tuningWords(lane.tuning)
      const name = [lane.use, ...words].join(' ').slice(0, 60)
      return tunedPlayer(lane.use, lane.tuning, { name, addresses: server.map(({ address }) => address) })
    }
    case 'file':
      return {
        name: (lane.name.replace(/\p{C}/gu, '').trim() || 'pasted').slice(0, 60),
        daemon: lane.daemon,
        ...(hasOptions(lane.daemon) ? { options: lane.options.trim() || '-n' } : {}),
        config: lane.text,
      }
  }
}

/** Of ntpd alone the command line says how it keeps the clock. */
export const hasOptions = (daemon: string): boolean => /^(ntpd|ntpsec)-\d/.test(daemon)

/** `-x`, `polls 4 to 6`, `makestep 1 -1`. */
export const tuningWords = (tuning: Tuning): string[] => {
  const { slew, forgiving, polls, makestep, step, stepout, panic, maxdist } = tuning
  const numbers = Object.entries({ step, stepout, panic, maxdist })
  return [
    ...(slew ? ['-x'] : []),
    ...(forgiving === false ? ['no -g'] : []),
    ...(polls ? [`polls ${polls[0]} to ${polls[1]}`] : []),
    ...(makestep === 'never' ? ['no makestep'] : makestep ? [`makestep ${makestep.join(' ')}`] : []),
    ...numbers.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`])),
  ]
}

/** No two of one name: the second is called so, and the place in the row. */
function named(players: readonly ScenarioPlayer[]): ScenarioPlayer[] {
  const names = players.map(nameOfPlayer)
  return players.map((player, i) => {
    const before = names.slice(0, i).filter(name => name === names[i]).length
    return before === 0 ? player : { ...player, name: `${names[i]!.slice(0, 55)} (${before + 1})` }
  })
}
