import { describe, expect, test } from 'vitest'
import { CHRONY_GRAMMAR } from '#dialects/chrony/grammar.ts'
import { NTPD_GRAMMAR } from '#dialects/ntpd/grammar.ts'
import { NTPD_RS_TABLES } from '#dialects/ntpd-rs/grammar.ts'
import { configuredPlayer } from './configured.ts'
import { CHRONY_TABLE, leftOutOfOpenNtpd, NTPD_RS_GROUPS, NTPD_TABLE } from './left-out.ts'
import { serversAsked } from './player.ts'

describe.each([
  ['chronyd', CHRONY_GRAMMAR, CHRONY_TABLE],
  ['ntpd', NTPD_GRAMMAR, NTPD_TABLE],
])('%s', (_, { statements }, { played, elsewhere, leftOut, options }) => {
  test('of each statement that there is, it is known whether it is played', () => {
    const sorted = [...played, ...elsewhere, ...leftOut.keys()].sort()
    expect(sorted).toEqual([...statements.keys()].sort())
  })
  test('each option that is left out is one of a server', () => {
    for (const option of options.keys()) expect(statements.get('server')!.options.has(option)).toBe(true)
  })
})

const notesOf = (daemon: string, text: string) =>
  configuredPlayer({ name: 'a.conf', daemon, ...(daemon.startsWith('ntp') && { options: '-g' }), text })!
    .notes

test('what is left out is said with its line; what is played, or has no bearing on the clock, is not', () => {
  expect(
    notesOf(
      'chrony',
      'server a iburst key 1 filter 5 xleave\nfallbackdrift 16 19\nmakestep 1 3\nkeyfile /k\nsourcedir /s\nsmoothtime 400 0.01\n',
    ),
  ).toEqual([
    'line 1: `key` is not played: who answers is believed without it',
    'line 1: `filter` is not played: each sample is used by itself',
    'line 1: `xleave` is not played: exchanges are not interleaved',
    'line 2: `fallbackdrift` is not played: without servers it goes on with its last frequency',
    'line 5: other files are not read',
  ])
  expect(
    notesOf(
      'ntpd-4.2.8p15',
      'server a key 3 iburst\nkeys /k\nmanycastclient 239.1.1.1\nincludefile /i\nserver 127.127.20.0\n',
    ),
  ).toEqual([
    'line 1: `key` is not played: who answers is believed without it',
    'line 3: `manycastclient` is not played: nobody answers a manycast',
    'line 4: other files are not read',
    'line 5: reference clocks are not played',
  ])
})

test('of a line with a mistake that is played which ntpd takes, and it is said', () => {
  const text = 'server a iburs key 3\ntinker stpe 0.5 panic 0\nserver b minpoll four\n'
  expect(notesOf('ntpd-4.2.8p6', text)).toEqual([
    'line 1: ntpd takes no more of it than `server a`',
    'lines 2 and 3: ntpd drops this whole line',
  ])
  const { player } = configuredPlayer({ name: 'a.conf', daemon: 'ntpd-4.2.8p6', options: '-g', text })!
  expect(serversAsked(player)).toBe(1)
})

test('whom an ntpd that listens does not hear is said', () => {
  expect(notesOf('ntpsec-1.2.2', 'disable auth\nbroadcastclient\n')).toEqual([
    expect.stringMatching(/^line 2: NTPsec listens to nobody/),
  ])
  expect(notesOf('ntpd-4.2.8p15', 'broadcastclient\n')).toEqual([
    expect.stringMatching(/^line 1: keys are not played/),
  ])
  expect(notesOf('ntpd-4.2.8p15', 'disable auth\nbroadcastclient\n')).toEqual([])
  expect(notesOf('ntpd-4.2.8p15', 'disable auth\nbroadcastclient novolley\n')).toEqual([
    expect.stringContaining('line 2: with `novolley` nobody is heard by this line'),
  ])
})

test('whom chronyd does not follow for its `authselectmode` is said', () => {
  expect(notesOf('chrony', 'server a\npool b\nauthselectmode require\n')).toEqual([
    'line 3: for this `authselectmode` chronyd does not follow a and b, which do not prove themselves by nts or a key: played so',
  ])
  expect(notesOf('chrony', 'server a\nauthselectmode prefer\n')).toEqual([])
})

test('whom ntpd does not hear for its own `restrict` is said, unless another line lets him through', () => {
  const servers = 'server 192.0.2.1\nserver ntp.example\n'
  expect(notesOf('ntpd-4.2.8p15', `${servers}restrict default ignore\n`)).toEqual([
    'line 3: for this `restrict` ntpd drops what 192.0.2.1 and ntp.example answer: played so',
  ])
  expect(notesOf('ntpd-4.2.8p15', `${servers}restrict default ignore\nrestrict 192.0.2.1\n`)).toEqual([
    'line 3: for this `restrict` ntpd drops what ntp.example answer: played so',
  ])
  expect(notesOf('ntpd-4.2.8p15', `${servers}restrict default ignore\nrestrict source nomodify\n`)).toEqual(
    [],
  )
  expect(notesOf('ntpd-4.2.8p15', `${servers}restrict default nomodify noquery\n`)).toEqual([])
})

test('what a pool finds is not heard where `nopeer` stands for everybody, by an ntpd from 4.2.7 on', () => {
  const text = 'pool pool.ntp.org iburst\nserver 192.0.2.1\nrestrict default nomodify nopeer noquery\n'
  expect(notesOf('ntpd-4.2.8p15', text)).toEqual([
    'line 3: for this `restrict` ntpd drops what pool.ntp.org answer: played so',
  ])
  for (const daemon of ['ntpd-4.2.6p5', 'ntpsec-1.2.2']) expect(notesOf(daemon, text), daemon).toEqual([])
  expect(notesOf('ntpd-4.2.8p15', `${text}restrict source nomodify\n`)).toEqual([])
})

describe('ntpd-rs', () => {
  test('clocks that are attached are said to be left out, and the servers beside them are played', () => {
    const clock = '[[source]]\nmode = "sock"\npath = "/s"\nprecision = 1e-3\n'
    expect(notesOf('ntpd-rs', `[[source]]\nmode = "server"\naddress = "a"\n${clock}`)).toEqual([
      'line 5: reference clocks are not played',
    ])
    const alone = configuredPlayer({ name: 'ntp.toml', text: clock })!
    expect(serversAsked(alone.player)).toBe(0)
    expect(alone.namesNobody).toMatch(/reference clocks are not played$/)
  })

  test('of each key that there is, it is known whether it is played', () => {
    const { played, elsewhere, leftOut } = NTPD_RS_GROUPS
    const all = [...played, ...elsewhere, ...leftOut.keys()]
    const paths = [...NTPD_RS_TABLES].flatMap(([table, keys]) => [...keys].map(key => [table, key]))
    for (const [table, key] of paths)
      expect(
        all.filter(each => each === `${table}.${key}`).length === 1 || all.includes(`${table}.*`),
        `${table}.${key}`,
      ).toBe(true)
    const known = new Set(paths.flatMap(([table, key]) => [`${table}.${key}`, `${table}.*`]))
    expect(all.filter(each => !known.has(each))).toEqual([])
  })

  test('what is left out is said with its line, and what ntpd-rs does not know', () => {
    const source = '[[source]]\nmode = "server"\naddress = "a"\n'
    expect(
      notesOf(
        'ntpd-rs',
        `${source}poll-interval-limits = { min = 4, max = 6 }\n[synchronization]\nwarn-on-jump = false\nalgorithm = { step-threshold = 0.1, initial-wander = 1e-8 }\nminimum-agreeing-source = 1\n`,
      ),
    ).toEqual([
      'ntpd-rs does not start with line 8, and nobody would keep the clock: played as if it did',
      'line 4: `poll-interval-limits` is not played: all sources are asked as `[source-defaults]` says',
      'line 7: `initial-wander` is not played: its usual value holds',
      'line 8: `minimum-agreeing-source` is no key of ntpd-rs',
    ])
    expect(
      notesOf(
        'ntpd-rs',
        `${source}[source-defaults]\npoll-interval-limits = { min = 4, max = 6 }\n[synchronization.algorithm]\nstep-threshold = 0.1\nslew-minimum-duration = 4\n`,
      ),
    ).toEqual(['line 8: `slew-minimum-duration` is not played: its usual value holds'])
  })
})

test('a daemon that would not start for a line is said to, and one that passes over it is not', () => {
  const broken = 'server a iburst\nmakestpe 1 -1\nmakestep\n'
  expect(notesOf('chrony', broken)[0]).toBe(
    'chronyd does not start with lines 2 and 3, and nobody would keep the clock: played as if it did',
  )
  expect(notesOf('openntpd', 'servers pool.example\nserver\n')[0]).toMatch(
    /does not start with line 2, and nobody/,
  )
  expect(notesOf('ntpd-rs', '[[source]]\nmode = "server"\naddress = "a"\nadress = "b"\n')[0]).toMatch(
    /^ntpd-rs does not start with line 4, and nobody/,
  )
  for (const [daemon, text] of [
    ['ntpd-4.2.8p15', broken],
    ['chrony', 'server a iburst\nmakestep 1 -1\n'],
  ] as const)
    expect(notesOf(daemon, text).join()).not.toContain('does not start')
})

test('chronyd starts with the name of a server that nobody can have, and it is said that it finds nobody', () => {
  const text = 'server a iburst\nserver b:123 iburst\nmakestep 1 -1\n'
  expect(notesOf('chrony', text)).toEqual(['line 2: chronyd finds no host of that name'])
  expect(serversAsked(configuredPlayer({ name: 'a.conf', daemon: 'chrony', text })!.player)).toBe(1)
})

test('chronyd asks nobody by a driver of ntpd, and that is said', () => {
  const text = 'server a iburst\nserver 127.127.1.0\nmakestep 1 -1\n'
  expect(notesOf('chrony', text)).toEqual([
    'line 2: for chronyd that is an address of its own machine, and no clock',
  ])
  expect(serversAsked(configuredPlayer({ name: 'a.conf', daemon: 'chrony', text })!.player)).toBe(1)
})

test('the constraints of OpenNTPD are not played, and each of their lines is named', () => {
  expect(
    leftOutOfOpenNtpd('servers pool.example\nconstraint from "9.9.9.9"\nconstraints from "a.example"\n'),
  ).toEqual([
    { line: 2, why: expect.stringContaining('`constraint` is not played') },
    { line: 3, why: expect.stringContaining('`constraints` is not played') },
  ])
})
