/** ntpd-rs follows nobody where fewer are asked than must agree; other daemons follow one alone. */
import { parseNtpdRsConf } from '#dialects/ntpd-rs/conf.ts'
import type { Scenario } from '../scenario/schema.ts'
import { type PlayerSpec, serversAsked } from './player.ts'

/** What is to be said of a player who cannot follow anybody in this story. */
export function whyNobodyAgrees(spec: PlayerSpec, { server }: Pick<Scenario, 'server'>): string | undefined {
  if (spec.kind !== 'ntpd-rs') return undefined
  const { minimumAgreeingSources } = parseNtpdRsConf(spec.config, 'ntp.toml').settings
  const asked = Math.min(serversAsked(spec), server.length)
  return asked < minimumAgreeingSources
    ? `${spec.name}: ${asked === 1 ? '1 server is' : `${asked} servers are`} asked here, and ntpd-rs follows nobody unless ${minimumAgreeingSources} agree (minimum-agreeing-sources)`
    : undefined
}
