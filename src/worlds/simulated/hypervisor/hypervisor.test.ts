import { describe, expect, test } from 'vitest'
import type { DisruptionSign } from '#core/guest/disruption.ts'
import { HOST_CLOCK } from '#core/guest/host-clock.ts'
import { instant } from '#core/time/instant.ts'
import { symmetricLink } from '../link.ts'
import { Simulation, type SimulationConfig } from '../world.ts'
import type { HypervisorConfig } from './hypervisor.ts'
import { TOOLS } from './tools.ts'

const START = instant(1_796_083_200_000_000_000n)
const pause = (length: number) => ({ verb: 'pause', at: 100, length }) as const

/** A guest that only listens. */
function guest(hypervisor: HypervisorConfig, more: Partial<SimulationConfig> = {}) {
  const sim = new Simulation({ seed: 1, start: START, servers: [], hypervisor, ...more })
  const signs: DisruptionSign[] = []
  sim.world.open(event => {
    if (event.kind === 'disrupted') signs.push(event.sign)
  })
  const counter = () => Number(sim.world.clock.read().monotonic) / 1e9
  return {
    sim,
    signs,
    counter,
    witnesses: () => signs.map(sign => ('witness' in sign ? sign.witness : sign.kind)),
  }
}

describe('a pause of 30 s', () => {
  test.each([
    ['kvm-clock', 30, ['tsc', 'rtc', 'rtc']],
    ['kvm-tsc', 0, []],
    ['vmware', 30, ['rtc', 'rtc']],
    ['hyper-v', 30, ['ptp']],
    ['firecracker', 0, []],
    ['xen-hvm', 30, ['rtc', 'rtc']],
    ['xen-pv-dependent', 0, []],
    ['xen-pvops', 0, []],
  ] as const)('under %s costs %d s, and shows on %j', (family, lost, seen) => {
    const { sim, counter, witnesses } = guest({ family, events: [pause(30)] })
    sim.run(200)
    expect(sim.offset).toBeCloseTo(lost, 3)
    expect(counter()).toBeCloseTo(200 - lost, 3)
    expect(witnesses().sort()).toEqual([...seen].sort())
  })

  test('each witness that tells its length tells the truth', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const { sim, signs } = guest(
        { family: 'kvm-clock', devices: { ptp: true }, events: [pause(30)] },
        { seed },
      )
      sim.run(200)
      expect(signs).toHaveLength(4)
      for (const sign of signs) {
        if (sign.kind !== 'paused') throw new Error(sign.kind)
        expect(Math.abs(sign.lost - 30)).toBeLessThanOrEqual(sign.uncertainty)
        expect(Number(sign.during!.from) / 1e9).toBeLessThanOrEqual(100)
        expect(Number(sign.during!.to) / 1e9).toBeGreaterThanOrEqual(100)
      }
    }
  })
})

describe('a snapshot that is loaded', () => {
  const events = [{ verb: 'revert', snapshot: 100, at: 400 }] as const

  test('takes the guest back to where it was, which is a time that nobody in it has seen pass', () => {
    const { sim, counter, witnesses } = guest({
      family: 'kvm-clock',
      devices: { vmgenid: true, vmclock: true },
      events,
    })
    sim.run(450)
    expect(counter()).toBeCloseTo(150, 3)
    expect(sim.offset).toBeCloseTo(300, 3)
    expect(witnesses().sort()).toEqual(['rtc', 'rtc', 'vmclock', 'vmgenid'])
  })

  test('does not get the answers that its former life was waiting for', () => {
    const servers = [{ address: '192.0.2.1', link: symmetricLink(1, 0) }]
    const sim = new Simulation({
      seed: 1,
      start: START,
      servers,
      hypervisor: { family: 'kvm-clock', events },
    })
    const heard: string[] = []
    sim.world.open(event => heard.push(event.kind))
    sim.run(99)
    const request = new Uint8Array(48)
    request[0] = 0x23
    sim.world.network.send(1, { address: '192.0.2.1', port: 123 }, request)
    sim.run(500)
    expect(heard).toContain('sent')
    expect(heard).not.toContain('datagram')
  })
})

test('migration: another counter, and witnesses that cannot tell a pause from another host', () => {
  const { sim, signs } = guest({
    family: 'kvm-clock',
    devices: { vmclock: true },
    events: [{ verb: 'migrate', at: 100, downtime: 0.3, to: { offset: 5, counter: 50e-6 } }],
  })
  sim.run(1100.3)
  expect(sim.offset).toBeCloseTo(0.3 - 1000 * 50e-6, 3)
  expect(signs.map(({ kind }) => kind)).toEqual(['counter-changed', 'paused', 'paused'])
  const last = signs.at(-1)!
  expect(last).toMatchObject({ witness: 'rtc', atLeast: 0 })
  expect(last.kind === 'paused' && last.lost).toBeCloseTo(5.3, 1)
})

test('the clock of a host is off by as much as is said when the guest comes to it, and drifts from then on', () => {
  const to = { offset: 0.1, drift: 20e-6 }
  const migration = { verb: 'migrate', at: 432_000, downtime: 1, to } as const
  const { sim } = guest({
    family: 'xen-pv-dependent',
    host: { offset: -0.05, drift: 1e-6 },
    events: [migration],
  })
  sim.run(431_999)
  expect(sim.offset).toBeCloseTo(0.05 - 1e-6 * 431_999, 6)
  sim.run(432_001)
  expect(sim.offset).toBeCloseTo(-0.1, 6)
  sim.run(442_001)
  expect(sim.offset).toBeCloseTo(-0.1 - 20e-6 * 10_000, 6)
})

test('tools set a guest that comes to another host late in its life by what that one is off then', () => {
  const to = { offset: 0.1, drift: 20e-6 }
  const { sim } = guest({
    family: 'hyper-v',
    tools: TOOLS['hv-utils'],
    events: [{ verb: 'migrate', at: 432_000, downtime: 1, to }],
  })
  sim.run(432_060)
  expect(sim.offset).toBeCloseTo(-0.1, 2)
})

test('a host that is behind the one before: only hints, which say that there may have been a pause', () => {
  const events = [{ verb: 'migrate', at: 100, downtime: 0.3, to: { offset: -5 } }] as const
  const { sim, signs } = guest({ family: 'vmware', events })
  sim.run(200)
  expect(signs).toEqual([expect.objectContaining({ kind: 'hint', during: expect.anything() })])
})

describe('the wall clock of a classic Xen guest', () => {
  test('is the host’s, and cannot be set', () => {
    const host = { offset: 0.5, steps: [{ at: 50, size: 2 }] }
    const { sim } = guest({ family: 'xen-pv-dependent', host }, { clock: { offset: 77 } })
    sim.run(10)
    expect(sim.offset).toBeCloseTo(-0.5, 6)
    sim.adjust({ kind: 'step', size: 100 })
    sim.adjust({ kind: 'frequency', rate: 1e-3 })
    sim.run(40)
    expect(sim.offset).toBeCloseTo(-0.5, 6)
    sim.run(60)
    expect(sim.offset).toBeCloseTo(-2.5, 6)
  })

  test('shows what it gains on the counter at the next look: a migration, and a step of the host', () => {
    const { sim, signs } = guest({
      family: 'xen-pv-dependent',
      host: { steps: [{ at: 50, size: -1.8 }] },
      events: [{ verb: 'migrate', at: 100, downtime: 0.3, to: { offset: 2 } }],
    })
    sim.run(51)
    expect(signs).toMatchObject([{ kind: 'stepped', size: -1.8 }])
    sim.run(102)
    expect(signs).toHaveLength(2)
    // The host is 3.8 s ahead of the one that had been set back, and nothing counted for 0.3 s.
    expect(signs[1]).toMatchObject({ kind: 'stepped', size: expect.closeTo(2 + 0.3 + 1.8, 6) })
  })

  test('stands after a migration to a host that is behind, and timers with it, until that has caught up', () => {
    const to = { offset: -8 }
    const { sim, counter } = guest({
      family: 'xen-pv-dependent',
      host: { offset: 2 },
      events: [{ verb: 'migrate', at: 100, downtime: 0.5, to }],
    })
    sim.run(101)
    const held = counter()
    expect(sim.offset).toBeCloseTo(101 - 102, 2)
    sim.run(109)
    expect(counter()).toBe(held)
    expect(sim.offset).toBeCloseTo(109 - 102, 2)
    sim.run(120)
    expect(counter()).toBeCloseTo(held + 10, 3)
    expect(sim.offset).toBeCloseTo(8, 3)
  })
})

test('a laptop sleeps: its kernel carries the clock on, by whole seconds of the RTC', () => {
  const events = [{ verb: 'sleep', at: 100, length: 3600 }] as const
  const { sim, signs, counter } = guest({ family: 'bare-metal', events })
  sim.run(4000)
  expect(counter()).toBeCloseTo(400, 3)
  expect(Math.abs(sim.offset)).toBeLessThanOrEqual(0.5)
  expect(sim.offset).not.toBeCloseTo(0, 3)
  expect(signs[0]).toMatchObject({ kind: 'paused', witness: 'boottime' })
})

test('tools set the clock to the host’s, and everybody in the guest hears of it', () => {
  const host = { offset: 0.02 }
  const at = guest({ family: 'hyper-v', host, events: [pause(30)], tools: TOOLS['hv-utils'] })
  at.sim.run(200)
  expect(at.sim.offset).toBeCloseTo(-0.02, 2)
  expect(at.witnesses()).toContain('stepped')
  expect(at.sim.setByOthers).toHaveLength(1)
})

test('VMware Tools leave what is less than a second to others', () => {
  const events = [pause(0.5), { ...pause(5), at: 200 }]
  const { sim } = guest({ family: 'vmware', events, tools: TOOLS['vmware-tools'] })
  sim.run(190)
  expect(sim.offset).toBeCloseTo(0.5, 3)
  sim.run(300)
  expect(Math.abs(sim.offset)).toBeLessThan(3e-3)
})

test('VMware Tools, periodically: within some milliseconds of the host, by its tick and then by the loop', () => {
  const oscillator = { frequencyError: 30e-6, wander: 1e-9 }
  const { sim } = guest(
    { family: 'vmware', tools: TOOLS['vmware-tools-periodic'] },
    { oscillator, clock: { offset: -0.2 } },
  )
  sim.run(1200)
  expect(Math.abs(sim.offset)).toBeLessThan(0.02)
  sim.run(20_000)
  expect(Math.abs(sim.offset)).toBeLessThan(2e-3)
})

test('VMware Tools do nothing while the guest does not run, and one step afterwards', () => {
  const events = [{ verb: 'suspend', at: 1000, length: 5000 }] as const
  const { sim } = guest({ family: 'vmware', events, tools: TOOLS['vmware-tools-periodic'] })
  sim.run(6100)
  expect(sim.setByOthers).toHaveLength(1)
  expect(Math.abs(sim.offset)).toBeLessThan(5e-3)
})

test('the host’s clock can be asked like a server where there is a device for it', () => {
  const { sim } = guest({ family: 'hyper-v', host: { offset: 0.25 } })
  const heard: Uint8Array[] = []
  sim.world.open(event => {
    if (event.kind === 'datagram') heard.push(event.bytes)
  })
  const request = new Uint8Array(48)
  request[0] = 0x23
  sim.world.network.send(1, { address: HOST_CLOCK, port: 123 }, request)
  sim.run(1)
  expect(heard).toHaveLength(1)
})

test.each([
  [[pause(10), { ...pause(10), at: 105 }], 'before the one before is over'],
  [[{ verb: 'revert', snapshot: 50, at: 50 }], 'takes no time'],
] as const)('a story that cannot be: %j', (events, why) => {
  expect(() => guest({ family: 'kvm-clock', events })).toThrow(why)
})

test('a machine that is none cannot be migrated', () => {
  const events = [{ verb: 'migrate', at: 1, downtime: 1 }] as const
  expect(() => guest({ family: 'bare-metal', events })).toThrow('impossible')
})
