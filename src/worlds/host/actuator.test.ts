import { describe, expect, test } from 'vitest'
import { instant, monotonic, type Reading } from '#core/time/instant.ts'
import { PPM } from '#core/time/units.ts'
import { Actuator } from './actuator.ts'

/** A clock that gains 30 ppm more than it is told. */
function biasedClock() {
  const actuator = new Actuator()
  let wall = 1e18
  let counter = 0
  let told = 0
  const read = (): Reading => ({
    wall: instant(BigInt(Math.round(wall))),
    monotonic: monotonic(BigInt(counter)),
  })
  return {
    actuator,
    run(rate: number) {
      actuator.learn(read())
      told = actuator.orderFor(rate)
      actuator.began(read(), rate)
    },
    pass(seconds: number) {
      counter += seconds * 1e9
      wall += seconds * 1e9 * (1 + told + 30 * PPM)
    },
    get gains() {
      return told + 30 * PPM
    },
  }
}

describe('an actuator', () => {
  test('learns what the clock gains beside what it is told', () => {
    const clock = biasedClock()
    for (let i = 0; i < 20; i++) {
      clock.run(-20 * PPM)
      clock.pass(64)
    }
    clock.run(-20 * PPM)
    expect(clock.gains).toBeCloseTo(-20 * PPM, 9)
  })

  test('learns nothing from a moment, from a step, or from somebody else', () => {
    const clock = biasedClock()
    clock.run(0)
    clock.pass(1)
    clock.run(0)
    expect(clock.gains).toBeCloseTo(30 * PPM, 12)
    clock.pass(64)
    clock.actuator.interrupted()
    clock.run(0)
    expect(clock.gains).toBeCloseTo(30 * PPM, 12)
    clock.run(5000 * PPM)
    clock.pass(64)
    clock.actuator.began({ wall: instant(0n), monotonic: monotonic(0n) }, 0)
    clock.run(0)
    expect(clock.gains).toBeCloseTo(30 * PPM, 12)
  })
})
