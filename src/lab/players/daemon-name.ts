/** The daemons that can be played with a configuration of their own, as people write their names. */

export type DaemonKind = 'ntpd' | 'chronyd' | 'timesyncd' | 'openntpd' | 'ntpd-rs'

/** The versions that are played when nobody says which. */
export const USUAL_NTPD = '4.2.8p15'
const USUAL_NTPSEC = '1.2.2'

/** What somebody may write, for messages. */
export const KNOWN_DAEMONS =
  '"chrony", "timesyncd", "openntpd", "ntpd-rs", or an ntpd with its version, like "ntpd-4.2.6p5", "ntpd-4.2.8p15", "ntpsec-1.2.2"'

const NAMES: readonly (readonly [DaemonKind, RegExp])[] = [
  ['chronyd', /^chronyd?(-[\d.]+)?$/],
  ['timesyncd', /^(systemd-)?timesyncd$/],
  ['openntpd', /^openntpd(-[\d.]+(p\d+)?)?$/],
  ['ntpd-rs', /^ntpd-rs(-[\d.]+)?$/],
  ['ntpd', /^(ntpd|ntpsec)-\d+\.\d+(\.\d+)?(p\d+)?$/],
]

export function daemonKind(name: string): DaemonKind | undefined {
  return NAMES.find(([, pattern]) => pattern.test(name))?.[0]
}

export const isDaemon = (name: string): boolean => daemonKind(name) !== undefined

/** How people would write the daemon that a machine runs, by its name in an inventory; undefined when it is not played. */
export function writtenDaemon(name: string, version?: string): string | undefined {
  switch (name) {
    case 'chronyd':
      return 'chrony'
    case 'ntpd':
      return `ntpd-${version ?? USUAL_NTPD}`
    case 'ntpsec':
      return `ntpsec-${version ?? USUAL_NTPSEC}`
    case 'systemd-timesyncd':
      return 'timesyncd'
    case 'openntpd':
    case 'ntpd-rs':
      return name
    default:
      return undefined
  }
}
