/**
 * What an operator could change so that a guest recovers sooner: edits of the configuration that is there, one at a time and
 * together, and other daemons. An edit that changes nothing (because it is there already, or because this version does not heed
 * it) is not offered.
 */
import type { Seconds } from '#core/time/units.ts'
import { namedBy, type PlayerSpec, sourcesAsked } from '../players/player.ts'
import { chronyEdits } from './edits/chronyd.ts'
import type { Edit } from './edits/edit.ts'
import { ntpdEdits } from './edits/ntpd.ts'
import { ntpdRsEdits } from './edits/ntpd-rs.ts'
import { ownEdits } from './edits/own.ts'
import { timesyncdEdits } from './edits/timesyncd.ts'
import { shortPollsForAll } from './short-polls.ts'

export interface Change {
  /** Of what is there, or another daemon in its place. */
  readonly kind: 'edit' | 'daemon'
  /** In a few words: `polls 4 to 6, panic 0`. */
  readonly name: string
  /** What is to be done, for somebody who does it. */
  readonly how: string
  /** Of how many edits. */
  readonly size: number
  readonly player: PlayerSpec
}

export function changesFor(player: PlayerSpec, pause: Seconds): Change[] {
  return [...editsOf(player, pause), ...others(player)]
}

/** None for who has no such settings (OpenNTPD), or none that could be better. */
function editsOf(player: PlayerSpec, pause: Seconds): Change[] {
  switch (player.kind) {
    case 'ntpd':
      return combined(player, ntpdEdits(player, pause))
    case 'chronyd':
      return combined(player, chronyEdits(player, pause))
    case 'timesyncd':
      return combined(player, timesyncdEdits(player))
    case 'ntpd-rs':
      return combined(player, ntpdRsEdits(player, pause))
    case 'clockwright':
      return combined(player, ownEdits(player))
    default:
      return []
  }
}

/** Each alone, and then one after the other on top of those before it, in the order of their need. */
function combined<S extends PlayerSpec>(player: S, edits: readonly Edit<S>[]): Change[] {
  const sets = [...edits.map(edit => [edit]), ...edits.slice(1).map((_, i) => edits.slice(0, i + 2))]
  return sets.map(set => ({
    kind: 'edit',
    name: set.map(({ name }) => name).join(', '),
    how: set.map(({ how }) => how).join('; '),
    size: set.length,
    player: set.reduce((changed, edit) => edit.apply(changed), player),
  }))
}

function others(player: PlayerSpec): Change[] {
  const changes: Change[] = []
  const polls = shortPollsForAll(namedBy(player))
  const [least, most] = polls
  if (player.kind !== 'chronyd')
    changes.push({
      kind: 'daemon',
      name: 'chrony',
      how: `run chronyd instead, with "makestep 1 -1" and "minpoll ${least} maxpoll ${most}" for each server`,
      size: 1,
      player: { kind: 'chronyd', name: 'chrony', config: chronyConf(player) },
    })
  if (player.kind !== 'clockwright')
    changes.push({
      kind: 'daemon',
      name: 'clockwright',
      how: `run "clockwright run --discipline" instead, with minpoll = ${least} and maxpoll = ${most} for each source`,
      size: 1,
      player: { kind: 'clockwright', name: 'clockwright', polls },
    })
  return changes
}

/** The same servers; where none are named, those that are usual. */
function chronyConf(player: PlayerSpec): string {
  const [least, most] = shortPollsForAll(namedBy(player))
  const asked = sourcesAsked(player)
  const servers =
    asked.length > 0 ? asked.map(({ kind, address }) => `${kind} ${address}`) : ['pool pool.ntp.org']
  const polled = servers.map(server => `${server} iburst minpoll ${least} maxpoll ${most}`)
  return [...polled, 'makestep 1 -1', 'rtcsync'].join('\n')
}
