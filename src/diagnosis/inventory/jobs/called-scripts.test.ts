/** What the scripts of the owner do that a job runs; and what of them is not told, because they may as well not do it. */
import { describe, expect, test } from 'vitest'
import { archiveOf, collect } from '#apps/inventory/collect.ts'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { actionsFor, wordsFor } from '../../machine/jobs.ts'
import { takeInventory } from '../inventory.ts'

type Members = Readonly<Record<string, Member>>

const SETS = '#!/bin/bash\n# by hand\n/usr/sbin/ntpdate -u a.example\n'
const jobsOf = (members: Members) => takeInventory(memoryFiles(members)).jobs
const table = (command: string, members: Members = {}): Members => ({
  'etc/cron.d/x': `*/5 * * * * ${command}\n`,
  'opt/sync.sh': SETS,
  ...members,
})
const timer = (members: Members): Members => ({
  'etc/systemd/system/ts.timer': '[Timer]\nOnCalendar=hourly\n',
  'etc/systemd/system/timers.target.wants/ts.timer': { link: '/etc/systemd/system/ts.timer' },
  'etc/systemd/system/ts.service': '[Service]\nType=oneshot\nExecStart=/usr/local/bin/ts.sh\n',
  ...members,
})

test('a table names the script, and its line is the evidence', () => {
  const [job, ...more] = jobsOf(table('root /opt/sync.sh --now token=opensesame'))
  expect(more).toEqual([])
  expect(job).toMatchObject({
    name: '/etc/cron.d/x',
    program: 'ntpdate',
    when: '*/5 * * * *',
    every: 300,
    repeats: true,
    script: '/opt/sync.sh',
  })
  expect(job!.command).toEqual({
    value: '/usr/sbin/ntpdate -u a.example',
    evidence: [
      { path: '/opt/sync.sh', line: 3, text: '/usr/sbin/ntpdate -u a.example' },
      { path: '/etc/cron.d/x', line: 1, text: '*/5 * * * * /opt/sync.sh' },
    ],
  })
  expect(wordsFor(job!)).toEqual(['/opt/sync.sh: without "/usr/sbin/ntpdate -u a.example"'])
  expect(actionsFor(job!)).toMatchObject([{ kind: 'host', where: '/opt/sync.sh, line 3' }])
})

test.each<[what: string, members: Members]>([
  ['by a shell', table('root sh /opt/sync.sh')],
  ['from its folder', table('root cd /opt && ./sync.sh >/dev/null 2>&1')],
  ['behind flock', table('root flock -n /run/l /opt/sync.sh')],
  ['by another script', table('root /opt/all.sh', { 'opt/all.sh': '#!/bin/sh\n. /opt/sync.sh\n' })],
  ['by a script that cron runs each hour', { 'etc/cron.hourly/t': '/opt/sync.sh\n', 'opt/sync.sh': SETS }],
  ['with a condition', table('root /opt/c.sh', { 'opt/c.sh': 'if ping -c1 a; then\n  ntpdate -u a\nfi\n' })],
  ['of a timer', timer({ 'usr/local/bin/ts.sh': '#!/bin/sh\ndate -s "$(curl -sI a | cut -d" " -f2-)"\n' })],
  ['of the table of root', { 'var/spool/cron/root': '1 * * * * /root/t\n', 'root/t': 'exec ntpdate -s a\n' }],
])('%s', (_, members) => {
  expect(jobsOf(members)).toMatchObject([{ repeats: true }])
})

test.each<[what: string, members: Members]>([
  ['of somebody else', table('deploy /opt/sync.sh')],
  [
    'in the table of somebody else',
    { 'var/spool/cron/deploy': '1 * * * * /opt/t\n', 'opt/t': 'ntpdate a\n' },
  ],
  ['of another language', table('root /opt/sync.sh', { 'opt/sync.sh': '#!/usr/bin/perl\nntpdate a\n' })],
  ['three levels deep', table('root /opt/1', { 'opt/1': '/opt/2\n', 'opt/2': '/opt/3\n', 'opt/3': SETS })],
  ['that runs itself', table('root /opt/1', { 'opt/1': '/opt/1\n/opt/1\n' })],
  ['a program of the system', table('root /usr/bin/x', { 'usr/bin/x': SETS })],
  ['only copied', table('root cp /opt/sync.sh /srv')],
  ['behind its end', table('root /opt/e', { 'opt/e': 'exit 0\nntpdate a\n' })],
  ['in what it writes', table('root /opt/e', { 'opt/e': 'cat >f <<EOF\nntpdate a\nEOF\n' })],
  ['in one branch of many', table('root /opt/e', { 'opt/e': 'case $1 in\nset)\n  ntpdate a\n;;\nesac\n' })],
  ['as it is told', table('root /opt/e look', { 'opt/e': 'if [ "$1" = set ]; then\n  ntpdate a\nfi\n' })],
  [
    'only where no daemon runs',
    table('root /opt/e', { 'opt/e': 'if ! pgrep -x chronyd; then\n  ntpdate a\nfi\n' }),
  ],
  ['which leads out of the copy', table('root /opt/e', { 'opt/e': { link: '../../../etc/x' } })],
])('nothing is told of a script %s', (_, members) => {
  expect(jobsOf(members)).toEqual([])
})

test('what a service runs in an endless loop by a script', () => {
  const members = {
    'etc/systemd/system/keep.service': '[Service]\nExecStart=/opt/keep.sh\n',
    'etc/systemd/system/multi-user.target.wants/keep.service': { link: '/etc/systemd/system/keep.service' },
    'opt/keep.sh': '#!/bin/sh\nwhile true; do\n  /opt/sync.sh\n  sleep 600\ndone\n',
    'opt/sync.sh': SETS,
  }
  expect(jobsOf(members)).toMatchObject([{ name: 'keep.service', every: 600, repeats: true }])
})

describe('a script that cannot be read', () => {
  const unreadOf = (members: Members) => takeInventory(memoryFiles(members)).unread
  test('is told where its name is one of clocks', () => {
    expect(unreadOf({ 'etc/crontab': '1 * * * * root /opt/set-time\n' })).toEqual([
      { path: '/opt/set-time', why: 'not-there' },
    ])
    expect(unreadOf({ 'etc/crontab': '1 * * * * root /opt/ntp\n', 'opt/ntp': { directory: true } })).toEqual([
      { path: '/opt/ntp', why: 'directory' },
    ])
  })
  test('and of others nobody hears', () => {
    expect(unreadOf({ 'etc/crontab': '1 * * * * root /opt/backup\n2 * * * * root /opt/uptime\n' })).toEqual(
      [],
    )
    expect(unreadOf({ 'etc/crontab': '1 * * * * root /opt/x\n', 'opt/x': { directory: true } })).toEqual([])
  })
})

describe('a copy', () => {
  const members = {
    ...table('root /opt/all.sh opensesame', {
      'opt/all.sh': '#!/bin/sh\nlogin opensesame\n/opt/sync.sh opensesame\n',
      'opt/idle.sh': '#!/bin/sh\nlogin opensesame\n',
      'etc/cron.d/y': '1 * * * * root /opt/idle.sh\n',
    }),
    ...timer({ 'usr/local/bin/ts.sh': '#!/bin/sh\nlogin opensesame\nntpdate b.example\n' }),
  }
  const collected = collect(memoryFiles(members))
  test('gives the same jobs', () => {
    const copy = Object.fromEntries(
      collected.members.map(({ path, what }): [string, Member] => [
        path.slice(1),
        what === 'directory'
          ? { directory: true }
          : what === 'there'
            ? ''
            : 'link' in what
              ? what
              : Buffer.from(what.bytes).toString(),
      ]),
    )
    expect(jobsOf(copy)).toEqual(jobsOf(members))
    expect(jobsOf(copy)).toHaveLength(2)
  })
  test('holds of the scripts what sets the clock, and of others nothing', () => {
    expect(collected.members.map(({ path }) => path)).not.toContain('/opt/idle.sh')
    expect(archiveOf(collected, 'x').toString()).not.toContain('opensesame')
  })
})
