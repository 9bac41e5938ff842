import { expect, test } from 'vitest'
import { lint } from '#diagnosis/lint/lint.ts'
import { encodeLint, lintScreen } from './lint.ts'

const plain = (_: unknown, text: string) => text
const FILES = [
  { path: 'etc/ntp.conf', text: 'tinker panic 0\ntinker setpout 300\nserver 192.0.2.1 iburst\n' },
  { path: 'etc/\u001b[31mfile', text: 'server ntp.example \u009b iburst\u202e\n' },
]
const report = {
  findings: lint(FILES),
  files: FILES.map(({ path }) => ({ path, kind: 'ntp.conf' })),
  skipped: [{ file: 'etc/\u0007x', why: 'no plain file' }],
}

test('a finding is told as linters do: place, severity, name, message; what it costs; what to do', () => {
  const text = lintScreen(report, 100, plain)
  expect(text).toContain(
    'etc/ntp.conf:2: warning misspelt\n  `tinker` has no option `setpout`; `stepout` was meant?\n',
  )
  expect(text).toMatch(/do Write `stepout`\.\n +tinker stepout 300\n/)
  expect(text).toMatch(/\d+ warnings?.* in 2 files\.\n/)
})

test('nothing in the files or in their names moves a cursor', () => {
  expect(lintScreen(report, 80, plain)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
})

test('programs get name, severity, message, file, line and remedy', () => {
  const { findings } = encodeLint(report)
  expect(findings.find(({ name }) => name === 'misspelt')).toMatchObject({
    severity: 'warning',
    message: '`tinker` has no option `setpout`; `stepout` was meant?',
    file: 'etc/ntp.conf',
    line: 2,
    remedy: {
      changes: ['tinker stepout 300'],
      edits: [{ file: 'etc/ntp.conf', line: 2, kind: 'replace', text: 'tinker stepout 300' }],
    },
  })
})

test('what is secret in a line is not shown, and no edit is offered that would write the mark instead', () => {
  const file = {
    path: 'boot/grub/grub.conf',
    text: 'title a\n  kernel /v ro rd.iscsi.password=opensesame clocksorce=tsc\n',
  }
  const findings = lint([file])
  expect(
    findings
      .flatMap(({ remedy }) => remedy.edits ?? [])
      .map(({ text }) => text)
      .join(),
  ).toContain('opensesame')
  const secret = { findings, files: [{ path: file.path, kind: 'GRUB legacy menu' }], skipped: [] }
  expect(lintScreen(secret, 200, plain)).not.toContain('opensesame')
  expect(lintScreen(secret, 200, plain)).toContain('rd.iscsi.password=(removed) clocksorce=tsc')
  const encoded = encodeLint(secret)
  expect(JSON.stringify(encoded)).not.toContain('opensesame')
  expect(encoded.findings.flatMap(({ remedy }) => remedy.edits).filter(({ text }) => text !== '')).toEqual([])
})

test('without anything to say it says so', () =>
  expect(lintScreen({ findings: [], files: [{ path: 'a', kind: 'ntp.conf' }], skipped: [] }, 80, plain)).toBe(
    'Nothing to complain of in 1 file.\n',
  ))
