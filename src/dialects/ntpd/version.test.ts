import { expect, test } from 'vitest'
import { generationOf, parseVersion } from './version.ts'

test.each([
  ['4.2.4p8', '4.2.4'],
  ['4.2.6p5', '4.2.6'],
  ['ntpd 4.2.6p5-28.el7', '4.2.6'],
  ['4.2.7p50', '4.2.6'],
  ['4.2.7p51', '4.2.8'],
  ['ntpd-4.2.8', '4.2.8'],
  ['ntpd 4.2.8p15@1.3728-o', '4.2.8'],
  ['4.3.91', '4.2.8'],
  ['ntpsec 1.2.2', 'ntpsec'],
  ['ntpsec-1.2.5+23-gabc', 'ntpsec'],
  ['1.2.2', 'ntpsec'],
])('%s keeps the clock as %s does', (text, generation) =>
  expect(generationOf(parseVersion(text)!)).toBe(generation),
)

test.each(['', 'ntpd', 'chrony', '4'])('%j is no version', text => expect(parseVersion(text)).toBeUndefined())
