import { expect, test } from 'vitest'
import { lint } from '../lint.ts'
import { withoutX } from './slew-only.ts'

test.each([
  ['OPTIONS="-g -x"', 'OPTIONS="-g"'],
  ['OPTIONS="-x -g"', 'OPTIONS="-g"'],
  ['OPTIONS="-x"', 'OPTIONS=""'],
  ['OPTIONS="-gx"', 'OPTIONS="-g"'],
  ['OPTIONS="-x -u ntp:ntp -p /var/run/ntpd.pid -g"', 'OPTIONS="-u ntp:ntp -p /var/run/ntpd.pid -g"'],
  ["NTPD_OPTS='-g --slew'", "NTPD_OPTS='-g'"],
  ['ExecStart=/usr/sbin/ntpd -u ntp:ntp -x -g', 'ExecStart=/usr/sbin/ntpd -u ntp:ntp -g'],
  ['OPTIONS="-u xntp -g"', 'OPTIONS="-u xntp -g"'],
])('%s without -x is %s', (line, expected) => expect(withoutX(line)).toBe(expected))

test('of two assignments the last counts, unless it takes the first up', () => {
  const edits = (text: string) =>
    lint([{ path: 'etc/sysconfig/ntpd', text }])
      .filter(({ name }) => name === 'slew-only')
      .map(({ remedy }) => remedy.edits)
  expect(edits('OPTIONS="-g -x"\nOPTIONS=-g\n')).toEqual([])
  expect(edits('OPTIONS=-g\nOPTIONS="-g -x"\n')).toEqual([
    [{ file: 0, line: 2, kind: 'replace', text: 'OPTIONS="-g"' }],
  ])
  expect(edits('OPTIONS="-x"\nOPTIONS="$OPTIONS -g"\n')).not.toEqual([])
  expect(edits('OPTIONS="-x"\nOPTIONS+=" -g"\n')).not.toEqual([])
})

test('a line that says nothing else goes, which is what is offered', () => {
  const changes = (tinker: string) =>
    lint([{ path: 'etc/ntp.conf', text: `server a.example iburst\n${tinker}\n` }]).find(
      ({ name }) => name === 'slew-only',
    )!.remedy.changes
  expect(changes('tinker step 0')).toEqual(['without `tinker step 0`'])
  expect(changes('tinker panic 0 step 0')).toEqual(['tinker panic 0'])
})
