/**
 * Who is to keep the clock in a story, as plain data: it can be named on a command line, kept in a file, and handed to a worker
 * thread or a web worker, which then makes the player.
 */
import { AGENT_DEFAULTS, type AgentConfig, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import { type PollLog2, PPM, type Rate, type Seconds } from '#core/time/units.ts'
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { CHRONY_DEFAULTS } from '#dialects/chrony/settings.ts'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { REFERENCE_CLOCK } from '#dialects/ntpd/sources.ts'
import { parseNtpdRsConf } from '#dialects/ntpd-rs/conf.ts'
import { parseOpenNtpdConf } from '#dialects/openntpd/conf.ts'
import { parseTimesyncdConf, usedServers } from '#dialects/timesyncd/sources.ts'
import { Chronyd } from '../models/chronyd/chronyd.ts'
import { nobody } from '../models/none.ts'
import { Ntpd } from '../models/ntpd/ntpd.ts'
import { RepeatedNtpd } from '../models/ntpd/repeated.ts'
import { NtpdRs } from '../models/ntpd-rs/ntpd-rs.ts'
import { OpenNtpd } from '../models/openntpd/openntpd.ts'
import { Timekeeper } from '../models/timekeeper/timekeeper.ts'
import { Timesyncd } from '../models/timesyncd/timesyncd.ts'
import { agentPlayer, daemonPlayer, type PlayerMaker } from '../run.ts'
import type { Scenario } from '../scenario/schema.ts'
import { POOL } from '../scenario/world.ts'

export type PlayerSpec = Playable & {
  /** By how much the clock is ahead at the start for this player, whatever the story says. */
  readonly offset?: Seconds
}

type Playable =
  | {
      readonly kind: 'clockwright'
      readonly name: string
      readonly config?: AgentConfig
      /** Shortest and longest poll of each source, where no configuration says them. */
      readonly polls?: readonly [PollLog2, PollLog2]
    }
  | {
      readonly kind: 'ntpd'
      readonly name: string
      /** As people write it: `4.2.6p5`, `ntpsec-1.2.2`. */
      readonly version: string
      readonly options: string
      /** With -q among the options: a script runs it again and again, and sleeps so long in between. */
      readonly again?: Seconds
      /** The text of its ntp.conf; absent: all servers of the story, each with iburst. */
      readonly config?: string
    }
  | { readonly kind: 'chronyd'; readonly name: string; readonly config?: string }
  /** The text of timesyncd.conf, ntpd.conf, ntp.toml. */
  | { readonly kind: 'timesyncd' | 'openntpd' | 'ntpd-rs'; readonly name: string; readonly config: string }
  /** It has no file: it asks the first server of the story. */
  | { readonly kind: 'timekeeper'; readonly name: string }
  | { readonly kind: 'none'; readonly name: string }

/** How well a drift file knows what the oscillator gains. */
const KNOWN_TO: Rate = 0.1 * PPM

export function makePlayer(spec: PlayerSpec, scenario: Scenario): PlayerMaker {
  const addresses = scenario.server.map(({ address }) => address)
  const gains = scenario.guest.driftfile ? scenario.guest.frequencyerror * PPM : undefined
  switch (spec.kind) {
    case 'clockwright':
      return agentPlayer(agentConfig(spec, addresses, gains))
    case 'ntpd': {
      const read = parseConf(spec.config ?? askingAll(addresses), 'ntp.conf')
      const config = { ...read, associations: namingServers(read.associations, addresses) }
      const { version, again } = spec
      const options = spec.options.split(/\s+/).filter(word => word !== '')
      const drift = gains === undefined ? undefined : -gains
      return daemonPlayer(({ random, recording }) => {
        const setup = { config, version, options, random, recording, drift }
        return again === undefined ? new Ntpd(setup) : new RepeatedNtpd(setup, again)
      })
    }
    case 'chronyd': {
      const { said, sources } = readChronyConf(spec.config ?? askingAll(addresses), 'chrony.conf')
      const config = {
        settings: { ...CHRONY_DEFAULTS, ...said },
        sources: namingServers(sources, addresses),
        ...(gains === undefined ? {} : { drift: { frequency: gains, skew: KNOWN_TO } }),
      }
      return daemonPlayer(({ random, recording }) => new Chronyd({ ...config, recording }, random))
    }
    case 'timesyncd': {
      const read = parseTimesyncdConf(spec.config, 'timesyncd.conf')
      const servers = namingServers(usedServers(read).map(withServer), addresses)
      const config = { ...read, assignments: [{ list: 'NTP' as const, line: 0, servers }] }
      return daemonPlayer(stage => new Timesyncd({ config, ...stage }))
    }
    case 'openntpd': {
      const read = parseOpenNtpdConf(spec.config, 'ntpd.conf')
      const config = { ...read, servers: namingServers(read.servers.map(withAll), addresses) }
      return daemonPlayer(stage => new OpenNtpd({ config, drift: gains && -gains, ...stage }))
    }
    case 'ntpd-rs': {
      const read = parseNtpdRsConf(spec.config, 'ntp.toml')
      const config = { ...read, sources: namingServers(read.sources.map(withMode), addresses) }
      return daemonPlayer(stage => new NtpdRs({ config, ...stage }))
    }
    case 'timekeeper':
      return daemonPlayer(stage => new Timekeeper({ server: addresses[0]!, ...stage }))
    case 'none':
      return nobody
  }
}

const USUAL_POLLS = [SOURCE_DEFAULTS.minpoll, SOURCE_DEFAULTS.maxpoll] as const

const askingAll = (addresses: readonly string[]): string =>
  addresses.map(address => `server ${address} iburst`).join('\n')

function agentConfig(
  { config, polls: [minpoll, maxpoll] = USUAL_POLLS }: Extract<PlayerSpec, { kind: 'clockwright' }>,
  addresses: readonly string[],
  gains: Rate | undefined,
): AgentConfig {
  const sources = config
    ? namingServers(config.sources.map(withKind), addresses).map(({ kind: _, ...source }) => ({
        ...source,
        name: source.address,
      }))
    : addresses.map(address => ({ ...SOURCE_DEFAULTS, minpoll, maxpoll, name: address, address }))
  return {
    ...AGENT_DEFAULTS,
    ...config,
    sources,
    ...(gains === undefined ? {} : { expectedRate: { rate: -gains, deviation: KNOWN_TO } }),
  }
}

const withKind = <S extends { readonly pool: boolean }>(source: S) => ({
  ...source,
  kind: source.pool ? 'pool' : 'server',
})

const withServer = <S extends object>(source: S) => ({ ...source, kind: 'server' })
const withAll = <S extends { readonly all: boolean }>(source: S) => ({
  ...source,
  kind: source.all ? 'pool' : 'server',
})
const withMode = <S extends { readonly mode: string }>(source: S) => ({
  ...source,
  kind: source.mode.endsWith('pool') ? 'pool' : 'server',
})

/**
 * A real configuration names servers that are not in the story. Those that are stay; each other one stands for the next server
 * that nobody stands for yet, a pool for all that are left; who finds none left is left out.
 */
export function namingServers<S extends { readonly kind: string; readonly address: string }>(
  sources: readonly S[],
  addresses: readonly string[],
): S[] {
  const named = new Set(sources.map(({ address }) => address))
  const free = addresses.filter(address => !named.has(address))
  const taken = new Set<string>()
  const result: S[] = []
  const pools: number[] = []
  for (const source of sources) {
    if (isLocal(source.address)) result.push(source)
    else if (source.kind === 'pool') pools.push(result.push(source) - 1)
    else {
      const address = addresses.includes(source.address) ? source.address : free.shift()
      if (address === undefined || taken.has(address)) continue
      taken.add(address)
      result.push({ ...source, address })
    }
  }
  const [pool] = pools
  return result.flatMap((source, i) => {
    if (!pools.includes(i)) return [source]
    return i === pool && (free.length > 0 || taken.size === 0) ? [{ ...source, address: POOL }] : []
  })
}

/** How many servers a configuration asks, once each pool has found its own. */
export const serversAsked = (spec: PlayerSpec): number =>
  sourcesOf(spec)
    ?.filter(({ address }) => !isLocal(address))
    .reduce((sum, { kind }) => sum + (kind === 'pool' ? POOL_SIZE : 1), 0) ?? POOL_SIZE

/** Undefined where no configuration says them. */
function sourcesOf(
  spec: PlayerSpec,
): readonly { readonly kind: string; readonly address: string }[] | undefined {
  switch (spec.kind) {
    case 'ntpd':
      return spec.config === undefined ? undefined : parseConf(spec.config, 'ntp.conf').associations
    case 'chronyd':
      return spec.config === undefined ? undefined : readChronyConf(spec.config, 'chrony.conf').sources
    case 'timesyncd':
      return usedServers(parseTimesyncdConf(spec.config, 'timesyncd.conf')).map(withServer)
    case 'openntpd':
      return parseOpenNtpdConf(spec.config, 'ntpd.conf').servers.map(withAll)
    case 'ntpd-rs':
      return parseNtpdRsConf(spec.config, 'ntp.toml').sources.map(withMode)
    case 'clockwright':
      return spec.config?.sources.map(withKind)
    default:
      return undefined
  }
}

const POOL_SIZE = 4

/** Of this machine: nobody who is asked over the network. */
const isLocal = (address: string): boolean => address === '' || REFERENCE_CLOCK.test(address)
