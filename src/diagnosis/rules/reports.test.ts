/** What follows from the reports of commands and from the kernel's words. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const found = (...lines: readonly string[]) =>
  explain(...lines).findings.map(({ name, severity }) => `${severity} ${name}`)

test('a local clock as the reference', () => {
  expect(found('Reference ID    : 7F7F0101 ()', 'Stratum         : 10')).toContain(
    'warning stratum-10-island',
  )
  expect(found('*LOCAL(0)       .LOCL.          5 l   12   64  377    0.000    0.000   0.000')).toContain(
    'warning stratum-10-island',
  )
})

test('a falseticker that the daemon names', () => {
  const { findings } = explain(
    '^* a.example   1  10   377   243   +539us[ +566us] +/- 6985us',
    '^+ b.example   1  10   377   311  +1076us[+1103us] +/-   13ms',
    '^x c.example   1  10   377   353    -51ms[  -51ms] +/-   39ms',
  )
  expect(findings[0]).toMatchObject({ name: 'falseticker', severity: 'warning' })
  expect(findings[0]!.measures.offset).toBeCloseTo(0.051, 9)
})

test('none of its sources is asked, by activity alone', () => {
  const activity = (online: number, offline: number) => [
    '200 OK',
    `${online} sources online`,
    `${offline} sources offline`,
    '0 sources doing burst (return to online)',
    '0 sources doing burst (return to offline)',
    '0 sources with unknown address',
  ]
  const { findings } = explain(...activity(0, 4))
  expect(findings.map(({ what }) => what)).toEqual(['chronyd asks nobody: all 4 sources are offline.'])
  expect(found('0,4,0,0,0')).toEqual(['warning not-synchronised'])
  // One of several is a matter of taste.
  for (const lines of [activity(3, 1), ['3,1,0,0,0'], activity(0, 0)]) expect(found(...lines)).toEqual([])
})

test('ntpd at the limit of what it corrects, by ntpq -c rv', () => {
  const variables = (frequency: string) => [
    'associd=0 status=0615 leap_none, sync_ntp, 1 event, clock_sync,',
    'version="ntpd 4.2.6p5@1.2349-o Tue Jun 23 21:38:17 UTC 2020 (1)",',
    'precision=-24, rootdelay=0.512, rootdisp=31.225, refid=192.0.2.10,',
    `mintc=3, offset=0.123, frequency=${frequency}, sys_jitter=0.211,`,
  ]
  expect(found(...variables('-500.000'))).toEqual(['critical frequency-saturated'])
  expect(found(...variables('500.000'))).toEqual(['critical frequency-saturated'])
  expect(found(...variables('-312.600'))).toEqual(['good good'])
})

test('ntpstat says how far off the clock may be', () => {
  const lines = (within: number) => [
    'synchronised to NTP server (192.0.2.10) at stratum 3',
    `   time correct to within ${within} ms`,
    '   polling server every 1024 s',
  ]
  expect(explain(...lines(7912)).findings[0]!.what).toBe(
    'ntpd says of its own clock that it may be off by 7.91 s (root distance), whatever offset it shows.',
  )
  expect(found(...lines(74))).toEqual(['good good'])
})

test('sources that are all called wrong: nobody can tell the time, and none is outvoted', () => {
  for (const lines of [
    [
      '^x a.example   3   6    77    13  -313ms[ -313ms] +/-  356us',
      '^x b.example   1   6    77    14  -222ms[ -222ms] +/-  359us',
    ],
    [
      'x10.1.1.1        .GPS.            1 u   33   64  377    0.512   812.10   2.345',
      'x10.1.1.2        .GPS.            1 u   21   64  377    0.498    -1.90   2.145',
      'x10.1.1.3        10.9.9.9         2 u   21   64  377    0.498  3601.90   2.145',
    ],
  ])
    expect(found(...lines)).toEqual(['critical no-majority', 'warning not-synchronised'])
})

test('chronyd serves its own clock, and a source that it does not use says how wrong that is', () => {
  const { findings } = explain(
    'Reference ID    : 7F7F0101 ()',
    'Stratum         : 10',
    '^? 10.0.0.5                      3   6   377    33    -27s[ -27s] +/- 12.1s',
  )
  expect(findings.map(({ name }) => name)).toEqual(['offset-large-now', 'stratum-10-island', 'single-source'])
  expect(findings[0]!.measures.size).toBe(27)
  expect(findings[1]!.causes[0]!.what).toMatch(/^chronyd follows no source/)
  expect(JSON.stringify(findings[1]!.remedy)).not.toContain('tos orphan')
})

describe('ntp-ctl does not say whom ntpd-rs follows', () => {
  const status = (...offsets: readonly number[]) =>
    explain(
      'Synchronization status:',
      'Stratum: 3',
      'Sources:',
      ...offsets.map(
        (offset, i) =>
          `pool.example:123/192.0.2.${i + 1}:123 (${i + 1}): ${offset < 0 ? '' : '+'}${offset.toFixed(6)}±0.001606(±0.044428)s`,
      ),
    ).findings.map(({ name, severity, measures }) => [severity, name, measures.size ?? measures.offset])

  test('what most of them say is how wrong the clock is', () => {
    expect(status(2.5)).toContainEqual(['critical', 'offset-large-now', 2.5])
    expect(status(2.5, 2.51, 2.49)).toEqual([['critical', 'offset-large-now', 2.5]])
    expect(status(-0.003, 0.014, 0.0001)).toEqual([['good', 'good', undefined]])
  })

  test('one that they contradict is wrong, and of two nobody can tell', () => {
    expect(status(-0.003, 3.002955, 0.0001)).toEqual([['warning', 'falseticker', 3.002955]])
    expect(status(-0.003, 3.002955)).toEqual([['critical', 'two-sources', undefined]])
  })
})

test('a server that is forced with true', () => {
  expect(found('server a.example true', 'server b.example', 'server c.example')).toContain(
    'note falseticker-followed',
  )
})

test('an offset near zero, of a measurement that is days old', () => {
  const tracking = (dispersion: string, leap = 'Normal') =>
    found(
      'Reference ID    : C0000201 (ntp1.example)',
      'Stratum         : 3',
      'System time     : 0.000000012 seconds fast of NTP time',
      `Root dispersion : ${dispersion} seconds`,
      `Leap status     : ${leap}`,
    )
  expect(tracking('4.900331222')).toEqual(['warning sources-lost'])
  expect(tracking('0.900331222')).toEqual(['good good'])
  expect(tracking('4.900331222', 'Not synchronised')).toEqual(['warning not-synchronised'])
  expect(
    found(
      'C0000201,192.0.2.1,3,1773100801.000000000,0.000000012,0.000012345,0.000081222,-12.331,0.001,0.041,0.012331222,4.900331222,64.2,Normal',
    ),
  ).toEqual(['warning sources-lost'])
  const rv = (dispersion: string) =>
    found(
      'associd=0 status=0615 leap_none, sync_ntp, 1 event, clock_sync,',
      'stratum=3, precision=-24, rootdelay=12.067,',
      `rootdisp=${dispersion}, refid=192.0.2.1,`,
      'offset=0.012, frequency=-8.1',
    )
  expect(rv('4900.331')).toEqual(['warning sources-lost'])
  expect(rv('26.009')).toEqual(['good good'])
})

test('an offset of seconds', () => {
  expect(
    found('System time     : 12.500000000 seconds slow of NTP time', 'Leap status     : Normal'),
  ).toEqual(['critical offset-large-now'])
  expect(found('System time     : 0.000250000 seconds slow of NTP time', 'Leap status     : Normal')).toEqual(
    ['good good'],
  )
})

test('the kernel: an unstable counter, a fork, time that goes back', () => {
  expect(found('[    1.000000] Clocksource tsc unstable (delta = 70000000000 ns)')).toEqual([
    'warning clocksource-unstable',
  ])
  expect(found('2027-03-05T00:00:06Z w kernel: random: crng reseeded due to virtual machine fork')).toEqual([
    'warning kernel-saw-a-pause',
  ])
  expect(found('2027-03-05T00:00:06Z w kernel: PM: suspend entry (deep)')).not.toContain(
    'warning kernel-saw-a-pause',
  )
  expect(found('[    1.000000] Time went backwards: ret=1a delta=-2000000000 shadow=1')).toEqual([
    'critical migrated-clock-stopped',
  ])
})

test.each([
  ['VMware', ['tsc=reliable   (on the command line of the kernel)']],
  ['Microsoft Hyper-V', [expect.stringMatching(/^cat/), 'clocksource=hyperv_clocksource_tsc_page']],
  ['KVM', [expect.stringMatching(/^cat/), 'clocksource=kvm-clock']],
  ['Jailhouse', [expect.stringMatching(/^cat/), expect.stringContaining('or xen')]],
])('where the kernel says that it runs on %s it is told of no clock source of another', (name, changes) => {
  const { findings } = explain(
    `[    0.000000] Hypervisor detected: ${name}`,
    '[  412.118245] tsc: Marking TSC unstable due to clocksource watchdog',
  )
  expect(findings[0]).toMatchObject({ name: 'clocksource-unstable', remedy: { changes } })
})

test('processors that agree are no finding, and a step back is no second clock', () => {
  expect(found('0: Sat Mar  2 16:49:52 EST 2013', '1: Sat Mar  2 16:49:52 EST 2013')).toEqual(['good good'])
  expect(
    found('Sat Mar  2 16:49:52 EST 2013', 'Sat Mar  2 16:48:52 EST 2013', 'Sat Mar  2 16:48:53 EST 2013'),
  ).toEqual(['warning clock-went-back'])
})

test('a leap that a daemon noticed: what no measurement tells is not said', () => {
  const [leap] = explain('Aug 26 09:05:35 a chronyd[1920]: Forward time jump detected!').findings
  expect(leap).toMatchObject({ name: 'stepped-by-someone-else', severity: 'warning' })
  expect(JSON.stringify(leap)).not.toMatch(/measurements agree|put right/)
  const [check] = explain(
    'Sep 03 10:53:47 a ptp4l[307]: [5192.617] clockcheck: clock jumped backward or running slower than expected!',
    'Sep 03 10:53:48 a ptp4l[307]: [5193.119] rms 3037000489 max 8589934561 freq -25266 +/-  32 delay   626 +/-   0',
  ).findings
  expect(check).toMatchObject({ name: 'stepped-by-someone-else', severity: 'warning' })
  expect(JSON.stringify(check)).not.toMatch(/10 s|agree|put right/)
})

test('OpenNTPD says what is left of an offset again and again: that is one, found at its start', () => {
  const { findings } = explain(
    'Mar  5 08:00:01 fw ntpd[1234]: ntp engine ready',
    'Mar  5 08:01:17 fw ntpd[1233]: adjusting local clock by 4.523712s',
    'Mar  5 08:05:31 fw ntpd[1233]: adjusting local clock by 3.254001s',
    'Mar  5 08:09:46 fw ntpd[1233]: adjusting local clock by 1.987210s',
    'Mar  5 08:14:02 fw ntpd[1234]: clock is now synced',
  )
  expect(findings.map(({ name, measures }) => [name, measures.size, measures.count])).toEqual([
    ['wrong-at-start', 4.523712, 1],
    ['good', undefined, undefined],
  ])
})

test('a clock that chronyd found hours off at its start, and set back, was found once', () => {
  const { findings } = explain(
    'Mar 10 02:48:45 a chronyd[757]: Frequency -28.574 +/- 0.485 ppm read from /var/lib/chrony/drift',
    'Mar 10 02:52:08 a chronyd[757]: System clock wrong by -32398.026858 seconds, adjustment started',
    'Mar  9 17:52:10 a chronyd[757]: System clock was stepped by -32398.026858 seconds',
    'Mar  9 17:52:11 a chronyd[757]: Selected source 192.0.2.1',
  )
  expect(findings.map(({ name }) => name)).toEqual(['wrong-at-start', 'good'])
  expect(findings[0]!.measures).toEqual({ size: -32398.026858, count: 1 })
})

test('a step beside a frequency error of percents is a rate, and no pause', () => {
  expect(
    found(
      'Oct 30 13:00:26 a ntpd[3517]: CLOCK: kernel reports TIME_ERROR: 0x41: Clock Unsynchronized',
      'Oct 30 13:00:58 a ntpd[3517]: CLOCK: time stepped by 32.316775',
      'Oct 30 13:00:58 a ntpd[3517]: CLOCK: frequency error 41699 PPM exceeds tolerance 500 PPM',
    ),
  ).toEqual(['critical frequency-saturated'])
})

describe('a servo of linuxptp whose source leaps by 37 s', () => {
  const jumps = (...offsets: readonly number[]) =>
    explain(
      ...offsets.map(
        (offset, i) =>
          `ptp4l[${(365_214.1 + i).toFixed(3)}]: master offset ${offset} s2 freq +900000000 path delay 5203`,
      ),
    ).findings.filter(({ name }) => name === 'stepped-by-someone-else' || name === 'vm-paused')

  test('is told so, at the moment of the leap; what it slews itself is nothing else', () => {
    const [jump, ...others] = jumps(13, -7, 37000000012, 36100000012, 35200000012, 34300000012)
    expect(others).toEqual([])
    expect(jump!.measures.size).toBeCloseTo(-37, 3)
    expect(jump!.what).toContain('TAI')
    // Its stamps are no readings of the clock that leapt.
    expect(jump!.from! % 86_400).toBeCloseTo(365_215.1 % 86_400, 3)
  })
})

/** A line of `date` in each second, as a clock shows it that is ahead by so much. */
const dates = (...ahead: readonly number[]) =>
  ahead.map((by, i) => {
    const at = 36_000 + i + by
    const two = (value: number) => String(Math.floor(value) % 60).padStart(2, '0')
    return `Tue Mar  3 ${two(at / 3600)}:${two(at / 60)}:${two(at)} UTC 2009`
  })
const times = (count: number, by: number) => Array.from({ length: count }, () => by)

test('loops over the processors are compared each in itself: between two of them any time passes', () => {
  const loops = (odd: number) =>
    [0, 1, 2].flatMap(minute =>
      [0, 1, 2, 3].map(cpu => `${cpu}: Fri Mar 13 16:4${minute}:${cpu === 2 ? odd : 28} EST 2026`),
    )
  expect(explain(...loops(28)).findings.map(({ name }) => name)).toEqual(['good'])
  const { findings } = explain(...loops(40))
  expect(findings.map(({ name, what }) => [name, what])).toEqual([
    ['cpu-clocks-differ', 'CPU 2 is ahead of the other processors by 12.0 s.'],
  ])
  expect(findings[0]!.measures).toEqual({ size: -12, processors: 4, odd: 1 })
})

test('a loop of ntpd -q that slews, and at times sets by far more: the clock stood still, or leapt', () => {
  const slews = Array.from({ length: 9 }, (_, i) => `ntpd: time slew +0.00${i + 1}047s`)
  const found = (...sets: readonly string[]) =>
    explain(...slews, ...sets, 'ntpd: time slew +0.001625s').findings.map(({ name, measures }) => [
      name,
      measures.size,
    ])
  expect(found()).toEqual([['good', undefined]])
  expect(found('ntpd: time set +30.412345s', 'ntpd: time set +4.1s')).toEqual([['vm-paused', 30.412345]])
  expect(found('ntpd: time set -57.412345s')).toEqual([['clock-leapt-ahead', -57.412345]])
  const alike = found('ntpd: time set -57.412345s', 'ntpd: time set -57.390000s')
  expect(alike.map(([name]) => name)).toEqual(['lost-ticks'])
})

test('a clock that was set back in a loop of date passes where it had been as any other second', () => {
  const { findings } = explain(...dates(...times(100, 57), ...times(200, 0)))
  expect(findings.map(({ name }) => name)).toEqual(['clock-went-back'])
  expect(findings[0]!.measures).toEqual({ size: -57, count: 1 })
  const turns = explain(...dates(...times(9, 85), ...times(3, 0), ...times(9, 85), 0, ...times(9, 85)))
  expect(turns.findings.map(({ name }) => name)).toEqual(['cpu-clocks-differ'])
  expect(turns.findings[0]!.measures.odd).toBe(4)
})

test('a clock that leaps ahead once in a loop of date', () => {
  const { findings, verdict } = explain(...dates(...times(300, 0), ...times(300, 57)))
  expect(verdict).toBe('warning')
  expect(findings.map(({ name }) => name)).toEqual(['clock-leapt-ahead'])
  expect(findings[0]!.measures).toEqual({ size: 57, count: 1 })
  expect(findings[0]!.evidence[1]).toMatchObject({ line: 301 })
  const both = explain(...dates(...times(30, 0), ...times(30, 57), ...times(30, 0)))
  expect(both.findings.map(({ name }) => name).sort()).toEqual(['clock-leapt-ahead', 'clock-went-back'])
  // A loop without a pace, and one whose second command waited.
  expect(explain(...dates(0, 70, 75, 200, 230, 400, 410, 600, 900)).verdict).toBe('good')
  expect(explain(...dates(...times(30, 0), ...times(30, 10))).verdict).toBe('good')
})

test('the end of summer time is no step back', () => {
  const summer = Array.from({ length: 20 }, (_, i) => `Sun Mar  8 01:59:${40 + i} EST 2009`)
  expect(found(...summer, 'Sun Mar  8 03:00:00 EDT 2009', 'Sun Mar  8 03:00:01 EDT 2009')).toEqual([
    'good good',
  ])
  expect(found('Sun Nov  1 01:59:59 EDT 2009', 'Sun Nov  1 01:00:00 EST 2009')).toEqual(['good good'])
})

test('a hardware clock that shows the time of a zone, and is taken for UTC', () => {
  const timedatectl = (rtc: string, local = 'no') =>
    explain(
      '               Local time: Mon 2024-03-11 17:20:11 CST',
      '           Universal time: Mon 2024-03-11 09:20:11 UTC',
      `                 RTC time: Mon 2024-03-11 ${rtc}`,
      'System clock synchronized: yes',
      `          RTC in local TZ: ${local}`,
    ).findings.map(({ name, severity }) => `${severity} ${name}`)
  expect(timedatectl('17:20:12')).toEqual(['warning rtc-in-local-time'])
  expect(timedatectl('17:20:12', 'yes')).toEqual(['note rtc-in-local-time', 'good good'])
  expect(timedatectl('09:25:00')).toEqual(['note rtc-far-off', 'good good'])
  expect(timedatectl('09:20:12')).toEqual(['good good'])
  expect(timedatectl('08:35:12')).toEqual(['warning rtc-far-off'])
})

test('a hardware clock that is read after `date`, and shows an earlier time', () => {
  const [system, behind] = ['Tue Mar 10 12:00:01 UTC 2026', '2026-03-10 11:14:22.437512+00:00']
  const FAR_OFF = ['warning rtc-far-off']
  expect(found('# date', system, '# hwclock', behind)).toEqual(FAR_OFF)
  expect(found('# date', system, '# hwclock', 'Tue 10 Mar 2026 11:14:22 AM UTC  -0.437512 seconds')).toEqual(
    FAR_OFF,
  )
  // Somebody had a coffee.
  expect(found('# hwclock', behind, '# date', system)).toEqual(['good good'])
  expect(found('# date', system, '# hwclock', '2026-03-10 12:20:22.437512+00:00')).toEqual(['good good'])
  expect(found('# date', system, '# hwclock', '2026-03-10 11:59:40.437512+00:00')).toEqual(['good good'])
})

test('the hardware clock of `timedatectl show`, and of hwclock beside date', () => {
  expect(
    found('TimeUSec=Mon 2024-03-11 17:20:11 CST', 'RTCTimeUSec=Tue 2024-03-12 01:20:12 CST', 'LocalRTC=no'),
  ).toEqual(['warning rtc-in-local-time'])
  expect(found('TimeUSec=Mon 2024-03-11 17:20:11 CST', 'RTCTimeUSec=Mon 2024-03-11 17:20:12 CST')).toEqual([
    'good good',
  ])
  const beside = (system: string, ...rtc: readonly string[]) => found('# date', system, '# hwclock', ...rtc)
  const WRONG = ['warning rtc-in-local-time']
  expect(beside('Mon Mar 11 17:20:11 CST 2024', '2024-03-12 01:21:00.123456+08:00')).toEqual(WRONG)
  expect(beside('Mon Mar 11 09:20:11 UTC 2024', '2024-03-12 01:21:00.123456+08:00')).toEqual(WRONG)
  expect(
    beside('               Local time: Mon 2024-03-11 17:20:11 CST', '2024-03-12 01:21:00.123456+08:00'),
  ).toEqual(WRONG)
  expect(
    beside('Tue Oct 29 05:21:52 GMT 2019', 'Tue 29 Oct 2019 06:22:21 AM GMT  -0.347645 seconds'),
  ).toEqual(WRONG)
  // Right; some minutes later; another zone; and one that was asked to read it as local time.
  for (const rtc of ['2024-03-11 17:21:00.123456+08:00', '2024-03-11 09:29:00.123456+00:00'])
    expect(beside('Mon Mar 11 09:20:11 UTC 2024', rtc)).toEqual(['good good'])
  expect(
    beside('Mon Mar 11 17:20:11 CST 2024', 'Mon 11 Mar 2024 09:20:20 AM UTC  -0.347645 seconds'),
  ).toEqual(['good good'])
  expect(
    beside(
      'Mon Mar 11 17:20:11 CST 2024',
      '2024-03-11 17:21:00.123456+08:00',
      '# hwclock --localtime',
      '2024-03-11 09:21:05.123456+08:00',
    ),
  ).toEqual(['good good'])
})

test('a daemon that falls back to its own clock again and again', () => {
  const log = (back: string) =>
    found(
      '2027-03-05T10:42:32Z h ntpd[1]: synchronized to LOCAL(0), stratum 10',
      `2027-03-05T${back}Z h ntpd[1]: synchronized to 192.0.2.1, stratum 2`,
    )
  expect(log('14:30:12')).toEqual(['warning stratum-10-island'])
  expect(log('10:46:12')).toEqual(['good good'])
  expect(
    found(
      '2027-03-05T10:42:32Z h ntpd[1]: synchronized to LOCAL(0), stratum 10',
      '2027-03-05T11:42:32Z h ntpd[1]: no servers reachable',
    ),
  ).toContain('warning stratum-10-island')
})

test('a daemon that is started again at an earlier time than that of its end', () => {
  const log = (back: string, ...more: readonly string[]) =>
    explain(
      '2027-03-05T00:00:10Z h ntpd[1]: ntpd 4.2.0a@1.1190-r Fri Aug 26 04:27:20 EDT 2005 (1)',
      '2027-03-05T10:06:20Z h ntpd[1]: ntpd exiting on signal 15',
      `2027-03-05T${back}Z h ntpd[2]: ntpd 4.2.0a@1.1190-r Fri Aug 26 04:27:20 EDT 2005 (1)`,
      ...more,
    ).findings.find(({ name }) => name === 'clock-went-back')
  expect(log('10:00:38')).toMatchObject({ severity: 'warning', measures: { size: -342, count: 1 } })
  expect(log('10:06:21')).toBeUndefined()
  // The clock of the boot was wrong, and is put right; or the parts of the log are out of order.
  expect(log('10:00:38', '2027-03-05T10:07:00Z h ntpd[2]: time reset +342.5 s')).toBeUndefined()
  expect(log('00:00:00')).toBeUndefined()
})

test('sources of ntpq that have no time themselves are refused for that, and are no island', () => {
  const { findings } = explain(
    ' 10.1.0.1        .LOCL.          16 u   12   64  377    0.412   12.021   1.044',
    ' 10.1.0.2        .STEP.          16 u   12   64  377    0.412   12.021   1.044',
  )
  expect(findings.map(({ name }) => name)).not.toContain('stratum-10-island')
  expect(findings.find(({ name }) => name === 'not-synchronised')!.what).toContain('stratum 16')
})

test('that ntpq shows sources without a mark does not tell how far they are', () => {
  const { findings } = explain(
    ' 10.1.0.1        10.1.1.1         3 u   12   64  377    0.412   12.021   1.044',
  )
  expect(findings[0]!.causes[0]!.why).toContain('peer_dist')
})

describe('chronyd hears its sources and follows none', () => {
  const row = (state: string, name: string, offset: string, margin: string, reach = '377') =>
    `^${state} ${name}                 4   8   ${reach}    33  ${offset}[${offset}] +/-   ${margin}`
  const told = (...lines: readonly string[]) => {
    const { findings } = explain(...lines)
    return findings.find(({ name }) => name === 'not-synchronised')
  }
  const NOT = 'Leap status     : Not synchronised'

  test('as they claim an error of ten seconds, like a Windows server without a source of its own', () => {
    const lines = [row('?', '192.0.2.1', '+128us', '10.2s'), row('?', '192.0.2.2', '+127us', '10.2s')]
    for (const finding of [told(...lines), told(...lines, NOT)]) {
      expect(finding).toMatchObject({ severity: 'warning', measures: { refused: 2, distance: 10.2 } })
      expect(finding!.causes[0]!.why).toContain('maxdistance')
      expect(finding!.remedy.changes.join()).toContain('maxdistance 16')
    }
    expect(told('^,?,192.0.2.1,4,8,377,33,0.000128000,0.000128000,10.200000000')).toMatchObject({
      measures: { distance: 10.2 },
    })
  })

  test('the offset that nothing corrects has the same cause', () => {
    const { findings } = explain(
      row('?', '192.0.2.1', '+1128ms', '10.2s'),
      row('?', '192.0.2.2', '+1127ms', '10.2s'),
    )
    expect(findings.slice(0, 2).map(({ name }) => name)).toEqual(['offset-large-now', 'not-synchronised'])
    expect(findings[0]!.causes[0]!.why).toContain('root distance')
    expect(findings[0]!.remedy.changes).not.toContain('makestep 1 -1')
  })

  test('as they vary too much', () => {
    const finding = told(row('~', '192.0.2.1', '+112us', '12ms'), row('~', '192.0.2.2', '-312us', '14ms'))
    expect(finding!.what).toContain('maxjitter')
  })

  test('for a reason that the listing does not tell', () => {
    const finding = told(row('?', '192.0.2.1', '+112us', '12ms'), row('?', '192.0.2.2', '-312us', '14ms'))
    expect(finding!.measures).toEqual({ refused: 2 })
    expect(finding!.remedy.changes.join()).toContain('selectdata')
  })

  test('but one that has just been started has not measured enough yet', () => {
    expect(told(row('?', '192.0.2.1', '+112us', '12ms', '3'))).toBeUndefined()
  })

  test('nor is it so where it follows another', () => {
    expect(
      told(row('?', '192.0.2.1', '+1us', '10.2s'), row('*', '192.0.2.2', '+1us', '12ms')),
    ).toBeUndefined()
  })
})
