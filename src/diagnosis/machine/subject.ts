/** What a rule about a machine judges: what its files say, what was measured on it just now, and what the lab foresees. */
import type { KernelClock } from '#core/guest/facts.ts'
import type { Fact, GuestTool, Inventory, Place, TimeDaemon } from '#core/guest/inventory.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Evidence, Finding, Remedy } from '../finding.ts'
import type { PauseRemedy } from '../repair/pause-remedy.ts'

export interface MachineSubject {
  readonly inventory: Inventory
  /** Undefined for a copy of a machine, and when nothing could be measured. */
  readonly live: LiveFacts | undefined
  /** What a pause would do to this clock; undefined when nothing that the lab knows keeps it. */
  readonly prospect: PauseProspect | undefined
}

export interface LiveFacts {
  /** The clock against what most sources agree on; undefined when none answered. Positive: the clock is behind. */
  readonly offset: Seconds | undefined
  readonly bound: Seconds | undefined
  readonly sources: readonly LiveSource[]
  /** The clock of the host, where it can be read. */
  readonly hostClock: LiveSource | undefined
  readonly kernelClock: KernelClock | undefined
}

export interface LiveSource {
  readonly name: string
  /** By which it is asked again. */
  readonly address: string
  readonly answers: boolean
  /** Why it does not answer or is not believed, in words. */
  readonly why: string | undefined
  readonly offset: Seconds | undefined
  readonly bound: Seconds | undefined
}

/** Played in the lab: the configuration that is there, and what the files would be with the remedy. */
export interface PauseProspect {
  readonly model: string
  readonly pause: Seconds
  readonly now: Recovery
  /** With the remedy that is offered; undefined when none of what may be changed here helps. */
  readonly best: (Recovery & PauseRemedy) | undefined
}

export interface Recovery {
  /** Median time to less than 10 ms; infinite when it mostly never gets there. */
  readonly median: Seconds
  /** Of so many runs, how many ended the daemon. */
  readonly exits: number
  readonly runs: number
}

export type MachineRule = (subject: MachineSubject) => Finding[]

/** Is it a guest whose clock stands while it is paused, or may be? A real machine, a container and Xen's dom0 are not. */
export const isGuest = ({ hypervisor, container }: Inventory): boolean =>
  container === undefined &&
  hypervisor !== undefined &&
  hypervisor.value.name !== 'none' &&
  !hypervisor.value.controlDomain

/** What sets the clock again and again, as far as is known: it runs, or would be started with the machine. */
export const settingDaemons = ({ daemons }: Inventory): TimeDaemon[] =>
  daemons.filter(daemon => daemon.setsTime?.value !== false && isActive(daemon))

/** Whether it runs is only known of a live machine. */
export const isActive = ({ runs, enabled }: TimeDaemon): boolean =>
  runs === undefined ? enabled?.value === true : runs.value

export const settingTools = (
  { tools }: Inventory,
  how: 'periodically' | 'after-events' | 'when-asked',
): GuestTool[] => tools.filter(({ setsTime, runs }) => setsTime?.value === how && runs?.value !== false)

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
