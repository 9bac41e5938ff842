/** What runs and what is written differ until somebody starts the daemon anew: which of the two is told of, and what is to be done. */
import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import type { Finding } from '../finding.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'

const SERVERS = ['a', 'b', 'c', 'd'].map(name => `server ${name}.example.net iburst\n`).join('')
const UNIT = 'usr/lib/systemd/system/ntpd.service'

const STARTED = '/usr/sbin/ntpd -u ntp:ntp $OPTIONS'

function found(written: string, runs: string | undefined, conf = true, start = STARTED): Finding[] {
  const files = memoryFiles({
    'usr/sbin/ntpd': '',
    'sys/class/dmi/id/sys_vendor': 'QEMU\n',
    ...(conf && { 'etc/ntp.conf': `tinker panic 0\n${SERVERS}` }),
    'etc/sysconfig/ntpd': `OPTIONS="${written}"\n`,
    [UNIT]: `[Service]\nEnvironmentFile=-/etc/sysconfig/ntpd\nExecStart=${start}\n`,
    'etc/systemd/system/multi-user.target.wants/ntpd.service': { link: `/${UNIT}` },
    ...(runs !== undefined && {
      'proc/1/comm': 'systemd\n',
      'proc/700/comm': 'ntpd\n',
      'proc/700/stat': '700 (ntpd) S 1\n',
      'proc/700/cmdline': `/usr/sbin/ntpd\0-u\0ntp:ntp\0${runs.replaceAll(' ', '\0')}\0`,
    }),
  })
  const inventory = takeInventory(files)
  const recovery = { median: 900, exits: 0, runs: 3 }
  const prospect = {
    pause: 4.3,
    model: 'ntpd',
    now: recovery,
    best: undefined,
    otherwise: undefined,
    remedy: undefined,
    keptFromStepping: false,
  }
  return checkMachine(
    { inventory, live: undefined, prospect: prospect as never },
    lintMachine(inventory, files),
  )
}

const slewOnly = (written: string, runs: string) =>
  found(written, runs).find(({ name }) => name === 'slew-only')

test('what it runs with and no file says ends with a restart', () => {
  const finding = slewOnly('-g', '-g -x')
  expect(finding?.remedy).toMatchObject({
    text: 'Restart ntpd: its files do not say `-x`, so that it comes back without.',
    actions: [],
    changes: [],
  })
})

test('what a script of somebody gives it comes back with a restart, too', () => {
  const finding = found('-g', '-g -x', true, '/usr/local/bin/start-ntpd.sh').find(
    ({ name }) => name === 'slew-only',
  )
  expect(finding?.remedy).toMatchObject({
    text: 'Take `-x` out of what /usr/local/bin/start-ntpd.sh starts, and restart ntpd.',
    actions: [],
  })
})

test('what the files say and it runs without begins with its next start', () => {
  const finding = slewOnly('-g -x', '-g')
  expect(finding?.cost).toMatch(/^It runs without `-x` as yet, .* leaves the clock wrong for 2\.4 h/)
  expect(finding?.evidence.map(({ path }) => path)).toEqual(['/etc/sysconfig/ntpd', '/proc/700/cmdline'])
  expect(finding?.remedy.changes).toEqual(['OPTIONS="-g"'])
})

test('what both say is of the files, and is played', () => {
  expect(slewOnly('-g -x', '-g -x')?.cost).toMatch(/^A pause of 4\.30 s would leave this guest wrong/)
  expect(slewOnly('-g', '-g')).toBeUndefined()
})

test('that nobody stays is known without the rest of the configuration', () => {
  const names = (written: string) => found(written, undefined, false).map(({ name }) => name)
  expect(names('-g -q')).toContain('no-daemon')
  expect(names('-g')).not.toContain('no-daemon')
})
