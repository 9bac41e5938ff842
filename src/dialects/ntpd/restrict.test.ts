import { expect, test } from 'vitest'
import { readCommands } from './commands.ts'
import { parseConf } from './conf.ts'
import { dropsOf, readRestriction, whatDeafens } from './restrict.ts'
import { parseVersion } from './version.ts'

const restrictions = (text: string) => readCommands(text).map(readRestriction)
const serverIn = (words: string) => parseConf(`server ${words}`, '').associations[0]!

function deafened(text: string, words: string, version?: string): number | undefined {
  const server = serverIn(words)
  const drops = dropsOf(server, version === undefined ? undefined : parseVersion(version))
  return whatDeafens(restrictions(text), server.address, drops)?.line
}

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
  ['restrict 192.0.2.0 mask 255.255.255.0\nrestrict 192.0.2.1 mask 255.255.255.255 ignore', '192.0.2.1', 2],
  ['restrict default ignore\nrestrict 192.0.2.1 mask 255.255.255.255', '192.0.2.1', undefined],
  ['restrict -6 default ignore', '192.0.2.1', undefined],
  ['restrict -6 default ignore', '2001:db8::1', 1],
])('%j drops what %s answers by line %s', (text, server, line) => {
  expect(deafened(text, server)).toBe(line)
})

test.each([
  ['192.0.2.1', undefined, 1],
  ['192.0.2.1', '4.2.6p5', 1],
  ['192.0.2.1 key 1', '4.2.6p5', undefined],
  ['ntp.example autokey', '4.2.6p5', undefined],
  // There it spoke of whom to follow, and not of what to drop.
  ['192.0.2.1', '4.1.2', undefined],
  ['192.0.2.1', 'ntpsec 1.2.2', undefined],
])('`notrust` drops what does not prove itself: %s, ntpd %s, line %s', (server, version, line) => {
  expect(deafened('restrict default nomodify notrust', server, version)).toBe(line)
  expect(
    deafened(
      'restrict default nomodify notrust\nrestrict 192.0.2.1 nomodify\nrestrict ntp.example',
      server,
      version,
    ),
  ).toBeUndefined()
})

test('of a name that may lie in a network that is let through nothing is said', () => {
  const text = 'restrict default ignore\nrestrict 192.0.2.0 mask 255.255.255.0 nomodify'
  expect(deafened(text, 'ntp.example')).toBeUndefined()
})
