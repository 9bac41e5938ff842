/** The inventory of the machine that runs the tests, each fact against another way of asking for it. */
import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { availableParallelism, hostname, machine, release, version } from 'node:os'
import { beforeAll, expect, test } from 'vitest'
import type { Inventory } from '#core/guest/inventory.ts'
import { takeInventory } from '#diagnosis/inventory/inventory.ts'
import { loadLibc } from '#worlds/libc.ts'
import { openThisMachine } from './open.ts'

let inventory: Inventory
beforeAll(() => {
  inventory = takeInventory(openThisMachine())
})

/** Undefined where the program is not there or may not say. */
const said = (program: string, ...args: string[]): string | undefined => {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}

test('kernel and host name, as uname says', () => {
  expect(inventory.copy).toBe('live')
  expect(inventory.hostname?.value).toBe(hostname())
  expect(inventory.kernel.release?.value).toBe(release())
  expect(inventory.kernel.version?.value).toBe(version())
  if (inventory.kernel.architecture) expect(inventory.kernel.architecture.value).toBe(machine())
})

test('processors, as the scheduler counts them', () => {
  expect(inventory.cpus.allowed?.value).toHaveLength(availableParallelism())
  const online = said('getconf', '_NPROCESSORS_ONLN')
  if (online && inventory.cpus.online) expect(inventory.cpus.online.value).toHaveLength(Number(online))
})

test('the command line, the clocksource and the distribution, as they stand in their files', () => {
  const text = (path: string) => readFileSync(path, 'utf8').trim()
  expect(inventory.commandLine?.value.join(' ')).toBe(text('/proc/cmdline').replace(/\s+/g, ' '))
  const source = inventory.clock.source
  if (source) {
    expect(source.value).toBe(text(source.evidence[0]!.path))
    expect(inventory.clock.available?.value).toContain(source.value)
  }
  const name = said('sh', '-c', '. /etc/os-release && printf %s "$PRETTY_NAME"')
  if (name) expect(inventory.kernel.distribution?.value.name).toBe(name)
})

test('settings of the kernel, as sysctl says', () => {
  for (const { name, running } of inventory.sysctls) {
    const asked = said('sysctl', '-n', name)
    if (running && asked !== undefined) expect(running.value, name).toBe(asked)
  }
})

test('ticks, as the configuration of this kernel has them', () => {
  const hz = said('sh', '-c', 'zcat /proc/config.gz | sed -n s/^CONFIG_HZ=//p')
  if (hz) expect(inventory.clock.hz?.value).toBe(Number(hz))
})

test('the resolution of timers, as the kernel says it to programs', () => {
  // USER_HZ is another thing: this is what clock_getres() answers where timers are precise.
  if (inventory.clock.timerResolution) expect(inventory.clock.timerResolution.value).toBeLessThanOrEqual(0.01)
})

test("the kernel's word on its clock, as adjtimex gives it now", () => {
  const loaded = loadLibc()
  if (loaded.kind !== 'loaded') return
  const { status } = loaded.libc.adjtimex()
  const kernel = inventory.clock.kernel!
  expect(kernel.value.status.includes('UNSYNC')).toBe((status & 0x40) !== 0)
  expect(kernel.evidence[0]!.path).toBe('adjtimex(2)')
})

test('the time zone, as the link says', () => {
  const link = said('readlink', '/etc/localtime')
  if (link && inventory.zone) expect(readlinkSync('/etc/localtime')).toContain(inventory.zone.value)
})

test('packages, as dpkg says', () => {
  for (const daemon of inventory.daemons) {
    const { installed } = daemon
    if (!installed?.evidence[0]?.path.startsWith('/var/lib/dpkg')) continue
    const [name, version] = installed.value.split(' ')
    expect(said('dpkg-query', '-W', '-f', `\${Version}`, name!)).toBe(version)
  }
})

test('the share of stolen time lies between none and all', () => {
  const steal = inventory.cpus.steal?.value
  if (steal !== undefined) expect(steal).toBeGreaterThanOrEqual(0)
  expect(steal ?? 0).toBeLessThan(1)
})
