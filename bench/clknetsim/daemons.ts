/**
 * The daemons that can be the client of a simulation, and how each is told what a scenario says. All of them run without
 * the right to set a clock: what they set is the simulator's.
 */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Scenario } from './scenarios.ts'

export const DAEMONS = ['clockwright', 'chrony', 'chrony-step', 'ntpd'] as const
export type DaemonName = (typeof DAEMONS)[number]

/** A file of the daemon's, and the command that runs it; `preloaded` when clknetsim's library must stand in for libc. */
export interface Started {
  readonly file: string
  readonly text: string
  readonly command: readonly string[]
  readonly preloaded: boolean
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')

/** Where `build` puts what it builds; not in the repository, since it is under another licence. */
export const CACHE = join(cache, 'clockwright')
export const CLKNETSIM = process.env.CLKNETSIM ?? join(CACHE, 'clknetsim')
/** With wider limits for a clock's frequency, so that a clock can stand still. */
export const CLKNETSIM_WIDE = process.env.CLKNETSIM_WIDE ?? `${CLKNETSIM.replace(/\/$/, '')}-wide`
export const CHRONYD = process.env.CHRONYD ?? here('../../.cache/debian/usr/sbin/chronyd')
export const NTPD = process.env.NTPD
export const AGENT = here('agent')

/** What is missing for this scenario, as a sentence; undefined when it can be played. */
export function missing(scenario: Scenario, daemon: DaemonName): string | undefined {
  const simulator = missingSimulator(scenario)
  if (simulator) return simulator
  if (!existsSync(CHRONYD))
    return `no chronyd at ${CHRONYD}: run tools/install.js --for-tests, or set CHRONYD`
  if (daemon === 'ntpd' && (NTPD === undefined || !existsSync(NTPD)))
    return 'set NTPD to a classic ntpd (ntpsec does not run under clknetsim as it is)'
  return undefined
}

/** Without it a daemon would run on this machine's own clock. */
export function missingSimulator({ wide }: Pick<Scenario, 'wide'>): string | undefined {
  const simulator = simulatorFor({ wide })
  if (['clknetsim', 'clknetsim.so'].every(file => existsSync(join(simulator, file)))) return undefined
  return `no clknetsim in ${simulator}: run bench/clknetsim/build, or set ${wide ? 'CLKNETSIM_WIDE' : 'CLKNETSIM'}`
}

export const simulatorFor = ({ wide }: Pick<Scenario, 'wide'>): string => (wide ? CLKNETSIM_WIDE : CLKNETSIM)

export function serverFor(node: number): Started {
  const text = chronyConf(node, ['local stratum 1', 'allow'])
  return {
    file: `server${node}.conf`,
    text,
    command: [CHRONYD, '-d', '-f', `server${node}.conf`],
    preloaded: true,
  }
}

export function clientFor(daemon: DaemonName, scenario: Scenario): Started {
  const node = scenario.servers.length + 1
  const [minpoll, maxpoll] = scenario.polls
  const addresses = scenario.servers.map((_, i) => `192.168.123.${i + 1}`)
  const servers = addresses.map(each => `server ${each} minpoll ${minpoll} maxpoll ${maxpoll} iburst`)
  switch (daemon) {
    case 'clockwright': {
      const text = addresses
        .map(each => `[[source]]\naddress = "${each}"\nminpoll = ${minpoll}\nmaxpoll = ${maxpoll}\n`)
        .join('\n')
      return { file: 'agent.toml', text, command: [AGENT, '--config', 'agent.toml'], preloaded: false }
    }
    case 'chrony':
    case 'chrony-step': {
      const makestep = daemon === 'chrony' ? 'makestep 1 3' : 'makestep 1 -1'
      const text = chronyConf(node, [...servers, makestep])
      return { file: 'client.conf', text, command: [CHRONYD, '-d', '-f', 'client.conf'], preloaded: true }
    }
    case 'ntpd': {
      const text = ['restrict default', ...servers, ''].join('\n')
      return {
        file: 'ntp.conf',
        text,
        command: [NTPD ?? 'ntpd', '-n', '-g', '-c', 'ntp.conf', '-p', 'ntpd.pid'],
        preloaded: true,
      }
    }
  }
}

const chronyConf = (node: number, lines: readonly string[]): string =>
  `${['user root', `pidfile chronyd${node}.pid`, 'cmdport 0', 'bindcmdaddress /', ...lines].join('\n')}\n`
