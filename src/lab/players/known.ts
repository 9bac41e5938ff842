/**
 * Players that have a name: daemons as distributions install them, our own agent, and nobody. They ask all servers of the story
 * with iburst; beside that they are as the files say that the packages bring.
 *
 * chrony: chrony.conf of Debian 12 and of RHEL 9. ntpd 4.2.6p5: RHEL 7, with -g. 4.2.8p15: Debian 11, with -g. NTPsec 1.2.2:
 * Debian 12, with -g, without its `tos minclock 4 minsane 3`, which wants three servers.
 */
import type { PlayerSpec } from './player.ts'

/** Without what is made of the servers of a story. */
type Unnamed<S> = S extends PlayerSpec ? Omit<S, 'name' | 'config'> : never

export interface KnownPlayer {
  readonly about: string
  readonly player: Unnamed<PlayerSpec>
  /** Lines of its configuration beside the servers. */
  readonly lines?: readonly string[]
}

export const KNOWN_PLAYERS: Readonly<Record<string, KnownPlayer>> = {
  clockwright: { about: 'the agent of this project, at its defaults', player: { kind: 'clockwright' } },
  'chrony-debian': {
    about: 'chronyd with the chrony.conf of Debian and Ubuntu',
    player: { kind: 'chronyd' },
    lines: ['makestep 1 3', 'maxupdateskew 100', 'rtcsync'],
  },
  'chrony-rhel': {
    about: 'chronyd with the chrony.conf of RHEL and Fedora',
    player: { kind: 'chronyd' },
    lines: ['makestep 1.0 3', 'rtcsync'],
  },
  'ntpd-4.2.6': {
    about: 'ntpd 4.2.6p5 -g, of RHEL 6 and 7',
    player: { kind: 'ntpd', version: '4.2.6p5', options: '-g' },
  },
  'ntpd-4.2.8': {
    about: 'ntpd 4.2.8p15 -g, of Debian 11 and Ubuntu 22.04',
    player: { kind: 'ntpd', version: '4.2.8p15', options: '-g' },
  },
  ntpsec: {
    about: 'NTPsec 1.2.2 -g, of Debian 12',
    player: { kind: 'ntpd', version: 'ntpsec-1.2.2', options: '-g' },
  },
  'ntpd-q-loop': {
    about: 'a script that runs ntpd 4.2.6p5 -g -q and sleeps 60 s, for ever',
    player: { kind: 'ntpd', version: '4.2.6p5', options: '-g -q', again: 60 },
  },
  timesyncd: { about: 'systemd-timesyncd at its defaults', player: { kind: 'timesyncd' } },
  openntpd: { about: 'OpenNTPD at its defaults', player: { kind: 'openntpd' } },
  'ntpd-rs': { about: 'ntpd-rs at its defaults, which want three servers', player: { kind: 'ntpd-rs' } },
  timekeeper: {
    about: 'a servo like TimeKeeper 8, of which little is known; it asks the first server',
    player: { kind: 'timekeeper' },
  },
  none: { about: 'nobody: the clock is left to itself', player: { kind: 'none' } },
}

/** Undefined when there is no such player. The servers of a story go into its configuration. */
export function knownPlayer(name: string, addresses: readonly string[]): PlayerSpec | undefined {
  const known = KNOWN_PLAYERS[name]
  if (!known) return undefined
  const { player, lines = [] } = known
  switch (player.kind) {
    case 'clockwright':
    case 'timekeeper':
    case 'none':
      return { ...player, name }
    case 'ntpd':
    case 'chronyd': {
      const servers = addresses.map(address => `server ${address} iburst`)
      return { ...player, name, config: [...servers, ...lines].join('\n') }
    }
    case 'timesyncd':
      return { ...player, name, config: `[Time]\nNTP=${addresses.join(' ')}\n` }
    case 'openntpd':
      return { ...player, name, config: addresses.map(address => `server ${address}\n`).join('') }
    case 'ntpd-rs': {
      const sources = addresses.map(address => `[[source]]\nmode = "server"\naddress = "${address}"\n`)
      return { ...player, name, config: sources.join('') }
    }
  }
}
