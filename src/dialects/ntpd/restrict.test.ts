import { expect, test } from 'vitest'
import { readCommands } from './commands.ts'
import { readRestriction, whatDeafens } from './restrict.ts'

const deafened = (text: string, server: string) =>
  whatDeafens(readCommands(text).map(readRestriction), server)?.line

test.each([
  ['restrict default ignore', '192.0.2.1', 1],
  ['restrict default ignore', 'ntp.example', 1],
  ['restrict 0.0.0.0 mask 0.0.0.0 noserve', '192.0.2.1', 1],
  ['restrict default nomodify noquery', '192.0.2.1', undefined],
  ['restrict default ignore\nrestrict 192.0.2.1 nomodify', '192.0.2.1', undefined],
  ['restrict default ignore\nrestrict 192.0.2.1', '192.0.2.2', 1],
  ['restrict default ignore\nrestrict ntp.example', 'ntp.example', undefined],
  ['restrict default ignore\nrestrict source nomodify', 'ntp.example', undefined],
  ['restrict source noserve', 'ntp.example', 1],
  ['restrict default ignore\nrestrict 192.0.2.0 mask 255.255.255.0 nomodify', '192.0.2.9', undefined],
  ['restrict default ignore\nrestrict 192.0.2.0 mask 255.255.255.0 nomodify', '192.0.3.9', 1],
  ['restrict default ignore\nrestrict 192.0.2.0/24', '192.0.2.9', undefined],
  [
    'restrict 192.0.2.0 mask 255.255.255.0\nrestrict 192.0.2.128 mask 255.255.255.128 ignore',
    '192.0.2.200',
    2,
  ],
  ['restrict -6 default ignore', '192.0.2.1', undefined],
  ['restrict -6 default ignore', '2001:db8::1', 1],
])('%j drops what %s answers by line %s', (text, server, line) => {
  expect(deafened(text, server)).toBe(line)
})

test('of a name that may lie in a network that is let through nothing is said', () => {
  const text = 'restrict default ignore\nrestrict 192.0.2.0 mask 255.255.255.0 nomodify'
  expect(deafened(text, 'ntp.example')).toBeUndefined()
})
