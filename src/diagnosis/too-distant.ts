/**
 * Sources that answer, and that nobody follows for what they say of themselves: the distance to a clock that is right (root delay halved, and
 * root dispersion) is more than their client takes. So it is in many networks of Windows: w32time that asks nobody claims an error of 10 s
 * (LocalClockDispersion), and whoever has its time from that one passes it on.
 */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import { CHRONY_DEFAULTS } from '#dialects/chrony/settings.ts'
import { RECENT_MAXDIST } from '#dialects/ntpd/defaults.ts'
import { TIMESYNCD_DEFAULTS } from '#dialects/timesyncd/settings.ts'
import type { Cause } from './finding.ts'

interface Limit {
  /** How far away a source may be, where nothing else is configured. */
  readonly most: Seconds
  readonly setting: string
  /** What lets it follow a Windows server, too. */
  readonly change: string
  /** What shows the distance of each source. */
  readonly shownBy: readonly string[]
}

const LIMITS: Readonly<Partial<Record<Daemon, Limit>>> = {
  chrony: {
    most: CHRONY_DEFAULTS.maxdistance,
    setting: 'maxdistance',
    change: 'maxdistance 16   (chrony.conf)',
    shownBy: ['chronyc ntpdata   (Root dispersion)'],
  },
  ntpd: {
    most: RECENT_MAXDIST,
    setting: 'tos maxdist',
    change: 'tos maxdist 16   (ntp.conf)',
    shownBy: ['ntpq -c as -c "rv &1"   (flash, rootdisp, refid)'],
  },
  timesyncd: {
    most: TIMESYNCD_DEFAULTS.rootDistanceMax,
    setting: 'RootDistanceMaxSec=',
    change: 'RootDistanceMaxSec=16   (timesyncd.conf)',
    shownBy: [],
  },
}

/** What timesyncd says of a server that it leaves for that. */
export const TOO_DISTANT = /^Server has too large root distance/

/** The limit in words. */
const takes = (daemon: Daemon): string => {
  const limit = LIMITS[daemon]
  return limit
    ? `more than the ${duration(limit.most)} that it takes unless it is told otherwise (${limit.setting})`
    : 'more than it takes'
}

/** Where the distance is not known: why it may be that, or else the daemon says that it is too large. */
export const tooDistantCauses = (daemon: Daemon, distance: Seconds | undefined, unless?: string): Cause[] => [
  {
    what: 'the sources say of themselves that they may be seconds off: Windows servers (domain controllers) that have no source of their own claim 10 s, and pass it on',
    why:
      distance === undefined && unless
        ? unless
        : `their root distance is ${distance === undefined ? '' : `${duration(distance)}, `}${takes(daemon)}`,
  },
  {
    what: 'the sources have lost their own source, or never had one: their root dispersion grows until nobody believes them',
    why: 'if it grew from day to day',
  },
]

export const mendDistance = (
  daemon: Daemon,
): { readonly text: string; readonly changes: readonly string[] } => {
  const limit = LIMITS[daemon]
  return {
    text: `See whom the sources follow, and mend that (a domain controller: \`w32tm /config /manualpeerlist:… /syncfromflags:manual\` on the PDC emulator), or ask others: those that the sources ask. No setting of steps or polls helps.${limit ? ` A larger limit lets them be followed as they are; then a server that says itself that it may be ${duration(WINDOWS)} off is believed, and whatever it shows is taken.` : ''}`,
    changes: limit ? [...limit.shownBy, limit.change] : [],
  }
}

/** LocalClockDispersion of w32time. */
const WINDOWS: Seconds = 10
