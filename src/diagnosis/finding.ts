/**
 * A finding: what is wrong, how we know, what it costs, why, and what to do; in that order. Its name is stable, for
 * programs. Sizes and times stand in `measures`, in seconds and s/s, with the signs of the house.
 */

import type { Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'

/** What a finding means for the verdict: `note` does not change it. */
export type Severity = 'good' | 'note' | 'warning' | 'critical'

/** Every finding there is, with the sentence that says what it is about. */
export const FINDINGS = {
  good: 'Nothing is wrong with this clock as far as its logs tell.',
  'vm-paused': 'The machine stood still, and its clock with it.',
  'stepped-by-someone-else': 'Something other than the time daemon set the clock.',
  'lost-ticks':
    'The clock jumps by the same amount again and again: a timer wraps, or ticks are counted wrongly.',
  'clocks-fight': 'Two programs set the clock in turn.',
  'cpu-clocks-differ': 'The processors of this machine do not agree on the time.',
  'cpu-counters-differ':
    'The counters of the processors (TSC) differ, and the clock that the kernel makes does not.',
  'timers-late': 'A timer fired much later than it was asked to.',
  'clock-went-back': 'A clock was read, and read again, and the second time was earlier.',
  'clock-coarse': 'A clock moves in steps that a program can see.',
  'migrated-clock-stopped':
    'The counter went back under the guest, and time stood still until it had caught up.',
  'clocksource-unstable': 'The kernel gave up the counter that it kept time with.',
  'kernel-saw-a-pause': 'The kernel noticed that the machine was suspended, restored or stalled.',
  'offset-large-now': 'At the moment of the report the clock was far off.',
  'not-synchronised': 'At the moment of the report no source was followed.',
  'stratum-10-island': 'At the root of this time there is a clock that nobody sets.',
  'stepped-back': 'The daemon set the clock back: time was seen twice.',
  'slew-cannot-catch-up': 'The clock is far off, and the daemon may only slew.',
  'slew-only': 'The daemon was told not to step.',
  'stepout-clamped': 'A setting that should bring a step sooner does nothing in this version.',
  'panic-exit-ahead': 'An offset above its panic threshold makes the daemon end itself.',
  'growing-oscillation': 'The offset swings to and fro, more and more.',
  'frequency-saturated': 'The clock is faster or slower than the daemon can correct.',
  'frequency-far-off': 'The clock runs at a rate that no crystal has; the daemon corrects it.',
  'frequency-learned-from-a-jump': 'The daemon took a jump for a wrong rate.',
  'source-rejected-by-its-own-jitter':
    'After a jump the daemon disbelieved its sources instead of its clock.',
  'spurious-source-address': 'A source also answers from another address now and then.',
  'falseticker-followed': 'A source that is wrong is followed.',
  falseticker: 'One source is wrong, and the others outvote it.',
  'asymmetric-path': 'A source is off because the way to it is longer in one direction.',
  'leap-or-smear-mix': 'Some sources made a leap second at once, and others did not.',
  'source-jumped': 'A source jumped, and the clock did not.',
  'sources-lost': 'No source was heard for a long time.',
  'two-sources': 'With two sources nobody can tell which one is wrong.',
  'no-majority': 'The sources disagree, and no majority says who is right.',
  'rtc-in-local-time': 'The hardware clock is kept in local time.',
  'impossible-date': 'A clock showed a date that no calendar has.',
  'single-source': 'One source alone is believed whatever it says.',
} as const satisfies Readonly<Record<string, string>>

export type FindingName = keyof typeof FINDINGS

export interface Evidence {
  readonly text: string
  /** Index of the file, and the line in it, when one line shows it. */
  readonly file?: number
  readonly line?: number
}

export interface Cause {
  readonly what: string
  readonly why: string
}

export interface Remedy {
  /** For whom it is written. */
  readonly daemon: Daemon | undefined
  readonly version: string | undefined
  readonly text: string
  /** Lines to put into a configuration, or commands. */
  readonly changes: readonly string[]
}

export interface Finding {
  readonly name: FindingName
  readonly severity: Severity
  readonly from: Seconds | undefined
  readonly to: Seconds | undefined
  /** One sentence with the numbers. */
  readonly what: string
  readonly measures: Readonly<Record<string, number>>
  readonly evidence: readonly Evidence[]
  readonly cost: string
  /** The likeliest first. */
  readonly causes: readonly Cause[]
  readonly remedy: Remedy
  /** What would prove it, or the opposite. */
  readonly confirm: string
}

const ORDER: readonly Severity[] = ['good', 'note', 'warning', 'critical']

/** The worst of them; `good` without any. */
export const worst = (findings: readonly { readonly severity: Severity }[]): Severity =>
  findings.reduce<Severity>(
    (most, { severity }) => (ORDER.indexOf(severity) > ORDER.indexOf(most) ? severity : most),
    'good',
  )

export const bySeverity = (a: Finding, b: Finding): number =>
  ORDER.indexOf(b.severity) - ORDER.indexOf(a.severity)
