/** What an inventory says, without where it was read: short enough to be written down and looked through by a person. */
import type { Fact, Inventory, Place } from '#core/guest/inventory.ts'

const value = <T>(fact: Fact<T> | undefined): T | undefined => fact?.value

export const brief = (inventory: Inventory) => ({
  copy: inventory.copy,
  hostname: value(inventory.hostname),
  hypervisor: value(inventory.hypervisor),
  container: value(inventory.container),
  kernel: {
    release: value(inventory.kernel.release),
    architecture: value(inventory.kernel.architecture),
    flavour: value(inventory.kernel.flavour),
    distribution: value(inventory.kernel.distribution),
  },
  commandLine: value(inventory.commandLine)?.join(' '),
  boot: inventory.boot.entries.map(({ title, loader, isDefault, hypervisor, kernel }) => ({
    title,
    loader,
    isDefault,
    hypervisor: hypervisor && [hypervisor.image, ...hypervisor.words].join(' '),
    kernel: kernel && [kernel.image, ...kernel.words].join(' '),
  })),
  bootDefaults: Object.fromEntries(inventory.boot.defaults.map(({ name, words }) => [name, words.join(' ')])),
  clock: {
    source: value(inventory.clock.source),
    available: value(inventory.clock.available)?.join(' '),
    eventDevices: inventory.clock.eventDevices.map(each => `${each.value.name} ${each.value.device}`),
    hz: value(inventory.clock.hz),
    tickless: value(inventory.clock.tickless),
    timerResolution: value(inventory.clock.timerResolution),
    kernel: value(inventory.clock.kernel),
  },
  cpus: {
    present: value(inventory.cpus.present),
    online: value(inventory.cpus.online)?.join(' '),
    allowed: value(inventory.cpus.allowed)?.join(' '),
    tscFlags: value(inventory.cpus.tscFlags)?.join(' '),
    steal: value(inventory.cpus.steal)?.toFixed(4),
  },
  sysctls: inventory.sysctls.map(({ name, set, running }) => ({
    name,
    set: set.map(value),
    running: value(running),
  })),
  rtc: {
    present: value(inventory.rtc.present),
    offset: value(inventory.rtc.offset),
    drift: value(inventory.rtc.drift),
    mode: value(inventory.rtc.mode),
  },
  zone: value(inventory.zone),
  ptp: inventory.ptp?.map(({ device, clock, links }) => [device, clock.value, ...links].join(' ')),
  vmclock: value(inventory.vmclock),
  vmgenid: value(inventory.vmgenid),
  tools: inventory.tools.map(({ name, installed, runs, setsTime }) => ({
    name,
    installed: value(installed),
    runs: value(runs),
    setsTime: value(setsTime),
  })),
  daemons: inventory.daemons.map(daemon => ({
    name: daemon.name,
    installed: value(daemon.installed),
    version: value(daemon.version),
    enabled: value(daemon.enabled),
    runs: value(daemon.runs),
    setsTime: value(daemon.setsTime),
    commandLine: value(daemon.commandLine)?.join(' '),
    starts: value(daemon.unit?.starts)?.join(' '),
    configuration: daemon.configuration.map(({ path }) => path),
    unit: daemon.unit?.name,
    conditions: daemon.unit?.conditions.map(({ name, value, met }) => `${name}=${value} ${met ?? 'unknown'}`),
  })),
  // Few machines have any.
  ...(inventory.jobs.length > 0 && {
    jobs: inventory.jobs.map(({ name, program, when, repeats }) => ({ name, program, when, repeats })),
  }),
  ...(inventory.steps.length > 0 && {
    steps: inventory.steps.map(({ by, count, every, size }) => ({ by, count, every, size })),
  }),
  messages: inventory.messages.map(({ means, evidence }) => `${means}: ${evidence.text}`),
  unread: inventory.unread,
})

/** Every place that is named anywhere in it. */
export function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const own = 'path' in value && 'text' in value && !('includedBy' in value) ? [value as Place] : []
  return [...own, ...Object.values(value).flatMap(placesIn)]
}
