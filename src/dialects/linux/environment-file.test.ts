import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assignedTo, type EnvironmentReader, parseEnvironment } from './environment-file.ts'

const optionsIn = (text: string, reader: EnvironmentReader = 'shell', name = 'OPTIONS') =>
  assignedTo(parseEnvironment(text, reader), name)?.value

describe('reads', () => {
  it.each<[string, string, string | undefined]>([
    ['what report 001 writes', 'OPTIONS="-g -x"', '-g -x'],
    ['single quotes, in which nothing is special', "OPTIONS='-g $X \\'", '-g $X \\'],
    ['the last of two', 'OPTIONS=-g\nOPTIONS=-x', '-x'],
    ['no comment', '#OPTIONS=-g', undefined],
    ['nothing', 'OPTIONS=', ''],
    ['pieces side by side', `OPTIONS="-u ntp:ntp"' -p '/var/run/ntpd.pid`, '-u ntp:ntp -p /var/run/ntpd.pid'],
    ['a value over two lines', 'OPTIONS="-g \\\n -x"', '-g  -x'],
    ['a comment with a quote in it', '# it\'s "so\nOPTIONS=-g', '-g'],
  ])('%s', (_, text, value) => {
    expect(optionsIn(text)).toBe(value)
    expect(optionsIn(text, 'systemd')).toBe(value)
  })

  it('what only a shell reads into it', () => {
    expect(optionsIn('export OPTIONS=-g # why')).toBe('-g')
    expect(optionsIn('G=-g; OPTIONS="$G -x"')).toBe('-g -x')
    expect(optionsIn('OPTIONS=-g\nOPTIONS+=" -x"')).toBe('-g -x')
    expect(optionsIn(`OPTIONS="-g \${NOTHING}"`)).toBe('-g ')
  })

  it('what only systemd reads into it', () => {
    expect(optionsIn('; OPTIONS=-x\nOPTIONS=-g -x', 'systemd')).toBe('-g -x')
    expect(optionsIn('OPTIONS="-g $X"', 'systemd')).toBe('-g $X')
  })
})

it.each([
  'OPTIONS=$(cat /etc/x)',
  'OPTIONS="`id`"',
  'if [ -x /bin/x ]; then',
  'OPTIONS="open',
  'OPTIONS=-g && reboot',
])('does not guess at %s', text => {
  const { assigned, notUnderstood } = parseEnvironment(text, 'shell')
  expect(assigned).toEqual([])
  expect(notUnderstood).toHaveLength(1)
  expect(notUnderstood[0]!.line).toBe(1)
})

it('counts lines also behind values of several lines', () => {
  const { assigned } = parseEnvironment('A="one\ntwo"\n\nB=3', 'shell')
  expect(assigned.map(({ line, name, value }) => [line, name, value])).toEqual([
    [1, 'A', 'one\ntwo'],
    [4, 'B', '3'],
  ])
})

it('never throws', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.constantFrom('systemd', 'shell'),
      (text, reader) => {
        for (const { name } of parseEnvironment(`A=${text}`, reader).assigned) expect(name).toMatch(/^\w+$/)
      },
    ),
  )
})
