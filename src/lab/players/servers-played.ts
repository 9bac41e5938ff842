/**
 * A configuration may ask for more servers than a story has. Those that are too many are left out, which is to be said: what a daemon
 * does hangs on their number, and by some settings it follows nobody where fewer agree.
 */
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { parseOptions } from '#dialects/ntpd/options.ts'
import { settingsOf } from '#dialects/ntpd/settings.ts'
import { parseVersion } from '#dialects/ntpd/version.ts'
import { parseNtpdRsConf } from '#dialects/ntpd-rs/conf.ts'
import type { Scenario } from '../scenario/schema.ts'
import { hostClockSources, showsHostClock } from './host-clock.ts'
import { type PlayerSpec, serversAsked, serversNamed } from './player.ts'
import { storyFor } from './story-for.ts'

/** What is to be said of the servers of a player in this story; nothing where all whom he asks are played, and enough of them. */
export const saidOfServers = (spec: PlayerSpec, scenario: Scenario): string[] =>
  [whyFewer(spec, scenario), whyNobodyAgrees(spec, scenario)].flatMap(why =>
    why === undefined ? [] : [`${spec.name}: ${why}`],
  )

function whyFewer(spec: PlayerSpec, { server }: Scenario): string | undefined {
  const named = serversNamed(spec) ?? 0
  return named > server.length
    ? `it asks ${named} servers, and this story has ${server.length}: the others are not played`
    : undefined
}

interface Least {
  readonly agreeing: number
  readonly setting: string
}

function whyNobodyAgrees(spec: PlayerSpec, scenario: Scenario): string | undefined {
  const least = leastOf(spec)
  if (!least) return undefined
  const asked = Math.min(serversAsked(spec), scenario.server.length) + hostClocks(spec, scenario)
  if (asked === 0 || asked >= least.agreeing) return undefined
  const are = asked === 1 ? '1 server is' : `${asked} servers are`
  return `${are} asked here, and ${spec.kind} follows nobody unless ${least.agreeing} agree (${least.setting}): its clock is therefore not kept`
}

/** How many must agree. */
function leastOf(spec: PlayerSpec): Least | undefined {
  switch (spec.kind) {
    case 'ntpd': {
      const version = parseVersion(spec.version)
      if (!version || spec.config === undefined) return undefined
      const options = parseOptions(spec.options.split(/\s+/))
      const { minsane } = settingsOf(parseConf(spec.config, 'ntp.conf', version), options, version)
      return { agreeing: minsane, setting: 'tos minsane' }
    }
    case 'chronyd': {
      const { minsources = 1 } = readChronyConf(spec.config ?? '', 'chrony.conf').said
      return { agreeing: minsources, setting: 'minsources' }
    }
    case 'ntpd-rs': {
      const { minimumAgreeingSources } = parseNtpdRsConf(spec.config, 'ntp.toml').settings
      return { agreeing: minimumAgreeingSources, setting: 'minimum-agreeing-sources' }
    }
    default:
      return undefined
  }
}

function hostClocks(spec: PlayerSpec, scenario: Scenario): number {
  if (spec.kind !== 'chronyd' || !showsHostClock(storyFor(spec, scenario))) return 0
  return hostClockSources(readChronyConf(spec.config ?? '', 'chrony.conf').refclocks).length
}
