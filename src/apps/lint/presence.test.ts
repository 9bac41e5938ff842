import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keysFor, presenceFor } from './presence.ts'

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'clockwright-presence-'))
  mkdirSync(join(root, 'etc/chrony'), { recursive: true })
  writeFileSync(join(root, 'etc/chrony/chrony.conf'), '')
  writeFileSync(join(root, 'etc/chrony/site.keys'), '# of the site\n1 SHA1 HEX:8D0C\n12 MD5 secret\n')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('a file in its place is of this machine', () => {
  const presence = presenceFor('/etc/chrony/chrony.conf')
  expect(presence('/proc/version')).toBe('there')
  expect(presence('/etc/no-such-folder/local.conf')).toBe('missing')
  expect(presence('/proc/no-such-folder/*.conf')).toBe('missing')
  expect(presence('local.conf')).toBe('unknown')
})

test('around one in a copy the rest of the copy may lie', () => {
  const presence = presenceFor(join(root, 'etc/chrony/chrony.conf'))
  expect(presence('/etc/chrony/chrony.conf')).toBe('there')
  expect(presence('/etc/chrony/local.conf')).toBe('missing')
  expect(presence('/etc/chrony/chrony.keys', true)).toBe('unknown')
  // What this machine has is not in the copy.
  expect(presence('/proc/version')).toBe('unknown')
})

test('one that lies anywhere is of any machine', () => {
  const presence = presenceFor(join(root, 'chrony.conf'))
  expect(presence('/etc/no-such-folder/local.conf')).toBe('not-here')
  expect(presence('/proc/version')).toBe('unknown')
})

test('the numbers of keys are known of the machine around a file, and of no other', () => {
  const keys = keysFor(join(root, 'etc/chrony/chrony.conf'))
  expect(keys?.('/etc/chrony/site.keys')).toEqual([1, 12])
  expect(keys?.('/etc/chrony/chrony.keys')).toBeUndefined()
  expect(keysFor(join(root, 'chrony.conf'))).toBeUndefined()
})
