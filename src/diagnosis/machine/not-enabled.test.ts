import { describe, expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { checkMachine } from './check.ts'

type Members = Readonly<Record<string, Member>>

/** chronyd runs, and no unit wants it. */
const MACHINE: Members = {
  'proc/cpuinfo': 'flags\t\t: fpu tsc\n',
  'sys/class/dmi/id/sys_vendor': 'Dell Inc.\n',
  'usr/sbin/chronyd': '',
  'etc/chrony.conf': 'pool a.example iburst\nmakestep 1 3\n',
  'usr/lib/systemd/system/chronyd.service': '[Unit]\n[Service]\nExecStart=/usr/sbin/chronyd\n',
  'usr/lib/systemd/system/sshd.service': '[Service]\nExecStart=/usr/sbin/sshd -D\n',
  'etc/systemd/system/multi-user.target.wants/sshd.service': {
    link: '/usr/lib/systemd/system/sshd.service',
  },
  'proc/700/comm': 'chronyd\n',
  'proc/700/cmdline': '/usr/sbin/chronyd\0',
}

const told = (members: Members) => toldOf({ ...MACHINE, ...members })

function toldOf(members: Members) {
  const inventory = takeInventory(memoryFiles(members))
  const subject = { inventory, live: undefined, prospect: undefined }
  return checkMachine(subject).filter(({ name }) => name === 'daemon-not-enabled')
}

const LISTED = 'sos_commands/systemd/systemctl_list-unit-files'

test.each<[string, Members]>([
  ['no unit wants it', {}],
  ['systemctl said so', { [LISTED]: 'UNIT FILE STATE\nchronyd.service disabled\n' }],
  [
    'rc.local stops it',
    { 'etc/rc.d/rc.local': '#!/bin/sh\nsystemctl stop chronyd\n# service chronyd start\n' },
  ],
])('what keeps the clock is gone after the next boot: %s', (_, members) => {
  const [finding, ...more] = told(members)
  expect(more).toEqual([])
  expect(finding).toMatchObject({
    severity: 'warning',
    remedy: { changes: ['systemctl enable --now chronyd.service'] },
  })
})

/** EL6, whose sosreport may hold no script at all. */
const CHKCONFIG: Members = {
  'etc/ntp.conf': 'server 192.0.2.1\nserver 192.0.2.2\n',
  'proc/700/comm': 'ntpd\n',
  'proc/700/cmdline': 'ntpd\0-u\0ntp:ntp\0-g\0',
}
const listedAs = (level: string): string =>
  `ntpdate        \t0:off\t1:off\t2:on\t3:on\t4:on\t5:on\t6:off
ntpd           \t0:off\t1:off\t2:${level}\t3:${level}\t4:${level}\t5:${level}\t6:off\n`

test.each(['chkconfig', 'sos_commands/startup/chkconfig_--list', 'sos_commands/services/chkconfig_--list'])(
  'chkconfig said so (%s)',
  list => {
    const found = told({ ...CHKCONFIG, [list]: listedAs('off') })
    expect(found).toMatchObject([{ severity: 'warning', remedy: { changes: ['chkconfig ntpd on'] } }])
    expect(told({ ...CHKCONFIG, [list]: listedAs('on') })).toEqual([])
    expect(takeInventory(memoryFiles({ ...CHKCONFIG, [list]: listedAs('on') })).missing).not.toContain(
      'services',
    )
  },
)

test.each<[string, Members]>([
  ['it does not run', { 'proc/700/comm': 'bash\n', 'proc/700/cmdline': 'bash\0' }],
  [
    'a unit wants it',
    {
      'etc/systemd/system/multi-user.target.wants/chronyd.service': {
        link: '/usr/lib/systemd/system/chronyd.service',
      },
    },
  ],
  ['systemctl said so', { [LISTED]: 'UNIT FILE STATE\nchronyd.service enabled\n' }],
  [
    'a unit of its owner names it',
    { 'etc/systemd/system/app.service': '[Unit]\nWants=x.service chronyd.service\n' },
  ],
  [
    'rc.local starts it',
    { 'etc/rc.d/rc.local': '#!/bin/sh\n/etc/init.d/ntpd stop; service chronyd start\n' },
  ],
  ['rc.local has systemd start it', { 'etc/rc.local': 'systemctl start sshd chronyd.service\n' }],
  ['rc.local runs it', { 'etc/rc.local': '/usr/sbin/chronyd -r\n' }],
  [
    'another one is started then',
    {
      'usr/lib/systemd/systemd-timesyncd': '',
      'usr/lib/systemd/system/systemd-timesyncd.service':
        '[Service]\nExecStart=/usr/lib/systemd/systemd-timesyncd\n',
      'etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service': {
        link: '/usr/lib/systemd/system/systemd-timesyncd.service',
      },
    },
  ],
  [
    'timemaster has started it',
    {
      'usr/sbin/timemaster': '',
      'usr/lib/systemd/system/timemaster.service':
        '[Service]\nExecStart=/usr/sbin/timemaster -f /etc/timemaster.conf\n',
      'etc/systemd/system/multi-user.target.wants/timemaster.service': {
        link: '/usr/lib/systemd/system/timemaster.service',
      },
    },
  ],
  ['it is the inside of a container', { 'run/systemd/container': 'lxc\n' }],
])('nothing is said where %s', (_, members) => expect(told(members)).toEqual([]))

describe('a sosreport may lack the units', () => {
  const report = (...listed: readonly string[]): Members => ({
    ...Object.fromEntries(Object.entries(MACHINE).filter(([path]) => !path.includes('systemd/'))),
    'usr/sbin/ntpd': '',
    [LISTED]: `UNIT FILE STATE\n${listed.join('\n')}\n`,
  })
  test('what systemctl listed counts', () => {
    expect(toldOf(report('chronyd.service disabled'))).toHaveLength(1)
    expect(toldOf(report('chronyd.service enabled'))).toEqual([])
  })
  test('what keeps another from being started stands in its unit', () => {
    const inventory = takeInventory(memoryFiles(report('chronyd.service enabled', 'ntpd.service enabled')))
    expect(inventory.daemons.map(({ enabled }) => enabled?.value)).toEqual([true, true])
    const found = checkMachine({ inventory, live: undefined, prospect: undefined })
    expect(found.map(({ name }) => name)).not.toContain('two-daemons')
  })
})
