/**
 * The bound for applications that want it with every reading of the clock, without asking anybody: a file that is written
 * in place every second, and at once when something happens. ClockBound's clients can map it.
 */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import type { Status } from '#core/agent/status.ts'
import { type Monotonic, monotonic } from '#core/time/instant.ts'
import { NS_PER_SECOND, PPM, type Rate, type Seconds } from '#core/time/units.ts'
import {
  type BoundClaim,
  encodeSegment,
  GENERATION_AT,
  nextGeneration,
  SEGMENT_SIZE,
} from '#report/clockbound.ts'
import { CLOCK, type Libc } from '#worlds/libc.ts'

export interface BoundFile {
  write(status: Status): void
  /** Nobody keeps the promise from now on. */
  close(): void
}

/** A clock that others steer, or that is being slewed by us, may run as wrong as this. */
const STEERED: Rate = 500 * PPM
/** When we do not write any more, what we wrote holds for so long. */
const VOID_AFTER: Seconds = 1000

/** Throws what the file system says. */
export function openBoundFile(path: string, libc: Libc): BoundFile {
  const file = openSync(path, 'w+', 0o644)
  let generation = 0

  function put(claim: BoundClaim): void {
    generation = nextGeneration(generation)
    // Readers see an odd generation and wait; the even one comes last. Cut off in between, the next start mends it.
    writeSync(file, encodeSegment(claim, generation), 0, SEGMENT_SIZE, 0)
    generation = nextGeneration(generation)
    writeSync(file, Uint8Array.of(generation & 0xff, generation >> 8), 0, 2, GENERATION_AT)
  }

  return {
    write: status => put(claimOf(status, coarseClock(libc))),
    close() {
      closeSync(file)
      rmSync(path, { force: true })
    },
  }
}

export function claimOf(status: Status, asOf: Monotonic): BoundClaim {
  const { offset, errorBound, frequencyErrorBound, state } = status
  const voidAfter = monotonic(asOf + BigInt(VOID_AFTER) * NS_PER_SECOND)
  if (offset === undefined || errorBound === undefined || state === 'disrupted') {
    const nothing = state === 'disrupted' ? 'disrupted' : 'unknown'
    return { asOf, voidAfter: asOf, bound: 0, drift: 0, status: nothing }
  }
  return {
    asOf,
    voidAfter,
    bound: Math.abs(offset) + errorBound,
    drift: STEERED + (frequencyErrorBound ?? 0),
    status: state === 'locked' ? 'synchronized' : 'free-running',
  }
}

function coarseClock(libc: Libc): Monotonic {
  const { address, view } = libc.buffer('coarse', 16)
  libc.clockGettime(CLOCK.monotonicCoarse, address)
  return monotonic(view.getBigInt64(0, true) * NS_PER_SECOND + view.getBigInt64(8, true))
}
