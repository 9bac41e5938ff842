import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { BYTE_ORDER_MARK } from '#dialects/named-source.ts'
import { takeInventory } from '../../inventory/inventory.ts'
import { lintMachine } from '../../machine/configuration.ts'
import { mergeEdits } from '../../repair/edit.ts'
import { lint } from '../lint.ts'

const marks = (path: string, text: string) =>
  lint([{ path, text }]).filter(({ name }) => name === 'unknown-directive')

// `chronyd -p -f FILE` of 4.3 says of both "Invalid directive at line 1", and ends.
test.each([
  ['chrony.conf', 'pool p iburst\n', 'critical'],
  ['chrony.conf', '# our servers\npool p iburst\n', 'critical'],
  ['chrony.conf', '\npool p iburst\n', 'critical'],
  ['etc/chrony/sources.d/a.sources', 'server a iburst\n', 'warning'],
  ['ntp.conf', 'tinker panic 0\nserver a iburst\n', 'warning'],
  ['etc/openntpd/ntpd.conf', 'servers pool.ntp.org\n', 'critical'],
  ['etc/sysctl.conf', 'xen.independent_wallclock = 1\n', 'warning'],
  ['etc/sysconfig/ntpd', 'OPTIONS="-g"\n', 'warning'],
  ['etc/default/chrony', 'DAEMON_OPTS="-F 1"\n', 'warning'],
  ['etc/default/grub', 'GRUB_CMDLINE_LINUX="quiet"\n', 'warning'],
  ['etc/default/grub', '# Run update-grub.\nGRUB_CMDLINE_LINUX="quiet"\n', 'warning'],
])('before %s: %j', (path, text, severity) => {
  expect(marks(path, text)).toEqual([])
  const found = marks(path, BYTE_ORDER_MARK + text)
  expect(found).toMatchObject([{ severity }])
  const bytes = `\xef\xbb\xbf${text}`
  expect(mergeEdits(bytes, [found[0]!.remedy.edits!]).text).toBe(text)
})

test.each([
  ['ntp.conf', '# our servers\nserver a iburst\n'],
  ['etc/chrony/sources.d/a.sources', '# our servers\nserver a iburst\n'],
  ['timesyncd.conf', '[Time]\nNTP=a\n'],
  ['etc/sysctl.conf', '# Kernel sysctl configuration file\nxen.independent_wallclock = 1\n'],
  ['etc/sysctl.d/90-xen.conf', '; by hand\nxen.independent_wallclock = 1\n'],
  ['etc/sysconfig/ntpd', '# Command line options for ntpd\nOPTIONS="-g"\n'],
  ['etc/ntpd-rs/ntp.toml', '[[source]]\nmode = "server"\naddress = "a"\n'],
])('in %s it costs nothing before %j', (path, text) =>
  expect(marks(path, BYTE_ORDER_MARK + text)).toEqual([]),
)

test('another change of that line is made beside it', () => {
  const text = 'server a\nserver b\nserver c\nserver d\n'
  const groups = lint([{ path: 'chrony.conf', text: BYTE_ORDER_MARK + text }])
    .filter(({ name }) => name === 'unknown-directive' || name === 'no-iburst')
    .map(({ remedy }) => remedy.edits ?? [])
  expect(groups).toHaveLength(2)
  const { text: after, refused } = mergeEdits(`\xef\xbb\xbf${text}`, groups)
  expect(refused).toEqual([])
  expect(after).toBe(text.replaceAll('\n', ' iburst\n'))
})

test('what stands behind it is not said', () => {
  const files = (mark: string) =>
    memoryFiles({
      'usr/sbin/ntpd': '',
      'etc/ntp.conf': 'server a iburst\n',
      'etc/sysctl.conf': `${mark}xen.independent_wallclock = 1\n`,
      'etc/sysconfig/ntpd': `${mark}OPTIONS="-x"\n`,
      'etc/default/grub': `${mark}GRUB_CMDLINE_LINUX="clocksource=hpet"\n`,
      'etc/init.d/ntpd': '#!/bin/sh\n',
      'etc/rc.d/rc3.d/S58ntpd': { link: '../../init.d/ntpd' },
    })
  const said = (mark: string) => {
    const inventory = takeInventory(files(mark))
    return {
      wallclock: inventory.sysctls.find(({ name }) => name === 'xen.independent_wallclock')?.set.length ?? 0,
      words: inventory.daemons.find(({ name }) => name === 'ntpd')?.unit?.starts?.value.slice(1),
      marks: lintMachine(inventory, files(mark))
        .filter(({ name }) => name === 'unknown-directive')
        .map(({ evidence: [at] }) => at?.path)
        .sort(),
    }
  }
  expect(said('')).toEqual({ wallclock: 1, words: ['-x'], marks: [] })
  expect(said(BYTE_ORDER_MARK)).toEqual({
    wallclock: 0,
    words: [],
    marks: ['/etc/default/grub', '/etc/sysconfig/ntpd', '/etc/sysctl.conf'],
  })
})

test('systemd takes the first name for another one, too', () => {
  const inventory = takeInventory(
    memoryFiles({
      'usr/sbin/chronyd': '',
      'etc/chrony.conf': 'pool a iburst\n',
      'etc/sysconfig/chronyd': `${BYTE_ORDER_MARK}OPTIONS="-x"\n`,
      'usr/lib/systemd/system/chronyd.service':
        '[Service]\nEnvironmentFile=-/etc/sysconfig/chronyd\nExecStart=/usr/sbin/chronyd $OPTIONS\n',
    }),
  )
  const starts = inventory.daemons.find(({ name }) => name === 'chronyd')?.unit?.starts
  expect(starts?.value).toEqual(['/usr/sbin/chronyd'])
  expect(starts?.evidence.map(({ path }) => path)).toContain('/etc/sysconfig/chronyd')
})
