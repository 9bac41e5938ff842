/** What of the configuration of our own agent may stand in the way of a clock that is to come back soon. */
import { namedBy, type PlayerSpec } from '../../players/player.ts'
import { SHORT, sayShortPolls, shortPolls, shortPollsForAll } from '../short-polls.ts'
import type { Edit } from './edit.ts'

type Clockwright = Extract<PlayerSpec, { kind: 'clockwright' }>

export function ownEdits(player: Clockwright): Edit<Clockwright>[] {
  const { config, polls } = player
  const longest = config ? Math.max(...config.sources.map(({ maxpoll }) => maxpoll)) : (polls ?? [])[1]
  if (longest !== undefined && longest <= SHORT) return []
  const asked = namedBy(player)
  const write = ([least, most]: readonly [number, number]) =>
    `write "minpoll = ${least}" and "maxpoll = ${most}"`
  return [
    {
      ...sayShortPolls(asked, write, () => 'in each [[source]]'),
      apply: each => ({
        ...each,
        polls: shortPollsForAll(asked),
        ...(each.config && {
          config: {
            ...each.config,
            sources: each.config.sources.map(source => {
              const [minpoll, maxpoll] = shortPolls(source.address)
              return { ...source, minpoll, maxpoll }
            }),
          },
        }),
      }),
    },
  ]
}
