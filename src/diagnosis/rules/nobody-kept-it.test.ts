/** A daemon ended, and the log of the system goes on without it. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const HOUR = 3600
const stamp = (at: number) => `${new Date(Date.UTC(2027, 2, 5) + at * 1e3).toISOString().slice(0, 19)}Z vm`
const line = (at: number, text: string) => `${stamp(at)} ${text}`
const others = (from: number, to: number) =>
  Array.from({ length: Math.floor((to - from) / 600) + 1 }, (_, nth) =>
    line(from + nth * 600, 'CRON[99]: (root) CMD (run-parts /etc/cron.hourly)'),
  )
const told = (...lines: readonly string[]) =>
  explain(...lines).findings.map(({ name, severity }) => [severity, name])

const chronyd = (at: number, text: string) => line(at, `chronyd[611]: ${text}`)
const run = (at: number) => [
  chronyd(at, 'chronyd version 4.5 starting (+CMDMON +NTP)'),
  chronyd(at + 6, 'Selected source 192.0.2.1'),
]
const exit = (at: number) => chronyd(at, 'chronyd exiting')
const GOOD = [['good', 'good']]

test('nobody keeps it from the end of chronyd on, for hours or days', () => {
  const before = [...run(0), ...others(60, 5 * HOUR), exit(5 * HOUR + 30)]
  expect(told(...before, ...others(5 * HOUR + 60, 12 * HOUR))).toEqual([['warning', 'no-daemon']])
  const { findings } = explain(...before, ...others(5 * HOUR + 30, 65 * HOUR + 30))
  expect(findings).toMatchObject([
    { name: 'no-daemon', severity: 'critical', from: 5 * HOUR + 30, measures: { time: 60 * HOUR } },
  ])
})

test('nobody keeps it from the end of ntpd on', () => {
  const ntpd = (at: number, text: string) => line(at, `ntpd[700]: ${text}`)
  expect(
    told(
      ntpd(0, 'ntpd 4.2.8p15@1.3728-o Wed Sep 23 11:46:38 UTC 2020 (1): Starting'),
      ntpd(10, '0.0.0.0 c615 05 clock_sync'),
      ntpd(5 * HOUR, 'ntpd exiting on signal 15 (Terminated)'),
      ...others(5 * HOUR, 40 * HOUR),
    ),
  ).toEqual([['critical', 'no-daemon']])
})

const DAY = 24 * HOUR
const systemd = (at: number, text: string) => line(at, `systemd[1]: ${text}`)

test('systemd and the kernel say that it ended', () => {
  const contacted = line(1, 'systemd-timesyncd[412]: Contacted time server 192.0.2.1:123 (a.example).')
  const after = others(5 * HOUR, 3 * DAY)
  for (const text of [
    'systemd-timesyncd.service: Deactivated successfully.',
    'Stopped systemd-timesyncd.service - Network Time Synchronization.',
    'Stopped Network Time Synchronization.',
  ])
    expect(told(contacted, systemd(5 * HOUR, text), ...after)).toEqual([['critical', 'no-daemon']])
  for (const text of [
    'Stopped NTP client/server.',
    'chronyd.service: Succeeded.',
    'chrony.service: Main process exited, code=killed, status=9/KILL',
  ])
    expect(told(...run(0), systemd(5 * HOUR, text), ...after)).toEqual([['critical', 'no-daemon']])
  for (const text of [
    'Out of memory: Killed process 611 (chronyd) total-vm:91232kB',
    '[18000.123456] chronyd[611]: segfault at 0 ip 00007f sp 00007f error 4 in chronyd[55d0]',
  ])
    expect(told(...run(0), line(5 * HOUR, `kernel: ${text}`), ...after)).toEqual([['critical', 'no-daemon']])
})

test('of the kernel’s messages alone nobody knows whether it was started again', () => {
  const killed = 'Out of memory: Killed process 611 (chronyd) total-vm:91232kB'
  expect(told(`[ 5000.123456] ${killed}`, '[ 5001.000000] usb 1-1: new device')).toEqual([])
})

test('other units end', () => {
  for (const text of [
    'chrony-wait.service: Deactivated successfully.',
    'Stopped chrony-wait.service - Wait for chrony to synchronize system clock.',
    'ntpdate.service: Succeeded.',
    'Stopped Network Name Resolution.',
  ])
    expect(told(...run(0), systemd(5 * HOUR, text), ...others(5 * HOUR, 3 * DAY))).toEqual(GOOD)
})

test('it crashed, and with that its log ends', () => {
  const crash = systemd(5 * HOUR, "chrony.service: Failed with result 'core-dump'.")
  expect(told(...run(0), crash)).toEqual([['warning', 'no-daemon']])
  expect(told(...run(0), crash, ...run(5 * HOUR))).toEqual(GOOD)
  expect(told(...run(0), systemd(5 * HOUR, "chrony.service: Failed with result 'timeout'."))).toEqual(GOOD)
})

test('another runs already when it ends', () => {
  const contacted = line(1, 'systemd-timesyncd[412]: Contacted time server 192.0.2.1:123 (a.example).')
  const stopped = systemd(5 * HOUR, 'Stopped Network Time Synchronization.')
  expect(told(contacted, ...run(2 * HOUR), stopped, ...others(5 * HOUR, 3 * DAY))).toEqual([...GOOD, ...GOOD])
})

test('it is started again after days in which the machine ran', () => {
  const ran = [...run(0), exit(5 * HOUR), ...others(5 * HOUR, 4 * DAY), ...run(4 * DAY)]
  expect(explain(...ran).findings).toMatchObject([
    { name: 'no-daemon', severity: 'warning', from: 5 * HOUR, to: 4 * DAY },
  ])
  const off = [...run(0), exit(5 * HOUR), ...others(4 * DAY - 60, 4 * DAY), ...run(4 * DAY)]
  expect(told(...off)).toEqual(GOOD)
})

test('it runs, and follows nobody all the time', () => {
  const [version, selected] = run(0) as [string, string]
  const frequency = chronyd(1, 'Frequency -12.318 +/- 0.041 ppm read from /var/lib/chrony/chrony.drift')
  const cron = others(60, 5 * DAY)
  expect(told(version, frequency, ...cron)).toEqual([['warning', 'not-synchronised']])
  expect(told(version, frequency, ...others(60, 1200))).toEqual([])
  expect(told(version, frequency, selected, ...cron)).toEqual(GOOD)
  const lost = chronyd(10 * HOUR, "Can't synchronise: no selectable sources")
  expect(explain(version, selected, lost, ...cron).findings).toMatchObject([
    { name: 'sources-lost', severity: 'critical', from: 10 * HOUR, to: 5 * DAY - 540, measures: { open: 1 } },
  ])
  const found = chronyd(10 * HOUR + 600, 'Selected source 192.0.2.1')
  expect(told(version, selected, lost, found, ...cron)).toEqual(GOOD)
})

test('it is started again, or another is', () => {
  const before = [...run(0), exit(5 * HOUR), ...others(5 * HOUR, 20 * HOUR)]
  const after = others(20 * HOUR + 60, 60 * HOUR)
  expect(told(...before, ...run(20 * HOUR), ...after)).toEqual([['warning', 'no-daemon']])
  const soon = [...run(0), ...others(60, 60 * HOUR), exit(5 * HOUR), ...run(7 * HOUR)]
  expect(told(...soon)).toEqual(GOOD)
  const other = line(20 * HOUR, 'systemd-timesyncd[412]: Contacted time server 192.0.2.1:123 (a.example).')
  expect(told(...before, other, ...after)).toEqual([...GOOD, ...GOOD])
  expect(told(...before, line(20 * HOUR, 'ntp-daemon[5]: a word of its own'), ...after)).toEqual(GOOD)
})

test('the machine is shut down, or nothing tells that it ran', () => {
  expect(told(...run(0), exit(5 * HOUR), ...others(5 * HOUR, 5 * HOUR + 600))).toEqual(GOOD)
  expect(told(...run(0), exit(5 * HOUR))).toEqual(GOOD)
})

const NIGHT = [exit(18 * HOUR), ...run(30 * HOUR), ...others(30 * HOUR + 5, 40 * HOUR)]

test('a night in which nobody wrote: the machine was off, whatever stands before and after it', () => {
  expect(told(...run(0), ...others(60, 18 * HOUR), ...NIGHT)).toEqual(GOOD)
  expect(told(...run(0), ...others(60, 30 * HOUR), ...NIGHT)).toEqual([['warning', 'no-daemon']])
})

describe('its measurements say what the clock was off by when it was started again, after nine hours', () => {
  const time = (at: number) => `2027-03-0${5 + Math.floor(at / DAY)} ${stamp(at).slice(11, 19)}`
  const measured = (at: number, behind: number) =>
    `${time(at)} 192.0.2.1   N  1 111 111 1111   6  6 0.00 ${behind.toExponential(3).padStart(10)}  2.000e-02  5.000e-05  0.000e+00  0.000e+00 7F7F0101 4B K K`
  const update = (at: number, behind: number) =>
    `${time(at)} 192.0.2.1        2    -30.000      0.020 ${(-behind).toExponential(3).padStart(10)} N  4  5.000e-04  1.000e-06  2.000e-02  6.000e-04  2.000e-02`
  const polls = (from: number, to: number) =>
    Array.from({ length: Math.floor((to - from) / 512) }, (_, nth) => from + nth * 512).flatMap(at => [
      measured(at, 1e-4),
      update(at, 1e-4),
    ])
  const stopped = (behind: number, between: readonly string[] = []) =>
    explain(
      ...run(0),
      ...polls(10, 12 * HOUR),
      exit(12 * HOUR),
      ...between,
      ...run(21 * HOUR),
      measured(21 * HOUR + 1, behind),
      update(21 * HOUR + 5, behind),
      ...polls(21 * HOUR + 64, 33 * HOUR),
    ).findings.filter(({ name }) => name === 'no-daemon')

  test('by what it gains in them uncorrected: it ran', () => {
    expect(stopped(-0.97)).toMatchObject([
      { severity: 'warning', from: 12 * HOUR, to: 21 * HOUR, measures: { size: -0.97, time: 9 * HOUR } },
    ])
  })

  test('by anything else: it may have been off, and its hardware clock is read at the boot', () => {
    expect(stopped(-0.45)).toEqual([])
    expect(stopped(0.002)).toEqual([])
  })

  test('by anything, where other programs wrote all the while', () => {
    const between = others(12 * HOUR, 21 * HOUR)
    expect(stopped(0.002, between)[0]!.measures.size).toBe(0.002)
  })

  test('where it was measured meanwhile it was kept, by whomever', () => {
    const between = [...polls(13 * HOUR, 20 * HOUR), ...others(12 * HOUR, 21 * HOUR)]
    expect(stopped(-0.97, between)).toEqual([])
  })
})

test('it is run once every six hours', () => {
  const runs = [0, 6, 12, 18].flatMap(hour => [...run(hour * HOUR), exit(hour * HOUR + 20)])
  expect(told(...runs, ...others(18 * HOUR + 60, 23 * HOUR))).toEqual(GOOD)
  const days = [0, 30, 60].flatMap(hour => [
    ...run(hour * HOUR),
    exit(hour * HOUR + 20),
    ...others(hour * HOUR + 60, hour * HOUR + 29 * HOUR),
  ])
  expect(told(...days)).toEqual(GOOD)
})
