/** What the inventory makes of single files; whole machines are in test/replay/machines. */
import { describe, expect, it } from 'vitest'
import type { Inventory } from '#core/guest/inventory.ts'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { upstreamVersion } from './daemons/packages.ts'
import { takeInventory } from './inventory.ts'

const inventoryOf = (members: Record<string, Member>): Inventory => takeInventory(memoryFiles(members))
const daemonOf = (members: Record<string, Member>) => inventoryOf(members).daemons[0]!

const UNIT =
  '[Unit]\nConditionVirtualization=!container\n[Service]\nEnvironmentFile=-/etc/sysconfig/chronyd\nExecStart=/usr/sbin/chronyd $OPTIONS\n'
const CHRONY = {
  'usr/sbin/chronyd': '',
  'usr/lib/systemd/system/chronyd.service': UNIT,
  'etc/sysconfig/chronyd': 'OPTIONS="-F 2"\n',
}
const WANTS = 'etc/systemd/system/multi-user.target.wants/chronyd.service'

describe('how a daemon is started', () => {
  it('by its unit, with the options of a file', () => {
    const { enabled, unit, commandLine, runs } = daemonOf({
      ...CHRONY,
      [WANTS]: { link: '/usr/lib/systemd/system/chronyd.service' },
    })
    expect(enabled?.value).toBe(true)
    expect(runs).toBeUndefined()
    expect(commandLine?.value).toEqual(['/usr/sbin/chronyd', '-F', '2'])
    expect(commandLine?.evidence.map(({ path, line }) => `${path}:${line}`)).toEqual([
      '/usr/lib/systemd/system/chronyd.service:5',
      '/etc/sysconfig/chronyd:1',
    ])
    // Nobody has seen it run, so it may be inside a container.
    expect(unit?.conditions[0]).toMatchObject({ value: '!container', met: undefined })
  })

  it("by SUSE's script and its runlevels, or by its unit", () => {
    const ntp = { 'usr/sbin/ntpd': '', 'etc/sysconfig/ntp': 'NTPD_OPTIONS="-x -u ntp:ntp"\n' }
    const sles11 = daemonOf({
      ...ntp,
      'etc/init.d/ntp': '',
      'etc/init.d/rc3.d/S11ntp': { link: '../ntp' },
    })
    const sles12 = daemonOf({
      ...ntp,
      'usr/lib/systemd/system/ntpd.service': '[Service]\nExecStart=/usr/sbin/start-ntpd start\n',
      'etc/systemd/system/multi-user.target.wants/ntpd.service': {
        link: '/usr/lib/systemd/system/ntpd.service',
      },
    })
    for (const { enabled, commandLine } of [sles11, sles12]) {
      expect(enabled?.value).toBe(true)
      expect(commandLine?.value).toEqual(['/usr/sbin/ntpd', '-x', '-u', 'ntp:ntp'])
    }
  })

  it('as drop-ins have it, one of which is switched off', () => {
    const { commandLine, unit, enabled } = daemonOf({
      ...CHRONY,
      'etc/systemd/system/multi-user.target.wants/sshd.service': { link: '/x' },
      'etc/systemd/system/chronyd.service.d/a.conf':
        '[Service]\nExecStart=\nExecStart=/usr/sbin/chronyd -x\n',
      'usr/lib/systemd/system/chronyd.service.d/b.conf': '[Unit]\nConditionHost=nowhere\n',
      'etc/systemd/system/chronyd.service.d/b.conf': { link: '/dev/null' },
    })
    expect(commandLine?.value).toEqual(['/usr/sbin/chronyd', '-x'])
    expect(unit?.conditions.map(({ name }) => name)).toEqual(['ConditionVirtualization'])
    expect(enabled?.value).toBe(false)
  })

  it('under another name, which leads to the unit and may have drop-ins, too', () => {
    const { unit, enabled, commandLine } = daemonOf({
      'usr/sbin/chronyd': '',
      'lib/systemd/system/chrony.service': UNIT.replace('$OPTIONS', '-F 1'),
      'etc/systemd/system/chronyd.service': { link: '/lib/systemd/system/chrony.service' },
      'etc/systemd/system/chrony.service.d/a.conf': '[Unit]\nConditionHost=a\n',
      'etc/systemd/system/chronyd.service.d/b.conf': '[Unit]\nConditionHost=b\n',
      'etc/systemd/system/multi-user.target.wants/chrony.service': {
        link: '/lib/systemd/system/chrony.service',
      },
    })
    expect(unit?.name).toBe('chrony.service')
    expect(unit?.conditions.map(({ value }) => value)).toEqual(['!container', 'a', 'b'])
    expect(commandLine?.value).toEqual(['/usr/sbin/chronyd', '-F', '1'])
    expect(enabled?.value).toBe(true)
  })

  it('not at all, when its unit is masked', () => {
    const { enabled, unit } = daemonOf({
      ...CHRONY,
      'etc/systemd/system/chronyd.service': { link: '/dev/null' },
    })
    expect(enabled).toMatchObject({ value: false, evidence: [{ text: '→ /dev/null (masked)' }] })
    expect(unit?.starts).toBeUndefined()
  })

  it.each([
    ['in a container', { 'run/systemd/container': 'lxc\n' }, false],
    ['on a machine', { 'proc/1/comm': 'systemd\n' }, true],
  ] as const)('%s, as its condition has it', (_, where, met) => {
    expect(daemonOf({ ...CHRONY, ...where }).unit?.conditions[0]?.met).toBe(met)
  })
})

describe('a package that brings a unit and a script', () => {
  const BOTH = {
    'usr/sbin/chronyd': '',
    'lib/systemd/system/chrony.service': '[Service]\nExecStart=/usr/sbin/chronyd $DAEMON_OPTS\n',
    'etc/systemd/system/multi-user.target.wants/chrony.service': {
      link: '/lib/systemd/system/chrony.service',
    },
    'etc/init.d/chrony': '#!/bin/sh\n',
    'etc/default/chrony': 'DAEMON_OPTS="-F 1"\n',
  }
  const serviceOf = (members: Record<string, Member>) => {
    const { unit, enabled } = daemonOf({ ...BOTH, ...members })
    return [unit?.name, enabled?.value]
  }
  it('is started by the unit under systemd, and where nobody knows', () => {
    expect(serviceOf({ 'sbin/init': { link: '/lib/systemd/systemd' } })).toEqual(['chrony.service', true])
    expect(serviceOf({})).toEqual(['chrony.service', true])
  })
  it('by the script under SysV init', () => {
    const levels = { 'sbin/init': '', 'etc/rc2.d/README': '' }
    expect(serviceOf(levels)).toEqual(['/etc/init.d/chrony', false])
    expect(serviceOf({ ...levels, 'etc/rc2.d/S01chrony': { link: '../init.d/chrony' } })).toEqual([
      '/etc/init.d/chrony',
      true,
    ])
  })
  it('by the script under OpenRC, in one of its runlevels', () => {
    const levels = {
      'sbin/init': '',
      'etc/runlevels/default/local': '',
      'etc/rc2.d/S01chrony': { link: '../init.d/chrony' },
    }
    expect(serviceOf(levels)).toEqual(['/etc/init.d/chrony', false])
    expect(serviceOf({ ...levels, 'etc/runlevels/default/chrony': { link: '/etc/init.d/chrony' } })).toEqual([
      '/etc/init.d/chrony',
      true,
    ])
  })
})

it('a processor that QEMU emulates stands while it is paused, whatever counts its time', () => {
  const paused = (model: string) =>
    inventoryOf({
      'sys/class/dmi/id/sys_vendor': 'QEMU\n',
      'sys/devices/system/clocksource/clocksource0/current_clocksource': 'tsc\n',
      'proc/cpuinfo': `model name\t: ${model}\nflags\t\t: tsc hypervisor\n`,
    }).hypervisor?.value.whenPaused
  expect(paused('QEMU TCG CPU version 2.5+')).toBe('stands')
  expect(paused('Intel Xeon Processor (Skylake)')).toBe('runs-on')
})

describe('packages', () => {
  it.each<[string, Record<string, Member>, string, string]>([
    [
      'of dpkg',
      { 'var/lib/dpkg/status': 'Package: ntp\nStatus: install ok installed\nVersion: 1:4.2.8p15+dfsg-1\n' },
      'ntpd',
      '4.2.8p15',
    ],
    [
      'of rpm, as RHEL 5 lists them',
      { 'var/log/rpmpkgs': 'ntp-4.2.2p1-8.el5.x86_64.rpm\n' },
      'ntpd',
      '4.2.2p1',
    ],
    [
      'of rpm, in a sosreport',
      { 'installed-rpms': 'chrony-4.3-1.el9.x86_64     Tue Mar  5 10:00:00 2024\n' },
      'chronyd',
      '4.3',
    ],
    [
      'of rpm, by the folder of its documentation',
      { 'usr/share/doc/ntp-4.2.6p5/NEWS': '' },
      'ntpd',
      '4.2.6p5',
    ],
    ['of apk', { 'lib/apk/db/installed': 'C:Q1\nP:chrony\nV:4.5-r0\nA:x86_64\n' }, 'chronyd', '4.5'],
    ['of pacman', { 'var/lib/pacman/local/ntp-4.2.8.p18-2/desc': '' }, 'ntpd', '4.2.8p18'],
    [
      'none, but a daemon that says it',
      {
        ...CHRONY,
        'var/log/messages': 'Mar  1 10:00:00 a chronyd[1]: chronyd version 4.6 starting (+CMDMON)\n',
      },
      'chronyd',
      '4.6',
    ],
  ])('%s', (_, members, name, version) => {
    const daemon = daemonOf(members)
    expect([daemon.name, daemon.version?.value]).toEqual([name, version])
  })

  it('that were removed and left their configuration are not there', () => {
    expect(
      inventoryOf({ 'var/lib/dpkg/status': 'Package: ntp\nStatus: deinstall ok config-files\nVersion: 1\n' })
        .daemons,
    ).toEqual([])
  })

  it('have versions in which the distribution has its part', () => {
    expect(
      ['1:4.2.8p12+dfsg-4', '4.3-1.el9', '1.2.2+dfsg1-1+deb12u1', '4.6~rc1-1'].map(upstreamVersion),
    ).toEqual(['4.2.8p12', '4.3', '1.2.2', '4.6'])
  })
})

describe('three programs of one name', () => {
  const runs = (title: string) => ({ 'proc/5/comm': 'ntpd', 'proc/5/cmdline': title })
  it.each<[string, Record<string, Member>]>([
    ['ntpd', { 'usr/sbin/ntpd': '', ...runs('/usr/sbin/ntpd\0-g') }],
    ['ntpsec', { 'usr/sbin/ntpd': '', 'etc/ntpsec/ntp.conf': '', ...runs('/usr/sbin/ntpd\0-g') }],
    ['openntpd', { 'usr/sbin/ntpd': '', 'etc/openntpd/ntpd.conf': '', ...runs('ntpd: ntp engine') }],
    ['openntpd', { 'usr/sbin/ntpd': '', 'etc/openntpd/ntpd.conf': '', ...runs('/usr/sbin/ntpd') }],
  ])('%s', (name, members) => {
    expect(inventoryOf(members).daemons.map(daemon => [daemon.name, daemon.runs?.value])).toEqual([
      [name, true],
    ])
  })
})

describe('guest tools', () => {
  const tool = (members: Record<string, Member>) => inventoryOf(members).tools[0]
  const running = (comm: string, ...argv: string[]) => ({
    'proc/9/comm': comm,
    'proc/9/cmdline': argv.join('\0'),
  })
  it.each<[string, Record<string, Member>, string | undefined]>([
    ['the agent of QEMU', running('qemu-ga', '/usr/bin/qemu-ga'), 'when-asked'],
    ['which may not', running('qemu-ga', 'qemu-ga', '-b', 'guest-set-time'), 'no'],
    [
      'or is told so in a file',
      {
        ...running('qemu-ga', 'qemu-ga'),
        'etc/sysconfig/qemu-ga': 'FILTER_RPC_ARGS="--block-rpcs=guest-exec,guest-set-time"\n',
      },
      'no',
    ],
    ['VirtualBox', running('VBoxService', 'VBoxService'), 'periodically'],
    ['VirtualBox, told not to', running('VBoxService', 'VBoxService', '--disable-timesync'), 'no'],
    ['VMware Tools, of which nobody knows', running('vmtoolsd', 'vmtoolsd'), undefined],
    [
      'VMware Tools, switched off',
      {
        ...running('vmtoolsd', 'vmtoolsd'),
        'etc/vmware-tools/tools.conf': '[timeSync]\ndisable-all = true\n',
      },
      'no',
    ],
    ['Hyper-V', { 'sys/bus/vmbus/drivers/hv_utils': { directory: true } }, 'after-events'],
    [
      'Hyper-V, by the modules that a sosreport lists',
      { 'sos_commands/kernel/lsmod': 'Module Size Used by\nptp 1 1 hv_utils\nhv_utils 25808 0\n' },
      'after-events',
    ],
    ['Hyper-V, by those of the kernel', { 'proc/modules': 'hv_utils 25808 0 - Live 0x0\n' }, 'after-events'],
    [
      'Hyper-V, by what the driver said',
      { 'sos_commands/kernel/dmesg': '[    2.300000] hv_utils: TimeSync IC version 4.0\n' },
      'after-events',
    ],
    [
      'Hyper-V without its driver',
      {
        'sys/class/dmi/id/sys_vendor': 'Microsoft Corporation\n',
        'sys/class/dmi/id/product_name': 'Virtual Machine\n',
        'sos_commands/kernel/lsmod': 'Module Size Used by\nptp 1 1 hv_utils\n',
      },
      undefined,
    ],
    [
      'Hyper-V, by the modules of its disk',
      {
        'var/log/messages':
          'Nov 20 10:00:00 a kernel: [    0.000000] Hypervisor detected: Microsoft Hyper-V\n',
        'lib/modules/6.1.0-25-amd64/modules.dep':
          'kernel/drivers/hv/hv_utils.ko.xz: kernel/drivers/hv/hv_vmbus.ko.xz\n',
      },
      'after-events',
    ],
    [
      'the same disk of another machine',
      { 'lib/modules/6.1.0-25-amd64/modules.dep': 'kernel/drivers/hv/hv_utils.ko: \n' },
      undefined,
    ],
  ])('%s', (_, members, sets) => {
    expect(tool(members)?.setsTime?.value).toBe(sets)
  })
})

describe('the RTC', () => {
  it('is behind by what it lacks, and gains what hwclock would take from it', () => {
    const { rtc } = inventoryOf({
      'sys/class/rtc/rtc0/since_epoch': '1000000100\n',
      'proc/stat': 'btime 1000000000\n',
      'proc/uptime': '160.00 300.00\n',
      'etc/adjtime': '-8.640000 1000000000 0.000000\n1000000000\nLOCAL\n',
    })
    expect(rtc.offset?.value).toEqual({ seconds: 60, uncertainty: 2 })
    expect(rtc.drift?.value).toBeCloseTo(1e-4, 12)
    expect(rtc.mode?.value).toBe('local')
  })
})

describe('the kernel', () => {
  it.each([
    ['2.6.18-53.1.4.el5xen', 'classic-xen'],
    ['2.6.32.59-0.7-xen', 'classic-xen'],
    ['2.6.26-2-xen-amd64', 'classic-xen'],
    ['2.6.32-316-ec2', 'classic-xen'],
    ['3.2.0-40-ec2', 'standard'],
    ['2.6.32-5-xen-amd64', 'standard'],
    ['2.6.18-53.1.4.el5', 'standard'],
    ['6.1.0-25-amd64', 'standard'],
  ])('%s is of the kind %s', (release, flavour) => {
    expect(inventoryOf({ 'proc/sys/kernel/osrelease': `${release}\n` }).kernel.flavour?.value).toBe(flavour)
  })

  it('on a disk is the newest that has modules', () => {
    const modules = { 'lib/modules/5.14.0-70.el9.x86_64/a': '', 'lib/modules/5.14.0-503.el9.x86_64/a': '' }
    expect(inventoryOf(modules).kernel.release?.value).toBe('5.14.0-503.el9.x86_64')
  })

  it('has words for the next start in several files', () => {
    const { boot } = inventoryOf({
      'etc/default/grub': 'GRUB_CMDLINE_LINUX="a"\n',
      'etc/default/grub.d/50-cloud.cfg': 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX b"\n',
      'boot/grub2/grubenv': 'saved_entry=x-6.1\nkernelopts=root=/dev/sda1 ro \n',
      'boot/loader/entries/x-6.1.conf': 'title X\nlinux /vmlinuz-6.1\noptions $kernelopts tsc=reliable\n',
    })
    expect(boot.defaults).toMatchObject([{ name: 'GRUB_CMDLINE_LINUX', words: ['a', 'b'] }])
    expect(boot.entries).toMatchObject([
      { isDefault: true, kernel: { words: ['root=/dev/sda1', 'ro', 'tsc=reliable'] } },
    ])
  })
})

it('of nothing is an inventory in which nothing is known', () => {
  const { unread, daemons, tools, hypervisor, container } = inventoryOf({})
  expect({ unread, daemons, tools, hypervisor, container }).toEqual({
    unread: [],
    daemons: [],
    tools: [],
    hypervisor: undefined,
    container: undefined,
  })
})
