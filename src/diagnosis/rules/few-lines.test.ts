/** A few lines of a log, and what they are enough to say. */
import { describe, expect, test } from 'vitest'
import { verdictOf, verdictSentence } from '#report/explain/verdict.ts'
import { explain } from '../../../test/support/explain.ts'

describe('what says nothing of the clock is no reason to call it good', () => {
  test.each([
    ['Feb 14 23:15:13 host132 ntpd[11593]: 0.0.0.0 c012 02 freq_set kernel 0.000 PPM'],
    [
      'Oct 27 22:20:51 pi ntpd[128639]: ntpd 4.2.8p15@1.3728-o Wed Sep 23 11:46:38 UTC 2020 (1): Starting',
      'Oct 27 22:20:51 pi ntpd[128639]: kernel reports TIME_ERROR: 0x41: Clock Unsynchronized',
      'Oct 27 22:20:52 pi ntpd[128639]: Soliciting pool server 203.113.174.44',
    ],
    ['Jun  3 10:00:00 vm kernel: PM: suspend entry (s2idle)', 'Jun  3 13:00:12 vm kernel: PM: suspend exit'],
    ['server 192.0.2.1 iburst', 'tinker panic 0'],
  ])('%s', (...lines) => {
    const explained = explain(...lines)
    expect(explained.findings.map(({ name }) => name)).not.toContain('good')
    expect(verdictOf(explained)).toBe('unknown')
  })

  test('that ntpd ran for days without a word of trouble is told all the same', () => {
    const start = [
      'Mar  5 00:00:03 vm ntpd[700]: ntpd 4.2.8p15@1.3728-o Wed Sep 23 11:46:38 UTC 2020 (1): Starting',
      'Mar  5 00:00:03 vm ntpd[700]: proto: precision = 0.070 usec (-24)',
      'Mar  5 00:00:03 vm ntpd[700]: kernel reports TIME_ERROR: 0x41: Clock Unsynchronized',
    ]
    const hours = Array.from(
      { length: 24 },
      (_, hour) =>
        `Mar  5 ${String(hour).padStart(2, '0')}:17:01 vm CRON[99]: (root) CMD (run-parts /etc/cron.hourly)`,
    )
    const quiet = explain(...start, ...hours)
    expect(verdictOf(quiet)).toBe('unknown')
    expect(verdictSentence(quiet)).toContain('ntpd 4.2.8p15 ran for 23.0 h after its start')
    const lost = 'Mar  5 23:30:00 vm ntpd[700]: no servers reachable'
    expect(verdictSentence(explain(...start, ...hours, lost))).not.toContain('ran for')
    expect(verdictSentence(explain(...start))).not.toContain('ran for')
  })

  test('that a source was selected is one', () => {
    expect(verdictOf(explain('2027-03-05T00:00:04Z Selected source 192.0.2.1'))).toBe('good')
  })
})

describe('systemd-timesyncd has an answer, and tells what time it is', () => {
  const answered =
    'Nov  9 04:00:10 web1 systemd-timesyncd[455]: Contacted time server 192.0.2.1:123 (a.example).'
  const told = (time: string) =>
    explain(
      answered,
      `Nov  9 ${time} web1 systemd-timesyncd[455]: Initial clock synchronization to Mon 2026-11-09 ${time}.345 UTC.`,
    ).findings.map(({ name, severity, measures }) => [severity, name, measures.size])

  test('two hours later by its stamps: that was no time, the clock was set', () => {
    expect(told('06:00:10')).toEqual([
      ['note', 'wrong-at-start', 7200],
      ['good', 'good', undefined],
    ])
  })

  test('at once, as it does where the clock was right', () => {
    expect(told('04:00:10')).toEqual([['good', 'good', undefined]])
  })
})

describe('ntpdate sets a clock, and ends', () => {
  const line = (hour: number, offset: string) =>
    `28 Feb ${hour}:11:28 ntpdate[8904]: step time server 203.107.6.88 offset ${offset} sec`
  const names = (...lines: readonly string[]) => explain(...lines).findings.map(({ name }) => name)

  test('that was 36.7 days behind', () => {
    const { findings, verdict } = explain(line(14, '3168820.831817'))
    expect(verdict).toBe('warning')
    expect(findings.map(({ name }) => name)).toEqual(['wrong-at-start'])
    expect(findings[0]!.measures.size).toBeCloseTo(3_168_820.8, 1)
  })

  test('that was right, or goes wrong again and again, was not wrong at first only', () => {
    expect(names(line(14, '0.512345'))).toEqual(['good'])
    const each = [10, 11, 12, 13, 14].map(hour => line(hour, '7.512345'))
    expect(names(...each)).toEqual(['frequency-far-off'])
  })
})

describe('systemd-timesyncd does not say that it sets the clock', () => {
  const log = (asked: string, heard: string) =>
    explain(
      `Aug 24 ${asked} torre systemd-timesyncd[412]: Network configuration changed, trying to establish connection.`,
      `Aug 24 ${heard} torre systemd-timesyncd[412]: Contacted time server 185.125.190.56:123 (ntp.ubuntu.com).`,
      `Aug 24 ${heard} torre systemd-timesyncd[412]: Initial clock synchronization to Mon 2026-08-24 ${heard}.123456 CEST.`,
    )

  test('its stamps fall when it sets it back', () => {
    const { findings, verdict } = log('19:21:23', '17:22:01')
    expect(verdict).toBe('warning')
    const [found] = findings
    expect(found!.name).toBe('clock-went-back')
    expect(found!.measures.size).toBe(-(2 * 3600 - 38))
    expect(found!.causes[0]!.what).toContain('local time')
    // 1000 s are of no zone.
    expect(JSON.stringify(log('19:21:23', '19:04:43').findings)).not.toContain('local time')
  })

  test('forwards, or when summer time ends, it is none', () => {
    expect(log('17:22:01', '19:21:23').verdict).toBe('good')
    expect(log('17:22:01', '16:22:05').verdict).toBe('good')
  })
})

describe('a servo of linuxptp', () => {
  const phc2sys = (...rows: readonly string[]) =>
    explain(...rows.map((row, i) => `phc2sys[${8585 + i}.496]: CLOCK_REALTIME phc offset ${row} delay 5364`))
  const names = (of: ReturnType<typeof explain>) =>
    of.findings.filter(({ severity }) => severity !== 'note').map(({ name }) => name)

  test('sets the clock back to 1970, since nobody had set that of the card', () => {
    const found = phc2sys(
      '1592814823157685387 s0 freq +9442',
      '1592814823157685530 s1 freq +9585',
      '-12 s2 freq +9573',
      '42 s2 freq +9623',
    )
    expect(found.verdict).toBe('critical')
    expect(names(found)).toEqual(['stepped-back'])
    expect(found.findings[0]!.measures.size).toBeCloseTo(-1_592_814_823.2, 1)
    // Before it was locked it measured what it had not begun to steer.
    expect(found.log.bestSamples('other')!.offset.whole.rms).toBeLessThan(1e-6)
  })

  test('sets it forward at its start, or by little: that is what it is for', () => {
    expect(
      names(
        phc2sys(
          '-25000000630 s0 freq +9442',
          '-25000000645 s1 freq +9585',
          '12 s2 freq +9573',
          '-7 s2 freq +9570',
        ),
      ),
    ).toEqual(['good'])
  })

  test('sets it at its start by what TAI is ahead of UTC, or by months: one of the two clocks is wrong', () => {
    const start = (size: string) =>
      phc2sys(`${size} s0 freq -3041`, `${size} s1 freq -3019`, '22 s2 freq -2939', '-7 s2 freq -2940')
    const tai = start('-36999998790').findings.find(({ name }) => name === 'wrong-at-start')
    expect(tai).toMatchObject({ severity: 'warning', measures: { tai: 1 } })
    expect(tai!.causes[0]!.what).toContain('TAI')
    const months = start('11834821300411213')
    expect(months.verdict).toBe('warning')
    expect(names(months)).toEqual(['wrong-at-start'])
    expect(months.findings[0]!.measures.size).toBeCloseTo(-11_834_821.3, 1)
    // Another size is what it is for.
    expect(names(start('-25000000645'))).toEqual(['good'])
  })

  describe('sums up its measurements', () => {
    const summary = (at: number, rms: number, program = 'ptp4l', clock = '') =>
      `${program}[${5000 + at}.000]: ${clock}rms ${rms} max ${Math.round(1.5 * rms)} freq -21037 +/- 78 delay 3090 +/- 20`
    const hour = (of: (at: number) => number) =>
      explain(...Array.from({ length: 3600 }, (_, at) => summary(at, of(at))))
    const quiet = (at: number) => 120 + ((at * 7919) % 60)

    test('that are small: it kept its clock, also where it was far off before it was locked', () => {
      for (const of of [quiet, (at: number) => (at < 3 ? 37_000_000_000 : quiet(at))]) {
        const { findings, log } = hour(of)
        expect(findings.map(({ name }) => name)).toEqual(['good'])
        expect(log.sizes.locked!.rms).toBeCloseTo(150e-9, 8)
      }
    })

    test('of which those of 5 min are 40 ms: it had lost its clock', () => {
      const { findings, verdict } = hour(at => (at >= 1500 && at < 1800 ? 40_000_000 : quiet(at)))
      expect(verdict).toBe('warning')
      expect(findings.map(({ name }) => name)).toEqual(['servo-lost-lock'])
      expect(findings[0]!.measures).toMatchObject({ time: 299, count: 1 })
      expect(findings[0]!.measures.size).toBeCloseTo(0.06, 6)
      expect(findings[0]!.evidence[0]!.line).toBe(1501)
      expect(hour(at => (at >= 1500 ? 40_000_000 : quiet(at))).verdict).toBe('critical')
    })

    test('and is 37 s off in all of them', () => {
      const { findings } = hour(() => 37_000_000_000)
      expect(findings.map(({ name, severity }) => [severity, name])).toEqual([
        ['warning', 'not-synchronised'],
      ])
    })

    test('with the name of its clock, as phc2sys does', () => {
      const { findings } = explain(
        ...[17, 17, 17_000_000, 17].map((rms, at) => summary(at, rms, 'phc2sys', 'CLOCK_REALTIME ')),
      )
      expect(findings.map(({ name }) => name)).toEqual(['servo-lost-lock'])
      expect(findings[0]!.what).toContain('phc2sys CLOCK_REALTIME')
    })
  })

  test('is driven to its limit when the card is set anew', () => {
    const found = phc2sys(
      '61 s2 freq -36503',
      '169 s2 freq -36377',
      '195213702387037 s2 freq +100000000',
      '195213591220495 s2 freq +100000000',
    )
    expect(names(found)).toEqual(['stepped-by-someone-else', 'frequency-saturated'])
    expect(found.findings[0]!.measures.size).toBeCloseTo(-195_213.7, 1)
    // Printed positive: the clock is slowed down.
    expect(found.findings[1]!.measures.frequency).toBeCloseTo(-0.1, 9)
  })

  test('a delay below nothing is told beside a wild rate', () => {
    const rows = ['122282942686 s1 freq +32767999', '-907827 s2 freq +31860172', '-807827 s2 freq +31860172']
    const found = explain(
      ...rows.map((row, i) => `ptp4l[${1531 + i}.310]: master offset ${row} path delay -38404994`),
    )
    expect(names(found)).toEqual(['frequency-saturated'])
    expect(found.findings[0]!.evidence.at(-1)!.text).toContain('-38.4 ms')
  })

  test('the answer to a leap that was put right at once is no wild rate', () => {
    expect(names(phc2sys('61 s2 freq -36503', '169 s2 freq +20000000', '61 s2 freq -36503'))).toEqual([
      'good',
    ])
  })
})

test('timedatectl names a server that has never answered', () => {
  const status = (packets: number) => [
    '       Server: 192.0.2.11 (ad1-2012.mydomain.com)',
    'Poll interval: 8min 32s (min: 32s; max 34min 8s)',
    ` Packet count: ${packets}`,
  ]
  expect(explain(...status(0)).findings[0]).toMatchObject({ name: 'not-synchronised', severity: 'warning' })
  expect(explain(...status(3)).verdict).not.toBe('warning')
})

describe('ntpq lists sources that are heard, and follows none', () => {
  const table = (reach: string, tally = ' ', offset = '675.400') =>
    explain(
      '     remote           refid      st t when poll reach   delay   offset  jitter',
      '==============================================================================',
      `${tally}192.168.8.127    192.168.8.80      2 u   34   64  ${reach}    0.507  ${offset}   0.125`,
      ` 192.168.8.1      192.168.8.127     3 u   40   64  ${reach}    0.826  675.575   0.087`,
      ` 192.168.80.1     192.168.8.127     3 u   24   64  ${reach}    1.947  675.562   0.269`,
    )
  const names = (of: ReturnType<typeof explain>) => of.findings.map(({ name }) => name)

  test('without a mark on any', () => {
    const found = table('377')
    expect(names(found)).toEqual(['offset-large-now', 'not-synchronised'])
    // What nobody follows is not stepped any sooner for shorter polls.
    expect(JSON.stringify(found.findings)).not.toMatch(/stepout|minpoll|just been started/)
  })

  test('at its start, or with one that it follows, that is as it should be', () => {
    expect(names(table('  3'))).not.toContain('not-synchronised')
    expect(names(table('377', '*'))).not.toContain('not-synchronised')
  })

  test('why it refuses one, rv of that source says', () => {
    const { findings } = explain(
      'associd=31017 status=9024 conf, reach, sel_reject, 2 events, reachable,',
      'srcadr=192.168.8.127, srcport=123, dstadr=192.168.24.74,',
      'dstport=123, leap=00, stratum=2, precision=-23, rootdelay=0.000,',
      'rootdisp=10139.175, refid=192.168.8.80,',
      'flash=400 peer_dist, keyid=0, offset=675.400, delay=0.507,',
      'filtoffset=  675.40  675.40  675.35  675.35  675.30  675.21  675.26  675.20,',
    )
    const found = findings.find(({ name }) => name === 'not-synchronised')!
    expect(found.measures.distance).toBeCloseTo(10.139, 3)
    const followed = explain(
      'associd=31017 status=963a conf, reach, sel_sys.peer, 3 events, sys_peer,',
      'srcadr=192.168.8.127, srcport=123, dstadr=192.168.24.74,',
      'flash=00 ok, keyid=0, offset=0.400, delay=0.507,',
    )
    expect(names(followed)).not.toContain('not-synchronised')
  })
})

test('a clock that chronyd saw jump again and again has no wrong rate', () => {
  const hours = ['02', '04', '08', '12', '21']
  const { findings } = explain(
    '2026-12-01T00:00:05Z Selected source 192.0.2.1',
    ...hours.flatMap((hour, i) => {
      const size = 12 + 10 * i
      return [
        `2026-12-01T${hour}:10:43Z Backward time jump detected!`,
        `2026-12-01T${hour}:12:53Z System clock wrong by ${size}.000000 seconds`,
        `2026-12-01T${hour}:13:${size + 1}Z System clock was stepped by ${size}.000000 seconds`,
      ]
    }),
  )
  const sizes = findings.map(({ name, measures }) => [name, Math.round(measures.size ?? 0)])
  expect(sizes).toEqual([12, 22, 32, 42, 52].map(size => ['stepped-by-someone-else', size]))
})

test('one row of a log is no evidence that a clock was kept', () => {
  const row = (second: number) => `61470 ${second}.022 -0.000036591 0.000 0.003336339 0.000000 6`
  const never =
    '2027-03-05 00:00:00 0.0.0.0          0      0.000 1000000.000  0.000e+00 ?  0  0.000e+00  0.000e+00  1.000e+00  1.000e+00  1.500e+00'
  for (const line of [row(1), never]) expect(explain(line).findings).toEqual([])
  expect(explain(row(1), row(65)).findings.map(({ name }) => name)).toEqual(['good'])
})
