import { describe, expect, test } from 'vitest'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from '#core/agent/config.ts'
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

  test('an edit leaves everything else as it is', () => {
    const [first, second] = changesFor(ntpd('4.2.8p15', '-gx -u ntp:ntp', CONF), 4.3)
    expect(first).toMatchObject({ name: 'no -x', player: { options: '-g -u ntp:ntp', config: CONF } })
    expect(second).toMatchObject({
      name: 'polls 4 to 6',
      player: { config: 'server ntp.example iburst minpoll 4 maxpoll 6 # ours\nserver 127.127.1.0\n' },
    })
  })
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
