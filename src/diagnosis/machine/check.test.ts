import { describe, expect, test } from 'vitest'
import type { Fact, Inventory, TimeDaemon } from '#core/guest/inventory.ts'
import { lint } from '../lint/lint.ts'
import { planRepair } from '../repair/plan.ts'
import { checkMachine } from './check.ts'
import { aboutOf } from './configuration.ts'
import { whoSetsTheClock } from './setters.ts'
import type { LiveFacts, PauseProspect } from './subject.ts'

const fact = <T>(value: T, path = '/proc/fact', line?: number): Fact<T> => ({
  value,
  evidence: [{ path, text: String(value), ...(line === undefined ? {} : { line }) }],
})

const BARE: Inventory = {
  copy: 'live',
  hostname: fact('web1'),
  hypervisor: fact({ name: 'kvm', controlDomain: false, platform: undefined, whenPaused: 'stands' }),
  container: undefined,
  kernel: {
    release: fact('6.1.0'),
    version: undefined,
    architecture: fact('x86_64'),
    flavour: fact('standard'),
    distribution: undefined,
  },
  commandLine: undefined,
  boot: { entries: [], defaults: [] },
  clock: {
    source: fact('kvm-clock'),
    available: fact(['kvm-clock', 'tsc', 'acpi_pm']),
    eventDevices: [],
    hz: undefined,
    tickless: undefined,
    timerResolution: undefined,
    kernel: undefined,
  },
  cpus: {
    present: undefined,
    online: undefined,
    allowed: undefined,
    model: undefined,
    tscFlags: undefined,
    steal: undefined,
  },
  sysctls: [],
  rtc: { present: undefined, offset: undefined, drift: undefined, mode: undefined, zoneAhead: undefined },
  zone: undefined,
  ptp: [],
  vmclock: undefined,
  vmgenid: undefined,
  uptime: undefined,
  tools: [],
  daemons: [],
  jobs: [],
  idleJobs: [],
  reported: [],
  daemonJobs: [],
  steps: [],
  messages: [],
  missing: [],
  unread: [],
}

const daemon = (name: string, of: Partial<TimeDaemon> = {}): TimeDaemon => ({
  name,
  installed: fact(`/usr/sbin/${name}`),
  enabled: fact(true),
  runs: fact(true),
  pid: 77,
  version: undefined,
  commandLine: fact([name]),
  setsTime: fact(true),
  configuration: [{ path: `/etc/${name}.conf`, text: 'log x\nstatistics y\n', includedBy: undefined }],
  unreadable: [],
  unit: { name: `${name}.service`, files: [], starts: undefined, conditions: [], conflicts: [] },
  cannotWrite: undefined,
  ...of,
})

const found = (
  inventory: Partial<Inventory>,
  live?: Partial<LiveFacts>,
  prospect?: PauseProspect,
): string[] => {
  const whole = { ...BARE, ...inventory }
  const facts: LiveFacts | undefined = live && {
    offset: undefined,
    bound: undefined,
    sources: [],
    hostClock: undefined,
    kernelClock: undefined,
    ...live,
  }
  return checkMachine({ inventory: whole, live: facts, prospect }).map(
    ({ name, severity }) => `${severity} ${name}`,
  )
}

describe('who keeps the clock', () => {
  test('one daemon is right', () => expect(found({ daemons: [daemon('chronyd')] })).toEqual([]))
  test('nobody', () => expect(found({})).toEqual(['critical no-daemon']))
  test('one that does not run', () => {
    expect(found({ daemons: [daemon('ntpd', { runs: fact(false), enabled: fact(false) })] })).toEqual([
      'critical daemon-not-running',
    ])
  })
  test('one that would be started, on a disk', () => {
    expect(found({ copy: 'disk', daemons: [daemon('chronyd', { runs: undefined })] })).toEqual([])
  })
  test('a unit that is not for guests', () => {
    const condition = {
      name: 'ConditionVirtualization',
      value: 'no',
      met: false,
      evidence: { path: '/lib/systemd/system/ntpd.service', line: 4, text: 'ConditionVirtualization=no' },
    }
    const unit = {
      name: 'ntpd.service',
      files: [],
      starts: undefined,
      conditions: [condition],
      conflicts: [],
    }
    expect(found({ daemons: [daemon('ntpd', { runs: fact(false), unit })] })).toEqual([
      'critical disabled-in-guests',
    ])
  })
  test('two', () => {
    expect(found({ daemons: [daemon('chronyd'), daemon('ntpd')] })).toEqual(['critical two-daemons'])
    expect(found({ daemons: [daemon('chronyd'), daemon('ptp4l', { setsTime: fact(false) })] })).toEqual([])
  })
  test('two of which one only watches', () => {
    const inventory = { ...BARE, daemons: [daemon('chronyd'), daemon('ntpd', { setsTime: fact(false) })] }
    expect(lint([], aboutOf(inventory)).map(({ name }) => name)).toEqual([])
    const alone = { ...BARE, daemons: [daemon('ntpd', { setsTime: fact(false) })] }
    expect(lint([], aboutOf(alone)).map(({ name }) => name)).toEqual(['no-daemon'])
  })
  test('the Tools and a daemon', () => {
    const tools = [
      { name: 'vmtoolsd', installed: undefined, runs: fact(true), setsTime: fact('periodically' as const) },
    ]
    expect(found({ tools, daemons: [daemon('ntpd')] })).toEqual(['critical tools-sync-beside-daemon'])
    expect(
      found({ tools: [{ ...tools[0]!, setsTime: fact('after-events') }], daemons: [daemon('ntpd')] }),
    ).toEqual([])
  })
  test('in a container nobody has to', () => {
    expect(found({ container: fact('docker') })).toEqual(['note clock-of-the-host'])
  })
})

describe('a classic Xen guest', () => {
  const xen: Partial<Inventory> = {
    hypervisor: fact({ name: 'xen-pv', controlDomain: false, platform: undefined, whenPaused: 'stands' }),
    kernel: { ...BARE.kernel, flavour: fact('classic-xen') },
    clock: { ...BARE.clock, source: undefined, available: undefined },
  }
  const wallclock = (value: string) => [
    {
      name: 'xen.independent_wallclock',
      set: [],
      running: fact(value, '/proc/sys/xen/independent_wallclock'),
    },
  ]
  const hourly = {
    name: '/etc/cron.hourly/ntpdate',
    unit: undefined,
    program: 'ntpdate',
    when: 'hourly',
    every: 3600,
    repeats: true,
    command: fact('ntpdate -u 192.0.2.1', '/etc/cron.hourly/ntpdate', 2),
  }
  test('depends on its host, and a job sets its clock in vain', () => {
    const inventory = { ...BARE, ...xen, sysctls: wallclock('0'), jobs: [hourly] }
    const [finding, ...others] = checkMachine({ inventory, live: undefined, prospect: undefined })
    expect(others).toEqual([])
    expect(finding).toMatchObject({ name: 'wallclock-follows-host', severity: 'warning' })
    expect(finding!.what).toContain('so a job (ntpdate, hourly) has no effect')
    expect(finding!.evidence).toContainEqual(expect.objectContaining({ path: '/etc/cron.hourly/ntpdate' }))
    // Made independent it would have nobody but the job.
    expect(finding!.remedy.actions).toBeUndefined()
  })
  test('depends on its host, and its daemon does nothing', () => {
    const inventory = { ...BARE, ...xen, sysctls: wallclock('0'), daemons: [daemon('ntpd')] }
    expect(found(inventory)).toEqual(['critical wallclock-follows-host'])
    expect(whoSetsTheClock(inventory).map(({ name }) => name)).toEqual(['ntpd', 'the Xen host'])
  })
  test('is independent with a daemon, or without', () => {
    const kept = wallclock('1').map(each => ({ ...each, set: [fact('1', '/etc/sysctl.conf', 9)] }))
    expect(found({ ...xen, sysctls: kept, daemons: [daemon('ntpd')] })).toEqual([])
    expect(found({ ...xen, sysctls: wallclock('1'), daemons: [daemon('ntpd')] })).toEqual([
      'warning wallclock-follows-host',
    ])
    expect(found({ ...xen, sysctls: wallclock('1') })).toEqual(['critical wallclock-without-daemon'])
    expect(found({ ...xen, sysctls: wallclock('1'), jobs: [hourly] })).toContain(
      'warning wallclock-without-daemon',
    )
  })
  test('is told so by the command line of its kernel, unless a file says otherwise', () => {
    const kernel = { image: '/vmlinuz', words: ['ro', 'independent_wallclock=1'] }
    const line = { ...kernel, evidence: { path: '/boot/grub/grub.conf', line: 6, text: 'kernel /vmlinuz' } }
    const entry = {
      title: 'CentOS',
      loader: 'grub-legacy' as const,
      isDefault: true,
      hypervisor: undefined,
      kernel: line,
    }
    const disk = { ...xen, copy: 'disk' as const, daemons: [daemon('ntpd')] }
    const boot = { ...BARE.boot, entries: [entry] }
    expect(found({ ...disk, boot })).toEqual([])
    expect(found({ ...disk, commandLine: fact(kernel.words) })).toEqual([])
    expect(found({ ...disk, boot, commandLine: fact(['ro']) })).toEqual(['critical wallclock-follows-host'])
    const set = [
      { name: 'xen.independent_wallclock', set: [fact('0', '/etc/sysctl.conf', 9)], running: undefined },
    ]
    expect(found({ ...disk, boot, sysctls: set })).toEqual(['critical wallclock-follows-host'])
  })
  test('is no guest where it is the control domain: what is set there is handed on to Xen', () => {
    const hypervisor = fact({ ...xen.hypervisor!.value, controlDomain: true, whenPaused: undefined })
    for (const value of ['0', '1'])
      expect(found({ ...xen, hypervisor, sysctls: wallclock(value), daemons: [daemon('ntpd')] })).toEqual([])
  })
  test('that depends on its host is kept by it, without a daemon, too', () => {
    const idle = daemon('ntpd', { runs: fact(false), enabled: fact(false) })
    expect(found({ ...xen, sysctls: wallclock('0'), daemons: [idle] })).toEqual([
      'note wallclock-follows-host',
    ])
    const slow = { median: 5220, exits: 0, runs: 4 }
    const prospect = {
      model: 'ntpd',
      pause: 4.3,
      now: slow,
      best: undefined,
      keptFromStepping: false,
      remedy: undefined,
    }
    expect(
      found({ ...xen, sysctls: wallclock('0'), daemons: [daemon('ntpd')] }, undefined, prospect),
    ).toEqual(['critical wallclock-follows-host'])
  })
  test('is repaired so that its daemon, which keeps the clock then, comes back soon', () => {
    const inventory = { ...BARE, ...xen, sysctls: wallclock('0'), daemons: [daemon('ntpd')] }
    const slow = { median: 5220, exits: 0, runs: 3 }
    const edit = { kind: 'insert-after', line: 1, text: 'tos maxdist 16' } as const
    const prospect: PauseProspect = {
      model: 'ntpd',
      pause: 4.3,
      now: slow,
      best: undefined,
      keptFromStepping: false,
      remedy: {
        how: 'Be quick.',
        changes: ['tos maxdist 16'],
        actions: [{ kind: 'edit', file: '/etc/ntp.conf', edit }],
      },
    }
    const told = (now: PauseProspect['now']) =>
      checkMachine({ inventory, live: undefined, prospect: { ...prospect, now } })[0]?.remedy
    expect(told(slow)?.actions).toMatchObject([
      { kind: 'setting' },
      { kind: 'sysctl' },
      { kind: 'edit', file: '/etc/ntp.conf', edit, because: { finding: 'slow-after-a-pause' } },
    ])
    expect(told(slow)?.changes).toContain('tos maxdist 16')
    expect(told({ ...slow, median: 20 })?.changes).not.toContain('tos maxdist 16')
  })
  test('is repaired now and for the next boot', () => {
    const inventory = { ...BARE, ...xen, sysctls: wallclock('0'), daemons: [daemon('ntpd')] }
    const findings = checkMachine({ inventory, live: undefined, prospect: undefined })
    const plan = planRepair(findings, inventory, {
      content: path =>
        path === '/etc/sysctl.conf' ? { kind: 'read', bytes: '# mine\n' } : { kind: 'absent' },
      live: true,
      services: 'chkconfig',
    })
    expect(plan.steps.map(({ change }) => change)).toEqual([
      {
        kind: 'file',
        path: '/etc/sysctl.conf',
        before: '# mine\n',
        after: '# mine\nxen.independent_wallclock = 1\n',
      },
      { kind: 'setting', path: '/proc/sys/xen/independent_wallclock', before: '0', after: '1' },
    ])
  })
  test('a full one has no such switch', () => {
    expect(
      found({
        hypervisor: fact({
          name: 'xen-hvm',
          controlDomain: false,
          platform: undefined,
          whenPaused: 'stands',
        }),
        daemons: [daemon('ntpd')],
        sysctls: [
          { name: 'xen.independent_wallclock', set: [fact('1', '/etc/sysctl.conf', 9)], running: undefined },
        ],
      }),
    ).toEqual(['note wallclock-not-here'])
  })
})

describe('what was measured', () => {
  const source = { name: 'a', address: '192.0.2.1', answers: true, why: undefined, offset: 4.3, bound: 0.01 }
  const daemons = [daemon('chronyd')]
  test('far off, with a step through the daemon', () => {
    const inventory = { ...BARE, daemons }
    const live: LiveFacts = {
      offset: 4.3,
      bound: 0.01,
      sources: [source],
      hostClock: undefined,
      kernelClock: undefined,
    }
    const findings = checkMachine({ inventory, live, prospect: undefined })
    expect(findings.map(({ name }) => name)).toEqual(['offset-large-now'])
    const { steps } = planRepair(findings, inventory, {
      content: () => ({ kind: 'absent' }),
      live: true,
      services: 'systemd',
    })
    expect(steps.map(({ change }) => change)).toEqual([
      { kind: 'command', run: ['chronyc', 'makestep'], undo: undefined },
    ])
  })
  test('an offset within its bound is none', () => {
    expect(found({ daemons }, { offset: 0.02, bound: 0.02 })).toEqual([])
  })
  test('silent sources', () => {
    const silent = { ...source, answers: false, offset: undefined, bound: undefined }
    expect(found({ daemons }, { sources: [silent, source] })).toEqual(['warning source-unreachable'])
    expect(found({ daemons }, { sources: [silent] })).toEqual(['critical source-unreachable'])
  })
  test('a host that is wrong', () => {
    const hostClock = { ...source, name: 'ptp_kvm', offset: 1.2, bound: 1e-5 }
    expect(found({ daemons }, { offset: 0, bound: 1e-3, hostClock })).toEqual([
      'critical host-clock-disagrees',
    ])
  })
})

describe('the rest', () => {
  const daemons = [daemon('chronyd')]
  test('a poor counter where a good one is', () => {
    const clock = { ...BARE.clock, source: fact('acpi_pm') }
    expect(found({ daemons, clock })).toEqual(['warning poor-clocksource'])
    // Also where none is: KVM has one.
    expect(found({ daemons, clock: { ...clock, available: fact(['acpi_pm']) } })).toEqual([
      'warning poor-clocksource',
    ])
    expect(found({ daemons, clock: { ...clock, available: undefined } })).toEqual([])
  })
  test('is put right by VMware Tools where these run, which is said where nobody knows', () => {
    const vmware = fact({
      name: 'vmware',
      controlDomain: false,
      platform: undefined,
      whenPaused: 'stands' as const,
    })
    const prospect: PauseProspect = {
      model: 'ntpd',
      pause: 4.3,
      now: { median: 600, exits: 0, runs: 3 },
      best: undefined,
      keptFromStepping: false,
      remedy: undefined,
    }
    const slow = (runs: boolean | undefined) => {
      const tool = {
        name: 'vmtoolsd',
        installed: fact('open-vm-tools'),
        runs: runs === undefined ? undefined : fact(runs),
        setsTime: undefined,
      }
      const inventory = { ...BARE, daemons, hypervisor: vmware, tools: [tool] }
      return checkMachine({ inventory, live: undefined, prospect }).find(
        ({ name }) => name === 'slow-after-a-pause',
      )?.what
    }
    expect(slow(undefined)).toContain('Where VMware Tools run')
    expect(slow(false)).not.toContain('VMware Tools')
    expect(slow(true)).toBeUndefined()
  })
  test('is played as if its sources were heard and it were alone, and where it is not that is said', () => {
    const prospect: PauseProspect = {
      model: 'chronyd 4.5',
      pause: 4.3,
      now: { median: 600, exits: 0, runs: 3 },
      best: undefined,
      keptFromStepping: false,
      remedy: undefined,
    }
    const reported = [
      { says: 'nameless', source: undefined, size: 4, evidence: { path: '/activity', text: '' } },
    ] as const
    const slow = (inventory: Partial<Inventory>) =>
      checkMachine({ inventory: { ...BARE, ...inventory }, live: undefined, prospect }).find(
        ({ name }) => name === 'slow-after-a-pause',
      )?.what
    const chronyd = [daemon('chronyd')]
    expect(slow({ daemons: chronyd })).toMatch(/\(chronyd 4\.5\)\.$/)
    expect(slow({ daemons: chronyd, reported })).toMatch(/as long as none is, it stays wrong\.$/)
    expect(slow({ daemons: [...chronyd, daemon('ntpd')] })).toMatch(
      /chronyd was played alone: ntpd sets this clock, too\.$/,
    )
  })
  test('hours after a pause', () => {
    const prospect = {
      model: 'ntpd 4.2.8p15',
      pause: 4.3,
      now: { median: 5220, exits: 0, runs: 4 },
      keptFromStepping: true,
      best: { median: 180, exits: 0, runs: 2, how: 'Remove `-x`.', changes: [], actions: [] },
      remedy: { how: 'Remove `-x`.', changes: [], actions: [] },
    }
    expect(found({ daemons }, undefined, prospect)).toEqual(['critical slow-after-a-pause'])
    expect(found({ daemons }, undefined, { ...prospect, now: { median: 20, exits: 0, runs: 3 } })).toEqual([])
    const real = fact({ name: 'none', controlDomain: false, platform: undefined, whenPaused: undefined })
    expect(found({ daemons, hypervisor: real }, undefined, prospect)).toEqual([])
  })
  test('minutes after a pause, with all that is advised', () => {
    const once = { median: 150, exits: 0, runs: 3 }
    const prospect: PauseProspect = {
      model: 'chronyd 4.3',
      pause: 600,
      now: once,
      best: undefined,
      keptFromStepping: false,
      remedy: undefined,
    }
    const asking = (line: string) => [
      daemon('chronyd', { configuration: [{ path: '/etc/chrony.conf', text: line, includedBy: undefined }] }),
    ]
    const told = (line: string, of: Partial<PauseProspect> = {}) =>
      checkMachine({
        inventory: {
          ...BARE,
          daemons: asking(`${line}\nmakestep 1 -1\nlog measurements statistics tracking\n`),
        },
        live: undefined,
        prospect: { ...prospect, ...of },
      }).find(({ name }) => name === 'slow-after-a-pause')
    const advised = 'pool a.example iburst minpoll 4 maxpoll 6'
    expect(told(advised)).toMatchObject({
      severity: 'note',
      causes: [{ what: 'nobody tells it of the pause' }],
    })
    // Whether the owners of the pool may be asked more often is not for this machine to decide.
    expect(told('pool a.example iburst')).toMatchObject({
      severity: 'note',
      causes: [{ what: 'it asks seldom' }],
    })
    // Nor does it matter whose its servers are: the harm is the same.
    const remedy = { how: '', changes: [], actions: [] }
    expect(told('server 10.0.0.1 iburst', { remedy })).toMatchObject({ severity: 'note' })
    expect(told(advised, { keptFromStepping: true })?.severity).toBe('note')
    expect(told(advised, { now: { ...once, exits: 1 } })?.severity).toBe('critical')
  })
  test.each(['pool a.example iburst', 'server 10.0.0.1 iburst'])(
    'hours are worse than minutes, whoever can end them: %s',
    line => {
      const severity = (median: number, of: Partial<PauseProspect> = {}) => {
        const once = { median, exits: 0, runs: 3 }
        const configuration = [{ path: '/etc/ntp.conf', text: `${line}\n`, includedBy: undefined }]
        return checkMachine({
          inventory: { ...BARE, daemons: [daemon('ntpd', { configuration })] },
          live: undefined,
          prospect: {
            model: 'ntpd 4.2.8p12',
            pause: 4.3,
            now: once,
            best: undefined,
            keptFromStepping: false,
            remedy: undefined,
            ...of,
          },
        }).find(({ name }) => name === 'slow-after-a-pause')?.severity
      }
      const remedy = { how: '', changes: [], actions: [] }
      for (const of of [{}, { remedy }]) {
        expect(severity(100, of)).toBeUndefined()
        expect(severity(2800, of)).toBe('note')
        expect(severity(8000, of)).toBe('warning')
        expect(severity(Number.POSITIVE_INFINITY, of)).toBe('critical')
      }
      expect(severity(2800, { keptFromStepping: true })).toBe('note')
      expect(severity(8000, { keptFromStepping: true })).toBe('critical')
    },
  )
  test('a daemon that records nothing is a note, and can be told to', () => {
    const conf = 'server a\n'
    const inventory = {
      ...BARE,
      daemons: [
        daemon('ntpd', { configuration: [{ path: '/etc/ntp.conf', text: conf, includedBy: undefined }] }),
      ],
    }
    const findings = checkMachine({ inventory, live: undefined, prospect: undefined })
    expect(findings.map(({ name }) => name)).toEqual(['nothing-recorded'])
    const { steps } = planRepair(findings, inventory, {
      content: () => ({ kind: 'read', bytes: conf }),
      live: true,
      services: 'systemd',
    })
    expect(steps.map(({ title }) => title)).toEqual(['Edit /etc/ntp.conf', 'Restart ntpd'])
    expect(steps[0]?.change).toMatchObject({
      after: expect.stringContaining('filegen peerstats file peerstats type day enable\n'),
    })
    const copy = planRepair(findings, inventory, {
      content: () => ({ kind: 'read', bytes: conf }),
      live: false,
      services: 'systemd',
    })
    expect(copy.steps.map(({ title }) => title)).toEqual(['Edit /etc/ntp.conf'])
    expect(copy.advice[0]?.lines).toEqual(['systemctl restart ntpd.service'])
  })
})
