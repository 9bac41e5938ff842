/** A job that sets the clock is taken out with the second daemon: else it would go on stepping the clock that the first one keeps. */
import { expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { mergeEdits } from '../repair/edit.ts'
import { actionsOf } from '../repair/plan.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'

type Members = Readonly<Record<string, Member>>

const service = (name: string, program: string, conflicts = ''): Members => ({
  [program.slice(1)]: '',
  [`usr/lib/systemd/system/${name}`]: `[Unit]\n${conflicts}[Service]\nExecStart=${program}\n`,
  [`etc/systemd/system/multi-user.target.wants/${name}`]: { link: `/usr/lib/systemd/system/${name}` },
})

const twoDaemons = (members: Members) => {
  const files = memoryFiles({
    'sys/class/dmi/id/sys_vendor': 'QEMU\n',
    'etc/chrony.conf': 'pool a.example iburst\nmakestep 1 -1\n',
    'etc/ntp.conf': 'tinker panic 0\npool a.example iburst\n',
    ...service('chronyd.service', '/usr/sbin/chronyd'),
    ...service('ntpd.service', '/usr/sbin/ntpd'),
    ...members,
  })
  const inventory = takeInventory(files)
  const subject = { inventory, live: undefined, prospect: undefined }
  return checkMachine(subject, lintMachine(inventory, files)).filter(({ name }) => name === 'two-daemons')
}

const JOB = '*/10 * * * * root /usr/sbin/ntpdate -u 192.0.2.1\n'

test('a line of its own goes', () => {
  const [finding, ...more] = twoDaemons({ 'etc/cron.d/ntpdate': JOB })
  expect(more).toEqual([])
  const edits = actionsOf(finding!).flatMap(each => (each.kind === 'edit' ? [each] : []))
  expect(edits.map(({ file }) => file)).toEqual(['/etc/cron.d/ntpdate'])
  expect(mergeEdits(JOB, [edits.map(({ edit }) => edit)]).text).toBe('')
  expect(finding!.remedy.actions).toContainEqual({ kind: 'stop', daemon: 'ntpd', unit: 'ntpd.service' })
})

test('what has other work in it is for a person to part', () => {
  const [finding] = twoDaemons({ 'etc/cron.hourly/night': '#!/bin/sh\nbackup\nntpdate a.example\n' })
  expect(finding!.what).toContain('/etc/cron.hourly/night')
  expect(finding!.remedy.actions).toContainEqual(
    expect.objectContaining({ kind: 'host', where: '/etc/cron.hourly/night, line 3' }),
  )
})

test('where systemd keeps one of two the job makes it grave all the same', () => {
  const excluding = service('ntpd.service', '/usr/sbin/ntpd', 'Conflicts=chronyd.service\n')
  expect(twoDaemons(excluding)).toMatchObject([{ severity: 'warning' }])
  expect(twoDaemons({ ...excluding, 'etc/cron.d/ntpdate': JOB })).toMatchObject([{ severity: 'critical' }])
})
