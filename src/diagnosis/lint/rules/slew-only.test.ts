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

test('options as systemd takes them: without quotes, or in the unit itself', () => {
  const edits = (...files: { path: string; text: string }[]) =>
    lint(files)
      .filter(({ name }) => name === 'slew-only')
      .flatMap(({ remedy }) => remedy.edits)
  const options = (text: string) => ({ path: 'etc/sysconfig/ntpd', text })
  expect(edits(options('# what ntpd is told\nOPTIONS=-g -x\n'))).toEqual([
    { file: 0, line: 2, kind: 'replace', text: 'OPTIONS=-g' },
  ])
  const unit = {
    path: 'usr/lib/systemd/system/ntpd.service',
    text: '[Service]\nEnvironmentFile=-/etc/sysconfig/ntpd\nExecStart=/usr/sbin/ntpd -u ntp:ntp $OPTIONS\n',
  }
  const dropIn = (text: string) => ({
    path: 'etc/systemd/system/ntpd.service.d/o.conf',
    text: `[Service]\n${text}\n`,
  })
  expect(edits(unit, dropIn('Environment="OPTIONS=-g -x"'))).toEqual([
    { file: 1, line: 2, kind: 'replace', text: 'Environment="OPTIONS=-g"' },
  ])
  // What a file says overrules it, wherever it stands (systemd.exec(5)).
  expect(edits(unit, dropIn('Environment="OPTIONS=-g -x"'), options('OPTIONS="-g"\n'))).toEqual([])
  expect(edits(unit, dropIn('Environment="OTHERS=-g -x"'))).toEqual([])
})
