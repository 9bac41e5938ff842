import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DisruptionSign, PausedSign } from '#core/guest/disruption.ts'
import { instant, monotonic } from '#core/time/instant.ts'
import { openRtc, RtcWitness } from './rtc.ts'

const START = 1_795_000_000

/** A guest whose RTC goes on with its host: true time is what the RTC shows, but for what somebody set it to. */
function played({ rtcLead = 0.2, wallLead = 0, drift = 20e-6 } = {}) {
  const witness = new RtcWitness()
  const state = { now: 100, rtc: rtcLead, wall: wallLead, lost: 0 }
  const signs: DisruptionSign[] = []
  const at = (seconds: number) => BigInt(Math.round(seconds * 1e9))
  const shown = () => Math.floor(START + state.now * (1 + drift) + state.lost + state.rtc)
  const reading = () => ({
    monotonic: monotonic(at(state.now)),
    wall: instant(BigInt(START) * 1_000_000_000n + at(state.now + state.wall)),
  })
  const look = () => {
    const before = reading().monotonic
    state.now += 1e-4
    const sign = witness.look({ before, after: reading(), shown: shown() })
    if (sign) signs.push(sign)
    const next = Number(witness.next(reading().monotonic, 1)) / 1e9
    state.now = Math.max(state.now, next) + 0.0007
  }
  const run = (seconds: number) => {
    for (const end = state.now + seconds; state.now < end; ) look()
    return signs.splice(0)
  }
  run(60)
  return { witness, state, run }
}

describe('a pause', () => {
  it('is noticed within two seconds, and told to some milliseconds a little later', () => {
    const { state, run } = played()
    state.lost = 10
    const [first, ...early] = run(2)
    expect(first).toMatchObject({ kind: 'paused', witness: 'rtc', atLeast: 0, beyond: expect.any(Number) })
    expect(Math.abs((first as PausedSign).lost - 10)).toBeLessThanOrEqual((first as PausedSign).uncertainty)
    const [second, ...more] = [...early, ...run(6)]
    expect(more).toEqual([])
    const closer = second as PausedSign
    expect(closer.during!.from).toBe((first as PausedSign).during!.from)
    expect(Math.abs(closer.lost - 10)).toBeLessThanOrEqual(closer.uncertainty)
    expect(closer.uncertainty).toBeLessThan(0.02)
  })

  it('of 0.3 s is noticed, too', () => {
    const { state, run } = played()
    state.lost = 0.3
    const told = run(8)
    expect(told.map(({ kind }) => kind)).toEqual(['paused', 'paused'])
    expect((told[1] as PausedSign).lost).toBeCloseTo(0.3, 1)
  })

  it('of less than a second may have happened before the look that found nothing', () => {
    for (let i = 0; i < 50; i++) {
      const { state, run } = played({ rtcLead: 0.2 })
      run(i * 0.337)
      const at = BigInt(Math.round(state.now * 1e9))
      state.lost = 0.4
      const [sign] = run(3) as PausedSign[]
      expect(sign!.during!.from <= at && at <= sign!.during!.to, `${i}`).toBe(true)
    }
  })

  it('is one although somebody puts the system clock right in the same second', () => {
    const { state, run } = played()
    state.lost = 30
    state.wall = 30.2
    expect(run(1.5)[0]).toMatchObject({ kind: 'paused' })
  })
})

describe('somebody sets the RTC', () => {
  it('to the system clock, and that is a hint only', () => {
    const { state, run } = played({ rtcLead: -2.5 })
    state.rtc = 0
    expect(run(60)).toEqual([{ kind: 'hint', witness: 'rtc', text: expect.stringContaining('it was set') }])
  })

  it('back to the system clock, and that hides no pause', () => {
    const { state, run } = played({ rtcLead: 40 })
    state.rtc = 0
    expect(run(60)).toEqual([{ kind: 'hint', witness: 'rtc', text: expect.stringContaining('went back') }])
  })

  it('to the system clock, but for the fraction of a second, which it keeps', () => {
    const { state, run } = played({ rtcLead: -0.6 })
    state.rtc = 0.4
    expect(run(60).map(({ kind }) => kind)).toEqual(['hint'])
  })

  it('to the system clock in local time', () => {
    const { state, run } = played({ rtcLead: 7200 - 40 })
    state.rtc = 7200
    expect(run(60)).toEqual([expect.objectContaining({ kind: 'hint' })])
  })

  it('back, and that is no pause, but may hide one', () => {
    const { state, run } = played()
    state.rtc = -3600
    expect(run(60)).toEqual([expect.objectContaining({ kind: 'hint', during: expect.anything() })])
  })

  it('by some milliseconds every eleven minutes, as the kernel does', () => {
    const { state, run } = played({ rtcLead: 0, drift: 30e-6 })
    for (let i = 0; i < 200; i++) {
      expect(run(660)).toEqual([])
      // Back to the system clock, from which it had drifted by 20 ms.
      state.rtc = -state.now * 30e-6
    }
  })
})

it('is no witness when it jumps all the time', () => {
  const { witness, state, run } = played()
  for (let i = 0; i < 6; i++) {
    state.rtc += 5
    run(30)
  }
  expect(witness.unruly).toBe(true)
})

describe('the device', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clockwright-rtc-'))

  it('is read anew each time', () => {
    const path = join(folder, 'since_epoch')
    writeFileSync(path, '1795000000\n')
    const device = openRtc(path)!
    expect(device.read()).toBe(1_795_000_000)
    writeFileSync(path, '1795000001\n')
    expect(device.read()).toBe(1_795_000_001)
    device.close()
    expect(device.read()).toBeUndefined()
  })

  it('is none when it is not there or says nothing', () => {
    expect(openRtc(join(folder, 'nothing'))).toBeUndefined()
    for (const [i, text] of ['', 'never\n', '0\n'].entries()) {
      const path = join(folder, `mute-${i}`)
      writeFileSync(path, text)
      expect(openRtc(path)).toBeUndefined()
    }
  })
})
