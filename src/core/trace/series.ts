/**
 * What timekeepers write down, in one vocabulary, whoever wrote it: columns of numbers in blocks, and events.
 * The dialects fill it, the analysis reads it, and neither knows the other.
 *
 * Signs are the same everywhere: an offset is positive when the local clock is behind, a frequency is the correction that
 * is applied to the clock (positive speeds it up), a frequency error is what the clock does (positive: it gains).
 * Times are seconds from the start of one day, UTC, by the clock that is judged: they jump when it jumps.
 * What is not known is NaN.
 */
import type { Seconds } from '../time/units.ts'

export type Daemon = 'ntpd' | 'chrony' | 'timesyncd' | 'other'

/** Rows in a block at most: columns of this length stay in a processor's cache. */
export const BLOCK_ROWS = 4096

interface Rows {
  readonly daemon: Daemon
  /** The format it was written in, as its dialect names it. */
  readonly format: string
  /** Index of the file among those that are read. */
  readonly file: number
  rows: number
  readonly at: Float64Array
  /** Line of the file, from 1 on. */
  readonly line: Uint32Array
}

/** The number of all sources that are too many to be told apart. */
export const NO_SOURCE = 65_535
export const NAME_OF_NO_SOURCE = 'further addresses'

/** Offsets measured against sources. */
export interface SampleBlock extends Rows {
  readonly kind: 'samples'
  /** A row for each exchange of packets; else for each one that the daemon's filter let through. */
  readonly exchanges: boolean
  readonly source: Uint16Array
  readonly offset: Float64Array
  readonly delay: Float64Array
  readonly dispersion: Float64Array
  readonly jitter: Float64Array
  /** chrony's estimates: through how many measurements the line goes. Empty where a row is one measurement. */
  readonly points: Uint16Array
  /** chrony's estimates: by how much the offset grows in a second, as that line has it. Empty elsewhere. */
  readonly slope: Float64Array
}

/**
 * The format of rows that sum up many measurements each, without their sign: the offset is their root mean square, the dispersion the
 * largest of them.
 */
export const OFFSET_SIZES = 'offset sizes'

/** What the daemon made of them: one row for each update of its clock. */
export interface UpdateBlock extends Rows {
  readonly kind: 'updates'
  /** ntpd: the offset that it now phases in. chrony: the correction that it begins, counted as done from here on. */
  readonly offset: Float64Array
  readonly frequency: Float64Array
  /** RMS jitter (ntpd), standard deviation of the offset (chrony). */
  readonly jitter: Float64Array
  /** Wander (ntpd), skew (chrony), in s/s. */
  readonly wander: Float64Array
  /** chrony: what was left to slew of earlier corrections. Positive: the clock is still behind. */
  readonly remaining: Float64Array
  /** chrony: 0 while it is not synchronised. */
  readonly stratum: Float64Array
  /** chrony: the mark of the name of whom it follows. */
  readonly followed: Uint16Array
}

/** Whether ntpd followed the clock that it keeps (its driver LOCAL): 1 or 0 at each of its polls. */
export const OWN_CLOCK = 'own clock'
/** The mark of the name of whom ntpd follows from then on (its system peer). */
export const SYSTEM_PEER = 'system peer'
/** The stratum of a source that has its time from a clock that nobody sets, as far as one can tell, for each answer of one. */
export const ISLAND_STRATUM = 'stratum of an island'

/**
 * How far a source is from a clock that is right, by what it says of itself (root delay halved, and root dispersion), for each answer by which it
 * is farther than its client takes; 0 for the first one that is nearer again.
 */
export const ROOT_DISTANCE = 'root distance'

/** When chronyd wrote the first row after its start, as what it writes in it tells. */
export const BEGUN = 'begun'

/** When programs that keep no clock wrote into a system log; where one did that may keep it, its value is not known. */
export const OTHERS_SPOKE = 'others spoke'

/** Any other quantity over time: a temperature, a counter, the offset of the RTC. */
export interface ReadingBlock extends Rows {
  readonly kind: 'readings'
  readonly quantity: string
  readonly value: Float64Array
}

export type Block = SampleBlock | UpdateBlock | ReadingBlock

/** What a line of text in a log can say. */
export type EventName =
  | 'started'
  | 'ended'
  | 'version'
  // It takes packets from others than its own machine.
  | 'listening'
  // It ended at its start: another program has its port.
  | 'gave-way'
  // It was told to leave the clock alone.
  | 'only-watches'
  | 'stepped'
  | 'slew-begun'
  | 'offset-found'
  | 'spike'
  | 'panic'
  | 'jumped-forward'
  | 'jumped-backward'
  | 'no-source'
  // It ended, and followed nobody.
  | 'ended-alone'
  | 'selected'
  | 'reachable'
  | 'unreachable'
  | 'falseticker'
  | 'jitter-too-high'
  | 'frequency-set'
  | 'frequency-error'
  | 'free-running'
  | 'synchronised'
  | 'interference'
  // A port of ptp4l is a slave, or is one no more.
  | 'master-followed'
  | 'master-lost'
  | 'source-added'
  | 'connecting'
  | 'configured'
  | 'resolution'
  // What a command printed at one moment.
  | 'offset-now'
  | 'stratum-now'
  | 'dispersion-now'
  | 'frequency-now'
  // None of its sources is asked.
  | 'offline'
  // Heard well, and not believed; because it is too far from a clock that is right (its root distance).
  | 'rejected'
  | 'too-distant'
  | 'unsynchronised'
  | 'no-daemon'
  | 'clock-read'
  | 'impossible-date'
  | 'slept'
  | 'counted'
  | 'rtc-read'
  // How far it is behind the system clock.
  | 'rtc-behind'
  | 'rtc-in-local-time'
  // What a configuration says.
  | 'slew-only'
  // By `makestep`, in the first so many updates; without a limit where that is negative.
  | 'steps-allowed'
  | 'source-configured'
  | 'source-trusted'
  // What the kernel says.
  | 'hypervisor-named'
  | 'clocksource-chosen'
  | 'clocksource-unstable'
  | 'cpus-differ'
  | 'suspended'
  | 'resumed'
  | 'restored'
  | 'stalled'
  | 'went-backwards'
  | 'ticks-lost'
  | 'leap-second'
  // Somebody set the clock, as other programs noticed.
  | 'clock-set'

export interface LogEvent {
  readonly kind: 'event'
  readonly what: EventName
  readonly daemon: Daemon
  readonly format: string
  readonly file: number
  readonly line: number
  readonly at: Seconds
  /** Its stamp was in the machine's local zone, which the line does not tell; it was taken for UTC. */
  readonly local?: boolean
  /** By a program that sets the clock once and ends, as ntpdate does: all had gathered since its last run. */
  readonly once?: boolean
  /** An offset or a step, positive when the clock was behind; a frequency in s/s for `frequency-…`. */
  readonly size: number
  readonly source: string | undefined
  /** The line without its stamp, as it was written. Not safe to print. */
  readonly text: string
}

export type Piece = Block | LogEvent

export interface Origin {
  readonly daemon: Daemon
  readonly format: string
  readonly file: number
}

/** What a block is to hold. Its columns lie in one piece of memory, so that it can go to another thread as a whole. */
export interface Room {
  readonly rows: number
  /** Of a block of the same format that nobody looks at any more: if it had as many rows, its memory is used again. */
  readonly memory?: ArrayBuffer | undefined
  /** Only who spoke and when is asked: what else is put into a row goes nowhere. */
  readonly census?: boolean | undefined
}

/** Columns one behind the other, the widest first: each begins where a number of its width may. */
class Columns {
  readonly #rows: number
  readonly #memory: ArrayBuffer
  readonly #used: boolean
  #at = 0

  constructor({ rows, memory }: Room, bytesOfRow: number) {
    this.#rows = rows
    this.#used = memory !== undefined && memory.byteLength === rows * bytesOfRow
    this.#memory = memory && this.#used ? memory : new ArrayBuffer(rows * bytesOfRow)
  }

  /** Where the format puts nothing, this value was left. */
  doubles(value = 0): Float64Array {
    const column = new Float64Array(this.#memory, this.#next(8), this.#rows)
    return value === 0 || this.#used ? column : column.fill(value)
  }
  words(): Uint32Array {
    return new Uint32Array(this.#memory, this.#next(4), this.#rows)
  }
  halves(): Uint16Array {
    return new Uint16Array(this.#memory, this.#next(2), this.#rows)
  }

  #next(width: number): number {
    const at = this.#at
    this.#at += width * this.#rows
    return at
  }
}

const NOWHERE = new Float64Array(0)
const NONE = new Uint16Array(0)

export function sampleBlock(
  of: Origin & { readonly exchanges: boolean; readonly estimates?: boolean },
  room: Room,
): SampleBlock {
  const estimates = of.estimates && !room.census
  const columns = new Columns(room, (room.census ? 8 : 5 * 8) + 4 + (estimates ? 8 + 2 * 2 : 2))
  const measured = (value?: number) => (room.census ? NOWHERE : columns.doubles(value))
  return {
    kind: 'samples',
    daemon: of.daemon,
    format: of.format,
    file: of.file,
    rows: 0,
    exchanges: of.exchanges,
    at: columns.doubles(),
    offset: measured(Number.NaN),
    delay: measured(Number.NaN),
    dispersion: measured(),
    jitter: measured(Number.NaN),
    slope: estimates ? columns.doubles() : NOWHERE,
    line: columns.words(),
    source: columns.halves(),
    points: estimates ? columns.halves() : NONE,
  }
}

export function updateBlock(of: Origin, room: Room): UpdateBlock {
  const columns = new Columns(room, 7 * 8 + 4 + 2)
  return {
    kind: 'updates',
    daemon: of.daemon,
    format: of.format,
    file: of.file,
    rows: 0,
    at: columns.doubles(),
    offset: columns.doubles(),
    frequency: columns.doubles(),
    jitter: columns.doubles(),
    wander: columns.doubles(),
    remaining: columns.doubles(Number.NaN),
    stratum: columns.doubles(Number.NaN),
    line: columns.words(),
    followed: columns.halves(),
  }
}

export function readingBlock(of: Origin & { readonly quantity: string }, room: Room): ReadingBlock {
  const columns = new Columns(room, 2 * 8 + 4)
  return {
    kind: 'readings',
    daemon: of.daemon,
    format: of.format,
    file: of.file,
    rows: 0,
    quantity: of.quantity,
    at: columns.doubles(),
    value: columns.doubles(),
    line: columns.words(),
  }
}
