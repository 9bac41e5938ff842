import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { changesFor } from '#lab/forecast/changes.ts'
import { configuredPlayer } from '#lab/players/configured.ts'
import { sourcesAsked } from '#lab/players/player.ts'
import { readConfigurationOf } from './read-configuration.ts'

const folder = mkdtempSync(join(tmpdir(), 'clockwright-configuration-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let copies = 0
/** A copy of a machine; answers with its root. */
function copyWith(files: Readonly<Record<string, string>>): string {
  const root = join(folder, `machine${copies++}`)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

function playerOf(file: string, daemon?: string, options?: string) {
  const { player, notes, namesNobody } = configuredPlayer({
    name: file,
    ...readConfigurationOf(file, { daemon, options }),
  })!
  return { player, notes, namesNobody, asked: sourcesAsked(player).map(({ address }) => address) }
}

const UBUNTU = `confdir /etc/chrony/conf.d
sourcedir /run/chrony-dhcp
sourcedir /etc/chrony/sources.d
driftfile /var/lib/chrony/chrony.drift
`

test('chrony.conf as Ubuntu has it: sources and settings of other files count, and no change is one that is there', () => {
  const root = copyWith({
    'etc/chrony/chrony.conf': UBUNTU,
    'etc/chrony/conf.d/site.conf': 'makestep 1 -1\n',
    'etc/chrony/sources.d/a.sources':
      'pool a.example iburst maxsources 1 nts\npool b.example maxsources 1 nts\n',
  })
  const { player, notes, asked } = playerOf(join(root, 'etc/chrony/chrony.conf'))
  expect(asked).toEqual(['a.example', 'b.example'])
  expect(notes).toEqual([
    `lines 1 and 2 of ${root}/etc/chrony/sources.d/a.sources: \`nts\` is not played: who answers is believed without it`,
    `read with it: ${root}/etc/chrony/conf.d/site.conf and ${root}/etc/chrony/sources.d/a.sources`,
    `line 2: ${root}/run/chrony-dhcp is not there`,
  ])
  expect(changesFor(player, 30).map(({ name }) => name)).not.toContainEqual(expect.stringMatching(/makestep/))
})

test('of a setting in several files the one that is read last counts, and it is said', () => {
  const site = { 'etc/chrony/conf.d/site.conf': 'makestep 0.1 -1\nmaxdrift 500\n' }
  const root = copyWith({
    'etc/chrony/chrony.conf': `${UBUNTU}server a.example\nmakestep 1 3\nmaxdrift 500\n`,
    ...site,
  })
  const { player, notes } = playerOf(join(root, 'etc/chrony/chrony.conf'))
  expect(notes[0]).toBe(
    `line 1 of ${root}/etc/chrony/conf.d/site.conf: "makestep 0.1 -1" does not count: "makestep 1 3" is read later, line 6`,
  )
  expect(notes.join()).not.toContain('maxdrift')
  expect(changesFor(player, 30).map(({ name }) => name)).toContain('makestep 1 -1')
})

test('of a copy of a machine the daemon is played with the version and the options that stand in it', () => {
  const root = copyWith({
    'etc/ntp.conf': 'driftfile /var/lib/ntp/drift\nserver a.example iburst\n',
    'etc/redhat-release': 'CentOS release 6.10 (Final)\n',
    'etc/sysconfig/ntpd': 'OPTIONS="-x -u ntp:ntp -p /var/run/ntpd.pid -g"\n',
  })
  const file = join(root, 'etc/ntp.conf')
  const { player, notes } = playerOf(file)
  expect(player).toMatchObject({ kind: 'ntpd', version: '4.2.6p5', options: '-g -x' })
  expect(notes).toContainEqual(
    expect.stringMatching(
      /in this copy it is started as `\/usr\/sbin\/ntpd -x -u ntp:ntp .* CentOS release 6\.10/,
    ),
  )
  // What is said goes before that, and no more than what is said.
  expect(playerOf(file, 'ntpd-4.2.8p15').player).toMatchObject({ version: '4.2.8p15', options: '-g -x' })
  expect(playerOf(file, 'ntpd-4.2.8p15', '-g').player).toMatchObject({ options: '-g' })
})

test('ntp.conf of NTPsec is played as that', () => {
  const root = copyWith({
    'etc/ntpsec/ntp.conf': 'pool 0.example iburst\nrestrict default kod nomodify nopeer noquery limited\n',
  })
  expect(playerOf(join(root, 'etc/ntpsec/ntp.conf')).player).toMatchObject({
    kind: 'ntpd',
    version: 'ntpsec-1.2.2',
  })
})

test('chrony.conf as SUSE has it, where a pattern finds the servers', () => {
  const root = copyWith({
    'etc/chrony.conf': 'makestep 1.0 3\ninclude /etc/chrony.d/*.conf\n',
    'etc/chrony.d/pool.conf': 'pool suse.example iburst\n',
  })
  expect(playerOf(join(root, 'etc/chrony.conf')).asked).toEqual(['suse.example'])
})

test('what is named and not there is said, and so is what chronyd would not start with', () => {
  const root = copyWith({
    'etc/chrony.conf': 'include /etc/chrony.d/*.conf\nsourcedir /run/chrony-dhcp\ninclude /etc/site.conf\n',
  })
  const { notes, namesNobody } = playerOf(join(root, 'etc/chrony.conf'))
  const missing = [
    `line 1: ${root}/etc/chrony.d/*.conf is not there`,
    `line 2: ${root}/run/chrony-dhcp is not there`,
    `line 3: ${root}/etc/site.conf is not there, and chronyd does not start without it: played as if it did`,
  ]
  expect(notes).toEqual(missing)
  expect(namesNobody).toContain(missing[1])
})

test('ntp.conf: what it includes, and what lies in ntp.d', () => {
  const root = copyWith({
    'etc/ntpsec/ntp.conf': 'driftfile /var/lib/ntpsec/ntp.drift\nincludefile /etc/ntpsec/site.conf\n',
    'etc/ntpsec/site.conf': 'server a.example\ntos maxdist 16\ntinker frob 1\n',
    'etc/ntpsec/ntp.d/more.conf': 'server b.example\n',
  })
  const file = join(root, 'etc/ntpsec/ntp.conf')
  const { player, asked, notes } = playerOf(file, 'ntpsec-1.2.2')
  expect(asked).toEqual(['a.example', 'b.example'])
  expect(notes).toContainEqual(
    expect.stringMatching(/^line 3 of .*\/etc\/ntpsec\/site\.conf: ntpd drops this whole line/),
  )
  expect(changesFor(player, 4).map(({ name }) => name)).not.toContain('maxdist 16')
})

test('timesyncd.conf with its drop-ins, of all the places where they may lie, and without a file that they add to', () => {
  const dropIns = {
    'etc/systemd/timesyncd.conf.d/b.conf': '[Time]\nPollIntervalMaxSec=64\n',
    'usr/lib/systemd/timesyncd.conf.d/a.conf': '[Time]\nNTP=a.example\n',
    'usr/local/lib/systemd/timesyncd.conf.d/b.conf': '[Time]\nNTP=hidden.example\n',
    'run/systemd/timesyncd.conf.d/c.conf': '[Time]\nNTP=c.example\n',
  }
  const main = { 'etc/systemd/timesyncd.conf': '[Time]\nPollIntervalMaxSec=2048\n' }
  for (const files of [dropIns, { ...dropIns, ...main }]) {
    const root = copyWith(files)
    const { player, asked } = playerOf(join(root, 'etc/systemd/timesyncd.conf'), 'timesyncd')
    expect(asked).toEqual(['a.example', 'c.example'])
    expect(changesFor(player, 4).filter(({ kind }) => kind === 'edit')).toEqual([])
  }
})

test('of a drop-in that adds to no file it is said that it was read, and where a line of it stands', () => {
  const path = 'etc/systemd/timesyncd.conf.d/site.conf'
  const root = copyWith({ [path]: '[Time]\nNTP=a.example\nFrob=1\n' })
  expect(playerOf(join(root, 'etc/systemd/timesyncd.conf'), 'timesyncd').notes).toEqual([
    expect.stringMatching(new RegExp(`^line 3 of ${root}/${path}: `)),
    `read with it: ${root}/${path}`,
  ])
})

test('a file that lies anywhere includes what this machine has', () => {
  const site = join(folder, 'site.conf')
  writeFileSync(site, 'server a.example\n')
  const file = join(folder, 'new.conf')
  writeFileSync(file, `include ${site}\nconfdir /no-such-folder\nmakestep 1 3\n`)
  const { asked, notes } = playerOf(file)
  expect(asked).toEqual(['a.example'])
  expect(notes).toEqual([`read with it, of this machine: ${site}`, 'line 2: /no-such-folder is not there'])
})

test('a file with keys that is included and is not there is told of on this machine; a copy has none', () => {
  const conf = 'server a.example\nincludefile /etc/ntp/crypto/none-here\n'
  const file = join(folder, 'ntp.conf')
  writeFileSync(file, conf)
  const told = 'line 2: /etc/ntp/crypto/none-here is not there'
  expect(playerOf(file).notes).toContain(told)
  const root = copyWith({ 'etc/ntp.conf': conf })
  expect(playerOf(join(root, 'etc/ntp.conf')).notes.join()).not.toContain('is not there')
})

test('an included file that cannot be read is told', () => {
  const root = copyWith({
    'etc/chrony.conf': 'server a.example\ninclude /etc/site.conf\n',
    'etc/site.conf': 'makestep 1 -1\0\n',
  })
  expect(playerOf(join(root, 'etc/chrony.conf')).notes).toEqual([
    `${root}/etc/site.conf was not read: it holds zero bytes, so it is no text`,
  ])
})
