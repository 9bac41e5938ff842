/** Witnesses of every kind tell the agent what happened to a simulated guest, or what did not. */
import { describe, expect, test } from 'vitest'
import type { DisruptionSign } from '#core/guest/disruption.ts'
import { instant, plus, since } from '#core/time/instant.ts'
import { drive } from '#worlds/drive.ts'
import { watchOnly } from '#worlds/overlay.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'
import { Simulation, type SimulationConfig } from '#worlds/simulated/world.ts'
import { Agent } from './agent.ts'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from './config.ts'
import type { AgentEvent } from './event.ts'

const START = instant(1_795_258_202_000_000_000n)
const AT = 3000
const NETWORK = symmetricLink(0.01, 100e-6)

function guest(world: Partial<SimulationConfig>, maxpoll = 10) {
  const servers = [1, 2, 3].map(i => ({ address: `192.0.2.${i}`, link: NETWORK }))
  const sim = new Simulation({
    seed: 11,
    start: START,
    servers,
    oscillator: { frequencyError: 30e-6, wander: 1e-9 },
    ...world,
  })
  const sources = servers.map(({ address }) => ({ ...SOURCE_DEFAULTS, name: address, address, maxpoll }))
  const agent = new Agent({ ...AGENT_DEFAULTS, sources }, sim.world.random)
  let tell: (event: AgentEvent) => void = () => {}
  const world_ = watchOnly({
    ...sim.world,
    open: told => {
      tell = told
      sim.world.open(told)
    },
  })
  drive(world_, agent)
  const now = () => sim.world.clock.read()
  /** Somebody looked once a second and saw this since. */
  const notice = (sign: DisruptionSign, ago = 1) => {
    const { monotonic: to } = now()
    const during = { from: plus(to, -ago), to }
    tell({ kind: 'disrupted', now: now(), sign: { ...sign, during } as DisruptionSign })
  }
  const error = () => {
    const { offset, errorBound } = agent.status(now())
    return offset === undefined
      ? undefined
      : { off: Math.abs(offset - since(sim.truth, now().wall)), bound: errorBound! }
  }
  const told = (kind: string) => sim.records.filter(record => record.kind === kind)
  const covered = () => {
    const found = error()
    if (found) expect(found.off).toBeLessThanOrEqual(found.bound)
  }
  return { sim, agent, notice, error, covered, told, status: () => agent.status(now()) }
}

const rtc = (lost: number, uncertainty = 0.5): DisruptionSign => ({
  kind: 'paused',
  witness: 'rtc',
  lost,
  uncertainty,
  atLeast: 0,
})

test('another counter in the middle of a slew: the slew ends when it should, and the sources are asked on', () => {
  const slewed = { seed: 3, clock: { offset: -1.9e-3 }, oscillator: {} }
  for (const at of [2.5, 3, 3.5, 4, 5]) {
    const sim = new Simulation({
      ...slewed,
      start: START,
      servers: [{ address: '192.0.2.1', link: symmetricLink(1e-3, 0) }],
      pauses: [
        { at, length: 0.5, witness: { name: 'x', after: 0.01, uncertainty: 0.01 }, frequencyChange: 20e-6 },
      ],
    })
    const source = { ...SOURCE_DEFAULTS, name: '192.0.2.1', address: '192.0.2.1' }
    drive(sim.world, new Agent({ ...AGENT_DEFAULTS, sources: [source] }, sim.world.random))
    sim.run(7200)
    expect(sim.packetsSent).toBeGreaterThan(10)
    expect(Math.abs(sim.offset)).toBeLessThan(1e-4)
  }
})

describe('a pause of 30 s', () => {
  const pauses = [{ at: AT, length: 30 }]

  test('that two witnesses report is corrected for once, covered at once, and recorded with its recovery', () => {
    const { sim, notice, covered, error, told, status } = guest({ pauses })
    sim.run(AT + 30.5)
    notice(rtc(30.2))
    expect(status().state).toBe('disrupted')
    covered()
    // On its way, before any reply.
    sim.run(AT + 30.505)
    notice({ kind: 'paused', witness: 'ptp', lost: 30, uncertainty: 1e-4 })
    covered()
    expect(error()!.off).toBeLessThan(1e-3)
    expect(error()!.bound).toBeLessThan(0.02)
    sim.run(AT + 35)
    covered()
    expect(error()!.bound).toBeLessThan(0.02)
    expect(told('disruption')).toMatchObject([
      { what: 'paused', witness: 'rtc', lost: 30.2, amends: undefined },
      { what: 'paused', witness: 'rtc, ptp', lost: 30, amends: 30.2 },
    ])
    const [recovered, ...more] = told('recovered') as { after: number; lost: number; witness: string }[]
    expect(more).toEqual([])
    expect(recovered!.witness).toBe('rtc, ptp')
    expect(recovered!.after).toBeLessThan(1)
    expect(recovered!.lost).toBeCloseTo(30, 2)
  })

  test('that a closer look comes too late for shifts nothing', () => {
    const { sim, notice, covered, told } = guest({ pauses })
    sim.run(AT + 30.5)
    notice(rtc(30.3))
    sim.run(AT + 34)
    const before = told('estimate').length
    notice(rtc(30.004, 0.005), 4.5)
    covered()
    sim.run(AT + 60)
    covered()
    expect(told('recovered')).toHaveLength(1)
    expect(before).toBeGreaterThan(0)
  })

  test('that the sources told first is no second one', () => {
    // Polls of 64 s: one of them meets the guest right after the resume, and the witness looks after that.
    const { sim, notice, covered, told } = guest({ pauses }, 6)
    while (told('disruption').length === 0) sim.run(Number(sim.now) + 0.05)
    notice(rtc(30.2), 100)
    covered()
    sim.run(Number(sim.now) + 60)
    covered()
    expect(told('disruption').map(record => record.kind === 'disruption' && record.what)).toEqual([
      'sources-jumped',
    ])
    expect(told('recovered')).toEqual([])
  })
})

test('a host clock that jumps while nothing happened leads nobody away', () => {
  const { sim, notice, covered, told, error } = guest({})
  sim.run(AT)
  notice(rtc(5, 0.01))
  covered()
  sim.run(AT + 0.015)
  covered()
  sim.run(AT + 20)
  covered()
  expect(error()!.off).toBeLessThan(1e-3)
  const [recovered] = told('recovered') as { lost: number; uncertainty: number }[]
  expect(Math.abs(recovered!.lost)).toBeLessThanOrEqual(recovered!.uncertainty)
})

describe('a migration that VMClock tells of', () => {
  const pauses = [{ at: AT, length: 0.3, frequencyChange: 40e-6 }]
  const marker: DisruptionSign = { kind: 'counter-changed', witness: 'vmclock' }

  test('makes the time unknown at once, and known again by the next replies', () => {
    const { sim, notice, covered, status, told, error } = guest({ pauses })
    sim.run(AT + 0.35)
    notice(marker, 0.1)
    expect(status().offset).toBeUndefined()
    expect(sim.claim?.errorBound).toBeUndefined()
    // Two replies of each source, two seconds apart: one alone says nothing of the rate.
    sim.run(AT + 2.5)
    expect(status().offset).toBeDefined()
    notice(rtc(0.4), 2.5)
    expect(status().offset, 'the length comes too late to matter').toBeDefined()
    for (let t = AT + 3; t < AT + 600; t++) {
      sim.run(t)
      covered()
    }
    expect(error()!.off).toBeLessThan(1e-3)
    expect(status().frequencyError).toBeCloseTo(70e-6, 5)
    const [recovered] = told('recovered') as { after: number; lost: number }[]
    expect(recovered!.after).toBeLessThan(2.1)
    expect(recovered!.lost).toBeCloseTo(0.3, 2)
  })

  test('keeps the rate as an expectation', () => {
    const same = [{ at: AT, length: 0.3 }]
    const { sim, notice, status } = guest({ pauses: same })
    sim.run(AT + 0.35)
    notice(marker, 0.1)
    sim.run(AT + 2.5)
    expect(Math.abs(status().frequencyError! - 30e-6)).toBeLessThan(5e-6)
  })
})

test('a hint asks the sources, and nothing else', () => {
  const { sim, notice, status, told, error } = guest({})
  sim.run(AT)
  const before = error()!.bound
  const asked = sim.packetsSent
  notice({ kind: 'hint', witness: 'steal', text: 'a timer came late' })
  sim.run(AT + 8)
  expect(sim.packetsSent - asked).toBeGreaterThanOrEqual(12)
  expect(status().state).toBe('locked')
  expect(error()!.bound).toBeLessThan(2 * before)
  expect(told('disruption')).toEqual([])
  expect(told('notice')).toContainEqual(expect.objectContaining({ name: 'hint-steal' }))
})

describe('a migration of which only a host clock tells, to a host whose clock is behind', () => {
  test('is covered, although it says that hardly anything was lost', () => {
    const pauses = [{ at: AT, length: 0.7, frequencyChange: 80e-6 }]
    const { sim, notice, covered, told, status } = guest({ pauses })
    sim.run(AT + 1)
    notice({ kind: 'paused', witness: 'ptp', lost: 0.07, uncertainty: 5e-4, atLeast: 0, beyond: 86_400 })
    covered()
    for (let t = AT + 1.005; t < AT + 1.1; t += 0.005) {
      sim.run(t)
      covered()
    }
    for (let t = AT + 2; t < AT + 600; t++) {
      sim.run(t)
      covered()
    }
    expect(told('recovered')).toMatchObject([{ lost: expect.closeTo(0.7, 2) }])
    expect(status().frequencyError).toBeCloseTo(110e-6, 4)
  })

  test.each([150e-6, -300e-6, 600e-6])('and whose counter runs at another rate by %s is covered', change => {
    const servers = [1, 2, 3].map(i => ({
      address: `192.0.2.${i}`,
      link: symmetricLink(100e-6, 20e-6),
    }))
    const pauses = [{ at: AT, length: 0.7, frequencyChange: change }]
    const { sim, notice, covered, status } = guest({ servers, pauses }, 6)
    sim.run(AT + 1)
    notice({ kind: 'paused', witness: 'ptp', lost: 0.07, uncertainty: 5e-4, atLeast: 0, beyond: 86_400 })
    for (let t = AT + 1.1; t < AT + 200; t += 0.1) {
      covered()
      sim.run(t)
    }
    expect(status().frequencyError).toBeCloseTo(30e-6 + change, 5)
  })

  test('when that went back, nobody knows until the sources have answered', () => {
    const { sim, notice, covered, error, status } = guest({ pauses: [{ at: AT, length: 0.4 }] })
    sim.run(AT + 1)
    const { monotonic } = sim.world.clock.read()
    notice({ kind: 'hint', witness: 'ptp', text: 'went back', during: { from: monotonic, to: monotonic } })
    expect(status().state).toBe('disrupted')
    covered()
    for (let t = AT + 1.005; t < AT + 10; t += 0.005) {
      sim.run(t)
      covered()
    }
    expect(error()!.bound).toBeLessThan(0.1)
    expect(error()!.off).toBeLessThan(1e-3)
    expect(status().state).toBe('locked')
  })
})

describe('the first answer that contradicts', () => {
  test('after a pause that nothing shows: covered from then on', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { sim, covered, error, told } = guest({ seed, pauses: [{ at: AT, length: 0.03 * seed }] }, 6)
      sim.run(AT + 0.03 * seed)
      const asked = sim.packetsSent
      while (sim.packetsSent === asked) sim.run(Number(sim.now) + 0.01)
      // It is on its way back by now at the earliest, and here at the latest.
      sim.run(Number(sim.now) + 0.03)
      for (let t = 0; t < 2000; t++) {
        covered()
        sim.run(Number(sim.now) + 0.005)
      }
      expect(error()!.off).toBeLessThan(1e-3)
      expect(told('disruption')).toMatchObject([{ what: 'sources-jumped' }])
    }
  })

  test('of one that begins to lie: true time may be in either place until the others have answered', () => {
    const servers = [1, 2, 3].map(i => ({
      address: `192.0.2.${i}`,
      link: NETWORK,
      ...(i === 2 ? { lies: [{ at: AT, offset: 5 }] } : {}),
    }))
    const { sim, covered, error, told, status } = guest({ servers }, 6)
    sim.run(AT)
    let widest = 0
    let disrupted = 0
    for (let t = AT; t < AT + 80; t += 0.005) {
      sim.run(t)
      covered()
      widest = Math.max(widest, error()!.bound)
      if (status().state === 'disrupted') disrupted += 0.005
    }
    expect(widest).toBeGreaterThan(4.9)
    expect(disrupted).toBeLessThan(0.1)
    expect(error()!.off).toBeLessThan(1e-3)
    expect(told('disruption')).toEqual([])
    expect(status().sources[1]).toMatchObject({ reason: 'disagrees-with-majority' })
    const asked = sim.packetsSent
    sim.run(AT + 80 + 640)
    expect(sim.packetsSent - asked, 'and it is asked about only once').toBeLessThan(3 * 12)
  })

  test('of one of two: the bound covers both until the other has answered, then the clock coasts', () => {
    const servers = [1, 2].map(i => ({
      address: `192.0.2.${i}`,
      link: NETWORK,
      ...(i === 2 ? { lies: [{ at: AT, offset: 5 }] } : {}),
    }))
    const { sim, covered, error, status, told } = guest({ servers }, 6)
    sim.run(AT)
    let widest = 0
    for (let t = AT; t < AT + 80; t += 0.005) {
      sim.run(t)
      covered()
      widest = Math.max(widest, error()!.bound)
    }
    expect(widest).toBeGreaterThan(4.9)
    expect(status().state).toBe('holdover')
    expect(error()!.bound).toBeLessThan(0.1)
    expect(told('notice')).toContainEqual(expect.objectContaining({ name: 'no-majority' }))
  })
})
