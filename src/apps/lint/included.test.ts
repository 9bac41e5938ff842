import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LintFile } from '#diagnosis/lint/file-kind.ts'
import { lint } from '#diagnosis/lint/lint.ts'
import { withIncluded } from './included.ts'
import { presenceFor } from './presence.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clockwright-included-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const SERVERS = ['a', 'b', 'c', 'd'].map(name => `server ${name}.example iburst\n`).join('')

function put(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

const withPresence = (files: readonly LintFile[]) =>
  files.map(file => ({ ...file, presence: presenceFor(file.path) }))

function judged(...names: readonly string[]) {
  const named = names.map(name => join(folder, name))
  const { files, notRead, passedOver } = withIncluded(
    named.map(path => ({ path, text: readFileSync(path, 'utf8') })),
  )
  return {
    read: files.map(({ path }) => path.slice(folder.length + 1)),
    found: lint(withPresence(files)).map(({ name }) => name),
    notRead,
    passedOver,
  }
}

test.each([
  ['etc/chrony.conf', 'makestep 1 -1\ninclude /etc/timeservers.conf\n', 'etc/timeservers.conf'],
  ['etc/chrony.conf', 'makestep 1 -1\nconfdir /etc/time.d\n', 'etc/time.d/servers.conf'],
  [
    'etc/chrony/chrony.conf',
    'makestep 1 -1\nsourcedir /etc/chrony/sources.d\n',
    'etc/chrony/sources.d/a.sources',
  ],
  [
    'etc/systemd/timesyncd.conf',
    '[Time]\n#NTP=\n',
    'etc/systemd/timesyncd.conf.d/corp.conf',
    '[Time]\nNTP=a.example b.example c.example d.example\n',
  ],
  ['etc/ntp.conf', 'tinker panic 0\nincludefile /etc/ntp/servers.conf\n', 'etc/ntp/servers.conf'],
])('in a machine, or a copy: %s', (main, text, other, said = SERVERS) => {
  put({ [main]: text, [other]: said })
  for (const named of [[main], [main, other], [other, main]]) {
    const { read, found } = judged(...named)
    expect(read.toSorted()).toEqual([main, other].sort())
    expect(found).toEqual([])
  }
})

test('what lies elsewhere is read when it is named, and else may hold anything', () => {
  put({ 'x.conf': 'makestep 1 -1\ninclude /etc/servers.conf\n', 'servers.conf': SERVERS })
  expect(judged('x.conf', 'servers.conf').found).toEqual([])
  expect(judged('x.conf')).toMatchObject({ read: ['x.conf'], found: ['no-source', 'file-not-there'] })
})

test.each([
  ['etc/chrony.conf', 'etc/chrony.d/step.conf', 'makestep 1 -1\n'],
  ['etc/chrony/chrony.conf', 'etc/chrony/sources.d/corp.conf', 'server e.example iburst\n'],
  ['etc/chrony/chrony.conf', 'etc/chrony/conf.d/more.sources', 'server e.example iburst\n'],
])('beside %s nobody reads %s', (main, other, text) => {
  put({
    [main]: `confdir /etc/chrony/conf.d\nsourcedir /etc/chrony/sources.d\n${SERVERS}`,
    [other]: text,
    'etc/chrony/conf.d/log.conf': 'logdir /var/log/chrony\n',
  })
  const { read, found, passedOver } = judged(main, other)
  expect(read).toEqual([main, 'etc/chrony/conf.d/log.conf'])
  expect(found).toEqual(['never-steps'])
  expect(passedOver.map(({ file }) => file)).toEqual([join(folder, other)])
  // By itself it is judged as somebody shows it.
  expect(judged(other).read).toEqual([other])
})

test('a file of sources under another name is told where sources are few', () => {
  put({
    'etc/chrony/chrony.conf': 'sourcedir /etc/chrony/sources.d\nmakestep 1 -1\n',
    'etc/chrony/sources.d/corp.conf': '# ours\nserver a.example iburst\n',
    'etc/chrony/sources.d/README': 'server names go here\n'.replace(/^/, '# '),
  })
  const path = join(folder, 'etc/chrony/chrony.conf')
  const { files, misnamed } = withIncluded([{ path, text: readFileSync(path, 'utf8') }])
  const other = join(folder, 'etc/chrony/sources.d/corp.conf')
  expect(misnamed).toEqual([{ path: other, line: 2, text: 'server a.example iburst' }])
  const [found] = lint(withPresence(files), { misnamed })
  expect(found).toMatchObject({ name: 'no-source', severity: 'critical' })
  expect(found!.what).toContain(`${other} says more, and chronyd does not read it`)
})

test('from within its folder a name alone is the same file', () => {
  put({ 'etc/chrony.conf': `include /etc/chrony.conf\n${SERVERS}` })
  const text = readFileSync(join(folder, 'etc/chrony.conf'), 'utf8')
  const before = process.cwd()
  process.chdir(join(folder, 'etc'))
  try {
    const { files } = withIncluded([{ path: 'chrony.conf', text }])
    expect(files.map(({ path }) => path)).toEqual(['../etc/chrony.conf'])
    expect(lint(files).map(({ name }) => name)).toContain('chronyd-refuses')
  } finally {
    process.chdir(before)
  }
})

test('what the copy does not hold is told as that, also beside what it holds', () => {
  put({
    'etc/chrony.conf': 'makestep 1 -1\nconfdir /etc/time.d\nsourcedir /run/chrony-dhcp\n',
    'etc/time.d/log.conf': 'logdir /var/log/chrony\n',
  })
  const { files } = withIncluded([
    { path: join(folder, 'etc/chrony.conf'), text: readFileSync(join(folder, 'etc/chrony.conf'), 'utf8') },
  ])
  expect(lint(withPresence(files))).toMatchObject([
    { name: 'no-source', what: expect.stringContaining('/run/chrony-dhcp') },
  ])
})
