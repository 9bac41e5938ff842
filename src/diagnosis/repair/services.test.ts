/** Who starts services decides by which words a daemon is stopped, kept from the next boot, and brought back. */
import { describe, expect, test } from 'vitest'
import type { TimeDaemon } from '#core/guest/inventory.ts'
import { restartOf, type ServiceManager, serviceSteps } from './services.ts'
import type { Change } from './step.ts'

const reason = { finding: 'two-daemons', text: '' } as const
const daemonOf = (unit: string, enabled: boolean, path = '/etc'): TimeDaemon => ({
  name: 'ntpd',
  installed: undefined,
  enabled: { value: enabled, evidence: [{ path, text: '' }] },
  runs: undefined,
  pid: undefined,
  version: undefined,
  commandLine: undefined,
  setsTime: undefined,
  configuration: [],
  unreadable: [],
  cannotWrite: undefined,
  unit: { name: unit, files: [], starts: undefined, conditions: [], conflicts: [] },
})
const lineOf = (change: Change | undefined): string | undefined => {
  if (change?.kind === 'command') return `${change.run.join(' ')} | ${change.undo?.join(' ')}`
  return change?.kind === 'service'
    ? [change.stop ?? [], change.start].map(each => each.join(' ')).join(' | ')
    : undefined
}
const lines = (manager: ServiceManager, kind: 'start' | 'stop', daemon: TimeDaemon) =>
  serviceSteps({ kind, daemon: 'ntpd', unit: undefined, reason }, { daemons: [daemon] }, manager).map(
    ({ change }) => lineOf(change),
  )

describe('a service that is started with the machine is stopped for good', () => {
  test.each<[ServiceManager, string, string[]]>([
    [
      'systemd',
      'ntp.service',
      [
        'systemctl stop ntp.service | systemctl start ntp.service',
        'systemctl disable ntp.service | systemctl enable ntp.service',
      ],
    ],
    // Ubuntu 16.04, Debian 8 and 9: the daemon has a script alone.
    [
      'systemd',
      '/etc/init.d/ntp',
      [
        'systemctl stop ntp.service | systemctl start ntp.service',
        'systemctl disable ntp.service | systemctl enable ntp.service',
      ],
    ],
    [
      'openrc',
      '/etc/init.d/ntpd',
      [
        'rc-service ntpd stop | rc-service ntpd start',
        'rc-update del ntpd default | rc-update add ntpd default',
      ],
    ],
    [
      'openwrt',
      '/etc/init.d/sysntpd',
      [
        '/etc/init.d/sysntpd stop | /etc/init.d/sysntpd start',
        '/etc/init.d/sysntpd disable | /etc/init.d/sysntpd enable',
      ],
    ],
    [
      'sysv-rc',
      '/etc/init.d/ntp',
      ['service ntp stop | service ntp start', 'update-rc.d ntp disable | update-rc.d ntp enable'],
    ],
    [
      'chkconfig',
      '/etc/rc.d/init.d/ntpd',
      ['service ntpd stop | service ntpd start', 'chkconfig ntpd off | chkconfig ntpd on'],
    ],
    ['none', '/etc/init.d/ntpd', []],
  ])('by %s', (manager, unit, expected) => {
    expect(lines(manager, 'stop', daemonOf(unit, true))).toEqual(expected)
  })

  test('in the runlevel of OpenRC that it is in', () => {
    expect(lines('openrc', 'stop', daemonOf('/etc/init.d/ntpd', true, '/etc/runlevels/boot/ntpd'))[1]).toBe(
      'rc-update del ntpd boot | rc-update add ntpd boot',
    )
  })
})

test.each(['systemd', 'openrc', 'sysv-rc', 'chkconfig'] as const)(
  'what is so already is neither done nor undone by %s',
  manager => {
    expect(lines(manager, 'stop', daemonOf('ntpd.service', false))).toHaveLength(1)
    expect(lines(manager, 'start', daemonOf('ntpd.service', true))).toHaveLength(1)
    expect(lines(manager, 'start', daemonOf('ntpd.service', false))).toHaveLength(2)
  },
)

test('a restart is one command where somebody waits for the end, and two where nobody does', () => {
  const change = (manager: ServiceManager, unit = 'ntpd.service') =>
    lineOf(restartOf(daemonOf(unit, true), [reason], manager)[0]?.change)
  expect(change('systemd')).toBe(' | systemctl restart ntpd.service')
  expect(change('systemd', '/etc/init.d/ntp')).toBe(' | systemctl restart ntp.service')
  expect(change('systemd', '/etc/rc.d/init.d/ntpd')).toBe(' | systemctl restart ntpd.service')
  expect(change('openwrt')).toBe(' | /etc/init.d/ntpd restart')
  expect(change('sysv-rc')).toBe('service ntpd stop | service ntpd start')
  expect(change('none')).toBeUndefined()
})

test('what is masked is unmasked first, and masked again last', () => {
  const masked = (link: string, wanted: boolean, empty?: true): TimeDaemon => ({
    ...daemonOf('ntpd.service', false),
    unit: {
      name: 'ntpd.service',
      files: [link],
      mask: { link, wanted, empty },
      starts: undefined,
      conditions: [],
      conflicts: [],
    },
  })
  expect(lines('systemd', 'start', masked('/etc/systemd/system/ntpd.service', false))).toEqual([
    'systemctl unmask ntpd.service | systemctl mask ntpd.service',
    'systemctl stop ntpd.service | systemctl start ntpd.service',
    'systemctl enable ntpd.service | systemctl disable ntpd.service',
  ])
  // The link that would start it is still there.
  expect(lines('systemd', 'start', masked('/run/systemd/system/ntpd.service', true))).toEqual([
    'systemctl unmask --runtime ntpd.service | systemctl mask --runtime ntpd.service',
    'systemctl stop ntpd.service | systemctl start ntpd.service',
  ])
  expect(lines('systemd', 'start', masked('/etc/systemd/system/ntpd.service', true, true))[0]).toBe(
    'systemctl unmask ntpd.service | touch /etc/systemd/system/ntpd.service',
  )
})

test('what does not run is only kept from the next boot', () => {
  const idle: TimeDaemon = { ...daemonOf('ntpd.service', true), runs: { value: false, evidence: [] } }
  expect(lines('systemd', 'stop', idle)).toEqual([
    'systemctl disable ntpd.service | systemctl enable ntpd.service',
  ])
})
