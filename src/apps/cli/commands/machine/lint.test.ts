/** The command as a person starts it. What it reads is tried beside src/apps/lint, what it finds in test/replay/lint. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cli } from '../../../../../test/support/cli.ts'

let folder: string
const write = (path: string, text: string) => {
  const file = join(folder, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
  return file
}
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clockwright-lint-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each([
  ['notes', 'pool pool.ntp.org iburst\nmakestep 1 3\n', 0],
  ['warnings', 'server ntp.example iburst\nmakestep 1 -1\n', 1],
  ['something critical', 'pool pool.ntp.org ibrust\nmakestep 1 -1\n', 2],
  ['nothing that is known here', 'Dear reader,\n', 3],
])('the exit code for %s', async (name, text, code) => {
  const file = write(`${name}/${code === 3 ? 'poem.txt' : 'chrony.conf'}`, text)
  expect((await cli(['lint', file])).code).toBe(code)
})

test('what is said of the machine counts; JSON has place and remedy, and no control character', async () => {
  const file = write('said/\u001b[2J\u009b/chrony.conf', 'pool pool.ntp.org iburst\nmakestep 1 3\n')
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
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
})

test('a daemon that is not known is asked back', async () =>
  expect(await cli(['lint', '--daemon', 'chronydd-4.3', write('asked/chrony.conf', '')])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('chronyd was meant?'),
  }))

test('--here judges for this machine', async () => {
  const file = write('here/chrony.conf', 'pool pool.ntp.org iburst\nmakestep 1 -1\n')
  const { code, stdout } = await cli(['lint', '--here', '--json', file])
  expect([0, 1, 2]).toContain(code)
  expect(JSON.parse(stdout).files).toEqual([{ file, kind: 'chrony.conf' }])
})
