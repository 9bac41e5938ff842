/**
 * The page of a VMClock device (ACPI AMZNC10C, uapi/linux/vmclock-abi.h): what the hypervisor says of the guest's counter.
 * All little-endian. A field counts only where it lies within the size that the page gives; what is not given is
 * undefined. A page that was being written, or is none, has a named reason.
 */
import type { Rate, Seconds } from '#core/time/units.ts'

export type VmClockRefusal = 'too-short' | 'no-magic' | 'unknown-version' | 'torn'

export type VmClockPage =
  | { readonly kind: 'page'; readonly page: VmClock }
  | { readonly kind: 'refused'; readonly why: VmClockRefusal }

export interface VmClock {
  readonly size: number
  readonly sequence: number
  readonly counter: 'arm-virtual' | 'x86-tsc' | 'invalid' | 'unknown'
  readonly timeType: 'utc' | 'tai' | 'monotonic' | 'smeared' | 'maybe-smeared' | 'unknown'
  /** Another value: the counter was disrupted (a migration, a restore). */
  readonly disruptionMarker: bigint
  readonly flags: VmClockFlags
  readonly status: 'unknown' | 'initializing' | 'synchronized' | 'freerunning' | 'unreliable' | undefined
  readonly smearing: 'strict' | 'noon-linear' | 'utc-sls' | 'unknown' | undefined
  readonly taiOffset: Seconds | undefined
  readonly leap: number | undefined
  /** The time at the counter reading `at`; undefined when the host tells none. */
  readonly time: VmClockTime | undefined
  /** Another value: this machine was loaded from a snapshot. */
  readonly generation: bigint | undefined
}

export interface VmClockFlags {
  readonly disruptionSoon: boolean
  readonly disruptionImminent: boolean
  readonly monotonic: boolean
  readonly notifies: boolean
}

export interface VmClockTime {
  readonly at: bigint
  /** Seconds since the beginning of the time type, and the fraction in units of 2^-64 s. */
  readonly seconds: bigint
  readonly fraction: bigint
  /** Length of a tick of the counter, in units of 2^-(64 + shift) s. */
  readonly period: bigint
  readonly shift: number
  readonly periodEstimatedError: Rate | undefined
  readonly periodMaximumError: Rate | undefined
  readonly estimatedError: Seconds | undefined
  readonly maximumError: Seconds | undefined
}

export const VMCLOCK_SIZE = 112
const MAGIC = 0x4b4c4356
const VERSION = 1
/** Up to and with the flags: less says nothing. */
const LEAST = 32
const INVALID_COUNTER = 0xff

const COUNTERS: Readonly<Record<number, VmClock['counter']>> = {
  0: 'arm-virtual',
  1: 'x86-tsc',
  [INVALID_COUNTER]: 'invalid',
}
const TIME_TYPES = ['utc', 'tai', 'monotonic', 'smeared', 'maybe-smeared'] as const
const STATUSES = ['unknown', 'initializing', 'synchronized', 'freerunning', 'unreliable'] as const
const SMEARINGS = ['strict', 'noon-linear', 'utc-sls'] as const

const FLAG = {
  taiOffset: 0,
  disruptionSoon: 1,
  disruptionImminent: 2,
  periodEstimatedError: 3,
  periodMaximumError: 4,
  timeEstimatedError: 5,
  timeMaximumError: 6,
  monotonic: 7,
  generation: 8,
  notifies: 9,
} as const

const refused = (why: VmClockRefusal): VmClockPage => ({ kind: 'refused', why })

/** `sequenceAfter`: the sequence count as it was read once more after the page. */
export function decodeVmClock(bytes: Uint8Array, sequenceAfter?: number): VmClockPage {
  if (bytes.length < LEAST) return refused('too-short')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== MAGIC) return refused('no-magic')
  const size = view.getUint32(4, true)
  if (size < LEAST) return refused('too-short')
  if (view.getUint16(8, true) !== VERSION) return refused('unknown-version')
  const sequence = view.getUint32(12, true)
  if (sequence % 2 === 1 || (sequenceAfter ?? sequence) !== sequence) return refused('torn')

  const flags = view.getBigUint64(24, true)
  const has = (bit: number) => ((flags >> BigInt(bit)) & 1n) === 1n
  const reaches = (end: number) => end <= size && end <= bytes.length
  const counterId = view.getUint8(10)
  return {
    kind: 'page',
    page: {
      size,
      sequence,
      counter: COUNTERS[counterId] ?? 'unknown',
      timeType: TIME_TYPES[view.getUint8(11)] ?? 'unknown',
      disruptionMarker: view.getBigUint64(16, true),
      flags: {
        disruptionSoon: has(FLAG.disruptionSoon),
        disruptionImminent: has(FLAG.disruptionImminent),
        monotonic: has(FLAG.monotonic),
        notifies: has(FLAG.notifies),
      },
      status: reaches(35) ? (STATUSES[view.getUint8(34)] ?? 'unknown') : undefined,
      smearing: reaches(36) ? (SMEARINGS[view.getUint8(35)] ?? 'unknown') : undefined,
      taiOffset: reaches(38) && has(FLAG.taiOffset) ? view.getInt16(36, true) : undefined,
      leap: reaches(39) ? view.getUint8(38) : undefined,
      time: reaches(88) && counterId !== INVALID_COUNTER ? timeOf(view, has, reaches) : undefined,
      generation: reaches(112) && has(FLAG.generation) ? view.getBigUint64(104, true) : undefined,
    },
  }
}

function timeOf(
  view: DataView,
  has: (bit: number) => boolean,
  reaches: (end: number) => boolean,
): VmClockTime | undefined {
  const shift = view.getUint8(39)
  const period = view.getBigUint64(48, true)
  if (period === 0n) return undefined
  // The errors are in the unit of the period, and so relative to it.
  const rate = (at: number): Rate => Number(view.getBigUint64(at, true)) / Number(period)
  const ns = (at: number): Seconds => Number(view.getBigUint64(at, true)) / 1e9
  return {
    at: view.getBigUint64(40, true),
    seconds: view.getBigUint64(72, true),
    fraction: view.getBigUint64(80, true),
    period,
    shift,
    periodEstimatedError: has(FLAG.periodEstimatedError) ? rate(56) : undefined,
    periodMaximumError: has(FLAG.periodMaximumError) ? rate(64) : undefined,
    estimatedError: reaches(96) && has(FLAG.timeEstimatedError) ? ns(88) : undefined,
    maximumError: reaches(104) && has(FLAG.timeMaximumError) ? ns(96) : undefined,
  }
}

/** The time, in ns since the beginning of its type, when the counter showed `ticks`. Exact in whole numbers. */
export function vmClockTime({ at, seconds, fraction, period, shift }: VmClockTime, ticks: bigint): bigint {
  const passed = (BigInt.asIntN(64, ticks - at) * period) >> BigInt(shift)
  return (((seconds << 64n) + fraction + passed) * 1_000_000_000n) >> 64n
}

export interface VmClockChange {
  readonly what: 'counter-changed' | 'restored'
}

/** What happened to this machine between two pages. */
export function vmClockChange(before: VmClock, after: VmClock): VmClockChange | undefined {
  const copied =
    before.generation !== undefined &&
    after.generation !== undefined &&
    before.generation !== after.generation
  if (copied) return { what: 'restored' }
  return before.disruptionMarker === after.disruptionMarker ? undefined : { what: 'counter-changed' }
}
