/** What a disk can do to the search for sources; machines as they usually are stand in test/replay/sources. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findSources } from './sources.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'clockwright-sources-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
const link = (path: string, target: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  symlinkSync(target, join(root, path))
}
const found = (running?: string[]) => {
  const { sources, notes, origin } = findSources(root, running)
  return { names: sources.map(each => each.name), notes, origin }
}

test('a root that is not there is a machine that says nothing', () => {
  expect(findSources(join(root, 'gone'))).toMatchObject({
    sources: [{ name: 'pool.ntp.org', pool: true }],
    notes: [],
  })
  expect(findSources('bad\0root').sources).toHaveLength(1)
})

test('this machine itself, in each of its spellings, is left out', () => {
  const spellings = [
    '127.0.0.1',
    '::1',
    'localhost',
    '127.127.1.0',
    'LocalHost.',
    '0:0:0:0:0:0:0:1',
    '127.1',
    '::ffff:127.0.0.1',
  ]
  put('/etc/chrony.conf', spellings.map(each => `server ${each}\n`).join(''))
  const { names, notes } = found()
  expect(names).toEqual(['pool.ntp.org'])
  expect(notes).toHaveLength(spellings.length)
})

test('what timesyncd is told to ask here is somebody else, as it serves nobody; beside another daemon it is that one', () => {
  put('/etc/systemd/timesyncd.conf', '[Time]\nNTP=127.0.0.1\n')
  const asked = (running: string[], loopback = true) => {
    const { sources, itself } = findSources(root, running, { loopback })
    return { names: sources.map(({ name }) => name), itself }
  }
  expect(asked(['systemd-timesyncd'])).toEqual({ names: ['127.0.0.1'], itself: [] })
  const left = { names: ['pool.ntp.org'], itself: ['127.0.0.1'] }
  expect(asked(['systemd-timesyncd', 'chronyd'])).toEqual(left)
  expect(asked(['systemd-timesyncd'], false)).toEqual(left)
  rmSync(join(root, '/etc/systemd'), { recursive: true })
})

test('one host in two spellings is asked once; on another port it is another source with a name of its own', () => {
  put(
    '/etc/chrony.conf',
    'server A.example\nserver a.example.\nserver a.example port 124\nserver A.example port 125\n',
  )
  put('/etc/chrony/chrony.conf', 'server 2001:db8::1\nserver 2001:DB8:0::1\nserver 2001:db8::1 port 124\n')
  expect(found().names).toEqual(['2001:db8::1', '2001:db8::1#2'])
  rmSync(join(root, '/etc/chrony'), { recursive: true })
  expect(found().names).toEqual(['A.example', 'a.example', 'A.example#2'])
})

test('includes: patterns, precedence of names, loops', () => {
  put(
    '/etc/chrony.conf',
    'include /etc/c*.d/*.conf\nconfdir /x /y\nserver last.example\ninclude /etc/chrony.conf\n',
  )
  put('/etc/chrony.d/b.conf', 'server b.example\n')
  put('/etc/chrony.d/a.conf', 'server a.example\ninclude /etc/chrony.d/b.conf\n')
  put('/etc/chrony.d/c.off', 'server c.example\n')
  put('/x/20.conf', 'server x20.example\n')
  put('/y/20.conf', 'server y20.example\n')
  put('/y/10.conf', 'server y10.example\n')
  const { names, notes } = found()
  expect(names).toEqual(['a.example', 'b.example', 'y10.example', 'x20.example', 'last.example'])
  expect(notes).toEqual([
    '/etc/chrony.conf includes itself, by way of /etc/chrony.conf; it was read once',
    '/etc/chrony.d/b.conf, line 1: b.example is left out: it is named already (/etc/chrony.d/b.conf, line 1)',
  ])
})

test('links are followed inside the copy, never out of it', () => {
  put('/usr/share/site.sources', 'server site.example\n')
  put('/etc/chrony.conf', 'sourcedir /run/chrony.d\n')
  link('/run/chrony.d/a.sources', '/usr/share/site.sources')
  link('/run/chrony.d/b.sources', '../../../../../../../../../../etc/hostname')
  link('/run/chrony.d/c.sources', '/run/chrony.d/c.sources')
  link('/run/chrony.d/d.sources', '/etc/passwd')
  expect(found()).toEqual({
    names: ['site.example'],
    origin: 'taken over from /run/chrony.d/a.sources, line 1',
    notes: ['/run/chrony.d/c.sources was not read: its symbolic links lead in a circle'],
  })
})

test('a drop-in that leads to /dev/null is switched off', () => {
  put('/usr/lib/systemd/timesyncd.conf.d/a.conf', '[Time]\nNTP=vendor.example\n')
  expect(found().names).toEqual(['vendor.example'])
  link('/etc/systemd/timesyncd.conf.d/a.conf', '/dev/null')
  expect(found()).toMatchObject({ names: ['pool.ntp.org'], notes: [] })
})

test('directories, pipes and files without end give a note and are skipped', () => {
  mkdirSync(join(root, '/etc/chrony/chrony.conf'), { recursive: true })
  put('/etc/chrony.conf', '#'.repeat((1 << 20) + 1))
  execFileSync('mkfifo', [join(root, '/etc/ntp.conf')])
  put('/etc/ntp/ntp.conf', 'server a.example')
  expect(found()).toMatchObject({
    names: ['a.example'],
    notes: [
      '/etc/chrony/chrony.conf was not read: it is a directory where a file is expected',
      '/etc/chrony.conf was not read: it is larger than is read here',
      '/etc/ntp.conf was not read: it is no ordinary file',
    ],
  })
})

test('files that include each other over and over come to an end', () => {
  const twice = 'include /a/*\n'.repeat(50)
  for (let i = 0; i < 20; i++) put(`/a/${i}`, twice)
  put('/etc/chrony.conf', `${twice}server a.example\n`)
  const { names, notes } = found()
  expect(names).toEqual(['a.example'])
  expect(notes.length).toBeLessThanOrEqual(101)
})

test('control characters of a file do not reach the notes, and long lines are cut', () => {
  put('/etc/chrony.conf', `bad\u001b[31m ${'x'.repeat(5000)}\nserver a.example\n`)
  const { notes } = found()
  expect(notes[0]).not.toContain('\u001b')
  expect(notes[0]!.length).toBeLessThan(250)
})

test('the daemon that runs comes first, and one without a usable server is passed over', () => {
  put('/etc/chrony.conf', 'server nts.example nts\n')
  put('/etc/ntp.conf', 'server ntp.example\n')
  put('/etc/systemd/timesyncd.conf', '[Time]\nNTP=timesyncd.example\n')
  expect(found(['chronyd']).names).toEqual(['ntp.example'])
  expect(found(['systemd-timesyn']).names).toEqual(['timesyncd.example'])
  expect(found(['chronyd']).notes[0]).toContain('nts.example is left out')
})
