/** ntpd with the configurations of the real runs. */
import type { Rate } from '#core/time/units.ts'
import { Ntpd } from '#lab/models/ntpd/ntpd.ts'
import { daemonPlayer, type PlayerMaker } from '#lab/run.ts'
import type { PlayersByConfiguration } from './standard.ts'

export interface NtpdLines {
  /** What follows each address. */
  readonly server?: string
  /** Further lines. */
  readonly lines?: readonly string[]
  readonly options?: string
  /** What the drift file says; without it there is none. */
  readonly drift?: Rate
}

export const ntpd =
  (version: string, { server = '', lines = [], options = '-g', drift }: NtpdLines = {}) =>
  (...addresses: readonly string[]): PlayerMaker => {
    const config = [...addresses.map(each => `server ${each} iburst ${server}`), ...lines].join('\n')
    return daemonPlayer(
      ({ random, recording }) =>
        new Ntpd({ config, version, options: options.split(' '), drift, random, recording }),
    )
  }

const POLL_4 = { server: 'minpoll 4 maxpoll 4' }
const CURE = 'tinker stepout 10 panic 0'

export const ntpdPlayers = (version: string): PlayersByConfiguration =>
  new Map([
    ['-g, default poll', ntpd(version)],
    ['-g, tinker stepout 10 + panic 0, default poll', ntpd(version, { lines: [CURE] })],
    ['-g, minpoll 4 maxpoll 4', ntpd(version, POLL_4)],
    ['-g, minpoll 4 maxpoll 4, tinker stepout 10 + panic 0', ntpd(version, { ...POLL_4, lines: [CURE] })],
    ['-g -x, default poll', ntpd(version, { options: '-g -x' })],
    [
      '-g, tos maxdist 16 + panic 0, default poll',
      ntpd(version, { lines: ['tos maxdist 16', 'tinker panic 0'] }),
    ],
    ['-g, maxpoll 6 + panic 0', ntpd(version, { server: 'maxpoll 6', lines: ['tinker panic 0'] })],
    [
      '-g, tos maxdist 16 + stepout 10 + panic 0, default poll',
      ntpd(version, { lines: ['tos maxdist 16', CURE] }),
    ],
    [
      '-g, minpoll 4 maxpoll 4, tos maxdist 16 + stepout 10 + panic 0',
      ntpd(version, { ...POLL_4, lines: ['tos maxdist 16', CURE] }),
    ],
  ])
