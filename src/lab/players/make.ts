/** From a player's data to one who keeps the clock of a simulated guest. */
import { AGENT_DEFAULTS, type AgentConfig, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import { PPM, type Rate } from '#core/time/units.ts'
import { asSelected } from '#dialects/chrony/authselect.ts'
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { CHRONY_DEFAULTS } from '#dialects/chrony/settings.ts'
import { plainSource } from '#dialects/named-source.ts'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { parseVersion } from '#dialects/ntpd/version.ts'
import { parseNtpdRsConf } from '#dialects/ntpd-rs/conf.ts'
import { parseOpenNtpdConf } from '#dialects/openntpd/conf.ts'
import { parseTimesyncdConf } from '#dialects/timesyncd/sources.ts'
import { Chronyd } from '../models/chronyd/chronyd.ts'
import { nobody } from '../models/none.ts'
import { Ntpd } from '../models/ntpd/ntpd.ts'
import { RepeatedNtpd } from '../models/ntpd/repeated.ts'
import { ntpdRs } from '../models/ntpd-rs/ntpd-rs.ts'
import { openNtpd } from '../models/openntpd/openntpd.ts'
import { Timekeeper } from '../models/timekeeper/timekeeper.ts'
import { timesyncd } from '../models/timesyncd/timesyncd.ts'
import { agentPlayer, daemonPlayer, type PlayerMaker } from '../run.ts'
import type { Scenario } from '../scenario/schema.ts'
import { POOL } from '../scenario/world.ts'
import { hostClockSources, showsHostClock } from './host-clock.ts'
import { deafeningIn } from './left-out.ts'
import {
  askedByTimesyncd,
  isAsked,
  isLocal,
  type PlayerSpec,
  withAll,
  withKind,
  withMode,
  withServer,
} from './player.ts'

/** Whose answers are dropped is asked as one who is not there. */
const NOBODY = '0.0.0.0'
/** How well a drift file knows what the oscillator gains. */
const KNOWN_TO: Rate = 0.1 * PPM

export function makePlayer(spec: PlayerSpec, scenario: Scenario): PlayerMaker {
  const addresses = scenario.server.map(({ address }) => address)
  const gains = scenario.guest.driftfile ? scenario.guest.frequencyerror * PPM : undefined
  switch (spec.kind) {
    case 'clockwright':
      return agentPlayer(agentConfig(spec, addresses, gains))
    case 'ntpd': {
      const text = spec.config ?? askingAll(addresses)
      const said = parseVersion(spec.version)
      const read = parseConf(text, 'ntp.conf', said)
      const deafening = deafeningIn(text, read.associations, said)
      const asked = read.associations.map(each => ({
        ...each,
        deaf: !isLocal(each.address) && deafening(each) !== undefined,
      }))
      const config = {
        ...read,
        associations: namingServers(asked, addresses).map(each =>
          each.deaf ? { ...each, address: NOBODY } : each,
        ),
      }
      const { version, again } = spec
      const options = spec.options.split(/\s+/).filter(word => word !== '')
      const drift = gains === undefined ? undefined : -gains
      return daemonPlayer(({ random, recording }) => {
        const setup = { config, version, options, random, recording, drift }
        return again === undefined ? new Ntpd(setup) : new RepeatedNtpd(setup, again)
      })
    }
    case 'chronyd': {
      const conf = readChronyConf(spec.config ?? askingAll(addresses), 'chrony.conf')
      const hostClock = showsHostClock(scenario) ? hostClockSources(conf.refclocks) : []
      const { sources, attached } = asSelected(conf, hostClock)
      const config = {
        settings: { ...CHRONY_DEFAULTS, ...conf.said },
        sources: [...namingServers(sources, addresses), ...attached],
        ...(gains === undefined ? {} : { drift: { frequency: gains, skew: KNOWN_TO } }),
      }
      return daemonPlayer(({ random, recording }) => new Chronyd({ ...config, recording }, random))
    }
    case 'timesyncd': {
      const read = parseTimesyncdConf(spec.config, 'timesyncd.conf')
      const asked = namingServers(askedByTimesyncd(read).map(withServer), addresses)
      const servers = asked.map(({ address }) => plainSource(address, 0))
      const config = { ...read, assignments: [{ list: 'NTP' as const, line: 0, servers }] }
      return daemonPlayer(stage => timesyncd({ config, ...stage }))
    }
    case 'openntpd': {
      const read = parseOpenNtpdConf(spec.config, 'ntpd.conf')
      const config = { ...read, servers: namingServers(read.servers.map(withAll), addresses) }
      return daemonPlayer(stage => openNtpd({ config, drift: gains && -gains, ...stage }))
    }
    case 'ntpd-rs': {
      const read = parseNtpdRsConf(spec.config, 'ntp.toml')
      const config = { ...read, sources: namingServers(read.sources.map(withMode), addresses) }
      return daemonPlayer(stage => ntpdRs({ config, ...stage }))
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

interface Named {
  readonly kind: string
  readonly address: string
  /** How many a pool takes of those that it finds; absent: all. */
  readonly maxsources?: number
}

/**
 * A real configuration names servers that are not in the story. Those that are stay; each other one stands for the next server
 * that nobody stands for yet, a pool for those that are left then; who finds none left is left out.
 */
export function namingServers<S extends Named>(sources: readonly S[], addresses: readonly string[]): S[] {
  const named = new Set(sources.map(({ address }) => address))
  const free = addresses.filter(address => !named.has(address))
  const taken = new Set<string>()
  const result: S[] = []
  const pools: number[] = []
  for (const source of sources) {
    if (!isAsked(source)) result.push(source)
    else if (source.kind === 'pool') pools.push(result.push(source) - 1)
    else {
      const address = addresses.includes(source.address) ? source.address : free.shift()
      if (address === undefined || taken.has(address)) continue
      taken.add(address)
      result.push({ ...source, address })
    }
  }
  let left = taken.size === 0 ? Math.max(1, free.length) : free.length
  return result.flatMap((source, i) => {
    if (!pools.includes(i)) return [source]
    const finds = left > 0
    left -= source.maxsources ?? left
    return finds ? [{ ...source, address: POOL }] : []
  })
}
