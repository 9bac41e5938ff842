/**
 * poor-clocksource, clocksource-unstable: what the kernel counts time with, against the best that this hypervisor offers.
 * Which that is: the kernel's own ratings, and what each hypervisor keeps right over a migration. What chooses it is the command
 * line of the kernel, or a script that the start of the machine runs.
 */
import type { Fact, Inventory } from '#core/guest/inventory.ts'
import { makeMenuAnew } from '#dialects/linux/grub-menu.ts'
import { changeByGrubby } from '#dialects/linux/grubby.ts'
import { isTickless, type KernelRelease, releaseOn } from '#dialects/linux/kernel-release.ts'
import { bestCounters, keepsFromBest, POOR_COUNTERS } from '../../counters.ts'
import type { Cause, Evidence, Finding } from '../../finding.ts'
import type { Action } from '../../repair/action.ts'
import { evidenceOf, isGuest, type MachineRule, placed, state } from '../subject.ts'

const DIRECTORY = '/sys/devices/system/clocksource/clocksource0'

export const poorClocksource: MachineRule = ({ inventory }) => {
  const { source, available } = inventory.clock
  const why = source && POOR_COUNTERS.get(source.value)
  if (!isGuest(inventory)) return []
  if (!source || why === undefined) return atNextBoot(inventory)
  const better = betterOf(inventory)
  if (better === undefined) return withoutBetter(inventory, source, why)
  const chosen = chosenAt(inventory)
  const { written } = inventory.clock
  const script = written?.value === source.value ? written : undefined
  return [
    state({
      name: 'poor-clocksource',
      severity: 'warning',
      what: `The kernel counts time with ${source.value}, though ${better} is available.`,
      evidence: [...evidenceOf(source, available, script), ...chosen],
      cost: `${source.value} ${why}; timestamps of packets are as coarse as that.`,
      causes: causesOf(inventory),
      remedy: {
        text:
          chosen.length === 0
            ? `Switch to ${better}${script ? `, and take out what writes ${source.value} at each start` : ''}.`
            : `Switch to ${better}, and take what chose ${source.value} off the command line of the kernel, where it stands${isMade(chosen) && inventory.boot.environment?.name !== 'kernelopts' ? '; the menu of GRUB must be made anew from its settings' : ''}.`,
        changes: [`echo ${better} > ${DIRECTORY}/current_clocksource`, ...makeAnew(inventory, chosen)],
        actions: [
          {
            kind: 'setting',
            path: `${DIRECTORY}/current_clocksource`,
            before: source.value,
            after: better,
          },
          ...withoutScript(script),
          ...offTheCommandLine(inventory),
        ],
      },
      confirm: `cat ${DIRECTORY}/current_clocksource; clockwright cpus shows the resolution before and after.`,
    }),
  ]
}

/** What a guest has to have for the kernel to offer the counter at all. */
const OFFERED: Readonly<Record<string, string>> = {
  kvm: "kvm-clock is the host's to offer (libvirt: `<timer name='kvmclock' present='yes'/>`, and a processor of KVM, not an emulated one), and the kernel's to take (CONFIG_KVM_GUEST)",
  firecracker: 'kvm-clock is there for a kernel that was built for it (CONFIG_KVM_GUEST)',
  hyperv:
    "Hyper-V's counter is there for a kernel that was built for it (CONFIG_HYPERV), where the host shows its enlightenments",
  'xen-pv': 'the counter of Xen is there for a kernel that was built for it (CONFIG_XEN)',
  'xen-hvm': 'the counter of Xen is there for a kernel that was built for it (CONFIG_XEN_PVHVM)',
  vmware:
    'the TSC of VMware is there unless the kernel found it wrong as it started, which it says (`dmesg | grep -i tsc`)',
}

const ADVISED = /^(?:notsc$|clock(?:source)?=)/

/** Nothing better is listed, and the kernel does not say that it gave one up. Before 2.6.21 it lists what it does not use. */
function withoutBetter(inventory: Inventory, source: Fact<string>, why: string): Finding[] {
  const { hypervisor, clock, messages } = inventory
  const release = releaseOf(inventory)
  const best = bestCounters(hypervisor?.value.name, release)
  if (best.length === 0 || !clock.available || (release && !isTickless(release))) return []
  if (messages.some(({ means }) => means === 'clocksource-unstable')) return []
  const chosen = chosenAt(inventory)
  // For old kernels that was the advice of the vendors.
  if (chosen.length === 0 && inventory.commandLine?.value.some(word => ADVISED.test(word))) return []
  return [
    state({
      name: 'poor-clocksource',
      severity: 'warning',
      what: `The kernel counts time with ${source.value}, and has nothing better: ${best[0]} is missing.`,
      evidence: [...evidenceOf(source, clock.available), ...chosen],
      cost: `${source.value} ${why}; timestamps of packets are as coarse as that.`,
      causes: chosen.length > 0 ? causesOf(inventory) : [],
      remedy: {
        text:
          chosen.length > 0
            ? 'Take what chose it off the command line of the kernel, where it stands.'
            : `Find out why: ${OFFERED[hypervisor!.value.name]}.`,
        changes: makeAnew(inventory, chosen),
        actions: offTheCommandLine(inventory),
      },
      confirm: `cat ${DIRECTORY}/available_clocksource after the next boot.`,
    }),
  ]
}

/** Now it counts with a good one, or nobody can tell. */
function atNextBoot(inventory: Inventory) {
  const { source, written } = inventory.clock
  const [best] = bestCounters(inventory.hypervisor?.value.name, releaseOf(inventory))
  const why = written && POOR_COUNTERS.get(written.value)
  if (!written || why === undefined || best === undefined || written.value === source?.value) return []
  return [
    state({
      name: 'poor-clocksource',
      severity: 'warning',
      what: `When the machine starts it is told to count time with ${written.value}, and this hypervisor offers ${best}.`,
      evidence: evidenceOf(written, source),
      cost: `${written.value} ${why}; timestamps of packets are as coarse as that.`,
      causes: [
        {
          what: 'somebody chose it by a script, for another kernel or another host',
          why: 'without a word the kernel takes the best that it has',
        },
      ],
      remedy: {
        text: 'Take the line out, and let the kernel choose.',
        actions: withoutScript(written),
      },
      confirm: `cat ${DIRECTORY}/current_clocksource after the next boot.`,
    }),
  ]
}

/** What the boot loader reads is not here, or is none that we know: the next boot would bring it back. */
function offTheCommandLine(inventory: Inventory): Action[] {
  const { commandLine, boot, kernel } = inventory
  const words = commandLine?.value.filter(word => isChoice(inventory, word)) ?? []
  if (words.length === 0 || boot.entries.length + boot.defaults.length > 0 || boot.environment) return []
  const [before, after] = [commandLine?.value ?? [], without(inventory, commandLine?.value)]
  const distribution = kernel.distribution?.value
  return [
    {
      kind: 'host',
      where: 'the command line of the kernel, as the boot loader has it: else the next boot brings it back',
      lines: /^(?:debian|ubuntu|sles|opensuse)/.test(distribution?.id ?? '')
        ? [`/etc/default/grub: without ${words.join(' ')}`, ...makeMenuAnew(distribution, before, after)]
        : changeByGrubby(before, after),
    },
  ]
}

/** What else is in a script, and whether it can do without a line, a person has to say. */
const withoutScript = (written: Fact<string> | undefined): Action[] =>
  (written?.evidence ?? []).slice(0, 1).map(({ path, line }) => ({
    kind: 'host',
    where: line === undefined ? path : `${path}, line ${line}`,
    lines: [
      `take out only what writes ${written!.value} into current_clocksource, and leave what else is there`,
    ],
  }))

const isMade = (chosen: readonly Evidence[]): boolean =>
  chosen.some(({ path }) => path?.startsWith('/etc/default/grub'))

/** What entries take from grubenv does not come from the settings again. */
function makeAnew(inventory: Inventory, chosen: readonly Evidence[]): string[] {
  const { environment, defaults } = inventory.boot
  if (environment?.name === 'kernelopts')
    return changeByGrubby(environment.words, without(inventory, environment.words))
  const words = defaults.flatMap(each => each.words)
  return isMade(chosen)
    ? makeMenuAnew(inventory.kernel.distribution?.value, words, without(inventory, words))
    : []
}

const without = (inventory: Inventory, words: readonly string[] = []): string[] =>
  words.filter(word => !isChoice(inventory, word))

const isChoice = (inventory: Inventory, word: string): boolean =>
  keepsFromBest(word, inventory.hypervisor?.value.name, releaseOf(inventory))

/** Where a command line, of now or of the next boot, keeps the kernel from the best counter. */
function chosenAt(inventory: Inventory): Evidence[] {
  const { commandLine, boot } = inventory
  const chooses = (words: readonly string[]) => words.some(word => isChoice(inventory, word))
  return [
    ...(commandLine && chooses(commandLine.value) ? evidenceOf(commandLine) : []),
    ...boot.defaults.filter(({ words }) => chooses(words)).map(({ evidence }) => placed(evidence)),
    ...boot.entries.flatMap(({ kernel }) =>
      kernel && chooses(kernel.words) ? [placed(kernel.evidence)] : [],
    ),
  ]
}

/** A command line that is known, and says nothing of it, was not the cause. */
function causesOf(inventory: Inventory): Cause[] {
  const chosen = {
    what: 'somebody chose it on the command line',
    why: 'clocksource= and old advice (clock=, notsc) outlive the kernel that they were for',
  }
  const { source, written } = inventory.clock
  if (written && written.value === source?.value)
    return [{ what: 'a script chose it', why: 'it writes into current_clocksource when the machine starts' }]
  if (chosenAt(inventory).length > 0) return [chosen]
  return [
    {
      what: 'the kernel gave the better one up, or a script wrote another one into current_clocksource',
      why: 'of the first its watchdog tells in the kernel log: "Marking clocksource … as unstable"',
    },
    ...(inventory.commandLine ? [] : [chosen]),
  ]
}

/** What the kernel gave up is listed no more, or not trusted: then it is not offered. */
function betterOf(inventory: Inventory): string | undefined {
  const { hypervisor, clock, messages } = inventory
  if (messages.some(({ means }) => means === 'clocksource-unstable')) return undefined
  return bestCounters(hypervisor?.value.name, releaseOf(inventory)).find(name =>
    clock.available?.value.includes(name),
  )
}

const releaseOf = ({ kernel }: Inventory): KernelRelease | undefined =>
  releaseOn(kernel.release?.value, kernel.architecture?.value)

const IN_GUESTS: readonly Cause[] = [
  {
    what: 'the counter really differs between processors or hosts',
    why: 'after a migration the TSC can run at another rate',
  },
  {
    what: 'the guest stood still while the watchdog measured',
    why: 'a pause between its two readings looks like a wrong counter',
  },
]

const ON_REAL_MACHINES: readonly Cause[] = [
  {
    what: 'the counter really differs between processors, or stops while one sleeps',
    why: 'firmware should set them alike',
  },
  {
    what: 'the watchdog was read late',
    why: 'a large and busy machine, or one that firmware held up, looks like a wrong counter',
  },
]

const ON_METAL =
  'Compare the processors with `clockwright cpus`. Where they agree, a newer kernel reads its watchdog again before it gives a counter up; where they do not, look for newer firmware.'

const ELSEWHERE =
  'Use the paravirtual clock of the hypervisor where there is one; compare the processors with `clockwright cpus`.'

/** Where there is none: on VMware the kernel takes the TSC for reliable (arch/x86/kernel/cpu/vmware.c); of the host VMware's KB 65186. */
const BY_HYPERVISOR: Readonly<Record<string, string>> = {
  vmware:
    'VMware has no other good counter for a guest than its TSC, which kernels of today trust there without watching it. Compare the processors with `clockwright cpus`; have the host looked at (`TSC disabled as reference timer` in its vmkernel.log: its own counters differ, and the guest belongs on another), and take a newer kernel. The next start of the guest begins with the TSC again.',
}

export const unstableClocksource: MachineRule = ({ inventory }) => {
  const told = inventory.messages.filter(({ means }) => means === 'clocksource-unstable')
  if (told.length === 0) return []
  const now = inventory.clock.source
  const real = inventory.hypervisor?.value.name === 'none'
  return [
    state({
      name: 'clocksource-unstable',
      severity: 'warning',
      what: `The kernel gave up the counter that it kept time with${now ? `, and uses ${now.value} now` : ''}.`,
      evidence: [...told.slice(0, 3).map(({ evidence }) => placed(evidence)), ...evidenceOf(now)],
      cost: 'The clock jumped or ran wrong until then, and is read more slowly since.',
      causes: real ? ON_REAL_MACHINES : IN_GUESTS,
      remedy: {
        text: real ? ON_METAL : (BY_HYPERVISOR[inventory.hypervisor?.value.name ?? ''] ?? ELSEWHERE),
      },
      confirm: 'clockwright cpus',
    }),
  ]
}
