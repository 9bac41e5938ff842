import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { play } from '../play.ts'
import { scenarioSchema } from '../scenario/schema.ts'
import { configuredPlayer, daemonOf } from './configured.ts'
import { KNOWN_PLAYERS, knownPlayer } from './known.ts'
import { longestPoll } from './longest-poll.ts'
import { namingServers } from './make.ts'
import { serversAsked, sourcesAsked } from './player.ts'

const ON_LINUX =
  'it runs on Linux, whose kernel takes an offset away by 0.5 ms a second; that of OpenBSD does so ten times as fast'
const ADDRESSES = ['192.0.2.1', '192.0.2.2', '192.0.2.3']
const server = (address: string) => ({ kind: 'server', address })
const pool = (address: string) => ({ kind: 'pool', address })
const named = (...sources: { kind: string; address: string }[]) =>
  namingServers(sources, ADDRESSES).map(({ address }) => address)

describe('servers of a configuration stand for those of the story', () => {
  test('by address where it is one of them, else one after the other', () => {
    expect(named(server('10.0.0.1'), server('192.0.2.1'), server('ntp.example'))).toEqual([
      '192.0.2.2',
      '192.0.2.1',
      '192.0.2.3',
    ])
  })
  test('who finds none left is left out', () => {
    expect(named(server('a'), server('b'), server('c'), server('d'))).toEqual(ADDRESSES)
  })
  test('one pool takes all that are left', () => {
    expect(named(pool('0.debian.pool.ntp.org'), pool('1.debian.pool.ntp.org'))).toEqual(['pool.lab'])
    expect(named(server('a'), server('b'), server('c'), pool('p'))).toEqual(ADDRESSES)
  })
  test('pools that take a part leave the others to those behind them', () => {
    const part = (maxsources: number) => ({ ...pool('p'), maxsources })
    expect(namingServers([part(1), part(1), server('a'), part(1)], ADDRESSES)).toEqual([
      { ...part(1), address: 'pool.lab' },
      { ...part(1), address: 'pool.lab' },
      server('192.0.2.1'),
    ])
  })
  test('clocks of the machine itself stay', () => {
    expect(named(server('127.127.1.0'), server('a'))).toEqual(['127.127.1.0', '192.0.2.1'])
  })
})

test('a pool of chronyd brings others than the servers that it has already', () => {
  const story = v.parse(scenarioSchema, {
    title: 'A test',
    about: 'A clock that is wrong.',
    duration: '1h',
    guest: { offset: '1s' },
    server: ADDRESSES.slice(0, 2).map(address => ({ address })),
  })
  const config = 'server a iburst\npool b iburst maxsources 1\nminsources 2\nmakestep 0.1 -1\n'
  const { score } = play({ scenario: story, player: { kind: 'chronyd', name: 'c', config }, seed: 1 })
  expect(score.timeTo10ms).toBeLessThan(60)
})

test('the order of pools and servers in chrony.conf changes nothing', () => {
  const addresses = [1, 2, 3, 4, 5, 6, 7].map(i => `192.0.2.${i}`)
  const story = v.parse(scenarioSchema, {
    title: 'A test',
    about: 'A clock that is right.',
    duration: '1h',
    server: addresses.map(address => ({ address })),
  })
  const packetsOf = (...lines: readonly string[]) => {
    const config = lines.map(line => `${line} minpoll 4 maxpoll 4\n`).join('')
    const player = { kind: 'chronyd' as const, name: 'c', config }
    return [serversAsked(player), play({ scenario: story, player, seed: 1 }).score.packets]
  }
  const servers = ['server a', 'server b']
  const pools = ['pool c maxsources 4', 'pool d maxsources 1']
  const [asked, packets] = packetsOf(...servers, ...pools)
  expect(asked).toBe(7)
  expect(packets).toBeGreaterThan(7 * 220)
  expect(packetsOf(...pools, ...servers)).toEqual([7, packets])
  expect(packetsOf(pools[1]!, servers[0]!, pools[0]!, servers[1]!)).toEqual([7, packets])
})

describe('whose configuration a text is', () => {
  test.each([
    ['restrict default noquery\nserver ntp.example iburst\n', 'x', 'ntpd'],
    ['server ntp.example iburst\nmakestep 1 3\nrtcsync\n', 'x', 'chronyd'],
    ['server ntp.example iburst\n', '/etc/ntp.conf', 'ntpd'],
    ['server ntp.example iburst\n', '/etc/chrony.conf', 'chronyd'],
    ['[Time]\nNTP=ntp.example\n', 'x', 'timesyncd'],
    ['[[source]]\nmode = "pool"\naddress = "ntpd-rs.pool.ntp.org"\ncount = 4\n', 'x', 'ntpd-rs'],
    ['servers pool.ntp.org\nsensor *\nconstraints from "https://www.example"\n', 'x', 'openntpd'],
    ['server ntp.example\n', '/etc/openntpd/ntpd.conf', 'openntpd'],
    ['server ntp.example\n', '/etc/ntp.conf', 'ntpd'],
    ['driftfile /var/lib/ntp/ntp.drift\nserver ntp.example\n', 'old.conf', 'ntpd'],
    ['driftfile /var/lib/ntp/ntp.drift\nserver ntp.example prefer\n', 'chrony-to-be.conf', 'ntpd'],
    ['driftfile /var/lib/chrony/drift\nserver ntp.example\n', 'ntp-new.conf', 'chronyd'],
    ['driftfile /var/db/drift\nserver ntp.example prefer\n', 'x', 'ntpd'],
    ['server ntp.example prefer iburst\nmakestep 1 3\n', 'x', 'chronyd'],
    ['<html>\n<body>\n', 'x', undefined],
  ])('%j in %s: %s', (text, file, daemon) => expect(daemonOf(text, file)).toBe(daemon))
})

test.each([
  ['server ntp.example\n', 'old.conf', 'chronyd', 'ntpd:old.conf'],
  ['server ntp.example prefer\n', 'old.conf', 'ntpd', 'chrony:old.conf'],
])('%j in %s could be of several daemons, which is said', (text, name, kind, otherwise) => {
  const { guessed, notes, player } = configuredPlayer({ name, text })!
  expect({ guessed, kind: player.kind }).toEqual({ guessed: true, kind })
  expect(notes[0]).toContain(`taken for ${kind}'s; of another one say so: ${otherwise}`)
})

test('a configuration whose name tells whose it is is no guess', () => {
  expect(configuredPlayer({ name: 'ntp.conf', text: 'server ntp.example\n' })!.guessed).toBe(false)
})

test('that a peer is played as one that only answers is said', () => {
  for (const name of ['ntp.conf', 'chrony.conf'])
    expect(configuredPlayer({ name, text: 'peer ntp.example\n' })!.notes.join()).toMatch(/line 1: a peer is/)
})

test('what is assumed and what is not played is said', () => {
  const { player, notes } = configuredPlayer({
    name: 'ntp.conf',
    text: 'server ntp.example\nrestrict default noquery\nbananas 3\nserver 127.127.20.0\n',
    daemon: undefined,
  })!
  expect(player).toMatchObject({ kind: 'ntpd', version: '4.2.8p15', options: '-g' })
  expect(notes).toHaveLength(3)
  expect(notes[0]).toContain('because nothing else was said')
  expect(notes.join()).toMatch(/line 3: .*line 4: reference clocks/)
})

test('a daemon with its version and options is played as it is written', () => {
  expect(
    configuredPlayer({ name: 'a', daemon: 'ntpsec-1.2.2', options: '-g -x', text: 'server a' })!.player,
  ).toMatchObject({ version: 'ntpsec-1.2.2', options: '-g -x' })
  expect(configuredPlayer({ name: 'a', daemon: 'chrony', text: 'server a' })!.player.kind).toBe('chronyd')
})

test.each([
  ['chrony-1.2', 'chrony-1.2 is played as chronyd 4'],
  ['chrony-4.5', undefined],
  ['chrony', undefined],
  ['openntpd-3.9p1', 'openntpd-3.9p1 is played as openntpd 7'],
  ['ntpd-rs-1.3.0', undefined],
  ['ntpd-rs-0.3.7', 'ntpd-rs-0.3.7 is played as ntpd-rs 1'],
  ...[
    'ntpd 4.2.9',
    'ntpd 4.2.8p99',
    'ntpd 4.3.999',
    'chronyd 9',
    'chronyd 4.20',
    'ntpsec 1.9',
    'openntpd 99',
  ].map((version): [string, string] => [
    version.replace(' ', '-'),
    `no ${version} is known here: it is played as the nearest that is`,
  ]),
  ...[
    'ntpd-4.0.99',
    'ntpd-4.1',
    'ntpd-4.2.4p8',
    'ntpd-4.2.5p180',
    'ntpd-4.2.6p5',
    'ntpd-4.2.7p51',
    'ntpd-4.2.8p18',
  ].map((name): [string, undefined] => [name, undefined]),
  ...['ntpd-4.3.91', 'chronyd-4.6.1', 'ntpsec-0.9.7', 'ntpsec-1.2.2'].map((name): [string, undefined] => [
    name,
    undefined,
  ]),
])('%s: a version of which there is no model is told', (daemon, note) => {
  expect(
    configuredPlayer({ name: 'a', daemon, text: '' })!.notes.find(each => each.includes('played as')),
  ).toBe(note)
})

test.each(Object.keys(KNOWN_PLAYERS))('%s is known, and its configuration understood', name => {
  const player = knownPlayer(name, ADDRESSES)!
  expect(player.name).toBe(name)
  if (!('config' in player) || typeof player.config !== 'string') return
  expect(serversAsked(player)).toBe(3)
  const daemon = player.kind === 'ntpd' ? 'ntpd-4.2.8' : player.kind
  expect(configuredPlayer({ name, daemon, options: '', text: player.config })!.notes).toEqual(
    name === 'openntpd' ? [ON_LINUX] : [],
  )
})

describe('a file as it is found on a machine is played with the servers of the story', () => {
  const scenario = v.parse(scenarioSchema, {
    title: 'A test',
    about: 'A clock that begins 50 ms behind.',
    duration: '1h',
    guest: { offset: '-50ms', frequencyerror: 5 },
    server: ADDRESSES.map(address => ({ address, delay: '1ms', jitter: '50us' })),
  })

  test.each([
    ['timesyncd.conf', '[Time]\n#NTP=\nFallbackNTP=0.debian.pool.ntp.org 1.debian.pool.ntp.org\n', []],
    [
      'timesyncd.conf',
      '[Time]\n#NTP=\n#FallbackNTP=0.debian.pool.ntp.org\n',
      ['the servers of the story stand for those that are compiled in'],
    ],
    [
      '/etc/openntpd/ntpd.conf',
      'servers pool.ntp.org\nserver time.example weight 2 trusted\nsensor *\n',
      [ON_LINUX, 'line 3: no server that is asked over the network'],
    ],
    [
      'ntp.toml',
      '[[source]]\nmode = "nts"\naddress = "nts.example"\n[[source]]\nmode = "pool"\naddress = "pool.example"\ncount = 2\n',
      ['line 1: NTS is played as plain NTP'],
    ],
  ])('%s', (name, text, said) => {
    const { player, notes } = configuredPlayer({ name, text })!
    expect(notes).toEqual(said)
    const { score } = play({ scenario, player, seed: 1 })
    expect(score.packets).toBeGreaterThan(3)
    expect(score.timeTo10ms).toBeLessThan(3600)
  })
})

test('a line that an old ntpd refuses for its polls is none, and that is said', () => {
  const text = 'server a.example maxpoll 4\nserver b.example\n'
  const { notes } = configuredPlayer({ name: 'ntp.conf', daemon: 'ntpd-4.2.4p8', options: '-g', text })!
  expect(notes).toEqual(['line 1: this ntpd leaves a line out whose minpoll is above its maxpoll: played so'])
  expect(configuredPlayer({ name: 'ntp.conf', daemon: 'ntpd-4.2.8p6', options: '-g', text })!.notes).toEqual(
    [],
  )
})

test('ntpd that drops the answers of its servers never learns the time; of one that is let through it does', () => {
  const scenario = v.parse(scenarioSchema, {
    title: 'a start',
    about: 'A clock that is behind.',
    duration: '4h',
    guest: { offset: -0.3 },
    server: [{ address: '192.0.2.1' }],
  })
  const timeTo10ms = (text: string, daemon?: string) => {
    const { player } = configuredPlayer({ name: 'ntp.conf', daemon, text })!
    return play({ scenario, player, seed: 1 }).score.timeTo10ms
  }
  const ignoring = 'server ntp.example iburst\nrestrict default ignore\n'
  expect(timeTo10ms(ignoring)).toBe(Number.POSITIVE_INFINITY)
  expect(timeTo10ms(`${ignoring}restrict source nomodify\n`)).toBeLessThan(3600)
  const pool = 'pool ntp.example iburst\nrestrict default nopeer\n'
  expect(timeTo10ms(pool, 'ntpd-4.2.8p15')).toBe(Number.POSITIVE_INFINITY)
  expect(timeTo10ms(pool, 'ntpsec-1.2.2')).toBeLessThan(3600)
})

test("another daemon's configuration is played by who is named, and that is the first thing that is said", () => {
  const said = (daemon: string, text: string) => configuredPlayer({ name: 'a', daemon, text })!
  const chrony = 'server a iburst\nmakestep 1 3\nrtcsync\n'
  const ntp = 'server a iburst\ntinker panic 0\n'
  const note = (of: string, by: string) =>
    `reads like a configuration of ${of}: what ${by} does not know of it is not played`
  expect(said('ntpd-4.2.8', chrony).notes[0]).toBe(note('chronyd', 'ntpd'))
  expect(said('chrony', ntp).notes[0]).toBe(note('ntpd', 'chronyd'))
  expect(said('timesyncd', chrony).notes[0]).toBe(note('chronyd', 'timesyncd'))
  expect(said('openntpd', chrony).namesNobody).toMatch(/; it reads like a configuration of chronyd$/)
  for (const [daemon, text] of [
    ['ntpd-4.2.8', ntp],
    ['chrony', chrony],
    ['ntpsec-1.2.2', 'server a iburst'],
    ['chrony', 'server a'],
  ])
    expect(said(daemon!, text!).notes.join()).not.toContain('reads like')
})

test('polls that timesyncd does not take are told of, and those that it takes instead are played', () => {
  const text = '[Time]\nNTP=10.1.1.1\nPollIntervalMinSec=10\nPollIntervalMaxSec=20\n'
  const { player, notes } = configuredPlayer({ name: 'timesyncd.conf', text })!
  expect(longestPoll(player)).toBe(2048)
  expect(notes).toEqual([
    'line 3: systemd-timesyncd takes nothing below 16 s: 32 s is used instead',
    'line 4: the longest poll is below the shortest, 32 s: 2048 s is used instead',
  ])
})

test('a byte order mark ends chronyd and OpenNTPD, and costs ntpd its first line; timesyncd passes over it', () => {
  const told = (name: string, daemon: string, text: string) =>
    configuredPlayer({ name, daemon, text: `\uFEFF${text}`, options: '' })!
  const mark = 'line 1: a byte order mark, which cannot be seen, stands before its first letter'
  const ends = 'does not start with line 1, and nobody would keep the clock: played as if it did'
  expect(told('chrony.conf', 'chrony', 'server a\r\nrtcsync\r\n').notes).toEqual([`chronyd ${ends}`, mark])
  expect(told('chrony.conf', 'chrony', '# ours\nserver a\n').notes).toEqual([`chronyd ${ends}`, mark])
  expect(told('ntpd.conf', 'openntpd', 'server a\n').notes).toEqual([
    `the ntpd of OpenNTPD ${ends}`,
    ON_LINUX,
    mark,
  ])
  const ntpd = told('ntp.conf', 'ntpd-4.2.8p15', 'server a\nserver b\n')
  expect(ntpd.notes).toEqual([mark])
  expect(sourcesAsked(ntpd.player).map(({ address }) => address)).toEqual(['b'])
  expect(told('timesyncd.conf', 'timesyncd', '[Time]\nNTP=a\n').notes).toEqual([])
})

test('a reference clock as NTPsec writes it is nobody who is asked, and takes no server of the story', () => {
  const config = 'refclock nmea unit 0 prefer\nserver a.example iburst\n'
  const spec = { kind: 'ntpd', name: 'x', version: 'ntpsec 1.2.2', options: '-g', config } as const
  expect(serversAsked(spec)).toBe(1)
  const { player, notes } = configuredPlayer({ name: 'ntp.conf', text: config })!
  expect(player).toMatchObject({ version: 'ntpsec-1.2.2' })
  expect(notes.join()).toContain('played as ntpsec 1.2.2')
  expect(named({ kind: 'refclock', address: 'nmea' }, server('a.example'))).toEqual(['nmea', '192.0.2.1'])
})

test('where other files may name somebody it is said that they are not read', () => {
  const { namesNobody } = configuredPlayer({
    name: 'chrony.conf',
    text: 'confdir /etc/chrony/conf.d\nmakestep 1 3\n',
  })!
  expect(namesNobody).toMatch(/; other files are not read$/)
})
