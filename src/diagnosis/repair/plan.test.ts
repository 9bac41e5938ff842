import { describe, expect, test } from 'vitest'
import type { Inventory, TimeDaemon } from '#core/guest/inventory.ts'
import { memoryFiles } from '#core/guest/memory-files.ts'
import type { Finding, FindingName } from '../finding.ts'
import { takeInventory } from '../inventory/inventory.ts'
import type { Action } from './action.ts'
import type { Content, Ground } from './ground.ts'
import { planRepair } from './plan.ts'

const UNIT = '/usr/lib/systemd/system/ntpd.service'
const CONF = '/etc/ntp.conf'

const found = (name: FindingName, what: string, actions: readonly Action[]): Finding => ({
  name,
  severity: 'warning',
  from: undefined,
  to: undefined,
  what,
  measures: {},
  evidence: [],
  cost: '',
  causes: [],
  remedy: { daemon: undefined, version: undefined, text: 'Look it up.', changes: ['server a'], actions },
  confirm: '',
})

const replace = (file: string, line: number, text: string): Action => ({
  kind: 'edit',
  file,
  edit: { kind: 'replace', line, text },
})

const fact = <T>(value: T, path = '/proc') => ({ value, evidence: [{ path, text: '' }] })

const ntpd: TimeDaemon = {
  ...takeInventory(memoryFiles({ 'usr/sbin/ntpd': 'x', [CONF]: '' })).daemons[0]!,
  runs: fact(true),
  commandLine: fact(['/usr/sbin/ntpd', '-x'], UNIT),
  configuration: [{ path: CONF, text: '', includedBy: undefined }],
}
const INVENTORY: Inventory = { ...takeInventory(memoryFiles({})), daemons: [ntpd] }

const ground = (files: Readonly<Record<string, string | Content>>, rest: Partial<Ground> = {}): Ground => ({
  content(path) {
    const found = files[path]
    if (found === undefined) return { kind: 'absent' }
    return typeof found === 'string' ? { kind: 'read', bytes: found } : found
  },
  live: true,
  services: 'systemd',
  ...rest,
})

const titles = (plan: { steps: readonly { title: string }[]; advice: readonly { title: string }[] }) => [
  plan.steps.map(({ title }) => title),
  plan.advice.map(({ title }) => title),
]

test('a unit of the distribution is overruled, read again, and its daemon restarted', () => {
  const text = '[Service]\nExecStart=/usr/sbin/ntpd -x -g\n'
  const finding = found('slew-only', 'it slews', [replace(UNIT, 2, 'ExecStart=/usr/sbin/ntpd -g')])
  const plan = planRepair([finding], INVENTORY, ground({ [UNIT]: text }))
  expect(titles(plan)).toEqual([
    [
      'Write /etc/systemd/system/ntpd.service.d/clockwright.conf',
      'Have systemd read its units again',
      'Restart ntpd',
    ],
    [],
  ])
  expect(plan.steps[0]!.change).toMatchObject({
    before: undefined,
    after: '[Service]\nExecStart=\nExecStart=/usr/sbin/ntpd -g\n',
  })
  expect(plan.steps[2]!.reasons).toEqual([{ finding: 'slew-only', text: 'it slews' }])
})

describe('beside Oracle Clusterware', () => {
  const OPTIONS = '/etc/sysconfig/ntpd'
  const PS = 'USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\n'
  const riskOf = (name: FindingName, members: Readonly<Record<string, string>>) => {
    const { clusterware } = takeInventory(memoryFiles(members))
    const finding = found(name, 'it slews', [replace(OPTIONS, 1, 'OPTIONS="-g"')])
    const files = ground({ [OPTIONS]: 'OPTIONS="-x -g"\n' })
    return planRepair([finding], { ...INVENTORY, clusterware }, files).steps[0]!.risk
  }
  const running = {
    'sos_commands/process/ps_auxwww': `${PS}grid 762 0.0 0.1 94944 4096 ? S Nov13 0:03 /u01/app/12.2.0/grid/bin/ocssd.bin\n`,
  }

  test('a daemon that may step then is a risk, and is said to be one', () => {
    expect(riskOf('slew-only', running)).toMatch(/Oracle Clusterware is here \(ocssd\.bin\).*`-x`/)
    expect(riskOf('makestep-expires', running)).toMatch(/may shut this node down\. Ask/)
    expect(riskOf('slew-only', { 'etc/oracle/ocr.loc': 'ocrconfig_loc=+DATA\n' })).toContain('ocr.loc')
  })
  test('what lets none step is none, nor is a database alone', () => {
    expect(riskOf('fewer-than-four', running)).not.toContain('Oracle')
    const database = `${PS}oracle 731 0.0 0.1 94944 4096 ? S Nov13 0:03 ora_pmon_ORCL1\n`
    expect(riskOf('slew-only', { 'sos_commands/process/ps_auxwww': database })).not.toContain('Oracle')
  })
})

test('edits of one line are merged, and one that contradicts another is left to a person, alone', () => {
  const plan = planRepair(
    [
      found('forced-source', 'forced', [replace(CONF, 1, 'server a prefer')]),
      found('no-iburst', 'slow', [replace(CONF, 1, 'server a true iburst')]),
      found('misspelt', 'wrong', [replace(CONF, 1, 'server a noselect')]),
    ],
    INVENTORY,
    ground({ [CONF]: 'server a true\n' }),
  )
  expect(titles(plan)).toEqual([['Edit /etc/ntp.conf', 'Restart ntpd'], ['Edit /etc/ntp.conf by hand']])
  expect(plan.steps[0]!.change).toMatchObject({ after: 'server a prefer iburst\n' })
  expect(plan.advice[0]!.reasons).toEqual([{ finding: 'misspelt', text: 'wrong' }])
})

describe('what no step does is said', () => {
  const edit = found('misspelt', 'wrong', [replace(CONF, 1, 'server b')])
  test('two that contradict each other', () => {
    const plan = planRepair(
      [edit, found('forced-source', 'forced', [replace(CONF, 1, 'server c')])],
      INVENTORY,
      ground({ [CONF]: 'server a\n' }),
    )
    expect(plan.steps[0]!.change).toMatchObject({ after: 'server b\n' })
    expect(plan.steps[0]!.reasons).toEqual([{ finding: 'misspelt', text: 'wrong' }])
    expect(plan.advice).toEqual([
      {
        title: 'Edit /etc/ntp.conf by hand',
        reasons: [{ finding: 'forced-source', text: 'forced' }],
        where: 'It is not done here: the same words would be changed in two ways.',
        lines: ['line 1: server c'],
      },
    ])
  })
  test('a file that cannot be replaced', () => {
    const closed = { kind: 'closed', why: 'it has 2 names (hard links)' } as const
    const plan = planRepair([edit], INVENTORY, ground({ [CONF]: closed }))
    expect(plan.steps).toEqual([])
    expect(plan.advice[0]!.where).toBe('It is not done here: it has 2 names (hard links).')
  })
  test('a finding that has no action', () => {
    const plan = planRepair([found('source-unreachable', 'silent', [])], INVENTORY, ground({}))
    expect(plan.advice).toEqual([
      {
        title: 'Mend source-unreachable',
        reasons: [{ finding: 'source-unreachable', text: 'silent' }],
        where: 'Look it up.',
        lines: ['server a'],
      },
    ])
  })
  test('a restart that nobody here can do', () => {
    const plan = planRepair([edit], INVENTORY, ground({ [CONF]: 'server a\n' }, { services: 'none' }))
    expect(titles(plan)).toEqual([['Edit /etc/ntp.conf'], ['Restart ntpd: it reads its files at its start']])
  })
})

test('what a disk that is mounted has started is changed by systemctl --root', () => {
  const disk: Inventory = { ...INVENTORY, copy: 'disk' }
  const unit = 'ntpd.service'
  const enabled = { ...ntpd, enabled: fact(true), runs: undefined }
  const stop = found('two-daemons', 'two', [{ kind: 'stop', daemon: 'ntpd', unit }])
  const lines = (inventory: Inventory) =>
    planRepair([stop], { ...inventory, daemons: [enabled] }, ground({}, { live: false })).advice.flatMap(
      each => each.lines,
    )
  expect(lines(disk)).toContain(
    'systemctl --root=FOLDER disable ntpd.service   (FOLDER: where this disk is mounted)',
  )
  expect(lines({ ...disk, copy: 'sosreport' }).join()).not.toContain('--root')
})

test('what the running kernel counts with is changed on the machine, whatever its copy is', () => {
  const path = '/sys/devices/system/clocksource/clocksource0/current_clocksource'
  const poor = found('poor-clocksource', 'hpet', [
    { kind: 'setting', path, before: 'hpet', after: 'kvm-clock' },
  ])
  for (const copy of ['disk', 'sosreport'] as const) {
    const plan = planRepair([poor], { ...INVENTORY, copy }, ground({}, { live: false }))
    expect(plan.steps).toEqual([])
    expect(plan.advice).toMatchObject([
      { where: 'on the machine itself', lines: [`echo kvm-clock > ${path}`] },
    ])
  }
})

test('what only a daemon reads that is stopped is not mended', () => {
  const stop = found('two-daemons', 'two', [{ kind: 'stop', daemon: ntpd.name, unit: 'ntpd.service' }])
  const plan = planRepair(
    [stop, found('misspelt', 'wrong', [replace(CONF, 1, 'server b')])],
    INVENTORY,
    ground({ [CONF]: 'server a\n' }),
  )
  expect(plan.steps.length).toBeGreaterThan(0)
  expect(plan.steps.map(({ change }) => change.kind)).not.toContain('file')
  expect(plan.advice).toEqual([])
})

test('each file is said to be as dangerous as its readers', () => {
  const files = ['/etc/adjtime', '/etc/default/grub', '/boot/grub/grub.conf', '/etc/sysctl.conf', CONF]
  const plan = planRepair(
    files.map(file => found('misspelt', file, [replace(file, 1, 'x')])),
    INVENTORY,
    ground(Object.fromEntries(files.map(file => [file, 'a\n']))),
  )
  const risks = plan.steps.slice(0, files.length).map(({ risk }) => risk)
  expect(new Set(risks).size).toBe(files.length)
  expect(risks.filter(risk => risk.includes('daemon'))).toEqual([risks[4]])
})

test('what comes back by itself is not edited, and it is said why', () => {
  const plan = (path: string) =>
    planRepair(
      [found('makestep-expires', 'Late.', [replace(path, 1, 'makestep 1 -1')])],
      INVENTORY,
      ground({ [path]: 'makestep 1 3\n' }),
    )
  for (const path of ['/usr/share/site/chrony.conf', '/nix/store/a-chrony.conf', '/run/chrony/x.conf']) {
    const { steps, advice } = plan(path)
    expect([steps, advice[0]?.title], path).toEqual([[], `Edit ${path} by hand`])
    expect(advice[0]?.where, path).not.toMatch(/somebody changed/)
  }
  expect(plan('/opt/site/chrony.conf').steps[0]?.title).toBe('Edit /opt/site/chrony.conf')
})

test('what a program writes anew is edited, and its risk is said', () => {
  const risk = (head: string) =>
    planRepair(
      [found('makestep-expires', 'Late.', [replace('/etc/chrony.conf', 2, 'makestep 1 -1')])],
      INVENTORY,
      ground({ '/etc/chrony.conf': `${head}\nmakestep 1 3\n` }),
    ).steps[0]?.risk
  expect(risk('# Ansible managed')).toMatch(
    /^The head of \/etc\/chrony\.conf says that Ansible writes it: .*None until/,
  )
  expect(risk('# Ours')).toMatch(/^None until/)
})
