import { describe, expect, it } from 'vitest'
import { memoryFiles } from './memory-files.ts'
import { findTimekeepers, hasFlag, judgeProcess } from './timekeepers.ts'

const judge = (commandLine: string, exe?: string) => {
  const argv = commandLine.split(' ')
  return judgeProcess(argv[0]!.split('/').at(-1)!.slice(0, 15), argv, exe)
}

it.each([
  ['/usr/sbin/chronyd -F 1', 'chronyd', true],
  ['/usr/sbin/chronyd -d -x', 'chronyd', false],
  ['/usr/sbin/chronyd -dx', 'chronyd', false],
  ['/usr/sbin/chronyd -f x.conf -u x', 'chronyd', true],
  ['/usr/sbin/chronyd -fx', 'chronyd', true],
  ['chronyd -Q pool.example', 'chronyd', false],
  ['/usr/sbin/ntpd -p /run/ntpd.pid -c /etc/ntpsec/ntp.conf -g -N -u ntpsec:ntpsec', 'ntpd', true],
  ['/usr/sbin/ntpd -x -g -n', 'ntpd', true],
  ['/lib/systemd/systemd-timesyncd', 'systemd-timesyncd', true],
  ['/usr/bin/ntp-daemon', 'ntpd-rs', true],
  ['/usr/sbin/ptp4l -f /etc/linuxptp/ptp4l.conf -i eth0', 'ptp4l', true],
  ['ptp4l -i eth0 --free_running=1', 'ptp4l', false],
  ['ptp4l -i eth0 --free_running 1', 'ptp4l', false],
  ['ptp4l -H -i eth0', 'ptp4l', false],
  ['ptp4l -i eth0 --time_stamping=software', 'ptp4l', true],
  ['ptp4l -mS -i eth0', 'ptp4l', true],
  ['ptp4l -S -i eth0 --clock_servo ntpshm', 'ptp4l', false],
  ['phc2sys -w -s eth0', 'phc2sys', true],
  ['phc2sys -l 5 -a -r -R 1.00 -t [0:eno1] -n 0 -E ntpshm -M 0', 'phc2sys', false],
  ['phc2sys -a -r', 'phc2sys', true],
  ['phc2sys -arr', 'phc2sys', true],
  ['phc2sys -a', 'phc2sys', false],
  ['phc2sys -s CLOCK_REALTIME -c eth0 -w', 'phc2sys', false],
  ['phc2sys -s eth0 -c CLOCK_REALTIME', 'phc2sys', true],
  ['timemaster -f /etc/linuxptp/timemaster.conf', 'timemaster', false],
  ['/usr/bin/vmtoolsd', 'vmtoolsd', true],
  ['/usr/sbin/VBoxService --pidfile /run/x.sh', 'VBoxService', true],
  ['/usr/sbin/VBoxService --disable-timesync', 'VBoxService', false],
  ['/usr/sbin/qemu-ga', 'qemu-ga', true],
  ['/usr/sbin/qemu-ga -b guest-exec,guest-set-time', 'qemu-ga', false],
  ['/usr/sbin/qemu-ga --blacklist=guest-set-time', 'qemu-ga', false],
  ['/usr/sbin/qemu-ga --block-rpcs guest-exec', 'qemu-ga', true],
  ['/usr/sbin/qemu-ga --allow-rpcs=guest-get-time', 'qemu-ga', false],
])('%s is %s, disciplines: %s', (commandLine, name, disciplines) => {
  expect(judge(commandLine)).toEqual({ name, disciplines })
})

it('tells the three programs named ntpd apart', () => {
  expect(judge('ntpd -w -p 192.0.2.1', '/bin/busybox')).toEqual({ name: 'busybox ntpd', disciplines: false })
  expect(judge('ntpd -n -p 192.0.2.1', '/bin/busybox')).toEqual({ name: 'busybox ntpd', disciplines: true })
  expect(judgeProcess('busybox', ['busybox', 'ntpd', '-nw'])).toEqual({
    name: 'busybox ntpd',
    disciplines: false,
  })
  expect(judgeProcess('ntpd', ['ntpd: ntp engine'])).toEqual({ name: 'openntpd', disciplines: true })
  expect(judge('ntpd -n -f /etc/ntpd.conf', '/usr/sbin/openntpd')).toEqual({
    name: 'openntpd',
    disciplines: false,
  })
})

it('knows OpenNTPD by its file, and by its own name', () => {
  expect(judge('/usr/sbin/ntpd -s -f /etc/openntpd/ntpd.conf')).toEqual({
    name: 'openntpd',
    disciplines: true,
  })
  expect(judge('/usr/sbin/ntpd -g -f /var/lib/ntp/ntp.drift')).toEqual({ name: 'ntpd', disciplines: true })
  expect(judgeProcess('openntpd', ['/usr/sbin/openntpd'])).toEqual({ name: 'openntpd', disciplines: true })
})

it.each(['bash', 'sshd -D', 'chronyc tracking', 'busybox ash', 'vim ntpd'])(
  '%s keeps no time',
  commandLine => {
    expect(judge(commandLine)).toBeUndefined()
  },
)

it('reads clusters of options as getopt does', () => {
  expect(hasFlag(['-abx'], 'x', 'f')).toBe(true)
  expect(hasFlag(['-afx'], 'x', 'f')).toBe(false)
  expect(hasFlag(['-f', '-x'], 'x', 'f')).toBe(false)
  expect(hasFlag(['--', '-x'], 'x', 'f')).toBe(false)
  expect(hasFlag(['--xyz', 'x'], 'x', 'f')).toBe(false)
  expect(hasFlag([], 'x', 'f')).toBe(false)
})

it.each([
  ['000001ffffffffff', true],
  ['0000000002000000', true],
  ['000001fffdffffff', false],
  ['0000000000000000', false],
])('a daemon with the capabilities %s may set the clock: %s', (permitted, may) => {
  const files = memoryFiles({
    'proc/self/comm': 'node',
    'proc/77/comm': 'ntpd',
    'proc/77/cmdline': '/usr/sbin/ntpd\0-n',
    'proc/77/status': `Name:\tntpd\nPPid:\t1\nCapPrm:\t${permitted}\nCapEff:\t${permitted}\n`,
  })
  expect(findTimekeepers(files)).toMatchObject([{ name: 'ntpd', pid: 77, disciplines: may }])
})

it('reads what sosreport keeps: a listing of ps, and of each process its status', () => {
  const files = memoryFiles({
    'sos_commands/process/ps_auxwwwm': `USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
root           1  0.0  0.1 171816 15988 ?        -    Mar01   0:05 /usr/lib/systemd/systemd --switched-root
root           -  0.0    -      -     - -        Ss   Mar01   0:05 -
chrony       812  0.0  0.0  84808  3328 ?        -    Mar01   0:00 /usr/sbin/chronyd -F 2
chrony         -  0.0    -      -     - -        S    Mar01   0:00 -
root         900  0.0  0.0      0     0 ?        -    Mar01   0:00 [kworker/0:1]
root         977  0.0  0.0  84808  3328 ?        -    Mar01   0:00 ntpd: [priv]
_ntp         978  0.0  0.0  84808  3328 ?        -    Mar01   0:00 ntpd: ntp engine
`,
    'proc/812/status': 'Name:\tchronyd\nPPid:\t1\nCapPrm:\t0000000002000400\n',
    'proc/978/status': 'Name:\tntpd\nPPid:\t977\nCapPrm:\t0000000000000000\n',
  })
  expect(findTimekeepers(files)).toEqual([
    { name: 'chronyd', pid: 812, commandLine: '/usr/sbin/chronyd -F 2', disciplines: true },
    { name: 'openntpd', pid: 977, commandLine: 'ntpd: [priv]', disciplines: true },
  ])
})

describe('a process of a container is none of the machine', () => {
  const OWN = { name: 'chronyd', pid: 700, disciplines: true }

  it.each<[string, string]>([
    ['an unprivileged container of LXC', '100101'],
    ['one by systemd-nspawn', '1879048192'],
    ['one with names by nss-mymachines', 'vu-deb+'],
  ])('in a listing: %s', (_, user) => {
    const files = memoryFiles({
      'sos_commands/process/ps_auxwww': `USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND
chrony       700  0.0  0.1 117812  1720 ?        S    Nov01   0:01 /usr/sbin/chronyd
${user}       739  0.0  0.1 117812  1720 ?        S    Nov01   0:01 /usr/sbin/ntpd -p /run/ntpd.pid -g -u 101:103
`,
    })
    expect(findTimekeepers(files)).toMatchObject([OWN])
  })

  const CONTAINED = 'Uid:\t100101\t100101\t100101\t100101\nCapPrm:\t000001ffffffffff\n'
  it.each<[string, string, number]>([
    ['with users of its own, in which it may do everything', CONTAINED, 1],
    ['with the users of the machine, without the right', 'NSpid:\t739\t52\nCapPrm:\t00000000a80425fb\n', 1],
    ['with the right to set the clock', 'NSpid:\t739\t52\nCapPrm:\t0000000002000400\n', 2],
    ['a user whose name is long', 'Uid:\t996\t996\t996\t996\nNSpid:\t739\n', 2],
  ])('in /proc: %s', (_, status, count) => {
    const files = memoryFiles({
      'proc/700/comm': 'chronyd\n',
      'proc/700/cmdline': '/usr/sbin/chronyd\0',
      'proc/739/comm': 'ntpd\n',
      'proc/739/cmdline': '/usr/sbin/ntpd\0-g\0',
      'proc/739/status': `Name:\tntpd\nPPid:\t726\n${status}`,
    })
    const found = findTimekeepers(files)
    expect(found).toHaveLength(count)
    expect(found[0]).toMatchObject(OWN)
  })
})

describe('ntpd whose program nobody may see is that of busybox where its name leads there', () => {
  const linked = { 'usr/sbin/ntpd': { link: '/bin/busybox' }, 'bin/busybox': '' }
  const words = '/usr/sbin/ntpd -N -p pool.ntp.org'

  it.each<[string, Record<string, string>]>([
    ['in /proc', { 'proc/77/comm': 'ntpd\n', 'proc/77/cmdline': words.replaceAll(' ', '\0') }],
    ['by its name alone', { 'proc/77/comm': 'ntpd\n', 'proc/77/cmdline': 'ntpd\0-N' }],
    [
      'in a listing',
      {
        ps: `USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\nroot 77 0.0 0.1 1600 900 ? S Jan01 0:00 ${words}\n`,
      },
    ],
    ['in a listing of busybox', { ps: `PID   USER     TIME  COMMAND\n   77 root      0:00 ${words}\n` }],
    [
      'in a listing of OpenWrt',
      { ps: `  PID USER       VSZ STAT COMMAND\n   77 ntp       1304 S    {ntpd} ${words}\n` },
    ],
    [
      'in a listing by ps -ef',
      {
        ps: `UID        PID  PPID  C STIME TTY          TIME CMD\nroot        77     1  0 10:00 ?  00:00:00 ${words}\n`,
      },
    ],
  ])('%s', (_, files) => {
    expect(findTimekeepers(memoryFiles({ ...linked, ...files }))).toMatchObject([
      { name: 'busybox ntpd', pid: 77, disciplines: true },
    ])
    expect(findTimekeepers(memoryFiles({ 'usr/sbin/ntpd': '', ...files }))).toMatchObject([
      { name: 'ntpd', pid: 77 },
    ])
  })
})

it('a listing with a heading that is none is no listing', () => {
  for (const heading of ['PID PID COMMAND', 'PID', 'COMMAND', '', '( PID CMD'])
    expect(() => findTimekeepers(memoryFiles({ ps: `${heading}\n1 2 ntpd\n` }))).not.toThrow()
})
