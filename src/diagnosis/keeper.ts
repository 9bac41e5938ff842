/** Which daemon kept the clock, in which version, and what that version is known to do. */
import type { HostLog } from '#analysis/log/host-log.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import { type Habits, habitsOf } from './habits.ts'

export interface Keeper extends Habits {
  readonly daemon: Daemon
  /** As it names itself: `4.2.8p6`; undefined when no line says it. */
  readonly version: string | undefined
  readonly ntpsec: boolean
  /** `tinker stepout` below 300 s does nothing, silently: ntpd from 4.2.7p53 on, and NTPsec. Undefined: not known. */
  readonly clampsStepout: boolean | undefined
  /** For sentences. */
  readonly name: string
  readonly panicAbove: Seconds
}

/** ntpd's panic threshold; chronyd has none unless it is configured. */
const PANIC: Seconds = 1000

export const keeperOf = (log: HostLog, daemon: Daemon): Keeper => ({
  ...programOf(log, daemon),
  ...habitsOf(log, daemon),
})

function programOf(log: HostLog, daemon: Daemon): Omit<Keeper, keyof Habits> {
  const texts = [...log.events.of('version'), ...log.timeless.filter(({ what }) => what === 'version')]
    .filter(event => event.daemon === daemon)
    .map(({ text }) => text)
  if (daemon === 'chrony') {
    const version = texts.map(text => /chronyd version (\S+)/.exec(text)?.[1]).find(Boolean)
    return {
      daemon,
      version,
      ntpsec: false,
      clampsStepout: false,
      name: version ? `chronyd ${version}` : 'chronyd',
      panicAbove: Number.POSITIVE_INFINITY,
    }
  }
  if (daemon !== 'ntpd')
    return {
      daemon,
      version: undefined,
      ntpsec: false,
      clampsStepout: undefined,
      name: daemon === 'timesyncd' ? 'systemd-timesyncd' : nameOfOther(log),
      panicAbove: Number.POSITIVE_INFINITY,
    }
  const ntpsec = texts.some(text => /ntpsec/i.test(text))
  const version = texts
    .map(text => /ntpd (?:ntpsec-)?(\d+\.\d+\S*?)(?:@|:|\s|$)/.exec(text)?.[1])
    .find(Boolean)
  const clampsStepout = ntpsec || clampsByVersion(version, texts)
  const program = ntpsec ? 'ntpd (NTPsec)' : 'ntpd'
  const about =
    version ?? (clampsStepout === undefined || ntpsec ? undefined : clampsStepout ? '4.2.8+' : 'before 4.2.8')
  return {
    daemon,
    version: version ?? about,
    ntpsec,
    clampsStepout,
    name: about ? `${program} ${about}` : program,
    panicAbove: PANIC,
  }
}

/** The formats that are called as the program that prints them. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['linuxptp', 'linuxptp'],
  ['sntp', 'sntp'],
  ['ntpdate -q', 'ntpdate'],
])

function nameOfOther(log: HostLog): string {
  const once = [...log.events.of('stepped', 'slew-begun'), ...log.timeless].some(
    event => event.once && event.daemon === 'other',
  )
  if (log.sizes.rows > 0) return 'linuxptp'
  return NAMED.get(log.bestSamples('other')?.format ?? '') ?? (once ? 'ntpdate' : 'the time daemon')
}

function clampsByVersion(version: string | undefined, texts: readonly string[]): boolean | undefined {
  const match = version && /^(\d+)\.(\d+)\.(\d+)(?:p(\d+))?/.exec(version)
  if (match) {
    const [major, minor, patch, point] = match.slice(1).map(each => Number(each ?? 0)) as [
      number,
      number,
      number,
      number,
    ]
    const number = major * 1e6 + minor * 1e3 + patch
    return number > 4_002_007 || (number === 4_002_007 && point >= 53)
  }
  if (texts.includes('4.2.8 or later')) return true
  if (texts.includes('before 4.2.8')) return false
  return undefined
}
