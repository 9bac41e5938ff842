/**
 * What a kernel may count time with: the poor counters, the best that each hypervisor offers, and the words of the command line by
 * which somebody chose. Facts: the kernel's ratings, Documentation/admin-guide/kernel-parameters.txt, and what goes on rightly
 * over a migration. Of old kernels: VMware's KB 1006427, and chapter 14.2 of Red Hat's guide to virtualization hosts (RHEL 6).
 */
import { isAtLeast, isTickless, type KernelRelease } from '#dialects/linux/kernel-release.ts'

/** Counters that are read through a port or a trap, or only count ticks: slow, coarse or lost under load. */
export const POOR_COUNTERS: ReadonlyMap<string, string> = new Map([
  ['jiffies', 'counts ticks: it resolves 1 to 10 ms, and loses what the host does not deliver'],
  ['pit', 'counts ticks: what the host does not deliver is lost'],
  ['acpi_pm', 'takes an exit to the hypervisor for each reading, and resolves 280 ns'],
  ['hpet', 'takes an exit to the hypervisor for each reading'],
])

/** By hypervisor, the best first. A paravirtual counter goes on rightly after a migration to a host of another frequency. */
const BEST_COUNTERS: Readonly<Record<string, readonly string[]>> = {
  kvm: ['kvm-clock', 'tsc', 'arch_sys_counter'],
  firecracker: ['kvm-clock', 'tsc', 'arch_sys_counter'],
  hyperv: ['hyperv_clocksource_tsc_page', 'hyperv_clocksource_msr', 'hyperv_clocksource', 'arch_sys_counter'],
  'xen-pv': ['xen', 'tsc'],
  'xen-hvm': ['xen', 'tsc'],
  vmware: ['tsc', 'tsc-early', 'vmware'],
}

/** A kernel that nobody knows is one of today's. */
export const bestCounters = (
  hypervisor: string | undefined,
  kernel: KernelRelease | undefined,
): readonly string[] =>
  (BEST_COUNTERS[hypervisor ?? ''] ?? []).filter(
    name => !name.startsWith('tsc') || kernel === undefined || trustsTsc(kernel, hypervisor),
  )

/**
 * Old kernels lose time by the TSC of a guest, whose frequency a migration changes: for them `notsc` and `clocksource=acpi_pm`
 * are what the vendors ask for. VMware's own frequency of the TSC is asked since 2.6.29; for KVM's guests Red Hat's advice ends
 * with 6.0, which has 2.6.32.
 */
function trustsTsc(kernel: KernelRelease, hypervisor: string | undefined): boolean {
  if (hypervisor === 'vmware') return isAtLeast(kernel, [2, 6, 29])
  return hypervisor === 'kvm' ? isAtLeast(kernel, [2, 6, 33]) : isTickless(kernel)
}

/**
 * Does this word of a command line keep the kernel from the best counter there is? `notsc` and `tsc=unstable` mark the TSC alone, and
 * leave a paravirtual counter as it is (arch/x86/kernel/tsc.c).
 */
export function keepsFromBest(
  word: string,
  hypervisor: string | undefined,
  kernel: KernelRelease | undefined,
): boolean {
  const [best] = bestCounters(hypervisor, kernel)
  if (best === undefined) return false
  const [, counter] = /^clocksource=(.+)$/.exec(word) ?? []
  if (counter !== undefined) return POOR_COUNTERS.has(counter)
  return best === 'tsc'
    ? word === 'notsc' || word === 'tsc=unstable'
    : word === 'no-kvmclock' && best === 'kvm-clock'
}
