import { describe, expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../../inventory/inventory.ts'
import { lintMachine } from '../../machine/configuration.ts'
import { keyNumbersIn } from '../key-numbers.ts'
import { lint } from '../lint.ts'
import type { Presence } from '../presence.ts'

const judged = (path: string, text: string, presence?: Presence, keys?: readonly number[]) =>
  lint([{ path, text, ...(presence && { presence: () => presence }), ...(keys && { keysIn: () => keys }) }])
    .filter(({ name }) => name === 'key-not-there')
    .map(({ name, severity }) => [name, severity])

describe('a key that nobody has', () => {
  const told = [['key-not-there', 'critical']]
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

describe('where sources are left that need no such key, the clock is still set', () => {
  const told = [['key-not-there', 'warning']]
  test.each([
    ['etc/chrony.conf', 'server a key 5\nserver b\n', told],
    ['etc/chrony.conf', 'server a key 5\nrefclock PHC /dev/ptp0\n', told],
    ['etc/chrony.conf', 'server a key 5\nserver b key 6\n', [['key-not-there', 'critical']]],
    ['etc/chrony.conf', 'server a key 5\nsourcedir /run/chrony-dhcp\n', [['key-not-there', 'critical']]],
    ['etc/ntp.conf', 'server a key 5\nserver b\n', told],
    ['etc/ntp.conf', 'server a key 5\nbroadcastclient\n', told],
    ['etc/ntp.conf', 'server a key 5\nserver b key 6\nkeys /k\ntrustedkey 5\n', told],
    ['etc/ntp.conf', 'server b key 6\nkeys /k\ntrustedkey 5\n', [['key-not-there', 'critical']]],
  ] as const)('%s, %j', (path, text, said) => expect(judged(path, text)).toEqual(said))
})

describe('of a file of keys it is known which numbers it has', () => {
  const chrony = 'server a key 10\nserver b key 10\nkeyfile /etc/chrony.keys\n'
  const ntp = 'server a key 10\nkeys /etc/ntp/keys\ntrustedkey 10\n'
  test.each([
    ['etc/chrony.conf', chrony, [1], [['key-not-there', 'critical']]],
    ['etc/chrony.conf', `${chrony}server c key 1\n`, [1], [['key-not-there', 'warning']]],
    ['etc/chrony.conf', chrony, [1, 10], []],
    ['etc/chrony.conf', chrony.replaceAll('key 10', 'key 010'), [10], []],
    ['etc/ntp.conf', ntp, [1], [['key-not-there', 'critical']]],
    ['etc/ntp.conf', ntp, [10], []],
  ] as const)('%s, %j: %j', (path, text, keys, said) =>
    expect(judged(path, text, 'there', keys)).toEqual(said),
  )

  const machine = (keys: string) =>
    memoryFiles({
      'usr/sbin/chronyd': '',
      'etc/chrony.conf': chrony,
      'etc/chrony.keys': keys,
    })
  const told = (keys: string, looks = true) => {
    const files = machine(keys)
    return lintMachine(takeInventory(files), files, looks ? keyNumbersIn(files) : undefined).filter(
      ({ name }) => name === 'key-not-there',
    )
  }

  test('and no key is told', () => {
    const [finding] = told('# keys\n1 SHA1 HEX:8D0C8F3E5B2A6C7D\n')
    expect(finding?.what).toBe(
      'A source is to prove itself by key 10, and /etc/chrony.keys holds only key 1.',
    )
    expect(JSON.stringify(finding)).not.toContain('8D0C')
    expect(told('10 SHA1 HEX:8D0C8F3E5B2A6C7D\n')).toEqual([])
  })

  test('an empty one may be that of a copy without secrets, and nobody looks who does not ask', () => {
    expect(told('')).toEqual([])
    expect(told('1 secret\n', false)).toEqual([])
  })
})
