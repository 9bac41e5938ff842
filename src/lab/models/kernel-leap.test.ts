import { describe, expect, test } from 'vitest'
import { plus } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'
import { daemonPlayer } from '../run.ts'
import { KernelLeap } from './kernel-leap.ts'
import { ntpdRs } from './ntpd-rs/ntpd-rs.ts'
import { playOn, SERVER, START } from './test-world.ts'
import { timesyncd } from './timesyncd/timesyncd.ts'

const DAY: Seconds = 86_400
/** `START` is a midnight. */
const at = (seconds: Seconds) => plus(START, seconds)

test('what is announced is made at the next midnight, once until it is withdrawn', () => {
  const kernel = new KernelLeap()
  expect(kernel.looksIn(at(0))).toBe(Number.POSITIVE_INFINITY)
  kernel.announce('insert', at(100))
  expect(kernel.take(at(DAY - 1e-3))).toBe(0)
  expect(kernel.take(at(DAY))).toBe(-1)
  expect(kernel.take(at(DAY))).toBe(0)
  kernel.announce('insert', at(DAY + 10))
  expect(kernel.take(at(2 * DAY))).toBe(0)
  kernel.announce('none', at(2 * DAY + 10))
  kernel.announce('insert', at(2 * DAY + 20))
  expect(kernel.take(at(3 * DAY))).toBe(-1)
})

test('a second is left out before midnight; what is withdrawn in time is not made', () => {
  const kernel = new KernelLeap()
  kernel.announce('delete', at(100))
  expect(kernel.take(at(DAY - 1.5))).toBe(0)
  expect(kernel.take(at(DAY - 1))).toBe(1)
  const other = new KernelLeap()
  other.announce('delete', at(100))
  other.announce('none', at(200))
  expect(other.take(at(DAY - 1))).toBe(0)
})

test('a clock that is set past midnight misses it', () => {
  const kernel = new KernelLeap()
  kernel.announce('insert', at(100))
  expect(kernel.take(at(DAY + 5))).toBe(0)
  expect(kernel.take(at(2 * DAY))).toBe(-1)
})

test('one looks again shortly before, however the clock gains meanwhile, and then at the moment', () => {
  const kernel = new KernelLeap()
  kernel.announce('insert', at(0))
  for (const gains of [-500e-6, 500e-6]) {
    let now = 0
    let looks = 0
    while (now < DAY) {
      now += kernel.looksIn(at(now)) * (1 + gains) + 1e-9
      looks++
    }
    expect(now - DAY).toBeLessThan(2e-5)
    expect(looks).toBeLessThan(8)
  }
})

const ASKING = {
  timesyncd: daemonPlayer(stage => timesyncd({ config: `[Time]\nNTP=${SERVER}\n`, ...stage })),
  'ntpd-rs': daemonPlayer(stage =>
    ntpdRs({
      config: `[synchronization]\nminimum-agreeing-sources = 1\n[[source]]\nmode = "server"\naddress = "${SERVER}"\n`,
      ...stage,
    }),
  ),
}

describe.each(Object.entries(ASKING))('%s', (_, player) => {
  const play = playOn(player)

  test.each([
    ['insert', -1],
    ['delete', 1],
  ] as const)('a leap second that is announced the kernel makes: %s', (leap, by) => {
    const at = by < 0 ? 86_400 : 86_399
    const leapSecond = { at, by }
    const servers = [{ address: SERVER, link: symmetricLink(1e-3, 1e-4), leap, leapUntil: at }]
    const run = play({ servers, leapSecond }, 2 * 86_400)
    const steps = run.steps.filter(step => step.by === 'player')
    expect(steps.map(({ size }) => size)).toEqual([by])
    expect(Math.abs(steps[0]!.at - at)).toBeLessThan(5e-3)
    const around = run.offsets.filter((_, second) => second > 3600 && Math.abs(second - at) > 1)
    expect(around.reduce((most, offset) => Math.max(most, Math.abs(offset)), 0)).toBeLessThan(20e-3)
    // Of nobody who announces it nobody knows.
    const unannounced = play({ servers: [{ ...servers[0]!, leap: 'none' }], leapSecond }, 2 * 86_400)
    expect(Math.abs(unannounced.offsets[at + 2]!)).toBeGreaterThan(0.9)
  })
})
