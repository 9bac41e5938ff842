/** A real machine that counts with a poor counter: that is said, with who chose it, and no more than that. */
import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { checkMachine } from './check.ts'

const SYS = 'sys/devices/system/clocksource/clocksource0'
const real = (source: string, available: string, words = ''): Record<string, string> => ({
  'sys/class/dmi/id/sys_vendor': 'Dell Inc.\n',
  'sys/class/dmi/id/product_name': 'PowerEdge R640\n',
  'proc/cpuinfo': 'flags\t\t: fpu tsc constant_tsc nonstop_tsc\n',
  'proc/cmdline': `root=/dev/sda1 ro${words}\n`,
  'etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
  [`${SYS}/current_clocksource`]: `${source}\n`,
  [`${SYS}/available_clocksource`]: `${available}\n`,
})
const look = (members: Record<string, string>) =>
  checkMachine({
    inventory: takeInventory(memoryFiles(members)),
    live: undefined,
    prospect: undefined,
  }).filter(({ name }) => /clocksource/.test(name))

test.each([
  ['clocksource=hpet', 'tsc hpet acpi_pm', 'hpet', 'note'],
  ['notsc', 'hpet acpi_pm', 'hpet', 'note'],
  ['tsc=unstable', 'hpet acpi_pm', 'acpi_pm', 'note'],
  ['clocksource=jiffies', 'tsc hpet', 'jiffies', 'warning'],
])('chosen by %s', (word, available, source, severity) => {
  const [finding, ...others] = look(real(source, available, ` ${word}`))
  expect(others).toEqual([])
  expect(finding).toMatchObject({ name: 'poor-clocksource', severity })
  expect(finding!.causes[0]!.what).toContain(word)
  expect(finding!.evidence.map(({ path }) => path)).toContain('/proc/cmdline')
  expect(finding!.remedy.changes).toEqual(['update-grub'])
})

test('given up by the kernel, as far as can be told, or as it says', () => {
  const members = real('hpet', 'hpet acpi_pm')
  expect(look(members)).toMatchObject([
    { name: 'poor-clocksource', severity: 'note', causes: [{ what: 'the kernel gave the TSC up' }, {}] },
  ])
  const said = { 'var/log/dmesg': '[    1.10] tsc: Marking TSC unstable due to clocksource watchdog\n' }
  const [finding, ...others] = look({ ...members, ...said })
  expect(others).toEqual([])
  expect(finding).toMatchObject({ name: 'clocksource-unstable' })
  expect(JSON.stringify(finding)).not.toMatch(/hypervisor|guest|migration/)
})

test('what the command line took away the kernel did not find wrong', () => {
  const said = { 'var/log/dmesg': '[    0.00] tsc: Marking TSC unstable due to boot parameter notsc\n' }
  expect(look({ ...real('hpet', 'hpet acpi_pm', ' notsc'), ...said })).toMatchObject([
    { name: 'poor-clocksource', causes: [{ what: 'somebody chose it on the command line (notsc)' }] },
  ])
})

test('the TSC is as it should be, and where there is none nothing is missed', () => {
  expect(look(real('tsc', 'tsc hpet acpi_pm'))).toEqual([])
  const without = { 'proc/cpuinfo': 'flags\t\t: fpu msr\n' }
  expect(look({ ...real('acpi_pm', 'acpi_pm pit'), ...without })).toEqual([])
})
