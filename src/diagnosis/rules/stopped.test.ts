/** Statistics of a daemon that was switched off for hours: it lost no source, and the network lost no packet. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const HOUR = 3600
const SERVERS = [1, 2, 3, 4]
const OFF = 10 * HOUR
const ON = 16 * HOUR
const END = 23 * HOUR
const told = (...lines: readonly string[]) =>
  explain(...lines).findings.map(({ name, severity }) => [severity, name])
const LOST = [['warning', 'sources-lost']]
const GOOD = [['good', 'good']]
const every = (step: number, from: number, to: number) =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, nth) => from + nth * step)

describe('ntpd', () => {
  const DAY = 61_375
  const sample = (at: number, server: number, { status = '941a', dispersion = 0.015, offset = 0 } = {}) =>
    `${DAY} ${(at + server / 10).toFixed(3)} 192.0.2.${server} ${status} ${(offset + 1e-4 * Math.sin(at + server)).toFixed(9)} 0.020000000 ${dispersion.toFixed(9)} 0.000500000`
  const update = (at: number, wander: number, poll: number, offset = 1e-4 * Math.sin(at)) =>
    `${DAY} ${(at + 0.1).toFixed(3)} ${offset.toFixed(9)} -17.012 0.001003007 ${wander.toFixed(6)} ${poll}`
  const run = (from: number, to: number, begins: boolean) => ({
    samples: [
      ...SERVERS.map(server => sample(from, server, { status: '9024', dispersion: 7.9375 })),
      ...every(1024, from + 64, to).flatMap(at => SERVERS.map(server => sample(at, server))),
    ],
    updates: [
      ...(begins ? [update(from, 0, 6), update(from + 3, 0.0003, 6)] : []),
      ...every(1024, from + 64, to).map(at => update(at, 0.03, 10)),
    ],
  })
  const before = run(0, OFF, true)

  test.each([
    [true, GOOD],
    [false, LOST],
  ])('its loop begins anew: %s', (begins, found) => {
    const after = run(ON, END, begins)
    const samples = [...before.samples, ...after.samples]
    const updates = [...before.updates, ...after.updates]
    expect(told(...samples, ...updates)).toEqual(found)
    expect(told(...updates)).toEqual(found)
  })

  test('it ran, and heard nobody for hours, before it was started again', () => {
    const after = run(ON, END, true)
    const unheard = every(1024, OFF + 2 * HOUR, ON - HOUR).flatMap(at =>
      SERVERS.map(server => sample(at, server, { status: '8023' })),
    )
    const { findings } = explain(
      ...before.samples,
      ...unheard,
      ...after.samples,
      ...before.updates,
      ...after.updates,
    )
    expect(findings.map(({ name, severity }) => [severity, name])).toEqual(LOST)
  })

  test('what its loop steps at a start is no step of a clock that had been kept', () => {
    const step = (wander: string) => `${DAY} ${ON}.001 0.000000000 -17.012 0.000000119 ${wander} 6`
    const kept = run(ON, END, false).updates
    expect(told(...before.updates, step('0.000000'), ...kept)).toEqual(GOOD)
    expect(told(...before.updates, step('0.030000'), ...kept)[0]).toEqual([
      'warning',
      'stepped-by-its-daemon',
    ])
  })

  test('what it steps by the first answer after its start, without a word of it, is no jump of who gave that answer', () => {
    const exchange = (at: number, server: number, behind = 1e-4 * Math.sin(at + server)) => {
      const stamp = (time: number) => (3_155_673_600 + (DAY - 51_544) * 86_400 + time).toFixed(9)
      const times = [at, at + behind + 0.01, at + behind + 0.01, at + 0.02].map(stamp)
      return `${DAY} ${(at + 0.02).toFixed(3)} 192.0.2.${server} 192.0.2.9 ${times.join(' ')} 0 4 4 1 6 -23 0.000000 0.000000 ..`
    }
    const polls = (from: number, to: number) =>
      every(1024, from, to).flatMap(at => SERVERS.map(server => exchange(at + server / 10, server)))
    const first = [exchange(ON, 1, 0.1305), ...SERVERS.map(server => exchange(ON + 1 + server / 10, server))]
    const exchanges = [...polls(0, OFF), ...first, ...polls(ON + 64, END)]
    // Without a drift file it measures its frequency first.
    const updates = [update(ON + 338, 0, 6), ...run(ON + 400, END, false).updates]
    expect(told(...exchanges, ...before.updates, ...updates)).toEqual(GOOD)
  })
})

describe('chronyd', () => {
  const stamp = (at: number) =>
    new Date(Date.UTC(2026, 11, 1) + at * 1e3).toISOString().slice(0, 19).replace('T', ' ')
  const update = (at: number) =>
    `${stamp(at)} 192.0.2.1        2    -17.107      0.464 -1.000e-04 N  4  3.081e-04 -1.016e-09  1.987e-02  5.020e-04  1.151e-02`
  const nobody = (at: number) =>
    `${stamp(at)} 0.0.0.0          0    -17.012      0.031  0.000e+00 ?  0  0.000e+00  1.997e-18  1.000e+00  1.000e+00  1.500e+00`
  const measurement = (at: number, server: number) =>
    `${stamp(at + server)} 192.0.2.${server}       N  1 111 111 1111  10 10 0.05 ${(1e-4 * Math.sin(at + server)).toExponential(3)}  2.931e-02  3.852e-07  0.000e+00  0.000e+00 7F7F0101 4B K K`
  const ruled = (columns: string) => ['='.repeat(100), columns, '='.repeat(100)]
  const HEADS = {
    tracking: ruled(
      '   Date (UTC) Time     IP Address   St   Freq ppm   Skew ppm     Offset L Co  Offset sd Rem. corr. Root delay Root disp. Max. error',
    ),
    measurements: ruled(
      '   Date (UTC) Time     IP Address   L St 123 567 ABCD  LP RP Score    Offset  Peer del. Peer disp.  Root del. Root disp. Refid     MTxRx',
    ),
  }
  /** Of a log that is begun with its head, and has one again after 32 rows. */
  const headed = (head: readonly string[], rows: readonly string[]) =>
    rows.flatMap((row, nth) => (nth % 32 === 0 ? [...head, row] : [row]))
  const tracking = (from: number, to: number) =>
    headed(HEADS.tracking, [nobody(from), ...every(1024, from + 4, to).map(update)])
  const measurements = (from: number, to: number) =>
    headed(
      HEADS.measurements,
      every(1024, from + 1, to).flatMap(at => SERVERS.map(server => measurement(at, server))),
    )
  const measured = [...measurements(0, OFF), ...measurements(ON, END)]

  test('its logs begin anew', () => {
    const updates = [...tracking(0, OFF), ...tracking(ON, END)]
    expect(told(...updates)).toEqual(GOOD)
    expect(told(...updates, ...measured)).toEqual(GOOD)
  })

  test('it ran, and followed nobody, before it was started again', () => {
    const updates = [...tracking(0, OFF), nobody(OFF + HOUR), ...tracking(ON, END)]
    expect(told(...updates, ...measured)).toEqual(LOST)
  })

  test('it was started without a network', () => {
    const updates = [
      ...tracking(0, OFF),
      ...tracking(OFF + HOUR, OFF + HOUR + 1),
      ...every(1024, ON, END).map(update),
    ]
    const late = [...measurements(0, OFF), ...measurements(ON, END)]
    expect(told(...updates, ...late)).toEqual(LOST)
  })
})
