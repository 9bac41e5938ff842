import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { usualStory } from '#lab/scenario/schema.ts'
import { choosePlayer, choosePlayers } from './player-argument.ts'

const folder = mkdtempSync(join(tmpdir(), 'clockwright-player-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string): string {
  const path = join(folder, name)
  writeFileSync(path, 'server ntp.example iburst\n')
  return path
}

const chosen = (written: string) => choosePlayer(written, usualStory())

test.each([
  ['ntpd-4.2.8p15,-g,-u,ntp:ntp', '-g -u ntp:ntp'],
  ['ntpd-4.2.8p15,-g,-u ntp:ntp', '-g -u ntp:ntp'],
  ['ntpd-4.2.8p15,-g,-c,/etc/ntp.conf', '-g -c /etc/ntp.conf'],
  ['ntpd-4.2.8p15,-g,-t,1\\,2', '-g -t 1,2'],
])('%s: options may hold colons, slashes, and commas behind a backslash', (head, options) => {
  const { player, notes } = chosen(`${head}:${file('ntp.conf')}`)
  expect(player).toMatchObject({ kind: 'ntpd', version: '4.2.8p15', options })
  expect(player.name).toBe(`ntpd-4.2.8p15 ${options} ntp.conf`)
  expect(notes).toEqual([])
})

test('a version may be written as ntpd says it of itself', () => {
  const { player, notes } = chosen(`ntpd-4.2.8p15@1.3728-o,-g:${file('ntp.conf')}`)
  expect(player).toMatchObject({ kind: 'ntpd', version: '4.2.8p15' })
  expect(notes).toEqual([])
  expect(chosen(`ntpd-4.2.8p99@1.1-o,-g:${file('ntp.conf')}`).notes).toEqual([
    expect.stringContaining('no ntpd 4.2.8p99'),
  ])
  expect(() => chosen(`ntpd-4.2.8p15@x,-g:${file('ntp.conf')}`)).toThrow('no daemon that is known here')
})

test('a file may have a colon in its name, too', () => {
  const path = file('of:old.conf')
  expect(chosen(`ntpd-4.2.6p5,-g:${path}`).player).toMatchObject({ kind: 'ntpd', options: '-g' })
  expect(chosen(path).player.name).toBe('chronyd of:old.conf')
})

test('files of one name are named by the folders in which they differ, one file twice is counted', () => {
  for (const name of ['before', 'after/etc']) mkdirSync(join(folder, name), { recursive: true })
  const [before, after] = [file('before/chrony.conf'), file('after/etc/chrony.conf')]
  const names = (...written: readonly string[]) =>
    choosePlayers(written, usualStory()).map(({ player }) => player.name)
  expect(names(before, after)).toEqual(['before/chrony.conf', 'after/etc/chrony.conf'])
  expect(names(`chrony:${before}`, `chrony:${after}`, before)).toEqual([
    'chrony before/chrony.conf',
    'chrony after/etc/chrony.conf',
    'chrony.conf',
  ])
  expect(names(before, before)).toEqual(['chrony.conf', 'chrony.conf (2)'])
  expect(names(before, after, after)).toEqual([
    'before/chrony.conf',
    'after/etc/chrony.conf',
    'after/etc/chrony.conf (2)',
  ])
  expect(names('none', 'none')).toEqual(['none', 'none (2)'])
})

test('a file that is not there is named as it stands behind the last colon', () => {
  expect(() => chosen('ntpd-4.2.8p15,-u,ntp:ntp:/none.conf')).toThrow(/^\/none\.conf: there is no such file/)
})

test('of a folder it is said which file in it may have been meant', () => {
  const root = join(folder, 'root')
  mkdirSync(root)
  expect(() => chosen(`ntpd-4.2.8p15:${root}`)).toThrow(`${root}: is a folder; name a file in it`)
  mkdirSync(join(root, 'etc'))
  writeFileSync(join(root, 'etc/ntp.conf'), 'server 192.0.2.1\n')
  expect(() => chosen(`ntpd-4.2.8p15:${root}`)).toThrow(
    `${root}: is a folder; name the file: ${root}/etc/ntp.conf`,
  )
})
