/** The files of a machine, as they lie on a disk and as they lie in memory: the same answers, and never a way out. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Files } from '#core/guest/files.ts'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { openFiles } from './files.ts'

let above: string
let root: string
beforeEach(() => {
  above = mkdtempSync(join(tmpdir(), 'clockwright-files-'))
  root = join(above, 'machine')
  mkdirSync(root)
  writeFileSync(join(above, 'outside'), 'outside')
})
afterEach(() => rmSync(above, { recursive: true }))

function onDisk(members: Record<string, Member>): Files {
  for (const [path, member] of Object.entries(members)) {
    const at = join(root, path)
    mkdirSync(dirname(at), { recursive: true })
    if (typeof member === 'string') writeFileSync(at, member, 'latin1')
    else if ('link' in member) symlinkSync(member.link, at)
  }
  return openFiles(root)
}

it('tells of a name that is no text, and does not pass it over', () => {
  const files = onDisk({ 'etc/a': '' })
  writeFileSync(Buffer.concat([Buffer.from(join(root, 'etc/')), Buffer.from([0xff])]), 'held')
  const [, odd = ''] = files.names('/etc')
  expect(files.read(`/etc/${odd}`)).toEqual({ kind: 'unread', why: 'odd-name' })
  expect(files.unread).toEqual([{ path: '/etc/\ufffd', why: 'odd-name' }])
})

describe.each([
  ['on a disk', onDisk],
  ['in memory', memoryFiles],
])('%s', (_, open) => {
  it('reads texts, bytes, names and links', () => {
    const files = open({ 'etc/b': ' two\n\0', 'etc/a': 'one\n', 'etc/c': { link: 'a' } })
    expect(files.read('/etc/a')).toMatchObject({ kind: 'read', text: 'one\n' })
    expect(files.text('etc/b')).toBe('two')
    expect([...files.bytes('etc/b')!]).toEqual([32, 116, 119, 111, 10, 0])
    expect(files.names('/etc')).toEqual(['a', 'b', 'c'])
    expect(files.names('/etc/a')).toEqual([])
    expect(files.link('etc/c')).toBe('a')
    expect(files.link('etc/a')).toBeUndefined()
    expect(files.text('etc/c')).toBe('one')
    expect([files.exists('etc'), files.exists('etc/c'), files.exists('etc/d')]).toEqual([true, true, false])
    expect(files.own).toBe(false)
    expect(files.unread).toEqual([])
  })

  it('follows links inside, and never out', () => {
    const out = join(above, 'outside')
    const files = open({
      'usr/lib/systemd/a': 'a',
      lib: { link: 'usr/lib' },
      absolute: { link: '/usr/lib/systemd/a' },
      upwards: { link: '../../../../usr/lib/systemd/a' },
      out: { link: out },
      'out-by-steps': { link: '../outside' },
      sky: { link: '../../../../../../../../etc/hostname' },
    })
    expect(files.text('/lib/systemd/a')).toBe('a')
    expect(files.text('/lib/../lib/systemd/./a')).toBe('a')
    expect(files.text('absolute')).toBe('a')
    expect(files.text('upwards')).toBe('a')
    for (const path of ['out', 'out-by-steps', 'sky', '../outside', '/../../outside', 'lib/../../outside'])
      expect(files.read(path), path).toEqual({ kind: 'absent' })
    expect(files.exists('out')).toBe(false)
    expect(files.names('..')).toEqual(['absolute', 'lib', 'out', 'out-by-steps', 'sky', 'upwards', 'usr'])
  })

  it('says why something that is there was not read', () => {
    const files = open({
      circle: { link: 'back' },
      back: { link: 'circle' },
      big: 'x'.repeat(101),
      'etc/x': '',
      off: { link: '/dev/null' },
    })
    expect(files.read('circle')).toEqual({ kind: 'unread', why: 'too-many-links' })
    expect(files.read('big', 100)).toEqual({ kind: 'unread', why: 'too-large' })
    expect(files.read('big', 101).kind).toBe('read')
    expect(files.read('etc')).toEqual({ kind: 'unread', why: 'directory' })
    expect(files.read('off')).toMatchObject({ kind: 'read', text: '' })
    expect(files.unread).toEqual([
      { path: '/circle', why: 'too-many-links' },
      { path: '/big', why: 'too-large' },
      { path: '/etc', why: 'directory' },
    ])
  })

  it('takes any path', () => {
    const files = open({ 'etc/a': 'a' })
    for (const path of ['', '/', '..', 'a\0b', 'etc/a/b', '//etc//a', 'x'.repeat(300), 'é\ud800'])
      expect(() => [files.read(path), files.names(path), files.link(path), files.exists(path)]).not.toThrow()
  })
})

it('touches no pipe, no device, no socket, and does not wait for one', () => {
  execFileSync('mkfifo', [join(root, 'pipe')])
  const files = openFiles(root)
  expect(files.read('pipe')).toEqual({ kind: 'unread', why: 'no-ordinary-file' })
  expect(openFiles().read('/dev/zero')).toEqual({ kind: 'unread', why: 'no-ordinary-file' })
  expect(openFiles().read(join(root, 'pipe'))).toEqual({ kind: 'unread', why: 'no-ordinary-file' })
})

it('is not led out by a directory that becomes a link while it is walked', async () => {
  mkdirSync(join(root, 'real'))
  mkdirSync(join(above, 'secrets'))
  writeFileSync(join(root, 'real/file'), 'inside')
  writeFileSync(join(above, 'secrets/file'), 'outside')
  symlinkSync('../secrets', join(root, 'bad'))
  symlinkSync('real', join(root, 'good'))
  // Exchanges a directory for a link that leads out, as fast as it can.
  const swapper = spawn('sh', [
    '-c',
    'cd "$1" && while :; do mv -T real spare; mv -T bad real; mv -T real bad; mv -T spare real; done 2>/dev/null',
    'sh',
    root,
  ])
  try {
    const files = openFiles(root)
    const seen = new Set<string>()
    for (let i = 0; i < 3000; i++) seen.add(files.text('real/file') ?? 'nothing')
    for (let i = 0; i < 3000; i++) seen.add(files.text('good/file') ?? 'nothing')
    await new Promise(done => setTimeout(done, 50))
    for (let i = 0; i < 3000; i++) seen.add(files.text('good/file') ?? 'nothing')
    expect(seen).not.toContain('outside')
    expect(seen).toContain('inside')
  } finally {
    swapper.kill('SIGKILL')
    await new Promise(done => swapper.once('exit', done))
  }
})

it('leaves nothing open', () => {
  const files = onDisk({ 'etc/a': 'a', 'etc/b': { link: '../etc/a' } })
  const open = () => openFiles().names('/proc/self/fd').length
  const before = open()
  for (let i = 0; i < 50; i++)
    [files.read('etc/b'), files.names('etc'), files.link('etc/b'), files.read('etc/none/x')]
  expect(open()).toBe(before)
})

it('reads what is packed, within the limit', () => {
  writeFileSync(join(root, 'config.gz'), gzipSync('CONFIG_HZ=250\n'))
  writeFileSync(join(root, 'bomb.gz'), gzipSync(Buffer.alloc(1 << 22)))
  writeFileSync(join(root, 'broken.gz'), Buffer.from([0x1f, 0x8b, 1, 2, 3]))
  writeFileSync(join(root, 'plain.gz'), 'plain')
  const files = openFiles(root)
  expect(files.text('config.gz')).toBe('CONFIG_HZ=250')
  expect(files.read('bomb.gz')).toEqual({ kind: 'unread', why: 'too-large' })
  expect(files.read('broken.gz')).toEqual({ kind: 'unread', why: 'failed' })
  expect(files.text('plain.gz')).toBe('plain')
})
