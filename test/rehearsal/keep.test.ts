/**
 * The promises of an agent that keeps a clock, against the truth of the simulation: it starts quickly, comes back from
 * what a hypervisor does to it, steps only with a licence, and is not led away.
 */
import { describe, expect, test } from 'vitest'
import { POLICY_DEFAULTS, type Policy } from '#core/guest/policy.ts'
import type { HypervisorConfig } from '#worlds/simulated/hypervisor/hypervisor.ts'
import { type LinkConfig, symmetricLink } from '#worlds/simulated/link.ts'
import type { ServerConfig } from '#worlds/simulated/server.ts'
import type { Pause } from '#worlds/simulated/world.ts'
import { type Kept, keep } from './keep.ts'

const HOUR = 3600
const LAN = symmetricLink(100e-6, 20e-6)

const server = (i: number, more: Partial<ServerConfig> = {}): ServerConfig => ({
  address: `192.0.2.${i}`,
  link: LAN,
  ...more,
})
const clock = { clock: { offset: -0.3 }, oscillator: { frequencyError: 20e-6, wander: 1e-9 } }
const ONE = { seed: 1, servers: [server(1)], ...clock }
const FOUR = { seed: 1, servers: [1, 2, 3, 4].map(i => server(i)), ...clock }
const POLLS = { minpoll: 4, maxpoll: 6 }
const policy = (more: Partial<Policy>) => ({ policy: { ...POLICY_DEFAULTS, ...more } })

/** The last second in which the clock was wrong by more than `limit`. */
function lastWrong(kept: Kept, until: number, limit: number, from = 0): number {
  let last = from
  kept.run(until, t => {
    if (t > from && Math.abs(kept.error()) > limit) last = t
  })
  return last
}

describe('at the start', () => {
  test('one step, within five seconds, and no other', () => {
    const kept = keep(ONE, POLLS)
    expect(lastWrong(kept, HOUR, 1e-3)).toBeLessThanOrEqual(5)
    expect(kept.steps()).toHaveLength(1)
  })

  test('a clock that is 2000 ppm fast is kept', () => {
    const kept = keep({ ...ONE, oscillator: { frequencyError: 2000e-6, wander: 1e-9 } }, POLLS)
    expect(lastWrong(kept, HOUR, 100e-6)).toBeLessThan(60)
  })

  test('a correction beyond the limit waits for permission, and everything stays observable', () => {
    const kept = keep(ONE, POLLS, policy({ startLimit: 0.1 }))
    kept.run(300)
    expect(kept.steps()).toEqual([])
    expect(kept.status().holding).toBe('start-limit')
    expect(kept.status().offset).toBeCloseTo(kept.error(), 4)
    kept.permit()
    kept.run(310)
    expect(Math.abs(kept.error())).toBeLessThan(1e-3)
    expect(kept.status().holding).toBeUndefined()
  })
})

describe.each([
  [4, 4, 21],
  [4, 6, 75],
])('a pause without a witness, at polls %i to %i', (minpoll, maxpoll, within) => {
  test.each([0.3, 2, 4.3, 30, 1200])('of %f s: back for good, without overshoot, the rate unhurt', length => {
    const at = 2 * HOUR + 7
    const kept = keep({ ...ONE, pauses: [{ at, length }] }, { minpoll, maxpoll })
    kept.run(at - 1)
    const end = at + length
    let overshoot = 0
    let rate = 0
    let stepped = false
    const from = Math.ceil(end)
    let last = from
    kept.run(end + HOUR, t => {
      if (t < end) return
      const error = kept.error()
      if (Math.abs(error) > 0.01) last = t
      stepped ||= kept.steps().length > 1
      if (stepped) overshoot = Math.max(overshoot, -error)
      rate = Math.max(rate, Math.abs(kept.status().frequencyError! - kept.sim.frequencyError))
    })
    expect(last - end).toBeLessThanOrEqual(within)
    expect(overshoot).toBeLessThan(1e-3)
    expect(rate).toBeLessThan(0.1e-6)
    expect(kept.steps()).toHaveLength(2)
  })
})

describe('a pause that a witness reports', () => {
  const witnessed = (more: Partial<Pause> = {}): Pause => ({
    at: 2 * HOUR,
    length: 30,
    witness: { name: 'rtc', after: 1, uncertainty: 0.5 },
    ...more,
  })

  test('widens the bound and calls the clock unsynchronised at once; the samples put it right within seconds', () => {
    const kept = keep({ ...ONE, pauses: [witnessed()] }, POLLS)
    const resumed = 2 * HOUR + 30
    kept.run(resumed + 1.5)
    kept.sim.run(resumed + 1.2)
    expect(kept.sim.records.some(({ kind }) => kind === 'disruption')).toBe(true)
    expect(lastWrong(kept, resumed + HOUR, 10e-3, resumed)).toBeLessThanOrEqual(resumed + 10)
    expect(kept.steps()).toHaveLength(2)
    expect(kept.sim.claim?.errorBound).toBeLessThan(1e-3)
  })

  test.each(['slew', 'ask', 'nothing'] as const)('policy %s makes no step', afterDisruption => {
    const kept = keep(
      {
        ...ONE,
        pauses: [witnessed({ length: 0.2, witness: { name: 'vmclock', after: 0.1, uncertainty: 0.01 } })],
      },
      POLLS,
      policy({ afterDisruption }),
    )
    kept.run(2 * HOUR + 120)
    expect(kept.steps()).toHaveLength(1)
    const still = Math.abs(kept.error())
    if (afterDisruption === 'slew') {
      expect(still).toBeLessThan(0.2)
      kept.run(3 * HOUR)
      expect(Math.abs(kept.error())).toBeLessThan(1e-3)
    } else {
      expect(still).toBeGreaterThan(0.19)
      expect(kept.status().holding).toBe(afterDisruption)
    }
    if (afterDisruption !== 'ask') return
    kept.permit()
    kept.run(2 * HOUR + 125)
    expect(Math.abs(kept.error())).toBeLessThan(1e-3)
  })
})

describe('somebody else who sets the clock', () => {
  test('once is put right, and named in the record', () => {
    const kept = keep({ ...ONE, steps: [{ at: HOUR, size: 2 }] }, POLLS)
    expect(lastWrong(kept, 2 * HOUR, 1e-3, HOUR)).toBeLessThanOrEqual(HOUR + 10)
    expect(
      kept.sim.records.filter(record => record.kind === 'step' && record.by === 'somebody-else'),
    ).toHaveLength(1)
  })

  test('again and again is not fought: steering pauses, and comes back when it is quiet', () => {
    const steps = [0, 1, 2, 3, 4, 5].map(i => ({ at: HOUR + 300 * i, size: 2 }))
    const kept = keep({ ...ONE, steps }, POLLS)
    kept.run(HOUR + 1800)
    expect(kept.status().holding).toBe('contested')
    expect(kept.steps().length).toBeLessThanOrEqual(4)
    expect(kept.status().offset).toBeCloseTo(kept.error(), 4)
    kept.run(4 * HOUR)
    expect(kept.status().holding).toBeUndefined()
  })
})

describe('is not led away', () => {
  test('by one server of four that lies from the start', () => {
    const kept = keep({ ...FOUR, servers: [server(1, { offset: 5 }), ...FOUR.servers.slice(1)] }, POLLS)
    expect(lastWrong(kept, HOUR, 1e-3)).toBeLessThanOrEqual(5)
  })

  test.each([0.05, 5, -5])('by the selected server, when it turns liar by %f s', offset => {
    const best = server(1, { link: symmetricLink(50e-6, 5e-6), lies: [{ at: HOUR, offset }] })
    const kept = keep({ ...FOUR, servers: [best, ...FOUR.servers.slice(1)] }, POLLS)
    kept.run(HOUR - 1)
    expect(lastWrong(kept, 3 * HOUR, 1e-3, HOUR)).toBe(HOUR)
    expect(kept.steps()).toHaveLength(1)
  })

  test('by one server that drifts away slowly', () => {
    const kept = keep({ ...FOUR, servers: [server(1, { drift: 2e-6 }), ...FOUR.servers.slice(1)] }, POLLS)
    expect(lastWrong(kept, 24 * HOUR, 1e-3, 60)).toBe(60)
  })

  test('by a server that claims to have thought for two seconds inside a round trip of a fifth of a millisecond', () => {
    const liar = server(1, { processing: 2 })
    const hasty: LinkConfig = { up: { base: 1e-4 }, down: { base: 1e-4 } }
    const kept = keep({ ...ONE, servers: [{ ...liar, link: hasty, processing: 2, hurries: true }] }, POLLS)
    kept.run(HOUR)
    expect(kept.steps()).toEqual([])
    expect(kept.status().offset).toBeUndefined()
  })

  test('by two servers that disagree: the rate is kept, and it says so', () => {
    const servers = [server(1), server(2, { offset: 0.05 })]
    const kept = keep({ ...FOUR, servers }, POLLS)
    kept.run(HOUR)
    const before = kept.error()
    kept.run(5 * HOUR)
    expect(Math.abs(kept.error() - before)).toBeLessThan(1e-3)
    expect(kept.notices()).toContain('rate-kept')
    expect(kept.status().offset).toBeUndefined()
  })

  describe('by two of four who part from the others, with nobody to say which are right', () => {
    const link = symmetricLink(2.5e-3, 0.25e-3)
    const parted = (part: Partial<ServerConfig>, seed: number, hypervisor?: HypervisorConfig) => {
      const servers = [
        server(1, { link, ...part }),
        server(2, { link, ...part }),
        server(3, { link }),
        server(4, { link }),
      ]
      const world = { ...FOUR, seed, servers, ...(hypervisor && { hypervisor }) }
      const kept = keep(world, { minpoll: 6, maxpoll: 10 })
      kept.run(4 * HOUR)
      return kept
    }

    test.each([1, 2, 3])(
      'and drift away at 100 ppm: the rate is what it was when all agreed (seed %d)',
      seed => {
        const kept = parted({ changes: [{ at: 4 * HOUR, drift: 100e-6 }] }, seed)
        // Before that is plain, the two are followed by some tens of milliseconds; by now they are 7.2 s away.
        expect(lastWrong(kept, 24 * HOUR, 0.15, 4 * HOUR)).toBe(4 * HOUR)
      },
    )

    test('and stay there: that all still agree about the rate shows in time', () => {
      const kept = parted({ lies: [{ at: 4 * HOUR, offset: 0.05 }] }, 1)
      kept.run(4 * HOUR + 300)
      expect(kept.notices()).not.toContain('rate-kept')
      kept.run(12 * HOUR)
      expect(kept.notices()).toContain('rate-kept')
      expect(Math.abs(kept.error())).toBeLessThan(0.06)
    })

    test.each(['kvm-clock', 'firecracker'] as const)(
      'and a migration of %s follows: what all said of the old host is nothing to the new one',
      family => {
        const to = { offset: 0, counter: 300e-6 }
        const kept = parted({ lies: [{ at: 4 * HOUR, offset: 0.05 }] }, 1, {
          family,
          events: [{ verb: 'migrate', at: 4 * HOUR + 300, downtime: 0.3, to }],
        })
        kept.run(5 * HOUR)
        const before = kept.error()
        kept.run(8 * HOUR)
        // At the rate of the old host it would be 3.2 s.
        expect(Math.abs(kept.error() - before)).toBeLessThan(0.01)
      },
    )
  })

  test('by a correction beyond all belief: it stops, says why, and waits', () => {
    const kept = keep({ ...ONE, clock: { offset: -3 * 86_400 } }, POLLS)
    kept.run(HOUR)
    expect(kept.steps()).toEqual([])
    expect(kept.status().holding).toBe('panic')
    expect(kept.notices()).toContain('held-panic')
    kept.permit()
    kept.run(HOUR + 10)
    expect(Math.abs(kept.error())).toBeLessThan(1e-3)
  })
})

describe('after a disruption of unknown length', () => {
  test('the nearest server, who lies, does not decide alone', () => {
    const near = server(1, { link: symmetricLink(20e-6, 2e-6), lies: [{ at: HOUR, offset: 12 }] })
    const far = [2, 3, 4].map(i => server(i, { link: symmetricLink(20e-3, 1e-3) }))
    for (let seed = 1; seed <= 5; seed++) {
      const pause = { at: HOUR + 1, length: 20, witness: { name: 'rtc', after: 0.5, uncertainty: 30 } }
      const kept = keep({ ...FOUR, seed, servers: [near, ...far], pauses: [pause] }, POLLS)
      kept.run(HOUR - 1)
      // The others need 40 ms to answer.
      for (let t = HOUR + 21.505; t < HOUR + 26; t += 0.005) {
        kept.sim.run(t)
        const { offset, errorBound } = kept.status()
        if (offset !== undefined) expect(Math.abs(offset - kept.error())).toBeLessThanOrEqual(errorBound!)
      }
      expect(Math.abs(kept.error())).toBeLessThan(0.01)
    }
  })
})

test('a slew is ended when the clock must not be corrected any more', () => {
  const kept = keep(
    {
      ...ONE,
      clock: { offset: -1e-4 },
      pauses: [{ at: HOUR, length: 30, witness: { name: 'rtc', after: 0.2, uncertainty: 0.5 } }],
    },
    POLLS,
    policy({ afterDisruption: 'ask', maxSlew: 5e-6 }),
  )
  kept.run(HOUR + 60)
  expect(kept.status().holding).toBe('ask')
  const before = kept.error()
  kept.run(HOUR + 660)
  expect(Math.abs(kept.error() - before)).toBeLessThan(1e-4)
})

describe('jumps beyond all measure', () => {
  const YEARS = 10 * 365.25 * 86_400

  test.each([YEARS, -YEARS])(
    'the wall clock is set by %f s: no timer stands still, and it is put right',
    size => {
      const kept = keep({ ...ONE, steps: [{ at: HOUR, size }] }, POLLS)
      kept.run(HOUR - 1)
      const before = kept.sim.packetsSent
      expect(lastWrong(kept, 2 * HOUR, 1e-3, HOUR)).toBeLessThanOrEqual(HOUR + 10)
      expect(kept.sim.packetsSent).toBeGreaterThan(before + 40)
    },
  )

  test('a snapshot of six days ago is restored, and a witness says so', () => {
    const length = 6 * 86_400
    const witness = { name: 'vmgenid', after: 0.5, uncertainty: 1 }
    const kept = keep({ ...ONE, pauses: [{ at: HOUR, length, witness }] }, POLLS)
    kept.run(HOUR - 1)
    const resumed = HOUR + length
    expect(lastWrong(kept, resumed + 600, 1e-3, resumed)).toBeLessThanOrEqual(resumed + 10)
  })

  test('the same without a witness waits for permission: one server could say anything', () => {
    const length = 6 * 86_400
    const kept = keep({ ...ONE, pauses: [{ at: HOUR, length }] }, POLLS)
    kept.run(HOUR + length + 300)
    expect(kept.status().holding).toBe('panic')
    kept.permit()
    kept.run(HOUR + length + 310)
    expect(Math.abs(kept.error())).toBeLessThan(1e-3)
  })
})
