import { describe, expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../../inventory/inventory.ts'
import { lintMachine } from '../../machine/configuration.ts'
import { lint } from '../lint.ts'
import type { Presence } from '../presence.ts'

const files = (path: string) =>
  memoryFiles({
    'usr/sbin/chronyd': '',
    'etc/chrony/chrony.conf': `pool a.example\nmakestep 1 -1\ninclude ${path}\n`,
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
  ['/usr/sbin/chronyd', false, false],
])('%s is missed: on a copy %j, on the machine itself %j', (path, copy, live) => {
  const inventory = takeInventory(files(path))
  const refused = (kind: 'disk' | 'live') =>
    lintMachine({ ...inventory, copy: kind }, files(path)).filter(({ name }) => name === 'chronyd-refuses')
  expect(refused('disk')).toHaveLength(copy ? 1 : 0)
  expect(refused('live').map(({ severity, evidence: [at] }) => [severity, at?.path, at?.line])).toEqual(
    live ? [['critical', '/etc/chrony/chrony.conf', 3]] : [],
  )
})

const judged = (path: string, text: string, presence?: Presence) =>
  lint([{ path, text, ...(presence && { presence: () => presence }) }])
    .filter(({ name }) => /not-there|refuses/.test(name))
    .map(({ name, severity }) => [name, severity])

describe('what one file alone includes', () => {
  const chrony = 'pool a.example iburst\ninclude /etc/chrony/local.conf\n'
  const ntp = 'pool a.example iburst\nincludefile /etc/ntp/local.conf\n'
  test.each([
    ['etc/chrony.conf', chrony, 'missing', [['chronyd-refuses', 'critical']]],
    ['etc/chrony.conf', chrony, 'not-here', [['file-not-there', 'note']]],
    ['etc/chrony.conf', chrony, 'there', []],
    ['etc/chrony.conf', chrony, undefined, []],
    ['etc/chrony.conf', 'pool a.example iburst\nconfdir /etc/chrony/conf.d\n', 'missing', []],
    ['etc/ntp.conf', ntp, 'missing', [['file-not-there', 'warning']]],
    ['etc/ntp.conf', ntp, 'not-here', [['file-not-there', 'note']]],
    ['etc/ntp.conf', ntp, 'unknown', []],
    ['etc/ntp.conf', 'pool a iburst\nincludefile /etc/ntp/crypto/pw\n', 'not-here', []],
  ] as const)('%s, %j: %s', (path, text, presence, said) =>
    expect(judged(path, text, presence)).toEqual(said),
  )
})
