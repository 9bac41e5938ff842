/**
 * The grammar of chrony.conf against chronyd itself: what it refuses to start with is something critical, and what it takes is
 * not. `chronyd -p` reads a file, prints it, and ends: it neither binds a port nor touches the clock.
 */
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lint } from '#diagnosis/lint/lint.ts'
import { CHRONYD, haveDaemons } from '../support/daemons.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clockwright-lint-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const chronydTakes = (line: string): boolean => {
  const file = join(folder, 'chrony.conf')
  writeFileSync(file, `${line}\n`)
  return spawnSync(CHRONYD, ['-p', '-f', file]).status === 0
}
const WORDS = /^(?:unknown|misspelt|wrong|not-in)/
const lintTakes = (line: string): boolean =>
  !lint([{ path: 'chrony.conf', text: `${line}\n` }], {
    daemons: [{ name: 'chronyd', version: '4.3' }],
  }).some(({ name, severity }) => severity === 'critical' && WORDS.test(name))

describe.skipIf(!haveDaemons)('chronyd 4.3 and the linter agree', () => {
  test.each([
    'server 192.0.2.1 iburst minpoll 4 maxpoll 6 prefer trust require noselect xleave',
    'server 192.0.2.1 ibrust',
    'server 192.0.2.1 iburst # a comment',
    'server 192.0.2.1 minpoll',
    'server 192.0.2.1 minpoll four',
    'server 192.0.2.1 nts ntsport 4460 certset 1',
    'server 192.0.2.1 maxunreach 4',
    'server 192.0.2.1 maxdelayquant 0.2',
    'server 192.0.2.1 ipv4',
    'server',
    'SERVER 192.0.2.1 IBURST',
    'servr 192.0.2.1',
    'pool pool.ntp.org maxsources 4',
    'makestep 1 3',
    'makestep 1',
    'makestep one 3',
    'makestep 1 3 5',
    'maxchange 1000 1 2',
    'driftfile /var/lib/chrony/drift',
    'driftfile /var/lib/chrony/drift interval 60',
    'rtcsync',
    'rtcsync on',
    'local stratum 10 orphan',
    'local stratum ten',
    'local activate 0.5',
    'refclock PHC /dev/ptp0 poll 2 dpoll -2 offset 0 stratum 2',
    'refclock PHC /dev/ptp0 pol 2',
    'refclock PHC',
    'hwtimestamp eth0 rxfilter ptp minpoll 0',
    'hwtimestamp eth0 rxfilter pts',
    'hwtstimeout 0.001',
    'log measurements statistics tracking selection',
    'log mesurements',
    'leapsecmode slew',
    'leapsecmode smear',
    'authselectmode mix',
    'smoothtime 400 0.01 leaponly',
    'smoothtime 400',
    'bindaddress 192.0.2.1',
    'bindaddress 192.0.2.0/24',
    'allow 192.0.2.0/24',
    'allow all',
    'ratelimit interval 1 burst 16',
    'ratelimit kod 2',
    'ntsaeads 30',
    'opencommands tracking',
    'maxstratum 5',
    'generatecommandkey',
    'confdir /etc/chrony/conf.d',
    'confdir',
    'local stratum 99',
    'local stratum 0',
    'local orphan stratum 15',
    'refclock PHC /dev/ptp0 refid LONGER',
    'refclock PHC /dev/ptp0 refid KVM0 stratum 15',
    'refclock PHC /dev/ptp0 lock LONGER',
    'refclock PHC /dev/ptp0 stratum 16',
    'server 192.0.2.1 key 0',
    'server 192.0.2.1 minpoll 30',
    'bindcmdaddress here',
    'bindcmdaddress /run/chrony/chronyd.sock',
    'allow here and there',
    'port 99999',
    '! a comment of another kind',
  ])('%s', line => expect(lintTakes(line)).toBe(chronydTakes(line)))

  // What they include is not on this machine.
  test.each(globSync('test/vectors/**/chrony.conf').sort())('%s as a whole', path => {
    const text = readFileSync(path, 'utf8').replace(/^\s*include\s.*$/gim, '')
    expect(lintTakes(text)).toBe(chronydTakes(text))
  })
})
