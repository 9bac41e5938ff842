/** A remedy after which a daemon keeps the clock takes the job out that sets it now, or says that somebody must. */
import { describe, expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { actionsOf } from '../repair/plan.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'

type Members = Readonly<Record<string, Member>>

const SOURCES = 'pool a.example iburst\n'
const guest = (conf = SOURCES): Members => ({
  'sys/class/dmi/id/sys_vendor': 'QEMU\n',
  'usr/sbin/chronyd': '',
  'etc/chrony.conf': `${conf}makestep 1 -1\n`,
  'etc/sysconfig/chronyd': 'OPTIONS=""\n',
  'usr/lib/systemd/system/chronyd.service':
    '[Service]\nEnvironmentFile=-/etc/sysconfig/chronyd\nExecStart=/usr/sbin/chronyd $OPTIONS\n',
})
const ENABLED: Members = {
  'etc/systemd/system/multi-user.target.wants/chronyd.service': {
    link: '/usr/lib/systemd/system/chronyd.service',
  },
}
const WATCHES: Members = { ...ENABLED, 'etc/sysconfig/chronyd': 'OPTIONS="-x"\n' }
const KEPT_OUT: Members = {
  ...ENABLED,
  'etc/systemd/system/chronyd.service.d/virt.conf': '[Unit]\nConditionVirtualization=no\n',
}
const TABLE = '/etc/cron.d/time'
const JOB: Members = { [TABLE.slice(1)]: '*/30 * * * * root /usr/sbin/ntpdate -u 192.0.2.9\n' }
const SCRIPT: Members = { 'etc/cron.hourly/night': '#!/bin/sh\nbackup\nntpdate -u a.example\n' }

/** What runs is seen, and chronyd is not among it. */
const STARTED: Members = {
  'proc/1/comm': 'systemd\n',
  'proc/1/cmdline': '/usr/lib/systemd/systemd\0',
  'proc/1/status': 'Name:\tsystemd\nPid:\t1\nPPid:\t0\n',
}

function actions(...members: readonly Members[]) {
  const files = memoryFiles(Object.assign({}, ...members))
  const inventory = takeInventory(files)
  return checkMachine(
    { inventory, live: undefined, prospect: undefined },
    lintMachine(inventory, files),
  ).flatMap(actionsOf)
}
const edited = (all: ReturnType<typeof actions>) =>
  all.flatMap(each => (each.kind === 'edit' ? [each.file] : []))
const said = (all: ReturnType<typeof actions>) =>
  all.flatMap(each => (each.kind === 'host' ? [each.where] : []))

describe.each([
  ['only measured', WATCHES],
  ['was kept out of guests', KEPT_OUT],
])('chronyd %s', (_, how) => {
  test('a line of its own goes', () => {
    expect(edited(actions(guest(), how, JOB))).toContain(TABLE)
  })
  test('a script with other work is for a person', () => {
    expect(said(actions(guest(), how, SCRIPT))).toContain('/etc/cron.hourly/night, line 3')
  })
  test('without a source it has to keep the clock first', () => {
    const all = actions(guest(''), how, JOB)
    expect(edited(all)).not.toContain(TABLE)
    expect(said(all)).toEqual([`${TABLE}, once chronyd keeps the clock`])
  })
  test('a job that looks first whether it runs may stay', () => {
    const all = actions(guest(), how, {
      [TABLE.slice(1)]: '*/30 * * * * root pidof chronyd || /usr/sbin/ntpdate -u 192.0.2.9\n',
    })
    expect([...edited(all), ...said(all)].join()).not.toContain(TABLE)
  })
})

test('chronyd that somebody has to start keeps the clock first', () => {
  const all = actions(guest(), JOB, STARTED)
  expect(all).toContainEqual(expect.objectContaining({ kind: 'start', daemon: 'chronyd' }))
  expect(said(all)).toEqual([`${TABLE}, once chronyd keeps the clock`])
})

test.each([
  ['disable ntp\n', undefined],
  ['disable auth ntp # watch only\n', 'disable auth # watch only'],
])('ntpd that only measured by `%s` keeps the clock, and the job goes', (line, left) => {
  const all = actions(JOB, {
    'usr/sbin/ntpd': '',
    'etc/ntp.conf': `server a.example iburst\nserver b.example iburst\n${line}`,
    'usr/lib/systemd/system/ntpd.service': '[Service]\nExecStart=/usr/sbin/ntpd -g\n',
    'etc/systemd/system/multi-user.target.wants/ntpd.service': {
      link: '/usr/lib/systemd/system/ntpd.service',
    },
  })
  expect(edited(all)).toContain(TABLE)
  const change = left === undefined ? { kind: 'delete' } : { kind: 'replace', text: left }
  expect(all).toContainEqual(
    expect.objectContaining({ file: '/etc/ntp.conf', edit: expect.objectContaining({ line: 3, ...change }) }),
  )
})
