import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { filesSeen, type Seen, sameAsSeen } from './seen.ts'

const read = (bytes: string) => ({ kind: 'read', bytes }) as const
const utf8 = (text: string) => Buffer.from(text).toString('latin1')

test('a plan is made of a file that says what was seen, and of no other', () => {
  const seen: Seen = new Map()
  const files = filesSeen(memoryFiles({ 'etc/ntp.conf': utf8('server a # \u00fc\n') }), seen)
  files.read('/etc/ntp.conf')
  expect(sameAsSeen(seen, '/etc/ntp.conf', read(utf8('server a # \u00fc\n'))).kind).toBe('read')
  expect(sameAsSeen(seen, '/etc/ntp.conf', read('server b\n')).kind).toBe('closed')
  expect(sameAsSeen(seen, '/etc/ntp.conf', { kind: 'absent' }).kind).toBe('closed')
  expect(sameAsSeen(seen, '/etc/new', { kind: 'absent' }).kind).toBe('absent')
  expect(sameAsSeen(seen, '/etc/new', read('')).kind).toBe('closed')
})

test('nor of one that changed while the machine was examined', () => {
  const seen: Seen = new Map()
  for (const text of ['server a\n', 'server b\n'])
    filesSeen(memoryFiles({ 'etc/x': text }), seen).text('/etc/x')
  expect(sameAsSeen(seen, '/etc/x', read('server b\n')).kind).toBe('closed')
})

test('a configuration may lie anywhere', () => {
  const path = '/var/lib/ntp/ntp.conf.dhcp'
  const seen: Seen = new Map()
  filesSeen(memoryFiles({ [path]: 'server a\n' }), seen).text(path)
  expect(sameAsSeen(seen, path, read('server a\n')).kind).toBe('read')
  expect(sameAsSeen(seen, path, read('server b\n')).kind).toBe('closed')
})
