import { describe, expect, test } from 'vitest'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import { parseNtpdRsConf } from '#dialects/ntpd-rs/conf.ts'
import type { PlayerSpec } from '../players/player.ts'
import { changesFor } from './changes.ts'

const ntpd = (version: string, options: string, config: string): PlayerSpec => ({
  kind: 'ntpd',
  name: 'x',
  version,
  options,
  config,
})
const names = (player: PlayerSpec, pause = 4.3) => changesFor(player, pause).map(({ name }) => name)

describe('ntpd', () => {
  const CONF = 'server ntp.example iburst maxpoll 10 # ours\nserver 127.127.1.0\n'

  test('is offered what its version heeds', () => {
    expect(names(ntpd('4.2.8p15', '-g', CONF))).toEqual([
      'polls 4 to 6',
      'maxdist 16',
      'polls 4 to 6, maxdist 16',
      'chrony',
      'clockwright',
    ])
    expect(names(ntpd('4.2.6p5', '-g', CONF))).toContain('stepout 10')
  })

  test('panic 0 is for pauses that would end it', () => {
    expect(names(ntpd('4.2.8p15', '-g', CONF), 1200)[0]).toBe('panic 0')
    expect(names(ntpd('4.2.8p15', '-g', `${CONF}tinker panic 0`), 1200)).not.toContain('panic 0')
  })

  test('what of its configuration keeps it from stepping or from keeping the clock can be taken out', () => {
    const configs = (config: string, options = '-g', version = '4.2.8p15') =>
      changesFor(
        ntpd(version, options, `server 10.0.0.1 minpoll 4 maxpoll 6\ntos maxdist 16\n${config}`),
        4.3,
      )
    const [step] = configs('tinker panic 0 step 0 # as for ESX')
    expect(step).toMatchObject({
      name: 'no tinker step',
      how: 'take "step 0" out of "tinker": by default what is larger than 128 ms is stepped',
      player: { config: expect.stringMatching(/\ntinker panic 0 # as for ESX$/) },
    })
    const lines = (config: string) => {
      const { name, player } = configs(config)[0]!
      return [name, (player as { config: string }).config.split('\n').slice(2).join('|')]
    }
    expect(lines('tinker step 10')).toEqual(['no tinker step', ''])
    expect(lines('tinker stepfwd 0 stepback 0.1')).toEqual(['no tinker stepfwd', 'tinker stepback 0.1'])
    expect(lines('tinker stepout 86400')).toEqual(['no tinker stepout', ''])
    expect(lines('disable ntp monitor')).toEqual(['no disable ntp', 'disable monitor'])
    const watched = ntpd('4.2.8p15', '-g', 'server a noselect maxpoll 6 # noselect')
    expect(changesFor(watched, 4.3)[0]).toMatchObject({
      name: 'no noselect',
      player: { config: 'server a maxpoll 6 # noselect' },
    })
    expect(lines('tos minsane 3')).toEqual(['minsane 1', 'tos minsane 3|tos minsane 1|'])
    expect(configs('tinker step 0.1 stepout 300 panic 0').map(({ kind }) => kind)).toEqual([
      'daemon',
      'daemon',
    ])
    // The option alone, the line alone, and both: with one of them left nothing is stepped.
    expect(configs('tinker step 0', '-g -x').map(({ name }) => name)).toEqual([
      'no -x',
      'no tinker step',
      'no -x, no tinker step',
      'chrony',
      'clockwright',
    ])
  })

  test('what makes it deaf to its servers can be taken out', () => {
    const POLLED = 'server 10.0.0.1 minpoll 4 maxpoll 6\ntos maxdist 16\n'
    const first = (config: string) => {
      const { name, player } = changesFor(ntpd('4.2.8p15', '-g', config), 4.3)[0]!
      return [name, (player as { config: string }).config]
    }
    expect(first(`${POLLED}restrict -4 default ignore # all\nrestrict -6 default ignore\n`)).toEqual([
      'no restrict ignore',
      `${POLLED}restrict -4 default nomodify notrap noquery # all\nrestrict -6 default ignore\n`,
    ])
    expect(first(`${POLLED}restrict default noserve nomodify\n`)[1]).toBe(
      `${POLLED}restrict default notrap noquery nomodify\n`,
    )
    // One line after the other.
    const named = 'server ntp.example maxpoll 6\ntos maxdist 16\n'
    const both = 'restrict -4 default ignore\nrestrict -6 default noserve\n'
    expect(first(named + both)[1]).toBe(
      `${named}restrict -4 default nomodify notrap noquery\nrestrict -6 default nomodify notrap noquery\n`,
    )
    expect(first('pool a.pool.ntp.org maxpoll 6\ntos maxdist 16\nrestrict default nopeer')).toEqual([
      'restrict source',
      'pool a.pool.ntp.org maxpoll 6\ntos maxdist 16\nrestrict default nopeer\nrestrict source nomodify notrap noquery',
    ])
    expect(first(`${POLLED}restrict default nomodify`)[0]).toBe('chrony')
    expect(first('server 10.0.0.1 maxpoll 6\ntos floor 3 maxdist 16 ceiling 10')).toEqual([
      'no tos floor, no tos ceiling',
      'server 10.0.0.1 maxpoll 6\ntos maxdist 16',
    ])
  })

  test('an edit leaves everything else as it is', () => {
    const [first, second] = changesFor(ntpd('4.2.8p15', '-gx -u ntp:ntp', CONF), 4.3)
    expect(first).toMatchObject({ name: 'no -x', player: { options: '-g -u ntp:ntp', config: CONF } })
    expect(second).toMatchObject({
      name: 'polls 4 to 6',
      player: { config: 'server ntp.example iburst minpoll 4 maxpoll 6 # ours\nserver 127.127.1.0\n' },
    })
  })
})

test('chrony may do without limits of delay; another chronyd asks the servers that are there', () => {
  const [limits] = changesFor(
    {
      kind: 'chronyd',
      name: 'x',
      config: 'makestep 1 -1\nserver a maxdelay 0.001 maxpoll 6 maxdelaydevratio 2 # a\n',
    },
    4.3,
  )
  expect(limits).toMatchObject({
    name: 'no maxdelay, maxdelaydevratio',
    player: { config: 'makestep 1 -1\nserver a maxpoll 6 # a\n' },
  })
  const chrony = (player: PlayerSpec) =>
    (changesFor(player, 4.3).find(({ name }) => name === 'chrony')!.player as { config: string }).config
  const servers = (config: string) => config.split('\n').filter(line => /^(?:server|pool)/.test(line))
  expect(
    servers(chrony({ kind: 'openntpd', name: 'o', config: 'server 10.0.0.1\nservers b.example' })),
  ).toEqual(['server 10.0.0.1 iburst minpoll 4 maxpoll 6', 'pool b.example iburst minpoll 4 maxpoll 6'])
  expect(servers(chrony({ kind: 'timesyncd', name: 't', config: '[Time]\nNTP=time.google.com' }))).toEqual([
    'server time.google.com iburst minpoll 6 maxpoll 6',
  ])
  expect(servers(chrony(ntpd('4.2.8p15', '-g', 'peer 10.0.0.2')))).toEqual([
    'server 10.0.0.2 iburst minpoll 4 maxpoll 6',
  ])
})

test('chrony is offered makestep and polls, unless they are there', () => {
  const chronyd = (config: string): PlayerSpec => ({ kind: 'chronyd', name: 'x', config })
  expect(names(chronyd('pool pool.example iburst\nmakestep 1 3'))).toEqual([
    'makestep 1 -1',
    'polls 4 to 6',
    'makestep 1 -1, polls 4 to 6',
    'clockwright',
  ])
  expect(names(chronyd('server a minpoll 4 maxpoll 4\nmakestep 0.1 -1'))).toEqual(['clockwright'])
  // A pause that no such step would undo.
  expect(names(chronyd('server a minpoll 4 maxpoll 4'), 0.5)).toEqual(['clockwright'])
  expect(names(chronyd('server a minpoll 4 maxpoll 4\nmakestep 1000 -1'))).toEqual([
    'makestep 1 -1',
    'clockwright',
  ])
})

test.each([
  ['maxchange 4 1 0', 'it is for clocks that never jump by themselves'],
  ['minsources 2', 'nobody is believed where so few are asked'],
  ['authselectmode require', 'by default servers that do not prove themselves are followed, too'],
  ['maxslewrate 500', 'the default allows more'],
  ['maxdistance 0.001', 'the default allows more'],
  ['maxjitter 1e-6', 'the default allows more'],
  ['corrtimeratio 100', 'by default a correction takes less time'],
])('chrony is offered to be without %s', (line, why) => {
  const fine = 'server 10.0.0.1 minpoll 4 maxpoll 6\nmakestep 1 -1'
  const [name] = line.split(' ')
  const [change, other] = changesFor({ kind: 'chronyd', name: 'x', config: `${fine}\n${line}` }, 4.3)
  expect(change).toMatchObject({ name: `no ${name}`, how: `take "${line}" out: ${why}` })
  expect((change!.player as { config: string }).config.trim()).toBe(fine)
  expect(other!.kind).toBe('daemon')
})

test.each(['noselect', 'offline'])('servers that are all %s are offered to be without', flag => {
  const chrony = (config: string): PlayerSpec => ({
    kind: 'chronyd',
    name: 'x',
    config: `${config}\nmakestep 1 -1`,
  })
  const line = `server 10.0.0.1 minpoll 4 ${flag} maxpoll 6`
  const [change] = changesFor(chrony(line), 4.3)
  expect(change).toMatchObject({
    name: `no ${flag}`,
    player: { config: 'server 10.0.0.1 minpoll 4 maxpoll 6\nmakestep 1 -1' },
  })
  expect(names(chrony(`${line}\nserver 10.0.0.2 maxpoll 6`))).toEqual(['clockwright'])
})

test('what lets chrony be as it is, is not offered to be taken out', () => {
  const config = 'server a maxpoll 6\nserver b maxpoll 6\nmakestep 1 -1\nminsources 2\nmaxchange 1000 1 0'
  expect(names({ kind: 'chronyd', name: 'x', config })).toEqual(['clockwright'])
  const proven = 'server a nts maxpoll 6\nserver b maxpoll 6\nmakestep 1 -1\nauthselectmode require'
  expect(names({ kind: 'chronyd', name: 'x', config: proven })).toEqual(['clockwright'])
})

test('timesyncd is offered shorter polls, for whoever it asks', () => {
  const timesyncd = (config: string) => changesFor({ kind: 'timesyncd', name: 'x', config }, 4.3)
  const [own] = timesyncd('[Time]\nNTP=10.0.0.1\nPollIntervalMaxSec=256\n')
  expect(own).toMatchObject({
    name: 'polls 4 to 6',
    how: 'write "PollIntervalMinSec=16" and "PollIntervalMaxSec=64" (only where its owner agrees to be asked that often)',
    player: {
      config: expect.stringMatching(
        /NTP=10(?:.|\n)*\n\[Time\]\nPollIntervalMinSec=16\nPollIntervalMaxSec=64\n$/,
      ),
    },
  })
  expect((own!.player as { config: string }).config).not.toContain('256')
  expect(timesyncd('')[0]).toMatchObject({ name: 'polls 6', how: expect.stringContaining('MinSec=64') })
  expect(timesyncd('[Time]\nNTP=10.0.0.1\nPollIntervalMaxSec=64\nRootDistanceMaxSec=1ms\n')[0]).toMatchObject(
    {
      name: 'no RootDistanceMaxSec',
      player: { config: '[Time]\nNTP=10.0.0.1\nPollIntervalMaxSec=64\n\n' },
    },
  )
})

test('ntpd-rs is offered what lets it follow, and step', () => {
  const ntpdRs = (pause: number, ...lines: string[]) => {
    const config = ['[[source]]', 'mode = "server"', 'address = "10.0.0.1"', ...lines].join('\n')
    return changesFor({ kind: 'ntpd-rs', name: 'x', config }, pause)
      .filter(({ kind }) => kind === 'edit')
      .map(({ name, player }) => ({
        name,
        settings: parseNtpdRsConf((player as { config: string }).config, '').settings,
      }))
  }
  const few = ['[synchronization]', 'minimum-agreeing-sources = 1']
  const short = ['[source-defaults]', 'poll-interval-limits = { min = 4, max = 6 }']
  expect(ntpdRs(4.3, ...short)).toMatchObject([
    { name: 'minimum-agreeing-sources 1', settings: { minimumAgreeingSources: 1, pollMax: 6 } },
  ])
  expect(ntpdRs(4.3, ...few)).toMatchObject([
    { name: 'polls 4 to 6', settings: { minimumAgreeingSources: 1, pollMin: 4, pollMax: 6 } },
  ])
  expect(ntpdRs(1200, ...short, ...few)).toMatchObject([
    {
      name: 'steps forward of any size',
      settings: { singleStepPanicThreshold: { forward: Number.POSITIVE_INFINITY, backward: 1000 } },
    },
  ])
  expect(ntpdRs(4.3, ...short, ...few, 'accumulated-step-panic-threshold = 2')).toMatchObject([
    {
      name: 'no accumulated-step-panic-threshold',
      settings: { accumulatedStepPanicThreshold: Number.POSITIVE_INFINITY },
    },
  ])
  expect(ntpdRs(4.3, ...short, ...few, '[synchronization.algorithm]', 'step-threshold = 5')).toMatchObject([
    { name: 'no step-threshold', settings: { stepThreshold: 0.01, minimumAgreeingSources: 1 } },
  ])
})

test('OpenNTPD has nothing to be changed: only others are offered', () => {
  expect(names({ kind: 'openntpd', name: 'x', config: 'server 10.0.0.1\n' })).toEqual([
    'chrony',
    'clockwright',
  ])
})

test('no public server is to be asked more often than every 64 s, whoever asks it', () => {
  const conf = (...lines: string[]): PlayerSpec => ({ kind: 'chronyd', name: 'x', config: lines.join('\n') })
  const pool = changesFor(conf('pool 2.debian.pool.ntp.org iburst', 'makestep 1 -1'), 4.3)
  expect(pool).toMatchObject([
    {
      name: 'polls 6',
      how: expect.stringContaining('"minpoll 6 maxpoll 6"'),
      player: { config: 'pool 2.debian.pool.ntp.org iburst minpoll 6 maxpoll 6\nmakestep 1 -1' },
    },
    { name: 'clockwright', how: expect.stringContaining('minpoll = 6'), player: { polls: [6, 6] } },
  ])
  const [mixed] = changesFor(conf('server time.google.com', 'server 10.0.0.1', 'makestep 1 -1'), 4.3)
  expect(mixed!.name).toBe('polls 4 to 6')
  expect(mixed!.player).toMatchObject({
    config: 'server time.google.com minpoll 6 maxpoll 6\nserver 10.0.0.1 minpoll 4 maxpoll 6\nmakestep 1 -1',
  })
  // Who is asked often already stays as it is, and is not named.
  const AWS = 'server 169.254.169.123 prefer iburst minpoll 4 maxpoll 4'
  const [aws] = changesFor(conf(AWS, 'pool 2.amazon.pool.ntp.org iburst', 'makestep 1 -1'), 4.3)
  expect(aws!.how).toMatch(/^add "minpoll 6 maxpoll 6" to 2\.amazon\.pool\.ntp\.org \(/)
  expect(aws!.player).toMatchObject({
    config: `${AWS}\npool 2.amazon.pool.ntp.org iburst minpoll 6 maxpoll 6\nmakestep 1 -1`,
  })
  const chrony = changesFor(ntpd('4.2.8p15', '-g', 'pool pool.ntp.org iburst'), 4.3).find(
    ({ name }) => name === 'chrony',
  )!
  expect(chrony.player).toMatchObject({ config: expect.stringContaining('minpoll 6 maxpoll 6') })
  const sources = ['time.nist.gov', '192.168.1.1'].map(address => ({
    ...SOURCE_DEFAULTS,
    name: address,
    address,
  }))
  const [agent] = changesFor({ kind: 'clockwright', name: 'a', config: { ...AGENT_DEFAULTS, sources } }, 4.3)
  expect(agent!.player).toMatchObject({ config: { sources: [{ minpoll: 6 }, { minpoll: 4 }] } })
})

test('our own agent is offered the polls with which it is offered to others', () => {
  const ours = { kind: 'clockwright', name: 'clockwright' } as const
  const [edit] = changesFor(ours, 4.3)
  expect(edit).toMatchObject({ kind: 'edit', name: 'polls 4 to 6', player: { polls: [4, 6] } })
  const offered = changesFor(ntpd('4.2.8p15', '-g', 'server a'), 4.3).at(-1)!
  expect(names(offered.player)).toEqual(['chrony'])
  expect(names(edit!.player)).toEqual(['chrony'])
})
