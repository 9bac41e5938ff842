/** What the messages of a daemon tell alone, without its statistics: what happened, and what they leave open. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const found = (...lines: readonly string[]) =>
  explain(...lines).findings.map(({ name, severity }) => `${severity} ${name}`)

describe('one step of ntpd', () => {
  test.each([
    ['-0.140107', ['warning stepped-by-its-daemon', 'warning stepped-back']],
    ['+0.150107', ['warning stepped-by-its-daemon']],
  ])('that its rate alone may have made says nothing of a pause, nor of somebody: %s', (size, names) => {
    expect(found(`May  6 17:06:44 a ntpd[10510]: time reset ${size} s`)).toEqual(names)
  })

  test('soon after its start is what it is started for', () => {
    const { findings } = explain(
      'Jun 28 22:23:40 a ntpd[5367]: frequency initialized -159.602 PPM from /var/lib/ntp/ntp.drift',
      'Jun 28 22:28:01 a ntpd[5367]: synchronized to 192.0.2.4, stratum 2',
      'Jun 28 22:28:01 a ntpd[5367]: time reset +0.225678 s',
    )
    expect(findings.map(({ name }) => name)).toEqual(['wrong-at-start', 'good'])
  })

  test('may be its only source’s, where it names one', () => {
    const causes = (...servers: readonly string[]) =>
      explain(
        ...servers.map(
          (server, nth) => `May  6 10:06:4${nth} a ntpd[10510]: synchronized to ${server}, stratum 2`,
        ),
        'May  6 17:06:44 a ntpd[10510]: time reset +12.5 s',
      ).findings[0]!.causes.map(({ what }) => what)
    const alone = 'the only source that was heard jumped forward'
    expect(causes('192.0.2.4')).toContain(alone)
    expect(causes('192.0.2.4', '192.0.2.5')).not.toContain(alone)
  })

  test('by seconds was a jump; a log that begins later does not say since when', () => {
    const { findings } = explain('May  6 17:06:44 a ntpd[10510]: time reset +12.5 s')
    expect(findings.map(({ name }) => name)).toEqual(['vm-paused'])
    expect(findings[0]!.from).toBeUndefined()
    expect(findings[0]!.what).toContain('at some time before')
    expect(findings[0]!.causes[1]!.why).toContain('up to 12.5 s later')
    expect(findings[0]!.measures).not.toHaveProperty('recovered')
  })

  test('is of what it first saw between the last word that all was well and its spike', () => {
    const { disturbances } = explain(
      '5 Mar 10:00:00 ntpd[1]: 0.0.0.0 c515 05 clock_sync',
      '5 Mar 11:00:00 ntpd[1]: 0.0.0.0 0613 03 spike_detect +4.2 s',
      '5 Mar 11:15:04 ntpd[1]: 0.0.0.0 061c 0c clock_step +4.2 s',
    )
    expect(disturbances.map(({ from, to, open }) => [to - from, open])).toEqual([[3600, undefined]])
  })
})

test('whom chronyd follows first, half an hour after its start: the clock had been wrong then, or since, and that is no pause', () => {
  const lines = [
    'Mar 14 13:35:30 pi chronyd[754]: Frequency 9.315 +/- 0.103 ppm read from /var/lib/chrony/chrony.drift',
    'Mar 14 14:06:12 pi chronyd[754]: Selected source 192.0.2.1',
    'Mar 14 14:06:12 pi chronyd[754]: System clock wrong by 16.044301 seconds',
    'Mar 14 14:06:28 pi chronyd[754]: System clock was stepped by 16.044301 seconds',
  ]
  const found = (...all: readonly string[]) => explain(...all).findings.map(({ name }) => name)
  expect(found(...lines)).toEqual(['wrong-at-start', 'good'])
  // Once it had followed somebody it had put right what was before.
  const before = 'Mar 14 13:40:00 pi chronyd[754]: Selected source 192.0.2.2'
  expect(found(lines[0]!, before, ...lines.slice(1))).toContain('vm-paused')
})

test('a panic without a word before it: ahead by an hour, which no pause does', () => {
  const panic = (offset: number) =>
    explain(
      `Oct 27 22:20:51 h ntpd[1286]: time correction of ${offset} seconds exceeds sanity limit (1000); set clock manually to the correct UTC time.`,
    ).findings
  expect(panic(-3612).map(({ name }) => name)).toEqual(['panic-exit-ahead'])
  expect(JSON.stringify(panic(-3612))).not.toContain('paused')
  expect(panic(3612)[0]!.causes[0]!.what).toContain('paused')
})

describe('what ntpd says each time that it is far off', () => {
  const said = (...offsets: readonly (readonly [at: number, size: number])[]) =>
    found(
      ...offsets.map(([at, size]) => {
        const time = new Date(Date.UTC(2027, 2, 5) + at * 1e3).toISOString().slice(0, 19)
        return `${time} h ntpd[1]: 0.0.0.0 0613 03 spike_detect ${size.toFixed(6)} s`
      }),
    )
  const PERIOD = 7000
  // A sine that is looked at each 17 min, as far as it is beyond the threshold.
  const seen = Array.from({ length: 100 }, (_, i) => i * 1041)
    .map(at => [at, 0.3 * Math.sin((2 * Math.PI * at) / PERIOD)] as const)
    .filter(([, size]) => Math.abs(size) > 0.128)

  test('is an oscillation where a period is seen in it', () => {
    expect(said(...seen)).toEqual(['critical growing-oscillation'])
  })

  test('is none without a rhythm', () => {
    // Neither signs nor times repeat: powers of a generator modulo a prime.
    let random = 7
    const next = () => {
      random = (random * 16_807) % 2_147_483_647
      return random / 2_147_483_647
    }
    const chance = seen.map(([at]) => [at + 2000 * next(), next() < 0.5 ? 0.2 : -0.2] as const)
    expect(said(...chance)).not.toContain('critical growing-oscillation')
  })
})

test.each(['onwards', 'backwards'])(
  'chronyd noticed that the clock went back: it was set, no machine stood (%s)',
  way => {
    const lines = [
      'Jan 22 11:23:16 a chronyd[4434]: Backward time jump detected!',
      "Jan 22 11:23:16 a chronyd[4434]: Can't synchronise: no selectable sources",
      'Jan 22 11:25:26 a chronyd[4434]: Selected source 192.0.2.13',
      'Jan 22 11:25:26 a chronyd[4434]: System clock wrong by 1288.963734 seconds, adjustment started',
    ]
    const { findings } = explain(...(way === 'onwards' ? lines : lines.reverse()))
    expect(findings.map(({ name }) => name)).toEqual(['stepped-by-someone-else'])
    expect(findings[0]!.measures.size).toBe(1288.963734)
    expect(JSON.stringify(findings[0]!.evidence)).not.toContain('polls')
  },
)

test('sources that contradict each other after a jump are not rejected for their jitter', () => {
  expect(
    found(
      "Sep 14 06:45:07 g chronyd[800]: Can't synchronise: no majority",
      'Sep 14 06:47:04 g chronyd[800]: System clock wrong by 19787.800190 seconds',
    ),
  ).toEqual(['critical vm-paused', 'warning no-majority'])
})

describe('what chronyd sets back after a jump, by its messages alone', () => {
  const steps = (back: string, stepped: string) =>
    explain(
      '2026-12-01T00:00:00Z chronyd version 4.3 starting (+CMDMON)',
      '2026-12-01T00:00:04Z Selected source 192.0.2.1',
      '2026-12-01T08:24:52Z System clock wrong by 13.795595 seconds',
      '2026-12-01T08:25:05Z System clock was stepped by 13.795586 seconds',
      `2026-12-01T08:26:17Z System clock wrong by ${back} seconds`,
      `2026-12-01T08:26:15Z System clock was stepped by ${stepped} seconds`,
    )

  test.each([
    ['with what it was slewing', '-1.431804', '-1.480433', 12.315],
    ['a fifth', '-3.000000', '-3.000000', 10.796],
  ])('is a part of that: %s', (_, back, stepped, size) => {
    const { findings } = steps(back, stepped)
    expect(findings.map(({ name, severity }) => `${severity} ${name}`)).toEqual([
      'critical vm-paused',
      'warning stepped-back',
    ])
    expect(findings[0]!.measures.size).toBeCloseTo(size, 3)
  })

  test('all of it, is of a source that had led it there', () => {
    expect(steps('-13.795', '-13.795').findings.map(({ name }) => name)).not.toContain('vm-paused')
  })

  /** Steps of the minutes from an hour on. */
  const toAndFro = (...sizes: readonly number[]) =>
    explain(
      '2026-12-01T00:00:00Z chronyd version 4.3 starting (+CMDMON)',
      '2026-12-01T00:00:04Z Selected source 192.0.2.1',
      ...sizes.map(
        (size, i) =>
          `2026-12-01T01:${String(i).padStart(2, '0')}:30Z System clock was stepped by ${size.toFixed(6)} seconds`,
      ),
    )

  test.each([
    ['a pause of 1.5 s', [0.62059, 0.2398, 0.671697, -0.48162, 0.599246, -0.2399, 0.274597, -0.274592], 1.41],
    ['a pause of 0.5 s', [0.29358, 0.105636, 0.195061, -0.279938], 0.314],
    ['a pause of 3 s', [3.217646, -2.200362, 2.652418, -1.165419], 2.504],
  ] as const)(
    'and then forward again, is one correction, and what is left of it was lost: %s',
    (_, sizes, size) => {
      const { findings } = toAndFro(...sizes)
      expect(findings.map(({ name }) => name)).toEqual(['vm-paused', 'stepped-back'])
      expect(findings[0]!.measures.size).toBeCloseTo(size, 2)
      expect(findings[1]!.causes.map(({ what }) => what)).toEqual([
        'its own corrections before had gone too far',
      ])
    },
  )

  test.each([
    ['to where it was, and forward again', [1.2, -1.2, 1.2, -1.2, 1.2]],
    ['most of it, in parts', [1.2, -0.4, -0.5]],
  ] as const)('is of sources that contradict each other: %s', (_, sizes) => {
    expect(toAndFro(...sizes).findings.map(({ name }) => name)).not.toContain('vm-paused')
  })
})

test('sources that agree again within a poll are not wrong: the clock had jumped', () => {
  const during = (seconds: number) =>
    found(
      '2027-03-05T01:00:00Z Selected source 192.0.2.1',
      '2027-03-05T06:11:22Z Detected falseticker 192.0.2.2',
      "2027-03-05T06:11:31Z Can't synchronise: no majority (only 2 of 4 sources agree)",
      `2027-03-05T${new Date((22_291 + seconds) * 1e3).toISOString().slice(11, 19)}Z Selected source 192.0.2.3`,
      '2027-03-05T18:20:51Z Detected falseticker 192.0.2.2',
      "2027-03-05T18:24:25Z Can't synchronise: no majority (only 2 of 4 sources agree)",
      '2027-03-05T18:24:39Z Selected source 192.0.2.4',
    )
  expect(during(14)).toEqual(['warning no-majority', 'note falseticker'])
  expect(during(7200)).toEqual(['critical no-majority', 'note falseticker'])
})

test.each([
  // What chronyd finds first, of a jump that it does not refuse, is a part of it.
  ['1.051261', 1],
  ['46.997210', 0.05],
])('how well the size of a jump is known from one word of chronyd: %s', (size, share) => {
  const { disturbances } = explain(
    '2027-03-05T00:00:00Z chronyd version 1.29 starting (+CMDMON)',
    `2027-03-05T05:33:32Z System clock wrong by ${size} seconds`,
  )
  expect(disturbances[0]!.uncertainty / disturbances[0]!.size).toBeCloseTo(share, 9)
})

test('it is known less well where chronyd had no majority just before: only some of its sources had seen the jump', () => {
  const share = (...before: readonly string[]) => {
    const { disturbances } = explain(
      '2027-03-05T00:00:00Z chronyd version 4.5 starting (+CMDMON)',
      '2027-03-05T00:00:04Z Selected source 192.0.2.1',
      ...before,
      '2027-03-05T05:33:32Z Selected source 192.0.2.2',
      '2027-03-05T05:33:32Z System clock wrong by 4.402449 seconds',
    )
    return disturbances[0]!.uncertainty / disturbances[0]!.size
  }
  expect(share("2027-03-05T05:32:30Z Can't synchronise: no majority")).toBeCloseTo(0.15, 9)
  expect(share("2027-03-05T05:31:12Z Can't synchronise: no selectable sources")).toBeCloseTo(0.15, 9)
  expect(share()).toBeCloseTo(0.05, 9)
  expect(share("2027-03-05T01:32:30Z Can't synchronise: no majority")).toBeCloseTo(0.05, 9)
})

test('years off, with stamps that have no year: before it was put right', () => {
  const { disturbances } = explain(
    'Nov 22 11:17:28 a chronyd[737]: Selected source 192.0.2.100',
    'Mar 23 12:00:04 a chronyd[737]: Backward time jump detected!',
    'Nov 22 11:34:43 a chronyd[737]: System clock wrong by 84151949.073647 seconds, adjustment started',
    'Nov 22 11:34:43 a chronyd[737]: System clock was stepped by 84151949.073647 seconds',
  )
  expect(disturbances).toHaveLength(1)
  const { from, to } = disturbances[0]!
  expect((to + 1000 * 86_400) % 86_400).toBe(11 * 3600 + 34 * 60 + 43)
  expect(to - from).toBeLessThan(3600)
})

const update = (row: number, offset: number, left = 0) => {
  const time = new Date(Date.UTC(2027, 2, 5) + row * 64e3).toISOString().slice(0, 19).replace('T', ' ')
  const [wrong, rest] = [offset, left].map(each => each.toExponential(3).padStart(10))
  return `${time} 192.0.2.1        2      8.014      0.062 ${wrong} N  3  5.163e-04 ${rest}  3.067e-02  1.331e-04  1.602e-02`
}

describe('tracking.log of chronyd alone', () => {
  const tracked = (offsetAt: (row: number) => number) =>
    found(...Array.from({ length: 300 }, (_, row) => update(row, offsetAt(row))))

  test.each([3, 4, 9])('%i pauses are told, each of them, however many there are', count => {
    const every = 250 / count
    const pausedAt = new Set(Array.from({ length: count }, (_, i) => 20 + Math.round(i * every)))
    expect(tracked(row => (pausedAt.has(row) ? -3 : 1e-4 * (row % 2)))).toEqual(
      Array.from({ length: count }, () => 'critical vm-paused'),
    )
  })

  test('what is corrected at each update is a rate, and no pauses', () => {
    expect(tracked(() => -0.3)).not.toContain('critical vm-paused')
    expect(tracked(() => -0.3)).not.toContain('warning vm-paused')
  })
})

describe('chronyd -x', () => {
  const WATCHES = [
    '2027-03-05T00:00:00Z chronyd version 4.5 starting (+CMDMON)',
    '2027-03-05T00:00:00Z Disabled control of system clock',
    '2027-03-05T00:00:04Z Selected source 192.0.2.1',
  ]
  const updates = (leftAt: (row: number) => number) =>
    Array.from({ length: 300 }, (_, row) => update(row, 1e-4, leftAt(row)))

  test.each([
    ['the clock goes away, by what it has left to correct', [...WATCHES, ...updates(row => row * 0.01)]],
    ['without its messages', updates(row => row * 0.01)],
  ])('corrects nothing: %s', (_, lines) => {
    const { findings } = explain(...lines)
    expect(findings.map(({ name, severity }) => `${severity} ${name}`)).toEqual(['critical never-corrected'])
    expect(findings[0]!.measures.size).toBeCloseTo(2.99, 3)
  })

  test('corrects nothing, and of its messages alone nobody knows how wrong the clock is', () => {
    expect(found(...WATCHES)).toEqual(['warning never-corrected'])
  })

  test('may watch a clock that another keeps', () => {
    expect(found(...WATCHES, ...updates(() => 1e-3))).toContain('note never-corrected')
    expect(found(...WATCHES, ...updates(() => 1e-3))).not.toContain('warning never-corrected')
  })

  test('was started anew without it', () => {
    expect(found(...WATCHES, '2027-03-05T00:10:00Z chronyd version 4.5 starting (+CMDMON)')).not.toContain(
      'warning never-corrected',
    )
  })

  test('is not where a large correction becomes less', () => {
    expect(found(...updates(row => 3 - row * 0.01))).not.toContain('critical never-corrected')
  })
})

describe('ntpd, which says of a step before it makes it', () => {
  const started = (at: string) => [
    `1 Dec ${at}:05 ntpd[1]: 0.0.0.0 c016 06 restart`,
    `1 Dec ${at}:06 ntpd[1]: 192.0.2.1 8024 84 reachable`,
    `1 Dec ${at}:06 ntpd[1]: 192.0.2.1 903a 8a sys_peer`,
  ]

  test.each([
    ['+7200.001465', 'behind'],
    ['-3600.000560', 'ahead'],
    ['+4.999824', 'behind'],
  ])('found the clock wrong when it started: %s s', (size, side) => {
    const { findings } = explain(
      ...started('12:00'),
      `1 Dec 12:00:06 ntpd[1]: 0.0.0.0 c61c 0c clock_step ${size} s`,
    )
    expect(findings.map(({ name }) => name)).toEqual(['wrong-at-start', 'good'])
    expect(findings[0]!.what).toContain(side)
  })

  test('was right when it started, and followed somebody for minutes', () => {
    const names = found(...started('12:00'), '1 Dec 12:07:06 ntpd[1]: 0.0.0.0 c61c 0c clock_step +4.999824 s')
    expect(names).toEqual(['critical vm-paused'])
  })

  test('is not silent for as long as it set the clock', () => {
    const MJD = 61_375
    const rows = Array.from({ length: 40 }, (_, i) =>
      ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map(
        (source, k) => `${MJD} ${50_410 + 64 * i + k}.030 ${source} 9624 0.000300000 0.031 0.9 0.000001`,
      ),
    ).flat()
    const names = explain(
      `${MJD} 43206.030 192.0.2.1 9024 7200.000014757 0.031 7.937500405 0.000000238`,
      ...rows,
      ...started('12:00'),
      '1 Dec 12:00:06 ntpd[1]: 0.0.0.0 c61c 0c clock_step +7200.000015 s',
    ).findings.map(({ name }) => name)
    expect(names).toEqual(['wrong-at-start', 'good'])
  })
})

describe('an hour that somebody set the clock by, in peerstats', () => {
  const SOURCES = ['192.0.2.1', '192.0.2.2', '192.0.2.3']
  const rows = (from: number, count: number, offset: number, dispersion = 0.9) =>
    Array.from({ length: count }, (_, i) =>
      SOURCES.map(
        (source, k) =>
          `61375 ${from + 64 * i + k}.030 ${source} 9624 ${(offset + 1e-4 * ((i + k) % 2)).toFixed(9)} 0.031 ${i === 0 ? dispersion : 0.9} 0.000100000`,
      ),
    ).flat()
  const ahead = [...rows(20_000, 40, 3e-4), ...rows(20_000 + 40 * 64 + 3600, 30, -3600)]
  const after = rows(20_000 + 70 * 64 + 40, 40, 3e-4, 7.937500405)

  test('ends ntpd', () => {
    expect(found(...ahead)).toContain('critical panic-exit-ahead')
  })

  test('does not end one that steps it away in the end (`tinker panic 0`), which sets it back once', () => {
    const { findings } = explain(
      '1 Dec 05:00:00 ntpd[1]: 0.0.0.0 c016 06 restart',
      ...ahead,
      ...after,
      '1 Dec 07:48:40 ntpd[1]: 0.0.0.0 061c 0c clock_step -3600.000000 s',
    )
    const told = findings.map(({ name }) => name)
    expect(told).not.toContain('panic-exit-ahead')
    expect(told).not.toContain('source-jumped')
    expect(findings.find(({ name }) => name === 'stepped-back')?.what).toContain('07:48:40')
  })

  test('nor one that stood for three hours and steps it away, in a line stamped by the clock as it was', () => {
    const stood = [...rows(20_000, 40, 3e-4), ...rows(20_000 + 40 * 64, 30, 10_800)]
    const lived = [
      '1 Dec 05:00:00 ntpd[1]: 0.0.0.0 c016 06 restart',
      ...stood,
      '1 Dec 06:48:10 ntpd[1]: 0.0.0.0 061c 0c clock_step +10800.000000 s',
      ...rows(20_000 + 70 * 64 + 40 + 10_800, 40, 3e-4, 7.937500405),
    ]
    expect(found(...stood)).toContain('critical panic-exit-ahead')
    expect(found(...lived)).toContain('critical vm-paused')
    expect(found(...lived)).not.toContain('critical panic-exit-ahead')
  })
})

test('three pauses of two days are no rate, and what ntpd takes away in two steps was one', () => {
  const { findings } = explain(
    ' 4 Mar 00:00:05 ntpd[19679]: 192.0.2.1 903a 8a sys_peer',
    ' 4 Mar 05:50:47 ntpd[19679]: 0.0.0.0 0613 03 spike_detect +6.599203 s',
    ' 4 Mar 06:02:02 ntpd[19679]: 0.0.0.0 061c 0c clock_step +6.599302 s',
    ' 5 Mar 03:27:54 ntpd[19679]: 0.0.0.0 0613 03 spike_detect +2.399981 s',
    ' 5 Mar 03:38:02 ntpd[19679]: 0.0.0.0 061c 0c clock_step +2.400161 s',
    ' 5 Mar 18:26:43 ntpd[19679]: 0.0.0.0 0613 03 spike_detect +1.069966 s',
    ' 5 Mar 18:31:00 ntpd[19679]: 0.0.0.0 061c 0c clock_step +1.132599 s',
    ' 5 Mar 18:31:03 ntpd[19679]: 0.0.0.0 c613 03 spike_detect +0.465741 s',
    ' 5 Mar 18:39:55 ntpd[19679]: 0.0.0.0 c61c 0c clock_step +0.466887 s',
  )
  const paused = findings.filter(({ name }) => name === 'vm-paused')
  expect(paused.map(({ measures }) => measures.size!.toFixed(1))).toEqual(['6.6', '2.4', '1.6'])
  expect(findings.map(({ name }) => name)).not.toContain('frequency-far-off')
})

describe('chronyd, started with the machine', () => {
  const boot = (day: number, size: number) => [
    `2027-03-0${day}T06:00:03Z vm chronyd[${600 + day}]: chronyd version 4.5 starting (+CMDMON +NTP)`,
    `2027-03-0${day}T06:00:09Z vm chronyd[${600 + day}]: Selected source 192.0.2.1`,
    `2027-03-0${day}T06:00:09Z vm chronyd[${600 + day}]: System clock wrong by ${size.toFixed(6)} seconds`,
    `2027-03-0${day}T20:00:00Z vm chronyd[${600 + day}]: chronyd exiting`,
  ]

  test('finds the clock wrong by hours start after start', () => {
    expect(found(...boot(1, 7212.4))).toEqual(['note wrong-at-start', 'good good'])
    const { findings } = explain(...boot(1, 7212.4), ...boot(2, 7213.4), ...boot(3, 7214.4))
    expect(findings.map(({ name, severity }) => `${severity} ${name}`)).toEqual(['warning wrong-at-start'])
    expect(findings[0]!.what).toContain('the worst of 3 starts')
    expect(findings[0]!.evidence).toHaveLength(3)
  })

  test('finds it wrong by seconds each time, as a clock without a battery is', () => {
    expect(found(...boot(1, 12.4), ...boot(2, 13.4))).toEqual(['note wrong-at-start', 'good good'])
  })
})

describe('a clock that was set, by the words of ntpd alone', () => {
  const at = (stamp: string, text: string) => `Dec  1 ${stamp} vm1 ntpd[612]: ${text}`
  const begun = [
    at('00:00:00', '0.0.0.0 c016 06 restart'),
    at('00:05:38', '0.0.0.0 0615 05 clock_sync'),
    at('12:57:19', '192.0.2.1 941a 8a sys_peer'),
    at('13:18:30', '192.0.2.2 941a 8a sys_peer'),
  ]
  const jumps = (...lines: readonly string[]) =>
    explain(...begun, ...lines).disturbances.map(({ from, to, moved, size }) => ({
      from: time(from),
      to: time(to),
      moved,
      size,
    }))
  const time = (seconds: number) => new Date((seconds % 86_400) * 1e3).toISOString().slice(11, 19)
  const back = [
    at('12:53:34', '192.0.2.1 941a 8a sys_peer'),
    at('13:09:26', '0.0.0.0 0618 08 no_sys_peer'),
    at('14:56:31', '192.0.2.2 901a 8a sys_peer'),
    at('14:56:31', '0.0.0.0 0617 07 panic_stop +3600 s; set clock manually within 1000 s.'),
  ]

  test('back: between the two lines of which the second has the earlier stamp', () => {
    expect(jumps(...back)).toEqual([{ from: '13:18:30', to: '13:53:34', moved: 'wall clock', size: 3600 }])
    const { findings } = explain(...begun, ...back)
    expect(findings.map(({ name }) => name)).toEqual([
      'stepped-by-someone-else',
      'panic-exit-ahead',
      'source-rejected-by-its-own-jitter',
    ])
    expect(findings[0]!.evidence.map(({ line }) => line)).toEqual([8, 4, 5])
    expect(findings[1]!.causes[0]!.what).toBe('somebody set the clock back')
    expect(findings[2]!.measures.time).toBe(6425)
  })

  test('back: between two lines of others, where they are nearer', () => {
    const cron = (stamp: string) => `Dec  1 ${stamp} vm1 CROND[2231]: (root) CMD (/usr/lib64/sa/sa1 1 1)`
    const others = ['13:30:01', '13:40:01', '13:50:01', '12:51:41', '12:52:01'].map(cron)
    expect(jumps(...others, ...back)).toEqual([
      { from: '13:50:01', to: '13:51:41', moved: 'wall clock', size: 3600 },
    ])
    // Parts of a log that stand in any order say nothing.
    const [first, ...rest] = others
    expect(jumps(...rest, first!, ...rest, ...others, ...back.slice(2))).toMatchObject([
      { moved: 'not known' },
    ])
  })

  test('by less than the stamps fall, it was not', () => {
    const less = back.map(line => line.replace('+3600', '+1002'))
    expect(jumps(...less)).toMatchObject([{ moved: 'not known' }])
  })

  test.each([
    [
      'forward',
      '-412.000237',
      '-412.000169',
      '16:13:57',
      { from: '11:01:58', to: '14:09:26', size: -412.000169 },
    ],
    ['or paused', '+400.0', '+400.1', '16:27:37', { from: '11:01:58', to: '14:16:18', size: 400.1 }],
  ])(
    '%s: after whom it followed, and before it followed nobody',
    (_, spike, step, synchronised, expected) => {
      const told = jumps(
        at('14:16:18', '0.0.0.0 0618 08 no_sys_peer'),
        at('16:03:23', '192.0.2.2 901a 8a sys_peer'),
        at('16:03:23', `0.0.0.0 0613 03 spike_detect ${spike} s`),
        at('16:20:49', `0.0.0.0 061c 0c clock_step ${step} s`),
        at(synchronised, '0.0.0.0 0615 05 clock_sync'),
      )
      expect(told).toEqual([{ ...expected, moved: 'not known' }])
    },
  )

  test('that it followed nobody because none answered does not say that the clock was wrong then', () => {
    const told = jumps(
      at('14:16:18', '192.0.2.1 8013 83 unreachable'),
      at('14:16:18', '0.0.0.0 0618 08 no_sys_peer'),
      at('16:03:23', '192.0.2.2 901a 8a sys_peer'),
      at('16:03:23', '0.0.0.0 0613 03 spike_detect +400.0 s'),
      at('16:20:49', '0.0.0.0 061c 0c clock_step +400.1 s'),
    )
    expect(told).toMatchObject([{ from: '11:01:58', to: '16:03:23' }])
  })
})
