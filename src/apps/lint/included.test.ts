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
  const { files, notRead } = withIncluded(named.map(path => ({ path, text: readFileSync(path, 'utf8') })))
  return {
    read: files.map(({ path }) => path.slice(folder.length + 1)),
    found: lint(withPresence(files)).map(({ name }) => name),
    notRead,
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
