import { describe, expect, test } from 'vitest'
import { BASE_DAY, tell } from '../../test/support/pieces.ts'

const MJD = BASE_DAY + 40_587

describe('ntpd', () => {
  test('loopstats: an offset is positive when behind, a frequency when it speeds the clock up', () => {
    const { rows } = tell(`${MJD} 75440.031 0.000006019 13.778 0.000351733 0.013380 6\n`)
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ format: 'ntpd loopstats', at: 75440.031, offset: 6.019e-6, line: 1 })
    expect(rows[0]!.frequency).toBeCloseTo(13.778e-6, 15)
  })

  test('peerstats: the third column is the source', () => {
    const { rows } = tell(
      `${MJD} 10847.650 127.127.4.1 9714 -0.001605376 0.000000000 0.001424877 0.000958674\n`,
    )
    expect(rows[0]).toMatchObject({
      format: 'ntpd peerstats',
      source: '127.127.4.1',
      offset: -0.001605376,
      jitter: 0.000958674,
    })
  })

  test.each([
    ['4.2.6', '', 'before 4.2.8'],
    ['4.2.8', ' 0 4 4 1 10 -23 0.000000 0.000000 .\u0001\u0002.', '4.2.8 or later'],
    ['NTPsec', ' 0 4 4 1 0 -23 0.000000 0.000000 GPS 0 0 0', 'NTPsec'],
  ])('rawstats of %s: offset and delay to the nanosecond', (_, more, version) => {
    const { rows, events } = tell(
      `${MJD} 35230.100 192.0.2.1:123 - 4012030.090000077 4012060.095361886 4012060.095361921 4012030.100327021${more}\n`,
    )
    expect(rows[0]!.source).toBe('192.0.2.1')
    expect(rows[0]!.offset).toBeCloseTo(30.0001983545, 9)
    expect(rows[0]!.delay).toBeCloseTo(0.010326909, 9)
    expect(events.map(({ text }) => text)).toEqual([version])
  })

  test('rawstats across the end of an era', () => {
    const { rows } = tell(
      `${MJD} 1.000 192.0.2.1 - 4294967295.900000000 0.000100000 0.000100000 4294967295.900200000\n`,
    )
    expect(rows[0]!.offset).toBeCloseTo(0.1, 9)
  })

  test('sysstats is no peerstats', () => {
    const { routed } = tell(`${MJD} 3600.020 3600 59 59 59 0 0 0 0 0 0 0\n`)
    expect([...routed.formats]).toEqual([['ntpd sysstats', 1]])
  })

  test('what NTPsec and debug builds write is told apart by its decimals', () => {
    const { routed, rows } = tell(
      [
        `${MJD} 3600.020 3600 0.371 0.125 31 0 0 0 8 912 4 0 9216`,
        `${MJD} 3600.021 3600 5 5 0 7 6 1 12 0 6 6 0 0 0 0 0`,
        `${MJD} 3600.022 3600 4 0.102 0.031 1 0.500 0.004 2 0.010 0.001 3 1`,
        `${MJD} 3601.000 SHM(0) 12 2 9  0.000001000 0.000002000 0.000003500 0.000004000 0.000005000  0.000000700 0.000000300 0.000000900`,
        `${MJD} 3602.000 192.0.2.1 flags 0x80023 host clock signature md5WithRSAEncryption`,
        `${MJD} 3602.000 0.0.0.0 update ts 3996345600`,
        `${MJD} 3603.000 192.0.2.1 3 0.000012 input`,
        `${MJD} 3604.120  OK 0.012 3.400 0.200 [2001:db8::1]:53912 Using TLSv1.3, AES_SIV_CMAC_256, 1 => 8`,
        `${MJD} 3604.220 TLS 0.012 3.400 0.200 192.0.2.7:53912 SSL accept failed`,
        '',
      ].join('\n'),
    )
    expect(routed.notUnderstood).toEqual({ count: 0, first: [] })
    expect([...routed.formats].sort()).toEqual([
      ['ntpd cryptostats', 2],
      ['ntpd ntskelog', 2],
      ['ntpd ntskestats', 1],
      ['ntpd ntsstats', 1],
      ['ntpd refstats', 1],
      ['ntpd timingstats', 1],
      ['ntpd usestats', 1],
    ])
    const value = (format: string) => rows.find(row => row.format === `ntpd ${format}`)
    expect(value('usestats')).toMatchObject({ value: 0.371 })
    expect(value('ntsstats')).toMatchObject({ value: 0 })
    expect(value('ntskestats')).toMatchObject({ value: 2 })
    expect(value('refstats')).toMatchObject({ source: 'SHM(0)', offset: 3.5e-6, jitter: 7e-7 })
  })

  test('lines that are there many times count each, and say each time what they say', () => {
    const idle = '2027-03-05T10:50:54 ntpd[123]: IO: select() error: Bad file descriptor'
    const step = '2027-03-05T10:50:54 ntpd[123]: CLOCK: time stepped by 1.500000'
    const lines = [idle, idle, idle, step, step, idle, idle]
    const { events, routed } = tell([...lines, ''].join('\n'))
    expect([...routed.formats]).toEqual([['system log', lines.length]])
    expect(events.filter(({ what }) => what === 'stepped').map(({ line }) => line)).toEqual([4, 5])
  })

  test('protostats and the log say the same', () => {
    const { events } = tell(
      [
        `${MJD} 39054.700 0.0.0.0 061c 0c clock_step +4.300012 s`,
        ' 5 Mar 10:50:54 ntpd[123]: 0.0.0.0 061c 0c clock_step +4.300012 s',
        'Mar  5 10:50:54 host ntpd[123]: 0.0.0.0 0617 07 panic_stop +1200 s; set clock manually within 1000 s.',
        '2027-03-05T10:50:54 ntpd[123]: PROTO: 0.0.0.0 c613 03 spike_detect +3.001476 s',
        'Mar  5 10:50:54 host ntpd[123]: time reset -0.512345 s',
        '',
      ].join('\n'),
    )
    expect(events.map(({ what, size }) => [what, size])).toEqual([
      ['stepped', 4.300012],
      ['stepped', 4.300012],
      ['panic', 1200],
      ['spike', 3.001476],
      ['stepped', -0.512345],
    ])
    expect(events.map(({ at }) => Math.round(at))).toEqual([39055, 39054, 39054, 39054, 39054])
  })

  test('tinker of a configuration; prose that begins with the word is none', () => {
    const { events, routed } = tell('tinker panic 0 stepout 10\ntinker with it\n')
    expect(events.map(({ what, size }) => [what, size])).toEqual([['configured', 10]])
    expect(routed.notUnderstood.count).toBe(1)
  })

  test('ntpd -q that prints a line twice is counted once', () => {
    const { events } = tell('ntpd: time set -57.356004 s\nntpd: time set -57.356004s\n')
    expect(events.map(({ what, size }) => [what, size])).toEqual([['stepped', -57.356004]])
  })
})

describe('programs that are run once, without stamps', () => {
  test('each has its order, its size and no time; chronyd -Q only looks', () => {
    const { events, routed } = tell(
      [
        'chronyd version 4.3 starting (+CMDMON +NTP)',
        'Disabled control of system clock',
        'System clock wrong by 0.000478 seconds (ignored)',
        'chronyd exiting',
        'Initial frequency -12.331 ppm',
        'System clock wrong by -57.406902 seconds (step)',
        'No suitable source for synchronisation',
        'step time server 192.0.2.1 offset -6.908438 sec',
        'ntpdate[123]: adjust time server 192.0.2.1 offset +0.002747 sec',
        '',
      ].join('\n'),
    )
    expect(events.map(({ what, daemon, once, at, line }) => [what, daemon, once, at, line])).toEqual([
      ['version', 'chrony', undefined, Number.NaN, 1],
      ['offset-found', 'chrony', true, Number.NaN, 3],
      ['stepped', 'chrony', true, Number.NaN, 6],
      ['no-source', 'chrony', true, Number.NaN, 7],
      ['stepped', 'other', true, Number.NaN, 8],
      ['slew-begun', 'other', true, Number.NaN, 9],
    ])
    expect(events.map(({ size }) => size)).toEqual([
      Number.NaN,
      0.000478,
      -57.406902,
      Number.NaN,
      -6.908438,
      0.002747,
    ])
    expect(routed.notUnderstood.count).toBe(0)
  })

  test('what a daemon says, too, is not taken for a run', () => {
    const { events, routed } = tell(
      "Selected source 192.0.2.1\nSystem clock wrong by 0.712345 seconds\nCan't synchronise: no selectable sources\n",
    )
    expect(events).toEqual([])
    expect(routed.notUnderstood.count).toBe(3)
  })
})

describe('chrony', () => {
  const HEAD = (names: string) => `${'='.repeat(40)}\n   Date (UTC) Time     ${names}\n${'='.repeat(40)}\n`

  test('measurements: positive is behind; a reply that failed the tests says nothing', () => {
    const { rows, routed } = tell(
      HEAD('IP Address   L St 123 567 ABCD  LP RP Score    Offset  Peer del.') +
        '2027-03-05 00:00:02 192.0.2.1       N  1 111 111 1111   4 -1 0.00  9.236e-05  2.061e-04  6.324e-07  0.000e+00  0.000e+00 7F7F0101 4B K K\n' +
        '2027-03-05 00:00:04 2001:db8::1     N  1 111 110 1111   4  4 0.00  1.756e-04  2.101e-04  6.404e-07  0.000e+00  0.000e+00 7F7F0101 4B K K\n',
    )
    expect(rows.map(({ source, at, offset, line }) => [source, at, offset, line])).toEqual([
      ['192.0.2.1', 2, 9.236e-5, 4],
      ['2001:db8::1', 4, Number.NaN, 5],
    ])
    expect(routed.notUnderstood.count).toBe(0)
  })

  test('tracking: fast is written positive, and is not here', () => {
    const { rows } = tell(
      HEAD('IP Address   St   Freq ppm   Skew ppm     Offset L Co  Offset sd Rem. corr.') +
        '2027-03-05 05:33:32 192.0.2.1        2    -40.970      0.008 -1.051e+00 N  1  4.993e-01 -9.475e-07  2.401e-04  5.029e-01  1.731e-04\n',
    )
    expect(rows[0]).toMatchObject({ offset: 1.051, remaining: -9.475e-7, stratum: 2 })
    expect(rows[0]!.frequency).toBeCloseTo(40.97e-6, 12)
  })

  test('tracking of releases that wrote fewer columns: without the leap (to 1.26), with it and no more (1.27)', () => {
    const row = '2027-03-05 00:00:04 192.0.2.1        3    -40.529      1.606  1.046e-03'
    const { rows, routed } = tell([row, `${row} N`, `${row} N  4  1.234e-05 -2.000e-05`, ''].join('\n'))
    expect(rows.map(({ offset, jitter, remaining }) => [offset, jitter, remaining])).toEqual([
      [-1.046e-3, Number.NaN, Number.NaN],
      [-1.046e-3, Number.NaN, Number.NaN],
      [-1.046e-3, 1.234e-5, -2e-5],
    ])
    expect([...routed.formats]).toEqual([['chrony tracking', 3]])
  })

  test('statistics, refclocks, rtc and tempcomp', () => {
    const { rows } = tell(
      [
        '2027-03-05 00:00:04 192.0.2.1       3.150e-06 -1.747e-04  3.444e-06 -4.040e-05  1.207e-03 2.0e-02   3   0   3  0.00',
        '2027-03-05 00:00:04.123456 PHC0    0 N 1  1.234e-06  2.345e-06  1.000e-09',
        '2027-03-05 00:00:08.123456 PHC0    - N -       -      2.345e-06  1.000e-09',
        '2027-03-05 00:00:04      -0.123456 1      -0.123400   1.234   5   3   64',
        '2027-03-05 00:00:04  4.5000e+01  1.2000e-01',
        '',
      ].join('\n'),
    )
    expect(rows.map(({ format }) => format)).toEqual([
      'chrony statistics',
      'chrony refclocks',
      'chrony refclocks',
      'chrony rtc',
      'chrony tempcomp',
    ])
    expect(rows[0]!.offset).toBe(1.747e-4)
    expect(rows[1]).toMatchObject({ source: 'PHC0', offset: 2.345e-6 })
    expect(rows[3]!.value).toBe(-0.123456)
  })

  test('messages, in its own log and in a system log', () => {
    const { events, routed } = tell(
      [
        "2027-03-05T11:06:54Z Can't synchronise: no selectable sources (0 unreachable sources)",
        '2027-03-05T11:08:59Z System clock was stepped by -0.457811 seconds',
        'Mar  5 11:09:00 host chronyd[7]: Forward time jump detected!',
        'Mar  5 11:09:01 host kernel: something else',
        '2027-03-05T13:10:00+02:00 host chronyd[7]: Selected source 192.0.2.1',
        '',
      ].join('\n'),
    )
    expect(events.map(({ what, at }) => [what, at])).toEqual([
      ['no-source', 40_014],
      ['stepped', 40_139],
      ['jumped-forward', 40_140],
      ['selected', 40_200],
    ])
    expect([...routed.formats]).toEqual([['system log', 4]])
  })

  test('messages in what others put around them: RFC 5424, a container runtime, the journal as JSON', () => {
    const at = String((BASE_DAY * 86_400 + 40_142) * 1e6)
    const { events, routed } = tell(
      [
        '<30>1 2027-03-05T13:08:59.5+02:00 host chronyd 7 - - System clock was stepped by -0.457811 seconds',
        '<30>1 2027-03-05T11:09:00Z host chronyd 7 ID47 [x@1 a="b"] \u00ef\u00bb\u00bfForward time jump detected!',
        '<30>Mar  5 11:09:01 host chronyd[7]: Backward time jump detected!',
        JSON.stringify({
          MESSAGE: 'Selected source 192.0.2.1',
          __REALTIME_TIMESTAMP: at,
          SYSLOG_IDENTIFIER: 'chronyd',
          _HOSTNAME: 'host',
        }),
        '2027-03-05T11:09:03.123456789Z stderr F 2027-03-05T11:09:02Z Selected source 192.0.2.2',
        '2027-03-05T11:09:04Z stdout F chronyd[1]: Selected source 192.0.2.3',
        '<13>1 2027-03-05T11:09:05Z host sshd - - - Accepted publickey',
        '{"MESSAGE":[1,2],"__REALTIME_TIMESTAMP":"1"}',
        '',
      ].join('\n'),
    )
    expect(events.map(({ what, at }) => [what, at])).toEqual([
      ['stepped', 40_139.5],
      ['jumped-forward', 40_140],
      ['jumped-backward', 40_141],
      ['selected', 40_142],
      ['selected', 40_142],
      ['selected', 40_144],
    ])
    expect(events.some(({ local }) => local)).toBe(true)
    expect([...routed.formats]).toEqual([['system log', 6]])
    expect(routed.notUnderstood.count).toBe(1)
  })

  test('messages behind the stamp of docker, the name of a service, and months of other languages', () => {
    const { events, routed } = tell(
      [
        '2027-03-05T11:08:59.135115635Z 2027-03-05T11:08:59Z Selected source 192.0.2.1',
        'chrony-1  | 2027-03-05T11:09:00Z System clock wrong by -312.501234 seconds',
        'Mär 05 11:09:01 rechner chronyd[801]: Forward time jump detected!',
        ' 3월  5 11:09:02 host chronyd[757]: Backward time jump detected!',
        '3月 05 11:09:03 host chronyd[757]: Selected source 192.0.2.2',
        'mars 05 11:09:04 hôte chronyd[757]: Selected source 192.0.2.3',
        'мар 05 11:09:05 host chronyd[757]: Selected source 192.0.2.4',
        'Mai 05 11:09:06 host chronyd[757]: Selected source 192.0.2.5',
        'Xyz 05 11:09:07 host chronyd[757]: Selected source 192.0.2.6',
        '',
      ]
        .map(utf8)
        .join('\n'),
    )
    expect(events.map(({ what, at }) => [what, at])).toEqual([
      ['selected', 40_139],
      ['offset-found', 40_140],
      ['jumped-forward', 40_141],
      ['jumped-backward', 40_142],
      ['selected', 40_143],
      ['selected', 40_144],
      ['selected', 40_145],
      // The fifth of May.
      ['selected', 61 * 86_400 + 40_146],
    ])
    expect(routed.notUnderstood).toMatchObject({ count: 1, first: [{ line: 9 }] })
  })

  test('what a daemon stamped itself counts, whoever took it in: journald, docker as JSON, stern, kubectl', () => {
    const { events, routed } = tell(
      [
        '-- Logs begin at Fri 2027-03-05 00:00:04 UTC. --',
        '2027-03-05T12:00:00+00:00 box chronyd[737]: 2027-03-05T11:08:59Z System clock wrong by 3.500000 seconds',
        // Of another year than the file; the journal's stamp has none.
        "Mar  5 12:00:00 box chronyd[737]: 2025-03-05T11:09:00Z Can't synchronise: no selectable sources",
        '{"log":"2027-03-05T11:09:01Z Forward time jump detected!\\n","stream":"stderr","time":"2027-03-05T12:00:00.1Z"}',
        '{"log":"Backward time jump detected!\\n","stream":"stderr","time":"2027-03-05T11:09:02.0Z"}',
        'chrony-ds-x7k2p chrony 2027-03-05T11:09:03Z Selected source 192.0.2.1',
        '[pod/chrony-ds-x7k2p/chrony] 2027-03-05T11:09:04Z Selected source 192.0.2.2',
        'Mar  5 12:00:00 box 4f1c[9]:  5 Mar 11:09:05 ntpd[7]: time reset -0.300000 s',
        '{"log":"two\\nlines","stream":"stderr","time":"2027-03-05T11:09:02.0Z"}',
        '',
      ].join('\n'),
    )
    expect(events.map(({ what, at, local }) => [what, at, local])).toEqual([
      ['offset-found', 40_139, false],
      ['no-source', 40_140 - 730 * 86_400, false],
      ['jumped-forward', 40_141, false],
      ['jumped-backward', 40_142, false],
      ['selected', 40_143, false],
      ['selected', 40_144, false],
      ['stepped', 40_145, true],
    ])
    expect(events.at(-1)).toMatchObject({ daemon: 'ntpd', size: -0.3 })
    expect(routed.notUnderstood).toMatchObject({ count: 1, first: [{ line: 9 }] })
  })

  test('what journalctl says first tells the year of lines without one', () => {
    const days = (...banner: readonly string[]) =>
      tell(
        [
          ...banner,
          'Dec 30 12:00:00 box chronyd[737]: Selected source 192.0.2.1',
          'Jan  2 12:00:00 box chronyd[737]: Selected source 192.0.2.2',
          '',
        ].join('\n'),
      ).events.map(({ at }) => new Date((BASE_DAY * 86_400 + at) * 1e3).toISOString().slice(0, 10))
    const winter = ['2024-12-30', '2025-01-02']
    expect(
      days('-- Logs begin at Tue 2024-12-24 09:37:42 CST, end at Mon 2025-01-06 10:38:45 CST. --'),
    ).toEqual(winter)
    expect(days('-- Journal begins at Tue 2024-12-24 09:37:42 CST. --')).toEqual(winter)
    // Of three years: the last in which they lie in it, since the file is of 2027.
    expect(
      days('-- Journal begins at Tue 2022-12-24 09:37:42 CST, ends at Mon 2025-01-06 10:38:45 CST. --'),
    ).toEqual(winter)
  })

  test('the journal counted from the boot has no date, and the kernel’s own lines stay its own', () => {
    const { events, routed } = tell(
      [
        '[   20.941366] box systemd[1]: Starting Network Time Synchronization...',
        '[   60.393954] box systemd-timesyncd[994]: Synchronized to time server 192.0.2.8:123 (a.example).',
        '[   61.000000] usb 1-1: new device',
        '[   62.000000] Clocksource tsc unstable (delta = 70000000000 ns)',
        '',
      ].join('\n'),
    )
    expect(events.map(({ what, at }) => [what, at])).toEqual([
      ['selected', 60.393954],
      ['clocksource-unstable', Number.NaN],
    ])
    expect(routed.notUnderstood.count).toBe(0)
  })
})

test('OpenNTPD, whose processes are called ntpd, too', () => {
  const { events } = tell(
    [
      'Mar  5 08:00:01 fw ntpd[1234]: ntp engine ready',
      'Mar  5 08:00:20 fw ntpd[1234]: peer 203.0.113.5 now valid',
      'Mar  5 08:01:17 fw ntpd[1233]: adjusting local clock by 4.523712s',
      'Mar  5 08:14:02 fw ntpd[1234]: clock is now synced',
      'Mar  5 10:14:09 fw ntpd[1234]: clock is now unsynced',
      '',
    ].join('\n'),
  )
  expect(events.map(({ what, daemon }) => [what, daemon])).toEqual([
    ['started', 'other'],
    ['reachable', 'other'],
    ['offset-found', 'other'],
    ['synchronised', 'other'],
    ['no-source', 'other'],
  ])
  expect(events[2]!.size).toBe(4.523712)
})

test('what is not understood, and what is, is shown as it was written: in UTF-8', () => {
  const { routed } = tell(`${utf8('Zeit läuft rückwärts ⏰\n')}\xff\xc3\n`)
  expect(routed.notUnderstood.first[0]!.text).toBe('Zeit läuft rückwärts ⏰')
  expect(routed.notUnderstood.first[1]!.text).toBe('\xff\xc3')
  const { events } = tell(
    utf8('Mar  5 08:00:20 hôte chronyd[1]: Selected source 192.0.2.1 (zürich.example)\n'),
  )
  expect(events[0]!.text).toBe('Selected source 192.0.2.1 (zürich.example)')
})

test('a character of several bytes stays whole at the end of a line, also where the last is a blank of ISO 8859-1', () => {
  const { events, routed } = tell(utf8('$ time sleep 1\nreal\t1m25.376s      ಠ_ಠ  \nnonsense ಠ_ಠ\n'))
  expect(events.map(({ text }) => text)).toEqual(['real\t1m25.376s      ಠ_ಠ'])
  expect(routed.notUnderstood.first).toEqual([{ line: 3, text: 'nonsense ಠ_ಠ' }])
})

test('lines that say nothing here are understood: of protostats, chrony.conf and ntp.conf', () => {
  const { routed } = tell(
    [
      `${MJD} 0.000 0.0.0.0 c01d 0d kern kernel time sync enabled`,
      'user _chrony',
      'sched_priority 1',
      'lock_all',
      'logconfig =syncall +clockall',
      'leapfile /usr/share/zoneinfo/leap-seconds.list',
      '',
    ].join('\n'),
  )
  expect(routed.notUnderstood.count).toBe(0)
})

/** The bytes of such text. */
const utf8 = (text: string): string => Buffer.from(text).toString('latin1')

describe('linuxptp', () => {
  const offset = 'offset        -23 s2 freq   +1234 path delay       512'

  test('by itself its time is that since the boot; in a system log, that of the log', () => {
    const own = tell(`ptp4l[1234.567]: master ${offset}\n`)
    expect(own.rows[0]).toMatchObject({ source: 'ptp4l master', at: 1234.567 })
    const logged = tell(`Mar  5 10:00:01 host ptp4l[77]: [1234.567] master ${offset}\n`)
    expect(logged.rows[0]).toMatchObject({ source: 'ptp4l master', at: 36_001 })
    for (const { rows } of [own, logged]) {
      expect(rows[0]!.offset).toBeCloseTo(23e-9, 15)
      expect(rows[0]!.delay).toBeCloseTo(512e-9, 15)
    }
  })
})

test('formats may change at any line, and what nobody understands is counted with its line', () => {
  const { rows, routed } = tell(
    [
      `${MJD} 1.000 0.000006019 13.778 0.000351733 0.013380 6`,
      'nonsense \u0000\u001b[2J',
      `${MJD} 2.000 192.0.2.1 9714 -0.001605376 0.000000000 0.001424877 0.000958674\r`,
      `${MJD} 3.000 0.000006019 13.7`,
      '',
    ].join('\n'),
  )
  expect(rows.map(({ format, line }) => `${line} ${format}`).sort()).toEqual([
    '1 ntpd loopstats',
    '3 ntpd peerstats',
  ])
  expect(routed.notUnderstood).toMatchObject({ count: 2, first: [{ line: 2 }, { line: 4 }] })
})
