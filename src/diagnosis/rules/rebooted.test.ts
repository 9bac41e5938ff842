/** An ntpd whose machine is rebooted or switched off at night: what it steps when it starts is what it is started for. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const DAY = 61_375
const HOUR = 3600
const SERVERS = [1, 2, 3, 4]

const all = (at: number, offset: (server: number) => number, dispersion = 0.015) =>
  SERVERS.map(
    server =>
      `${DAY + Math.floor(at / 86_400)} ${((at % 86_400) + server / 10).toFixed(3)} 192.0.2.${server} 963a ${offset(server).toFixed(9)} 0.020000000 ${dispersion.toFixed(9)} 0.000500000`,
  )
const polls = (from: number, to: number) =>
  Array.from({ length: (to - from) / 1024 }, (_, i) => from + i * 1024).flatMap(at =>
    all(at, server => 1e-4 * Math.sin(at + server)),
  )

/** A start that finds the clock ahead, and steps it after some seconds, and a day's work. */
const work = (from: number, to: number, ahead: number, after = 5) => [
  ...all(from, () => -ahead, 7.9375),
  ...all(from + after, server => 1e-4 * server, 7.9375),
  ...polls(from + after + 64, to),
]
const days = (after: number) =>
  [0.0001, 0.161, 0.77].flatMap((ahead, day) =>
    work(day * 86_400 + 8 * HOUR, day * 86_400 + 18 * HOUR, ahead, after),
  )
const found = (...lines: readonly string[]) => explain(...lines).findings.map(({ name }) => name)

test('its statistics alone show that: a running ntpd waits for five minutes before it steps', () => {
  expect(found(...days(5))).toEqual(['good'])
  expect(found(...days(1000))).toContain('stepped-back')
})

test.each([
  ['Listen and drop on 0 v4wildcard 0.0.0.0:123'],
  ['0.0.0.0 c01d 0d kern kernel time sync enabled'],
  ['0.0.0.0 c016 06 restart'],
])('the first words of a log of its own, the others are in the system log: %s', start => {
  const time = (at: number) => new Date(at * 1e3).toISOString().slice(11, 19)
  const reboot = (end: number, begin: number, ahead: number) => [
    ` 2 Dec ${time(end)} ntpd[1]: ntpd exiting on signal 15 (Terminated)`,
    ` 2 Dec ${time(begin)} ntpd[1]: ${start}`,
    ...work(86_400 + begin, 86_400 + begin + 6 * HOUR, ahead, 400),
  ]
  const lines = [
    ...work(86_400, 86_400 + 5 * HOUR, 0),
    ...reboot(5 * HOUR, 8 * HOUR, 0.2),
    ...reboot(14 * HOUR, 17 * HOUR, 0.3),
  ]
  expect(found(...lines)).toEqual(['good'])
})
