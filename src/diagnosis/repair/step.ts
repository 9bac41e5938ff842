/**
 * A plan of repair, as data. It is made by pure code out of findings and facts, shown to a person, and only then carried
 * out by an app that writes down each step before it takes it. Nothing is in a plan that is not shown.
 *
 * Contents of files are strings with one character a byte (latin1), so that what is not touched stays as it is.
 */
import type { Seconds } from '#core/time/units.ts'
import type { FindingName } from '../finding.ts'

export interface Plan {
  readonly steps: readonly Step[]
  /** What only somebody else can do: the administrator of the host, mostly. */
  readonly advice: readonly Advice[]
}

export interface Step {
  /** In the imperative: "Edit /etc/ntp.conf". */
  readonly title: string
  /** Why, one sentence a reason. */
  readonly reasons: readonly Reason[]
  readonly change: Change
  /** What may go wrong, or be lost. */
  readonly risk: string
  readonly proof: Proof
  /** How it is undone, in a sentence. */
  readonly undone: string
}

export interface Reason {
  readonly finding: FindingName
  readonly text: string
}

export interface Advice {
  readonly title: string
  readonly reasons: readonly Reason[]
  /** Where the lines belong: a domain's XML, a .vmx file, the hypervisor's command line. */
  readonly where: string
  readonly lines: readonly string[]
}

export type Change = FileChange | SettingChange | CommandChange | ServiceChange | CpuChange | ClockStep

/** A file is written anew as a whole; undefined means that it is not there. */
export interface FileChange {
  readonly kind: 'file'
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** A value of the running kernel below /proc/sys or /sys. */
export interface SettingChange {
  readonly kind: 'setting'
  readonly path: string
  readonly before: string
  readonly after: string
}

/** A program is run; nothing but `undo` takes back what it did. */
export interface CommandChange {
  readonly kind: 'command'
  readonly run: readonly string[]
  readonly undo: readonly string[] | undefined
  /** Its undo is run after those of all other programs, which could do nothing any more. */
  readonly undoneLast?: boolean | undefined
}

/** A daemon is started, stopped, or started anew, by its service, and it is waited for its end. */
export interface ServiceChange {
  readonly kind: 'service'
  readonly told: 'start' | 'stop' | 'restart'
  /** By which its process is known. */
  readonly program: string
  /** Undefined for a restart by `start` alone. */
  readonly stop?: readonly string[] | undefined
  readonly start: readonly string[]
}

/** What is run for it, in order. */
export const commandsOf = ({ told, stop, start }: ServiceChange): (readonly string[])[] => [
  ...(told === 'start' || stop === undefined ? [] : [stop]),
  ...(told === 'stop' ? [] : [start]),
]

/**
 * Processors are taken off line and brought back, one after the other, which sets their clocks up anew. Those whose clocks still
 * differ then stay off.
 */
export interface CpuChange {
  readonly kind: 'cpus'
  readonly cpus: readonly number[]
}

/** The clock is stepped once by what the sources say at that moment, and only if that agrees with the plan. */
export interface ClockStep {
  readonly kind: 'clock'
  /** What was measured when the plan was made; positive: the clock is behind. */
  readonly offset: Seconds
  readonly bound: Seconds
  readonly servers: readonly string[]
}

/** How it is known that a step did what it should. */
export type Proof =
  /** The file or setting reads as written; that is always looked at. */
  | { readonly kind: 'reads' }
  /** This program accepts it: exit code 0. */
  | { readonly kind: 'accepts'; readonly run: readonly string[] }
  /** A program of this name runs, and goes on running; or runs no more. */
  | { readonly kind: 'runs' | 'ended'; readonly program: string; readonly within: Seconds }
  /** The clock is within so much of what the sources say. */
  | { readonly kind: 'clock'; readonly within: Seconds; readonly servers: readonly string[] }
  /** The processors' clocks agree. */
  | { readonly kind: 'cpus-agree' }

/** Each once, in their order. */
export const distinct = (reasons: readonly Reason[]): Reason[] => [
  ...new Map(reasons.map(reason => [`${reason.finding} ${reason.text}`, reason])).values(),
]
