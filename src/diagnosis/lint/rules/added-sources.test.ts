import { expect, test } from 'vitest'
import { withEdits } from '../../../../test/support/edits.ts'
import type { About } from '../about.ts'
import { lint } from '../lint.ts'

const TWO = 'server 10.0.0.1 iburst\nserver 10.0.0.2 iburst\n'
const EXCEPTED = 'restrict 10.0.0.1 nomodify\nrestrict 10.0.0.2 nomodify\n'
const CLOSED = 'restrict default kod limited nomodify notrap nopeer noquery\n'
const OPEN = 'restrict default kod limited nomodify notrap noquery\n'
const DEAF = `restrict default ignore\n${EXCEPTED}`
const LET_IN = 'restrict source notrap nomodify noquery\n'

const POOL = 'pool pool.ntp.org iburst\n'
const SERVERS = [0, 1, 2, 3].map(each => `server ${each}.pool.ntp.org iburst\n`).join('')

const ntpd = (version: string): About => ({ hypervisor: 'none', daemons: [{ name: 'ntpd', version }] })
const NTPSEC: About = { hypervisor: 'none', daemons: [{ name: 'ntpsec', version: '1.2.2' }] }
const UNKNOWN: About = { hypervisor: 'none', daemons: [{ name: 'ntpd' }] }

const findingsOf = (text: string, about: About) => lint([{ path: 'etc/ntp.conf', text }], about)
const mended = (text: string, about: About, names: readonly string[]) =>
  withEdits(
    [{ path: 'etc/ntp.conf', text }],
    findingsOf(text, about).flatMap(({ name, remedy }) => (names.includes(name) ? (remedy.edits ?? []) : [])),
  )[0]!.text

test.each<[string, About, string, string, string]>([
  ['nopeer', ntpd('4.2.8p15'), CLOSED, POOL, CLOSED + LET_IN],
  ['nopeer, twice', ntpd('4.2.8p15'), `${CLOSED}restrict ::1\n`, POOL, `${CLOSED}${LET_IN}restrict ::1\n`],
  ['nopeer, and no `restrict source` yet', ntpd('4.2.7p11'), CLOSED, SERVERS, CLOSED],
  ['nopeer, which refuses nothing yet', ntpd('4.2.6p5'), CLOSED, POOL, CLOSED],
  ['no pools yet', ntpd('4.2.4p8'), CLOSED, SERVERS, CLOSED],
  ['nobody knows the version', UNKNOWN, CLOSED, SERVERS, CLOSED],
  ['what is asked is let in already', ntpd('4.2.8p15'), CLOSED + LET_IN, POOL, CLOSED + LET_IN],
  [
    '`nopeer` of `restrict source`',
    ntpd('4.2.8p15'),
    `restrict source nopeer\n`,
    SERVERS,
    'restrict source nopeer\n',
  ],
  ['everybody is dropped', ntpd('4.2.8p15'), DEAF, POOL, DEAF.replace('ignore\n', `ignore\n${LET_IN}`)],
  ['nothing is restricted', ntpd('4.2.8p15'), '', POOL, ''],
  ['NTPsec', NTPSEC, CLOSED, POOL, CLOSED],
])('two servers, %s: those that are added are heard', (_, about, restrictions, added, left) => {
  const text = mended(TWO + restrictions, about, ['two-sources'])
  expect(text).toBe(TWO + added + left)
  expect(findingsOf(text, about).map(({ name }) => name)).not.toContain('restrict-drops-answers')
})

test('what is open is closed at the same time, and who is added is heard all the same', () => {
  const about = ntpd('4.2.8p15')
  const text = mended(TWO + OPEN, about, ['two-sources', 'restrict-default-open'])
  expect(text).toContain('nopeer')
  expect(findingsOf(text, about).map(({ name }) => name)).not.toContain('restrict-drops-answers')
})

test('where each needs an exception of its own nothing is written: nobody knows the addresses', () => {
  const [finding] = findingsOf(TWO + DEAF, ntpd('4.2.6p5')).filter(({ name }) => name === 'two-sources')
  expect(finding?.remedy.edits).toBeUndefined()
  expect(finding?.remedy.changes).toContain('restrict ADDRESS nomodify notrap nopeer noquery')
})

test('beside a clock that keeps leap seconds and a server that smears them nobody is added', () => {
  const text = 'refclock PHC /dev/ptp_ena poll 0 prefer\nserver 169.254.169.123 iburst\n'
  const [finding] = lint([{ path: 'chrony.conf', text }]).filter(({ name }) => name === 'single-source')
  expect(finding?.remedy.edits).toBeUndefined()
  expect(finding?.remedy.changes).toEqual([])
})
