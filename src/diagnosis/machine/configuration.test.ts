/** Which files of a machine are judged, and as what. */
import { expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { lintMachine } from './configuration.ts'

const SERVERS = ['a', 'b', 'c', 'd'].map(name => `server ${name}.example.net iburst\n`).join('')
/** Debian's file begins so. */
const NAMES_MORE = 'confdir /etc/chrony/conf.d\nsourcedir /etc/chrony/sources.d\n'

const namesIn = (conf: string, more: Record<string, Member> = {}): string[] => {
  const files = memoryFiles({
    'usr/sbin/chronyd': '',
    'sys/class/dmi/id/sys_vendor': 'QEMU\n',
    'etc/chrony/chrony.conf': conf,
    'lib/systemd/system/chrony.service': '[Service]\nExecStart=/usr/sbin/chronyd\n',
    'etc/systemd/system/multi-user.target.wants/chrony.service': {
      link: '/lib/systemd/system/chrony.service',
    },
    ...more,
  })
  return lintMachine(takeInventory(files), files).map(({ name }) => name)
}

test('of a whole machine all files are known that others name', () => {
  expect(namesIn(NAMES_MORE + SERVERS)).toEqual(['never-steps'])
  expect(namesIn(NAMES_MORE + SERVERS, { 'etc/chrony/conf.d/step.conf': 'makestep 1 -1\n' })).toEqual([])
})

test('a file that chronyd is told to include has to be there', () => {
  const included = (path: string, more: Record<string, Member> = {}) =>
    namesIn(`${SERVERS}makestep 1 -1\ninclude ${path}\n`, more)
  const gone = '/etc/chrony/local.conf'
  expect(included(gone)).toEqual(['chronyd-refuses'])
  expect(included(gone, { [gone]: 'rtcsync\n' })).toEqual([])
})

test('what a daemon reads is judged wherever it lies, and whatever its name', () => {
  const two = 'server a.example.net iburst\nserver b.example.net iburst\n'
  const running = (path: string): Record<string, Member> => ({
    'proc/88/comm': 'chronyd\n',
    'proc/88/cmdline': `/usr/sbin/chronyd\0-f\0${path}`,
  })
  for (const path of ['/opt/site/chrony.conf', '/nix/store/9kjz-time', '/usr/local/etc/chrony.d/all.conf']) {
    expect(namesIn('', { [path]: `${two}makestep 1 -1\n`, ...running(path) }), path).toEqual(['two-sources'])
    const whole = namesIn(`makestep 1 -1\ninclude ${path}\n`, { [path]: SERVERS })
    expect(whole, path).toEqual([])
  }
  const below = '/usr/local/etc/chrony.d/servers.conf'
  expect(namesIn('makestep 1 -1\nconfdir /usr/local/etc/chrony.d\n', { [below]: two })).toEqual([
    'two-sources',
  ])
})

test('what should run and does not may be kept from it by its files', () => {
  const stopped = { 'proc/1/comm': 'systemd\n' }
  expect(namesIn(`${SERVERS}makestp 1 -1\n`, stopped)).toEqual(['misspelt'])
  const held = {
    ...stopped,
    'etc/systemd/system/chrony.service.d/a.conf': '[Unit]\nConditionVirtualization=no\n',
    'sys/hypervisor/type': 'xen\n',
  }
  expect(namesIn(`${SERVERS}makestp 1 -1\n`, held)).not.toContain('misspelt')
})

test('options in a file of any name are those of the daemon whose unit reads it', () => {
  const unit =
    '[Service]\nEnvironmentFile=-/etc/default/chrony\nEnvironmentFile=/etc/sysconfig/time-corp\nExecStart=/usr/sbin/chronyd $OPTIONS\n'
  const files = memoryFiles({
    'usr/sbin/chronyd': '',
    'etc/chrony/chrony.conf': `${SERVERS}makestep 1 -1\n`,
    'etc/default/chrony': 'OPTIONS="-F 1"\n',
    'etc/sysconfig/time-corp': '# of the site\nOPTIONS="-x"\nOTHER=-q\n',
    'lib/systemd/system/chrony.service': unit,
    'etc/systemd/system/multi-user.target.wants/chrony.service': {
      link: '/lib/systemd/system/chrony.service',
    },
  })
  const [finding, ...more] = lintMachine(takeInventory(files), files)
  expect(more).toEqual([])
  expect(finding).toMatchObject({
    name: 'clock-not-disciplined',
    evidence: [{ path: '/etc/sysconfig/time-corp', line: 2 }],
  })
})
