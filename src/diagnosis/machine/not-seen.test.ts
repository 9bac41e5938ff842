/** What cannot be read is not judged as empty, and what is not in a copy not as absent. */
import { describe, expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'
import { whoSetsTheClock } from './setters.ts'

type Members = Readonly<Record<string, Member>>

function found(members: Members): string[] {
  const files = memoryFiles(members)
  const inventory = takeInventory(files)
  const subject = { inventory, live: undefined, prospect: undefined }
  return checkMachine(subject, lintMachine(inventory, files)).map(({ severity, name, evidence: [first] }) =>
    [severity, name, first?.path].filter(Boolean).join(' '),
  )
}

const GUEST: Members = {
  'proc/cpuinfo': 'flags\t\t: fpu hypervisor\n',
  'sys/class/dmi/id/sys_vendor': 'QEMU\n',
  'proc/sys/kernel/osrelease': '6.1.0-18-amd64\n',
}
const CHRONY: Members = {
  ...GUEST,
  'usr/sbin/chronyd': '',
  'lib/systemd/system/chrony.service':
    '[Service]\nExecStart=/usr/sbin/chronyd\n[Install]\nAlias=chronyd.service\n',
  'etc/systemd/system/multi-user.target.wants/chrony.service': {
    link: '/lib/systemd/system/chrony.service',
  },
}
const CONF = 'pool ntp.example iburst\nmakestep 1 -1\nlog tracking\nlogdir /var/log/chrony\n'

test('of sources that a copy lacks so much is known: a file beside them has no name that is read', () => {
  const dhcp: Members = {
    ...CHRONY,
    'etc/chrony/chrony.conf':
      'sourcedir /run/chrony-dhcp\nsourcedir /etc/chrony/sources.d\nmakestep 1 -1\nlog tracking\n',
  }
  const file = (name: string): Members => ({
    ...dhcp,
    [`etc/chrony/sources.d/${name}`]: 'server a.example\n',
  })
  const told = (members: Members) => found(members).filter(each => each.includes('copy-incomplete'))
  expect(told(file('corp.conf'))).toEqual(['warning copy-incomplete /etc/chrony/sources.d/corp.conf'])
  expect(told({ ...dhcp, 'etc/chrony/sources.d/README': 'x\n' })).toEqual([
    'note copy-incomplete /etc/chrony/chrony.conf',
  ])
  expect(told(file('corp.sources'))).toEqual([])
})

describe('what is not to be judged here', () => {
  const conf = 'pool ntp.example iburst\nmakestep 1 3\nlog tracking\nlogdir /var/log/chrony\n'
  const running = (...words: string[]): Members => ({
    'usr/sbin/chronyd': '',
    'etc/chrony/chrony.conf': conf,
    'proc/88/comm': 'chronyd\n',
    'proc/88/cmdline': ['/usr/sbin/chronyd', ...words].join('\0'),
  })
  const container: Members = { 'run/systemd/container': 'lxc\n' }
  test('how a clock is set that is not its own: the package starts chronyd with -x in a container', () => {
    expect(found({ ...container, ...running('-F', '1', '-x') })).toEqual([
      'note clock-of-the-host /run/systemd/container',
    ])
    expect(found({ ...GUEST, ...running('-F', '1', '-x') })).toContainEqual(
      expect.stringMatching(/^critical no-daemon/),
    )
    expect(found({ ...container, ...running('-F', '1') })).toContain(
      'note makestep-expires /etc/chrony/chrony.conf',
    )
  })
  test('the configuration of a program of which the linter knows no word', () => {
    const ptp: Members = {
      'etc/ptp4l.conf': '[global]\nclientOnly 1\ntime_stamping software\n',
      'proc/88/comm': 'ptp4l\n',
      'proc/88/cmdline': '/usr/sbin/ptp4l\0-f\0/etc/ptp4l.conf\0-i\0eno1',
      'usr/sbin/ptp4l': '',
    }
    expect(found(ptp)).toEqual([])
  })
})

describe('sources that a copy does not hold', () => {
  const disk = Object.fromEntries(Object.entries(CHRONY).filter(([path]) => !path.startsWith('proc/sys')))
  const copies: [string, Members][] = [
    ['a disk', { ...disk, 'lib/modules/6.1.0-18-amd64/modules.builtin': '' }],
    ['a sosreport', { ...CHRONY, 'sos_commands/chrony/chronyc_-n_tracking': '' }],
  ]
  const rest = 'makestep 1 -1\nlog tracking\nlogdir /var/log/chrony\n'
  test.each(copies)('%s: those of DHCP, and those of a folder that is not there', (_, members) => {
    for (const line of ['sourcedir /run/chrony-dhcp', 'include /etc/chrony.d/*.conf']) {
      const conf = `${line}\n${rest}`
      expect(found({ ...members, 'etc/chrony/chrony.conf': conf })).toEqual([
        'note copy-incomplete /etc/chrony/chrony.conf',
      ])
      // Where some are named, those are judged by how they are asked; and as all there are where only DHCP may add some.
      expect(found({ ...members, 'etc/chrony/chrony.conf': `server 10.0.0.1\n${conf}` })).toEqual([
        ...(line.startsWith('sourcedir') ? ['warning single-source /etc/chrony/chrony.conf'] : []),
        'note no-iburst /etc/chrony/chrony.conf',
      ])
      // A fragment says nothing of what else there is.
      const fragment = { 'etc/chrony/conf.d/a.conf': 'leapsectz right/UTC\n' }
      const main = `confdir /etc/chrony/conf.d\n${conf}`
      expect(found({ ...members, ...fragment, 'etc/chrony/chrony.conf': main })).toEqual([
        'note copy-incomplete /etc/chrony/chrony.conf',
      ])
    }
  })
  test('were none where all was collected from a machine that ran', () => {
    const whole: Members[] = [
      { 'run/systemd/system': { directory: true } },
      { 'clockwright/readings.json': '{}' },
    ]
    for (const there of whole)
      expect(
        found({ ...CHRONY, ...there, 'etc/chrony/chrony.conf': `sourcedir /run/chrony-dhcp\n${rest}` }),
      ).toEqual(['critical no-source /etc/chrony/chrony.conf'])
  })
  test('are not known of a machine that ran where /run was left out', () => {
    expect(found({ ...CHRONY, 'etc/chrony/chrony.conf': `sourcedir /run/chrony-dhcp\n${rest}` })).toEqual([
      'note copy-incomplete /etc/chrony/chrony.conf',
    ])
    const timesyncd: Members = {
      ...GUEST,
      'usr/sbin/sshd': '',
      'usr/lib/systemd/systemd-timesyncd': '',
      'proc/400/comm': 'systemd-timesyn\n',
      'proc/400/cmdline': '/usr/lib/systemd/systemd-timesyncd',
      'etc/systemd/timesyncd.conf': '[Time]\nNTP=\nFallbackNTP=\n',
    }
    expect(found(timesyncd)).toContain('note copy-incomplete /etc/systemd/timesyncd.conf')
    expect(found(timesyncd).join()).not.toContain('no-source')
    expect(found({ ...timesyncd, 'run/systemd/system': { directory: true } }).join()).toContain('no-source')
  })
})

describe('a configuration that could not be read', () => {
  const path = 'etc/chrony/chrony.conf'
  test('can be read', () => expect(found({ ...CHRONY, [path]: CONF })).toEqual([]))
  test.each<[string, Member]>([
    ['may not be read', { why: 'not-permitted' }],
    ['is too large', { why: 'too-large' }],
    ['is a pipe', { why: 'no-ordinary-file' }],
    ['leads nowhere', { link: '../../../../outside/chrony.conf' }],
    ['is binary', 'pool ntp.example\0\0\0'],
    ['is a folder', { directory: true }],
  ])('%s', (_, member) => {
    expect(found({ ...CHRONY, [path]: member })).toEqual([`warning could-not-be-read /${path}`])
  })
  test('is one of several: what stands in the others is judged, what does not stand there is not', () => {
    const conf = 'server a.example iburst\nconfdir /etc/chrony/conf.d\nlcoal stratum 10\n'
    const members = {
      ...CHRONY,
      [path]: conf,
      'etc/chrony/conf.d/site.conf': { why: 'not-permitted' } as const,
    }
    expect(found(members)).toEqual([
      `critical misspelt /${path}`,
      'warning could-not-be-read /etc/chrony/conf.d/site.conf',
    ])
  })
  test('has a name that is no UTF-8', () => {
    const conf = `${CONF}include /etc/chrony.d/*.conf\n`
    const odd = {
      'etc/chrony.d/a.conf': '# none\n',
      'etc/chrony.d/\ufffd.conf': { why: 'odd-name' } as const,
    }
    expect(found({ ...CHRONY, [path]: conf, ...odd })).toEqual([
      'warning could-not-be-read /etc/chrony.d/\ufffd.conf',
    ])
  })
  test('is the file of options', () => {
    const unit = '[Service]\nEnvironmentFile=-/etc/default/chrony\nExecStart=/usr/sbin/chronyd $DAEMON_OPTS\n'
    const members = {
      ...CHRONY,
      [path]: CONF,
      'lib/systemd/system/chrony.service': unit,
      'etc/default/chrony': { why: 'not-permitted' } as const,
    }
    expect(found(members)).toEqual(['warning could-not-be-read /etc/default/chrony'])
  })
  test('says whose clock a classic Xen guest has', () => {
    const members = {
      'proc/sys/kernel/osrelease': '2.6.18-398.el5xen\n',
      'sys/hypervisor/type': 'xen\n',
      'proc/1/comm': 'init\n',
      'etc/sysctl.conf': { why: 'not-permitted' } as const,
      'usr/sbin/ntpd': '',
      'etc/rc.d/init.d/ntpd': '',
      'etc/rc.d/rc3.d/S58ntpd': '',
      'proc/77/comm': 'ntpd\n',
      'proc/77/cmdline': 'ntpd\0-u\0ntp:ntp',
      'etc/ntp.conf': 'server a iburst\nserver b iburst\nserver c iburst\nserver d iburst\ntinker panic 0\n',
    }
    const names = found(members)
    expect(names).toContain('warning could-not-be-read /etc/sysctl.conf')
    expect(names.join()).not.toContain('wallclock')
    const { 'etc/sysctl.conf': _, ...without } = members
    expect(found(without).join()).toContain('critical wallclock-follows-host')
  })
})

describe('a copy that is not whole', () => {
  test('configuration alone is judged, and it is said that more is not known', () => {
    expect(found({ ...GUEST, 'etc/chrony.conf': CONF })).toEqual(['note copy-incomplete'])
    expect(found({ ...GUEST, 'etc/chrony.conf': CONF.replace('-1', '3') })).toEqual([
      'warning makestep-expires /etc/chrony.conf',
      'note copy-incomplete',
    ])
  })
  test('of two configurations nobody knows which daemon is there', () => {
    const names = found({ ...GUEST, 'etc/chrony.conf': CONF, 'etc/ntp.conf': 'pool ntp.example iburst\n' })
    expect(names).toContain('warning two-daemons /etc/ntp.conf')
    expect(names.join()).not.toContain('critical')
  })
  test('nothing of any daemon', () => {
    expect(found(GUEST)).toEqual(['warning copy-incomplete'])
    expect(whoSetsTheClock(takeInventory(memoryFiles(GUEST)))).toEqual([])
  })
  test('with programs it is known that there is none', () => {
    expect(found({ ...GUEST, 'usr/sbin/sshd': '' })).toEqual([
      'critical no-daemon /sys/class/dmi/id/sys_vendor',
    ])
    expect(
      found({ ...GUEST, 'var/lib/dpkg/status': 'Package: bash\nStatus: install ok installed\n' }),
    ).toEqual(['critical no-daemon /sys/class/dmi/id/sys_vendor'])
  })
  test('a program without anything that starts it in the copy', () => {
    const members = { ...GUEST, 'usr/sbin/chronyd': '', 'etc/chrony.conf': CONF }
    expect(found(members)).toEqual(['note copy-incomplete'])
    const units = { 'etc/systemd/system/multi-user.target.wants/sshd.service': { link: '/x' } }
    const unit = { 'lib/systemd/system/chronyd.service': '[Service]\nExecStart=/usr/sbin/chronyd\n' }
    expect(found({ ...members, ...units, ...unit })).toEqual([
      'critical daemon-not-running /lib/systemd/system/chronyd.service',
    ])
  })
  test('a daemon whose configuration timemaster makes as it starts', () => {
    const started = {
      ...GUEST,
      'usr/sbin/chronyd': '',
      'proc/77/comm': 'chronyd\n',
      'proc/77/cmdline': '/usr/sbin/chronyd\0-n\0-f\0/var/run/timemaster/chrony.conf',
      'proc/76/comm': 'timemaster\n',
      'proc/76/cmdline': '/usr/sbin/timemaster\0-f\0/etc/timemaster.conf',
    }
    const known = { ...started, 'etc/timemaster.conf': '[ntp_server a.example]\n' }
    expect(found(known)).toEqual(['note copy-incomplete /proc/77/cmdline'])
    expect(found(started)).toEqual(['warning copy-incomplete /proc/77/cmdline'])
  })
  test('a daemon without its configuration', () => {
    expect(found(CHRONY)).toEqual(['warning copy-incomplete /lib/systemd/system/chrony.service'])
    const ntpd = { 'proc/77/comm': 'ntpd\n', 'proc/77/cmdline': 'ntpd\0-x\0-u\0ntp', 'usr/sbin/ntpd': '' }
    expect(found({ ...GUEST, ...ntpd })).toEqual([
      'warning copy-incomplete /proc/77/cmdline',
      // That it slews is seen all the same.
      'warning slew-only /proc/77/cmdline',
    ])
  })
  test('a package whose files of init are not there', () => {
    const members = { ...GUEST, 'installed-rpms': 'chrony-4.3-1.el9.x86_64\n', 'etc/chrony.conf': CONF }
    expect(found(members)).toEqual(['note copy-incomplete'])
  })
})

test('a copy with some folder of programs, and not that of daemons, does not tell that none is there', () => {
  const partial: Members = {
    'bin/mountpoint': '',
    'usr/bin/site-tool': '',
    'etc/ntp.conf': 'pool ntp.example iburst\ntinker panic 0\n',
    'etc/init.d/ntp': '#!/bin/sh\nDAEMON=/usr/sbin/ntpd\n',
  }
  expect(found(partial)).not.toContain('critical no-daemon')
  expect(found({ ...partial, 'usr/sbin/sshd': '' })).toContain('critical no-daemon')
})

test('folders of units that another unit needs do not tell which were enabled', () => {
  const etc: Members = {
    'etc/chrony/chrony.conf': CONF,
    'etc/systemd/system/chronyd.service': { link: '/lib/systemd/system/chrony.service' },
    'etc/systemd/system/open-vm-tools.service.requires/vgauth.service': {
      link: '/lib/systemd/system/vgauth.service',
    },
  }
  expect(found(etc)).not.toContain('critical no-daemon')
  expect(found(etc)).toContain('note copy-incomplete')
})

test('a condition that is met by what a disk holds, and does not hold, is nothing to warn of', () => {
  const debian9: Members = {
    'etc/debian_version': '9.13\n',
    'usr/sbin/sshd': '',
    'lib/systemd/systemd-timesyncd': '',
    'lib/systemd/system/systemd-timesyncd.service':
      '[Unit]\nConditionFileIsExecutable=!/usr/sbin/VBoxService\n[Service]\nExecStart=/lib/systemd/systemd-timesyncd\n',
    'etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service': {
      link: '/lib/systemd/system/systemd-timesyncd.service',
    },
  }
  expect(found(debian9).map(each => each.split(' ')[1])).not.toContain('disabled-in-guests')
})

describe('a copy with the file of options and nothing that reads it', () => {
  const NTP = 'tinker panic 0\npool ntp.example iburst\nrestrict source nomodify\n'
  const EL: Members = {
    ...GUEST,
    'installed-rpms': 'ntp-4.2.6p5-29.el7.centos.2.x86_64\n',
    'etc/ntp.conf': NTP,
  }
  const SLEW: Members = { 'etc/sysconfig/ntpd': 'OPTIONS="-g -x"\n' }
  const slewing = (members: Members) => found(members).filter(each => /slew-only|not-disciplined/.test(each))
  const starts = (members: Members) => takeInventory(memoryFiles(members)).daemons[0]!.commandLine
  test.each([
    ['of CentOS', { ...EL, ...SLEW }, 'warning slew-only /etc/sysconfig/ntpd'],
    [
      'of Debian',
      { ...GUEST, 'etc/ntp.conf': NTP, 'etc/default/ntp': "NTPD_OPTS='-g -x'\n" },
      'warning slew-only /etc/default/ntp',
    ],
    [
      'of NTPsec',
      { ...GUEST, 'etc/ntpsec/ntp.conf': NTP, 'etc/default/ntpsec': 'NTPD_OPTS="-g -x -N"\n' },
      'warning slew-only /etc/default/ntpsec',
    ],
    [
      'of chrony',
      {
        ...GUEST,
        'installed-rpms': 'chrony-4.3-1.el9.x86_64\n',
        'etc/chrony.conf': CONF,
        'etc/sysconfig/chronyd': 'OPTIONS="-F 2 -x"\n',
      },
      'warning clock-not-disciplined /etc/sysconfig/chronyd',
    ],
    [
      'of chrony in Debian',
      { ...GUEST, 'etc/chrony/chrony.conf': CONF, 'etc/default/chrony': 'DAEMON_OPTS="-F 1 -x"\n' },
      'warning clock-not-disciplined /etc/default/chrony',
    ],
  ])('is judged as its package starts it: %s', (_, members: Members, finding) => {
    expect(slewing(members)).toEqual([finding])
    expect(starts(members)?.evidence.map(({ text }) => text)).toContain('as its package starts it')
  })
  test('what there is of the start has the last word', () => {
    const unit = (text: string): Members => ({ 'usr/lib/systemd/system/ntpd.service': text })
    expect(slewing({ ...EL, ...SLEW, ...unit('[Service]\nExecStart=/usr/sbin/ntpd -g\n') })).toEqual([])
    const dropIn: Members = {
      'etc/systemd/system/ntpd.service.d/own.conf': '[Service]\nExecStart=\nExecStart=/usr/sbin/ntpd -g -N\n',
    }
    expect(starts({ ...EL, ...SLEW, ...dropIn })?.value).toEqual(['/usr/sbin/ntpd', '-g', '-N'])
  })
  test('a link of SysV init starts it, though its script is not in the copy', () => {
    const linked = (entry: string): Members => ({ [`etc/rc.d/rc3.d/${entry}`]: { link: '../init.d/ntpd' } })
    const enabled = (members: Members) => takeInventory(memoryFiles(members)).daemons[0]!.enabled?.value
    expect(enabled({ ...EL, ...linked('S58ntpd') })).toBe(true)
    expect(enabled({ ...EL, ...linked('K74ntpd') })).toBe(false)
    // Of scripts that are there, and not this one, the link starts nothing.
    expect(enabled({ ...EL, ...linked('S58ntpd'), 'etc/rc.d/init.d/network': '' })).toBeUndefined()
  })
})

test('a daemon of which only a file is there that cannot be read is seen by that', () => {
  const setters = whoSetsTheClock(
    takeInventory(memoryFiles({ ...GUEST, 'etc/systemd/timesyncd.conf': { why: 'not-permitted' } })),
  )
  expect(setters.find(({ name }) => name === 'systemd-timesyncd')?.evidence).toEqual([
    { path: '/etc/systemd/timesyncd.conf', text: expect.stringMatching(/^its configuration is there: ./) },
  ])
})

describe('/etc/sysctl.conf, which systemd reads by a link', () => {
  const XEN: Members = {
    'sys/hypervisor/type': 'xen\n',
    'sys/hypervisor/guest_type': 'HVM\n',
    'proc/sys/kernel/osrelease': '6.1.0-18-amd64\n',
    'usr/lib/systemd/systemd': '',
    'etc/sysctl.conf': 'xen.independent_wallclock = 1\n',
  }
  const told = (members: Members) => {
    const files = memoryFiles(members)
    const inventory = takeInventory(files)
    const subject = { inventory, live: undefined, prospect: undefined }
    return checkMachine(subject, lintMachine(inventory, files)).filter(
      ({ name }) => name === 'wallclock-not-here',
    )
  }
  test('a copy without the folder has lost the link', () => {
    const linked = told({ ...XEN, 'etc/sysctl.d/99-sysctl.conf': { link: '../sysctl.conf' } })
    expect(linked).toHaveLength(1)
    expect(told(XEN)).toEqual(linked)
  })
  test('a folder without the link says that nobody reads it', () => {
    const [finding, ...more] = told({ ...XEN, 'etc/sysctl.d/10-own.conf': 'vm.swappiness = 1\n' })
    expect(more).toEqual([])
    expect(finding).toMatchObject({ severity: 'note' })
    expect(finding?.what).toContain('nobody reads')
    expect(finding?.evidence[0]).toMatchObject({ path: '/etc/sysctl.conf', line: 1 })
  })
})

describe('a folder in /run that only DHCP fills', () => {
  const red: Members = {
    ...CHRONY,
    'sos_commands/chrony/chronyc_-n_tracking': '',
    'etc/chrony/chrony.conf':
      'server 10.1.1.1 iburst\nserver 10.1.1.2 iburst\nsourcedir /run/chrony-dhcp\nmakestep 1 -1\n',
  }
  const listed = (...names: readonly string[]): Members => ({
    'sos_commands/chrony/chronyc_sources': [
      'MS Name/IP address         Stratum Poll Reach LastRx Last sample               ',
      '='.repeat(79),
      ...names.map(
        (name, index) =>
          `^${index === 0 ? '*' : '+'} ${name.padEnd(27)}   2   6   377    12    +10us[  +12us] +/-   10ms`,
      ),
      '',
    ].join('\n'),
  })
  const two = (members: Members) => {
    const files = memoryFiles(members)
    return lintMachine(takeInventory(files), files).filter(({ name }) => /source|four/.test(name))
  }
  test('is taken as empty where a copy has none, and that is said', () => {
    const [first, ...more] = two(red)
    expect([first?.name, first?.severity, more]).toEqual(['two-sources', 'critical', []])
    expect(first?.evidence.at(-1)).toMatchObject({ text: 'sourcedir /run/chrony-dhcp', line: 3 })
    expect(two({ ...red, 'run/chrony-dhcp/eth0.sources': 'pool c.example iburst\n' })).toEqual([])
  })
  test('had named those that the daemon listed', () => {
    const [sure] = two({ ...red, ...listed('10.1.1.1', '10.1.1.2') })
    expect([sure?.name, sure?.evidence.length]).toEqual(['two-sources', 2])
    const [three] = two({ ...red, ...listed('10.1.1.1', '10.1.1.2', '10.1.1.3') })
    expect(three?.name).toBe('fewer-than-four')
    expect(two({ ...red, ...listed('10.1.1.1', '10.1.1.2', '10.1.1.3', '10.1.1.4') })).toEqual([])
  })
})

describe('a copy without packages has the ntpd of its release', () => {
  const copy = (release: string): Members => ({
    ...GUEST,
    'etc/redhat-release': release,
    'usr/sbin/ntpd': '',
    'etc/init.d/ntpd': '#!/bin/sh\n',
    'etc/rc.d/rc3.d/S58ntpd': { link: '/etc/init.d/ntpd' },
    'etc/ntp.conf': 'tinker panic 0 stepout 10\n',
  })
  const clamped = expect.stringMatching(/stepout-clamped/)
  test('there a stepout of 10 s does what it says', () =>
    expect(found(copy('CentOS release 6.10 (Final)\n'))).not.toContainEqual(clamped))
  test('of another nobody knows', () => expect(found(copy('Ours release 1.0\n'))).toContainEqual(clamped))
})
