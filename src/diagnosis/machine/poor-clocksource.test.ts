/** A poor counter that somebody chose: every place that says so is named, and what the next boot reads is mended. */
import { expect, test } from 'vitest'
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

test('not on the command line', () => {
  const { cause, text, written } = look(guest(''))
  expect(cause).toContain('gave the better one up')
  expect(text).toBe('Switch to kvm-clock.')
  expect([...written.keys()]).toEqual([`/${SYS}/current_clocksource`])
})

test('only for the next boot', () => {
  const members = { ...guest(' clocksource=hpet notsc'), [`${SYS}/current_clocksource`]: 'kvm-clock\n' }
  const { paths, written } = look(members)
  expect(new Set(paths)).toEqual(new Set(['/etc/default/grub', '/boot/grub/grub.cfg']))
  expect(written.get('/etc/default/grub')).toBe('GRUB_CMDLINE_LINUX="quiet"\n')
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
