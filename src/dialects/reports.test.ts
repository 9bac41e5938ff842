/** What commands print, as chrony 4.3, ntp 4.2.8 and others really did, and what is made of it. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { LogEvent } from '#core/trace/series.ts'
import { tell } from '../../test/support/pieces.ts'

const vector = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../test/vectors/logs/${name}`, import.meta.url)), 'latin1')
const plain = (events: readonly LogEvent[]) =>
  events.map(({ what, size, source }) => [what, Number(size.toPrecision(9)), source])

describe('chronyc', () => {
  const CHRONY = 'chrony-inet4-falseticker/chronyc'

  test('tracking, for people and with -c, says the same: slow is behind', () => {
    for (const name of ['tracking', 'c-tracking']) {
      const { events, routed } = tell(vector(`${CHRONY}-${name}.txt`))
      expect(routed.notUnderstood.count).toBe(0)
      expect(events.map(({ what }) => what)).toEqual([
        'selected',
        'stratum-now',
        'offset-now',
        'dispersion-now',
        'synchronised',
      ])
      expect(events[0]!.source).toBe('192.168.123.1')
      expect(events[1]!.size).toBe(2)
      expect(events[2]!.size).toBeCloseTo(0.000247, 6)
      expect(events[3]!.size).toBeCloseTo(0.000705, 5)
    }
  })

  test('sources: a positive offset there is a clock that is ahead', () => {
    for (const name of ['sources', 'sources-v', 'c-sources']) {
      const { events, routed } = tell(vector(`${CHRONY}-${name}.txt`))
      expect([name, routed.notUnderstood]).toEqual([name, { count: 0, first: [] }])
      const offsets = events.filter(({ what }) => what === 'offset-now')
      expect(offsets).toHaveLength(4)
      expect(offsets[3]).toMatchObject({ source: '192.168.123.4' })
      expect(offsets[3]!.size).toBeCloseTo(0.051, 3)
      expect(events.find(({ what }) => what === 'falseticker')!.source).toBe('192.168.123.4')
      expect(events.find(({ what }) => what === 'selected')!.source).toBe('192.168.123.1')
    }
  })

  test('sourcestats and activity are known', () => {
    for (const name of ['sourcestats', 'sourcestats-v', 'c-sourcestats', 'activity']) {
      const { routed } = tell(vector(`${CHRONY}-${name}.txt`))
      expect([name, routed.notUnderstood]).toEqual([name, { count: 0, first: [] }])
    }
  })

  const MORE = '../chronyc'
  const more = (name: string) => {
    const { events, routed } = tell(vector(`${MORE}/${name}.txt`))
    expect([name, routed.notUnderstood]).toEqual([name, { count: 0, first: [] }])
    return plain(events)
  }

  test('ntpdata: each offset is of its server, whose own reference is not ours', () => {
    for (const name of ['ntpdata', 'c-ntpdata'])
      expect(more(name)).toEqual([
        ['stratum-now', 1, '127.0.0.1'],
        ['offset-now', -6.552e-6, '127.0.0.1'],
        ['stratum-now', 1, '127.0.0.2'],
        ['offset-now', -3.18e-7, '127.0.0.2'],
        ['unreachable', Number.NaN, '127.0.0.9'],
      ])
  })

  test('selectdata: who is followed', () => {
    for (const name of ['selectdata', 'c-selectdata'])
      expect(more(name)).toEqual([['selected', Number.NaN, '127.0.0.2']])
  })

  test.each(['authdata', 'serverstats', 'smoothing', 'rtcdata', 'clients', 'activity'])(
    '%s is known, and says nothing of the clock',
    name => {
      expect(more(name)).toEqual([])
      expect(more(`c-${name}`)).toEqual([])
    },
  )

  test('not synchronised, and not reached', () => {
    expect(plain(tell('Leap status     : Not synchronised\n').events)).toEqual([
      ['unsynchronised', Number.NaN, undefined],
    ])
    expect(plain(tell('506 Cannot talk to daemon\n').events)).toEqual([['no-daemon', Number.NaN, undefined]])
  })
})

describe('timesyncd', () => {
  test('timesync-status: a positive offset is behind', () => {
    const { events, routed } = tell(
      [
        '       Server: 91.189.94.4 (ntp.ubuntu.com)',
        'Poll interval: 34min 8s (min: 32s; max 34min 8s)',
        '         Leap: normal',
        '      Version: 4',
        '      Stratum: 2',
        '    Reference: 84A36BE0',
        '    Precision: 1us (-24)',
        'Root distance: 32.111ms (max: 5s)',
        '       Offset: -1min 2.500s',
        '        Delay: 24.512ms',
        '       Jitter: 1.234ms',
        ' Packet count: 123',
        '    Frequency: -12.345ppm',
        '',
      ].join('\n'),
    )
    expect(routed.notUnderstood).toEqual({ count: 0, first: [] })
    expect(plain(events)).toEqual([
      ['selected', Number.NaN, '91.189.94.4'],
      ['synchronised', Number.NaN, undefined],
      ['stratum-now', 2, undefined],
      ['offset-now', -62.5, undefined],
    ])
  })

  test('the journal', () => {
    const { events } = tell(
      [
        'Mar 05 10:00:01 host systemd-timesyncd[300]: Contacted time server 192.0.2.1:123 (ntp.example).',
        'Mar 05 10:00:02 host systemd-timesyncd[300]: Initial clock synchronization to Fri 2027-03-05 10:00:02.123456 UTC.',
        'Mar 05 11:00:02 host systemd-timesyncd[300]: Timed out waiting for reply from [2001:db8::1]:123 (ntp.example).',
        'Mar 05 11:00:03 host systemd-timesyncd[300]:   adjust (jump): +3.250 sec',
        '',
      ].join('\n'),
    )
    expect(events.map(({ daemon }) => daemon)).toEqual(Array(4).fill('timesyncd'))
    expect(plain(events)).toEqual([
      ['selected', Number.NaN, '192.0.2.1'],
      ['synchronised', Number.NaN, undefined],
      ['unreachable', Number.NaN, '2001:db8::1'],
      ['stepped', 3.25, undefined],
    ])
  })
})

describe('ntpq', () => {
  test('-p: the tally, strata, and offsets in milliseconds', () => {
    const { events, routed } = tell(vector('ntpd428-inet4-ntpq/ntpq-peers.txt'))
    expect(routed.notUnderstood.count).toBe(0)
    expect(plain(events).filter(([what]) => what === 'offset-now')).toEqual([
      ['offset-now', 1.467e-3, '192.168.123.1'],
      ['offset-now', -0.921e-3, '192.168.123.2'],
      ['offset-now', 1.808e-3, '192.168.123.3'],
      ['offset-now', 51.774e-3, '192.168.123.4'],
    ])
    expect(plain(events)).toContainEqual(['selected', Number.NaN, '192.168.123.1'])
  })

  test('-p of NTPsec writes units', () => {
    const { events } = tell('*ntp.example      .GPS.   1 8   12   64  377  1.2345ms  250.11us  93.21us\n')
    expect(events.find(({ what }) => what === 'offset-now')!.size).toBeCloseTo(250.11e-6, 12)
  })

  test('rv: version, stratum, offset, and whether it is synchronised', () => {
    const { events, routed } = tell(vector('ntpd428-inet4-ntpq/ntpq-rv.txt'))
    expect(routed.notUnderstood.count).toBe(0)
    expect(plain(events)).toEqual([
      ['synchronised', Number.NaN, undefined],
      ['version', Number.NaN, undefined],
      ['stratum-now', 2, undefined],
      ['dispersion-now', 0.026009, undefined],
      ['selected', Number.NaN, '192.168.123.1'],
      ['offset-now', 0.896183e-3, undefined],
      ['frequency-now', -8.019e-6, undefined],
    ])
  })
})

test('timedatectl, new words and show', () => {
  expect(plain(tell('System clock synchronized: no\n              NTP service: inactive\n').events)).toEqual([
    ['unsynchronised', Number.NaN, undefined],
    ['no-daemon', Number.NaN, undefined],
  ])
  expect(plain(tell('NTPSynchronized=yes\nLocalRTC=yes\n').events).map(([what]) => what)).toEqual([
    'synchronised',
    'rtc-in-local-time',
  ])
})

test('hwclock, old and new', () => {
  const { events } = tell(
    'Tue 29 Oct 2019 05:22:21 AM GMT  -0.347645 seconds\n2019-10-29 06:22:21.500000+01:00\n',
  )
  expect(events.map(({ size }) => size)).toEqual([1572326541, 1572326541.5])
})

describe('hwclock --verbose', () => {
  const verbose = (zone: string) =>
    tell(
      [
        'hwclock from util-linux 2.38.1',
        'System Time: 1794820361.221233',
        'Trying to open: /dev/rtc0',
        'Using the rtc interface to the clock.',
        `Assuming hardware clock is kept in ${zone} time.`,
        'Waiting for clock tick...',
        '...got clock tick',
        'Time read from Hardware Clock: 2026/11/16 09:17:02',
        'Hw clock time : 2026/11/16 09:17:02 = 1794820622 seconds since 1969',
        'Time since last adjustment is 1794820622 seconds',
        'Calculated Hardware Clock drift is 0.000000 seconds',
        '2026-11-16 10:17:01.220381+01:00',
        '',
      ].join('\n'),
    )

  test('tells both clocks, and all of it is understood', () => {
    const { events, routed } = verbose('UTC')
    expect(routed.notUnderstood.count).toBe(0)
    expect(events.map(({ what }) => what)).toEqual(['rtc-behind', 'rtc-read'])
    expect(events[0]!.size).toBeCloseTo(-260.78, 2)
  })

  test('tells what it takes the RTC for', () => {
    expect(verbose('local').events[0]!.what).toBe('rtc-in-local-time')
  })
})

test('phc2sys and ptp4l: a positive offset there is a clock that is ahead, in nanoseconds', () => {
  const { rows, events } = tell(
    [
      'phc2sys[1012.345]: CLOCK_REALTIME phc offset      -23 s2 freq  +100 delay   500',
      'ptp4l[1013.345]: master offset       1500 s2 freq  -3210 path delay      9000',
      'ptp4l[1014.345]: clockcheck: clock jumped forward or running faster than expected!',
      '',
    ].join('\n'),
  )
  expect(rows.map(({ source, at }) => [source, at])).toEqual([
    ['phc2sys CLOCK_REALTIME', 1012.345],
    ['ptp4l master', 1013.345],
  ])
  expect(rows[0]!.offset).toBeCloseTo(23e-9, 15)
  expect(rows[1]!.offset).toBeCloseTo(-1.5e-6, 15)
  expect(rows[1]!.delay).toBeCloseTo(9e-6, 15)
  expect(events.map(({ what }) => what)).toEqual(['jumped-forward'])
})

test('what ptp4l says of its states in a system log is nobody’s, but that it is a slave; its offsets after that are read', () => {
  for (const stamp of ['[1234.567]', '[1234.567:0]']) {
    const line = (message: string) => `Mar  5 00:00:01 t1 ptp4l[812]: ${stamp} ${message}\n`
    const { rows, events, routed } = tell(
      [
        line('selected /dev/ptp0 as PTP clock'),
        'Mar  5 00:00:01 t1 myapp[3312]: GET /\n',
        line('port 1: INITIALIZING to LISTENING on INIT_COMPLETE'),
        line('master offset       1500 s2 freq  -3210 path delay      9000'),
        line('port 1: UNCALIBRATED to SLAVE on MASTER_CLOCK_SELECTED'),
        line('master offset       1400 s2 freq  -3210 path delay      9000'),
      ].join(''),
    )
    expect(rows.filter(({ format }) => format === 'linuxptp').map(({ line }) => line)).toEqual([4, 6])
    expect(events.map(({ what, line, source }) => [what, line, source])).toEqual([
      ['master-followed', 5, 'port 1'],
    ])
    expect(routed.formats).toEqual(new Map([['linuxptp', 3]]))
    expect(routed.notUnderstood.count).toBe(0)
  }
})

test('what was typed is passed over, whatever the prompt', () => {
  for (const prompt of ['$ ', '[root@db7 ~]# ', 'web1$ ', 'admin@web1:~$ ']) {
    const { routed } = tell(
      `${prompt}chronyc -c tracking\nA9FEA97B,169.254.169.123,4,1795237220.123456789,0.000012345,-0.000002345,0.000011234,-4.211,0.001,0.021,0.000412345,0.000101234,16.2,Normal\n`,
    )
    expect(routed.notUnderstood).toEqual({ count: 0, first: [] })
  }
  expect(tell('$\n$GPRMC,1\n').routed.notUnderstood.count).toBe(2)
})

test('ntpq -w: a long name has a line of its own', () => {
  const { events, routed } = tell(
    [
      '     remote           refid      st t when poll reach   delay   offset  jitter',
      '==============================================================================',
      '*ntp1.internal.example.com',
      '                 .GPS.            1 u   45   64  377    0.312    0.014   0.021',
      'x2001:db8:1:2:3:4:5:6',
      '                 10.1.1.9         2 u   33   64  377    0.498  412.332   0.051',
      ' LOCAL(0)        .LOCL.          10 l  20d   64    0    0.000    0.000   0.000',
      '',
    ].join('\n'),
  )
  expect(routed.notUnderstood.count).toBe(0)
  expect(plain(events)).toEqual([
    ['stratum-now', 1, 'ntp1.internal.example.com'],
    ['offset-now', 0.000014, 'ntp1.internal.example.com'],
    ['selected', expect.anything(), 'ntp1.internal.example.com'],
    ['stratum-now', 2, '2001:db8:1:2:3:4:5:6'],
    ['offset-now', 0.412332, '2001:db8:1:2:3:4:5:6'],
    ['falseticker', expect.anything(), '2001:db8:1:2:3:4:5:6'],
    ['stratum-now', 10, 'LOCAL(0)'],
    ['unreachable', expect.anything(), 'LOCAL(0)'],
  ])
})

test('tables of time and offset: with a head in any order and a unit, and without', () => {
  const headed = tell(
    'host,offset_ms,time\nweb1,1.5,2027-03-05T00:00:10Z\nweb1,nonsense,2027-03-05T00:00:20Z\n',
  )
  expect(headed.rows).toMatchObject([{ source: 'web1', at: 10, offset: 1.5e-3, line: 2 }])
  expect(headed.routed.notUnderstood.count).toBe(1)
  const bare = tell('1804204810.5;-0.25\n')
  expect(bare.rows).toMatchObject([{ at: 10.5, offset: -0.25 }])
})

test('ntp-ctl status', () => {
  const { events, routed } = tell(
    'Synchronization status:\nDispersion: 0.000299s, Delay: 0.007637s\nStratum: 3\n\nSources:\ntime.example:123/192.0.2.1:123 (1)\n   Offset: +0.000024, Uncertainty: 0.000137, Delay: 0.007\n',
  )
  expect(routed.notUnderstood.count).toBe(0)
  expect(plain(events)).toEqual([
    ['stratum-now', 3, undefined],
    ['offset-now', 0.000024, '192.0.2.1'],
  ])
})

test('ntp-ctl status of 1.0 has the offset behind the source, and two sources of one pool are two', () => {
  const { events, routed } = tell(
    [
      'admin@box:~$ ntp-ctl  status',
      'Synchronization status:',
      'Dispersion: 0.000947s, Delay: 0.029867s',
      'Desired poll interval: 256s',
      'Stratum: 5',
      '',
      'Sources:',
      'pool.example:123/192.0.2.1:123 (1): -0.000387±0.001606(±0.044428)s',
      '    pollinterval: 256s, missing polls: 0',
      '    root dispersion: 0.000015s, root delay:0.000015s',
      'pool.example:123/[2001:db8::1]:123 (2): +3.002955±0.002456(±0.030494)s',
      '    poll interval: 1024s, missing polls: 0',
      '1 source still in startup',
      '',
      'Servers:',
      '[::]:123: received 12, accepted 12, errors 0',
      '    denied 0, rate limited 0, ignored 0',
      '',
    ].join('\n'),
  )
  expect(routed.notUnderstood).toEqual({ count: 0, first: [] })
  expect(plain(events)).toEqual([
    ['stratum-now', 5, undefined],
    ['offset-now', -0.000387, '192.0.2.1'],
    ['offset-now', 3.002955, '2001:db8::1'],
  ])
})

describe('the observation socket of ntpd-rs', () => {
  const source = { offset: -0.0034, uncertainty: 0.0026, unanswered_polls: 0, name: 'pool.example:123' }
  const program = { version: '1.5.0', uptime_seconds: 173.02, now: { timestamp: 1 } }
  const told = [
    ['stratum-now', 3, undefined],
    ['offset-now', -0.0034, '192.0.2.1'],
    ['unreachable', Number.NaN, '192.0.2.2'],
  ]
  const sources = [
    { ...source, address: '192.0.2.1:123' },
    { ...source, address: '192.0.2.2:123', unanswered_polls: 8 },
  ]

  test('in one line, also a longer one than daemons log, and laid out by a person', () => {
    const whole = { program, system: { stratum: 3, leap_indicator: 'NoWarning' }, sources, servers: [] }
    const one = tell(`${JSON.stringify(whole)}\n`)
    expect(one.routed.notUnderstood.count).toBe(0)
    expect(plain(one.events)).toEqual(told)
    const servers = Array(300).fill({ address: '192.0.2.9:123', stats: { received_packets: 0 } })
    expect(plain(tell(`${JSON.stringify({ ...whole, servers })}\n`).events)).toEqual(told)
    // Its first brace could not be told from anybody's until the next line.
    const laidOut = `${JSON.stringify(whole, null, 2)}\n`
    for (const text of [laidOut, `${laidOut}${laidOut}`]) {
      const { events, routed } = tell(text)
      expect(plain(events)).toEqual(text === laidOut ? told : [...told, ...told])
      expect(routed.notUnderstood).toEqual({ count: 0, first: [] })
      expect(routed.formats.get('ntpd-rs status')).toBe(routed.lines)
    }
    expect(tell(`{\nnot this\n${laidOut}`).routed.notUnderstood.first.map(({ line }) => line)).toEqual([1, 2])
  })

  test('of the first releases; and without a source to follow', () => {
    const peers = [...sources.map(Observable => ({ Observable })), 'Nothing']
    expect(plain(tell(`${JSON.stringify({ system: { stratum: 3 }, peers })}\n`).events)).toEqual(told)
    expect(plain(tell(`${JSON.stringify({ system: { stratum: 16 }, sources: [] })}\n`).events)).toEqual([
      ['unsynchronised', Number.NaN, undefined],
    ])
  })

  test('other objects are nobody’s', () => {
    for (const other of [{ system: 'linux' }, { program: { version: '1' } }, { a: { system: 1 } }])
      for (const indent of [0, 2]) expect(tell(`${JSON.stringify(other, null, indent)}\n`).events).toEqual([])
  })
})

describe('the kernel', () => {
  test('in a system log, among lines of others, which do not swallow its own', () => {
    const { events, routed } = tell(
      [
        '2027-03-05T00:00:01Z web1 sshd[7]: Accepted publickey',
        '2027-03-05T00:00:02Z web1 kernel: [  12.000001] usb 1-1: new device',
        "2027-03-05T00:00:03Z web1 kernel: [  13.000001] clocksource: timekeeping watchdog on CPU1: Marking clocksource 'tsc' as unstable because the skew is too large:",
        '2027-03-05T00:00:04Z web1 sshd[7]: Accepted publickey',
        '2027-03-05T00:00:05Z web1 kernel: watchdog: BUG: soft lockup - CPU#1 stuck for 47s! [swapper/1:0]',
        '2027-03-05T00:00:06Z web1 kernel: random: crng reseeded due to virtual machine fork',
        '',
      ].join('\n'),
    )
    expect(routed.notUnderstood.count).toBe(0)
    expect(events.map(({ what, size, at }) => [what, size, at])).toEqual([
      ['clocksource-unstable', Number.NaN, 3],
      ['stalled', 47, 5],
      ['restored', Number.NaN, 6],
    ])
  })

  test('of Hyper-V’s time synchronisation: what the host says beyond a second is how long the machine stood', () => {
    const { events } = tell(
      [
        '2027-03-05T00:00:01Z w kernel: [  186.785365] hv_utils: TimeSync - Current {1697603217, 52041164}; New {1697603217, 51971100}',
        '2027-03-05T00:10:01Z w kernel: [  194.433596] hv_utils: TimeSync - Current {1697603224, 700242389}; New {1697603857, 66094700}',
        '2027-03-05T00:10:01Z w kernel: [  194.433601] hv_utils: TimeSync - force sync',
        '',
      ].join('\n'),
    )
    expect(plain(events)).toEqual([['stalled', 632.365852, undefined]])
  })

  test('as dmesg -T prints it: a date of the local zone', () => {
    const { events } = tell(
      '[Fri Mar  5 10:00:01 2027] random: crng reseeded due to virtual machine fork\n[Fri Mar  5 10:00:02 2027] usb 1-1: new device\n',
    )
    expect(events.map(({ what, at, local }) => [what, at, local])).toEqual([['restored', 36_001, true]])
  })

  test('as dmesg prints it: nothing says when', () => {
    const { events } = tell(
      '[    0.000000] Linux version 6.1\n[    0.100000] Measured 3456 cycles TSC warp between CPUs, turning off TSC clock.\n[    9.100000] timer interrupt, CPU 0: Time went backwards: delta=-1500000000 shadow=1\n',
    )
    expect(plain(events)).toEqual([
      ['cpus-differ', 3456, undefined],
      ['went-backwards', 1.5, undefined],
    ])
    expect(events.every(({ at }) => Number.isNaN(at))).toBe(true)
  })
})

test('options of a daemon: -x is told for ntpd only', () => {
  expect(plain(tell('OPTIONS="-g -x"\n').events).map(([what]) => what)).toEqual(['slew-only'])
  // chronyd's -x: do not steer the clock.
  expect(tell('OPTIONS="-x"\n').events).toEqual([])
})

test('what looks like a report and is long is refused soon', () => {
  const long = ['OPTIONS="', ' /', '^* ', '0: '].map(begin => `${begin}${'-a '.repeat(2000)}\n`).join('')
  expect(tell(long).routed.notUnderstood.count).toBeGreaterThan(0)
})
