/** A job that sets the clock is taken out with the second daemon: else it would go on stepping the clock that the first one keeps. */
import { describe, expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { mergeEdits } from '../repair/edit.ts'
import { actionsOf } from '../repair/plan.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'
import { whoSetsTheClock } from './setters.ts'

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

describe('ntpdate beside ntpd', () => {
  const beside = (members: Members) => {
    const files = memoryFiles({
      'sys/class/dmi/id/sys_vendor': 'QEMU\n',
      'etc/ntp.conf': 'tinker panic 0\npool a.example iburst\n',
      ...service('ntpd.service', '/usr/sbin/ntpd'),
      ...members,
    })
    const inventory = takeInventory(files)
    const subject = { inventory, live: undefined, prospect: undefined }
    return {
      found: checkMachine(subject, lintMachine(inventory, files)).filter(
        ({ name }) => name === 'two-daemons',
      ),
      does: whoSetsTheClock(inventory).flatMap(each => (/^ntpdate/.test(each.name) ? [each.does] : [])),
    }
  }
  const line = (command: string): Members => ({ 'etc/cron.d/time': `0 * * * * root ${command}\n` })
  const script = (...lines: string[]): Members => ({
    'etc/cron.hourly/time': `#!/bin/sh\n${lines.join('\n')}\n`,
  })
  test.each([line('ntpdate a.example'), line('ntpdate -b a.example'), script('ntpdate a.example')])(
    'finds its port taken: %o',
    members => {
      const { found, does } = beside(members)
      expect(found).toMatchObject([
        { severity: 'note', what: expect.stringContaining('the NTP socket is in use') },
      ])
      expect(does).toEqual(['may'])
    },
  )
  test.each([
    line('ntpdate -u a.example'),
    line('ntpdate -b -u a.example'),
    line('service ntpd stop; ntpdate a.example; service ntpd start'),
    script('service ntpd stop', 'ntpdate a.example', 'service ntpd start'),
    line('sntp -s a.example'),
  ])('sets the clock all the same: %o', members => {
    expect(beside(members).found).toMatchObject([{ severity: 'critical' }])
  })
  test('beside chronyd, which has another port, it does, too', () => {
    const files = memoryFiles({
      'sys/class/dmi/id/sys_vendor': 'QEMU\n',
      'etc/chrony.conf': 'pool a.example iburst\nmakestep 1 -1\n',
      ...service('chronyd.service', '/usr/sbin/chronyd'),
      ...line('ntpdate a.example'),
    })
    const inventory = takeInventory(files)
    const found = checkMachine({ inventory, live: undefined, prospect: undefined })
    expect(found.find(({ name }) => name === 'two-daemons')?.severity).toBe('critical')
  })
})
