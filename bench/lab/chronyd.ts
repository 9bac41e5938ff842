/** chronyd with the configurations of the real runs. */

import { readChronyConf } from '#dialects/chrony/conf.ts'
import { CHRONY_DEFAULTS } from '#dialects/chrony/settings.ts'
import { Chronyd } from '#lab/models/chronyd/chronyd.ts'
import { daemonPlayer, type PlayerMaker } from '#lab/run.ts'
import type { PlayersByConfiguration } from './standard.ts'

/** chronyd with these lines in its chrony.conf. */
export function chronydFrom(lines: readonly string[]): PlayerMaker {
  const conf = readChronyConf(lines.join('\n'), 'chrony.conf')
  if (conf.notUnderstood.length > 0) throw new Error(JSON.stringify(conf.notUnderstood))
  const settings = { ...CHRONY_DEFAULTS, ...conf.said }
  return daemonPlayer(
    ({ random, recording }) => new Chronyd({ settings, sources: conf.sources, recording }, random),
  )
}

export const chronyd =
  (makestep: string, options = '') =>
  (...addresses: readonly string[]): PlayerMaker =>
    chronydFrom([...addresses.map(each => `server ${each} iburst ${options}`), makestep, 'rtcsync'])

export const CHRONY_PLAYERS: PlayersByConfiguration = new Map([
  ['makestep 1 3, default poll 6-10', chronyd('makestep 1 3')],
  ['makestep 1 -1, default poll', chronyd('makestep 1 -1')],
  ['makestep 0.1 -1, minpoll 4 maxpoll 4', chronyd('makestep 0.1 -1', 'minpoll 4 maxpoll 4')],
])
