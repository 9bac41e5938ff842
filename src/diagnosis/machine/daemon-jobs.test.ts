/** Jobs that have the daemon step the clock, or start it anew, are named, and no rival of it. */
import { describe, expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { actionsOf } from '../repair/plan.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'
import { whoSetsTheClock } from './setters.ts'

function look(command: string, makestep = 'makestep 1 -1', script = '') {
  const files = memoryFiles({
    'usr/local/bin/t.sh': `#!/bin/sh\n${script}\n`,
    'usr/sbin/chronyd': '',
    'etc/chrony.conf': `pool 2.rhel.pool.ntp.org iburst\n${makestep}\nrtcsync\n`,
    'usr/lib/systemd/system/chronyd.service': '[Service]\nExecStart=/usr/sbin/chronyd\n',
    'proc/700/comm': 'chronyd\n',
    'proc/700/cmdline': '/usr/sbin/chronyd\0',
    'etc/cron.d/clock': `0 * * * * root ${command}\n`,
  })
  const inventory = takeInventory(files)
  const all = checkMachine(
    { inventory, live: undefined, prospect: undefined },
    lintMachine(inventory, files),
  ).filter(({ name }) => name === 'clocks-fight' || name === 'two-daemons')
  const names = whoSetsTheClock(inventory).map(({ name }) => name)
  return { all, told: all.map(({ severity, name }) => `${severity} ${name}`), names }
}

test.each([
  '/usr/bin/chronyc -a makestep >/dev/null 2>&1',
  'chronyc makestep',
  '/usr/bin/chronyc -a makestep',
  'sleep 10; chronyc -a makestep',
])('%s: a step each time', command => {
  const { told, names, all } = look(command)
  expect(told).toEqual(['warning clocks-fight'])
  expect(names).toContain('chronyc makestep (/etc/cron.d/clock)')
  expect(actionsOf(all[0]!)).toMatchObject([
    { kind: 'edit', file: '/etc/cron.d/clock', edit: { kind: 'delete' } },
  ])
})

test('who may not step afterwards keeps its job until it may', () => {
  const { all } = look('chronyc makestep', 'makestep 1 3')
  expect(actionsOf(all[0]!)).toEqual([])
  expect(all[0]?.remedy.changes).toContain('makestep 1 -1')
})

test.each([
  '/usr/bin/systemctl restart chronyd',
  'service chronyd restart',
  '/etc/init.d/chronyd restart',
  'systemctl try-restart chronyd.service',
  'service chronyd stop; sleep 5; service chronyd start >/dev/null 2>&1',
  'systemctl stop chronyd.service && systemctl start chronyd.service',
])('%s: a new start each time', command => {
  const { told, names } = look(command)
  expect(told).toEqual(['note clocks-fight'])
  expect(names).toContain('restart of chronyd (/etc/cron.d/clock)')
})

test.each([
  'chronyc makestep 1 -1',
  'chronyc tracking',
  'systemctl is-active -q chronyd || systemctl restart chronyd',
  'systemctl start chronyd',
  'systemctl start chronyd; systemctl stop chronyd',
  'systemctl stop ntpd; systemctl start chronyd',
  'systemctl stop chronyd; /usr/local/bin/backup; systemctl start chronyd',
  'systemctl restart httpd',
])('%s: none', command => expect(look(command).told).toEqual([]))

test('beside a program that sets the clock that one is told', () =>
  expect(look('systemctl restart chronyd; ntpdate -u 192.0.2.9').told).toEqual(['critical two-daemons']))

describe('a script that a job runs', () => {
  const run = (...lines: readonly string[]) => look('/usr/local/bin/t.sh', undefined, lines.join('\n'))
  const [STOP, START] = ['systemctl stop chronyd', 'systemctl start chronyd']

  test('stops the daemon and starts it: no start alone is taken out', () => {
    const { told, all } = run(STOP, 'sleep 3', START)
    expect(told).toEqual(['note clocks-fight'])
    expect(all[0]?.remedy.changes).toEqual([`/usr/local/bin/t.sh: without "${STOP}; ${START}"`])
    expect(run(START, STOP).told).toEqual([])
    expect(run(STOP).told).toEqual([])
  })

  test('sets the clock meanwhile: what stops and starts the daemon for that goes with it', () => {
    const set = "/usr/sbin/chronyd -q 'server 10.1.0.1 iburst'"
    const { told, all } = run(STOP, set, START)
    expect(told).toEqual(['critical two-daemons'])
    const [action, ...others] = actionsOf(all[0]!)
    expect(others).toEqual([])
    expect(action).toMatchObject({
      kind: 'host',
      lines: [
        expect.stringContaining(set),
        expect.stringMatching(/stop chronyd \(line 2\).*start.*\(line 4\)/),
      ],
    })
    expect(all[0]!.remedy.changes.join()).toContain(`and "${STOP}" and "${START}"`)
    expect(JSON.stringify(run(set).all)).not.toContain('stops a daemon')
  })
})
