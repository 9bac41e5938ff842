import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { missingIncludes } from './missing-includes.ts'

const files = (path: string) =>
  memoryFiles({
    'usr/sbin/chronyd': '',
    'etc/chrony/chrony.conf': `server a.example\ninclude ${path}\n`,
    'lib/systemd/system/chrony.service': '[Service]\nExecStart=/usr/sbin/chronyd\n',
    'etc/systemd/system/multi-user.target.wants/chrony.service': {
      link: '/lib/systemd/system/chrony.service',
    },
  })

test.each([
  ['/etc/chrony/local.conf', true, true],
  ['/opt/time/local.conf', false, true],
  ['/opt/time/*.conf', false, true],
  ['/etc/chrony/*.local', false, false],
  ['/etc/chrony/chrony.conf', false, false],
])('%s is missed: on a copy %j, on the machine itself %j', (path, copy, live) => {
  const inventory = takeInventory(files(path))
  expect(missingIncludes({ ...inventory, copy: 'disk' }, files(path))).toHaveLength(copy ? 1 : 0)
  const found = missingIncludes({ ...inventory, copy: 'live' }, files(path))
  expect(found.map(({ severity, evidence: [at] }) => [severity, at?.line])).toEqual(
    live ? [['critical', 2]] : [],
  )
})
