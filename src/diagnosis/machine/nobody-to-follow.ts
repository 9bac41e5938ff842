/**
 * A daemon that has nobody to follow keeps no clock, whatever its options: it asks nobody, or only whom it cannot believe, and no network names servers for it, or
 * none of those that it asks answers, or had been heard when the copy was made. What sets the clock beside it is then all that does.
 */
import type { Inventory, TimeDaemon } from '#core/guest/inventory.ts'
import type { Finding } from '../finding.ts'
import { isOfKernel, justStarted, longestListing, saying } from './said-then.ts'
import { type LiveFacts, type MachineSubject, settingDaemons } from './subject.ts'

/** `others`: what the linter found of its configuration. */
export const thoseWithNobodyToFollow = (
  { inventory, live }: Pick<MachineSubject, 'inventory' | 'live'>,
  others: readonly Finding[],
): readonly string[] =>
  settingDaemons(inventory)
    .filter(
      daemon => asksNobody(daemon, others) || (live ? nobodyAnswers(live) : heardNobody(daemon, inventory)),
    )
    .map(({ name }) => name)

/** systemd-timesyncd follows whom the network names, too, which is said by a lesser finding. */
const asksNobody = (
  { name, configuration, given, dhcpHook }: TimeDaemon,
  others: readonly Finding[],
): boolean =>
  !given &&
  !dhcpHook &&
  others.some(
    finding =>
      ((finding.name === 'no-source' && (finding.severity === 'critical' || name !== 'systemd-timesyncd')) ||
        (finding.name === 'key-not-there' && finding.severity === 'critical')) &&
      configuration.some(({ path }) => path === finding.evidence[0]?.path),
  )

/** They were asked just now, and the kernel does not know of anybody who has heard them. */
const nobodyAnswers = ({ sources, assumed, kernelClock }: LiveFacts): boolean =>
  !assumed &&
  sources.length > 0 &&
  sources.every(({ answers }) => !answers) &&
  kernelClock?.synchronised === false

/** Nothing says of it that it was synchronised all the same. The flag of the kernel any other may have set. */
export function heardNobody({ name }: TimeDaemon, inventory: Inventory): boolean {
  const synchronised = saying(inventory, 'synchronised')
  if (justStarted(inventory)) return false
  // It tells only the kernel that it is.
  if (name === 'systemd-timesyncd')
    return synchronised.length === 0 && saying(inventory, 'timed-out', 'unresolved').length > 0
  const listed = [...longestListing(inventory).values()]
  return (
    synchronised.every(({ evidence }) => isOfKernel(evidence)) &&
    (listed.length > 0
      ? listed.every(({ says, evidence }) => says === 'unreachable' && LISTS[name]?.test(evidence.path))
      : name === 'chronyd' && saying(inventory, 'nameless').length > 0)
  )
}

/** By which program each tells of its sources. */
const LISTS: Readonly<Record<string, RegExp>> = {
  chronyd: /\/chronyc[^/]*$/,
  ntpd: /\/ntpq[^/]*$/,
  ntpsec: /\/ntpq[^/]*$/,
}
