import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExec } from './exec-start.ts'
import { conditionsOf, lastOf, listOf, parseUnit } from './unit.ts'

const CHRONY = `[Unit]
Description=chrony, an NTP client/server
ConditionCapability=CAP_SYS_TIME
After=network.target

[Service]
Type=forking
EnvironmentFile=-/etc/default/chrony
# a comment
ExecStart=!/usr/sbin/chronyd \\
; and one in between
  $DAEMON_OPTS
`

describe('a unit with its drop-ins', () => {
  const unit = parseUnit(CHRONY, '/lib/systemd/system/chrony.service')
  const dropIn = (text: string) => parseUnit(text, '/etc/systemd/system/chrony.service.d/x.conf')

  it('is read with its lines', () => {
    expect(unit.notUnderstood).toEqual([])
    expect(unit.settings.map(({ line, section, key }) => `${line} ${section} ${key}`)).toEqual([
      '2 Unit Description',
      '3 Unit ConditionCapability',
      '4 Unit After',
      '7 Service Type',
      '8 Service EnvironmentFile',
      '10 Service ExecStart',
    ])
    expect(lastOf([unit], 'Service', 'ExecStart')?.value).toBe('!/usr/sbin/chronyd    $DAEMON_OPTS')
  })

  it('adds to a list, and begins it anew', () => {
    const added = dropIn('[Service]\nEnvironmentFile=/etc/more')
    expect(listOf([unit, added], 'Service', 'EnvironmentFile').map(({ value }) => value)).toEqual([
      '-/etc/default/chrony',
      '/etc/more',
    ])
    const anew = dropIn('[Service]\nExecStart=\nExecStart=/usr/sbin/chronyd -x')
    expect(listOf([unit, anew], 'Service', 'ExecStart')).toEqual([
      {
        path: '/etc/systemd/system/chrony.service.d/x.conf',
        line: 3,
        section: 'Service',
        key: 'ExecStart',
        value: '/usr/sbin/chronyd -x',
      },
    ])
  })

  it('takes all conditions back with an empty one', () => {
    const more = dropIn('[Unit]\nConditionVirtualization=!container')
    expect(conditionsOf([unit, more]).map(({ key, value }) => `${key}=${value}`)).toEqual([
      'ConditionCapability=CAP_SYS_TIME',
      'ConditionVirtualization=!container',
    ])
    expect(conditionsOf([unit, more, dropIn('[Unit]\nConditionHost=')])).toEqual([])
  })

  it('says what it does not understand', () => {
    expect(parseUnit('a=1\n[Unit]\nnonsense', 'x').notUnderstood.map(({ line }) => line)).toEqual([1, 3])
  })
})

describe('a command line in a unit', () => {
  const words = (value: string, variables: Record<string, string> = {}) =>
    parseExec(value, new Map(Object.entries(variables))).map(line => line.words)

  it.each<[string, string, string[][]]>([
    [
      'a variable alone is words',
      '/usr/sbin/ntpd -u ntp:ntp $OPTIONS',
      [['/usr/sbin/ntpd', '-u', 'ntp:ntp', '-g', '-x']],
    ],
    ['in braces it is one', `/usr/sbin/ntpd \${OPTIONS}`, [['/usr/sbin/ntpd', '-g -x']]],
    ['inside a word it is no variable', '/usr/sbin/ntpd a$OPTIONS', [['/usr/sbin/ntpd', 'a$OPTIONS']]],
    ['what is not set is nothing', '/usr/sbin/ntpd $OTHER -n', [['/usr/sbin/ntpd', '-n']]],
    ['quotes', `/bin/a "b c" 'd e' f\\x20g`, [['/bin/a', 'b c', 'd e', 'f g']]],
    ['a prefix', '!-/usr/sbin/chronyd', [['/usr/sbin/chronyd']]],
    ['another name', '@/usr/bin/vmtoolsd tools -n', [['/usr/bin/vmtoolsd', '-n']]],
    [
      'two commands',
      '/bin/a 1 ; /bin/b \\; $$x %%y',
      [
        ['/bin/a', '1'],
        ['/bin/b', ';', '$x', '%y'],
      ],
    ],
    ['nothing', '', []],
  ])('%s', (_, value, expected) => {
    expect(words(value, { OPTIONS: '-g -x' })).toEqual(expected)
  })
})

it('never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), text => {
      const unit = parseUnit(`[Unit]\n${text}`, 'x')
      conditionsOf([unit])
      for (const { words } of parseExec(text, new Map([['A', text]]))) expect(words.length).toBeGreaterThan(0)
    }),
  )
})
