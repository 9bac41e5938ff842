import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeVmClock, VMCLOCK_SIZE, type VmClock, vmClockChange, vmClockTime } from './vmclock-page.ts'

/** As uapi/linux/vmclock-abi.h lays it out. */
interface Fields {
  magic?: number
  size?: number
  version?: number
  counterId?: number
  timeType?: number
  sequence?: number
  marker?: bigint
  flags?: bigint
  status?: number
  smearing?: number
  tai?: number
  leap?: number
  shift?: number
  counter?: bigint
  period?: bigint
  periodErrors?: [bigint, bigint]
  seconds?: bigint
  fraction?: bigint
  timeErrors?: [bigint, bigint]
  generation?: bigint
}

function encode(fields: Fields, length = VMCLOCK_SIZE): Uint8Array {
  const bytes = new Uint8Array(VMCLOCK_SIZE)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, fields.magic ?? 0x4b4c4356, true)
  view.setUint32(4, fields.size ?? 4096, true)
  view.setUint16(8, fields.version ?? 1, true)
  view.setUint8(10, fields.counterId ?? 0xff)
  view.setUint8(11, fields.timeType ?? 0)
  view.setUint32(12, fields.sequence ?? 2, true)
  view.setBigUint64(16, fields.marker ?? 1n, true)
  view.setBigUint64(24, fields.flags ?? 0n, true)
  view.setUint8(34, fields.status ?? 0)
  view.setUint8(35, fields.smearing ?? 0)
  view.setInt16(36, fields.tai ?? 0, true)
  view.setUint8(38, fields.leap ?? 0)
  view.setUint8(39, fields.shift ?? 0)
  view.setBigUint64(40, fields.counter ?? 0n, true)
  view.setBigUint64(48, fields.period ?? 0n, true)
  view.setBigUint64(56, fields.periodErrors?.[0] ?? 0n, true)
  view.setBigUint64(64, fields.periodErrors?.[1] ?? 0n, true)
  view.setBigUint64(72, fields.seconds ?? 0n, true)
  view.setBigUint64(80, fields.fraction ?? 0n, true)
  view.setBigUint64(88, fields.timeErrors?.[0] ?? 0n, true)
  view.setBigUint64(96, fields.timeErrors?.[1] ?? 0n, true)
  view.setBigUint64(104, fields.generation ?? 0n, true)
  return bytes.slice(0, length)
}

const page = (fields: Fields, length?: number): VmClock => {
  const answer = decodeVmClock(encode(fields, length))
  if (answer.kind !== 'page') throw new Error(answer.why)
  return answer.page
}
const refusal = (bytes: Uint8Array, after?: number) => {
  const answer = decodeVmClock(bytes, after)
  return answer.kind === 'refused' ? answer.why : undefined
}

const NS = 1_000_000_000n

describe('a page', () => {
  it('as QEMU 10 writes it: the marker and nothing else', () => {
    expect(page({ marker: 1n, sequence: 2 })).toEqual({
      size: 4096,
      sequence: 2,
      counter: 'invalid',
      timeType: 'utc',
      disruptionMarker: 1n,
      flags: { disruptionSoon: false, disruptionImminent: false, monotonic: false, notifies: false },
      status: 'unknown',
      smearing: 'strict',
      taiOffset: undefined,
      leap: 0,
      time: undefined,
      generation: undefined,
    })
  })

  it('with everything in it', () => {
    // A counter of 2.5 GHz: 0.4 ns a tick, shifted up by 31.
    const period = (4n << 95n) / 10_000_000_000n
    const full = page({
      counterId: 1,
      timeType: 1,
      flags: 0x3ffn,
      status: 2,
      smearing: 1,
      tai: 37,
      leap: 1,
      shift: 31,
      counter: 1000n,
      period,
      periodErrors: [period / 1_000_000n, period / 20_000n],
      seconds: 1_795_000_000n,
      fraction: 1n << 63n,
      timeErrors: [1500n, 20_000n],
      generation: 7n,
    })
    expect(full).toMatchObject({
      counter: 'x86-tsc',
      timeType: 'tai',
      status: 'synchronized',
      smearing: 'noon-linear',
      taiOffset: 37,
      leap: 1,
      flags: { disruptionSoon: true, disruptionImminent: true, monotonic: true, notifies: true },
      generation: 7n,
    })
    const time = full.time!
    expect(time.estimatedError).toBeCloseTo(1.5e-6, 12)
    expect(time.maximumError).toBeCloseTo(20e-6, 12)
    expect(time.periodEstimatedError).toBeCloseTo(1e-6, 12)
    expect(time.periodMaximumError).toBeCloseTo(50e-6, 12)
    const began = 1_795_000_000n * NS + NS / 2n
    expect(vmClockTime(time, 1000n)).toBe(began)
    expect(vmClockTime(time, 1000n + 2_500_000_000n) - began - NS).toBeLessThanOrEqual(1n)
    expect(vmClockTime(time, 0n)).toBeLessThan(began)
  })

  it('that was being written is torn', () => {
    expect(refusal(encode({ sequence: 3 }))).toBe('torn')
    expect(refusal(encode({ sequence: 2 }), 4)).toBe('torn')
    expect(refusal(encode({ sequence: 2 }), 3)).toBe('torn')
    expect(refusal(encode({ sequence: 2 }), 2)).toBeUndefined()
  })

  it('that is none has a reason', () => {
    expect(refusal(encode({ magic: 0x12345678 }))).toBe('no-magic')
    expect(refusal(encode({ version: 2 }))).toBe('unknown-version')
    expect(refusal(encode({ version: 0 }))).toBe('unknown-version')
    expect(refusal(encode({ size: 16 }))).toBe('too-short')
    expect(refusal(new Uint8Array(4))).toBe('too-short')
  })

  it('says nothing of what lies beyond its size, whichever of the two is smaller', () => {
    const everything = { counterId: 1, flags: 0x3ffn, period: 1n, generation: 9n }
    expect(page(everything).generation).toBe(9n)
    expect(page({ ...everything, size: 111 }).generation).toBeUndefined()
    expect(page(everything, 111).generation).toBeUndefined()
    expect(page({ ...everything, size: 87 }).time).toBeUndefined()
    expect(page({ ...everything, size: 88 }).time).toBeDefined()
    expect(page({ ...everything, size: 88 }).time!.maximumError).toBeUndefined()
    expect(page({ ...everything, size: 34 }).status).toBeUndefined()
  })

  it('of any bytes is a page or a named reason', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        const answer = decodeVmClock(bytes)
        expect(['page', 'refused']).toContain(answer.kind)
      }),
    )
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: VMCLOCK_SIZE, maxLength: VMCLOCK_SIZE }),
        fc.integer({ min: 0, max: 5000 }),
        (noise, size) => {
          noise.set(encode({ size }).subarray(0, 10))
          const answer = decodeVmClock(noise)
          if (answer.kind === 'refused') expect(['torn', 'too-short']).toContain(answer.why)
          else if (answer.page.time) expect(() => vmClockTime(answer.page.time!, 2n ** 63n)).not.toThrow()
        },
      ),
    )
  })

  it('comes back as it was written', () => {
    const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
    fc.assert(
      fc.property(u64, u64, u64, (marker, generation, counter) => {
        const decoded = page({ marker, generation, counter, counterId: 0, period: 1n, flags: 1n << 8n })
        expect(decoded).toMatchObject({
          disruptionMarker: marker,
          generation,
          counter: 'arm-virtual',
          time: { at: counter },
        })
      }),
    )
  })
})

describe('between two pages', () => {
  const GENERATION = 1n << 8n
  it('nothing happened', () => {
    expect(vmClockChange(page({ sequence: 2 }), page({ sequence: 4 }))).toBeUndefined()
  })

  it('the counter was disrupted', () => {
    expect(vmClockChange(page({ marker: 1n }), page({ marker: 2n }))).toEqual({ what: 'counter-changed' })
  })

  it('the machine was restored', () => {
    const before = page({ marker: 1n, generation: 4n, flags: GENERATION })
    const after = page({ marker: 2n, generation: 5n, flags: GENERATION })
    expect(vmClockChange(before, after)).toEqual({ what: 'restored' })
  })

  it('a generation that only one of them tells of is none', () => {
    const after = page({ generation: 5n, flags: GENERATION })
    expect(vmClockChange(page({}), after)).toBeUndefined()
  })
})
