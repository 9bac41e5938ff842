/** What a rule about a machine judges: what its files say, what was measured on it just now, and what the lab foresees. */
import type { KernelClock } from '#core/guest/facts.ts'
import type { Fact, GuestTool, Inventory, Place, TimeDaemon, UnitFacts } from '#core/guest/inventory.ts'
import { HTPDATE_VALUES, hasFlag } from '#core/guest/timekeepers.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Evidence, Finding, Remedy } from '../finding.ts'
import type { PauseRemedy } from '../repair/pause-remedy.ts'

export interface MachineSubject {
  readonly inventory: Inventory
  /** Undefined for a copy of a machine, and when nothing could be measured. */
  readonly live: LiveFacts | undefined
  /** What a pause would do to this clock; undefined when nothing that the lab knows keeps it. */
  readonly prospect: PauseProspect | undefined
  /** What the rules of `analyze` find in its log (own-log.ts). */
  readonly told?: readonly Finding[]
  /** Daemons that set no clock, since they have nobody to follow: they ask nobody, or nobody is heard. */
  readonly nobodyToFollow?: readonly string[]
}

export interface LiveFacts {
  /** The clock against what most sources agree on; undefined when none answered. Positive: the clock is behind. */
  readonly offset: Seconds | undefined
  readonly bound: Seconds | undefined
  readonly sources: readonly LiveSource[]
  /** Nobody on this machine named these sources. */
  readonly assumed?: boolean
  /** Those that its files name and that are this machine itself: they were not asked. */
  readonly itself?: readonly string[]
  /** The clock of the host, where it can be read. */
  readonly hostClock: LiveSource | undefined
  readonly kernelClock: KernelClock | undefined
}

export interface LiveSource {
  readonly name: string
  /** By which it is asked again. */
  readonly address: string
  /** With a time that can be used. */
  readonly answers: boolean
  /** What it answers instead of the time; undefined where nothing came back. */
  readonly withoutTime?: WithoutTime | undefined
  /** Its host says that nothing listens there. */
  readonly closed?: boolean
  /** No address was found for its name: it was not asked. */
  readonly nameless?: boolean
  /** Why it does not answer or is not believed, in words. */
  readonly why: string | undefined
  readonly offset: Seconds | undefined
  readonly bound: Seconds | undefined
  /** As it says itself; left out where it does not. */
  readonly stratum?: number | undefined
}

/** Its clock follows nobody; kiss code DENY or RSTR; kiss code RATE; each reply fails a packet test. */
export type WithoutTime = 'unsynchronised' | 'denied' | 'slowed' | 'refused'

/** Played in the lab: the configuration that is there, and what the files would be with the remedy. */
export interface PauseProspect {
  readonly model: string
  readonly pause: Seconds
  /** The configuration that is there. */
  readonly now: Recovery
  /** With the remedy; undefined when none of what may be changed here helps, or it was not done in time. */
  readonly best: (Recovery & PauseRemedy) | undefined
  /** With all else that a plan mends, as far as that touches the daemon, and without this remedy. */
  readonly otherwise?: Recovery
  /** Something in its settings keeps the daemon from stepping, or lets it do so only for a while. */
  readonly keptFromStepping: boolean
  /** The remedy that is offered, played or not. */
  readonly remedy: PauseRemedy | undefined
}

export interface Recovery {
  /** Median time to less than 10 ms; infinite when it mostly never gets there. */
  readonly median: Seconds
  /** Of so many runs, how many ended the daemon. */
  readonly exits: number
  readonly runs: number
}

/** Seeds differ by some tenths. */
const WORTH_A_CHANGE = 0.8

/** Is the one clearly worse than the other? */
export const isWorse = (one: Recovery, other: Recovery): boolean =>
  other.exits / other.runs < one.exits / one.runs ||
  (Number.isFinite(other.median) && other.median <= WORTH_A_CHANGE * one.median)

/** Options of ntpd and of chronyd that take a value. */
export const VALUED = 'cDfFiIklLpPrRstuUvVw'

export type MachineRule = (subject: MachineSubject) => Finding[]

/** Is it a guest whose clock stands while it is paused, or may be? A real machine, a container and Xen's dom0 are not. */
export const isGuest = ({ hypervisor, container }: Inventory): boolean =>
  container === undefined &&
  hypervisor !== undefined &&
  hypervisor.value.name !== 'none' &&
  !hypervisor.value.controlDomain

/** What sets the clock again and again, as far as is known: it runs, or would be started with the machine. */
export const settingDaemons = (inventory: Inventory): TimeDaemon[] =>
  activeDaemons(inventory).filter(({ setsTime }) => setsTime?.value !== false)

/**
 * Those that run, or would be started. Where a copy tells of none what is started, those that are configured: which of them it
 * is, nobody knows.
 */
export function activeDaemons(inventory: Inventory): TimeDaemon[] {
  const known = keepers(inventory).filter(
    ({ runs, enabled, unit }) => runs?.value ?? (enabled?.value && !isHeldBack(unit)),
  )
  return known.length > 0 ? known : keepers(inventory).filter(isPresumed)
}

/** It sets the clock when the machine starts, and ends: it keeps none. */
export const setsOnce = ({ name, commandLine }: Pick<TimeDaemon, 'name' | 'commandLine'>): boolean =>
  name === 'ntpdate' ||
  // It stays with -D, and in the foreground with -F.
  (name === 'htpdate' &&
    commandLine !== undefined &&
    !hasFlag(commandLine.value.slice(1), 'DF', HTPDATE_VALUES))

const keepers = ({ daemons }: Inventory): readonly TimeDaemon[] =>
  daemons.filter(each => !setsOnce(each) && !each.elsewhere)

/** Where none runs, those that should: what keeps one from running may stand in its files. */
export function usedDaemons(inventory: Inventory): TimeDaemon[] {
  const active = activeDaemons(inventory)
  return active.length > 0
    ? active
    : keepers(inventory).filter(({ enabled, unit }) => enabled?.value && !isHeldBack(unit))
}

/** systemd keeps one of two units that exclude each other; where both were seen to run it did not. */
export function conflictOf(one: TimeDaemon, other: TimeDaemon): Fact<string> | undefined {
  if (one.runs?.value && other.runs?.value) return undefined
  const said = (a: TimeDaemon, b: TimeDaemon) => a.unit?.conflicts.find(({ value }) => value === b.unit?.name)
  return said(one, other) ?? said(other, one)
}

/** A condition of its unit is not met here. */
const isHeldBack = (unit: UnitFacts | undefined): boolean =>
  unit?.conditions.some(({ met }) => met === false) ?? false

/** Nothing says whether it runs or is started, and there is a configuration for it. */
export const isPresumed = ({ runs, enabled, configuration, unreadable }: TimeDaemon): boolean =>
  runs === undefined && enabled === undefined && configuration.length + unreadable.length > 0

/** Those that do nothing without a file; the service of systemd has servers built in. */
const NEEDS_A_FILE = ['chronyd', 'ntpd', 'ntpsec', 'openntpd', 'ntpd-rs']

/** It is there, and not a word of its configuration has been found: how it keeps time is not known. */
export const lacksConfiguration = ({ name, configuration, unreadable }: TimeDaemon): boolean =>
  NEEDS_A_FILE.includes(name) && configuration.length === 0 && unreadable.length === 0

/** Whom it asks is said where a copy does not reach: in /run, say, where DHCP leaves its servers. */
export const lacksSources = (daemon: TimeDaemon): boolean =>
  (daemon.unseen ?? []).length > 0 && !namesSources(daemon)

export const namesSources = ({ configuration }: TimeDaemon): boolean =>
  configuration.some(({ text }) => NAMES_SOURCES.test(text))

const NAMES_SOURCES =
  /^\s*(?:server|pool|peer|refclock|broadcastclient|multicastclient|manycastclient|enable\s.*\bbclient)\b/im

/** Can it be told who keeps this clock, or that nobody does? */
export function isKeeperKnown(inventory: Inventory): boolean {
  const able = keepers(inventory)
  return able.length === 0
    ? !(inventory.missing.includes('processes') && inventory.missing.includes('programs'))
    : able.some(({ runs, enabled }) => runs !== undefined || enabled !== undefined)
}

export const settingTools = (
  { tools }: Inventory,
  how: 'periodically' | 'after-events' | 'when-asked',
): GuestTool[] => tools.filter(({ setsTime, runs }) => setsTime?.value === how && runs?.value !== false)

/** Told to set it again and again, and not among the processes: they do from their next start on. */
export const sleepingTools = ({ tools }: Inventory): GuestTool[] =>
  tools.filter(({ setsTime, runs }) => setsTime?.value === 'periodically' && runs?.value === false)

/**
 * Does a tool put the clock right after a pause? VMware Tools do after a resume, a restore and a migration unless the host or
 * their own file says otherwise, and nobody in the guest can see what the host says.
 */
export const isPutRightByTools = (inventory: Inventory): boolean =>
  settingTools(inventory, 'periodically').length > 0 ||
  settingTools(inventory, 'after-events').length > 0 ||
  (inventory.hypervisor?.value.name === 'vmware' &&
    inventory.tools.some(
      ({ name, setsTime, runs }) =>
        /^vm(?:toolsd|ware-guestd)$/.test(name) && setsTime === undefined && runs?.value,
    ))

/** A place as evidence. */
export const placed = ({ path, line, text }: Place): Evidence =>
  line === undefined ? { path, text } : { path, line, text }

export const evidenceOf = (...facts: readonly (Fact<unknown> | undefined)[]): Evidence[] =>
  facts.flatMap(fact => fact?.evidence.map(placed) ?? [])

/** A finding about a state, not about a time. */
export function state(
  finding: Omit<Finding, 'from' | 'to' | 'measures' | 'remedy'> & {
    readonly measures?: Finding['measures']
    readonly remedy: Omit<Remedy, 'daemon' | 'version' | 'changes'> &
      Partial<Pick<Remedy, 'daemon' | 'version' | 'changes'>>
  },
): Finding {
  return {
    measures: {},
    ...finding,
    from: undefined,
    to: undefined,
    remedy: { daemon: undefined, version: undefined, changes: [], ...finding.remedy },
  }
}
