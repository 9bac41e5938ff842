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
  ['2h10m', 7800],
  ['1h 30min', 5400],
  ['1 h 30 min', 5400],
  ['1d2h3m4s5ms', 93_784.005],
  ['4s 300ms', 4.3],
  ['1m 1.5s', 61.5],
])('%s', (text, seconds) => expect(parseDuration(text)).toBe(seconds))

test.each([
  ...['', 's', '-3s', '3 bananas', '1e3', '3constructor', 'toString', '1.2.3s', '3 4', '.'],
  ...['10m2h', '1h1h', '1m 2min', '1h 30', '30 1h', '1.5h 10m', '1h-10m', '1h,10m', '1h 10 bananas', 'h10m'],
])('%j is none', text => expect(parseDuration(text)).toBeUndefined())

test.each([
  ['-50ms', -0.05],
  ['−50ms', -0.05],
  ['+3', 3],
  ['3h', 10_800],
  ['-2h10m', -7800],
  ['1h -10m', undefined],
  ['--3', undefined],
])('%s with a sign', (text, seconds) => expect(parseSigned(text)).toBe(seconds))
