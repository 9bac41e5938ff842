import { describe, expect, it } from 'vitest'
import { HOSTS_DIFFER } from '#core/guest/disruption.ts'
import { instant, monotonic, plus, type Reading } from '#core/time/instant.ts'
import { HostClockWitness } from './ptp.ts'
import {
  decodeExtended,
  decodePrecise,
  decodeSysOffset,
  EXTENDED_SIZE,
  PRECISE_SIZE,
  SYS_OFFSET_SIZE,
} from './ptp-offset.ts'

const WALL = 1_795_000_000_000_000_000n
/** The wall clock is so much ahead of the counter. */
const LEAD = WALL - 5_000_000_000n
const reading = (wall: bigint): Reading => ({ wall: instant(wall), monotonic: monotonic(wall - LEAD) })
const AROUND = [reading(WALL), reading(WALL + 1_000_000n)] as const

/** struct ptp_clock_time, one after the other. */
function times(size: number, from: number, ...values: bigint[]): DataView {
  const view = new DataView(new ArrayBuffer(size))
  for (const [i, value] of values.entries()) {
    view.setBigInt64(from + 16 * i, value / 1_000_000_000n, true)
    view.setUint32(from + 16 * i + 8, Number(value % 1_000_000_000n), true)
  }
  return view
}

describe('what the kernel answers', () => {
  it('PRECISE: both clocks at one moment', () => {
    const view = times(PRECISE_SIZE, 0, WALL + 30_000_000_123n, WALL + 100n, 7_000_000_456n)
    expect(decodePrecise(view)).toMatchObject({ host: WALL + 30_000_000_123n, at: 7_000_000_456n })
  })

  it('EXTENDED: the tightest of the brackets', () => {
    const host = WALL + 30_000_000_000n
    const view = times(
      EXTENDED_SIZE,
      16,
      ...[WALL + 1000n, host + 3000n, WALL + 9000n],
      ...[WALL + 10_000n, host + 11_000n, WALL + 12_000n],
    )
    const found = decodeExtended(view, 2, AROUND)!
    expect(found).toMatchObject({ host: host + 11_000n, at: WALL + 11_000n - LEAD })
    expect(found.uncertainty).toBeCloseTo(1e-6, 7)
  })

  it('SYS_OFFSET: by turns', () => {
    const host = WALL + 30_000_000_000n
    const view = times(
      SYS_OFFSET_SIZE,
      16,
      ...[WALL + 1000n, host + 3000n, WALL + 9000n, host + 9500n, WALL + 10_000n],
    )
    expect(decodeSysOffset(view, 2, AROUND)).toMatchObject({ host: host + 9500n, at: WALL + 9500n - LEAD })
  })

  it('nothing, when the wall clock was set meanwhile or the brackets are none', () => {
    const view = times(EXTENDED_SIZE, 16, WALL + 1000n, WALL, WALL + 3000n)
    expect(decodeExtended(view, 1, [AROUND[0], { ...AROUND[1], monotonic: monotonic(1n) }])).toBeUndefined()
    expect(decodeExtended(times(EXTENDED_SIZE, 16, WALL + 3000n, WALL, WALL), 1, AROUND)).toBeUndefined()
    expect(decodeExtended(times(EXTENDED_SIZE, 16), 1, AROUND)).toBeUndefined()
  })
})

describe('the clock of the host as a witness', () => {
  const looks = (witness: HostClockWitness, from: number, to: number, ahead: number) =>
    Array.from({ length: to - from }, (_, i) => {
      const at = monotonic(BigInt(from + i) * 1_000_000_000n)
      // The host's clock is 30 ppm faster than the guest's counter.
      const host = plus(instant(WALL), (from + i) * (1 + 30e-6) + ahead)
      return witness.look({ host, at, uncertainty: 2e-6 })
    }).filter(sign => sign !== undefined)

  it('runs on while the guest stands still', () => {
    const witness = new HostClockWitness()
    expect(looks(witness, 0, 100, 0)).toEqual([])
    expect(looks(witness, 100, 200, 4.3)).toEqual([
      expect.objectContaining({
        kind: 'paused',
        lost: expect.closeTo(4.3, 3),
        witness: 'ptp',
        atLeast: 0,
        beyond: HOSTS_DIFFER,
        during: { from: 99_000_000_000n, to: 100_000_000_000n },
      }),
    ])
  })

  it('that went back is a hint only, and says when there may have been a pause', () => {
    const witness = new HostClockWitness()
    looks(witness, 0, 100, 0)
    expect(looks(witness, 100, 200, -2)).toEqual([
      expect.objectContaining({
        kind: 'hint',
        witness: 'ptp',
        during: { from: 99_000_000_000n, to: 100_000_000_000n },
      }),
    ])
  })
})
