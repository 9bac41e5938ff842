/**
 * Servers that somebody has named for a daemon. Those of a pool of a vendor, or of everybody, stand in the file that a package brings:
 * they say of nobody that he wants them. Who has set up one daemon and left the other as it came means the one.
 */
import type { ConfigurationFile, TimeDaemon } from '#core/guest/inventory.ts'
import { parseChronyConf, parseChronySources } from '#dialects/chrony/sources.ts'
import { parseNtpConf } from '#dialects/ntpd/sources.ts'
import { parseOpenNtpdConf } from '#dialects/openntpd/conf.ts'
import { combineServers, parseTimesyncdConf } from '#dialects/timesyncd/sources.ts'
import { lacksSources, namesSources } from './subject.ts'

export function ownServers({ name, configuration }: TimeDaemon): string[] {
  const named = SERVERS[name]?.(configuration) ?? []
  return [...new Set(named)].filter(address => !BROUGHT.test(address))
}

/** No package brings a clock that is attached, nor a file without a server for those that it is handed. */
export const hasOwnSources = (daemon: TimeDaemon): boolean =>
  ownServers(daemon).length > 0 ||
  daemon.configuration.some(({ text }) => ATTACHED.test(text)) ||
  lacksSources(daemon) ||
  ((daemon.given ?? daemon.dhcpHook) !== undefined && !namesSources(daemon))

const ATTACHED = /^\s*(?:refclock\s|server\s+127\.127\.(?!1\.))/m

const ofNtpd = (files: readonly ConfigurationFile[]): string[] =>
  files.flatMap(({ text, path }) => parseNtpConf(text, path).sources.map(({ address }) => address))

const SERVERS: Readonly<Partial<Record<string, (files: readonly ConfigurationFile[]) => string[]>>> = {
  chronyd: files =>
    files.flatMap(({ text, path }) =>
      (path.endsWith('.sources') ? parseChronySources : parseChronyConf)(text, path).sources.map(
        ({ address }) => address,
      ),
    ),
  ntpd: ofNtpd,
  ntpsec: ofNtpd,
  openntpd: files =>
    files.flatMap(({ text, path }) => parseOpenNtpdConf(text, path).servers.map(({ address }) => address)),
  'systemd-timesyncd': files =>
    combineServers(
      files.map(({ text, path }) => parseTimesyncdConf(text, path)),
      'NTP',
    ).map(({ source: { address } }) => address),
}

/** The pool of a country or a continent somebody has chosen; OpenNTPD comes with Cloudflare's. */
const BROUGHT =
  /^(?:(?:\d\.)?(?:(?!(?:[a-z]{2}|africa|asia|europe|north-america|oceania|south-america)\.)[\w-]+\.)?pool\.ntp\.org|(?:\d\.)?ntp(?:-bootstrap)?\.ubuntu\.com|time\.cloudflare\.com)$/i
