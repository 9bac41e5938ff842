/**
 * How long a daemon may wait from one question to the next, as its configuration lets it: a pause meets such a wait anywhere. Defaults
 * of those that wait for 2^10 s at most: ntp.conf(5), chrony.conf(5), ntp.toml(5).
 */
import type { Seconds } from '#core/time/units.ts'
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { parseVersion } from '#dialects/ntpd/version.ts'
import { timesyncdSettings } from '#dialects/timesyncd/settings.ts'
import { parseTimesyncdConf } from '#dialects/timesyncd/sources.ts'
import type { PlayerSpec } from './player.ts'

const USUAL = 10

export const USUAL_LONGEST_POLL: Seconds = 2 ** USUAL

export function longestPoll(spec: PlayerSpec): Seconds {
  switch (spec.kind) {
    case 'ntpd':
      return longestOf(
        parseConf(spec.config ?? '', 'ntp.conf', parseVersion(spec.version)).associations.map(({ options }) =>
          Number(options.values.get('maxpoll')),
        ),
      )
    case 'chronyd':
      return longestOf(readChronyConf(spec.config ?? '', 'chrony.conf').sources.map(({ maxpoll }) => maxpoll))
    case 'timesyncd':
      return timesyncdSettings([parseTimesyncdConf(spec.config, 'timesyncd.conf')]).settings.pollIntervalMax
    default:
      return USUAL_LONGEST_POLL
  }
}

/** None is asked more seldom than once in 2^17 s. */
const MOST = 17

const longestOf = (polls: readonly number[]): Seconds =>
  2 ** Math.min(MOST, Math.max(USUAL, ...polls.filter(poll => !Number.isNaN(poll))))
