/**
 * poor-clocksource, clocksource-unstable: what the kernel counts time with, against the best that this hypervisor offers.
 * Which that is: the kernel's own ratings, and what each hypervisor keeps right over a migration.
 */
import type { Inventory } from '#core/guest/inventory.ts'
import { evidenceOf, isGuest, type MachineRule, placed, state } from '../subject.ts'

/** Counters that are read through a port or a trap, or only count ticks: slow, coarse or lost under load. */
const POOR = new Map([
  ['jiffies', 'counts ticks: it resolves 1 to 10 ms, and loses what the host does not deliver'],
  ['pit', 'counts ticks: what the host does not deliver is lost'],
  ['acpi_pm', 'takes an exit to the hypervisor for each reading, and resolves 280 ns'],
  ['hpet', 'takes an exit to the hypervisor for each reading'],
])

/** By hypervisor, the best first. A paravirtual counter goes on rightly after a migration to a host of another frequency. */
const BEST: Readonly<Record<string, readonly string[]>> = {
  kvm: ['kvm-clock', 'tsc', 'arch_sys_counter'],
  firecracker: ['kvm-clock', 'tsc', 'arch_sys_counter'],
  hyperv: ['hyperv_clocksource_tsc_page', 'hyperv_clocksource_msr', 'hyperv_clocksource', 'arch_sys_counter'],
  'xen-pv': ['xen', 'tsc'],
  'xen-hvm': ['xen', 'tsc'],
  vmware: ['tsc', 'tsc-early', 'vmware'],
}
const DIRECTORY = '/sys/devices/system/clocksource/clocksource0'

export const poorClocksource: MachineRule = ({ inventory }) => {
  const { source, available } = inventory.clock
  const why = source && POOR.get(source.value)
  if (!source || why === undefined || !isGuest(inventory)) return []
  const better = betterOf(inventory)
  if (better === undefined) return []
  return [
    state({
      name: 'poor-clocksource',
      severity: 'warning',
      what: `The kernel counts time with ${source.value}, though ${better} is available.`,
      evidence: evidenceOf(source, available),
      cost: `${source.value} ${why}; timestamps of packets are as coarse as that.`,
      causes: [
        {
          what: 'somebody chose it on the command line',
          why: 'clocksource= and old advice (clock=, notsc) outlive the kernel that they were for',
        },
        {
          what: 'the kernel gave the better one up',
          why: 'its watchdog says so in the kernel log: "Marking clocksource … as unstable"',
        },
      ],
      remedy: {
        text: `Switch to ${better}, and take clocksource= off the command line of the kernel.`,
        changes: [`echo ${better} > ${DIRECTORY}/current_clocksource`],
        actions: [
          {
            kind: 'setting',
            path: `${DIRECTORY}/current_clocksource`,
            before: source.value,
            after: better,
          },
        ],
      },
      confirm: `cat ${DIRECTORY}/current_clocksource; clockwright cpus shows the resolution before and after.`,
    }),
  ]
}

/** What the kernel gave up is listed no more, or not trusted: then it is not offered. */
function betterOf({ hypervisor, clock, messages }: Inventory): string | undefined {
  if (messages.some(({ means }) => means === 'clocksource-unstable')) return undefined
  const best = BEST[hypervisor!.value.name] ?? []
  return best.find(name => clock.available?.value.includes(name))
}

export const unstableClocksource: MachineRule = ({ inventory }) => {
  const told = inventory.messages.filter(({ means }) => means === 'clocksource-unstable')
  if (told.length === 0) return []
  const now = inventory.clock.source
  return [
    state({
      name: 'clocksource-unstable',
      severity: 'warning',
      what: `The kernel gave up the counter that it kept time with${now ? `, and uses ${now.value} now` : ''}.`,
      evidence: [...told.slice(0, 3).map(({ evidence }) => placed(evidence)), ...evidenceOf(now)],
      cost: 'The clock jumped or ran wrong until then, and is read more slowly since.',
      causes: [
        {
          what: 'the counter really differs between processors or hosts',
          why: 'after a migration the TSC can run at another rate',
        },
        {
          what: 'the guest stood still while the watchdog measured',
          why: 'a pause between its two readings looks like a wrong counter',
        },
      ],
      remedy: {
        text: 'Use the paravirtual clock of the hypervisor where there is one; compare the processors with `clockwright cpus`.',
      },
      confirm: 'clockwright cpus',
    }),
  ]
}
