import { expect, test } from 'vitest'
import { readCommands } from './commands.ts'
import { parseConf } from './conf.ts'
import { dropsOf, refusedPools, refusesPools, restrictionsOf, whatDeafens } from './restrict.ts'
import { parseVersion } from './version.ts'

const serverIn = (words: string) => parseConf(`server ${words}`, '').associations[0]!

function deafened(text: string, words: string, version?: string): number | undefined {
  const server = serverIn(words)
  const is = version === undefined ? undefined : parseVersion(version)
  return whatDeafens(restrictionsOf(readCommands(text), is), server.address, dropsOf(server, is))?.line
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

// Each asked of 4.2.8p6 itself, whose log says "restrict: ignoring line 2, address/host '192.0.2.0/24' unusable".
test.each([
  ['192.0.2.0/24', 1],
  ['192.0.2.*', 1],
  ['192.0.2.0 mask 255.255.256.0', 1],
  ['192.0.2.0 mask 255.255.255.0', undefined],
])('an exception for %s is none where nothing can be made of it', (network, line) => {
  const text = `restrict default ignore\nrestrict ${network} nomodify`
  expect([deafened(text, '192.0.2.9'), deafened(text, '192.0.2.9', '4.2.8p15')]).toEqual([line, line])
  expect(
    deafened('restrict default ignore\nrestrict 192.0.2.0/24', '192.0.2.9', 'ntpsec 1.2.2'),
  ).toBeUndefined()
})

test('a network that nothing can be made of shuts nobody out', () => {
  expect(deafened('restrict default\nrestrict 192.0.2.0/24 ignore', '192.0.2.9', '4.2.8p6')).toBeUndefined()
  expect(deafened('restrict default\nrestrict 192.0.2.0/24 ignore', '192.0.2.9', 'ntpsec 1.2.2')).toBe(2)
})

test.each([
  ['restrict source nomodify nopeer', [1]],
  ['restrict default nopeer\nrestrict source nomodify nopeer', [2]],
  ['restrict default nopeer\nrestrict source nomodify', []],
  ['restrict source nopeer\nrestrict source nomodify', []],
  ['restrict source nomodify nopeer\nrestrict 192.0.2.0 mask 255.255.255.0', [1]],
  ['restrict default nopeer', [1]],
])('%j refuses what a pool finds by lines %j', (text, lines) => {
  const version = parseVersion('4.2.8p15')
  const all = restrictionsOf(readCommands(text), version)
  const asked = parseConf('pool ntp.example iburst', '').associations
  expect(refusesPools(all).map(({ line }) => line)).toEqual(lines)
  expect(refusedPools(all, asked, version)).toEqual(lines.length > 0 ? asked : [])
  expect(refusedPools(all, asked, parseVersion('4.2.6p5'))).toEqual([])
})
