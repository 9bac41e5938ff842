/** The run that the guide on configurations shows is what the linter says. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { lint } from '#diagnosis/lint/lint.ts'
import { lintScreen } from '#report/lint.ts'

const GUIDE = fileURLToPath(new URL('../../docs/guide/check-a-configuration.md', import.meta.url))

test('docs/guide/check-a-configuration.md', () => {
  const [, session = ''] = /^```console\n([\s\S]*?)^```/m.exec(readFileSync(GUIDE, 'utf8')) ?? []
  const [first, second, run] = session.split(/^\$ .*\n/m).slice(1) as [string, string, string]
  const files = [
    { path: 'etc/ntp.conf', text: first },
    { path: 'etc/sysconfig/ntpd', text: second },
  ]
  const findings = lint(files, { daemons: [{ name: 'ntpd', version: '4.2.6p5' }], hypervisor: 'kvm' })
  const report = { findings, files: files.map(({ path }) => ({ path, kind: 'known' })), skipped: [] }
  expect(run).toBe(lintScreen(report, 100, (_, text) => text))
})
