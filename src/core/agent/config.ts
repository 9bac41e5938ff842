/** What the agent needs to be told. The words are those of ntp.conf and chrony.conf. */
import type { RateKnowledge } from '#core/discipline/estimator.ts'
import { POLICY_DEFAULTS, type Policy } from '#core/guest/policy.ts'
import type { PollLog2, Seconds } from '#core/time/units.ts'

export interface AgentConfig {
  readonly sources: readonly SourceConfig[]
  /** How many sources must agree before any is believed (chrony `minsources`). */
  readonly minsources: number
  /** A source with a larger root distance is not used (ntpd `tos maxdist`). */
  readonly maxdistance: Seconds
  readonly policy: Policy
  /** What is known of the counter's rate from an earlier life. */
  readonly expectedRate?: RateKnowledge
}

export interface SourceConfig {
  /** How the source was named by whoever configured it: shown, used as label, unique. */
  readonly name: string
  /** A host name or an IP address. */
  readonly address: string
  readonly port: number
  readonly minpoll: PollLog2
  readonly maxpoll: PollLog2
  /** Four quick requests at the start and whenever the source was unreachable. */
  readonly iburst: boolean
  readonly prefer: boolean
  /** Measured and shown, never used. */
  readonly noselect: boolean
  /** One name that stands for many servers: up to `maxsources` of its addresses are used, bad ones are replaced. */
  readonly pool: boolean
  readonly maxsources: number
  readonly version: 3 | 4
}

export const SOURCE_DEFAULTS: Omit<SourceConfig, 'name' | 'address'> = {
  port: 123,
  minpoll: 6,
  maxpoll: 10,
  iburst: true,
  prefer: false,
  noselect: false,
  pool: false,
  maxsources: 4,
  version: 4,
}

export const AGENT_DEFAULTS: Omit<AgentConfig, 'sources'> = {
  minsources: 1,
  maxdistance: 1.5,
  policy: POLICY_DEFAULTS,
}
