/**
 * The bound as ClockBound's clients read it: a segment of shared memory, protocol version 2 (github.com/aws/clock-bound,
 * docs/PROTOCOL.md). A client adds `drift` times the age to `bound`, and has the earliest and the latest time that it can
 * be. Little-endian, as the machines are that we run on.
 */
import type { Monotonic } from '#core/time/instant.ts'
import { NS_PER_SECOND, type Rate, type Seconds } from '#core/time/units.ts'

export const SEGMENT_SIZE = 80
/** Where the generation lies: odd while the rest is being written. */
export const GENERATION_AT = 14

/** The magic number is two 32-bit integers in the order of the machine. */
const MAGIC = [0x414d5a4e, 0x43420200]
const VERSION = 2
const STATUS = { unknown: 0, synchronized: 1, 'free-running': 2, disrupted: 3 } as const
/** A client refuses a drift of one and more. */
const LARGEST_DRIFT = 999_999_999

export interface BoundClaim {
  /** CLOCK_MONOTONIC_COARSE when this was so. */
  readonly asOf: Monotonic
  /** Nothing is promised after this. */
  readonly voidAfter: Monotonic
  /** How far CLOCK_REALTIME can be from true time. */
  readonly bound: Seconds
  /** How fast that can grow. */
  readonly drift: Rate
  readonly status: keyof typeof STATUS
}

export function encodeSegment(claim: BoundClaim, generation: number): Uint8Array {
  const bytes = new Uint8Array(SEGMENT_SIZE)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC[0]!, true)
  view.setUint32(4, MAGIC[1]!, true)
  view.setUint32(8, SEGMENT_SIZE, true)
  view.setUint16(12, VERSION, true)
  view.setUint16(GENERATION_AT, generation, true)
  timespec(view, 16, claim.asOf)
  timespec(view, 32, claim.voidAfter)
  view.setBigInt64(48, BigInt(Math.ceil(claim.bound * 1e9)), true)
  view.setUint32(64, Math.min(LARGEST_DRIFT, Math.ceil(claim.drift * 1e9)), true)
  view.setInt32(68, STATUS[claim.status], true)
  return bytes
}

function timespec(view: DataView, at: number, time: Monotonic): void {
  view.setBigInt64(at, time / NS_PER_SECOND, true)
  view.setBigInt64(at + 8, time % NS_PER_SECOND, true)
}

/** The generation that follows, odd and even in turn; zero is for a segment that was never written. */
export const nextGeneration = (generation: number): number => (generation >= 0xffff ? 2 : generation + 1)
