/** Two daemons in one system log: at work in turn for hours, or one after the other. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const HOUR = 3600
const DAY = 24 * HOUR
const START = Date.UTC(2027, 2, 5)
const line = (at: number, program: string, text: string) =>
  `${new Date(START + at * 1e3).toISOString().slice(0, 19)}Z vm ${program}[${program.length}00]: ${text}`
const chronyd = (at: number, text: string) => line(at, 'chronyd', text)
const ntpd = (at: number, text: string) => line(at, 'ntpd', text)
const timesyncd = (at: number, text: string) => line(at, 'systemd-timesyncd', text)

/** In turn, every half an hour. */
const selecting = (from: number, to: number) =>
  Array.from({ length: Math.ceil((to - from) / 1800) }, (_, nth) =>
    chronyd(from + nth * 1800, `Selected source 192.0.2.${1 + (nth % 2)}`),
  )
const following = (from: number, to: number) =>
  Array.from({ length: Math.ceil((to - from) / 1800) }, (_, nth) =>
    ntpd(from + nth * 1800 + 600, `192.0.2.${1 + (nth % 2)} 941a 8a sys_peer`),
  )
const contacting = (from: number, to: number) =>
  following(from, to).flatMap((_, nth) => [
    timesyncd(from + nth * 1800 + 20, 'Timed out waiting for reply from 192.0.2.1:123 (a.example).'),
    timesyncd(from + nth * 1800 + 40, 'Contacted time server 192.0.2.1:123 (a.example).'),
  ])
const chronydStarts = (at: number) => chronyd(at, 'chronyd version 4.3 starting (+CMDMON)')
const ntpdStarts = (at: number) => ntpd(at, 'ntpd 4.2.8p10@1.3728-o (1): Starting')
const written = (...lines: readonly string[]) => explain(...lines.toSorted())
const names = (...lines: readonly string[]) =>
  written(...lines).findings.map(({ name, severity }) => [severity, name])

const TWO = [['warning', 'two-daemons']]
const GOOD = expect.not.arrayContaining(TWO)

test('chronyd and ntpd speak in turn: both keep this clock, and lines of both show it', () => {
  const { findings } = written(chronydStarts(0), ntpdStarts(0), ...selecting(5, DAY), ...following(5, DAY))
  expect(findings.map(({ name, severity }) => [severity, name])).toEqual(TWO)
  const [{ what, evidence, measures }] = findings as [(typeof findings)[0]]
  expect(what).toMatch(/^(?=.*chronyd 4\.3)(?=.*ntpd 4\.2\.8p10).* at the same time/)
  expect(measures.time).toBeGreaterThan(22 * HOUR)
  expect(evidence.map(({ text }) => /Selected|sys_peer/.exec(text)?.[0]).sort()).toEqual([
    'Selected',
    'Selected',
    'sys_peer',
    'sys_peer',
  ])
})

test('chronyd says little once it has selected a source, and that it ends', () => {
  const quiet = [chronydStarts(0), ntpdStarts(0), chronyd(700, 'Selected source 192.0.2.1')]
  const both = [...quiet, ...following(5, DAY)]
  expect(names(...both, chronyd(20 * HOUR, 'chronyd exiting'))).toEqual(TWO)
  // Nobody knows how long it ran.
  expect(names(...both)).toEqual(GOOD)
})

test('so do timesyncd and ntpd', () => {
  expect(names(ntpdStarts(0), ...contacting(5, 6 * HOUR), ...following(5, 6 * HOUR))).toEqual(TWO)
})

describe('one keeps it at a time', () => {
  const first = [chronydStarts(0), ...selecting(5, 6 * HOUR)]
  const second = [ntpdStarts(7 * HOUR), ...following(7 * HOUR + 5, 14 * HOUR)]

  test.each([
    ['and says that it ended', [chronyd(6.5 * HOUR, 'chronyd exiting')]],
    ['and says nothing', []],
  ])('the first is replaced %s', (_, end) => {
    expect(names(...first, ...end, ...second)).toEqual(GOOD)
  })

  test('they take turns from boot to boot', () => {
    const again = [chronydStarts(15 * HOUR), ...selecting(15 * HOUR + 5, DAY)]
    expect(names(...first, ...second, ...again)).toEqual(GOOD)
  })

  test('chronyd -q sets the clock at each start of ntpd', () => {
    const sets = (at: number) => [
      chronydStarts(at),
      chronyd(at + 1, 'Selected source 192.0.2.1'),
      chronyd(at + 2, 'chronyd exiting'),
      ntpdStarts(at + 3),
      ...following(at + 5, at + 6 * HOUR),
    ]
    expect(names(...sets(0), ...sets(7 * HOUR))).toEqual(GOOD)
  })

  test('chronyd was told to leave the clock alone', () => {
    const watches = chronyd(1, 'Disabled control of system clock')
    expect(
      names(chronydStarts(0), watches, ntpdStarts(0), ...selecting(5, DAY), ...following(5, DAY)),
    ).toEqual(GOOD)
  })

  test('timesyncd is heard for a moment while ntpd starts, at each boot', () => {
    const boot = (at: number) => [
      ntpdStarts(at),
      timesyncd(at + 3, 'Synchronized to time server 192.0.2.1:123 (a.example).'),
      ntpd(at + 1, '192.0.2.1 8024 84 reachable'),
      ...following(at + 5, at + 6 * HOUR),
    ]
    expect(names(...boot(0), ...boot(7 * HOUR), ...boot(14 * HOUR))).toEqual(GOOD)
  })
})

describe('a log of minutes', () => {
  const listening = (at: number) => ntpd(at, 'Listen normally on 2 eth0 192.0.2.8:123')
  const local = (at: number) => ntpd(at, 'Listen normally on 1 lo 127.0.0.1:123')
  const selected = (at: number) => chronyd(at, 'Selected source 192.0.2.1')
  const synchronised = (at: number) => timesyncd(at, 'Synchronized to time server 192.0.2.1:123 (a.example).')
  const cron = (at: number) => line(at, 'CRON', '(root) CMD (run-parts /etc/cron.hourly)')

  test.each([
    ['chronyd and ntpd', [chronydStarts(0), ntpdStarts(1), listening(12), selected(9), cron(900)]],
    ['timesyncd, which had been there before, and ntpd', [ntpdStarts(1), listening(2), synchronised(3)]],
  ])('shows both at work: %s', (_, lines) => {
    const { findings } = written(...lines)
    expect(findings.map(({ name, severity }) => [severity, name])).toEqual(TWO)
    expect(findings[0]!.what).toContain('neither had ended when this log did')
  })

  test.each([
    [
      'one ended',
      [chronydStarts(0), ntpdStarts(1), listening(2), selected(9), chronyd(11, 'chronyd exiting')],
    ],
    [
      'one was stopped',
      [
        ntpdStarts(1),
        listening(2),
        synchronised(3),
        line(5, 'systemd', 'Stopped Network Time Synchronization.'),
      ],
    ],
    [
      'one found its port taken',
      [
        chronydStarts(0),
        ntpdStarts(1),
        listening(2),
        ntpd(3, 'unable to bind to wildcard address 0.0.0.0 - another process may be running - EXITING'),
        selected(9),
      ],
    ],
    ['one hears its own machine only', [chronydStarts(0), ntpdStarts(1), local(2), selected(9)]],
    [
      'one began after the last word of the other',
      [chronydStarts(0), selected(9), ntpdStarts(60), listening(61)],
    ],
    [
      'the log goes on without one of them',
      [chronydStarts(0), ntpdStarts(1), listening(2), selected(9), cron(2 * HOUR)],
    ],
    [
      'one sets the clock once',
      [line(1, 'ntpdate', 'step time server 192.0.2.1 offset 0.512345 sec'), chronydStarts(0), selected(9)],
    ],
  ])('shows one: %s', (_, lines) => {
    expect(names(...lines)).toEqual(GOOD)
  })
})
