import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { kindOf } from '#diagnosis/lint/file-kind.ts'
import { LARGEST, readForLint } from './read.ts'

let folder: string
const at = (path: string) => join(folder, path)
const write = (path: string, text: string | Uint8Array) => {
  mkdirSync(join(at(path), '..'), { recursive: true })
  writeFileSync(at(path), text)
  return at(path)
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clockwright-lint-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('below a folder files about time are found by name and content, others are passed over, links and pipes not followed', () => {
  write('etc/chrony/chrony.conf', 'pool pool.ntp.org iburst\n')
  write('etc/libvirt/qemu/guest.xml', "<domain type='kvm'>\n</domain>\n")
  write('etc/ld.so.conf', 'include /etc/ld.so.conf.d/*.conf\n')
  write('etc/passwd', 'root:x:0:0\n')
  write('etc/chrony/binary.conf', Uint8Array.of(0))
  symlinkSync('/', at('etc/everything'))
  symlinkSync('chrony.conf', at('etc/chrony.conf'))
  // As systemd masks a unit, and as a copy lacks what lies elsewhere.
  symlinkSync('/dev/null', at('etc/ntp.service'))
  symlinkSync('/nowhere/chrony.service', at('etc/chrony.service'))
  execFileSync('mkfifo', [at('etc/ntp.conf')])
  // As a container's mount makes it, where what should be mounted is not there.
  mkdirSync(at('etc/systemd/timesyncd.conf'), { recursive: true })
  const { files, skipped, notRead } = readForLint([at('etc')])
  expect(files.map(({ path }) => path)).toEqual([
    at('etc/chrony/chrony.conf'),
    at('etc/libvirt/qemu/guest.xml'),
  ])
  expect(files.map(kindOf)).toEqual(['chrony.conf', 'libvirt domain'])
  expect(skipped).toEqual([{ file: at('etc/chrony/binary.conf'), why: 'a binary file, no configuration' }])
  expect(notRead).toEqual([
    { file: at('etc/chrony.conf'), why: 'links that lead in a circle' },
    { file: at('etc/ntp.conf'), why: 'no plain file' },
    { file: at('etc/systemd/timesyncd.conf'), why: 'a folder' },
  ])
})

test('tables that cron passes over by their names', () => {
  write('a/etc/os-release', 'ID=debian\n')
  write('a/etc/cron.d/ntpdate.bak', '1 * * * * root ntpdate a\n')
  write('a/etc/cron.d/ntpdate', '1 * * * * root ntpdate a\n')
  write('b/etc/cron.d/ntp.date', '1 * * * * root ntpdate a\n')
  write('b/etc/cron.d/ntpdate.bak', '1 * * * * root ntpdate a\n')
  const { files, skipped } = readForLint([at('a'), at('b')])
  expect(files.map(({ path }) => path)).toEqual([at('a/etc/cron.d/ntpdate'), at('b/etc/cron.d/ntp.date')])
  expect(skipped.map(({ file }) => file)).toEqual(
    ['a', 'b'].map(each => at(`${each}/etc/cron.d/ntpdate.bak`)),
  )
})

test('a file that is named twice is judged once', () => {
  const file = write('ntp.conf', 'server ntp.example\n')
  linkSync(file, at('same.conf'))
  expect(readForLint([file, folder, at('same.conf')]).files).toHaveLength(1)
})

test('what is named and cannot be read is refused, with the reason', () => {
  const refusal = (path: string) => () => readForLint([path])
  expect(refusal(write('binary/ntp.conf', Uint8Array.of(1, 0, 2)))).toThrow(/a binary file, no configuration/)
  expect(refusal(write('large/ntp.conf', '#'.repeat(LARGEST + 1)))).toThrow(/more than 1 MB/)
  expect(refusal(at('nowhere'))).toThrow(/there is no/)
  execFileSync('mkfifo', [at('pipe')])
  expect(refusal(at('pipe'))).toThrow(/no plain file/)
})

test('files of /proc, which say that they are empty, are read', () =>
  expect(readForLint(['/proc/cmdline']).files[0]!.text.length).toBeGreaterThan(0))
