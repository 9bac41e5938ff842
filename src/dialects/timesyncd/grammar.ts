/** Every key of timesyncd.conf with the version of systemd that brought it (timesyncd.conf(5)). Others are passed over, with a warning in the log. */
import type { Availability } from '../grammar.ts'

/** What people take these keys for, and no slip of a finger brings. */
const TAKEN_FOR: readonly (readonly [wrong: RegExp, key: string])[] = [
  [/^(?:ntp)?[-_]?servers?$/i, 'NTP'],
  [/^fallback[-_]?(?:ntp)?[-_]?(?:servers?)?$/i, 'FallbackNTP'],
]

export const keyTakenFor = (word: string): string | undefined =>
  TAKEN_FOR.find(([wrong]) => wrong.test(word))?.[1]

/** Words of other programs, which systemd passes over without a word (systemd.syntax(7)). */
export const isOwn = (name: string): boolean => name.startsWith('X-')

const since = (version: string): Availability => ({ family: undefined, since: version, until: undefined })

export const TIMESYNCD_KEYS: ReadonlyMap<string, Availability> = new Map([
  ['NTP', since('216')],
  // Another word for it, which the manual does not have (timesyncd-gperf.gperf).
  ['Servers', since('216')],
  ['FallbackNTP', since('216')],
  ['RootDistanceMaxSec', since('236')],
  ['PollIntervalMinSec', since('236')],
  ['PollIntervalMaxSec', since('236')],
  ['ConnectionRetrySec', since('248')],
  ['SaveIntervalSec', since('250')],
])
