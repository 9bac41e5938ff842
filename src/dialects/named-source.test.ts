import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseChronyConf, parseChronySources } from './chrony/sources.ts'
import { parseDhclientLeases, parseKeyedLease } from './dhcp/leases.ts'
import { isHost, type NamedSources } from './named-source.ts'
import { parseNtpConf } from './ntpd/sources.ts'
import { matchesPattern } from './path-pattern.ts'
import { parseTimesyncdConf } from './timesyncd/sources.ts'

const PARSERS: Record<string, (text: string, file: string) => NamedSources> = {
  parseChronyConf,
  parseChronySources,
  parseNtpConf,
  parseTimesyncdConf,
  parseKeyedLease,
  parseDhclientLeases,
}

const word = fc.constantFrom(
  ...'server pool peer ntp1.example minpoll 4 -99 99999999999 maxpoll port iburst nts key include confdir'.split(
    ' ',
  ),
  ...['includefile', '/a/*.conf', '[Time]', 'NTP=', 'NTP=a', 'lease {', '}', 'option ntp-servers a, b;'],
  ...['#', '"', '\\', '=', '\u0000', '\uFEFF', '127.127.1.0', '__proto__', 'constructor', '\u202e', 'end'],
)
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(fc.tuple(word, fc.constantFrom(' ', '\n', '\r\n', '\t', '')), { maxLength: 60 })
    .map(pairs => pairs.flat().join('')),
)

describe.each(Object.entries(PARSERS))('%s', (_, parse) => {
  test('answers any text with sources in range and lines that exist', () => {
    fc.assert(
      fc.property(text, input => {
        const lines = input.split('\n').length
        const { sources, includes, notUsable, notUnderstood } = parse(input, '/f')
        for (const { line } of [...sources, ...includes, ...notUsable, ...notUnderstood])
          expect(line >= 1 && line <= lines).toBe(true)
        for (const source of sources) {
          expect(isHost(source.address)).toBe(true)
          expect(source.minpoll >= 0 && source.minpoll <= source.maxpoll && source.maxpoll <= 17).toBe(true)
          expect(source.port >= 1 && source.port <= 65535).toBe(true)
          expect(source.maxsources >= 1 && source.maxsources <= 16).toBe(true)
          expect([3, 4]).toContain(source.version)
        }
      }),
      { numRuns: 500 },
    )
  })

  // A parser that looks back for each character would need hours for a megabyte of these, and the limit of a test would end it.
  test.each([
    ['spaces', ' '],
    ['quotes', '"'],
    ['lines', '\n'],
    ['joined lines', '\\\n'],
    ['words', 'server '],
    ['sections', '['],
    ['braces', '{\n'],
    ['options', 'option ntp-servers '],
    ['commas', ', '],
  ])(
    'reads a megabyte of %s in a moment',
    (_name, piece) => {
      const input = `server a ${piece.repeat(Math.ceil(1e6 / piece.length))}`
      expect(() => parse(input, '/f')).not.toThrow()
    },
    120_000,
  )
})

test('a host is a name or an address, and nothing that a terminal or a page would have to fear', () => {
  for (const host of [
    'a',
    'ntp-1.example.net.',
    '192.0.2.1',
    '2001:db8::1',
    'fe80::1%eth0',
    '::ffff:192.0.2.1',
    'a_b',
  ])
    expect(isHost(host), host).toBe(true)
  for (const no of [
    '',
    '-g',
    '.',
    ':',
    'a b',
    'a:123',
    '<b>',
    'a\u001b[1m',
    'ü.example',
    'a'.repeat(254),
    '[::1]',
  ])
    expect(isHost(no), no).toBe(false)
})

test('a pattern matches as in the shell', () => {
  const cases: [string, string, boolean][] = [
    ['a.conf', '*.conf', true],
    ['.a.conf', '*.conf', false],
    ['.a.conf', '.*.conf', true],
    ['ab', 'a?', true],
    ['a', 'a?', false],
    ['b7', '[a-c][!0-5]', true],
    ['b3', '[a-c][!0-5]', false],
    [']', '[]]', true],
    ['[x', '[x', true],
    ['a*b', 'a\\*b', true],
    ['axb', 'a\\*b', false],
    ['abcabd', '*abd', true],
    ['', '*', true],
  ]
  for (const [name, pattern, matches] of cases)
    expect(matchesPattern(name, pattern), `${name} ${pattern}`).toBe(matches)
  expect(matchesPattern('a'.repeat(255), `${'*a'.repeat(100)}b`)).toBe(false)
})
