import { describe, expect, it } from 'vitest'
import { findLosses } from './losses.ts'
import type { Witnessed } from './signs/signs.ts'

const LIBC = { kind: 'loaded', libc: undefined as never } as const
const ALL: Witnessed = {
  rtc: 'here',
  tsc: 'here',
  vmclock: 'here',
  kernelLog: 'here',
  hostClock: 'here',
}
const names = (signs: Partial<Witnessed>) =>
  findLosses(LIBC, { watch: true, stamped: true, witnessed: true, signs: { ...ALL, ...signs } }).map(
    ({ name }) => name,
  )

describe('witnesses that are not there', () => {
  it('are no loss as long as others see the same', () => {
    expect(names({})).toEqual([])
    expect(names({ tsc: 'clocksource', vmclock: 'none', hostClock: 'none' })).toEqual([])
  })

  it('are one when nobody sees a pause', () => {
    expect(names({ rtc: 'none', tsc: 'clocksource', hostClock: 'none' })).toEqual(['no-pause-witness'])
  })

  it('are one when nobody sees a restore', () => {
    expect(names({ vmclock: 'none', kernelLog: 'not-allowed' })).toEqual(['no-restore-witness'])
  })

  it('are told when only a right is missing', () => {
    expect(names({ vmclock: 'not-allowed', hostClock: 'not-allowed' })).toEqual([
      'vmclock-not-allowed',
      'host-clock-not-allowed',
    ])
  })
})
