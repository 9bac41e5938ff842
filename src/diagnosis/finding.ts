/**
 * A finding: what is wrong, how we know, what it costs, why, and what to do; in that order. Its name is stable, for
 * programs. Sizes and times stand in `measures`, in seconds and s/s, with the signs of the house.
 */

import type { Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import type { Action } from './repair/action.ts'
import type { Edit as LineEdit } from './repair/edit.ts'

/** What a finding means for the verdict: `note` does not change it. */
export type Severity = 'good' | 'note' | 'warning' | 'critical'

/** Every finding there is, with the sentence that says what it is about. */
export const FINDINGS = {
  good: 'Nothing is wrong with this clock as far as its logs tell.',
  'vm-paused': 'The machine stood still, and its clock with it.',
  'stepped-by-someone-else': 'Something other than the time daemon set the clock.',
  'lost-ticks':
    'The clock jumps by the same amount again and again: a timer wraps, or ticks are counted wrongly.',
  'clocks-fight': 'Two programs set the clock in turn, or one sets it again and again.',
  'cpu-clocks-differ': 'The processors of this machine do not agree on the time.',
  'cpu-counters-differ':
    'The counters of the processors (TSC) differ, and the clock that the kernel makes does not.',
  'timers-late': 'A timer fired much later than it was asked to.',
  'clock-went-back': 'A clock was read, and read again, and the second time was earlier.',
  'clock-leapt-ahead': 'A clock was read again and again, and at once it was far later than it could be.',
  'clock-coarse': 'A clock moves in steps that a program can see.',
  'migrated-clock-stopped':
    'The counter went back under the guest, and time stood still until it had caught up.',
  'clocksource-unstable': 'The kernel gave up the counter that it kept time with.',
  'kernel-saw-a-pause': 'The kernel noticed that the machine was suspended, restored or stalled.',
  slept: 'The machine slept, and its clock was set when it went on.',
  'offset-large-now': 'At the moment of the report, or where the logs end, the clock was far off.',
  'wrong-at-start': 'The daemon found the clock seconds off when it started.',
  'not-synchronised': 'No source was followed.',
  'stratum-10-island': 'At the root of this time there is a clock that nobody sets.',
  'stepped-by-its-daemon':
    'The daemon set the clock; its logs do not say by how much, or not whether the clock had jumped.',
  'stepped-back': 'The daemon set the clock back: time was seen twice.',
  'slew-cannot-catch-up': 'The clock is far off, and the daemon may only slew.',
  'wrong-for-hours': 'The clock was tens of milliseconds off for hours, and the logs do not show why.',
  'never-corrected': 'The clock was off for hours, or for most of the log, and nothing corrected it.',
  'slew-only': 'The daemon was told not to step.',
  'stepout-clamped': 'A setting that should bring a step sooner does nothing in this version.',
  'panic-exit-ahead': 'An offset above its panic threshold makes the daemon end itself.',
  'growing-oscillation': 'The offset swings to and fro, more and more.',
  'frequency-saturated': 'The clock is faster or slower than the daemon can correct.',
  'frequency-far-off':
    'The clock runs at a rate that no crystal has (a note where its daemon holds it), or its rate changed at once.',
  'servo-lost-lock': 'The servo of linuxptp had held its clock, and then it was far off.',
  'frequency-learned-from-a-jump': 'The daemon took a jump for a wrong rate.',
  'source-rejected-by-its-own-jitter':
    'After a jump the daemon disbelieved its sources instead of its clock.',
  'spurious-source-address': 'A source also answers from another address now and then.',
  'falseticker-followed': 'A source that is wrong is followed.',
  falseticker: 'One source is wrong, and the others outvote it.',
  'asymmetric-path': 'A source is off because the way to it is longer in one direction.',
  'route-changed': 'The way to a source became longer or shorter at once, and stayed so.',
  'leap-or-smear-mix': 'Some sources made a leap second at once, and others did not.',
  'source-jumped': 'A source jumped, and the clock did not, or was taken along later.',
  'sources-lost': 'No source was heard, or none was used, for a long time.',
  'source-silent': 'One source was not heard for a long time, while others were.',
  'two-sources': 'With two sources nobody can tell which one is wrong.',
  'no-majority': 'The sources disagree, and no majority says who is right.',
  'rtc-in-local-time': 'The hardware clock is kept in local time.',
  'impossible-date': 'A clock showed a date that no calendar has.',
  'single-source': 'One source alone is believed whatever it says.',
  'unknown-directive': 'A line begins with a word that its reader does not know.',
  'unknown-option': 'A line has an option that its reader does not know.',
  misspelt: 'A word is spelt wrongly; which one was meant is plain.',
  'wrong-values': 'A directive has too few values, too many, or not of the kind that it takes.',
  'out-of-range': 'A value lies outside of what is taken.',
  'chronyd-refuses':
    'Each line may be right, and chronyd does not start with them: two exclude each other, or a file that is included is not there.',
  'file-not-there': 'A configuration includes a file that is not there.',
  'key-not-there':
    'A source is to prove itself by a key, and no file of keys is named, it is not there, or it does not hold that one.',
  'not-in-this-version': 'The version that reads this does not know the word.',
  'not-understood': 'A file, or a line of it, cannot be read as what it should be.',
  'no-daemon': 'Nobody keeps this clock.',
  'two-daemons': 'More than one program keeps this clock, or is configured to.',
  'never-steps': 'This configuration never steps the clock, however far off it is.',
  'makestep-expires':
    'Steps are allowed only after the start, and a resume is no start; or only of offsets that no short pause brings.',
  'panic-not-first': 'An old ntpd knows of `tinker panic 0` only from its line on.',
  'fewer-than-four': 'With three sources one may lie or be lost, and not both.',
  'no-source': 'No source is configured.',
  'sources-unusable': 'Sources are configured, and none of them can be followed.',
  'never-agrees': 'More sources must agree than are configured, or they must be nearer than any is.',
  'forced-source': 'A source was put beyond doubt by configuration.',
  'no-iburst': 'After a start the first measurements take minutes.',
  'restrict-drops-answers': '`restrict` drops what the servers answer that are asked.',
  'kod-without-limited': '`kod` does nothing without `limited`.',
  'restrict-default-open': 'What everybody may do is more than everybody needs.',
  'restrict-exception-wide': 'An exception for a server gives it more than it needs.',
  'restrict-and-multicast': '`restrict` cannot mend a multicast server that sends from several addresses.',
  'statistics-go-nowhere': 'Statistics are asked for, and are not written where anybody finds them.',
  'local-clock': 'The clock of this machine is told to pass for a source.',
  'smear-mixed': 'Sources that smear leap seconds stand beside sources that do not.',
  'host-clock-not-validated': 'The clock of the host is followed, and nothing says that it is right.',
  'phc-by-number': 'A PTP device is named by a number that may be another at the next boot.',
  'phc-of-a-card':
    'A PTP device that is followed is that of a network card, and another one is that of the host.',
  'phc-not-here': 'This machine, or its hypervisor, has no such PTP device.',
  'clock-not-disciplined': 'The daemon was told to leave the clock alone.',
  'options-on-hypervisor-line':
    'Options for Linux stand on the line of the hypervisor, where Linux never sees them.',
  'divider-ignored': '`divider=` does nothing in this kernel.',
  'tick-rate-high': 'This kernel counts 1000 ticks a second, and can be told to count 100.',
  'clock-option-ignored': '`clock=` does nothing in this kernel.',
  'wallclock-without-daemon': 'The clock was made independent of the host, and nobody keeps it.',
  'wallclock-follows-host': 'The clock follows the host, so the daemon in the guest has no effect.',
  'wallclock-not-here': '`independent_wallclock` means nothing in this guest.',
  'disabled-in-guests': 'A condition keeps the time daemon from starting in a guest.',
  'tools-sync-beside-daemon': 'The tools of the hypervisor set the clock beside a time daemon.',
  'host-cpu-speed-fixed': 'The speed of the processor was written down for one host.',
  'timer-policy': 'A virtual timer is set up so that the clock of the guest suffers.',
  'could-not-be-read': 'A file that says how the clock is kept is there and could not be read.',
  'copy-incomplete': 'A copy of a machine lacks what says who keeps its clock, or whom that one asks.',
  'daemon-not-running': 'A program that keeps time is there and does not run.',
  'daemon-not-enabled': 'The program that keeps this clock is not started with the machine.',
  'source-unreachable': 'A configured source does not answer.',
  'source-refused': 'A source is heard well, and its daemon does not use it.',
  'source-without-time': 'A configured source answers, and gives no time.',
  'host-clock-disagrees': 'The clock of the host differs from the network.',
  'slow-after-a-pause': 'After a pause this configuration leaves the clock wrong for long.',
  'poor-clocksource': 'The kernel counts time with something poor, and better is there, or should be.',
  'rtc-far-off': 'The hardware clock and the system clock differ by seconds.',
  'stolen-time': 'The hypervisor gives the time of this guest to others.',
  'clock-of-the-host': 'A container has the clock of the machine around it.',
  'nothing-recorded': 'The daemon writes no statistics, so nobody can tell later what happened.',
} as const satisfies Readonly<Record<string, string>>

export type FindingName = keyof typeof FINDINGS

export interface Evidence {
  readonly text: string
  /** Index of the file, and the line in it, when one line shows it. */
  readonly file?: number
  /** The path on the machine, when it was found on one. */
  readonly path?: string
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
  /** The same for `repair`: what it may do by itself. */
  readonly actions?: readonly Action[]
  /** It belongs to every plan that changes something, and not only to one that is asked for it: a note may. */
  readonly alongside?: true
  /** The same as edits of the files that were read, where it can be said so. */
  readonly edits?: readonly Edit[]
}

/** One change of a file, as it stood when it was read. */
export interface Edit extends LineEdit {
  /** Index of the file among those that were read. */
  readonly file: number
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

/** What its remedy would change. */
export const editsOf = ({ remedy }: Pick<Finding, 'remedy'>): readonly Edit[] => remedy.edits ?? []

/** The worst of them; `good` without any. */
export const worst = (findings: readonly { readonly severity: Severity }[]): Severity =>
  findings.reduce<Severity>(
    (most, { severity }) => (ORDER.indexOf(severity) > ORDER.indexOf(most) ? severity : most),
    'good',
  )

export const bySeverity = (a: Finding, b: Finding): number =>
  ORDER.indexOf(b.severity) - ORDER.indexOf(a.severity)
