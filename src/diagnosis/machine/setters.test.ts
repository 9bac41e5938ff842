/** Who sets this clock: daemons, tools, jobs, and what the logs show of their steps. */
import { describe, expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { planRepair } from '../repair/plan.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'
import { whoSetsTheClock } from './setters.ts'

type Members = Readonly<Record<string, Member>>

const setters = (members: Members) =>
  whoSetsTheClock(takeInventory(memoryFiles(members))).map(({ name, how, does, stepped }) =>
    [name, how, does, ...(stepped ? [stepped] : [])].join(' | '),
  )

function found(members: Members): string[] {
  const files = memoryFiles(members)
  const inventory = takeInventory(files)
  const subject = { inventory, live: undefined, prospect: undefined }
  return checkMachine(subject, lintMachine(inventory, files))
    .filter(({ severity }) => severity !== 'note')
    .map(({ severity, name, evidence: [first] }) => [severity, name, first?.path].filter(Boolean).join(' '))
}

const GUEST: Members = {
  'proc/cpuinfo': 'flags\t\t: fpu hypervisor\n',
  'sys/class/dmi/id/sys_vendor': 'QEMU\n',
  'usr/sbin/sshd': '',
}
const CHRONY: Members = {
  ...GUEST,
  'usr/sbin/chronyd': '',
  'etc/chrony.conf': 'pool a.example iburst\nmakestep 1 -1\n',
  'usr/lib/systemd/system/chronyd.service': '[Service]\nExecStart=/usr/sbin/chronyd\n',
  'etc/systemd/system/multi-user.target.wants/chronyd.service': {
    link: '/usr/lib/systemd/system/chronyd.service',
  },
}
const TIMER: Members = {
  'etc/systemd/system/settime.timer': '[Timer]\nOnCalendar=hourly\n[Install]\nWantedBy=timers.target\n',
  'etc/systemd/system/settime.service':
    '[Service]\nType=oneshot\nExecStart=-/usr/sbin/ntpdate -u a.example\n',
  'etc/systemd/system/timers.target.wants/settime.timer': { link: '/etc/systemd/system/settime.timer' },
}

describe('jobs', () => {
  test.each<[string, Members, string, string]>([
    [
      'a table of the system',
      { 'etc/crontab': '17 * * * * root ntpdate a\n' },
      '/etc/crontab',
      'ntpdate (/etc/crontab)',
    ],
    [
      'a table of a package',
      { 'etc/cron.d/x': '*/15 * * * * root sntp -s a\n' },
      '/etc/cron.d/x',
      'sntp (/etc/cron.d/x)',
    ],
    [
      "root's own table",
      { 'var/spool/cron/root': '0 3 * * * rdate -s a\n' },
      '/var/spool/cron/root',
      'rdate (/var/spool/cron/root)',
    ],
    [
      'a script',
      { 'etc/cron.hourly/t': '#!/bin/sh\nntpd -gq\n' },
      '/etc/cron.hourly/t',
      'ntpd (/etc/cron.hourly/t)',
    ],
    ['a timer', TIMER, '/etc/systemd/system/settime.service', 'ntpdate (settime.timer)'],
  ])('%s', (_, members, path, name) => {
    expect(setters({ ...CHRONY, ...members })).toEqual([
      'chronyd | all the time | yes',
      `${name} | periodically | yes`,
    ])
    expect(found({ ...CHRONY, ...members })).toEqual([`critical two-daemons ${path}`])
    expect(found({ ...GUEST, ...members })).toEqual(['warning no-daemon /sys/class/dmi/id/sys_vendor'])
  })
  test.each<[string, Members]>([
    [
      'once at the start',
      { 'etc/rc.local': '#!/bin/sh\nntpdate a\n', 'etc/crontab': '@reboot root hwclock -s\n' },
    ],
    [
      'a timer that nobody starts',
      { ...TIMER, 'etc/systemd/system/timers.target.wants/settime.timer': { link: '/dev/null' } },
    ],
    ['a script that was put aside', { 'etc/cron.hourly/t.bak': 'ntpdate a\n' }],
    ['a comment', { 'etc/crontab': '# 1 * * * * root ntpdate a\n' }],
  ])('%s is no second keeper', (_, members) => expect(found({ ...CHRONY, ...members })).toEqual([]))
  test('the remedy takes the line of a table out, and stops a timer', () => {
    const files = memoryFiles({ ...CHRONY, ...TIMER, 'etc/crontab': 'A=b\n17 * * * * root ntpdate a\n' })
    const inventory = takeInventory(files)
    const [first] = checkMachine(
      { inventory, live: undefined, prospect: undefined },
      lintMachine(inventory, files),
    )
    expect(first?.remedy.actions).toEqual([
      { kind: 'stop', daemon: 'settime.timer', unit: 'settime.timer' },
      { kind: 'edit', file: '/etc/crontab', edit: { line: 2, kind: 'delete', text: '' } },
    ])
  })
})

describe('other work in the same line', () => {
  const planOf = (crontab: string, more: Members = {}) => {
    const files = memoryFiles({ ...CHRONY, 'etc/crontab': crontab, ...more })
    const inventory = takeInventory(files)
    const findings = checkMachine(
      { inventory, live: undefined, prospect: undefined },
      lintMachine(inventory, files),
    )
    return planRepair(
      findings.filter(({ name }) => name === 'two-daemons'),
      inventory,
      {
        content: path =>
          path === '/etc/crontab'
            ? { kind: 'read', bytes: crontab }
            : { kind: 'closed', why: 'not asked for' },
        live: true,
        services: 'systemd',
      },
    )
  }
  const edited = ({ steps }: ReturnType<typeof planOf>) =>
    steps.flatMap(({ change }) => (change.kind === 'file' ? [change.after] : []))

  test.each([
    'root /usr/local/bin/backup.sh && ntpdate x',
    'root /usr/sbin/ntpdate -u x; /usr/local/bin/rotate-logs',
    'root ntpdate x | mail -s y root',
    'root sleep $((RANDOM / 9)); ntpdate x',
    'root ntpdate x%more',
  ])('%s is left to a person, who is told which part goes', command => {
    const plan = planOf(`A=b\n17 * * * * ${command}\n`)
    expect(edited(plan)).toEqual([])
    const [advice] = plan.advice.filter(({ title }) => title === 'Change /etc/crontab, line 2')
    expect(advice?.lines[0]).toMatch(/take out only what sets the clock.*ntpdate/)
  })
  test('and beside such a line one that does nothing else still goes', () => {
    const plan = planOf('1 * * * * root b; ntpdate x\n2 * * * * root ntpdate x >/dev/null 2>&1\n')
    expect(edited(plan)).toEqual(['1 * * * * root b; ntpdate x\n'])
    expect(plan.advice.map(({ title }) => title)).toContain('Change /etc/crontab, line 1')
    expect(plan.steps[0]?.risk).toMatch(/^cron reads it.*Nothing is in a line that is taken out but/)
  })
  test('a script is left to a person, too', () => {
    const plan = planOf('', { 'etc/cron.hourly/t': '#!/bin/sh\nntpdate a\n' })
    expect(plan.advice.map(({ title }) => title)).toContain('Change /etc/cron.hourly/t, line 2')
  })
  test.each(['apt-get -y install ntpdate', "mysql -e 'select ntpdate from t'"])('%s is no job', command => {
    expect(planOf(`17 * * * * root ${command}\n`)).toEqual({ steps: [], advice: [] })
  })
})

describe('tools', () => {
  test.each(['etc/hostname', 'etc/vmware-tools/tools.conf'])('of VMware do what the host decides', path => {
    const members = { ...CHRONY, 'usr/bin/vmtoolsd': '', [path]: '[logging]\n' }
    expect(setters(members)).toEqual(['chronyd | all the time | yes', 'vmtoolsd | host-decides | may'])
    expect(setters({ ...members, 'proc/9/comm': 'vmtoolsd\n', 'proc/9/cmdline': 'vmtoolsd' })).toContain(
      'vmtoolsd | host-decides | yes',
    )
  })
  test('that were told not to are none', () => {
    const off = { 'usr/bin/vmtoolsd': '', 'etc/vmware-tools/tools.conf': '[timeSync]\ndisable-all=true\n' }
    expect(setters({ ...CHRONY, ...off })).toEqual(['chronyd | all the time | yes'])
  })
})

describe('who keeps it in their own ways', () => {
  test('phc2sys, whose options are not those of chronyd', () => {
    const phc2sys = {
      ...GUEST,
      'usr/sbin/phc2sys': '',
      'etc/sysconfig/phc2sys': 'OPTIONS="-s /dev/ptp0 -O 0"\n',
      'usr/lib/systemd/system/phc2sys.service':
        '[Service]\nEnvironmentFile=-/etc/sysconfig/phc2sys\nExecStart=/usr/sbin/phc2sys $OPTIONS\n',
      'etc/systemd/system/multi-user.target.wants/phc2sys.service': {
        link: '/usr/lib/systemd/system/phc2sys.service',
      },
    }
    expect(setters(phc2sys)).toEqual(['phc2sys | all the time | yes'])
    expect(found(phc2sys)).toEqual([])
  })
  test('the ntpd of busybox, started by OpenRC', () => {
    const alpine = {
      ...GUEST,
      'bin/busybox': '',
      'usr/sbin/ntpd': { link: '/bin/busybox' },
      'etc/init.d/ntpd': '#!/sbin/openrc-run\n',
      'etc/conf.d/ntpd': 'NTPD_OPTS="-N -p pool.ntp.org"\n',
      'etc/runlevels/default/ntpd': { link: '/etc/init.d/ntpd' },
    }
    expect(setters(alpine)).toEqual(['busybox-ntpd | all the time | yes'])
    expect(found(alpine)).toEqual([])
    const [daemon] = takeInventory(memoryFiles(alpine)).daemons
    expect(daemon?.commandLine?.value).toEqual(['/usr/sbin/ntpd', '-N', '-p', 'pool.ntp.org'])
  })
  test('the service of VirtualBox, for which systemd-timesyncd stands back', () => {
    const timesyncd = {
      ...GUEST,
      'sys/class/dmi/id/sys_vendor': 'innotek GmbH\n',
      'usr/sbin/VBoxService': '',
      'lib/systemd/systemd-timesyncd': '',
      'lib/systemd/system/systemd-timesyncd.service':
        '[Unit]\nConditionFileIsExecutable=!/usr/sbin/VBoxService\n[Service]\nExecStart=/lib/systemd/systemd-timesyncd\n',
      'etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service': {
        link: '/lib/systemd/system/systemd-timesyncd.service',
      },
      'proc/9/comm': 'VBoxService\n',
      'proc/9/cmdline': '/usr/sbin/VBoxService',
    }
    expect(found(timesyncd)).toEqual([])
    expect(setters(timesyncd)).toEqual([
      'VBoxService | periodically | yes',
      'systemd-timesyncd | all the time | may',
    ])
  })
})

describe('a configuration in several files', () => {
  const conf = (line: string) =>
    `${line}\nconfdir /etc/chrony/conf.d\nsourcedir /run/chrony-dhcp\nmakestep 1 -1\n`
  const running = { ...CHRONY, 'proc/cmdline': 'ro\n' }
  test('is judged whole where all of it has been seen', () => {
    expect(found({ ...running, 'etc/chrony.conf': conf('server 10.0.0.1 iburst') })).toEqual([
      'warning single-source /etc/chrony.conf',
    ])
    expect(found({ ...running, 'etc/chrony.conf': conf('refclock PHC /dev/ptp_kvm') })).toEqual([
      'warning host-clock-not-validated /etc/chrony.conf',
    ])
    const more = { 'run/chrony-dhcp/eth0.sources': 'server 10.0.0.2\nserver 10.0.0.3\nserver 10.0.0.4\n' }
    expect(found({ ...running, ...more, 'etc/chrony.conf': conf('server 10.0.0.1 iburst') })).toEqual([])
  })
  test('as far as it can be on a disk, and what lies in /run counts as empty', () =>
    expect(found({ ...CHRONY, 'etc/chrony.conf': conf('server 10.0.0.1 iburst') })).toEqual([
      'warning single-source /etc/chrony.conf',
    ]))
  test('whose names say nothing', () => {
    const ntpd = {
      ...GUEST,
      'usr/sbin/ntpd': '',
      'etc/init.d/ntp': '',
      'etc/rc3.d/S01ntp': { link: '../init.d/ntp' },
      'etc/ntp.conf':
        'tinker panic 0\npool a.example iburst\nincludefile /etc/ntp/crypto/pw\nincludefile /etc/ntp/more\n',
      'etc/ntp/crypto/pw': '#crypto pw\n',
      'etc/ntp/more': 'pool b.example ibrust\n',
    }
    expect(found(ntpd)).toEqual(['warning misspelt /etc/ntp/more'])
  })
})

test('a daemon that should run and does not may be kept from it by its file', () => {
  const stopped = { ...CHRONY, 'proc/1/comm': 'systemd\n' }
  expect(found({ ...stopped, 'etc/chrony.conf': 'pool a.example iburst\nmakestep 1 -1\nrtcsnyc\n' })).toEqual(
    ['critical daemon-not-running /proc', 'critical misspelt /etc/chrony.conf'],
  )
})

describe('how it was really started', () => {
  const running = (argv: string, more: Members = {}) => ({
    ...GUEST,
    'usr/sbin/ntpd': '',
    'etc/init.d/ntpd': '',
    'etc/sysconfig/ntpd': 'OPTIONS="-g"\n',
    'etc/ntp.conf': 'tinker panic 0\npool a.example iburst\n',
    'proc/77/comm': 'ntpd\n',
    'proc/77/cmdline': argv,
    ...more,
  })
  test('is judged where no file says the same', () => {
    expect(found(running('ntpd\0-g\0-x\0-u\0ntp:ntp'))).toEqual(['warning slew-only /proc/77/cmdline'])
    expect(found(running('ntpd\0-g\0-u\0ntp:ntp'))).toEqual([])
  })
  test('and once where one does', () => {
    const options = { 'etc/sysconfig/ntpd': 'OPTIONS="-g -x"\n' }
    expect(found(running('ntpd\0-g\0-x', options))).toEqual(['warning slew-only /etc/sysconfig/ntpd'])
  })
  test('so is the kernel, where no loader is in the copy', () => {
    const kernel = {
      'proc/cmdline': 'ro divider=10 clocksorce=tsc\n',
      'proc/sys/kernel/osrelease': '5.14.0-427.el9.x86_64\n',
    }
    expect(found({ ...CHRONY, ...kernel })).toEqual([
      'warning misspelt /proc/cmdline',
      'warning divider-ignored /proc/cmdline',
    ])
    const loader = { 'etc/default/grub': 'GRUB_CMDLINE_LINUX="divider=10"\n' }
    expect(found({ ...CHRONY, ...kernel, ...loader })).toEqual(['warning divider-ignored /etc/default/grub'])
  })
})

test('Red Hat 5 reads no sysctl.d', () => {
  const members = {
    'etc/redhat-release': 'CentOS release 5.11 (Final)\n',
    'etc/sysctl.conf': 'xen.independent_wallclock = 0\n',
    'etc/sysctl.d/90-xen.conf': 'xen.independent_wallclock = 1\n',
  }
  const values = (more: Members) =>
    takeInventory(memoryFiles({ ...members, ...more })).sysctls[0]?.set.map(({ value }) => value)
  expect(values({})).toEqual(['0'])
  expect(values({ 'etc/redhat-release': 'CentOS release 6.10 (Final)\n' })).toEqual(['1', '0'])
})

describe('steps in the logs', () => {
  const log = (message: string, times: readonly string[]) =>
    times.map(time => `Nov 21 ${time} web1 ${message}\n`).join('')
  const HOURLY = ['01:17:02', '02:17:01', '03:17:03', '05:17:02', '06:17:01']

  test('at the time of a job are its own', () => {
    const members = {
      ...CHRONY,
      'etc/crontab': '17 * * * * root date -s "$(cat /net/now)"\n',
      'var/log/messages': log('systemd[1]: Time has been changed', HOURLY),
    }
    expect(setters(members)).toEqual([
      'chronyd | all the time | yes',
      'date (/etc/crontab) | periodically | yes | 5 steps, one every 60 min',
    ])
  })
  test('at every other time of a job are its own, too', () => {
    const members = {
      ...CHRONY,
      'etc/crontab': '17,47 * * * * root date -s "$(cat /net/now)"\n',
      'var/log/messages': log('systemd[1]: Time has been changed', HOURLY),
    }
    expect(setters(members)).toContain('date (/etc/crontab) | periodically | yes | 5 steps, one every 60 min')
  })
  test('by a program that says so', () => {
    const members = {
      ...CHRONY,
      'var/log/syslog': log('ntpdate[77]: step time server 192.0.2.1 offset -1.250000 sec', HOURLY),
    }
    expect(setters(members)).toContain(
      'ntpdate | periodically | yes | 5 steps, one every 60 min, of 1.25 s back',
    )
  })
  test('once a minute are of VMware Tools', () => {
    const minutes = Array.from({ length: 9 }, (_, i) => `01:0${i}:31`)
    const members = {
      ...CHRONY,
      'usr/bin/vmtoolsd': '',
      'var/log/messages': log('systemd[1]: Time has been changed', minutes),
    }
    expect(setters(members)).toContain('vmtoolsd | host-decides | may | 9 steps, one every 60.0 s')
  })
  test('at regular times by nobody known are by somebody', () => {
    const members = { ...CHRONY, 'var/log/messages': log('systemd[1]: Time has been changed', HOURLY) }
    expect(setters(members)).toContain('somebody | periodically | yes | 5 steps, one every 60 min')
  })
  test('now and then may be a pause, or the daemon', () => {
    const lines = log('chronyd[9]: Forward time jump detected!', ['01:00:00', '07:31:00'])
    expect(setters({ ...CHRONY, 'var/log/messages': lines })).toEqual(['chronyd | all the time | yes'])
  })
})

describe('who only measures', () => {
  const DEBIAN: Members = {
    ...GUEST,
    'usr/sbin/chronyd': '',
    'etc/chrony/chrony.conf': 'pool a.example iburst\nmakestep 1 -1\n',
    'etc/default/chrony': 'DAEMON_OPTS="-F 1 -x"\n',
    'usr/lib/systemd/system/chrony.service':
      '[Service]\nEnvironmentFile=-/etc/default/chrony\nExecStart=/usr/sbin/chronyd $DAEMON_OPTS\n',
    'etc/systemd/system/multi-user.target.wants/chrony.service': {
      link: '/usr/lib/systemd/system/chrony.service',
    },
  }
  const NTPSEC: Members = {
    'usr/sbin/ntpd': '',
    'etc/ntpsec/ntp.conf': 'server b.example iburst\n',
    'usr/lib/systemd/system/ntpsec.service':
      '[Service]\nExecStart=/usr/sbin/ntpd -c /etc/ntpsec/ntp.conf -g\n',
    'etc/systemd/system/multi-user.target.wants/ntpsec.service': {
      link: '/usr/lib/systemd/system/ntpsec.service',
    },
  }
  const RUNS: Members = {
    'proc/9/comm': 'chronyd\n',
    'proc/9/cmdline': '/usr/sbin/chronyd\0-F\x001\0',
    'proc/9/status': 'CapEff:\t000001ffffffffff\n',
  }
  const plan = (members: Members) => {
    const files = memoryFiles(members)
    return lintMachine(takeInventory(files), files).filter(({ name }) => name === 'clock-not-disciplined')
  }

  test('chronyd -x of a file sets nothing, and nobody does', () => {
    expect(setters(DEBIAN)).toEqual([])
    // One fact, told once.
    expect(found(DEBIAN).map(each => each.split(' ')[1])).toEqual(['no-daemon'])
    const expiring = { ...DEBIAN, 'etc/chrony/chrony.conf': 'pool a.example iburst\nmakestep 1 3\n' }
    expect(found(expiring).map(each => each.split(' ')[1])).toEqual(['no-daemon'])
    expect(plan(DEBIAN)[0]?.remedy.actions).toHaveLength(1)
  })
  test('it is told to set the clock, or another is started, and not both', () => {
    const { 'etc/systemd/system/multi-user.target.wants/ntpsec.service': _, ...idle } = NTPSEC
    const told = found({ ...DEBIAN, ...idle }).map(each => each.split(' ')[1])
    expect(told).toContain('no-daemon')
    expect(told).not.toContain('daemon-not-running')
  })
  test('beside a setter it is no second one, and -x stays', () => {
    const both = { ...DEBIAN, ...NTPSEC }
    expect(setters(both)).toEqual(['ntpsec | all the time | yes'])
    expect(found(both).filter(each => /two-daemons|clock-not/.test(each))).toEqual([])
    expect(plan(both)).toEqual([])
  })
  test('the running command line outweighs the file', () =>
    expect(setters({ ...DEBIAN, ...RUNS })).toEqual(['chronyd | all the time | yes']))
  test('disable ntp', () =>
    expect(setters({ ...GUEST, ...NTPSEC, 'etc/ntpsec/ntp.conf': 'server b\ndisable ntp\n' })).toEqual([]))
  test.each([
    ['includefile /etc/ntp.more\nserver b\nenable ntp\n', ['ntpsec | all the time | yes']],
    ['server b\nenable ntp\nincludefile /etc/ntp.more\n', []],
  ])('disable ntp in a file that is included: what is read last counts: %j', (conf, expected) =>
    expect(
      setters({
        ...GUEST,
        ...NTPSEC,
        'etc/ntpsec/ntp.conf': conf,
        'etc/ntp.more': 'disable ntp\n',
      }),
    ).toEqual(expected),
  )
})

describe('units that exclude each other', () => {
  const NTPD_RS: Members = {
    'usr/sbin/ntp-daemon': '',
    'etc/ntpd-rs/ntp.toml': '[[source]]\nmode = "pool"\naddress = "b.example"\n',
    'usr/lib/systemd/system/ntpd-rs.service':
      '[Unit]\nConflicts=systemd-timesyncd.service chronyd.service\n[Service]\nExecStart=/usr/bin/ntp-daemon\n',
    'etc/systemd/system/multi-user.target.wants/ntpd-rs.service': {
      link: '/usr/lib/systemd/system/ntpd-rs.service',
    },
  }
  const both = { ...CHRONY, ...NTPD_RS }
  const two = (members: Members) => found(members).filter(each => each.includes('two-daemons'))

  test('systemd keeps one, and which one is not known', () => {
    expect(setters(both)).toEqual(['chronyd | all the time | may', 'ntpd-rs | all the time | may'])
    expect(two(both)).toEqual([
      'warning two-daemons /etc/systemd/system/multi-user.target.wants/chronyd.service',
    ])
  })
  test('without that word both set the clock', () => {
    const unit = '[Service]\nExecStart=/usr/bin/ntp-daemon\n'
    const fighting = { ...both, 'usr/lib/systemd/system/ntpd-rs.service': unit }
    expect(setters(fighting)).toEqual(['chronyd | all the time | yes', 'ntpd-rs | all the time | yes'])
    expect(two(fighting)[0]).toMatch(/^critical/)
  })
})
