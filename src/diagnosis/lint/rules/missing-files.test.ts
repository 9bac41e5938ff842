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

describe('a key that nobody has', () => {
  const told = [['key-not-there', 'warning']]
  test.each([
    ['etc/chrony.conf', 'server a key 5\n', undefined, told],
    ['etc/chrony.conf', 'server a iburst KEY 5\nkeyfile /etc/chrony.keys\n', 'missing', told],
    ['etc/chrony.conf', 'server a key 5\nkeyfile /etc/chrony.keys\n', 'not-here', []],
    ['etc/chrony.conf', 'server a key 5\nkeyfile /etc/chrony.keys\n', undefined, []],
    ['etc/chrony.conf', 'server a key 5\nconfdir /etc/chrony/conf.d\n', undefined, []],
    ['etc/chrony.conf', 'server a\n', undefined, []],
    ['etc/ntp.conf', 'server a key 5\n', undefined, told],
    ['etc/ntp.conf', 'server a key 5\nkeys /etc/ntp/keys\n', undefined, told],
    ['etc/ntp.conf', 'server a key 5\nkeys /etc/ntp/keys\ntrustedkey 5\n', undefined, []],
    ['etc/ntp.conf', 'server a key 5\nkeys /etc/ntp/keys\ntrustedkey 5\n', 'missing', told],
    ['etc/ntp.conf', 'server a autokey\n', undefined, []],
  ] as const)('%s, %j: %s', (path, text, presence, said) =>
    expect(judged(path, text, presence)).toEqual(said),
  )
})

test.each([
  ['etc/ntp.conf', 'server a key 0\n', 'out-of-range'],
  ['etc/chrony.conf', 'server a key 0\n', 'wrong-values'],
])('%s: that 0 is the number of no key is said once', (path, text, name) =>
  expect(
    lint([{ path, text }])
      .filter(({ evidence }) => evidence.some(each => /key/.test(each.text)))
      .map(each => each.name)
      .filter(each => /key|value|range/.test(each)),
  ).toEqual([name]),
)

test('the numbers that are used are the ones to trust', () => {
  const [finding] = lint([
    { path: 'etc/ntp.conf', text: 'server a key 5\nserver b key 7\nserver c key 5\n' },
  ]).filter(({ name }) => name === 'key-not-there')
  expect(finding!.remedy.changes).toContain('trustedkey 5 7')
})

test('keys are in no copy of a machine, so that they are missing there says nothing', () => {
  const copy = memoryFiles({
    'usr/sbin/chronyd': '',
    'etc/chrony/chrony.conf': 'server a.example key 5\nkeyfile /etc/chrony/chrony.keys\n',
  })
  const inventory = takeInventory(copy)
  expect(lintMachine(inventory, copy).map(({ name }) => name)).not.toContain('key-not-there')
  expect(lintMachine({ ...inventory, copy: 'live' }, copy).map(({ name }) => name)).toContain('key-not-there')
})

test.each([
  ['trustedkey 1 2\n', ['server b key 7', 'trustedkey 1 2'], 'trustedkey 1 2 7'],
  ['trustedkey 1 7\n', undefined, undefined],
  ['trustedkey 1 (3 ... 9)\n', undefined, undefined],
  ['trustedkey 1\ntrustedkey 07\n', undefined, undefined],
])('a key that is not among those that are trusted: %j', (trusted, evidence, change) => {
  const text = `server a key 1\nserver b key 7\nserver c\nserver d\nkeys /etc/ntp/keys\n${trusted}`
  const found = lint([{ path: 'etc/ntp.conf', text }]).find(({ name }) => name === 'key-not-there')
  expect(found?.evidence.map(({ text }) => text)).toEqual(evidence)
  expect(found?.remedy.changes[0]).toBe(change)
  expect(
    lint([
      { path: 'etc/ntp.conf', text },
      { path: 'etc/sysconfig/ntpd', text: 'OPTIONS="-g -t 7"\n' },
    ]).map(({ name }) => name),
  ).not.toContain('key-not-there')
})
