import { expect, test } from 'vitest'
import type { TimeDaemon } from '#core/guest/inventory.ts'
import { playerOfMachine } from './of-machine.ts'
import { serversAsked } from './player.ts'

const daemon = (name: string, text: string, more: Partial<TimeDaemon> = {}): TimeDaemon => ({
  name,
  installed: undefined,
  enabled: undefined,
  runs: undefined,
  pid: undefined,
  version: undefined,
  commandLine: undefined,
  setsTime: undefined,
  configuration: [{ path: `/etc/${name}.conf`, text, includedBy: undefined }],
  unreadable: [],
  unit: undefined,
  cannotWrite: undefined,
  ...more,
})

test.each([
  ['systemd-timesyncd', 'timesyncd', '[Time]\nNTP=10.0.0.1\nPollIntervalMaxSec=64\n'],
  ['openntpd', 'openntpd', 'server 10.0.0.1\n'],
  ['ntpd-rs', 'ntpd-rs', '[[source]]\nmode = "pool"\naddress = "ntp.example"\ncount = 4\n'],
  ['chronyd', 'chronyd', 'server 10.0.0.1 iburst\nmakestep 1 -1\n'],
])('%s is played with its own file', (name, kind, config) => {
  expect(playerOfMachine(daemon(name, config))).toMatchObject({ kind, config })
})

test('ntpd with its version and its command line', () => {
  const version = { value: '4.2.6p5', evidence: [] }
  const commandLine = { value: ['/usr/sbin/ntpd', '-x', '-g'], evidence: [] }
  expect(playerOfMachine(daemon('ntpd', 'server 10.0.0.1\n', { version, commandLine }))).toMatchObject({
    kind: 'ntpd',
    version: '4.2.6p5',
    options: '-x -g',
  })
})

test('a file that names nobody leaves the player to what is usual', () => {
  const played = playerOfMachine(daemon('openntpd', '#server 10.0.0.1\n'))
  expect(played).toMatchObject({ kind: 'openntpd', config: expect.stringContaining('server 192.0.2.1') })
})

test('a timesyncd that is told nobody keeps its settings, and asks those that its distribution has compiled in', () => {
  const config = '[Time]\n#NTP=\nPollIntervalMaxSec=64\n'
  const played = playerOfMachine(daemon('systemd-timesyncd', config))!
  expect(played).toMatchObject({ kind: 'timesyncd', config })
  expect(serversAsked(played)).toBe(4)
})

test('what the lab does not play is nobody', () => {
  expect(playerOfMachine(daemon('ptp4l', ''))).toBeUndefined()
})

test('what a file includes takes effect at its place', () => {
  const path = '/etc/chrony.conf'
  const configuration = [
    { path, text: 'confdir /etc/chrony.d\nserver 10.0.0.1\nmakestep 1 3', includedBy: undefined },
    { path: '/etc/chrony.d/vm.conf', text: 'makestep 1 -1', includedBy: { path, line: 1, text: '' } },
  ]
  expect(playerOfMachine(daemon('chronyd', '', { configuration }))).toMatchObject({
    config: 'confdir /etc/chrony.d\nmakestep 1 -1\nserver 10.0.0.1\nmakestep 1 3',
  })
})
