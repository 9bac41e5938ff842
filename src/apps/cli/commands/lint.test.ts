import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cli } from '../../../../test/support/cli.ts'

let folder: string
const at = (path: string) => join(folder, path)
const write = (path: string, text: string | Uint8Array) => {
  mkdirSync(join(at(path), '..'), { recursive: true })
  writeFileSync(at(path), text)
  return at(path)
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clockwright-lint-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('exit codes are those of monitoring', () => {
  test.each([
    ['nothing', 'pool pool.ntp.org iburst\nmakestep 1 -1\n', 0],
    ['notes', 'pool pool.ntp.org iburst\nmakestep 1 3\n', 0],
    ['warnings', 'server ntp.example iburst\nmakestep 1 -1\n', 1],
    ['something critical', 'pool pool.ntp.org ibrust\nmakestep 1 -1\n', 2],
  ])('%s', async (name, text, code) => {
    expect((await cli(['lint', write(`${name}/chrony.conf`, text)])).code).toBe(code)
  })

  test('what cannot be read, or is nothing that is known here', async () => {
    const binary = await cli(['lint', write('binary/ntp.conf', Uint8Array.of(1, 0, 2))])
    expect(binary).toMatchObject({ code: 3, stdout: '' })
    expect(binary.stderr).toContain('a binary file, no configuration')
    const large = await cli(['lint', write('large/ntp.conf', '#'.repeat((1 << 20) + 1))])
    expect(large.code).toBe(3)
    expect(large.stderr).toContain('more than 1 MB')
    expect(await cli(['lint', at('nowhere')])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('there is no'),
    })
    expect(await cli(['lint', write('poem.txt', 'Dear reader,\n')])).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('Nothing was judged.'),
    })
    expect(await cli(['lint'])).toMatchObject({ code: 3, stderr: expect.stringContaining('--here') })
  })
})

test('a folder: files about time are found by name and content, others are passed over, links and pipes not followed', async () => {
  write('etc/chrony/chrony.conf', 'pool pool.ntp.org iburst\nmakestep 1 3\n')
  write('etc/libvirt/qemu/guest.xml', "<domain type='kvm'>\n<clock offset='localtime'/>\n</domain>\n")
  write('etc/ld.so.conf', 'include /etc/ld.so.conf.d/*.conf\n')
  write('etc/passwd', 'root:x:0:0\n')
  symlinkSync('/', at('etc/everything'))
  execFileSync('mkfifo', [at('etc/ntp.conf')])
  const { stdout, code } = await cli(['lint', '--json', at('etc')])
  expect(JSON.parse(stdout).files).toEqual([
    { file: at('etc/chrony/chrony.conf'), kind: 'chrony.conf' },
    { file: at('etc/libvirt/qemu/guest.xml'), kind: 'libvirt domain' },
  ])
  expect(code).toBe(0)
})

test('what is said of the machine counts; JSON has place and remedy', async () => {
  const file = write('said/etc/chrony.conf', 'pool pool.ntp.org iburst\nmakestep 1 3\n')
  const { stdout, code } = await cli([
    'lint',
    '--json',
    '--hypervisor',
    'kvm',
    '--daemon',
    'chronyd-4.3',
    file,
  ])
  expect(code).toBe(1)
  expect(JSON.parse(stdout).findings).toEqual([
    expect.objectContaining({
      name: 'makestep-expires',
      severity: 'warning',
      message: expect.stringContaining('In this guest'),
      file,
      line: 2,
      remedy: expect.objectContaining({ edits: [{ file, line: 2, kind: 'replace', text: 'makestep 1 -1' }] }),
    }),
  ])
})

test('a daemon that is not known is asked back', async () =>
  expect(await cli(['lint', '--daemon', 'chronydd-4.3', write('asked/chrony.conf', '')])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('chronyd was meant?'),
  }))

test('control characters of files and names are shown as what they are', async () => {
  const file = write('odd/\u001b[2J/ntp.conf', 'server ntp.example \u001b[31miburst\u009b\n')
  for (const args of [
    ['lint', file],
    ['lint', '--json', file],
  ]) {
    const { stdout } = await cli(args)
    expect(stdout.length).toBeGreaterThan(0)
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  }
})

test('--here judges this machine without changing anything', async () => {
  const { code, stdout } = await cli([
    'lint',
    '--here',
    '--json',
    write('here/chrony.conf', 'pool pool.ntp.org iburst\nmakestep 1 -1\n'),
  ])
  expect([0, 1, 2]).toContain(code)
  expect(JSON.parse(stdout).files).toHaveLength(1)
})
