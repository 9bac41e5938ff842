/**
 * Between which poll intervals ntpd asks a source. What is out of its range is brought into it, and a minpoll above the maxpoll, be it
 * written or the default, down to that (ntp_config.c, ntp_peer.c). Before 4.2.5 such a line is refused.
 */
import type { PollLog2 } from '#core/time/units.ts'
import type { NtpdDefaults } from './defaults.ts'

export interface PollLimits {
  readonly minpoll: PollLog2
  readonly maxpoll: PollLog2
}

/** `said`: the options of its line. Undefined where ntpd leaves the line out. */
export function pollLimits(
  said: ReadonlyMap<string, string>,
  { generation, leastPoll, mostPoll, ...usual }: NtpdDefaults,
  usualMaxpoll: PollLog2 = usual.maxpoll,
): PollLimits | undefined {
  const within = (name: string, otherwise: PollLog2): PollLog2 =>
    Math.min(mostPoll, Math.max(leastPoll, Number(said.get(name) ?? otherwise)))
  const minpoll = within('minpoll', usual.minpoll)
  const maxpoll = within('maxpoll', usualMaxpoll)
  if (minpoll > maxpoll && generation === '4.2.4') return undefined
  return { minpoll: Math.min(minpoll, maxpoll), maxpoll }
}
