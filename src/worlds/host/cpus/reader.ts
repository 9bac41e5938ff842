/**
 * A clock as a function that is called millions of times a second: nanoseconds since a beginning that all threads share,
 * as a number (exact for 104 days). The processor's own counter gives ticks, which nobody has turned into seconds yet.
 */
import type { CpuClockName } from '#core/guest/cpu-observations.ts'
import { NS_PER_SECOND } from '#core/time/units.ts'
import { CLOCK, type Libc } from '../../libc.ts'
import { openFiles } from '../files.ts'
import { canReadTsc } from '../signs/tsc.ts'

export type Reader = () => number

const NUMBERS = { realtime: CLOCK.realtime, monotonic: CLOCK.monotonic, raw: CLOCK.monotonicRaw } as const

/** What is subtracted from the readings of each clock: whole seconds, and ticks. */
export interface Origins {
  readonly realtime: number
  readonly monotonic: number
  readonly raw: number
  /** Undefined where that counter cannot be read. */
  readonly tsc: bigint | undefined
}

export function readOrigins(libc: Libc): Origins {
  const seconds = (clock: number) => Math.trunc(kernelReader(libc, clock, 0)() / Number(NS_PER_SECOND))
  return {
    realtime: seconds(NUMBERS.realtime),
    monotonic: seconds(NUMBERS.monotonic),
    raw: seconds(NUMBERS.raw),
    tsc: canReadTsc(openFiles()) ? libc.timestampCounter()?.read() : undefined,
  }
}

export interface Readers extends Readonly<Record<'realtime' | 'monotonic' | 'raw', Reader>> {
  readonly tsc: Reader | undefined
  /** The kernel's wall clock as of its last tick. */
  readonly tick: Reader
}

export function openReaders(libc: Libc, origins: Origins): Readers {
  return {
    realtime: kernelReader(libc, NUMBERS.realtime, origins.realtime),
    monotonic: kernelReader(libc, NUMBERS.monotonic, origins.monotonic),
    raw: kernelReader(libc, NUMBERS.raw, origins.raw),
    tsc: tscReader(libc, origins.tsc),
    tick: kernelReader(libc, CLOCK.realtimeCoarse, origins.realtime),
  }
}

export const isKernelClock = (clock: CpuClockName): clock is keyof typeof NUMBERS => clock in NUMBERS

/** What the kernel says of its resolution, in ns. */
export function reportedResolution(libc: Libc, clock: CpuClockName): number | undefined {
  const { address, view } = libc.buffer('resolution', 16)
  if (!isKernelClock(clock) || libc.clockGetres(NUMBERS[clock], address) !== 0) return undefined
  return Number(view.getBigInt64(0, true)) * 1e9 + Number(view.getBigInt64(8, true))
}

function kernelReader(libc: Libc, clock: number, origin: number): Reader {
  const { address, bytes } = libc.buffer(`reader ${clock}`, 16)
  // The low halves of both integers; the seconds of a wall clock fit until 2106.
  const words = new Uint32Array(bytes.buffer)
  return () => {
    libc.clockGettime(clock, address)
    return (words[0]! - origin) * 1e9 + words[2]!
  }
}

function tscReader(libc: Libc, origin: bigint | undefined): Reader | undefined {
  const counter = origin === undefined ? undefined : libc.timestampCounter()
  return counter && (() => Number(counter.read() - origin!))
}
