/** What the hook of DHCP copies from a file is changed in both. */
import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { lintMachine } from '../machine/configuration.ts'
import { planRepair } from './plan.ts'
import { copiedFrom } from './written-by.ts'

const SOURCE = '/etc/ntpsec/ntp.conf'
const head = (source: string) =>
  `# This file was copied from ${source} with the server options changed\n# to reflect the information sent by the DHCP server.  Any changes made\n# here will be lost at the next DHCP event.  Edit ${source} instead.\n`
const SERVERS = [1, 2, 3, 4].map(each => `server 10.0.0.${each} iburst\n`).join('')
const REST = 'driftfile /var/lib/ntpsec/ntp.drift\nrestrict 127.0.0.1\n'
const POOLS = 'pool 0.example iburst\n'

function plan(copy: string, text: string, other = '') {
  const files = memoryFiles({
    'proc/cpuinfo': 'flags\t\t: fpu hypervisor\n',
    'sys/class/dmi/id/sys_vendor': 'QEMU\n',
    'usr/sbin/ntpd': '',
    'proc/600/comm': 'ntpd\n',
    'proc/600/cmdline': `/usr/sbin/ntpd\0-g\0-c\0${copy}`,
    [copy.slice(1)]: `${head(SOURCE)}${SERVERS}${text}`,
    ...(other && { [SOURCE.slice(1)]: other }),
  })
  const inventory = takeInventory(files)
  const found = lintMachine(inventory, files).filter(({ name }) =>
    /^(?:panic|restrict-drops|misspelt)/.test(name),
  )
  const { steps, advice } = planRepair(found, inventory, {
    content(path) {
      const read = files.read(path)
      return read.kind === 'read' ? { kind: 'read', bytes: read.text } : { kind: 'absent' }
    },
    live: true,
    services: 'systemd',
  })
  const changes = steps.flatMap(({ change, risk }) =>
    change.kind === 'file' ? [{ path: change.path, after: change.after, risk }] : [],
  )
  return { changes, advice, titles: steps.map(({ title }) => title) }
}

test.each(['/run/ntpsec/ntp.conf.dhcp', '/var/lib/ntp/ntp.conf.dhcp'])('%s and its source', copy => {
  const { changes, advice, titles } = plan(copy, REST, `${POOLS}${REST}`)
  expect(changes.map(({ path, after }) => [path, after])).toEqual([
    [copy, `tinker panic 0\n${head(SOURCE)}${SERVERS}${REST}`],
    [SOURCE, `tinker panic 0\n${POOLS}${REST}`],
  ])
  expect(changes.map(({ risk }) => risk).join()).not.toContain('comes back')
  expect(titles.filter(title => title.startsWith('Restart'))).toHaveLength(1)
  expect(advice).toEqual([])
})

test('a line is found where it stands in the source', () => {
  const text = `tinker panic 0\n${REST}restrct ::1\n`
  const { changes } = plan('/run/ntpsec/ntp.conf.dhcp', text, `${POOLS}${text}`)
  expect(changes.map(({ path }) => path)).toEqual(['/run/ntpsec/ntp.conf.dhcp', SOURCE])
  const [, source] = changes
  expect(source?.after).toBe(`${POOLS}tinker panic 0\n${REST}restrict ::1\n`)
})

test('what stands there already is not written twice, and a source that is not there is not made', () => {
  const paths = (other: string) =>
    plan('/var/lib/ntp/ntp.conf.dhcp', REST, other).changes.map(({ path }) => path)
  expect(paths(`tinker panic 0\n${POOLS}${REST}`)).toEqual(['/var/lib/ntp/ntp.conf.dhcp'])
  expect(paths('')).toEqual(['/var/lib/ntp/ntp.conf.dhcp'])
  expect(plan('/run/ntpsec/ntp.conf.dhcp', REST).changes).toEqual([])
})

test('only a head that says so names a source, and only a configuration', () => {
  expect(copiedFrom(head('/etc/ntp.conf'))).toBe('/etc/ntp.conf')
  expect(copiedFrom(head('/etc/shadow'))).toBeUndefined()
  expect(copiedFrom('# copied from /etc/ntp.conf of the old machine\n')).toBeUndefined()
})
