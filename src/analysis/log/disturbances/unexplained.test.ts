/** A clock that is set back by less than chronyd notices, and one that stood: by measurements.log alone. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../../test/support/explain.ts'

const POLL = 64
const AT = 6000
const BACK = 7

/** Three servers, asked some seconds one after another by true time, of which one is asked right after it happened. */
const measured = (stands: boolean): string[] =>
  Array.from({ length: 200 }, (_, i) => i * POLL).flatMap(poll =>
    [0, 4, 8].map((later, server) => {
      // A machine that stands asks nobody, and goes on where it was.
      const local = poll + later
      const behind = poll > AT || (poll > AT - POLL && server > 0) ? BACK : 0
      const stamp = new Date(Date.UTC(2027, 2, 1) + (stands ? local : local - behind) * 1e3)
      const offset = behind + 1e-4 * Math.sin(local)
      return `${stamp.toISOString().slice(0, 19).replace('T', ' ')} 192.0.2.${server + 1}     N  2 111 111 1111  6  6 0.00  ${offset.toExponential(3)}  1.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`
    }),
  )

test('stamps of one source after another went back: the clock was set', () => {
  const { findings } = explain(...measured(false))
  expect(findings.map(({ name }) => name)).toContain('stepped-by-someone-else')
  expect(findings.map(({ name }) => name)).not.toContain('vm-paused')
})

test('where nothing tells, both are said, and what is likelier first', () => {
  const paused = explain(...measured(true)).findings.find(({ name }) => name === 'vm-paused')!
  expect(paused.what).toContain('the machine stood still, or somebody set the clock back')
  expect(paused.causes.map(({ what }) => what)).toEqual([
    expect.stringContaining('the guest was paused'),
    'somebody set the clock back',
  ])
})

describe('a frequency that chronyd learned wrongly drives the clock away', () => {
  const WRONG = 2500e-6
  const [from, to] = [6000, 6400]
  const found = (learned: number) => {
    const stampOf = (at: number) =>
      new Date(Date.UTC(2027, 2, 1) + at * 1e3).toISOString().slice(0, 19).replace('T', ' ')
    const tracking = Array.from({ length: 200 }, (_, i) => i * POLL).map(at => {
      const ppm = at >= from && at < to ? learned * 1e6 : 20
      return `${stampOf(at + 1)} 192.0.2.1        2 ${ppm.toFixed(3).padStart(10)}      0.100  0.000e+00 N  3  1.000e-05  0.000e+00  1.000e-03  1.000e-03  1.000e-02`
    })
    const measurements = Array.from({ length: 200 }, (_, i) => i * POLL).flatMap(poll =>
      [0, 4, 8].map(later => {
        const at = poll + later
        const ahead = WRONG * Math.max(0, Math.min(at, to) - from - 8)
        const offset = -ahead + 1e-4 * Math.sin(at)
        return `${stampOf(at)} 192.0.2.${later / 4 + 1}     N  2 111 111 1111  6  6 0.00 ${offset.toExponential(3)}  1.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`
      }),
    )
    return explain(...measurements, ...tracking).disturbances.map(({ size }) => size)
  }

  test('nobody has set it', () => expect(found(-WRONG)).toEqual([]))

  test('where it had learned nothing, something else had', () => expect(found(20e-6)).toHaveLength(1))
})

test('ntpd steps the clock back, and stamps that by the clock as it was: after the next measurement by the one that it set', () => {
  const BY = 5.565
  const rows = Array.from({ length: 120 }, (_, i) => i * POLL).flatMap(poll =>
    [1, 2, 3].map(server => {
      const stepped = poll > AT
      // The first after it are asked for at once.
      const at = poll + server - (stepped && poll < AT + POLL ? 50 : 0)
      const offset = (stepped ? 0 : -BY) + 1e-4 * Math.sin(at)
      return `61465 ${at.toFixed(3)} 192.0.2.${server} 9614 ${offset.toFixed(9)} 0.010000000 0.000100000 0.000010000`
    }),
  )
  const loop = Array.from({ length: 30 }, (_, i) => 256 * i).map(
    at => `61465 ${at}.000 0.000100000 1.000 0.001000000 0.100000 6`,
  )
  const said = ` 1 Mar 01:39:32 ntpd[1]: 0.0.0.0 061c 0c clock_step ${(-BY).toFixed(6)} s`
  const moved = (...lines: readonly string[]) => explain(...rows, ...loop, ...lines).disturbances.length
  expect(moved(said)).toBe(0)
  expect(moved()).toBe(1)
})

test('a clock that is set forward by an hour, and back while chronyd still slews that away', () => {
  const HOUR = 3600
  const [forth, back] = [6000, 9600]
  const PACE = 1 / 12
  const noticed = 128
  const rows: string[] = []
  const slewn = (back - forth - noticed) * PACE
  const raw = HOUR - (HOUR - slewn)
  /** By how much a stamp is off at that true time, and which offset is measured: chronyd counts as done what it has begun. */
  const stateAt = (at: number): [number, number] => {
    if (at > forth && at <= forth + noticed) return [HOUR, -HOUR]
    if (at > back && at <= back + noticed) return [-raw, raw]
    return [0, 0]
  }
  const stampOf = (at: number) =>
    new Date(Date.UTC(2027, 2, 1) + Math.round(at) * 1e3).toISOString().slice(0, 19).replace('T', ' ')
  const update = (at: number, { ahead = 0, left = 0, none = false }) =>
    rows.push(
      `${stampOf(at)} ${none ? '0.0.0.0         0' : '192.0.2.1       2'}     20.000      0.100 ${ahead.toExponential(3)} ${none ? '?  0' : 'N  3'}  1.000e-05 ${left.toExponential(3)}  1.000e-03  1.000e-03  1.000e-02`,
    )
  for (let poll = 0; poll < 14_000; poll += POLL) {
    for (const [server, later] of [1, 5, 9].entries()) {
      const [off, offset] = stateAt(poll + later)
      const measured = offset + 1e-4 * Math.sin(poll + later)
      rows.push(
        `${stampOf(poll + later + off)} 192.0.2.${server + 1}     N  2 111 111 1111  6  6 0.00 ${measured.toExponential(3)}  1.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`,
      )
    }
    const [off, offset] = stateAt(poll + 9)
    const [was] = stateAt(poll + 9 - POLL)
    const [next] = stateAt(poll + 9 + POLL)
    const since = poll + 9 < back ? forth + noticed : back + noticed
    const left = Math.max(0, (poll + 9 < back ? HOUR : raw) - (poll + 9 - since) * PACE)
    if (off !== was && off !== 0) update(poll + 9 + off, { none: true })
    else if (off !== 0 && next === 0) update(poll + 9 + off, { ahead: -offset })
    else if (off === 0) update(poll + 9, { left: poll + 9 < since ? 0 : poll + 9 < back ? -left : left })
  }
  const sizes = explain(...rows).disturbances.map(({ size }) => Math.round(size / 60))
  expect(sizes.sort((a, b) => a - b)).toEqual([-60, 60])
})

test('without a majority chronyd follows nobody, and slews on: that says nothing of who moved the clock', () => {
  const stampOf = (at: number) =>
    new Date(Date.UTC(2027, 2, 1) + at * 1e3).toISOString().slice(0, 19).replace('T', ' ')
  const LEFT = 0.3
  const [first, again] = [AT, AT + 10 * POLL]
  const tracking = Array.from({ length: 200 }, (_, i) => i * POLL + 1).map(at => {
    const alone = at > again && at < again + POLL
    const [who, stratum, leap] = alone ? ['0.0.0.0  ', 0, '?'] : ['192.0.2.1', 2, 'N']
    const just = at > first && at < first + POLL
    const left = at > first && at < again ? LEFT : 0
    return `${stampOf(at)} ${who}        ${stratum}     20.000      0.100 ${(just ? -LEFT : 0).toExponential(3)} ${leap}  3  1.000e-05 ${left.toExponential(3)}  1.000e-03  1.000e-03  1.000e-02`
  })
  const measurements = Array.from({ length: 200 }, (_, i) => i * POLL).flatMap(poll =>
    [0, 4, 8].map(later => {
      const at = poll + later
      const behind = poll > again ? 0.6 : 0
      const offset = behind + 1e-4 * Math.sin(at)
      return `${stampOf(at)} 192.0.2.${later / 4 + 1}     N  2 111 111 1111  6  6 0.00 ${offset.toExponential(3)}  1.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`
    }),
  )
  const { disturbances, findings } = explain(...measurements, ...tracking)
  const one = disturbances.find(({ size }) => size > 0.5)!
  expect(Math.abs(one.size - 0.6)).toBeLessThan(0.02)
  expect(one.moved).toBe('not known')
  expect(findings.map(({ name }) => name)).not.toContain('stepped-by-someone-else')
})
