/** systemd-timesyncd whose built-in servers are taken away: whom it asks is said by the network alone, and what lies in /run is on no disk. */
import { expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { lint } from '../lint/lint.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'

const EMPTIED = '[Time]\nFallbackNTP=\n'
const NAME = 'usr/lib/systemd/system/systemd-timesyncd.service'

function found(members: Readonly<Record<string, Member>>) {
  const files = memoryFiles({
    'proc/cpuinfo': 'flags\t\t: fpu tsc\n',
    'sys/class/dmi/id/sys_vendor': 'Dell Inc.\n',
    'usr/lib/systemd/systemd-timesyncd': '',
    [NAME]: '[Service]\nExecStart=!!/lib/systemd/systemd-timesyncd\n',
    'etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service': { link: `/${NAME}` },
    'etc/systemd/timesyncd.conf': EMPTIED,
    ...members,
  })
  const inventory = takeInventory(files)
  const subject = { inventory, live: undefined, prospect: undefined }
  return checkMachine(subject, lintMachine(inventory, files)).map(
    ({ severity, name }) => `${severity} ${name}`,
  )
}

const NO_RUN = { 'proc/cmdline': 'quiet\n' }
const RUNNING = { ...NO_RUN, 'run/systemd/system': { directory: true } } as const

test.each([
  ['of a disk nobody knows', {}, ['note copy-incomplete']],
  ['nor of what ran, where /run was left out', NO_RUN, ['note copy-incomplete']],
  ['what ran asked nobody', RUNNING, ['critical no-source']],
  [
    'networkd had none from DHCP',
    { ...RUNNING, 'run/systemd/netif/state': 'OPER_STATE=routable\nDNS=192.0.2.53\nNTP=\n' },
    ['critical no-source'],
  ],
  [
    'DHCP named one',
    { ...RUNNING, 'run/systemd/netif/state': 'OPER_STATE=routable\nNTP=192.0.2.1 192.0.2.2\n' },
    [],
  ],
  ['a drop-in names one', { 'etc/systemd/timesyncd.conf.d/a.conf': '[Time]\nNTP=a.example b.example\n' }, []],
])('%s', (_, members, expected) => expect(found(members)).toEqual(expected))

test('a key that was taken for `NTP=` is told beside', () => {
  const text = `${EMPTIED}NTPServers=192.0.2.1\n`
  const findings = lint([{ path: '/etc/systemd/timesyncd.conf', text }])
  expect(findings.map(({ name, evidence }) => [name, evidence[0]!.line])).toEqual([
    ['no-source', 2],
    ['misspelt', 3],
  ])
  expect(findings[1]!.remedy.edits).toMatchObject([{ line: 3, text: 'NTP=192.0.2.1' }])
})
