/**
 * poor-clocksource of a real machine: it counts with HPET or worse, because the kernel gave its TSC up, or somebody chose so. No harm to
 * the clock, but to each reading of it; and a TSC that was given up says something of the hardware or of the firmware. Of a guest
 * `clocksource.ts` tells.
 */
import type { Inventory } from '#core/guest/inventory.ts'
import { makeMenuAnew } from '#dialects/linux/grub-menu.ts'
import type { Cause } from '../../finding.ts'
import { evidenceOf, type MachineRule, placed, state } from '../subject.ts'

/** tsc 300, hpet 250, acpi_pm 200, pit 110, jiffies 1: the ratings of the kernel. */
const COSTS: ReadonlyMap<string, string> = new Map([
  [
    'hpet',
    'is read over the bus: each reading takes about 1 µs instead of 20 ns, more where many processors ask at once',
  ],
  [
    'acpi_pm',
    'is read through a port: each reading takes about 1 µs instead of 20 ns, and it resolves 280 ns',
  ],
  ['pit', 'is read through a port, and counts ticks'],
  ['jiffies', 'counts ticks: it resolves 1 to 10 ms'],
])

/** Words that take the TSC away, or choose another one. */
const CHOOSES = /^(?:clocksource=(?!tsc$)\S+|notsc|tsc=unstable)$/
/** It counts on at one rate, whatever the processor does to save power. */
const STEADY = ['constant_tsc', 'nonstop_tsc']

const DIRECTORY = '/sys/devices/system/clocksource/clocksource0'

export const realClocksource: MachineRule = ({ inventory }) => {
  const { clock, hypervisor, container, cpus, messages } = inventory
  const { source, available } = clock
  const cost = source && COSTS.get(source.value)
  if (!source || cost === undefined || container || hypervisor?.value.name !== 'none') return []
  if (cpus.tscFlags && !cpus.tscFlags.value.includes('tsc')) return []
  // What the kernel says of it is a finding of its own.
  if (messages.some(({ means }) => means === 'clocksource-unstable')) return []
  const offered = available?.value.includes('tsc') ?? false
  const steady = STEADY.every(flag => cpus.tscFlags?.value.includes(flag))
  const words = wordsOf(inventory)
  return [
    state({
      name: 'poor-clocksource',
      severity: source.value === 'jiffies' ? 'warning' : 'note',
      what: `This machine counts time with ${source.value}${offered ? ', though its TSC is there' : ', and its TSC is not offered'}.`,
      evidence: [
        ...evidenceOf(source, available, words.length === 0 ? undefined : inventory.commandLine),
        ...chosenAtBoot(inventory),
      ],
      cost: `${source.value} ${cost}. The clock is no worse for it where packets are stamped by the card.`,
      causes: causesOf(words, offered, inventory),
      remedy: {
        text:
          words.length > 0
            ? `${steady ? 'The TSC of this processor is steady (constant_tsc, nonstop_tsc): take' : 'Find out what it was chosen for; without a reason take'} ${words.join(' and ')} off the command line of the kernel, and let the kernel choose.`
            : offered
              ? 'Find out what chose it. Where the kernel never gave the TSC up, switch to it.'
              : 'Look for "Marking TSC unstable" in the log of the boot, and for a new firmware; compare the processors with `clockwright cpus`. A TSC that differs between processors is rightly left alone.',
        changes:
          words.length > 0
            ? makeMenuAnew(inventory.kernel.distribution?.value, words, [])
            : offered
              ? [`echo tsc > ${DIRECTORY}/current_clocksource`]
              : ['dmesg | grep -i -e tsc -e clocksource'],
      },
      confirm: `cat ${DIRECTORY}/current_clocksource after the next boot.`,
    }),
  ]
}

const wordsOf = ({ commandLine }: Inventory): string[] =>
  commandLine?.value.filter(word => CHOOSES.test(word)) ?? []

const chosenAtBoot = ({ boot }: Inventory) =>
  boot.defaults
    .filter(({ words }) => words.some(word => CHOOSES.test(word)))
    .map(({ evidence }) => placed(evidence))

function causesOf(words: readonly string[], offered: boolean, { clock }: Inventory): Cause[] {
  if (words.length > 0)
    return [
      {
        what: `somebody chose it on the command line (${words.join(' ')})`,
        why: 'old advice outlives the processor that it was for',
      },
    ]
  if (clock.written?.value === clock.source?.value && clock.written)
    return [{ what: 'a script chose it', why: 'it writes into current_clocksource when the machine starts' }]
  return offered
    ? [
        {
          what: 'somebody wrote another one into current_clocksource',
          why: 'the kernel itself takes the TSC first',
        },
      ]
    : [
        {
          what: 'the kernel gave the TSC up',
          why: 'it differed between processors, or from another counter while the watchdog looked; the log of the boot says so',
        },
        { what: 'the firmware writes into the TSC', why: 'then its processors begin with different counts' },
      ]
}
