/**
 * What a kernel may count time with: the poor counters, the best that each hypervisor offers, and the words of the command line by
 * which somebody chose. Facts: the kernel's ratings, Documentation/admin-guide/kernel-parameters.txt, and what goes on rightly
 * over a migration.
 */

/** Counters that are read through a port or a trap, or only count ticks: slow, coarse or lost under load. */
export const POOR_COUNTERS: ReadonlyMap<string, string> = new Map([
  ['jiffies', 'counts ticks: it resolves 1 to 10 ms, and loses what the host does not deliver'],
  ['pit', 'counts ticks: what the host does not deliver is lost'],
  ['acpi_pm', 'takes an exit to the hypervisor for each reading, and resolves 280 ns'],
  ['hpet', 'takes an exit to the hypervisor for each reading'],
])

/** By hypervisor, the best first. A paravirtual counter goes on rightly after a migration to a host of another frequency. */
export const BEST_COUNTERS: Readonly<Record<string, readonly string[]>> = {
  kvm: ['kvm-clock', 'tsc', 'arch_sys_counter'],
  firecracker: ['kvm-clock', 'tsc', 'arch_sys_counter'],
  hyperv: ['hyperv_clocksource_tsc_page', 'hyperv_clocksource_msr', 'hyperv_clocksource', 'arch_sys_counter'],
  'xen-pv': ['xen', 'tsc'],
  'xen-hvm': ['xen', 'tsc'],
  vmware: ['tsc', 'tsc-early', 'vmware'],
}

/** Does this word of a command line keep the kernel from the best counter there is? */
export function keepsFromBest(word: string, hypervisor: string | undefined): boolean {
  const best = BEST_COUNTERS[hypervisor ?? '']?.[0]
  if (best === undefined) return false
  const [, counter] = /^clocksource=(.+)$/.exec(word) ?? []
  if (counter !== undefined) return POOR_COUNTERS.has(counter)
  return word === 'notsc' || (word === 'no-kvmclock' && best === 'kvm-clock')
}
