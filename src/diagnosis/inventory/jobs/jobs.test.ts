/** What is run at the start of the machine and sets the clock; crontabs and scripts are in test/replay/machines. */
import { describe, expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { whoSetsTheClock } from '../../machine/setters.ts'
import { readStart } from '../boot/at-boot.ts'
import { readPackages } from '../daemons/packages.ts'
import { takeInventory } from '../inventory.ts'
import { findJobs } from './jobs.ts'

const unit = (exec: string) =>
  `[Unit]\nDescription=x\n[Service]\nType=oneshot\n${exec}\n[Install]\nWantedBy=multi-user.target\n`
const machine = (exec: string, more: Record<string, Member> = {}): Record<string, Member> => ({
  'etc/systemd/system/set-clock.service': unit(exec),
  'etc/systemd/system/multi-user.target.wants/set-clock.service': {
    link: '/etc/systemd/system/set-clock.service',
  },
  ...more,
})
const jobsOf = (members: Record<string, Member>) => {
  const files = memoryFiles(members)
  return findJobs(files, readStart(files), readPackages(files)).jobs
}

test('tables of users, who need sudo; the folders beside them are no tables', () => {
  const line = (command: string) => `*/5 * * * * ${command}\n`
  const { jobs, unread } = takeInventory(
    memoryFiles({
      'var/spool/cron/crontabs/deploy': line('sudo ntpdate a.example'),
      'var/spool/cron/crontabs/other': line('ntpdate a.example'),
      'var/spool/cron/lastrun/cron.daily': '',
      'etc/cron.d/time': line('deploy sudo /usr/sbin/ntpdate a.example'),
    }),
  )
  expect(jobs.map(({ name, every }) => [name, every])).toEqual([
    ['/etc/cron.d/time', 300],
    ['/var/spool/cron/crontabs/deploy', 300],
  ])
  expect(unread).toEqual([])
})

test('the table of anacron', () => {
  const text =
    'SHELL=/bin/sh\nRANDOM_DELAY=45\n1\t5\tcron.daily\tnice run-parts /etc/cron.daily\n7 10 ntp ntpdate a.example\n@monthly 15 m /opt/t\n'
  const jobs = jobsOf({ 'etc/anacrontab': text, 'opt/t': 'hwclock -s\n' })
  expect(jobs).toMatchObject([
    { name: '/etc/anacrontab', program: 'ntpdate', when: '7 10 ntp', every: 604_800, repeats: true },
    { name: '/etc/anacrontab', program: 'hwclock', when: '@monthly 15 m', every: undefined, repeats: true },
  ])
  expect(jobs[0]!.command.evidence).toEqual([
    { path: '/etc/anacrontab', line: 4, text: '7 10 ntp ntpdate a.example' },
  ])
})

test("scripts of NetworkManager's dispatcher, and no folder beside them", () => {
  const members: Record<string, Member> = {
    'etc/NetworkManager/dispatcher.d/50-ntp': '#!/bin/sh\n[ "$2" = up ] && ntpdate -b a.example\n',
    'etc/NetworkManager/dispatcher.d/20-chrony': '#!/bin/sh\nchronyc onoffline\n',
    'etc/NetworkManager/dispatcher.d/no-wait.d/x': 'ntpdate a.example\n',
  }
  expect(jobsOf(members)).toMatchObject([
    { name: '/etc/NetworkManager/dispatcher.d/50-ntp', when: 'when the network changes', repeats: false },
  ])
  expect(takeInventory(memoryFiles(members)).unread).toEqual([])
})

test('scripts that the start runs, as far as it runs them', () => {
  const members: Record<string, Member> = {
    'etc/local.d/clock.start': 'hwclock -s\n',
    'etc/local.d/clock.stop': 'ntpdate a\n',
    'etc/rc.local': '#!/bin/sh\ntrue\nexit 0\nntpdate a\n',
    'etc/init.d/own': '#!/bin/sh\nstart() {\n  ntpdate -b a\n}\n',
    'etc/rc2.d/S20own': { link: '../init.d/own' },
    'etc/init.d/idle': '#!/bin/sh\nntpdate -b a\n',
    // As distributions bring it.
    'etc/init.d/hwclock.sh': '#!/bin/sh\nhwclock --hctosys\n',
    'etc/rcS.d/S08hwclock.sh': { link: '../init.d/hwclock.sh' },
  }
  expect(jobsOf(members).map(({ name, program, when }) => [name, program, when])).toEqual([
    ['/etc/init.d/own', 'ntpdate', 'at boot'],
    ['/etc/local.d/clock.start', 'hwclock', 'at boot'],
  ])
})

test('what the start of the machine runs in a loop sets the clock again and again', () => {
  const loop = 'while true; do ntpdate -u a; sleep 600; done'
  const members: Record<string, Member> = {
    'etc/rc.local': `#!/bin/sh\nntpdate -b a\n(${loop}) &\nexit 0\n`,
    'etc/local.d/retry.start': 'while true; do\n  ntpdate -u a && break\n  sleep 5\ndone\n',
    ...machine(`ExecStart=/bin/sh -c '${loop}'`),
  }
  const jobs = jobsOf(members)
  expect(jobs.map(({ name, when, every, repeats }) => [name, when, every, repeats])).toEqual([
    ['/etc/local.d/retry.start', 'at boot', undefined, false],
    ['/etc/rc.local', 'in a loop, every 10 min', 600, true],
    ['set-clock.service', 'in a loop, every 10 min', 600, true],
  ])
  expect(jobs[1]!.command.evidence[0]).toMatchObject({ path: '/etc/rc.local', line: 3 })
})

describe('rc.local is run by systemd only while it is executable', () => {
  const script = (executable: boolean, text = '#!/bin/sh\nntpdate a\n'): Member => ({
    bytes: Uint8Array.from(text, char => char.charCodeAt(0)),
    text,
    executable,
  })
  const dead = { 'etc/rc.d/rc.local': script(false), 'etc/rc.local': { link: 'rc.d/rc.local' } }
  const unit = {
    'usr/lib/systemd/system/rc-local.service':
      '[Unit]\nConditionFileIsExecutable=/etc/rc.d/rc.local\n[Service]\nExecStart=/etc/rc.d/rc.local start\n',
  }
  const systemd = { 'usr/lib/systemd/systemd': '', 'etc/systemd/system': { directory: true } } as const
  const program = { 'usr/sbin/chronyd': script(true, '') }
  test.each<[what: string, members: Readonly<Record<string, Member>>, runs: boolean]>([
    ['it is', { ...systemd, ...program, 'etc/rc.local': script(true) }, true],
    ['it is not', { ...systemd, ...program, ...dead }, false],
    ['it is not, says its unit', { ...systemd, ...unit, ...dead }, false],
    ['the copy forgot what was executable', { ...systemd, ...dead }, true],
    ['init is none of systemd', { 'sbin/init': script(true, ''), ...program, ...dead }, true],
    ['whoever collected it wrote it down', { 'clockwright/readings.json': '{}', ...dead }, false],
  ])('%s', (_, members, runs) => {
    expect(jobsOf(members).map(({ when }) => when)).toEqual(runs ? ['at boot'] : [])
  })

  test('run-parts looks at that, too', () => {
    const daily = (executable: boolean) => ({
      'clockwright/readings.json': '{}',
      'etc/cron.daily/time': script(executable),
    })
    expect(jobsOf(daily(true))).toHaveLength(1)
    expect(jobsOf(daily(false))).toEqual([])
  })
})

describe('a service that the start of the machine starts', () => {
  test.each([
    ['ExecStart=/usr/sbin/ntpdate -b pool.ntp.org', 'ntpdate'],
    ['ExecStart=-/bin/sh -c "ntpd -gq || true"', 'ntpd'],
    ['ExecStartPre=/sbin/hwclock --hctosys\nExecStart=/usr/bin/app', 'hwclock'],
  ])('%s', (exec, program) => {
    expect(jobsOf(machine(exec))).toMatchObject([
      { name: 'set-clock.service', program, when: 'at boot', repeats: false },
    ])
    expect(whoSetsTheClock(takeInventory(memoryFiles(machine(exec))))).toMatchObject([
      { name: `${program} (set-clock.service)`, how: 'at boot', does: 'yes' },
    ])
  })

  test('only where something wants it, it is not masked, and it sets the clock', () => {
    const { 'etc/systemd/system/multi-user.target.wants/set-clock.service': _, ...unwanted } = machine(
      'ExecStart=/usr/sbin/ntpdate a',
    )
    expect(jobsOf(unwanted)).toEqual([])
    expect(jobsOf(machine('', { 'etc/systemd/system/set-clock.service': { link: '/dev/null' } }))).toEqual([])
    expect(jobsOf(machine('ExecStart=/usr/sbin/ntpdate -q a'))).toEqual([])
  })

  test('a daemon is none, nor what a timer starts, twice', () => {
    const timer = 'ExecStart=/usr/sbin/ntpdate a'
    expect(
      jobsOf(
        machine(timer, {
          'etc/systemd/system/set-clock.timer': '[Timer]\nOnCalendar=hourly\n',
          'etc/systemd/system/timers.target.wants/set-clock.timer': {
            link: '/etc/systemd/system/set-clock.timer',
          },
        }),
      ),
    ).toMatchObject([{ name: 'set-clock.timer' }, { name: 'set-clock.service', repeats: false }])
    expect(
      jobsOf({
        'usr/lib/systemd/system/ntpdate.service': unit(
          'ExecStart=/usr/libexec/ntpdate-wrapper\nExecStart=ntpdate a',
        ),
        'etc/systemd/system/multi-user.target.wants/ntpdate.service': {
          link: '/usr/lib/systemd/system/ntpdate.service',
        },
      }),
    ).toEqual([])
  })
})

describe('a job whose program is not there would set the clock', () => {
  const line = (command: string) => ({ 'etc/cron.d/time': `*/15 * * * * root ${command}\n` })
  const programs: Record<string, Member> = Object.fromEntries(
    Array.from({ length: 70 }, (_, index) => [`usr/bin/p${index}`, '']),
  )
  const told = (members: Record<string, Member>) => {
    const inventory = takeInventory(memoryFiles(members))
    return {
      jobs: inventory.jobs.map(({ program }) => program),
      idle: inventory.idleJobs.map(({ hindered }) => hindered.path),
      does: whoSetsTheClock(inventory).map(({ name, does }) => `${name}: ${does}`),
    }
  }
  const acts = { jobs: ['ntpdate'], idle: [], does: ['ntpdate (/etc/cron.d/time): yes'] }
  const rests = { jobs: [], does: ['ntpdate (/etc/cron.d/time): may'] }

  test.each([
    'test -x /usr/sbin/ntpdate && /usr/sbin/ntpdate -u a.example',
    '/usr/sbin/ntpdate -u a.example',
  ])('in a copy with the programs of the machine: %s', command => {
    const members = { ...programs, 'usr/sbin/cron': '', ...line(command) }
    expect(told(members)).toEqual({ ...rests, idle: ['/usr/sbin/ntpdate'] })
    expect(told({ ...members, 'usr/sbin/ntpdate': '' }).jobs).toEqual(['ntpdate'])
  })

  test('by its name alone: nowhere on the path, also not where the table says', () => {
    const members = {
      ...programs,
      'etc/cron.d/time': 'PATH=/opt/ntp:/bin\n5 * * * * root ntpdate a.example\n',
    }
    expect(told(members)).toEqual({ ...rests, idle: ['/usr/sbin/ntpdate'] })
    expect(told({ ...members, 'opt/ntp/ntpdate': '' })).toEqual(acts)
    expect(told({ ...members, 'usr/local/bin/ntpdate': '' })).toEqual(acts)
  })

  test('by the list of packages', () => {
    const status = (name: string) => ({
      'var/lib/dpkg/status': `Package: ${name}\nStatus: install ok installed\nVersion: 1\n`,
      ...line('ntpdate a.example'),
    })
    expect(told(status('bash')).idle).toEqual(['/usr/sbin/ntpdate'])
    expect(told(status('ntpsec-ntpdate')).jobs).toEqual(['ntpdate'])
    expect(told({ ...status('bash'), 'usr/sbin/ntpdate': '' }).jobs).toEqual(['ntpdate'])
    expect(told({ ...status('bash'), ...line('/opt/ntp/bin/ntpdate a.example') })).toEqual(acts)
  })

  test.each([
    ['in a copy without programs', line('ntpdate a.example')],
    ['where another disk may be mounted', { ...programs, ...line('/opt/ntp/ntpdate a.example') }],
    [
      'where another of the line is there',
      { ...programs, 'bin/sntp': '', ...line('ntpdate a || sntp -S a') },
    ],
  ])('it does %s', (_, members) => expect(told(members)).toEqual(acts))
})

describe('a job that looks first whether a daemon runs', () => {
  const told = (command: string, members: Record<string, Member>) => {
    const files = { 'etc/cron.d/time': `*/15 * * * * root ${command}\n`, ...members }
    const { jobs, idleJobs } = takeInventory(memoryFiles(files))
    return { jobs: jobs.length, idle: idleJobs.map(({ hindered }) => hindered.path) }
  }
  const unitFile = {
    'usr/lib/systemd/system/chronyd.service': '[Service]\nExecStart=/usr/sbin/chronyd\n',
  }
  const enabled: Record<string, Member> = {
    ...unitFile,
    'etc/systemd/system/multi-user.target.wants/chronyd.service': {
      link: '/usr/lib/systemd/system/chronyd.service',
    },
  }
  const path = '/etc/systemd/system/multi-user.target.wants/chronyd.service'
  test.each([
    'systemctl is-active -q chronyd || ntpdate a',
    'pgrep -x chronyd || ntpdate a',
    '! pidof chronyd >/dev/null && ntpdate a',
  ])('rests where it does: %s', command => {
    expect(told(command, enabled)).toEqual({ jobs: 0, idle: [path] })
    expect(told(command, unitFile)).toEqual({ jobs: 1, idle: [] })
    expect(told(command, {})).toEqual({ jobs: 1, idle: [] })
  })
  test.each(['systemctl is-active ntpd || ntpdate a', 'systemctl is-active chronyd && ntpdate a'])(
    'acts beside another one, or only while it runs: %s',
    command => expect(told(command, enabled)).toEqual({ jobs: 1, idle: [] }),
  )
})

describe('scripts of a folder that are run', () => {
  const TEXT = '#!/bin/sh\nntpdate a.example\n'
  const script = (executable?: boolean): Member => ({
    bytes: Buffer.from(TEXT),
    text: TEXT,
    ...(executable !== undefined && { executable }),
  })
  const names = (members: Record<string, Member>) => jobsOf(members).map(({ name }) => name)

  test.each(['etc/cron.hourly/t', 'etc/network/if-up.d/t', 'etc/NetworkManager/dispatcher.d/t'])(
    'are executable, where a copy has kept that of anything: %s',
    path => {
      expect(names({ [path]: script(false), 'etc/cron.daily/dpkg': script(true) })).not.toContain(`/${path}`)
      expect(names({ [path]: script(true) })).toEqual([`/${path}`])
      expect(names({ [path]: script(false) })).toEqual([`/${path}`])
    },
  )

  test.each([
    [{ 'etc/debian_version': '12.5\n' }, []],
    [{ 'etc/os-release': 'ID=mint\nID_LIKE="ubuntu debian"\n' }, []],
    [{ 'etc/os-release': 'ID="rhel"\nID_LIKE="fedora"\n' }, ['/etc/cron.hourly/ntpdate.sh']],
  ])('have no dot in their names with Debian: %j', (members, found) => {
    expect(names({ ...members, 'etc/cron.hourly/ntpdate.sh': script() })).toEqual(found)
    expect(names({ ...members, 'etc/cron.hourly/ntp_date-2': script() })).toHaveLength(1)
    expect(names({ ...members, 'etc/NetworkManager/dispatcher.d/50-t.sh': script() })).toHaveLength(1)
  })
})
