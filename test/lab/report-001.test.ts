/** The four conclusions of field report 001 on ntpd, each as a scenario that shows it (or shows more than the report knew). */
import { describe, expect, test } from 'vitest'
import { median } from '#core/number/quantile.ts'
import { played } from './played.ts'

const HOUR = 3600

describe('ntpd', () => {
  test('1: with -x an offset below 600 s is slewed, for hours, and beyond the mark', () => {
    const of = played('slew-below-600s')
    for (const score of of('ntpd 4.2.8p15 -g -x')) {
      expect(score.steps).toBe(0)
      expect(score.timeTo10ms).toBeGreaterThan(5 * HOUR)
      expect(score.overshoot).toBeGreaterThan(0.1)
    }
    for (const score of of('ntpd 4.2.8p15 -g')) expect(score.steps).toBe(1)
  })

  test('2: with -x an offset above 600 s is stepped', () => {
    const of = played('step-beyond-600s')
    for (const score of [...of('ntpd 4.2.6p5 -g -x'), ...of('ntpd 4.2.8p15 -g -x')])
      expect(score).toMatchObject({ steps: 1, exited: false })
  })

  test('3: stepout is waited for; 4.2.8 does not heed a shorter one than its own', () => {
    const of = played('stepout', [1, 2, 3, 4, 5, 6, 7, 8, 9])
    const times = (name: string) => of(name).map(({ timeTo10ms }) => timeTo10ms)
    expect(median(times('4.2.6p5, stepout 10'))).toBeLessThan(median(times('4.2.6p5')) - 60)
    expect(times('4.2.8p15, stepout 10')).toEqual(times('4.2.8p15'))
  })

  test('4: beyond the panic threshold it ends, also with -g, but for panic 0', () => {
    const of = played('pause-1200s')
    for (const name of ['ntpd-4.2.6', 'ntpd-4.2.8'])
      for (const score of of(name)) expect(score).toMatchObject({ exited: true, steps: 0 })
    for (const score of of('ntpd 4.2.8, panic 0')) expect(score).toMatchObject({ exited: false, steps: 1 })
  })
})
