/**
 * Who is to keep the clock in a story, as plain data: it can be named on a command line, kept in a file, and handed to a worker
 * thread or a web worker, which then makes the player (`make.ts`).
 */
import type { AgentConfig } from '#core/agent/config.ts'
import type { PollLog2, Seconds } from '#core/time/units.ts'
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { REFERENCE_CLOCK } from '#dialects/ntpd/sources.ts'
import { parseVersion } from '#dialects/ntpd/version.ts'
import { parseNtpdRsConf } from '#dialects/ntpd-rs/conf.ts'
import { parseOpenNtpdConf } from '#dialects/openntpd/conf.ts'
import { parseTimesyncdConf, type TimesyncdConf, usedServers } from '#dialects/timesyncd/sources.ts'
import type { Scenario } from '../scenario/schema.ts'
import { isHostClock, showsHostClock } from './host-clock.ts'

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
  | { readonly kind: 'timesyncd'; readonly name: string; readonly config: string }
  | { readonly kind: 'openntpd'; readonly name: string; readonly config: string }
  | { readonly kind: 'ntpd-rs'; readonly name: string; readonly config: string }
  /** It has no file: it asks the first server of the story. */
  | { readonly kind: 'timekeeper'; readonly name: string }
  | { readonly kind: 'none'; readonly name: string }

/** Whom a configuration asks over the network; nobody where none says it. */
export const namedBy = (spec: PlayerSpec): string[] =>
  (sourcesOf(spec) ?? []).filter(isAsked).map(({ address }) => address)

/** How many servers a configuration asks, once each pool has found its own. */
export const serversAsked = (spec: PlayerSpec): number =>
  sourcesOf(spec) === undefined
    ? POOL_SIZE
    : sourcesAsked(spec).reduce((sum, { servers }) => sum + servers, 0)

/** The same, where the lines of a configuration name them; undefined where nobody says whom to ask. */
export const serversNamed = (spec: PlayerSpec): number | undefined =>
  sourcesOf(spec) === undefined || asksCompiledIn(spec) ? undefined : serversAsked(spec)

/** A timesyncd.conf that names nobody. */
const asksCompiledIn = (spec: PlayerSpec): boolean =>
  spec.kind === 'timesyncd' && usedServers(parseTimesyncdConf(spec.config, 'timesyncd.conf')).length === 0

/** Whom a configuration asks over the network, as how many servers each counts, pools last; nobody where none says it. */
export const sourcesAsked = (
  spec: PlayerSpec,
): readonly { readonly kind: 'server' | 'pool'; readonly address: string; readonly servers: number }[] => {
  const asked = (sourcesOf(spec) ?? []).filter(isAsked)
  const pools = asked.filter(({ kind }) => kind === 'pool')
  return [
    ...asked
      .filter(({ kind }) => kind !== 'pool')
      .map(({ address }) => ({ kind: 'server' as const, address, servers: 1 })),
    ...pools.map(({ address, maxsources = POOL_SIZE }) => ({
      kind: 'pool' as const,
      address,
      servers: maxsources,
    })),
  ]
}

/**
 * It names nobody, waits for nobody who sends his time by himself, or nobody in the story does, and reads no clock of the host, or the
 * hypervisor of the story shows none.
 */
export const namesNobody = (
  spec: PlayerSpec,
  { hypervisor, server }: Partial<Pick<Scenario, 'hypervisor' | 'server'>> = {},
): boolean =>
  serversAsked(spec) === 0 &&
  !(listens(spec) && (server?.some(({ multicast }) => multicast !== undefined) ?? true)) &&
  !((!hypervisor || showsHostClock({ hypervisor })) && readsHostClock(spec))

/** For those who send their time by themselves. */
const listens = (spec: PlayerSpec): boolean =>
  (sourcesOf(spec) ?? []).some(({ kind }) => kind.endsWith('castclient'))

const readsHostClock = (spec: PlayerSpec): boolean =>
  spec.kind === 'chronyd' && readChronyConf(spec.config ?? '', 'chrony.conf').refclocks.some(isHostClock)

/** What is said of such a configuration. */
export const whyNobody = (spec: PlayerSpec): string =>
  `${NAMES_NOBODY}${listens(spec) ? `; ${NOBODY_BROADCASTS}` : ''}`

const NAMES_NOBODY = 'names no server that could be asked over the network'
const NOBODY_BROADCASTS =
  'it listens, and in this story nobody sends his time by himself (a scenario may have `multicast` for a [[server]])'

/** NTPsec writes a reference clock as what it is, and its driver where others have an address. */
export const isAsked = ({ kind, address }: { readonly kind: string; readonly address: string }): boolean =>
  kind !== 'refclock' && !isLocal(address)

/** Undefined where no configuration says them. */
function sourcesOf(
  spec: PlayerSpec,
): readonly { readonly kind: string; readonly address: string; readonly maxsources?: number }[] | undefined {
  switch (spec.kind) {
    case 'ntpd':
      return spec.config === undefined
        ? undefined
        : parseConf(spec.config, 'ntp.conf', parseVersion(spec.version)).associations
    case 'chronyd':
      return spec.config === undefined ? undefined : readChronyConf(spec.config, 'chrony.conf').sources
    case 'timesyncd':
      return askedByTimesyncd(parseTimesyncdConf(spec.config, 'timesyncd.conf')).map(withServer)
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

/** A timesyncd that is told nobody asks those that were compiled in: most distributions name four. */
export function askedByTimesyncd(conf: TimesyncdConf): readonly { readonly address: string }[] {
  const named = usedServers(conf)
  return named.length > 0 ? named : COMPILED_IN.map(address => ({ address }))
}

const COMPILED_IN = ['0.compiled-in', '1.compiled-in', '2.compiled-in', '3.compiled-in']
const POOL_SIZE = 4

/** Of this machine: nobody who is asked over the network. */
export const isLocal = (address: string): boolean => address === '' || REFERENCE_CLOCK.test(address)

/** Servers and pools of all daemons by the same names. */
export const withKind = <S extends { readonly pool: boolean }>(source: S) => ({
  ...source,
  kind: source.pool ? 'pool' : 'server',
})

export const withServer = <S extends object>(source: S) => ({ ...source, kind: 'server' })
export const withAll = <S extends { readonly all: boolean }>(source: S) => ({
  ...source,
  kind: source.all ? 'pool' : 'server',
})
export const withMode = <S extends { readonly mode: string }>(source: S) => ({
  ...source,
  kind: source.mode.endsWith('pool') ? 'pool' : 'server',
})
