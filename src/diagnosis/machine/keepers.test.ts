/** Who keeps the clock where several programs have to do with it: which of them sets it, and which only helps another. */
import { describe, expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { shareable } from '../inventory/copy/share.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { planRepair } from '../repair/plan.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'
import { whoSetsTheClock } from './setters.ts'

type Members = Readonly<Record<string, Member>>

const setting = (members: Members) =>
  whoSetsTheClock(takeInventory(memoryFiles(members)))
    .filter(({ does }) => does === 'yes')
    .map(({ name }) => name)

function everything(members: Members) {
  const files = memoryFiles(members)
  const inventory = takeInventory(files)
  const subject = { inventory, live: undefined, prospect: undefined }
  return checkMachine(subject, lintMachine(inventory, files))
}

const check = (members: Members) => everything(members).filter(({ severity }) => severity !== 'note')

const found = (members: Members) => check(members).map(({ severity, name }) => `${severity} ${name}`)

const started = (name: string, template = name): Members => ({
  [`etc/systemd/system/multi-user.target.wants/${name}`]: { link: `/usr/lib/systemd/system/${template}` },
})
const service = (name: string, command: string, unit = ''): Members => ({
  [`usr/lib/systemd/system/${name}`]: `[Unit]\n${unit}[Service]\nExecStart=${command}\n`,
})
const REAL: Members = {
  'proc/cpuinfo': 'flags\t\t: fpu tsc\n',
  'sys/class/dmi/id/sys_vendor': 'Dell Inc.\n',
  'usr/sbin/sshd': '',
}

describe('linuxptp', () => {
  const PTP4L: Members = {
    ...REAL,
    'usr/sbin/ptp4l': '',
    'usr/sbin/phc2sys': '',
    'etc/ptp4l.conf': '[global]\ndomainNumber 24\n',
    ...service('ptp4l.service', '/usr/sbin/ptp4l -f /etc/ptp4l.conf -i eno1'),
    ...service('phc2sys.service', '/usr/sbin/phc2sys -a -r'),
    ...started('ptp4l.service'),
  }
  const PAIR: Members = { ...PTP4L, ...started('phc2sys.service') }
  const SOFTWARE: Members = { 'etc/ptp4l.conf': '[global]\ntime_stamping software\n' }
  const CHRONY: Members = {
    'usr/sbin/chronyd': '',
    'etc/chrony.conf':
      'refclock PHC /dev/ptp_ena:x poll 0\npool a.example iburst\nmakestep 1 3\nlogdir /var/log\nlog tracking\n',
    ...service('chronyd.service', '/usr/sbin/chronyd'),
    ...started('chronyd.service'),
  }

  test('ptp4l keeps the clock of the card, and phc2sys that of the system', () => {
    expect(setting(PAIR)).toEqual(['phc2sys'])
    expect(found(PAIR)).toEqual([])
  })
  test('so do the instances of templates', () => {
    const instances: Members = {
      ...REAL,
      'usr/sbin/ptp4l': '',
      'usr/sbin/phc2sys': '',
      'etc/linuxptp/ptp4l.conf': '[global]\nslaveOnly 1\n',
      ...service('ptp4l@.service', '/usr/sbin/ptp4l -f /etc/linuxptp/ptp4l.conf -i %I'),
      ...service('phc2sys@.service', '/usr/sbin/phc2sys -w -s %I'),
      ...started('ptp4l@en\\x2d1.service', 'ptp4l@.service'),
      ...started('phc2sys@en\\x2d1.service', 'phc2sys@.service'),
    }
    expect(setting(instances)).toEqual(['phc2sys'])
    expect(found(instances)).toEqual([])
    const { daemons } = takeInventory(memoryFiles(instances))
    expect(daemons.map(({ unit, commandLine }) => [unit?.name, commandLine?.value.at(-1)])).toEqual([
      ['ptp4l@en\\x2d1.service', 'en-1'],
      ['phc2sys@en\\x2d1.service', 'en-1'],
    ])
  })
  test('chronyd may follow the card itself, or a servo that only tells it the time', () => {
    expect(found({ ...PTP4L, ...CHRONY })).toEqual([])
    const told = service('phc2sys.service', '/usr/sbin/phc2sys -a -r -E ntpshm -M 0')
    expect(setting({ ...PAIR, ...told, ...CHRONY })).toEqual(['chronyd'])
    const shared = { 'etc/ptp4l.conf': '[global]\ntime_stamping software\nclock_servo ntpshm\n' }
    expect(found({ ...PTP4L, ...shared, ...CHRONY })).toEqual([])
  })
  test('without stamps of the card ptp4l sets the clock of the system', () => {
    expect(found({ ...PTP4L, ...SOFTWARE })).toEqual([])
    expect(found({ ...PTP4L, ...SOFTWARE, ...CHRONY })).toEqual(['critical two-daemons'])
    const asked = service('ptp4l.service', '/usr/sbin/ptp4l -f /etc/ptp4l.conf -S -i eno1')
    expect(found({ ...PTP4L, ...asked, ...CHRONY })).toEqual(['critical two-daemons'])
    // The command line comes before the file.
    const onCard = service('ptp4l.service', '/usr/sbin/ptp4l -H -f /etc/ptp4l.conf -i eno1')
    expect(found({ ...PTP4L, ...SOFTWARE, ...onCard, ...CHRONY })).toEqual([])
  })
  test('phc2sys beside chronyd is one too many', () => {
    expect(found({ ...PAIR, ...CHRONY })).toEqual(['critical two-daemons'])
  })
  test('what somebody set up on purpose stays, and the other way is said', () => {
    const TIMESYNCD: Members = {
      'usr/lib/systemd/systemd-timesyncd': '',
      ...service('systemd-timesyncd.service', '/usr/lib/systemd/systemd-timesyncd'),
      ...started('systemd-timesyncd.service'),
    }
    const kept = (members: Members) => everything(members).find(({ name }) => name === 'two-daemons')?.remedy
    expect(kept({ ...PAIR, ...TIMESYNCD })?.changes).toEqual([
      'systemctl disable --now systemd-timesyncd.service',
    ])
    expect(kept({ ...PAIR, ...CHRONY })?.text).toMatch(
      /^Keep one: phc2sys\..* To keep chronyd instead, disable phc2sys; to have both, let timemaster start them/,
    )
    // Of a card that nobody sets there is no time to be had.
    expect(kept({ ...PAIR, ...SOFTWARE })?.text).toBe('Keep one: ptp4l. Stop and disable phc2sys.')
  })
  test('ptp4l alone leaves the clock of the system to nobody', () => {
    const [only] = check(PTP4L)
    expect(only?.name).toBe('no-daemon')
    expect(only?.what).toBe(
      'ptp4l does not set the clock of the system, but that of a network card, and no other program keeps time on this machine.',
    )
  })
  test('timemaster starts whoever sets the clock', () => {
    const alone: Members = {
      ...REAL,
      'usr/sbin/ptp4l': '',
      'usr/sbin/phc2sys': '',
      'usr/sbin/timemaster': '',
      ...service(
        'timemaster.service',
        '/usr/sbin/timemaster -f /etc/timemaster.conf',
        'Conflicts=chronyd.service\n',
      ),
      ...started('timemaster.service'),
    }
    expect(found(alone)).toEqual([])
    expect(setting(alone)).toEqual(['timemaster'])
  })
})

describe('a condition that keeps a daemon out of guests', () => {
  const NOVIRT = 'etc/systemd/system/chronyd.service.d/novirt.conf'
  const KEPT_OUT: Members = {
    'proc/cpuinfo': 'flags\t\t: fpu hypervisor\n',
    'sys/class/dmi/id/sys_vendor': 'QEMU\n',
    'usr/sbin/chronyd': '',
    'etc/chrony.conf': 'pool a.example iburst\nmakestep 1 -1\n',
    ...service('chronyd.service', '/usr/sbin/chronyd', 'ConditionCapability=CAP_SYS_TIME\n'),
    ...started('chronyd.service'),
    [NOVIRT]: '[Unit]\nConditionVirtualization=no\n',
  }
  test('is taken back in fact: once the remedy is there, nothing is wrong', () => {
    const [only, ...others] = check(KEPT_OUT)
    expect([only?.name, ...others]).toEqual(['disabled-in-guests'])
    const written = (only?.remedy.actions ?? []).flatMap(action =>
      action.kind === 'write-file' ? [[action.file.slice(1), action.text] as const] : [],
    )
    const mended: Members = { ...KEPT_OUT, ...Object.fromEntries(written) }
    expect(found(mended)).toEqual([])
    // What else had to hold still has to.
    const { daemons } = takeInventory(memoryFiles(mended))
    expect(daemons[0]?.unit?.conditions.map(({ name }) => name)).toEqual(['ConditionCapability'])
  })
})

test.each<[string, Member]>([
  ['by a link', { link: '/dev/null' }],
  ['by an empty file', ''],
])('a daemon that somebody masked %s is unmasked before it is started', (_, mask) => {
  const masked: Members = {
    ...REAL,
    'usr/sbin/chronyd': '',
    'etc/chrony.conf': 'pool a.example iburst\nmakestep 1 3\n',
    ...service('chronyd.service', '/usr/sbin/chronyd'),
    'etc/systemd/system/chronyd.service': mask,
    ...started('chronyd.service'),
  }
  const [only] = check(masked)
  expect(only?.name).toBe('daemon-not-running')
  expect(only?.remedy.changes).toEqual([
    'systemctl unmask chronyd.service',
    'systemctl start chronyd.service',
  ])
})

test('an assertion keeps a daemon out of guests as a condition does, and is taken back by its own name', () => {
  const shut: Members = {
    'sys/class/dmi/id/sys_vendor': 'QEMU\n',
    'usr/sbin/chronyd': '',
    'etc/chrony.conf': 'pool a.example iburst\nmakestep 1 -1\n',
    ...service('chronyd.service', '/usr/sbin/chronyd', 'ConditionCapability=CAP_SYS_TIME\n'),
    'etc/systemd/system/chronyd.service.d/a.conf':
      '[Unit]\nAssertVirtualization=no\nAssertPathExists=/etc/chrony.conf\n',
    ...started('chronyd.service'),
    'proc/1/comm': 'systemd\n',
  }
  const told = everything(shut).find(({ name }) => name === 'disabled-in-guests')
  expect(told?.remedy.changes.slice(1)).toEqual([
    '[Unit]',
    'AssertVirtualization=',
    'AssertPathExists=/etc/chrony.conf',
  ])
})

describe('the service of VirtualBox', () => {
  const UBUNTU: Members = {
    'proc/cpuinfo': 'flags\t\t: fpu hypervisor\n',
    'sys/class/dmi/id/product_name': 'VirtualBox\n',
    'usr/sbin/VBoxService': '',
    'usr/lib/systemd/systemd-timesyncd': '',
    'etc/systemd/timesyncd.conf': '[Time]\nNTP=a.example b.example c.example d.example\n',
    ...service('systemd-timesyncd.service', '!!/usr/lib/systemd/systemd-timesyncd'),
    ...started('systemd-timesyncd.service'),
  }
  const LEFT_TO_IT: Members = {
    'usr/lib/systemd/system/systemd-timesyncd.service.d/disable-with-time-daemon.conf':
      '[Unit]\nConditionFileIsExecutable=!/usr/sbin/chronyd\nConditionFileIsExecutable=!/usr/sbin/VBoxService\n',
  }
  const NAME = 'virtualbox-guest-utils.service'
  const INSTALLED: Members = service(NAME, '/usr/sbin/VBoxService', 'ConditionVirtualization=oracle\n')
  const ORACLES: Members = {
    ...service('vboxadd-service.service', '/opt/VBoxGuestAdditions-6.1.50/init/vboxadd-service start'),
    ...started('vboxadd-service.service'),
  }

  test('keeps the clock where it is started, and nobody else is', () => {
    const guest = { ...UBUNTU, ...LEFT_TO_IT, ...INSTALLED, ...started(NAME) }
    expect(found(guest)).toEqual([])
    expect(setting(guest)).toEqual(['VBoxService'])
  })
  test('beside a daemon is one too many, in the packages of whoever', () => {
    expect(found({ ...UBUNTU, ...INSTALLED, ...started(NAME) })).toEqual([
      'critical tools-sync-beside-daemon',
    ])
    expect(found({ ...UBUNTU, ...ORACLES })).toEqual(['critical tools-sync-beside-daemon'])
  })
  test('is told not to where it is started, with its other words kept, or on its host', () => {
    const changes = (members: Members) => check({ ...UBUNTU, ...members })[0]?.remedy.changes
    expect(changes({ ...service(NAME, '/usr/sbin/VBoxService -f'), ...started(NAME) })).toEqual([
      `/etc/systemd/system/${NAME}.d/clockwright.conf, and then: systemctl daemon-reload; systemctl restart ${NAME}:`,
      '[Service]',
      'ExecStart=',
      'ExecStart=/usr/sbin/VBoxService -f --disable-timesync',
      expect.stringMatching(/^the host of this guest/),
      'VBoxManage setextradata VM "VBoxInternal/Devices/VMMDev/0/Config/GetHostTimeDisabled" 1',
    ])
    // A script stands between the unit and the program.
    expect(changes(ORACLES)?.slice(0, 2)).toEqual([
      'what vboxadd-service.service runs:',
      '/usr/sbin/VBoxService --disable-timesync',
    ])
    const seen: Members = {
      'proc/713/comm': 'VBoxService\n',
      'proc/713/cmdline': '/usr/sbin/VBoxService\0--pidfile\0/run/vbox.pid\0',
      'proc/800/comm': 'systemd-timesyn\n',
      'proc/800/cmdline': '/usr/lib/systemd/systemd-timesyncd\0',
    }
    expect(changes(seen)?.[1]).toBe('/usr/sbin/VBoxService --pidfile /run/vbox.pid --disable-timesync')
  })
  test('does not, where it is not started, elsewhere, or told not to', () => {
    const elsewhere: Members = { 'sys/class/dmi/id/product_name': 'KVM\n' }
    const told = service(NAME, '/usr/sbin/VBoxService --disable-timesync')
    const seen: Members = { 'proc/1/comm': 'systemd\n', 'proc/1/cmdline': '/sbin/init' }
    for (const guest of [
      { ...UBUNTU, ...INSTALLED },
      { ...UBUNTU, ...INSTALLED, ...started(NAME), ...elsewhere },
      { ...UBUNTU, ...told, ...started(NAME) },
    ])
      expect(found(guest)).toEqual([])
    expect(found({ ...UBUNTU, ...LEFT_TO_IT, ...INSTALLED })).toEqual(['critical disabled-in-guests'])
    // It was to be started, and did not run.
    expect(found({ ...UBUNTU, ...LEFT_TO_IT, ...ORACLES, ...seen })).toEqual(['critical disabled-in-guests'])
  })
})

describe('a daemon that is only to be started', () => {
  const RUNS: Members = {
    ...REAL,
    'usr/sbin/ntpd': '',
    'usr/sbin/chronyd': '',
    'proc/700/comm': 'ntpd\n',
    'proc/700/cmdline': '/usr/sbin/ntpd\0-g\0',
    'etc/ntp.conf':
      'driftfile /d\nserver a.example iburst\nserver b.example iburst\nserver c.example iburst\nserver d.example iburst\n',
    ...service('ntpd.service', '/usr/sbin/ntpd -g'),
    ...started('ntpd.service'),
    ...service('chronyd.service', '/usr/sbin/chronyd', 'Conflicts=ntpd.service\n'),
  }
  test('beside one that runs is told, since the next boot decides', () => {
    expect(found(RUNS)).toEqual([])
    const both = { ...RUNS, ...started('chronyd.service') }
    const [only, ...others] = check(both)
    expect(others).toEqual([])
    expect(only).toMatchObject({ name: 'two-daemons', severity: 'warning' })
    expect(only?.what).toBe(
      'ntpd runs, and chronyd is to be started with this machine, too; their units exclude each other: systemd keeps one, and which one depends on the order.',
    )
    expect(only?.remedy.changes).toEqual(['systemctl disable --now chronyd.service'])
  })
  test('is none where a condition keeps it out, or may', () => {
    for (const condition of ['ConditionFileIsExecutable=!/usr/sbin/ntpd', 'ConditionPathExists=/opt/x']) {
      const unit = service('chronyd.service', '/usr/sbin/chronyd', `${condition}\n`)
      expect(found({ ...RUNS, ...unit, ...started('chronyd.service') })).toEqual([])
    }
  })
})

describe('the switch of Xen on a kernel of SUSE', () => {
  const SLES11: Members = {
    'sys/hypervisor/type': 'xen\n',
    'proc/sys/kernel/osrelease': '3.0.101-63-xen\n',
    'etc/sysctl.conf': 'xen.independent_wallclock = 1\n',
    'usr/sbin/ntpd': '',
    'etc/ntp.conf':
      'tinker panic 0\nserver a.example iburst\nserver b.example iburst\nserver c.example iburst\nserver d.example iburst\n',
    'etc/init.d/ntp': '',
    'etc/init.d/rc3.d/S11ntp': { link: '../ntp' },
  }
  const running = (value: string) => ({ 'proc/sys/xen/independent_wallclock': `${value}\n` })

  test('is there, whatever the number of the kernel', () => {
    expect(found(SLES11)).toEqual([])
    expect(found({ ...SLES11, ...running('1') })).toEqual([])
    const renamed = { 'proc/sys/kernel/osrelease': '3.0.101-63-site\n' }
    expect(found({ ...SLES11, ...renamed, ...running('1') })).toEqual([])
    const names = everything({ ...SLES11, ...renamed }).map(({ name }) => name)
    expect(names).toContain('wallclock-not-here')
  })
  test('is set for now by a repair that the next one leaves alone', () => {
    const [first, ...others] = check({ ...SLES11, ...running('0') })
    expect(others).toEqual([])
    expect(first?.name).toBe('wallclock-follows-host')
    expect(first?.remedy.actions).toEqual([
      { kind: 'setting', path: '/proc/sys/xen/independent_wallclock', before: '0', after: '1' },
    ])
  })
})

describe('the switch of Xen on CentOS 5', () => {
  const NTP =
    'tinker panic 0\nserver a.example iburst\nserver b.example iburst\nserver c.example iburst\nserver d.example iburst\n'
  const CENTOS5 = {
    'etc/redhat-release': 'CentOS release 5.11 (Final)\n',
    'boot/grub/grub.conf':
      'default=0\ntitle CentOS\n\tkernel /vmlinuz-2.6.18-398.el5xen ro root=/dev/xvda1\n',
    'etc/sysctl.conf': 'kernel.sysrq = 0\n',
    'usr/sbin/ntpd': '',
    'etc/ntp.conf': NTP,
    'etc/rc.d/init.d/ntpd': '',
    'etc/rc.d/rc3.d/S58ntpd': { link: '../init.d/ntpd' },
    'etc/rc.local': { link: 'rc.d/rc.local' },
  }
  const script = (...lines: readonly string[]): Members => ({
    ...CENTOS5,
    'etc/rc.d/rc.local': `#!/bin/sh\n${lines.join('\n')}\n`,
  })
  const running = (value: string): Members => ({
    'sys/hypervisor/type': 'xen\n',
    'proc/sys/kernel/osrelease': '2.6.18-398.el5xen\n',
    'proc/sys/xen/independent_wallclock': `${value}\n`,
  })

  test.each([
    ['echo 1 > /proc/sys/xen/independent_wallclock'],
    ['/sbin/sysctl -w xen.independent_wallclock=1'],
    ['sysctl -w xen.independent_wallclock=0', 'sysctl -w xen.independent_wallclock=1', 'exit 0'],
  ])('may be set by rc.local: %s', (...lines) => {
    expect(found(script(...lines))).toEqual([])
    const overruled = { ...script(...lines), 'etc/sysctl.conf': 'xen.independent_wallclock = 0\n' }
    expect(found(overruled)).toEqual([])
    expect(found({ ...script(...lines), ...running('1') })).toEqual([])
  })
  const SWITCH = 'echo 1 > /proc/sys/xen/independent_wallclock'
  const started = (text: string): Members => ({
    ...CENTOS5,
    'etc/rc.d/init.d/wallclock': text,
    'etc/rc.d/rc3.d/S99wallclock': { link: '../init.d/wallclock' },
  })
  test.each<[string, Members]>([
    ['a crontab', { ...CENTOS5, 'etc/cron.d/wallclock': `@reboot root ${SWITCH}\n` }],
    ['root’s own table', { ...CENTOS5, 'var/spool/cron/root': `@reboot ${SWITCH}\n` }],
    [
      'a script of init, which takes it back when it stops',
      started(
        `#!/bin/sh\nstart() {\n  ${SWITCH}\n}\nstop() {\n  ${SWITCH.replace('1', '0')}\n}\ncase "$1" in\nstart) start ;;\nstop) stop ;;\nesac\n`,
      ),
    ],
    [
      'one with cases alone',
      started(
        `#!/bin/sh\ncase $1 in\n  start|restart)\n  ${SWITCH};;\n  stop) ${SWITCH.replace('1', '0')};;\nesac\n`,
      ),
    ],
  ])('is set by %s', (_, members) => {
    expect(found(members)).toEqual([])
    // And so in what is collected of it.
    const shared = Object.entries(members).map(([path, text]) => [
      path,
      typeof text === 'string' ? shareable(`/${path}`, text) : text,
    ])
    expect(found(Object.fromEntries(shared))).toEqual([])
  })
  test.each<[string, Members]>([
    ['an hourly job', { ...CENTOS5, 'etc/cron.d/wallclock': `0 * * * * root ${SWITCH}\n` }],
    ['somebody who may not', { ...CENTOS5, 'etc/cron.d/wallclock': `@reboot nobody ${SWITCH}\n` }],
    ['a script that nothing starts', { ...CENTOS5, 'etc/rc.d/init.d/wallclock': `${SWITCH}\n` }],
  ])('is not set by %s', (_, members) => expect(found(members)).toEqual(['critical wallclock-follows-host']))
  test.each([
    ['touch /var/lock/subsys/local'],
    ['# echo 1 > /proc/sys/xen/independent_wallclock'],
    ['exit 0', 'echo 1 > /proc/sys/xen/independent_wallclock'],
  ])('is not set by: %s', (...lines) =>
    expect(found(script(...lines))).toEqual(['critical wallclock-follows-host']),
  )
  test('that rc.local takes back is mended there', () => {
    for (const line of [
      'echo 0 > /proc/sys/xen/independent_wallclock',
      'sysctl -w xen.independent_wallclock=0',
    ]) {
      const members: Members = { ...script(line), 'etc/sysctl.conf': 'xen.independent_wallclock = 1\n' }
      expect(found(members)).toEqual(['critical wallclock-follows-host'])
      const inventory = takeInventory(memoryFiles(members))
      const plan = planRepair(everything(members), inventory, {
        content: path => {
          const text = members[path.slice(1)]
          return typeof text === 'string' ? { kind: 'read', bytes: text } : { kind: 'absent' }
        },
        live: false,
        services: 'chkconfig',
      })
      const changed = plan.steps.flatMap(({ change }) =>
        change.kind === 'file' && change.path.endsWith('rc.local') ? [change.after] : [],
      )
      expect(changed).toEqual([`#!/bin/sh\n${line.replace('0', '1')}\n`])
    }
  })
  test('that is on until the next boot only is told, where the copy has the file that lacks it', () => {
    expect(found({ ...CENTOS5, ...running('1') })).toEqual(['warning wallclock-follows-host'])
    const { 'etc/sysctl.conf': _, ...without } = CENTOS5
    expect(found({ ...without, ...running('1') })).toEqual([])
    const told = { 'proc/cmdline': 'ro independent_wallclock=1\n' }
    expect(found({ ...CENTOS5, ...running('1'), ...told })).toEqual([])
    const menu = 'boot/grub/grub.conf'
    const next = {
      [menu]: CENTOS5[menu].replace('ro ', 'ro independent_wallclock=1 '),
      'proc/cmdline': 'ro\n',
    }
    expect(found({ ...CENTOS5, ...running('1'), ...next })).toEqual([])
  })
})

describe('the ntpd of busybox is started by the words of its init', () => {
  const BUSYBOX: Members = {
    'bin/busybox': '',
    'usr/sbin/ntpd': { link: '../../bin/busybox' },
    'proc/1/comm': 'init\n',
    'sys/class/dmi/id/sys_vendor': 'QEMU\n',
  }
  const words = (members: Members) =>
    everything({ ...BUSYBOX, ...members }).find(({ name }) => name === 'daemon-not-running')?.remedy.changes

  test('of OpenRC', () => {
    const alpine: Members = { 'etc/init.d/ntpd': '#!/sbin/openrc-run\n', 'etc/runlevels/default/x': '' }
    expect(words(alpine)).toEqual(['rc-service ntpd start', 'rc-update add ntpd'])
  })
  test('of OpenWrt', () => {
    const openwrt: Members = { 'etc/init.d/sysntpd': '#!/bin/sh /etc/rc.common\nSTART=98\n' }
    expect(words(openwrt)).toEqual(['/etc/init.d/sysntpd start', '/etc/init.d/sysntpd enable'])
    const begun = { ...openwrt, 'etc/rc.d/S98sysntpd': { link: '../init.d/sysntpd' } }
    expect(words(begun)).toEqual(['/etc/init.d/sysntpd start'])
  })
})

describe('sysntpd of OpenWrt', () => {
  const OPENWRT: Members = {
    'sys/class/dmi/id/sys_vendor': 'QEMU\n',
    'bin/busybox': '',
    'usr/sbin/ntpd': { link: '../../bin/busybox' },
    'etc/init.d/sysntpd': '#!/bin/sh /etc/rc.common\nSTART=98\n',
    'etc/rc.d/S98sysntpd': { link: '../init.d/sysntpd' },
  }
  const told = (enabled: string, serves = '0'): Members => ({
    ...OPENWRT,
    'etc/config/system': `config timeserver 'ntp'
\toption enabled '${enabled}'
\toption enable_server '${serves}'
\tlist server 'a.example'
\tlist server 'b.example'
`,
  })
  test('starts nothing where that is switched off', () => {
    expect(found(told('0'))).toEqual(['critical daemon-not-running'])
    expect(check(told('0'))[0]?.remedy).toMatchObject({
      changes: [
        "/etc/config/system: option enabled '1'",
        '/etc/init.d/sysntpd start',
        '/etc/init.d/sysntpd enable',
      ],
      actions: [
        {
          kind: 'edit',
          file: '/etc/config/system',
          edit: { kind: 'replace', line: 2, text: "\toption enabled '1'" },
        },
        { kind: 'start', unit: '/etc/init.d/sysntpd' },
      ],
    })
  })
  test('asks the servers that are listed there, and serves others when told so', () => {
    expect(everything(told('1'))).toEqual([])
    const words = (members: Members) =>
      takeInventory(memoryFiles(members)).daemons[0]?.commandLine?.value.join(' ')
    expect(words(told('1'))).toBe('/usr/sbin/ntpd -n -N -p a.example -p b.example')
    expect(words(told('1', '1'))).toBe('/usr/sbin/ntpd -n -N -l -p a.example -p b.example')
    expect(words(OPENWRT)).toBe('/usr/sbin/ntpd')
  })
})

describe('ntpdate, which sets the clock once', () => {
  // Ubuntu 14.04 as it is installed, and Red Hat's service.
  const DISK: Members = {
    'sys/class/dmi/id/sys_vendor': 'QEMU\n',
    'var/lib/dpkg/status':
      'Package: ntpdate\nStatus: install ok installed\nVersion: 1:4.2.6.p5+dfsg-3ubuntu2.14.04.13\n',
    'usr/sbin/ntpdate': '',
    'etc/network/if-up.d/ntpdate': '#!/bin/sh\n/usr/sbin/ntpdate-debian -s $OPTS\n',
  }
  const SERVICE: Members = {
    ...service('ntpdate.service', '/usr/libexec/ntpdate-wrapper'),
    ...started('ntpdate.service'),
  }

  test.each([
    ['the network starts it', {}],
    ['the machine starts it', SERVICE],
  ])('is no keeper where %s', (_, members) =>
    expect(found({ ...DISK, ...members })).toEqual(['critical no-daemon']),
  )

  test('is shown as what sets the clock at boot where it is enabled', () => {
    const setters = whoSetsTheClock(takeInventory(memoryFiles({ ...DISK, ...SERVICE })))
    expect(setters).toContainEqual(expect.objectContaining({ how: 'at boot', does: 'yes' }))
  })
})

describe('a host of containers', () => {
  const listing = (...rows: readonly string[]): Members => ({
    ...REAL,
    'usr/sbin/chronyd': '',
    'etc/chrony.conf': 'pool a.example iburst\nmakestep 1 3\nrtcsync\n',
    ...service('chronyd.service', '/usr/sbin/chronyd'),
    ...started('chronyd.service'),
    'sos_commands/process/ps_auxwww': [
      'USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND',
      'root 1 0.0 0.1 125672 4180 ? Ss Nov01 0:22 /usr/lib/systemd/systemd',
      '100000 726 0.0 0.1 117812 1720 ? S Nov01 0:01 /sbin/init',
      ...rows,
      '',
    ].join('\n'),
  })
  const OWN = 'chrony 700 0.0 0.1 117812 1720 ? S Nov01 0:01 /usr/sbin/chronyd'
  const row = (command: string) => `100101 739 0.0 0.1 117812 1720 ? S Nov01 0:01 ${command}`

  test('what runs in one of them is no second daemon', () =>
    expect(found(listing(OWN, row('/usr/sbin/ntpd -g -u 101:103')))).toEqual([]))

  const ROOTS = 'root 739 0.0 0.1 117812 1720 ? S Nov01 0:01 /usr/sbin/ntpd -g -n'
  const groups = (group: string): Members => ({
    'sos_commands/process/ps_axo_pid_ppid_user_group_lwp_nlwp_start_time_comm_cgroup': `    PID    PPID USER     GROUP        LWP NLWP START COMMAND         CGROUP
    700       1 chrony   chrony       700    1 18:58 chronyd         0::/system.slice/chronyd.service
    739     726 root     root         739    1 18:58 ntpd            ${group}
`,
  })
  test.each([
    ['LXC', '0::/lxc/101/ns/system.slice/ntpd.service'],
    ['LXD', '0::/lxc.payload.web/system.slice/ntpd.service'],
    ['systemd-nspawn', '0::/machine.slice/machine-web.scope/payload'],
    ['Docker', '0::/system.slice/docker-16552fbdcb746ef82afcf67c3.scope'],
    ['Kubernetes', '0::/kubepods.slice/kubepods-pod42.slice/cri-containerd-16552fbdcb746.scope'],
  ])('nor that of root in one of %s', (_, group) =>
    expect(found({ ...listing(OWN, ROOTS), ...groups(group) })).toEqual([]),
  )
  test('but a service is of the host, whatever the package', () =>
    expect(found({ ...listing(OWN, ROOTS), ...groups('0::/system.slice/ntpd.service') })).toContain(
      'critical two-daemons',
    ))
  test('where the packages are known, what is of none is not this machine’s', () => {
    const members = { ...listing(OWN, ROOTS), 'installed-rpms': 'chrony-4.2-1.el8.x86_64   Mon Nov  2\n' }
    expect(found(members)).toEqual([])
    expect(whoSetsTheClock(takeInventory(memoryFiles(members)))).toMatchObject([
      { does: 'yes' },
      { name: 'ntpd', does: 'may' },
    ])
    const both = {
      ...members,
      'installed-rpms': `${members['installed-rpms']}ntp-4.2.6p5-29.el7.x86_64   Mon Nov  2\n`,
    }
    expect(found(both)).toContain('critical two-daemons')
  })
  test('one in a container that is alone may be there to keep it', () => {
    const members = {
      ...listing(ROOTS),
      ...groups('0::/system.slice/docker-16552fbdcb746ef82afcf67c3.scope'),
    }
    expect(found(members)).not.toContain('critical two-daemons')
    expect(takeInventory(memoryFiles(members)).daemons.some(({ elsewhere }) => elsewhere)).toBe(false)
  })

  test('and keeps not the clock of the host', () =>
    expect(found(listing(row('/usr/sbin/chronyd -F 1')))).toEqual(['critical daemon-not-running']))
})

describe('of a machine there is only its /etc', () => {
  const TIMESYNCD: Members = {
    'etc/systemd/timesyncd.conf': '[Time]\n#NTP=\n',
    'etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service': {
      link: '/lib/systemd/system/systemd-timesyncd.service',
    },
  }
  test('the link that starts a unit tells who keeps the clock', () => {
    expect(setting(TIMESYNCD)).toEqual(['systemd-timesyncd'])
    expect(everything(TIMESYNCD).map(({ name }) => name)).not.toContain('copy-incomplete')
  })
  test('the service of systemd yields to any other, whatever its link says', () => {
    const both = { ...TIMESYNCD, 'etc/chrony/chrony.conf': 'pool a.example iburst\nmakestep 1 -1\n' }
    expect(takeInventory(memoryFiles(both)).daemons).toMatchObject([
      { name: 'chronyd' },
      { name: 'systemd-timesyncd', enabled: undefined },
    ])
    const started = {
      ...both,
      'etc/systemd/system/multi-user.target.wants/chrony.service': {
        link: '/lib/systemd/system/chrony.service',
      },
    }
    expect(setting(started)).toEqual(['chronyd'])
  })
  test('an alias of a unit that is not there is nothing that could not be read', () => {
    const unit = { link: '/usr/lib/systemd/system/chrony.service' }
    const ubuntu: Members = {
      'etc/chrony/chrony.conf': 'pool a.example iburst\nmakestep 1 -1\n',
      'etc/systemd/system/chronyd.service': unit,
      'etc/systemd/system/multi-user.target.wants/chrony.service': unit,
    }
    expect(setting(ubuntu)).toEqual(['chronyd'])
    const names = everything(ubuntu).map(({ name }) => name)
    expect(names).not.toContain('could-not-be-read')
    expect(names).not.toContain('copy-incomplete')
    // Debian's packages bring a script, too.
    expect(setting({ ...ubuntu, 'etc/init.d/chrony': '#!/bin/sh\n' })).toEqual(['chronyd'])
  })
  test('a script of init that no runlevel starts is a daemon that is there', () => {
    const told = everything({
      'etc/redhat-release': 'CentOS release 6.5 (Final)\n',
      'etc/ntp.conf': 'server a.example iburst\n',
      'etc/init.d/ntpd': '#!/bin/bash\n. /etc/sysconfig/ntpd\n',
      'etc/rc3.d/S55sshd': { link: '../init.d/sshd' },
    })
    expect(told.map(({ name }) => name)).toContain('daemon-not-running')
    expect(told.map(({ name }) => name)).not.toContain('no-daemon')
  })
})

describe('htpdate', () => {
  const OPTIONS = 'htpdate -D -i /run/htpdate.pid $HTP_OPTIONS $HTP_SERVERS'
  const beside = (command: string, options = ''): Members => ({
    ...REAL,
    'etc/os-release': 'ID=debian\n',
    'usr/sbin/chronyd': '',
    'etc/chrony/chrony.conf': 'pool a.example iburst\nmakestep 1 3\nlogdir /var/log\nlog tracking\n',
    ...service('chrony.service', '/usr/sbin/chronyd'),
    ...started('chrony.service'),
    'usr/sbin/htpdate': '',
    'usr/lib/systemd/system/htpdate.service': `[Service]\nEnvironmentFile=/etc/default/htpdate\nExecStart=/usr/sbin/${command}\n`,
    'etc/default/htpdate': `HTP_SERVERS="www.example"\nHTP_OPTIONS="${options}"\n`,
    ...started('htpdate.service'),
  })

  test.each([
    ['as Debian starts it', beside(OPTIONS, '-s -t')],
    ['which adjusts when nobody says more', beside(OPTIONS)],
    ['by a unit of its own', beside('htpdate -D -s www.example')],
    ['in the foreground', beside('htpdate -F www.example')],
  ])('is a second daemon %s', (_, members) => {
    expect(found(members)).toEqual(['critical two-daemons'])
    expect(setting(members)).toEqual(['chronyd', 'htpdate'])
    expect(everything(members).map(({ name }) => name)).not.toContain('not-understood')
  })

  test('without -D it sets the clock once', () => {
    const members = beside('htpdate -s -p 123 -P proxy.example:3128 www.example')
    expect(found(members)).toEqual([])
    expect(whoSetsTheClock(takeInventory(memoryFiles(members)))).toMatchObject([
      { name: 'chronyd', how: 'all the time' },
      { name: 'htpdate', how: 'at boot', does: 'yes' },
    ])
  })

  test('with -q it only asks', () => {
    expect(setting(beside(OPTIONS, '-q'))).toEqual(['chronyd'])
  })
})

test('of several that do not run the sentence speaks of all', () => {
  const idle = (...programs: readonly string[]) =>
    check({
      ...REAL,
      'etc/machine-id': '1\n',
      'sos_commands/process/ps_auxwww':
        'USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\nroot 1 0.0 0.0 1 1 ? Ss 10:00 0:00 /sbin/init\n',
      ...Object.fromEntries(programs.map(name => [`usr/sbin/${name}`, ''])),
    }).find(({ name }) => name === 'daemon-not-running')?.what
  expect(idle('chronyd')).toMatch(/^chronyd is installed and (?:does not run|nothing starts it)/)
  expect(idle('chronyd', 'ntpd')).toMatch(
    /^chronyd and ntpd are installed and (?:do not run|nothing starts them)/,
  )
})
