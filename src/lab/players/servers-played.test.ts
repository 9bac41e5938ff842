import { expect, test } from 'vitest'
import { usualStory } from '../scenario/schema.ts'
import { withSoManyServers } from '../sweep/alike.ts'
import type { PlayerSpec } from './player.ts'
import { saidOfServers } from './servers-played.ts'

const SOURCE = '[[source]]\nmode = "server"\naddress = "ntp.example"\n'
const POOL = '[[source]]\nmode = "pool"\naddress = "pool.example"\n'
const said = (player: PlayerSpec, count: number) =>
  saidOfServers(player, withSoManyServers(usualStory(), count))
const rs = (config: string): PlayerSpec => ({ kind: 'ntpd-rs', name: 'rs', config })
const ntpd = (config: string): PlayerSpec => ({
  kind: 'ntpd',
  name: 'n',
  version: '4.2.8p15',
  options: '-g',
  config,
})
const chronyd = (config: string): PlayerSpec => ({ kind: 'chronyd', name: 'c', config })

test('servers that a story does not have are said not to be played, a pool as those that it finds', () => {
  const more = 'c: it asks 5 servers, and this story has 1: the others are not played'
  expect(said(chronyd('server 169.254.169.123\npool pool.example'), 1)).toEqual([more])
  expect(said(chronyd('server 169.254.169.123\npool pool.example'), 5)).toEqual([])
  expect(said(chronyd('server a'), 4)).toEqual([])
  // Those that are compiled in, and whoever has no file, are as many as the story has.
  expect(said({ kind: 'timesyncd', name: 't', config: '[Time]\n' }, 1)).toEqual([])
  expect(said({ kind: 'clockwright', name: 'w' }, 1)).toEqual([])
})

test.each([
  ['ntpd-rs', rs(SOURCE), 'minimum-agreeing-sources', 3],
  ['ntpd', ntpd('server a\ntos minsane 3\n'), 'tos minsane', 3],
  ['chronyd', chronyd('server a\nminsources 2\n'), 'minsources', 2],
])('who asks fewer than must agree is said to follow nobody: %s', (kind, player, setting, least) => {
  expect(said(player, 4)).toEqual([
    `${player.name}: 1 server is asked here, and ${kind} follows nobody unless ${least} agree (${setting}): its clock is therefore not kept`,
  ])
})

test('enough are enough, and a pool finds no more than the story has', () => {
  expect(said(rs(POOL), 2)).toEqual([
    'rs: it asks 4 servers, and this story has 2: the others are not played',
    expect.stringContaining('2 servers are asked here'),
  ])
  expect(said(rs(POOL), 4)).toEqual([])
  expect(said(rs(`${SOURCE}[synchronization]\nminimum-agreeing-sources = 1\n`), 1)).toEqual([])
  expect(said(ntpd('server a\nserver b\nserver c\ntos minsane 3\n'), 3)).toEqual([])
  // Nobody broadcasts here: that is said elsewhere.
  expect(said(ntpd('broadcastclient\n'), 1)).toEqual([])
})

test('the clock of the host is one more of those that may agree', () =>
  expect(said(chronyd('server a\nrefclock PHC /dev/ptp0\nminsources 2\n'), 1)).toEqual([]))
