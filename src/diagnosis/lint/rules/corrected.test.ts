/** Files as they are when all edits of their findings are made: of what was written by a person no word is lost or doubled. */
import { expect, test } from 'vitest'
import { mergeEdits } from '../../repair/edit.ts'
import { lint } from '../lint.ts'

const GUEST = { hypervisor: 'kvm' } as const

function corrected(path: string, text: string, ...names: string[]): string {
  const findings = lint([{ path, text }], GUEST).filter(({ name }) => names.includes(name))
  expect(findings.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
  return mergeEdits(
    text,
    findings.map(({ remedy }) => remedy.edits ?? []),
  ).text
}

test.each([
  [
    'the right word stands there already',
    'restrict default nomodfy notrap nomodify\n',
    'restrict default notrap nomodify noquery nopeer kod limited\n',
    ['misspelt'],
  ],
  [
    'what the line lacks once it counts comes with its correction, and no word twice',
    'restrict default nomodfy\n',
    'restrict default nomodify noquery nopeer notrap kod limited\n',
    ['misspelt'],
  ],
  [
    'of several settings the last counts, so all go',
    'server a\ntinker stepout 400 panic 500 # why\ntinker panic 900\n',
    'tinker panic 0\nserver a\ntinker stepout 400 # why\n',
    ['panic-exit-ahead'],
  ],
  [
    'two findings take all that a line says',
    'tinker panic 0\nserver a\ntinker step 30 panic 500\n',
    'tinker panic 0\nserver a\n',
    ['slew-only', 'panic-exit-ahead'],
  ],
])('ntp.conf: %s', (_, before, after, names) => {
  expect(corrected('/etc/ntp.conf', before, ...names)).toBe(after)
})

test('chrony.conf: a line that chronyd refuses is left to a person', () => {
  const conf = 'pool p iburst\nmakestep 1 3 5\n'
  expect(corrected('/etc/chrony.conf', conf, 'makestep-expires', 'wrong-values')).toBe(conf)
  expect(corrected('/etc/chrony.conf', 'makestep\t1  3\n', 'makestep-expires')).toBe('makestep\t1  -1\n')
})

const UNIT = {
  path: '/usr/lib/systemd/system/ntpd.service',
  text: '[Unit]\nConditionVirtualization=!vm\n[Service]\nExecStart=/usr/sbin/ntpd \\\n  -x -g\n',
}

test('a unit is judged with its drop-ins, and edited where its line goes on', () => {
  const found = (...files: (typeof UNIT)[]) =>
    lint(files, GUEST).filter(({ name }) => name === 'slew-only' || name === 'disabled-in-guests')
  expect(
    found(UNIT).map(({ name, remedy }) => [name, remedy.edits?.map(({ line, text }) => [line, text])]),
  ).toEqual([
    ['disabled-in-guests', [[2, 'ConditionVirtualization=!container']]],
    ['slew-only', [[5, '  -g']]],
  ])
  const text = '[Unit]\nConditionVirtualization=\n[Service]\nExecStart=\nExecStart=/usr/sbin/ntpd -g\n'
  expect(found({ path: '/etc/systemd/system/ntpd.service.d/a.conf', text }, UNIT)).toEqual([])
})

test('a source that is preferred already is only no longer forced', () => {
  const line = 'refclock SHM 1 refid PSM0 poll 3 trust prefer\n'
  expect(corrected('chrony.conf', `${line}pool ntp.example\n`, 'forced-source')).toContain(
    'refclock SHM 1 refid PSM0 poll 3 prefer\n',
  )
})

test.each([
  ['chrony.conf', 'server a prefer\nserver b trust\n', 'server a prefer\nserver b\n'],
  ['ntp.conf', 'server a prefer\nserver b true\n', 'server a prefer\nserver b\n'],
  ['chrony.conf', 'server a\nserver b trust\n', 'server a\nserver b prefer\n'],
])('%s, %j: no second one is preferred', (path, text, without) =>
  expect(corrected(path, `${text}pool ntp.example\n`, 'forced-source')).toContain(without),
)

test.each([
  ['/etc/ntp.conf', 'tos minclock 4 minsane 3\nserver a\n', 'tos minclock 4 minsane 1\nserver a\n'],
  [
    '/etc/ntp.conf',
    'server a\ntos  minsane 3\tmindist 0.05 # own\n',
    'server a\ntos  minsane 1\tmindist 0.05 # own\n',
  ],
  ['/etc/chrony.conf', 'server a\n  minsources   2\n', 'server a\n  minsources   1\n'],
  [
    '/etc/ntpd-rs/ntp.toml',
    '[[source]]\nmode = "server"\naddress = "a"\n[synchronization]\nminimum-agreeing-sources=3 # own\n',
    '[[source]]\nmode = "server"\naddress = "a"\n[synchronization]\nminimum-agreeing-sources=1 # own\n',
  ],
])('%s, %j: of how many must agree the number alone is lowered', (path, before, after) =>
  expect(corrected(path, before, 'never-agrees')).toBe(after),
)

test.each([
  [
    'statistics peerstats\nstatsdir "mine" # kept\n',
    'statistics peerstats\nstatsdir "/var/log/ntpstats/" # kept\n',
  ],
  [
    'statistics peerstats\nstatsdir /s/\nfilegen peerstats file p type none nolink disable # kept\n',
    'statistics peerstats\nstatsdir /s/\nfilegen peerstats file p type day nolink enable # kept\n',
  ],
  [
    'statistics clockstats # kept\nstatsdir /s/\n',
    'statistics loopstats peerstats clockstats # kept\nstatsdir /s/\n',
  ],
])('ntp.conf, %j: where statistics go one word decides', (before, after) =>
  expect(corrected('/etc/ntp.conf', `server a\n${before}`, 'statistics-go-nowhere')).toBe(
    `server a\n${after}`,
  ),
)

test('ntp.toml: a limit that is lifted keeps its comment', () => {
  const conf = (limit: string) =>
    `[[source]]\nmode = "pool"\naddress = "a"\n[synchronization]\n  single-step-panic-threshold = ${limit} # own\n`
  expect(corrected('/etc/ntpd-rs/ntp.toml', conf('30'), 'panic-exit-ahead')).toContain(
    conf('{ forward = "inf", backward = 30 }'),
  )
})
