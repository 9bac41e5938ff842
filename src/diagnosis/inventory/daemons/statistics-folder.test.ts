import { expect, test } from 'vitest'
import type { Files, Owner } from '#core/guest/files.ts'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { findCannotWrite } from './statistics-folder.ts'

const STATUS = 'Name:\tntpd\nUid:\t38\t38\t38\t38\nGid:\t38\t38\t38\t38\nGroups:\t38 99 \n'

function why(
  owners: Readonly<Record<string, readonly [uid: number, gid: number, mode: number]>>,
  { daemon = 'ntpd', conf = 'statsdir /var/log/ntpstats/\nstatistics loopstats\n', status = STATUS } = {},
): string | undefined {
  const all = { '/': [0, 0, 0o755], '/var': [0, 0, 0o755], '/var/log': [0, 0, 0o755], ...owners } as const
  const files: Files = {
    ...memoryFiles({ 'proc/77/status': status }),
    own: true,
    owner(path): Owner | undefined {
      const found = (all as Readonly<Record<string, readonly [number, number, number]>>)[path]
      return found && { uid: found[0], gid: found[1], mode: found[2] }
    },
  }
  return findCannotWrite(files, {
    daemon,
    pid: 77,
    configuration: [{ path: '/etc/ntp.conf', text: conf, includedBy: undefined }],
    commandLine: ['ntpd', '-g'],
  })?.value
}
const FOLDER = '/var/log/ntpstats'

test('its own folder', () => expect(why({ [FOLDER]: [38, 38, 0o755] })).toBeUndefined())
test('one of a group that it is in', () => expect(why({ [FOLDER]: [0, 99, 0o775] })).toBeUndefined())
test('none', () => expect(why({})).toContain('is not there'))
test("root's", () => expect(why({ [FOLDER]: [0, 0, 0o755] })).toContain('is not writable for its user (38)'))
test('below one that it may not enter', () => {
  expect(why({ '/var/log': [0, 4, 0o750], [FOLDER]: [38, 38, 0o755] })).toContain('may not enter /var/log')
})
test('root writes anywhere', () => {
  expect(why({ [FOLDER]: [0, 0, 0o700] }, { status: STATUS.replaceAll('38', '0') })).toBeUndefined()
})
test('nothing is asked for', () => expect(why({}, { conf: 'statsdir /var/log/ntpstats/\n' })).toBeUndefined())
test('a file that is included is read where it is included', () => {
  const files: Files = {
    ...memoryFiles({ 'proc/77/status': STATUS }),
    own: true,
    owner: path => (path === '/gone' ? undefined : { uid: 38, gid: 38, mode: 0o755 }),
  }
  const main = 'includefile /etc/ntp.more\nstatsdir /var/log/ntpstats/\nstatistics loopstats\n'
  const place = { path: '/etc/ntp.conf', line: 1, text: 'includefile /etc/ntp.more' }
  const configuration = [
    { path: '/etc/ntp.conf', text: main, includedBy: undefined },
    { path: '/etc/ntp.more', text: 'statsdir /gone\n', includedBy: place },
  ]
  expect(
    findCannotWrite(files, { daemon: 'ntpd', pid: 77, configuration, commandLine: ['ntpd'] }),
  ).toBeUndefined()
})
test('chronyd', () => {
  const chrony = { daemon: 'chronyd', conf: 'logdir /var/log/ntpstats\nlog tracking\n' }
  expect(why({ [FOLDER]: [0, 0, 0o755] }, chrony)).toContain('not writable')
})
