/** What follows from how the sources of a clock differ. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const NOON = 43_200

/** Their last days (MJD). Of the end of June nobody knows. */
const [MARCH_2027, JUNE_2027] = [61_495, 61_586]

/** peerstats of three servers, a line each in 64 s, from noon on that day, or from another time and on another. */
function peerstats(
  of: (server: number, at: number) => { offset: number; delay: number },
  from = NOON,
  first = MARCH_2027,
  servers: readonly number[] = [1, 2, 3],
): string[] {
  return Array.from({ length: 200 }, (_, i) => i).flatMap(i =>
    servers.map(server => {
      const at = from + i * 64 + server
      const { offset, delay } = of(server, at)
      // Noise of 10 µs.
      const noisy = offset + 1e-5 * Math.sin(7 * i + server)
      const [day, second] = at < 86_400 ? [first, at] : [first + 1, at - 86_400]
      return `${day} ${second}.000 192.0.2.${server} 9614 ${noisy.toFixed(9)} ${delay.toFixed(9)} 0.000100000 0.000010000`
    }),
  )
}

test('a far server that is off by half of its longer way', () => {
  const { findings } = explain(
    ...peerstats(server => (server === 3 ? { offset: 0.038, delay: 0.09 } : { offset: 0, delay: 0.01 })),
  )
  const found = findings.find(({ name }) => name === 'asymmetric-path')
  expect(found).toMatchObject({ severity: 'note' })
  expect(found!.measures.offset).toBeCloseTo(0.038, 4)
  expect(findings.map(({ name }) => name)).not.toContain('falseticker')
})

test('two that agreed at first and drift apart are told by what they come to, and from when on', () => {
  const found = explain(
    ...[0, 1, 2, 3, 4].flatMap(k =>
      peerstats(
        (server, at) => ({ offset: server === 2 ? 1e-5 * at : 0, delay: 0.08 }),
        k * 12_800,
        MARCH_2027,
        [1, 2],
      ),
    ),
  ).findings.find(({ name }) => name === 'two-sources')!
  expect(found.severity).toBe('critical')
  // 10 µs/s for 64000 s; half of both ways is 80 ms.
  expect(found.measures.apart).toBeGreaterThan(0.6)
  expect(found.what).toMatch(/from 2027-03-31T0[23]:/)
})

test('a server in the next room beside three behind an uplink that is slower in one direction is no falseticker; one that lies by more is', () => {
  const found = (near: number) =>
    explain(
      ...peerstats(
        server => (server === 1 ? { offset: near, delay: 3e-4 } : { offset: 0, delay: 0.01 * server }),
        NOON,
        MARCH_2027,
        [1, 2, 3, 4],
      ),
    ).findings.filter(({ severity }) => severity !== 'note')
  expect(found(-4e-3).map(({ name }) => name)).toEqual(['good'])
  const [lie] = found(-0.05)
  expect(lie!.name).toMatch(/^falseticker/)
  expect(lie!.what).toContain('192.0.2.1')
})

test('a server in the next room that is asked every 16 s, and two far ones every 17 min: these are no stray packets', () => {
  const row = (at: number, server: string) =>
    `61495 ${at}.000 ${server} 9614 ${(1e-5 * Math.sin(at)).toFixed(9)} 0.010000000 0.000100000 0.000010000`
  const every = (poll: number, server: string) =>
    Array.from({ length: 40_000 / poll }, (_, i) => [NOON + i * poll, server] as const)
  const found = (...strays: readonly number[]) =>
    explain(
      ...[
        ...every(16, '192.0.2.1'),
        ...every(1024, '198.51.100.2'),
        ...every(1032, '198.51.100.3'),
        ...strays.map(at => [NOON + at, '192.0.2.129'] as const),
      ]
        .toSorted(([a], [b]) => a - b)
        .map(([at, server]) => row(at, server)),
    ).findings.map(({ name, severity, what }) => [name, severity, what.includes('192.0.2.129')])
  expect(found().filter(([, severity]) => severity !== 'note')).toEqual([['good', 'good', false]])
  // And all three are sources.
  expect(found().map(([name]) => name)).not.toContain('single-source')
  expect(found(300, 700, 5000, 5100, 21_000, 39_000)).toContainEqual([
    'spurious-source-address',
    'warning',
    true,
  ])
})

test('peerstats of ntpd have no line for each packet: those that are asked every 256 s, beside one every 16 s, are no strays', () => {
  /** Of eight answers the best is let through: after one poll, or up to eight. */
  const filtered = (server: number, poll: number, lines: number) => {
    let at = NOON
    return Array.from({ length: lines }, (_, i) => {
      at += poll * [1, 2, 8, 1, 3, 1, 8, 2][(i * server) % 8]!
      return [at + server, server] as const
    })
  }
  const found = (strays: readonly number[] = []) =>
    explain(
      ...[
        ...filtered(1, 16, 760),
        ...filtered(3, 256, 50),
        ...filtered(5, 256, 50),
        ...strays.map(at => [NOON + at, 129] as const),
      ]
        .toSorted(([a], [b]) => a - b)
        .map(
          ([at, server]) =>
            `61495 ${at}.000 192.0.2.${server} 9614 ${(1e-5 * Math.sin(at)).toFixed(9)} 0.010000000 0.000100000 0.000010000`,
        ),
    ).findings.filter(({ severity }) => severity !== 'note')
  expect(found().map(({ name }) => name)).toEqual(['good'])
  const [stray, ...others] = found([300, 700, 5000, 5100, 21_000, 39_000])
  expect(stray).toMatchObject({ name: 'spurious-source-address', measures: { addresses: 1 } })
  expect(stray!.what).toContain('192.0.2.129')
  expect(others).toEqual([])
})

test('one of three servers makes a leap second, at midnight', () => {
  const leap = (since: number) =>
    explain(
      ...peerstats(
        (server, at) => ({ offset: server === 3 && at > since ? -1 : 0, delay: 0.01 }),
        since - 6800,
        JUNE_2027,
      ),
    ).findings.find(({ name }) => name === 'leap-or-smear-mix')
  const found = leap(86_400)
  expect(found).toMatchObject({ severity: 'warning', measures: { sources: 1 } })
  expect(found!.what).toContain('192.0.2.3')
  // Its own servers were asked some minutes later; by noon they had been.
  expect(leap(86_400 + 1500)).toBeDefined()
  expect(leap(50_000)).toBeUndefined()
  expect(leap(129_600)).toBeUndefined()
})

test('a packet that was on its way when the clock was set back has no delay to judge its source by', () => {
  const found = explain(
    ...peerstats((server, at) => ({
      offset: server === 3 ? 0.01 : 0,
      delay: server === 3 ? (at === NOON + 64 * 50 + 3 ? -0.9 : 0.01) : 0.01,
    })),
  ).findings.find(({ name }) => name === 'falseticker')!
  expect(found.measures.leastDelay).toBe(0.01)
})

/** What is found in a day and a quarter around this midnight (MJD), if the third of three servers is so far apart from the others. */
function around(day: number, apart: (sinceMidnight: number) => number): string[] {
  const rows = Array.from({ length: 1700 }, (_, i) => -28_800 + 64 * i).flatMap(t =>
    [1, 2, 3].map(server => {
      const at = t + server
      const [mjd, second] = at < 0 ? [day - 1, at + 86_400] : [day, at]
      const offset = (server === 3 ? apart(t) : 0) + 1e-5 * Math.sin(at)
      return `${mjd} ${second}.000 192.0.2.${server} 9414 ${offset.toFixed(9)} 0.010000000 0.000100000 0.000010000`
    }),
  )
  return explain(...rows).findings.map(({ name }) => name)
}
// The first days of 2017, which began after a leap second, of 2026, which did not, of 2027, of which nobody knows, and 10 March 2027.
const [Y2017, Y2026, Y2027, MARCH] = [57_754, 61_041, 61_406, 61_474]

test('one of three servers smears a leap second, and one where there was none', () => {
  // Half a second over six hours up to midnight, and from half a second back to nothing after it.
  const smear = (t: number) =>
    t < -21_600 || t > 21_600 ? 0 : t < 0 ? -(t + 21_600) / 43_200 : (21_600 - t) / 43_200
  for (const day of [Y2017, Y2027]) {
    expect(around(day, smear)).toContain('leap-or-smear-mix')
    expect(around(day, smear)).not.toContain('falseticker')
  }
  for (const day of [Y2026, MARCH]) {
    expect(around(day, smear)).toContain('falseticker')
    expect(around(day, smear)).not.toContain('leap-or-smear-mix')
  }
})

test('a server that does not make a leap second is a second off from it on', () => {
  expect(around(Y2017, t => (t < 0 ? 0 : -1))).toContain('leap-or-smear-mix')
})

test('who is off by as much all the time, or runs away, smears nothing, though it be New Year', () => {
  for (const apart of [
    (t: number) => (t < 0 ? 0 : 0.3),
    (t: number) => (t < 0 ? 0 : 0.5),
    () => 0.3,
    (t: number) => Math.max(0, 2e-5 * t),
  ])
    for (const day of [Y2017, Y2027]) {
      expect(around(day, apart)).toContain('falseticker')
      expect(around(day, apart)).not.toContain('leap-or-smear-mix')
    }
})

test('all servers make a leap second at midnight, and this machine does not', () => {
  const names = (since: number, size: number) =>
    explain(
      ...peerstats((_, at) => ({ offset: at > since ? size : 0, delay: 0.01 }), since - 6800, JUNE_2027),
    ).findings.map(({ name }) => name)
  expect(names(86_400, -1)).toContain('leap-or-smear-mix')
  expect(names(86_400, -1)).not.toContain('stepped-by-someone-else')
  for (const [since, size] of [
    [50_000, -1],
    [86_400, -2],
  ] as const) {
    expect(names(since, size)).toContain('stepped-by-someone-else')
    expect(names(since, size)).not.toContain('leap-or-smear-mix')
  }
})

test('a second forward at the end of a month without a leap second: somebody set the clock, or a source jumped', () => {
  // The last days of December 2025 and of June 2026, which the list knows, and of March and of July 2027.
  for (const first of [61_040, 61_221, MARCH_2027, 61_617]) {
    const names = (servers: readonly number[]) =>
      explain(
        ...peerstats(
          (server, at) => ({ offset: servers.includes(server) && at > 86_400 ? -1 : 0, delay: 0.01 }),
          79_600,
          first,
        ),
      ).findings.map(({ name }) => name)
    expect(names([1, 2, 3])).toContain('stepped-by-someone-else')
    expect(names([3])).toContain('source-jumped')
    for (const servers of [[1, 2, 3], [3]]) expect(names(servers)).not.toContain('leap-or-smear-mix')
  }
})

test('one of three servers jumps by 2 s, and stays there, or comes back', () => {
  const jumps = (until: number) =>
    explain(
      ...peerstats((server, at) => ({
        offset: server === 3 && at > 51_000 && at < until ? -2 : 0,
        delay: 0.01,
      })),
    ).findings.filter(({ name }) => name === 'source-jumped')
  const [found, ...more] = jumps(60_000)
  expect(more).toEqual([])
  expect(found).toMatchObject({ severity: 'warning' })
  expect(found!.what).toContain('wrong since then')
  expect(jumps(53_000).map(({ severity }) => severity)).toEqual(['note'])
})

test('one of three servers is wrong for a third of the log, and its way becomes longer in another', () => {
  const found = (lie: number, delay: number) =>
    explain(
      ...peerstats((server, at) => {
        const odd = server === 3 && at > 51_000
        return { offset: odd ? lie : 0, delay: odd ? delay : 0.01 }
      }),
    ).findings.filter(({ name }) => name === 'falseticker')
  const [one, ...more] = found(0.06, 0.01)
  expect(more).toEqual([])
  expect(one).toMatchObject({ severity: 'warning', measures: { count: 1 } })
  expect(one!.measures.offset).toBeCloseTo(0.06, 3)
  expect(one!.measures.time! / (NOON + 200 * 64 - 51_000)).toBeCloseTo(1, 1)
  expect(one!.what).toContain('192.0.2.3')
  expect(one!.what).toContain('to the end of the log')
  expect(found(0.06, 0.13)).toEqual([])
})

/** statistics.log of four servers, a line each in two minutes. The fourth is wrong from one of them to another. */
const statistics = (from: number, to: number): string[] =>
  Array.from({ length: 400 }, (_, i) => i).flatMap(i =>
    [1, 2, 3, 4].map(server => {
      const minutes = 2 * i
      const stamp = `2026-12-01 ${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}:0${server}`
      const lie = server === 4 && i > from && i <= to ? -0.06 : 0
      const offset = 1e-5 * Math.sin(7 * i + server) + lie
      return `${stamp} 192.0.2.${server}     3.110e-05  ${offset.toExponential(3).padStart(10)}  3.504e-05  1.348e-09  1.255e-07 6.7e-02  16   0   8  0.00`
    }),
  )

test('one that is wrong for a while in a log without delays', () => {
  const found = explain(...statistics(300, 400)).findings.find(({ name }) => name === 'falseticker')
  expect(found!.measures.offset).toBeCloseTo(0.06, 3)
  expect(found!.what).toContain('half any usual delay')
})

test.each([0, 1, 2, 3, 4, 5, 6, 7])(
  'eighteen measurements in a row are enough, whichever was the first: %s',
  begin => {
    const found = explain(...statistics(300 + begin, 318 + begin)).findings.find(
      ({ name }) => name === 'falseticker',
    )
    expect(found!.measures.offset).toBeCloseTo(0.06, 2)
    // The ends may stand in a window that is mostly right.
    expect(Math.abs(found!.measures.time! - 17 * 120)).toBeLessThanOrEqual(2 * 120)
  },
)

test('two of three servers jump, and the third does not: that was no pause', () => {
  const jump = (server: number, at: number) => (server !== 1 && at > 50_000 ? 0.3 : 0)
  const { findings } = explain(...peerstats((server, at) => ({ offset: jump(server, at), delay: 0.01 })))
  expect(findings.map(({ name, severity }) => [name, severity])).toEqual([['source-jumped', 'warning']])
  expect(findings[0]!.what).toContain('192.0.2.2, 192.0.2.3 jumped by +300 ms')
  expect(findings[0]!.what).toContain('the sources disagree')
  // All three: that is the clock.
  const all = explain(...peerstats((_, at) => ({ offset: at > 50_000 ? 0.3 : 0, delay: 0.01 })))
  expect(all.findings.map(({ name }) => name)).not.toContain('source-jumped')
  expect(all.findings.map(({ name }) => name)).toContain('vm-paused')
})

test('two of three servers jump, and the daemon takes the clock along: it is wrong by that now, or was before', () => {
  const found = (lie: number, stepsAt: number, until = 90_000) =>
    explain(
      ...peerstats((server, at) => {
        const stepped = at > stepsAt && at < until + 1200 ? lie : 0
        return { offset: (server !== 1 && at > 46_000 && at < until ? lie : 0) - stepped, delay: 0.01 }
      }),
      `${MARCH_2027} ${stepsAt}.000 192.0.2.0 061c 0c clock_step ${lie > 0 ? '+' : ''}${lie} s`,
    ).findings.find(({ name }) => name === 'source-jumped')!
  for (const lie of [1.7, -0.5]) {
    const one = found(lie, 47_000)
    expect(one).toMatchObject({ severity: 'critical', measures: { size: expect.closeTo(lie, 2) } })
    expect(one.what).toMatch(
      /took the clock along: from \S+ on it stood with them\. Nobody can tell who is right/,
    )
    // From the next poll to the last, all of which stood with them.
    expect(one.measures.time! / (NOON + 200 * 64 - 47_000)).toBeCloseTo(1, 1)
    expect(one.cost).toMatch(/If those that jumped are wrong, .* since then is wrong by/)
  }
  // They came back soon, and the clock with them.
  const over = found(1.7, 47_000, 51_000)
  expect(over.severity).toBe('critical')
  expect(over.measures.time! / (51_000 - 47_000)).toBeCloseTo(1, 1)
  expect(over.what).toMatch(/from \S+ to \S+ it stood with them\. .* wrong before and after, or in that time/)
  // Less than ntpd steps for, or nobody followed.
  expect(found(0.06, 47_000).severity).not.toBe('critical')
  expect(found(1.7, 95_000).severity).toBe('warning')
})

test('two of four servers jump, and stay there: no majority is left, and the clock is not wrong for it', () => {
  const found = (until: number) =>
    explain(
      ...peerstats(
        (server, at) => ({ offset: server > 2 && at > 51_000 && at < until ? 2.2 : 0, delay: 0.01 }),
        NOON,
        MARCH_2027,
        [1, 2, 3, 4],
      ),
    ).findings.map(({ name, severity }) => [name, severity])
  expect(found(90_000)).toEqual([
    ['no-majority', 'critical'],
    ['source-jumped', 'warning'],
  ])
})

test('an ntpd that may only slew takes the offset at its start for a rate, and the clock goes to the other side for hours', () => {
  const names = (learned: number) => {
    // Half the offset is left after 340 s; then it goes through zero, and back in hours.
    const offsetAt = (t: number) =>
      t < 600 ? -0.3 + 4.5e-4 * t : 0.5 * Math.sin(Math.min(1, (t - 600) / 12_000) * Math.PI)
    const frequencyAt = (t: number) => (t === 0 ? 0 : learned * Math.max(0, 1 - t / 12_000))
    const loop = Array.from({ length: 60 }, (_, i) => 340 * i).map(
      t =>
        `61495 ${NOON + t}.000 ${offsetAt(t).toFixed(9)} ${frequencyAt(t).toFixed(3)} 0.001000000 0.100000 6`,
    )
    return explain(
      ...peerstats((_, now) => ({ offset: offsetAt(now - NOON), delay: 0.01 })),
      ...loop,
    ).findings.map(({ name }) => name)
  }
  // -147 ms in 340 s.
  expect(names(-432.4 / (1 - 340 / 12_000))).toContain('frequency-learned-from-a-jump')
  expect(names(-432.4 / (1 - 340 / 12_000))).not.toContain('never-corrected')
  // Here nothing was learned, and nothing corrected.
  expect(names(0)).toContain('never-corrected')
})

test('a rate that was learned from a jump is none of the clock', () => {
  const at = NOON + 1000
  const limit = Array.from(
    { length: 60 },
    (_, i) => `61495 ${at + 64 * i}.000 0.010000000 500.000 0.001000000 0.100000 6`,
  )
  const learnt = (...said: readonly string[]) =>
    explain(
      ...said,
      ...peerstats((_, now) => ({ offset: now > at - 100 && now < at ? 20 : 0, delay: 0.01 })),
      ...limit,
    ).findings.find(({ name }) => name === 'frequency-saturated')!
  const message = '31 Mar 12:16:40 ntpd[492]: 0.0.0.0 0612 02 freq_set kernel 29752.934 PPM'
  const found = learnt(message)
  expect(found.what).toContain('took a jump for a wrong rate and has to unlearn it')
  expect(found.what).not.toContain('loses')
  expect(found.measures.frequencyError).toBeCloseTo(-500e-6, 9)
  expect(learnt('31 Mar 12:16:40 ntpd[492]: ntpd 4.2.8p6').what).toContain('the clock loses')
})

test('a server that is forced with true, and wrong for a third of the log', () => {
  const { findings } = explain(
    'server 192.0.2.3 true',
    ...peerstats((server, at) => ({ offset: server === 3 && at > 51_000 ? 0.06 : 0, delay: 0.01 })),
  )
  const found = findings.find(({ name }) => name === 'falseticker-followed')
  expect(found).toMatchObject({ severity: 'critical' })
  expect(found!.measures.size).toBeCloseTo(0.06, 3)
})

test('a server that is forced with true, and wrong', () => {
  const { findings } = explain(
    'server 192.0.2.3 true',
    ...peerstats(server => ({ offset: server === 3 ? 0.2 : 0, delay: 0.01 })),
  )
  expect(findings.find(({ name }) => name === 'falseticker-followed')).toMatchObject({ severity: 'critical' })
})

test('a clock that runs away and is set again and again: who shows an older sample for a while is not wrong', () => {
  const behind = (at: number) => -200e-6 * (at % 3000)
  const { findings } = explain(
    ...peerstats((server, at) => ({
      offset: behind(server === 1 && at > 48_000 && at < 52_000 ? at - 40 : at),
      delay: 0.001,
    })),
  )
  expect(findings.map(({ name }) => name)).not.toContain('falseticker')
})

describe('a source that stands apart from the others, and is followed', () => {
  const told = (others: number, delay = 0.01, ...lines: readonly string[]) =>
    explain(
      ...lines,
      ...peerstats(server => ({ offset: server === 3 ? 0 : others, delay: server === 3 ? 0.01 : delay })),
    ).findings.filter(({ name }) => name.startsWith('falseticker'))

  test('as the offsets show: the clock is wrong by that, and nothing else is said of it', () => {
    const [found, ...more] = told(-0.2)
    expect(more).toEqual([])
    expect(found).toMatchObject({ name: 'falseticker-followed', severity: 'critical' })
    expect(found!.measures.size).toBeCloseTo(0.2, 3)
    expect(found!.cost).toContain('The clock is wrong by 200 ms')
  })

  test('with a configuration that forces it beside it', () => {
    expect(told(-0.2, 0.01, 'server 192.0.2.3 true').map(({ name }) => name)).toEqual([
      'falseticker-followed',
    ])
  })

  test('by what the ways to the others may hide', () => {
    // By more than half of the longer way, and by less than half of both.
    expect(told(-0.018, 0.03)).toMatchObject([{ name: 'falseticker-followed', severity: 'warning' }])
    expect(told(-0.02, 0.06)).toEqual([])
  })

  test('for much of the time, as the messages tell', () => {
    const followed = (last: string) =>
      explain(
        '31 Mar 12:00:10 ntpd[492]: 192.0.2.1 961a 8a sys_peer',
        `31 Mar 13:00:10 ntpd[492]: 192.0.2.${last} 961a 8a sys_peer`,
        ...peerstats(server => ({ offset: server === 3 ? 0.15 : -0.05, delay: 0.01 })),
      ).findings.find(({ name }) => name.startsWith('falseticker'))!
    expect(followed('3')).toMatchObject({ name: 'falseticker-followed', severity: 'critical' })
    expect(followed('3').what).toContain('drawn to it')
    expect(followed('2')).toMatchObject({ name: 'falseticker', severity: 'warning' })
  })

  test('beside the others, as ntpd averages them: the clock lies between, all the time', () => {
    const between = (share: (at: number) => number) =>
      explain(
        ...peerstats((server, at) => ({
          offset: 0.3 * ((server === 3 ? 1 : 0) - share(at)),
          delay: 0.01,
        })),
      ).findings.find(({ name }) => name.startsWith('falseticker'))!
    const found = between(() => 0.25)
    expect(found).toMatchObject({ name: 'falseticker-followed', severity: 'critical' })
    expect(found.measures.drawn).toBeCloseTo(0.075, 3)
    // One that is with the others, and one that passes from them to it.
    expect(between(() => 0)).toMatchObject({ name: 'falseticker' })
    expect(between(at => (at - NOON) / 12_800)).toMatchObject({ name: 'falseticker' })
  })
})

test('sources that are lost, and not heard again before the log ends', () => {
  const lost = (...lines: readonly string[]) =>
    explain('2027-03-05T00:00:04Z Selected source 192.0.2.1', ...lines).findings.find(
      ({ name }) => name === 'sources-lost',
    )
  const none = "2027-03-05T06:40:00Z Can't synchronise: no selectable sources"
  const end = '2027-03-05T23:40:00Z chronyd exiting'
  expect(lost(none, end)!.measures).toEqual({ time: 17 * 3600, open: 1 })
  expect(lost(none, '2027-03-05T10:40:00Z Selected source 192.0.2.1', end)!.measures).toEqual({
    time: 4 * 3600,
  })
  // For some minutes, when the machine slept, or up to where nothing more is known.
  expect(lost(none, '2027-03-05T06:50:00Z Selected source 192.0.2.1', end)).toBeUndefined()
  expect(lost(none, '2027-03-05T09:00:00Z w kernel: PM: suspend exit', end)).toBeUndefined()
  expect(lost(none)).toBeUndefined()
})

test('an offset that stays, whoever is asked, and nobody corrects it', () => {
  const { findings, verdict } = explain(...peerstats(() => ({ offset: 5, delay: 0.01 })))
  expect(verdict).toBe('critical')
  expect(findings.map(({ name }) => name)).toEqual(['never-corrected'])
  expect(findings[0]!.measures.size).toBeCloseTo(5, 3)
  // One that is wrong among others that are right does not make the clock wrong.
  const liar = explain(...peerstats(server => ({ offset: server === 3 ? 5 : 0, delay: 0.01 })))
  expect(liar.findings.map(({ name }) => name)).toEqual(['falseticker'])
})

describe('a clock that runs away', () => {
  const away = (rate: number, since: number, of = (_server: number) => 0) =>
    explain(
      ...peerstats((server, at) => ({
        offset: Math.max(0, at - since) * rate + of(server),
        delay: 0.01,
      })),
    )

  test('at the end of the log', () => {
    const { findings, verdict } = away(200e-6, 48_000)
    expect(verdict).toBe('critical')
    expect(findings.map(({ name }) => name)).toEqual(['never-corrected'])
    const [{ measures }] = findings as [(typeof findings)[0]]
    expect(measures.size! / (200e-6 * 8000)).toBeCloseTo(1, 1)
    expect(measures.frequencyError! / -200e-6).toBeCloseTo(1, 2)
  })

  test('from the beginning: sources that were asked at other times do not contradict each other', () => {
    const { findings } = explain(
      ...peerstats((_, at) => ({ offset: (at - 40_000) * 50e-6, delay: 0.01 })).filter(
        (line, i) => !line.includes('192.0.2.1 ') || i > 300,
      ),
    )
    expect(findings.map(({ name }) => name)).toEqual(['never-corrected'])
  })

  test('one that contradicts the others does so all the same', () => {
    const names = away(-50e-6, 40_000, server => (server === 2 ? 0.05 : 0)).findings.map(({ name }) => name)
    expect(names).toContain('falseticker')
  })

  test('slow packets are no offset', () => {
    const { verdict } = explain(
      ...peerstats((_, at) => {
        const queue = at > 44_000 ? 0.6 + 0.2 * Math.sin(at) : 0
        return { offset: queue / 2, delay: 0.01 + queue }
      }),
    )
    expect(verdict).not.toBe('critical')
  })
})

test('a falseticker that only the words of chronyd name', () => {
  const said = (times: number, ...more: readonly string[]) =>
    explain(
      '2027-03-05T00:00:04Z Selected source 192.0.2.1',
      ...more,
      ...Array.from({ length: times }, (_, i) => `2027-03-05T00:0${i}:06Z Detected falseticker 192.0.2.4`),
    ).findings.find(({ name }) => name === 'falseticker')
  expect(said(3)).toMatchObject({ severity: 'warning', measures: { count: 3 } })
  expect(said(1)).toMatchObject({ severity: 'note' })
  // Followed later, or in the wake of a jump: it had been right.
  expect(said(3, '2027-03-05T00:20:00Z Selected source 192.0.2.4')).toMatchObject({ severity: 'note' })
  expect(said(3, '2027-03-05T00:04:00Z System clock was stepped by 205.990828 seconds')).toMatchObject({
    severity: 'note',
  })
})

test('one of three sources falls silent, and the others go on', () => {
  const rows = peerstats(() => ({ offset: 0, delay: 0.01 }))
  // Of 200 rounds of 64 s.
  const { findings, verdict } = explain(...rows.filter((_, i) => i % 3 !== 2 || i < 300))
  expect(verdict).toBe('note')
  const found = findings.find(({ name }) => name === 'source-silent')!
  expect(found.what).toContain('192.0.2.3')
  expect(found.measures.time).toBeCloseTo(100 * 64, -2)
  expect(explain(...rows).findings.map(({ name }) => name)).not.toContain('source-silent')
  // All of them together are sources-lost.
  const lost = explain(...rows.filter((_, i) => i < 150 || i > 450)).findings.map(({ name }) => name)
  expect(lost).toContain('sources-lost')
  expect(lost).not.toContain('source-silent')
})

test('the way to one of three servers becomes longer in one direction, and short again', () => {
  const longer = (at: number) => at > 47_000 && at < 52_000
  const { findings, verdict } = explain(
    ...peerstats((server, at) =>
      server === 3 && longer(at) ? { offset: 0.03, delay: 0.07 } : { offset: 0, delay: 0.01 },
    ),
  )
  expect(verdict).toBe('note')
  expect(findings.map(({ name }) => name)).toContain('route-changed')
  const found = findings.find(({ name }) => name === 'route-changed')!
  expect(found.measures.count).toBe(2)
  expect(Math.abs(found.measures.longer!)).toBeCloseTo(0.06, 3)
  expect(Math.abs(found.measures.moved!)).toBeCloseTo(0.03, 3)
  // The first poll by the longer way lies in what is named, to some polls.
  expect(found.from! % 86_400).toBeLessThan(47_064)
  expect(found.from! % 86_400).toBeGreaterThan(47_000 - 8 * 64)
})

test('a clock that follows the longer way is wrong, though its offsets come back', () => {
  const rows = (comesBack: boolean) =>
    peerstats((_, at) => {
      if (at < 47_000) return { offset: 0, delay: 0.01 }
      const left = comesBack ? Math.exp(-(at - 47_000) / 1800) : 1
      return { offset: 0.03 * left, delay: 0.07 }
    }).filter(row => row.includes('192.0.2.1'))
  const routeOf = (comesBack: boolean) =>
    explain(...rows(comesBack)).findings.find(({ name }) => name === 'route-changed')!
  expect(routeOf(true)).toMatchObject({ severity: 'warning' })
  expect(routeOf(true).measures.followed).toBeGreaterThan(0.02)
  expect(routeOf(true).what).toContain('followed')
  expect(routeOf(false)).toMatchObject({ severity: 'note' })
})

test('of a longer way to the only source nothing is seen but its delay: the clock may be wrong by half of it', () => {
  const routeTo = (servers: readonly number[], longer: number) =>
    explain(
      ...peerstats((_, at) => ({ offset: 0, delay: at < 47_000 ? 0.02 : 0.02 + longer })).filter((_, i) =>
        servers.includes(1 + (i % 3)),
      ),
    ).findings.find(({ name }) => name === 'route-changed')!
  const found = routeTo([1], 0.06)
  expect(found).toMatchObject({ severity: 'warning' })
  expect(found.measures.most).toBeCloseTo(0.03, 3)
  expect(found.what).toContain('wrong by up to 30')
  expect(routeTo([1], 0.015)).toMatchObject({ severity: 'note' })
  expect(routeTo([1, 2, 3], 0.06)).toMatchObject({ severity: 'note' })
})

test('one of two sources falls silent: the other alone is left', () => {
  const rows = peerstats(() => ({ offset: 0, delay: 0.01 })).filter(row => !row.includes('192.0.2.3'))
  const { findings, verdict } = explain(...rows.filter((row, i) => !row.includes('192.0.2.2') || i < 200))
  expect(verdict).toBe('warning')
  const found = findings.find(({ name }) => name === 'source-silent')!
  expect(found.what).toContain('192.0.2.1 alone is left')
  // Back again, it was missed for a while, and the other did not fail.
  const back = explain(...rows.filter((row, i) => !row.includes('192.0.2.2') || i < 150 || i > 300))
  expect(back.findings.find(({ name }) => name === 'source-silent')).toMatchObject({ severity: 'note' })
})

test('OpenNTPD tells its state once: where its log ends unsynchronised, it stayed so', () => {
  const log = [
    'Mar  5 08:00:01 fw ntpd[1234]: ntp engine ready',
    'Mar  5 08:00:20 fw ntpd[1234]: peer 203.0.113.5 now valid',
    'Mar  5 08:04:02 fw ntpd[1234]: clock is now synced',
    'Mar  5 10:14:02 fw ntpd[1234]: peer 203.0.113.5 now invalid',
    'Mar  5 10:14:09 fw ntpd[1234]: clock is now unsynced',
  ]
  expect(explain(...log)).toMatchObject({ verdict: 'warning', findings: [{ name: 'not-synchronised' }] })
  expect(explain(...log, 'Mar  5 10:20:00 fw ntpd[1234]: clock is now synced').verdict).toBe('good')
})

test('queues make no other way', () => {
  let seed = 1
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const { findings } = explain(
    ...peerstats((_, at) => {
      const queue = at > 47_000 && at < 52_000 ? -0.05 * Math.log(random()) : 0
      return { offset: queue / 2, delay: 0.01 + queue }
    }),
  )
  expect(findings.map(({ name }) => name)).not.toContain('route-changed')
})

test('what chronyd corrects is no step where only its measurements tell of it: it may have been slewed', () => {
  const offsets = [
    ...Array(20).fill(2e-5),
    0.5001,
    0.3305,
    0.1219,
    0.0327,
    -0.02147,
    -0.05243,
    1.3e-5,
    -1.4e-5,
  ]
  const lines = offsets.map((offset, i) => {
    const at = new Date(Date.UTC(2027, 2, 5, 10, 0, 64 * i)).toISOString().replace('T', ' ').slice(0, 19)
    return `${at} 192.0.2.1   N  1 111 111 1111   6  6 0.00 ${offset < 0 ? '' : ' '}${offset.toExponential(3).replace(/e([+-])(\d)$/, 'e$10$2')}  2.461e-04  2.202e-07  0.000e+00  0.000e+00 7F7F0101 4B K K`
  })
  const names = explain(...lines).findings.map(({ name }) => name)
  expect(names).toContain('vm-paused')
  expect(names).not.toContain('stepped-back')
})

test('days that were put together in the wrong order are no step between them', () => {
  const day = (offset: number) => (server: number) => ({ offset: offset + server * 1e-4, delay: 0.001 })
  const later = peerstats(day(0))
  const earlier = peerstats(day(-0.0884)).map(line => line.replace(/^(\d+)/, mjd => String(Number(mjd) - 1)))
  const jumps = (lines: readonly string[]) =>
    explain(...lines).findings.filter(
      ({ name }) => name === 'stepped-by-someone-else' || name === 'vm-paused',
    )
  expect(jumps([...later, ...earlier])).toEqual([])
})

describe('a pause of three hours that chronyd slews away', () => {
  const at = (seconds: number) =>
    new Date(Date.UTC(2027, 2, 5, 10, 0, seconds)).toISOString().replace('T', ' ').slice(0, 19)
  const exponent = (value: number) => value.toExponential(3).replace(/e([+-])(\d)$/, 'e$10$2')
  const measured = (seconds: number, offset: number) =>
    `${at(seconds)} 192.0.2.1   N  1 111 111 1111   6  6 0.00  ${exponent(offset)}  2.461e-04  2.202e-07  0.000e+00  0.000e+00 7F7F0101 4B K K`
  const updated = (seconds: number, offset: number, left: number) =>
    `${at(seconds)} 192.0.2.1    2     29.653      0.012 ${offset < 0 ? '' : ' '}${exponent(offset)} N  1  1.379e-05  ${exponent(left)}  2.173e-04  1.448e-05  1.080e+04`
  const lines = [
    ...Array.from({ length: 40 }, (_, i) => [measured(64 * i, 2e-5), updated(64 * i, 1e-6, 1e-6)]).flat(),
    ...Array.from({ length: 4 }, (_, i) => measured(64 * (40 + i), 10_800)),
    updated(64 * 43, -10_800, 1e-6),
    // From here on the stamps are as if all had been done.
    ...Array.from({ length: 60 }, (_, i) => {
      const then = 10_800 + 64 * (44 + i)
      return [measured(then, 2e-5), updated(then, 1e-6, 10_800 - 5.3 * i)]
    }).flat(),
  ]
  const { findings } = explain(...lines)
  const one = (name: string) => findings.find(each => each.name === name)

  test('is wrong until it is slewed', () => {
    const slewed = one('slew-cannot-catch-up')!.measures
    expect(one('vm-paused')!.measures.recovered).toBeCloseTo(slewed.timeSpent! + slewed.timeLeft!, 0)
  })

  test('is no silence of its sources', () => {
    expect(one('sources-lost')).toBeUndefined()
  })
})

test('of thousands of forged addresses some are named, and how many more there are', () => {
  const forged = Array.from(
    { length: 20_000 },
    (_, i) => `61495 ${NOON + i / 4} 2001:db8::${i.toString(16)} 9014 0.000100000 0.010000000 0.0001 0.0001`,
  ).map(row =>
    row.replace(
      /^(\d+) (\d+)(?:\.(\d+))? /,
      (_, day, whole, rest = '') => `${day} ${whole}.${rest.padEnd(3, '0')} `,
    ),
  )
  const { findings } = explain(...peerstats(() => ({ offset: 0, delay: 0.01 })), ...forged)
  const found = findings.find(({ name }) => name === 'spurious-source-address')!
  expect(found.what).toMatch(
    / and more than \d{4} more addresses are heard now and then only, beside 3 regular sources/,
  )
  expect(found.what.length).toBeLessThan(400)
  expect(found.evidence.length).toBeLessThan(100)
  // Those that are too many to be told apart are no source.
  expect(findings.map(({ name }) => name)).not.toContain('single-source')
})

describe('one server of four is wrong for three hours of a day', () => {
  const [FROM, TO] = [30_000, 40_800]
  const WRONG = -0.21
  /** peerstats, where server 2 is wrong then; the clock is so far behind the three others, and ntpd calls this one its system peer. */
  const day = (
    behind: (at: number) => number,
    peer: (at: number) => number,
    wrong = (at: number) => at > FROM && at < TO,
  ) =>
    Array.from({ length: 1350 }, (_, i) => 64 * i).flatMap(t =>
      [1, 2, 3, 4].map(server => {
        const at = t + server
        // Noise of 0.2 ms.
        const offset = behind(at) + (server === 2 && wrong(at) ? WRONG : 0) + 2e-4 * Math.sin(at * server)
        return `${MARCH_2027} ${at}.000 192.0.2.${server} ${server === peer(at) ? '961a' : '941a'} ${offset.toFixed(9)} 0.003000000 0.010000000 0.000300000`
      }),
    )
  const secondOf = (at: number) => at % 86_400
  // ntpd steps some minutes later, both times.
  const led = (at: number) => (at > FROM + 320 && at < TO + 320 ? -WRONG : 0)
  const names = (lines: readonly string[]) =>
    explain(...lines)
      .findings.filter(({ severity }) => severity !== 'note')
      .map(({ name }) => name)

  test('and the clock goes with it: what that did to the clock is no pause, and nobody else’s step', () => {
    const { findings } = explain(...day(led, () => 2))
    // That ntpd itself set it back then is true.
    expect(names(day(led, () => 2))).toEqual(['falseticker-followed', 'stepped-back'])
    const found = findings.find(({ name }) => name === 'falseticker-followed')!
    expect(found.measures.size).toBeCloseTo(WRONG, 3)
    // Windows of eight of the measurements that are kept, each fourth.
    expect(secondOf(found.from!) - FROM).toBeLessThan(3000)
    expect(TO - secondOf(found.to!)).toBeLessThan(3000)
    expect(secondOf(found.from!)).toBeGreaterThan(FROM)
    expect(secondOf(found.to!)).toBeLessThan(TO)
    expect(found.evidence.some(({ text }) => text.startsWith('ntpd itself names it for'))).toBe(true)
    expect(found.cost).toContain('210 ms')
  })

  test('and the clock goes with it, and ntpd’s log has the steps', () => {
    const log = [
      '31 Mar 08:25:21 ntpd[700]: 0.0.0.0 c61c 0c clock_step -0.210112 s',
      '31 Mar 11:25:21 ntpd[700]: 0.0.0.0 c61c 0c clock_step +0.209912 s',
    ]
    const lines = [...day(led, () => 2), ...log]
    expect(names(lines)).toEqual(['falseticker-followed', 'stepped-back'])
    const [followed, back] = explain(...lines).findings
    expect(followed!.evidence.filter(({ text }) => text.includes('set the clock'))).toHaveLength(2)
    expect(back!.causes.map(({ what }) => what)).toEqual([expect.stringContaining('a source that is wrong')])
  })

  test('and it is followed for as long only, though it is wrong all day', () => {
    const lines = day(
      at => (at > FROM && at < TO ? -WRONG : 0),
      at => (at > FROM && at < TO ? 2 : 1),
      () => true,
    )
    expect(names(lines)).toEqual(['falseticker-followed', 'stepped-back'])
    const { from, to } = explain(...lines).findings[0]!
    expect(secondOf(from!) - FROM).toBeLessThan(3000)
    expect(TO - secondOf(to!)).toBeLessThan(3000)
  })

  test('and the clock stays with the others', () => {
    expect(
      names(
        day(
          () => 0,
          () => 1,
        ),
      ),
    ).toEqual(['falseticker'])
  })

  test('and the clock is drawn to it for a part, as an average of sources does, and ntpd calls it the best', () => {
    const drawn = (at: number) => (at > FROM && at < TO ? -WRONG / 3 : 0)
    const inIt = (at: number) => (at > FROM && at < TO ? 2 : 1)
    expect(names(day(drawn, inIt))).toContain('falseticker-followed')
  })

  test('and the machine stands still meanwhile, for as long as that server is wrong', () => {
    // Corrected after 20 minutes: the clock does not stay with the wrong one.
    const paused = (at: number) => (at > FROM + 4000 && at < FROM + 5200 ? -WRONG : 0)
    expect(names(day(paused, () => 1))).toContain('vm-paused')
    expect(names(day(paused, () => 1))).not.toContain('falseticker-followed')
  })
})
