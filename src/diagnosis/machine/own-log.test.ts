/** The log of a machine, read for what `analyze` finds in it: in parts, and whatever its bytes are. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { toldByLog } from './own-log.ts'

const told = (logs: Readonly<Record<string, readonly string[]>>) =>
  toldByLog(
    memoryFiles(
      Object.fromEntries(
        Object.entries(logs).map(([path, lines]) => [path, lines.map(line => `${line}\n`).join('')]),
      ),
    ),
  )

const step = (i: number): string => {
  const at = new Date(Date.UTC(2026, 10, 16) + i * 1140e3)
  return `Nov ${at.getUTCDate()} ${at.toISOString().slice(11, 19)} a ntpd[7]: time reset -1.17${i % 10}000 s`
}
const steps = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => step(from + i))

test('parts that were rotated away count, and each line is named by its own file', () => {
  const [finding] = told({
    'var/log/messages-20261117': ['Nov 15 23:50:00 a kernel: other', ...steps(0, 20)],
    'var/log/messages': steps(20, 40),
  })
  expect(finding).toMatchObject({ name: 'frequency-far-off', measures: { count: 40 } })
  expect(finding?.evidence[0]).toEqual({ path: '/var/log/messages-20261117', line: 2, text: step(0) })
})

test('a log without a year is told without one', () => {
  const started = 'Nov 16 03:00:09 a chronyd[7]: chronyd version 4.2 starting (+CMDMON)'
  const stepped = 'System clock was stepped by 18000.123 seconds'
  const [plain] = told({ 'var/log/messages': [started, `Nov 16 08:00:15 a chronyd[7]: ${stepped}`] })
  expect(plain?.what).toContain('at Nov 16 08:00:15,')
  const dated = [
    started.replace('Nov 16 03', '2026-11-16T03'),
    `2026-11-16T08:00:15 a chronyd[7]: ${stepped}`,
  ]
  const [finding] = told({ 'var/log/syslog': dated.map(line => line.replace(/^(\S+) a/, '$1Z a')) })
  expect(finding?.what).toContain('at 2026-11-16T08:00:15Z,')
})

test('any lines are read', () => {
  const piece = fc.constantFrom(
    'Nov 16 03:00:09 a ',
    'Feb 29 00:00:00 a ',
    '1969-12-31T23:59:59Z a ',
    '9999-12-31T23:59:59Z b ',
    'chronyd[7]: chronyd version 4.2 starting (+CMDMON)',
    'chronyd[7]: System clock was stepped by -1e300 seconds',
    'chronyd[7]: System clock was stepped by 99999999999999.000000 seconds',
    'ntpd[7]: time reset -1.170000 s',
    'ntpd[7]: frequency error -512 PPM exceeds tolerance 500 PPM',
    'ntpd[7]: time correction of -7201 seconds exceeds sanity limit (1000)',
    '\n',
    '\0',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), pieces => {
      for (const { evidence } of told({ 'var/log/messages': pieces.join('').split('\n') }))
        for (const { path } of evidence) expect(path).toBe('/var/log/messages')
    }),
    { numRuns: 300 },
  )
})
