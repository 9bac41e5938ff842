/** A poor counter that somebody chose: every place that says so is named, and what the next boot reads is mended. */
import { describe, expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { lint } from '../lint/lint.ts'
import { planRepair } from '../repair/plan.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'

const SYS = 'sys/devices/system/clocksource/clocksource0'
const GRUB = 'menuentry "Debian" {\n\tlinux /vmlinuz-6.1.0-18-amd64 root=/dev/vda1 ro'
const guest = (words: string): Record<string, string> => ({
  'proc/cpuinfo': 'flags\t\t: fpu hypervisor\n',
  'sys/class/dmi/id/sys_vendor': 'QEMU\n',
  'sys/hypervisor/type': '',
  [`${SYS}/current_clocksource`]: 'acpi_pm\n',
  [`${SYS}/available_clocksource`]: 'kvm-clock tsc acpi_pm\n',
  'proc/cmdline': `root=/dev/vda1 ro${words}\n`,
  'etc/default/grub': `GRUB_CMDLINE_LINUX="quiet${words}"\n`,
  'boot/grub/grub.cfg': `${GRUB}${words}\n}\n`,
})

function look(members: Readonly<Record<string, Member>>) {
  const files = memoryFiles(members)
  const inventory = takeInventory(files)
  const [finding, ...more] = checkMachine(
    { inventory, live: undefined, prospect: undefined },
    lintMachine(inventory, files),
  ).filter(({ name }) => name === 'poor-clocksource')
  const plan = planRepair([...(finding ? [finding] : []), ...more], inventory, {
    content: path => ({ kind: 'read', bytes: String(members[path.slice(1)]) }),
    live: true,
    services: 'systemd',
  })
  return {
    paths: [finding, ...more].flatMap(each => each?.evidence.map(({ path }) => path) ?? []),
    cause: finding?.causes[0]?.what,
    text: finding?.remedy.text,
    changes: finding?.remedy.changes,
    advice: plan.advice,
    written: new Map(
      plan.steps.map(({ change }) => [
        'path' in change ? change.path : '',
        'after' in change ? change.after : '',
      ]),
    ),
  }
}

test('on the command line', () => {
  const { paths, cause, written } = look(guest(' clocksource=acpi_pm'))
  for (const path of ['/proc/cmdline', '/etc/default/grub', '/boot/grub/grub.cfg'])
    expect(paths).toContain(path)
  expect(cause).toBe('somebody chose it on the command line')
  expect(written.get('/etc/default/grub')).toBe('GRUB_CMDLINE_LINUX="quiet"\n')
  expect(written.get('/boot/grub/grub.cfg')).toBe(`${GRUB}\n}\n`)
  expect(written.get(`/${SYS}/current_clocksource`)).toBe('kvm-clock')
})

describe('by what the start of the machine runs', () => {
  const ECHO = `echo hpet > /${SYS}/current_clocksource`
  const running = (counter: string): Record<string, Member> => ({
    ...guest(''),
    [`${SYS}/current_clocksource`]: `${counter}\n`,
  })
  const UNIT = '/etc/systemd/system/counter.service'

  test.each<[string, Record<string, Member>]>([
    ['/etc/rc.local', { 'etc/rc.local': `#!/bin/sh\n${ECHO}\nexit 0\n` }],
    ['/etc/init.d/boot.local', { 'etc/init.d/boot.local': `#! /bin/sh\n${ECHO}\n` }],
    ['/etc/local.d/clock.start', { 'etc/local.d/clock.start': `#!/bin/sh\n${ECHO}\n` }],
    ['/etc/cron.d/clock', { 'etc/cron.d/clock': `@reboot root ${ECHO}\n` }],
    ['/var/spool/cron/root', { 'var/spool/cron/root': `@reboot ${ECHO}\n` }],
    [
      '/etc/init.d/counter',
      {
        'etc/init.d/counter': `#!/bin/sh\ncase "$1" in\n start)\n  ${ECHO}\n  ;;\n stop) echo tsc > /${SYS}/current_clocksource ;;\nesac\n`,
        'etc/rc3.d/S99counter': { link: '../init.d/counter' },
      },
    ],
    [
      UNIT,
      {
        [UNIT.slice(1)]: `[Service]\nType=oneshot\nExecStart=/bin/sh -c '${ECHO}'\n`,
        'etc/systemd/system/multi-user.target.wants/counter.service': { link: UNIT },
      },
    ],
  ])('%s', (path, members) => {
    const now = look({ ...running('hpet'), ...members })
    expect(now.paths).toContain(path)
    expect(now.cause).toBe('a script chose it')
    expect(now.advice.map(each => ('where' in each ? each.where : '')).join()).toContain(path)
    const { [`${SYS}/current_clocksource`]: _, ...disk } = running('hpet')
    expect(look({ ...disk, ...members }).paths).toEqual([path])
    expect(look({ ...running('kvm-clock'), ...members }).paths).toContain(path)
  })

  test.each<[string, Record<string, Member>]>([
    ['behind the end', { 'etc/rc.local': `#!/bin/sh\nexit 0\n${ECHO}\n` }],
    ['when it is stopped', { 'etc/local.d/clock.stop': `#!/bin/sh\n${ECHO}\n` }],
    ['a script that nothing starts', { 'etc/init.d/counter': `#!/bin/sh\n${ECHO}\n` }],
    ['every day', { 'etc/cron.d/clock': `0 0 * * * root ${ECHO}\n` }],
    ['of somebody else', { 'var/spool/cron/crontabs/joe': `@reboot ${ECHO}\n` }],
    ['a good one', { 'etc/rc.local': `#!/bin/sh\necho tsc > /${SYS}/current_clocksource\n` }],
  ])('not: %s', (_, members) => expect(look({ ...running('kvm-clock'), ...members }).paths).toEqual([]))
})

test('not on the command line', () => {
  const { cause, text, written } = look(guest(''))
  expect(cause).toContain('gave the better one up')
  expect(text).toBe('Switch to kvm-clock.')
  expect([...written.keys()]).toEqual([`/${SYS}/current_clocksource`])
})

test('only for the next boot', () => {
  const members = { ...guest(' clocksource=hpet no-kvmclock'), [`${SYS}/current_clocksource`]: 'kvm-clock\n' }
  const { paths, written } = look(members)
  expect(new Set(paths)).toEqual(new Set(['/etc/default/grub', '/boot/grub/grub.cfg']))
  expect(written.get('/etc/default/grub')).toBe('GRUB_CMDLINE_LINUX="quiet"\n')
})

describe('kept in grubenv for all entries of the boot loader', () => {
  const rhel8 = (words: string): Record<string, string> => ({
    ...guest(words),
    'boot/grub/grub.cfg': 'set default="$saved_entry"\nblscfg\n',
    'boot/grub2/grubenv': `# GRUB Environment Block\nsaved_entry=a-4.18\nkernelopts=root=/dev/vda1 ro${words} quiet \n####`,
    'boot/loader/entries/a-4.18.conf': 'title RHEL\nlinux /vmlinuz-4.18\noptions $kernelopts $tuned_params\n',
  })
  const line = 'grubby --update-kernel=ALL --remove-args="clocksource=hpet"'
  test('it is left to grubby, and the settings are mended besides', () => {
    const { paths, written, advice, changes } = look(rhel8(' clocksource=hpet'))
    expect(paths).toContain('/boot/grub2/grubenv')
    expect(written.get('/etc/default/grub')).toBe('GRUB_CMDLINE_LINUX="quiet"\n')
    expect([...written.keys()]).not.toContain('/boot/grub2/grubenv')
    expect(advice.flatMap(({ lines }) => lines)).toEqual([line])
    expect(changes).toContain(line)
  })
  test('also when the settings are right, and the machine runs with another', () => {
    const settings = { 'etc/default/grub': 'GRUB_CMDLINE_LINUX="quiet"\n', 'proc/cmdline': 'ro\n' }
    const running = { [`${SYS}/current_clocksource`]: 'kvm-clock\n' }
    const { paths, advice } = look({ ...rhel8(' clocksource=hpet'), ...settings, ...running })
    expect(paths).toEqual(['/boot/grub2/grubenv'])
    expect(advice.flatMap(({ lines }) => lines)).toEqual([line])
  })
  test('nothing is said where no entry takes it from there', () => {
    const running = { [`${SYS}/current_clocksource`]: 'kvm-clock\n' }
    const entry = { 'boot/loader/entries/a-4.18.conf': 'title RHEL\nlinux /vmlinuz-4.18\noptions ro\n' }
    const members = { ...rhel8(' clocksource=hpet'), 'etc/default/grub': '', 'proc/cmdline': 'ro\n' }
    expect(look({ ...members, ...running, ...entry }).paths).toEqual([])
  })
})

describe('kept by tuned for all entries', () => {
  const entry = (options: string) => `title RHEL\nlinux /vmlinuz-5.14\noptions ${options}\n`
  const rhel9 = (options: string): Record<string, string> => ({
    ...guest(''),
    [`${SYS}/current_clocksource`]: 'kvm-clock\n',
    'boot/grub/grub.cfg': 'set default="$saved_entry"\nblscfg\n',
    'boot/grub2/grubenv':
      '# GRUB Environment Block\nsaved_entry=a-5.14\ntuned_params=skew_tick=1 clocksource=hpet\n####',
    'boot/loader/entries/a-5.14.conf': entry(options),
  })
  test.each([['root=/dev/vda1 ro $tuned_params'], ['$kernelopts $tuned_params']])(
    'its profile is what is to be changed: %s',
    options => {
      const { paths, advice, written } = look(rhel9(options))
      expect(paths).toEqual(['/boot/grub2/grubenv'])
      expect(advice.flatMap(({ lines }) => lines)[0]).toBe('without clocksource=hpet')
      expect([...written.keys()]).toEqual([])
    },
  )
  test('nothing is said where no entry takes it', () =>
    expect(look(rhel9('root=/dev/vda1 ro')).paths).toEqual([]))
  test('a menu may set it, too, as on Red Hat’s 7', () => {
    const menu = (words: string) =>
      `set tuned_params="${words}"\nmenuentry "RHEL" {\n\tlinux16 /vmlinuz-3.10 root=/dev/vda1 $tuned_params\n}\n`
    const members = { ...guest(' clocksource=acpi_pm'), 'etc/default/grub': '' }
    const paths = (words: string) => look({ ...members, 'boot/grub/grub.cfg': menu(words) }).paths
    expect(paths('clocksource=acpi_pm')).toContain('/boot/grub/grub.cfg')
    expect(paths('')).not.toContain('/boot/grub/grub.cfg')
  })
})

const names = (text: string, hypervisor: string, kernel?: string) =>
  lint([{ path: 'proc/cmdline', text }], { hypervisor, kernel }).map(({ name }) => name)

test('what the linter says of it', () => {
  expect(names('ro clocksource=hpet no-kvmclock', 'kvm')).toEqual(['poor-clocksource'])
  expect(names('ro clocksource=hpet no-kvmclock', 'none')).toEqual([])
  expect(names('ro clocksource=tsc', 'vmware')).toEqual([])
  expect(names('ro tsc=relaible', 'kvm')).toEqual(['misspelt'])
  expect(names('ro tsc=reliable', 'kvm')).toEqual([])
  // What was advised for kernels that count ticks.
  expect(names('ro clocksource=acpi_pm divider=10', 'vmware', '2.6.18-194.el5')).toEqual([])
})

test('notsc leaves a paravirtual counter as it is', () => {
  expect(names('ro notsc', 'kvm')).toEqual([])
  expect(names('ro notsc', 'hyperv')).toEqual([])
  expect(names('ro notsc', 'vmware')).toEqual(['poor-clocksource'])
})

describe('of old kernels no vendor wants the TSC', () => {
  const sources = { [`${SYS}/available_clocksource`]: 'acpi_pm jiffies tsc pit\n' }
  const onVmware = { 'sys/class/dmi/id/sys_vendor': 'VMware, Inc.\n' }
  const old = (release: string, words: string): Record<string, string> => ({
    'proc/cpuinfo': 'flags\t\t: fpu hypervisor\n',
    'sys/class/dmi/id/sys_vendor': 'QEMU\n',
    'sys/hypervisor/type': '',
    [`${SYS}/current_clocksource`]: 'acpi_pm\n',
    ...sources,
    'proc/sys/kernel/osrelease': `${release}\n`,
    'proc/cmdline': `ro root=LABEL=/ ${words}\n`,
    'boot/grub/grub.conf': `title RHEL\n\tkernel /vmlinuz-${release} ro root=LABEL=/ ${words}\n`,
  })
  test.each([
    ['2.6.18-128.el5', 'divider=10 clocksource=acpi_pm', onVmware],
    ['2.6.18-128.el5', 'notsc divider=10', onVmware],
    ['2.6.18-128.el5', '', {}],
    ['2.6.32-71.el6.x86_64', 'notsc', {}],
  ])('%s %s', (release, words, other) => {
    const { paths, written } = look({ ...old(release, words), ...other })
    expect(paths).toEqual([])
    expect(written.size).toBe(0)
  })
  test.each([
    // With 5.5 came kvm-clock.
    [
      '2.6.18-194.el5',
      { [`${SYS}/available_clocksource`]: 'kvm-clock acpi_pm jiffies tsc pit\n' },
      'kvm-clock',
    ],
    ['2.6.32-754.el6.x86_64', onVmware, 'tsc'],
  ])('%s has a better one', (release, other, better) => {
    const { written } = look({ ...old(release, ''), ...other })
    expect(written.get(`/${SYS}/current_clocksource`)).toBe(better)
  })
})

test.each([
  ['rhel', 'grubby --update-kernel=ALL --remove-args="clocksource=acpi_pm"'],
  ['debian', '/etc/default/grub: without clocksource=acpi_pm'],
])('on a command line whose boot loader is not in the copy, of %s', (id, line) => {
  const {
    'etc/default/grub': _,
    'boot/grub/grub.cfg': __,
    ...seen
  } = { ...guest(' clocksource=acpi_pm'), 'etc/os-release': `ID=${id}\nVERSION_ID="7"\n` } as Record<
    string,
    string
  >
  const { advice } = look(seen)
  expect(advice.flatMap(({ lines }) => lines)).toContain(line)
  expect(look({ ...seen, 'proc/cmdline': 'ro\n' }).advice).toEqual([])
  // What it reads at the next boot says nothing of it.
  expect(look({ ...seen, 'boot/grub/grub.cfg': `${GRUB}\n}\n` }).advice).toEqual([])
})

describe('in the settings of GRUB, whose menu is not in the copy', () => {
  const { 'boot/grub/grub.cfg': _, ...seen } = guest(' clocksource=acpi_pm') as Record<string, string>
  const advised = (members: Record<string, string>) =>
    look(members).advice.filter(({ title }) => title === 'Make the menu of GRUB anew')
  test.each([
    ['debian', '12', 'update-grub'],
    ['sles', '15.4', 'grub2-mkconfig -o /boot/grub2/grub.cfg'],
    ['rhel', '9.2', 'grubby --update-kernel=ALL --remove-args="clocksource=acpi_pm"'],
  ])('%s', (id, version, line) => {
    const system = { ...seen, 'etc/os-release': `ID=${id}\nVERSION_ID="${version}"\n` }
    // Also where the machine does not count with it, yet.
    for (const members of [system, { ...system, 'proc/cmdline': 'ro\n' }]) {
      expect(advised(members).map(({ lines }) => lines)).toEqual([[line]])
      expect(look(members).changes).toContain(line)
    }
  })
  test('where the menu is there, it is edited', () => {
    expect(advised(guest(' clocksource=acpi_pm'))).toEqual([])
  })
})

describe('nothing better is there', () => {
  const only = (source: string, more: Readonly<Record<string, Member>> = {}) =>
    look({
      ...guest(''),
      [`${SYS}/current_clocksource`]: `${source}\n`,
      [`${SYS}/available_clocksource`]: `${source}\n`,
      ...more,
    })
  const VMWARE = {
    'sys/class/dmi/id/sys_vendor': 'VMware, Inc.\n',
    'proc/sys/kernel/osrelease': '5.14.0-427.el9.x86_64\n',
  }
  const HYPERV = {
    'sys/class/dmi/id/sys_vendor': 'Microsoft Corporation\n',
    'sys/class/dmi/id/product_name': 'Virtual Machine\n',
  }
  test.each([
    ['jiffies', {}, 'kvm-clock'],
    ['acpi_pm', {}, 'kvm-clock'],
    ['acpi_pm', VMWARE, 'TSC'],
    ['acpi_pm', HYPERV, 'Hyper-V'],
  ])('%s %j', (source, more, offered) => {
    const { paths, text, cause } = only(source, more)
    expect(paths).toEqual([`/${SYS}/current_clocksource`, `/${SYS}/available_clocksource`])
    expect(text).toContain(offered)
    expect(cause).toBeUndefined()
  })
  test('because of a word on the command line', () => {
    const words = guest(' tsc=unstable')
    const { paths, cause, written } = look({
      ...words,
      ...VMWARE,
      [`${SYS}/available_clocksource`]: 'acpi_pm\n',
    })
    for (const path of ['/proc/cmdline', '/etc/default/grub', '/boot/grub/grub.cfg'])
      expect(paths).toContain(path)
    expect(cause).toBe('somebody chose it on the command line')
    expect(written.get('/etc/default/grub')).toBe('GRUB_CMDLINE_LINUX="quiet"\n')
  })
  test('where the kernel gave it up that is told, and of kernels that list what they do not use nothing', () => {
    const said = { 'var/log/dmesg': '[ 1.10] tsc: Marking TSC unstable due to clocksource watchdog\n' }
    expect(only('acpi_pm', said).paths).toEqual([])
    const unstable = (hypervisor: Record<string, string>) => {
      const inventory = takeInventory(memoryFiles({ ...guest(''), ...hypervisor, ...said }))
      return checkMachine({ inventory, live: undefined, prospect: undefined }).find(
        ({ name }) => name === 'clocksource-unstable',
      )!.remedy.text
    }
    expect(unstable(VMWARE)).toMatch(/no other good counter.*vmkernel\.log/)
    expect(unstable(VMWARE)).not.toContain('paravirtual')
    expect(unstable({})).toContain('paravirtual clock')
    expect(only('jiffies', { 'proc/sys/kernel/osrelease': '2.6.18-398.el5\n' }).paths).toEqual([])
  })
})
