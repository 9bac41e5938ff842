import { expect, test } from 'vitest'
import type { TimeDaemon } from '#core/guest/inventory.ts'
import { mergeEdits } from './edit.ts'
import { quickerEdits } from './quicker.ts'

const daemon = (name: string, version: string, text: string): TimeDaemon => ({
  name,
  installed: undefined,
  enabled: undefined,
  runs: undefined,
  pid: undefined,
  version: { value: version, evidence: [] },
  commandLine: undefined,
  setsTime: undefined,
  configuration: [{ path: '/etc/x.conf', text, includedBy: undefined }],
  unreadable: [],
  unit: undefined,
  cannotWrite: undefined,
})

const edited = (name: string, version: string, text: string): string =>
  mergeEdits(text, [
    quickerEdits(daemon(name, version, text)).flatMap(action =>
      action.kind === 'edit' ? [action.edit] : [],
    ),
  ]).text

test('servers on private networks are asked more often; comments stay, others are left alone', () => {
  const text = '# mine\nserver 10.0.0.1 iburst maxpoll 10 # near\nserver time.example.org iburst\n'
  expect(edited('chronyd', '4.3', text)).toBe(
    '# mine\nserver 10.0.0.1 iburst minpoll 4 maxpoll 6 # near\nserver time.example.org iburst\n',
  )
})

test('ntpd gets what its version heeds', () => {
  expect(edited('ntpd', '4.2.6p5', 'server 192.168.1.1\n')).toBe(
    'server 192.168.1.1 minpoll 4 maxpoll 6\n\n# So that a pause of this guest is corrected soon.\ntos maxdist 16\ntinker stepout 10\n',
  )
  expect(edited('ntpd', '4.2.8p15', 'tos maxdist 3\nserver 8.8.8.8\n')).toBe(
    'tos maxdist 3\nserver 8.8.8.8\n',
  )
})

test('once edited there is nothing to edit', () => {
  const once = edited('ntpd', '4.2.6p5', 'server 192.168.1.1\n')
  expect(edited('ntpd', '4.2.6p5', once)).toBe(once)
})
