/**
 * The clock of the host as chronyd takes it: `refclock PHC` reads a device in which the hypervisor shows it. In a story whose host
 * shows its clock it is one more source, asked as often; without what queues do to packets, as the device is.
 * Facts: chrony.conf(5), "refclock": a poll of 16 s unless it says another. `dpoll` takes the median of several readings, which
 * does nothing to a clock that is read without noise.
 */
import { HOST_CLOCK } from '#core/guest/host-clock.ts'
import { type Refclock, readChronyConf } from '#dialects/chrony/conf.ts'
import type { ChronySource } from '#dialects/chrony/source.ts'
import { FAMILIES, type Family } from '#worlds/simulated/hypervisor/family.ts'
import type { Scenario } from '../scenario/schema.ts'

const USUAL_POLL = '4'
const FLAGS: ReadonlySet<string> = new Set(['prefer', 'trust', 'require', 'noselect'])
const VALUES = ['minsamples', 'maxsamples'] as const

/** Whether the guest of a story can read its host's clock. */
export function showsHostClock({ hypervisor }: Pick<Scenario, 'hypervisor'>): boolean {
  if (!hypervisor) return false
  const { devices }: Family = FAMILIES[hypervisor.family]
  return hypervisor.ptp ?? devices.ptp
}

export const isHostClock = ({ driver }: Refclock): boolean => driver === 'PHC'

/** There is one such clock, however often it is named. */
export function hostClockSources(refclocks: readonly Refclock[]): readonly ChronySource[] {
  const named = refclocks.find(isHostClock)
  if (!named) return []
  const options = named.options.map(word => word.toLowerCase())
  const after = (name: string) => {
    const at = options.indexOf(name)
    return at < 0 ? undefined : options[at + 1]
  }
  const poll = after('poll') ?? USUAL_POLL
  const words = [
    ...options.filter(word => FLAGS.has(word)),
    ...VALUES.flatMap(name => (after(name) === undefined ? [] : [name, after(name)!])),
  ]
  const line = `server ${HOST_CLOCK} minpoll ${poll} maxpoll ${poll} ${words.join(' ')}`
  return readChronyConf(line, '').sources
}
