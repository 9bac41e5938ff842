import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readMachine } from './machine.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'clockwright-machine-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const write = (path: string, content: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

it('reads a collected copy of a machine', () => {
  write('proc/sys/kernel/hostname', 'db1\n')
  write('proc/sys/kernel/osrelease', '5.14.0-503.el9.x86_64\n')
  write('proc/sys/kernel/random/boot_id', '4b046d79-b62d-4501-bd47-f7517d925a67\n')
  write('proc/cpuinfo', 'processor\t: 0\nflags\t\t: fpu vme hypervisor lahf_lm\n')
  write('sys/devices/system/cpu/online', '0-3\n')
  write('sys/devices/system/clocksource/clocksource0/current_clocksource', 'tsc\n')
  write('sys/devices/system/clocksource/clocksource0/available_clocksource', 'tsc hpet acpi_pm \n')
  write('sys/class/dmi/id/sys_vendor', 'VMware, Inc.\n')
  write('proc/612/comm', 'vmtoolsd\n')
  write('proc/612/cmdline', '/usr/bin/vmtoolsd\0')
  write('proc/612/stat', '612 (vmtoolsd) S 1 612 612 0')
  write('proc/700/comm', 'chronyd\n')
  write('proc/700/cmdline', '/usr/sbin/chronyd\0-F\x001\0')
  write('proc/700/stat', '700 (chronyd) S 1 700 700 0')
  write('proc/701/comm', 'chronyd\n')
  write('proc/701/cmdline', '/usr/sbin/chronyd\0-F\x001\0')
  write('proc/701/stat', '701 (chronyd) S 700 700 700 0')
  write('proc/702/comm', 'kthreadd\n')
  write('proc/702/cmdline', '')
  write('proc/uptime', '1 2')
  expect(readMachine(root)).toEqual({
    hostname: 'db1',
    kernel: '5.14.0-503.el9.x86_64',
    cpus: 4,
    hypervisor: { name: 'vmware', evidence: 'CPUID flag hypervisor; DMI vendor VMware, Inc.' },
    clocksource: 'tsc',
    clocksources: ['tsc', 'hpet', 'acpi_pm'],
    timekeepers: [
      { name: 'vmtoolsd', pid: 612, commandLine: '/usr/bin/vmtoolsd', disciplines: true },
      { name: 'chronyd', pid: 700, commandLine: '/usr/sbin/chronyd -F 1', disciplines: true },
    ],
    boot: '4b046d79-b62d-4501-bd47-f7517d925a67',
  })
})

it('knows nothing of a machine that is not there', () => {
  expect(readMachine(join(root, 'nowhere'))).toEqual({
    hostname: '',
    kernel: '',
    cpus: 0,
    hypervisor: undefined,
    clocksource: undefined,
    clocksources: [],
    timekeepers: [],
    boot: '',
  })
})

it('names OpenNTPD by what its children say', () => {
  for (const [pid, parent, title] of [
    [10, 1, '/usr/sbin/ntpd\0-f\0/etc/ntpd.conf'],
    [11, 10, 'ntpd: ntp engine'],
    [12, 11, 'ntpd: dns engine'],
  ] as const) {
    write(`proc/${pid}/comm`, 'ntpd\n')
    write(`proc/${pid}/cmdline`, `${title}\0`)
    write(`proc/${pid}/stat`, `${pid} (ntpd) S ${parent} 1 1 0`)
  }
  expect(readMachine(root).timekeepers.map(({ name, pid }) => `${name} ${pid}`)).toEqual(['openntpd 10'])
})

it("sees Hyper-V's time service in the kernel, and Firecracker in its ACPI tables", () => {
  mkdirSync(join(root, 'sys/bus/vmbus/drivers/hv_utils/module'), { recursive: true })
  expect(readMachine(root).timekeepers).toMatchObject([{ name: 'hv_utils', pid: 0 }])
  write('proc/cpuinfo', 'flags\t\t: fpu hypervisor\n')
  write('sys/firmware/acpi/tables/DSDT', 'DSDTS....wFIRECKFCVMDSDT')
  expect(readMachine(root).hypervisor?.name).toBe('firecracker')
})

it('reads this machine', () => {
  const machine = readMachine()
  expect(machine.cpus).toBeGreaterThan(0)
  expect(machine.hostname).not.toBe('')
})
