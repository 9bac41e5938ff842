/** What a sosreport holds of chronyc, ntpq, ntpstat, timedatectl, date and hwclock is told of the copy. */
import { describe, expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { checkMachine } from './check.ts'

type Members = Readonly<Record<string, Member>>

const MACHINE: Members = {
  'proc/cpuinfo': 'flags\t\t: fpu tsc\n',
  'sys/class/dmi/id/sys_vendor': 'Dell Inc.\n',
  'usr/sbin/chronyd': '',
  'etc/chrony.conf': 'pool a.example iburst\nmakestep 1 3\nrtcsync\n',
  'sos_commands/process/ps_auxwww': `USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND
root           1  0.0  0.0 175000 13000 ?        Ss   Jan01   0:01 /usr/lib/systemd/systemd
chrony       700  0.0  0.0 128000  3000 ?        S    Jan01   0:01 /usr/sbin/chronyd
`,
}

const TOLD = [
  'offset-large-now',
  'source-unreachable',
  'source-without-time',
  'not-synchronised',
  'rtc-far-off',
  'no-daemon',
  'falseticker',
]

function told(members: Members, which: readonly string[] = TOLD) {
  const inventory = takeInventory(memoryFiles({ ...MACHINE, ...members }))
  const subject = { inventory, live: undefined, prospect: undefined }
  return checkMachine(subject)
    .filter(({ name }) => which.includes(name))
    .map(({ severity, name }) => `${severity} ${name}`)
}

const tracking = (time: string, leap: string): Members => ({
  'sos_commands/chrony/chronyc_tracking': `Reference ID    : 0A000001 (10.0.0.1)
Stratum         : 3
System time     : ${time} of NTP time
Leap status     : ${leap}
`,
})
const sources = (...rows: readonly string[]): Members => ({
  'sos_commands/chrony/chronyc_-n_sources': `MS Name/IP address         Stratum Poll Reach LastRx Last sample
===============================================================================
${rows.join('\n')}
`,
})
const peers = (...rows: readonly string[]): Members => ({
  'sos_commands/ntp/ntpq_-pn': `     remote           refid      st t when poll reach   delay   offset  jitter
==============================================================================
${rows.join('\n')}
`,
})
const HEARD = '^* 10.0.0.1                      2   6   377    12   +190us[ +200us] +/-   13ms'
const SILENT = '^? 10.0.0.2                      0   6     0     -     +0ns[   +0ns] +/-    0ns'
const NEAR = '^+ 10.0.0.3                      2   6   377    12   +180us[ +180us] +/-   13ms'
const wrong = (offset: string): string =>
  `^x 10.0.0.4                      2   6   377    12   ${offset}[${offset}] +/-   13ms`
const kernel = (synchronised: string): Members => ({
  'sos_commands/systemd/timedatectl': `System clock synchronized: ${synchronised}\n`,
})
const timedatectl = (system: string, rtc: string) => ({
  'sos_commands/systemd/timedatectl': `  Universal time: Fri 2026-11-20 ${system} UTC\n        RTC time: Fri 2026-11-20 ${rtc}\n`,
})
const clocks = (date: string, hwclock: string): Members => ({
  'sos_commands/date/date': `${date}\n`,
  'sos_commands/date/hwclock': `${hwclock}\n`,
})

test('an address by which ntpd means a driver is no source of chronyd', () => {
  const driver = SILENT.replace('10.0.0.2   ', '127.127.1.0')
  expect(told(sources(HEARD, NEAR, driver))).toEqual([])
  expect(told(sources(HEARD, NEAR, SILENT))).toEqual(['warning source-unreachable'])
})

test('sources that are listed by their addresses and by their names count once', () => {
  const files = memoryFiles({
    ...MACHINE,
    ...sources(HEARD, NEAR, SILENT),
    'sos_commands/chrony/chronyc_sources': `${[HEARD, NEAR, SILENT].join('\n').replaceAll('10.0.0.', 'host')}\n`,
  })
  const subject = { inventory: takeInventory(files), live: undefined, prospect: undefined }
  expect(checkMachine(subject).filter(({ name }) => name === 'source-unreachable')).toMatchObject([
    { severity: 'warning', measures: { silent: 1, sources: 3 } },
  ])
})

test.each<[string, Members, readonly string[]]>([
  [
    'all is well',
    { ...tracking('0.000012345 seconds slow', 'Normal'), ...sources(HEARD), ...kernel('yes') },
    [],
  ],
  ['it was behind', tracking('85.123456789 seconds slow', 'Normal'), ['critical offset-large-now']],
  [
    'nobody was heard',
    { ...tracking('0.000000000 seconds fast', 'Not synchronised'), ...sources(SILENT), ...kernel('no') },
    ['critical source-unreachable', 'warning not-synchronised'],
  ],
  [
    'one of three is far off, and the others outvote it',
    sources(HEARD, NEAR, wrong('+2501ms')),
    ['warning falseticker'],
  ],
  ['one of three is a little off', sources(HEARD, NEAR, wrong('  +12ms')), ['note falseticker']],
  [
    'listed twice, by address and by name',
    {
      ...sources(HEARD, NEAR, wrong('+2501ms')),
      'sos_commands/chrony/chronyc_sources': `${NEAR}\n${wrong('+2501ms').replace('10.0.0.4', 'd.example')}\n`,
    },
    ['warning falseticker'],
  ],
  [
    'nobody knows which of two is right',
    sources(wrong('+2501ms'), wrong('  -12ms').replace('10.0.0.4', '10.0.0.5')),
    ['critical not-synchronised'],
  ],
  [
    'nobody knows which of two is right, and both have the clock far behind',
    peers(
      'x10.1.1.1        .GPS.            1 u   12   64  377    0.512 4300.120   0.214',
      'x10.1.1.2        10.1.1.1         2 u   49   64  377    0.612 4900.310   0.354',
    ),
    ['critical offset-large-now', 'critical not-synchronised'],
  ],
  [
    'three contradict each other, and the kernel was told long ago',
    {
      ...peers(
        'x10.1.1.1        .GPS.            1 u   12   64  377    0.512    0.120   0.214',
        'x10.1.1.2        10.1.1.1         2 u   49   64  377    0.612  512.310   0.354',
        'x10.1.1.3        10.9.9.9         2 u   40   64  377    0.412 -812.310   0.254',
      ),
      ...kernel('yes'),
    },
    ['critical not-synchronised'],
  ],
  [
    'two are marked, and the third is refused',
    peers(
      ' 10.1.1.1        .GPS.            1 u   12   64  377    0.512    0.120   0.214',
      'x10.1.1.2        10.1.1.1         2 u   49   64  377    0.612    0.110   0.354',
      'x10.1.1.3        10.9.9.9         2 u   40   64  377    0.412 -812.310   0.254',
    ),
    ['critical not-synchronised'],
  ],
  [
    'all are refused',
    peers(' 10.1.1.1        10.9.9.9         2 u   12   64  377    0.512    0.120   0.214'),
    ['critical not-synchronised'],
  ],
  [
    'a server that lives on its own clock is a source as others are',
    peers(
      '*10.1.1.1        .GPS.            1 u  512 1024  377    0.512    0.120   0.214',
      '+10.1.1.2        10.1.1.1         2 u  499 1024  377    0.612   -0.310   0.354',
      'x10.1.1.3        .LOCL.           1 u  480 1024  377    0.412  -812.31   0.254',
    ),
    ['warning falseticker'],
  ],
  [
    'the clock of the machine itself is no source',
    peers(
      '*LOCAL(0)        .LOCL.          10 l   12   64  377    0.000    0.000   0.000',
      'x10.1.1.1        .GPS.            1 u   12   64  377    0.512    0.120   0.214',
    ),
    ['critical not-synchronised'],
  ],
  ['one of two was not heard', sources(HEARD, SILENT), ['warning source-unreachable']],
  [
    'the kernel alone was not told',
    { ...tracking('0.000000000 seconds fast', 'Normal'), ...kernel('no') },
    ['note not-synchronised'],
  ],
  [
    'this daemon never tells the kernel',
    { ...kernel('no'), 'etc/chrony.conf': 'pool a.example iburst\nmakestep 1 3\n' },
    [],
  ],
  ['it does, and has not', kernel('no'), ['warning not-synchronised']],
  [
    'ntpq: the one that is followed is 4.3 s ahead, and a pool is no server',
    peers(
      ' 0.pool.example  .POOL.          16 p    -   64    0    0.000    0.000   0.000',
      '*192.0.2.1       198.51.100.1     2 u   12   64  377    0.500  4300.12   0.100',
      '+192.0.2.2       198.51.100.1     2 u   12   64  377    0.500     0.12   0.100',
    ),
    ['critical offset-large-now'],
  ],
  [
    'the machine was started 41 s before: nobody knows yet',
    {
      ...tracking('0.000000000 seconds fast', 'Not synchronised'),
      ...sources(SILENT),
      'proc/uptime': '41.20 70.11\n',
    },
    ['note source-unreachable', 'note not-synchronised'],
  ],
  [
    'it was a quarter of an hour before',
    {
      ...tracking('0.000000000 seconds fast', 'Not synchronised'),
      ...sources(SILENT),
      'sos_commands/host/uptime': ' 10:10:55 up 15 min,  1 user,  load average: 0.83, 0.73, 0.76\n',
    },
    ['critical source-unreachable', 'warning not-synchronised'],
  ],
  [
    'a machine that was just started and is far off is far off',
    { ...tracking('85.123456789 seconds slow', 'Normal'), 'proc/uptime': '41.20 70.11\n' },
    ['critical offset-large-now'],
  ],
  ...['-2307.9', '-23079.', '-230791', '123456.', '23079.1', '129'].map(
    (offset): [string, Members, readonly string[]] => [
      `ntpq: the one that is followed shows ${offset} ms`,
      peers(`*10.0.0.1        LOCAL(0)         2 u   39   64  377    0.206  ${offset}   0.007`),
      ['critical offset-large-now'],
    ],
  ),
  [
    'none is followed yet, and the only one that was heard is 23 s off',
    peers(' 10.0.0.1        LOCAL(0)         2 u   39   64    7    0.206  -23079.   0.007'),
    ['critical offset-large-now'],
  ],
  [
    'none is followed, and two of three agree that it is 23 s off',
    peers(
      ' 10.0.0.1        192.0.2.1        2 u   39   64    7    0.206  -23079.   0.007',
      ' 10.0.0.2        192.0.2.1        2 u   39   64    7    0.206  -23078.   0.007',
      ' 10.0.0.3        192.0.2.1        2 u   39   64    7    0.206    0.112   0.007',
    ),
    ['critical offset-large-now'],
  ],
  [
    'none is followed, and they contradict each other',
    peers(
      ' 10.0.0.1        192.0.2.1        2 u   39   64    7    0.206  -23079.   0.007',
      ' 10.0.0.2        192.0.2.1        2 u   39   64    7    0.206    0.112   0.007',
    ),
    [],
  ],
  [
    'a server says that it is asked too often',
    peers(
      '*10.0.0.1        192.0.2.1        2 u   39   64  377    0.206    0.079   0.007',
      ' 10.0.0.2        .RATE.          16 u    -  512    0    0.000    0.000   0.000',
    ),
    ['warning source-without-time'],
  ],
  [
    'all of them refuse this machine',
    peers(' 10.0.0.1        .DENY.          16 u    -   64    0    0.000    0.000   0.000'),
    ['critical source-without-time'],
  ],
  [
    'one has refused it, and another is silent',
    peers(
      ' 10.0.0.1        .RSTR.          16 u    -   64    0    0.000    0.000   0.000',
      ' 10.0.0.2        .INIT.          16 u    -   64    0    0.000    0.000   0.000',
    ),
    ['critical source-unreachable', 'critical source-without-time'],
  ],
  ['ntpstat', { 'sos_commands/ntp/ntpstat': 'unsynchronised\n' }, ['warning not-synchronised']],
  [
    'sourcestats and ntpdata are of others',
    {
      'sos_commands/chrony/chronyc_ntpdata':
        'Remote address  : 10.0.0.1 (0A000001)\nLeap status     : Not synchronised\n',
    },
    [],
  ],
  [
    'the RTC is an hour ahead',
    clocks('Fri Nov 20 10:11:12 UTC 2026', '2026-11-20 11:11:12.563249+00:00'),
    ['warning rtc-far-off'],
  ],
  [
    'the RTC half a minute behind, by timedatectl',
    timedatectl('10:11:12', '10:10:41'),
    ['warning rtc-far-off'],
  ],
  ['the RTC some seconds ahead, by timedatectl', timedatectl('10:11:12', '10:11:16'), []],
  [
    'the RTC half a minute ahead, by two commands',
    clocks('Fri Nov 20 10:11:12 UTC 2026', '2026-11-20 10:11:43.563249+00:00'),
    [],
  ],
  ['both in their zone', clocks('Fri Nov 20 05:11:12 EST 2026', '2026-11-20 05:11:12.563249-05:00'), []],
  [
    'the zone of hwclock alone is not UTC',
    clocks('Fri Nov 20 10:11:12 UTC 2026', '2026-11-20 11:11:12.563249+01:00'),
    [],
  ],
  [
    'an old hwclock',
    clocks('Fri Nov 20 05:11:12 EST 2026', 'Fri 20 Nov 2026 05:14:12 AM EST  -0.297437 seconds'),
    ['warning rtc-far-off'],
  ],
])('%s', (_, members, expected) => expect(told(members)).toEqual(expected))

test.each(['LOCAL(0)       ', '127.127.1.0    '])('ntpd that follows %s follows the machine itself', own => {
  const inventory = takeInventory(
    memoryFiles({
      'usr/sbin/ntpd': '',
      'proc/700/comm': 'ntpd\n',
      'proc/700/cmdline': '/usr/sbin/ntpd\0-g\0',
      'etc/ntp.conf': 'server 10.0.0.1\nserver 127.127.1.0\n',
      ...peers(
        `*${own} .LOCL.          10 l   12   64  377    0.000    0.000   0.000`,
        ' 10.0.0.1        192.0.2.1        2 u   39   64  377    0.206 -812.012   0.007',
      ),
    }),
  )
  const all = checkMachine({ inventory, live: undefined, prospect: undefined })
  const named = (name: string) => all.find(each => each.name === name)
  expect(named('offset-large-now')?.causes[0]).toEqual({
    what: 'the clock of the machine itself was followed, which corrects nothing',
    why: 'it is the one that is marked',
  })
  expect(named('not-synchronised')?.what).toContain('followed the clock of the machine itself')
  expect(named('not-synchronised')?.evidence[0]?.text).toContain('.LOCL.')
})

describe('sources whose key chronyd does not have', () => {
  const silent = (conf: string, log: readonly string[]) => {
    const inventory = takeInventory(
      memoryFiles({
        ...MACHINE,
        ...sources(SILENT, SILENT.replace('.2 ', '.3 ')),
        'etc/chrony.conf': conf,
        'sos_commands/chrony/journalctl_--no-pager_--unit_chronyd': log.map(line => `${line}\n`).join(''),
      }),
    )
    const all = checkMachine({ inventory, live: undefined, prospect: undefined })
    return all.find(({ name }) => name === 'source-unreachable')!
  }
  const KEYED = 'server 10.0.0.2 key 10\nserver 10.0.0.3 key 10\nkeyfile /etc/chrony.keys\n'
  const MISSING = 'Nov 16 09:00:01 a chronyd[700]: Key 10 is missing'

  test('are cut off by nobody', () => {
    const { causes, evidence, remedy } = silent(KEYED, [MISSING])
    expect(causes.map(({ what }) => what)).toEqual([expect.stringContaining('does not have the key 10')])
    expect(evidence[0]).toMatchObject({ line: 1, text: MISSING })
    expect(remedy.text).not.toContain('UDP')
  })

  test('may be some of them, or had been so before a start', () => {
    const some = silent(KEYED.replace('.3 key 10', '.3'), [MISSING])
    expect(some.causes.length).toBeGreaterThan(2)
    expect(some.causes[0]?.what).toContain('key 10')
    const older = 'Nov 16 09:00:01 a chronyd[700]: Key 10 used by source 10.0.0.2 is missing'
    expect(silent(KEYED, [older]).causes.length).toBeGreaterThan(2)
    const started = 'Nov 16 09:10:01 a chronyd[900]: chronyd version 4.5 starting (+CMDMON)'
    expect(JSON.stringify(silent(KEYED, [MISSING, started]).causes)).not.toContain('key 10')
  })
})

test('the line by which a server is asked too often is shown', () => {
  const inventory = takeInventory(
    memoryFiles({
      'usr/sbin/ntpd': '',
      'proc/700/comm': 'ntpd\n',
      'proc/700/cmdline': '/usr/sbin/ntpd\0-g\0',
      'etc/ntp.conf':
        'server 10.0.0.1 minpoll 3\nserver 10.0.0.2 iburst minpoll 3 maxpoll 3\nserver 10.0.0.3\n',
      ...peers(
        '*10.0.0.1        192.0.2.1        2 u   39   64  377    0.206    0.079   0.007',
        ' 10.0.0.2        .RATE.          16 u    -  512    0    0.000    0.000   0.000',
        ' 10.0.0.3        .RATE.          16 u    -  512    0    0.000    0.000   0.000',
      ),
    }),
  )
  const found = checkMachine({ inventory, live: undefined, prospect: undefined })
  const [finding] = found.filter(({ name }) => name === 'source-without-time')
  expect(finding?.what).toBe('2 of 3 listed sources answer that they are asked too often (kiss code RATE).')
  expect(finding?.evidence.flatMap(({ path, line }) => (path === '/etc/ntp.conf' ? line : []))).toEqual([2])
  expect(finding?.remedy.text).toContain('minpoll')
  expect(found.map(({ name }) => name)).not.toContain('source-unreachable')
})

describe('a hardware clock that is off by the zone', () => {
  const named = (rtc: string, zone: string) =>
    told(
      {
        'sos_commands/systemd/timedatectl': `  Universal time: Fri 2026-11-20 10:11:12 UTC\n        RTC time: Fri 2026-11-20 ${rtc}\n       Time zone: ${zone}\n`,
      },
      ['rtc-far-off', 'rtc-in-local-time'],
    )
  test.each([
    ['11:11:13', 'Europe/Berlin (CET, +0100)', 'warning rtc-in-local-time'],
    ['05:11:12', 'America/New_York (EST, -0500)', 'warning rtc-in-local-time'],
    ['15:41:12', 'Asia/Kolkata (IST, +0530)', 'warning rtc-in-local-time'],
    // The other way round, by more than the zone, and a zone without an offset.
    ['09:11:12', 'Europe/Berlin (CET, +0100)', 'warning rtc-far-off'],
    ['11:12:12', 'Europe/Berlin (CET, +0100)', 'warning rtc-far-off'],
    ['11:11:12', 'Etc/UTC (UTC, +0000)', 'warning rtc-far-off'],
  ])('RTC %s, %s: %s', (rtc, zone, expected) => expect(named(rtc, zone)).toEqual([expected]))
})

describe('a hardware clock that is far off', () => {
  const remedyOf = (members: Members, conf: string) => {
    const inventory = takeInventory(
      memoryFiles({
        ...MACHINE,
        'proc/cpuinfo': 'flags\t\t: fpu tsc hypervisor\n',
        'sys/class/dmi/id/sys_vendor': 'QEMU\n',
        ...members,
        'etc/chrony.conf': conf,
      }),
    )
    const [found] = checkMachine({ inventory, live: undefined, prospect: undefined }).filter(
      ({ name }) => name === 'rtc-far-off',
    )
    return { causes: found!.causes.map(({ what }) => what).join('; '), ...found!.remedy }
  }
  const behind = timedatectl('10:11:12', '10:01:12')
  const synchronised = {
    ...behind,
    ...tracking('Fri Nov 20 10:11:12 2026', 'Normal'),
  }

  test('beside a clock that was synchronised is written, and from then on by chronyd', () => {
    const { causes, text, changes } = remedyOf(synchronised, 'pool a.example iburst\n#rtcsync\n')
    expect(causes).toContain('nobody writes the time into it')
    expect(text).not.toContain('which of the two')
    expect(changes).toEqual(['rtcsync', 'hwclock --systohc'])
  })
  test('and that chronyd keeps needs no rtcsync', () =>
    expect(remedyOf(synchronised, 'pool a.example iburst\nrtcsync\n').changes).toEqual(['hwclock --systohc']))
  test('beside one that was not: ask servers', () =>
    expect(remedyOf(behind, 'pool a.example iburst\nrtcsync\n').text).toContain('which of the two'))
  test('beside a source that is followed from near is written, too', () => {
    const followed = remedyOf({ ...behind, ...sources(HEARD) }, 'rtcsync\n')
    expect(followed.changes).toEqual(['hwclock --systohc'])
    expect(followed.causes).not.toContain('the system clock is wrong')
    const off = HEARD.replace('+190us[ +200us]', '-7s[ -7s]')
    expect(remedyOf({ ...behind, ...sources(off) }, 'rtcsync\n').changes).toEqual([])
  })
  test('of bare metal is of no pause, and there is no host', () => {
    const metal = remedyOf(
      { ...behind, 'proc/cpuinfo': 'flags\t\t: fpu tsc\n', 'sys/class/dmi/id/sys_vendor': 'Dell Inc.\n' },
      'rtcsync\n',
    )
    expect(metal.causes).toContain('the system clock is wrong')
    expect(`${metal.causes} ${metal.text}`).not.toMatch(/host|paused/)
  })
  test('is of no pause where it is behind', () => {
    expect(remedyOf(behind, 'rtcsync\n').causes).not.toContain('paused')
    expect(remedyOf(timedatectl('10:01:12', '10:11:12'), 'rtcsync\n').causes).toContain('paused')
  })
})

describe('a hardware clock that is off by the zone of the machine, as it was read there', () => {
  const names = (zoneAhead: unknown, rtc = 1_763_633_472 + 3600) => {
    const inventory = takeInventory(
      memoryFiles({
        ...MACHINE,
        'sys/class/rtc/rtc0/since_epoch': `${rtc}\n`,
        'proc/stat': 'btime 1763600000\n',
        'proc/uptime': '33472.10 20.00\n',
        'clockwright/readings.json': JSON.stringify({ zoneAhead }),
      }),
    )
    return checkMachine({ inventory, live: undefined, prospect: undefined })
      .map(({ name }) => name)
      .filter(name => name.startsWith('rtc-'))
  }
  test('holds local time', () => expect(names(3600)).toEqual(['rtc-in-local-time']))
  test.each([0, 7200, -3600, null, 'x', 1e9])('and otherwise is far off: %j', zoneAhead =>
    expect(names(zoneAhead)).toEqual(['rtc-far-off']),
  )
  test('or right', () => expect(names(3600, 1_763_633_472)).toEqual([]))
})

describe('sources that are heard, and that chronyd follows none of', () => {
  const heard = (state: string, margin: string) =>
    [1, 2, 3, 4].map(
      n =>
        `^${state} 10.0.0.${n}                      3   6   377    3${n}  +1${n}ms[ +1${n}ms] +/- ${margin}`,
    )
  const NOT: Members = {
    'sos_commands/chrony/chronyc_tracking': 'Stratum         : 0\nLeap status     : Not synchronised\n',
  }
  const findingOf = (members: Members) => {
    const inventory = takeInventory(memoryFiles({ ...MACHINE, ...members }))
    const all = checkMachine({ inventory, live: undefined, prospect: undefined })
    return all.find(({ name }) => name === 'not-synchronised')
  }

  test('too far from a clock that is right', () => {
    const finding = findingOf({ ...NOT, ...sources(...heard('?', '10041ms')) })
    expect(finding).toMatchObject({ severity: 'critical', measures: { heard: 4, distance: 10.041 } })
    expect(finding!.evidence[0]!.text).toContain('10041ms')
    expect(finding!.remedy.changes.join()).toContain('maxdistance 16')
  })

  test('where none has given the time, that is the cause, and no start a moment before', () => {
    const quiet = { ...NOT, 'proc/uptime': '864213.12 1700112.44\n' }
    const nameless = { 'sos_commands/chrony/chronyc_activity': '4 sources with unknown address\n' }
    for (const silent of [sources(SILENT), { ...sources(), ...nameless }]) {
      const finding = findingOf({ ...quiet, ...silent })
      expect(finding).toMatchObject({ severity: 'warning', causes: [{}] })
      expect(JSON.stringify(finding)).not.toContain('a moment before')
    }
    expect(findingOf(quiet)!.causes).toHaveLength(2)
  })

  test('too noisy', () => {
    const finding = findingOf({ ...NOT, ...sources(...heard('~', '12ms')) })
    expect(finding).toMatchObject({ severity: 'critical' })
    expect(finding!.what).toContain('maxjitter')
  })
})

describe('an island: all agree, and at the root there is a clock that nobody sets', () => {
  const island = (members: Members) => told(members, ['stratum-10-island'])

  test('chronyd follows a server of stratum 10', () => {
    const row = '^* 10.0.0.1                     10   6   377    12   +190us[ +200us] +/-   13ms'
    expect(island(sources(row, SILENT))).toEqual(['warning stratum-10-island'])
    expect(island(sources(HEARD, SILENT))).toEqual([])
    expect(island(sources(row, NEAR, HEARD.replace('10.0.0.1', '10.0.0.9')))).toEqual([])
  })

  test('ntpd does, and all that it lists are as far down', () => {
    const row = (mark: string, n: number) =>
      `${mark}10.0.0.${n}        10.9.9.9         9 u  123  512  377    0.412    0.021   0.044`
    expect(island(peers(row('*', 1), row('+', 2), row('+', 3)))).toEqual(['warning stratum-10-island'])
  })
})

describe('whom it listed and who had given no time', () => {
  const HASH = '#? PHC0                          0   2     0     -     +0ns[   +0ns] +/-    0ns'
  const activity = (counts: string): Members => ({
    'sos_commands/chrony/chronyc_activity': `200 OK\n${counts}\n`,
  })
  const OFFLINE = activity('0 sources online\n1 sources offline\n0 sources with unknown address')
  const reply = (leap: string, received: number): Members => ({
    'sos_commands/chrony/chronyc_ntpdata': `
Remote address  : 10.0.0.2 (0A000002)
Leap status     : ${leap}
Stratum         : 0
Total RX        : ${received}
Total valid RX  : ${received}
`,
  })
  const lost = (members: Members) => {
    const inventory = takeInventory(memoryFiles({ ...MACHINE, ...members }))
    const all = checkMachine({ inventory, live: undefined, prospect: undefined })
    return all.find(({ name }) => name === 'source-unreachable')
  }
  const causes = (members: Members): string => lost(members)!.causes.map(({ what }) => what)[0]!

  test('it answers, and follows nobody', () => {
    const finding = lost({ ...sources(SILENT), ...reply('Not synchronised', 1024) })!
    expect(finding).toMatchObject({ severity: 'critical', causes: [{}] })
    expect(finding.causes[0]!.what).toContain('the server answers')
    expect(finding.evidence[0]!.text).toBe('Total RX        : 1024')
    expect(JSON.stringify(finding)).not.toContain('UDP')
  })

  test('no reply came: the way is blocked, or the server gone; and nothing claims to know', () => {
    expect(causes({ ...sources(SILENT), ...reply('Not synchronised', 0) })).toContain('UDP port 123')
    expect(causes({ ...sources(SILENT), ...reply('Normal', 12) })).toContain('UDP port 123')
    expect(JSON.stringify(lost(sources(SILENT)))).not.toContain('no reply')
    expect(lost(sources(SILENT))!.causes.at(-1)!.what).toContain('answers')
  })

  test('it was not asked', () => {
    const finding = lost({ ...sources(SILENT), ...OFFLINE })!
    expect(finding).toMatchObject({ severity: 'critical', remedy: { changes: ['chronyc online'] } })
    expect(JSON.stringify(finding)).not.toContain('UDP')
    const two = sources(SILENT, SILENT.replace('10.0.0.2', '10.0.0.3'))
    expect(lost({ ...two, ...OFFLINE })!.causes.map(({ what }) => what)).toMatchObject([
      expect.stringContaining('offline'),
      expect.stringContaining('UDP'),
      expect.anything(),
      expect.anything(),
    ])
  })

  test('a reference clock is cut off by no firewall', () => {
    const finding = lost(sources(HEARD, NEAR, HASH))!
    expect(finding).toMatchObject({ severity: 'warning', measures: { silent: 1, sources: 3 } })
    expect(finding.causes).toHaveLength(1)
    expect(JSON.stringify(finding)).not.toMatch(/UDP|query/)
    expect(lost(sources(HEARD, SILENT, HASH))!.causes.length).toBeGreaterThan(2)
  })

  test('of ntpd neither', () => {
    const row = ' SHM(0)          .GPS.            0 l    -   16    0    0.000    0.000   0.000'
    const heard = '*10.0.0.1        10.9.9.9         2 u   12   64  377    0.412    0.021   0.044'
    expect(JSON.stringify(lost(peers(row, heard)))).toContain('reference clock')
    expect(JSON.stringify(lost(peers(row, heard)))).not.toContain('UDP')
  })

  test('no name has an address', () => {
    const names = (online: number) =>
      activity(`${online} sources online\n0 sources offline\n4 sources with unknown address`)
    expect(lost({ ...sources(), ...names(0) })).toMatchObject({
      severity: 'critical',
      measures: { nameless: 4 },
    })
    expect(lost({ ...sources(), ...names(0), 'proc/uptime': '30.10 20.00\n' })).toMatchObject({
      severity: 'note',
    })
    expect(lost(names(2))).toBeUndefined()
    expect(lost({ ...sources(HEARD, NEAR), ...names(2) })).toBeUndefined()
  })
})

describe('systemd-timesyncd, and a kernel that is not synchronised', () => {
  const TIMESYNCD: Members = {
    'proc/uptime': '864213.12 1700112.44\n',
    'lib/systemd/systemd-timesyncd': '',
    'sos_commands/process/ps_auxwww': `USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND
root           1  0.0  0.0 175000 13000 ?        Ss   Jan01   0:01 /usr/lib/systemd/systemd
systemd+     512  0.0  0.0  89000  6000 ?        Ssl  Jan01   0:01 /lib/systemd/systemd-timesyncd
`,
    ...kernel('no'),
  }
  const syslog = (...messages: readonly string[]): Members => ({
    'var/log/syslog': messages
      .map((text, nth) => `Nov 16 00:0${nth}:11 web systemd-timesyncd[512]: ${text}\n`)
      .join(''),
  })
  const lost = (members: Members) => {
    const { 'usr/sbin/chronyd': _, 'etc/chrony.conf': __, ...rest } = MACHINE
    const inventory = takeInventory(memoryFiles({ ...rest, ...TIMESYNCD, ...members }))
    const all = checkMachine({ inventory, live: undefined, prospect: undefined })
    return all.find(({ name }) => name === 'not-synchronised')
  }
  const VAIN = Array<string>(6).fill('Timed out waiting for reply from 192.0.2.1:123 (a.example).')
  const REACHED = 'Contacted time server 192.0.2.1:123 (a.example).'

  test('its log shows that no reply came', () => {
    const finding = lost(syslog(REACHED, ...VAIN))!
    expect(finding).toMatchObject({ severity: 'critical', measures: { timeouts: 6 } })
    expect(finding.evidence[0]).toMatchObject({ path: '/var/log/syslog', line: 7 })
    expect(finding.causes[0]!.what).toContain('UDP port 123')
    expect(JSON.stringify(finding)).not.toMatch(/chronyc|ntpq/)
  })

  test('without its log, or where it reached one since, nobody knows why', () => {
    for (const finding of [lost({}), lost(syslog(...VAIN, REACHED)), lost(syslog(VAIN[0]!))]) {
      expect(finding).toMatchObject({ severity: 'warning', measures: {} })
      expect(JSON.stringify(finding)).not.toMatch(/chronyc|ntpq/)
    }
  })

  test('no name has an address, or some have none and the others do not answer', () => {
    const NAMELESS = 'Failed to resolve a.example: Temporary failure in name resolution'
    const nameless = lost(syslog(REACHED, ...Array<string>(6).fill(NAMELESS)))!
    expect(nameless).toMatchObject({ severity: 'critical', measures: { unresolved: 6 } })
    expect(nameless.measures).not.toHaveProperty('timeouts')
    expect(nameless.causes).toHaveLength(1)
    expect(nameless.causes[0]!.what).toContain('do not resolve')
    expect(nameless.remedy.text).not.toContain('UDP')
    expect(nameless.remedy.changes).toContain('getent hosts a.example')
    const both = lost(syslog(...VAIN.slice(3), NAMELESS, NAMELESS))!
    expect(both.measures).toEqual({ timeouts: 3, unresolved: 2 })
    expect(both.causes).toHaveLength(2)
  })

  test('one that has just been started', () =>
    expect(lost({ ...syslog(...VAIN), 'proc/uptime': '30.10 20.00\n' })).toMatchObject({ severity: 'note' }))

  test('one that is synchronised again', () =>
    expect(lost({ ...syslog(...VAIN), ...kernel('yes') })).toBeUndefined())
})
