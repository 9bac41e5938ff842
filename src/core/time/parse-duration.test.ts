import { expect, test } from 'vitest'
import { parseDuration, parseSigned } from './parse-duration.ts'

test.each([
  ['20us', 20e-6],
  ['20 µs', 20e-6],
  ['4.3s', 4.3],
  ['.5', 0.5],
  ['10ms', 0.01],
  ['5m', 300],
  ['24h', 86_400],
  ['7d', 604_800],
  ['0', 0],
])('%s', (text, seconds) => expect(parseDuration(text)).toBe(seconds))

test.each(['', 's', '-3s', '3 bananas', '1e3', '3constructor', 'toString'])('%j is none', text =>
  expect(parseDuration(text)).toBeUndefined(),
)

test.each([
  ['-50ms', -0.05],
  ['−50ms', -0.05],
  ['+3', 3],
  ['3h', 10_800],
  ['--3', undefined],
])('%s with a sign', (text, seconds) => expect(parseSigned(text)).toBe(seconds))
