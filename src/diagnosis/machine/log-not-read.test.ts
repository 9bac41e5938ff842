/** A log that is larger than is read is no log without steps. */
import { expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'
import { toldByLog } from './own-log.ts'

function found(log: Member) {
  const files = memoryFiles({
    'usr/sbin/chronyd': '',
    'etc/chrony.conf': 'pool 2.rhel.pool.ntp.org iburst\nmakestep 1 -1\nrtcsync\n',
    'usr/lib/systemd/system/chronyd.service': '[Service]\nExecStart=/usr/sbin/chronyd\n',
    'proc/700/comm': 'chronyd\n',
    'proc/700/cmdline': '/usr/sbin/chronyd\0',
    'var/log/messages': log,
  })
  const inventory = takeInventory(files)
  const subject = { inventory, live: undefined, prospect: undefined, told: toldByLog(files) }
  return checkMachine(subject, lintMachine(inventory, files)).filter(
    ({ name }) => name === 'could-not-be-read',
  )
}

test('a log that is too large to be read is named', () => {
  const line = 'Nov 16 05:11:14 q systemd[1]: Started x.\n'
  const [finding, ...more] = found(line.repeat(Math.ceil((20 << 20) / line.length)))
  expect(more).toEqual([])
  expect(finding).toMatchObject({ severity: 'note', evidence: [{ path: '/var/log/messages' }] })
  expect(finding?.what).toContain('larger than is read here')
  expect(found(line)).toEqual([])
})
