/** Who starts services decides by which words a daemon is stopped, kept from the next boot, and brought back. */
import { describe, expect, test } from 'vitest'
import { restartOf, type ServiceManager, serviceCommands } from './services.ts'

const service = (name: string, enabled: boolean, path = '/etc') => ({
  name,
  enabled: { value: enabled, evidence: [{ path, text: '' }] },
})
const lines = (...args: Parameters<typeof serviceCommands>): string[] =>
  serviceCommands(...args).map(({ run, undo }) => `${run.join(' ')} | ${undo?.join(' ')}`)

describe('a service that is started with the machine is stopped for good', () => {
  test.each<[ServiceManager, string, string[]]>([
    ['systemd', 'ntp.service', ['systemctl disable --now ntp.service | systemctl enable --now ntp.service']],
    [
      'openrc',
      '/etc/init.d/ntpd',
      [
        'rc-service ntpd stop | rc-service ntpd start',
        'rc-update del ntpd default | rc-update add ntpd default',
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
    expect(lines(manager, 'stop', service(unit, true))).toEqual(expected)
  })

  test('in the runlevel of OpenRC that it is in', () => {
    expect(lines('openrc', 'stop', service('/etc/init.d/ntpd', true, '/etc/runlevels/boot/ntpd'))[1]).toBe(
      'rc-update del ntpd boot | rc-update add ntpd boot',
    )
  })
})

describe('what is so already is neither done nor undone', () => {
  test.each<[ServiceManager, string]>([
    ['systemd', 'systemctl stop ntpd.service | systemctl start ntpd.service'],
    ['openrc', 'rc-service ntpd stop | rc-service ntpd start'],
    ['sysv-rc', 'service ntpd stop | service ntpd start'],
    ['chkconfig', 'service ntpd stop | service ntpd start'],
  ])('by %s', (manager, expected) => {
    expect(lines(manager, 'stop', service('ntpd.service', false))).toEqual([expected])
    const [run, undo] = expected.split(' | ')
    expect(lines(manager, 'start', service('ntpd.service', true))).toEqual([`${undo} | ${run}`])
  })
})

test('a restart is one command where somebody waits for the end, and two where nobody does', () => {
  const change = (manager: ServiceManager) =>
    restartOf(
      { name: 'ntpd', unit: { name: 'ntpd.service', files: [], starts: undefined, conditions: [] } },
      [],
      manager,
    )[0]?.change
  expect(change('systemd')).toEqual({
    kind: 'restart',
    program: 'ntpd',
    stop: undefined,
    start: ['systemctl', 'restart', 'ntpd.service'],
  })
  expect(change('sysv-rc')).toEqual({
    kind: 'restart',
    program: 'ntpd',
    stop: ['service', 'ntpd', 'stop'],
    start: ['service', 'ntpd', 'start'],
  })
  expect(change('none')).toBeUndefined()
})
