/** The daemons that can be played with a configuration of their own, as people write their names. */
import { parseChronydOptions } from '#dialects/chrony/options.ts'

export type DaemonKind = 'ntpd' | 'chronyd' | 'timesyncd' | 'openntpd' | 'ntpd-rs'

/** The versions that are played when nobody says which. */
export const USUAL_NTPD = '4.2.8p15'
const USUAL_NTPSEC = '1.2.2'

/** What somebody may write, for messages. */
export const KNOWN_DAEMONS =
  '"chrony", "timesyncd", "openntpd", "ntpd-rs", or an ntpd (4.0 to 4.3) or ntpsec with its version, like "ntpd-4.2.6p5", "ntpd-4.2.8p15", "ntpsec-1.2.2"'

const NAMES: readonly (readonly [DaemonKind, RegExp])[] = [
  ['chronyd', /^chronyd?(-[\d.]+)?$/],
  ['timesyncd', /^(systemd-)?timesyncd$/],
  ['openntpd', /^openntpd(-[\d.]+(p\d+)?)?$/],
  ['ntpd-rs', /^ntpd-rs(-[\d.]+)?$/],
  // Those that there are; what ntpd was before 4.0 kept the clock in other ways.
  ['ntpd', /^ntpd-4\.[0-3](\.\d+)?(p\d+)?$/],
  ['ntpd', /^ntpsec-[01]\.\d+(\.\d+)?(p\d+)?$/],
]

/** What the models of the others do, whatever version is asked for: their sources of these versions were read. */
const MODELLED: Readonly<Partial<Record<DaemonKind, string>>> = {
  chronyd: '4',
  openntpd: '7',
  'ntpd-rs': '1',
}

/** Series of releases, and the newest of each that was known here at the end of 2025. */
const RELEASED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  chronyd: { '1': 31, '2': 4, '3': 5, '4': 8 },
  // Releases, and the point releases of the last of each of the others that had any.
  ntpd: { '4.0': 99, '4.1': 80, '4.2': 8, '4.3': 108, '4.2.2': 4, '4.2.4': 8, '4.2.6': 5, '4.2.8': 18 },
  ntpsec: { '0.9': 7, '1.0': 1, '1.1': 9, '1.2': 4 },
  openntpd: { '3': 9, '4': 9, '5': 9, '6': 8, '7': 9 },
  'ntpd-rs': { '0': 3, '1': 7 },
}

/** A version that nobody has released, as far as is known here; undefined where one has, or none is named. */
function unknownVersion(name: string): string | undefined {
  const kind = daemonKind(name)
  const [, version] = /-(\d[\d.p]*)$/.exec(withoutBuild(name)) ?? []
  if (kind === undefined || version === undefined) return undefined
  const program = name.startsWith('ntpsec') ? 'ntpsec' : kind
  const series = RELEASED[program]!
  const numbers = version.split(/[.p]/)
  const isBeyond = numbers.some((number, i) => {
    if (i === 0) return false
    const newest = series[numbers.slice(0, i).join('.')]
    return newest !== undefined && Number(number) > newest
  })
  const isOfSeries = Object.keys(series).some(each => `${version}.`.startsWith(`${each}.`))
  return isBeyond || !isOfSeries
    ? `no ${program} ${version} is known here: it is played as the nearest that is`
    : undefined
}

/** What is played in place of a version of which there is no model; undefined where there is one. */
export function otherVersion(name: string): string | undefined {
  const unknown = unknownVersion(name)
  if (unknown !== undefined) return unknown
  const kind = daemonKind(name)
  const played = kind && MODELLED[kind]
  const [, major] = /-(\d+)[\d.p]*$/.exec(name) ?? []
  return played === undefined || major === undefined || major === played
    ? undefined
    : `${name} is played as ${kind} ${played}`
}

/** Why somebody cannot be played with such a command line; undefined when he can. */
export function whyNotWith(kind: string, options: string): string | undefined {
  if (kind === 'ntpd') return undefined
  return kind === 'chronyd' && parseChronydOptions(options.split(/\s+/)).watchesOnly
    ? 'chronyd -x does not touch the clock: see the player `none`'
    : 'options are for ntpd only'
}

export function daemonKind(name: string): DaemonKind | undefined {
  return NAMES.find(([, pattern]) => pattern.test(withoutBuild(name)))?.[0]
}

/** ntpd says of itself `4.2.8p15@1.3728-o`: behind the version stands of which change it was built, and how. */
export const withoutBuild = (name: string): string => name.replace(/@\d[\d.]*(?:-[a-z]+)?$/, '')

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
