/**
 * poor-clocksource, as far as a command line says it: `clocksource=acpi_pm`, `notsc`, `no-kvmclock` keep a guest from the counter that its
 * hypervisor offers. For kernels whose time was counted in ticks (before 2.6.21) this was the advice, and they are let be.
 */
import { makeMenuAnew } from '#dialects/linux/grub-menu.ts'
import { isTickless, type KernelRelease } from '#dialects/linux/kernel-release.ts'
import { bestCounters, keepsFromBest } from '../../counters.ts'
import type { Finding } from '../../finding.ts'
import { found, removeWord } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf } from '../subject.ts'

export function counterChosen(
  subject: LintSubject,
  { file, line }: { readonly file: number; readonly line: number },
  words: readonly string[],
  release: KernelRelease | undefined,
): Finding[] {
  const { hypervisor, distribution } = subject.machine.about
  const chosen = words.filter(word => keepsFromBest(word, hypervisor, release))
  if (chosen.length === 0 || (release && !isTickless(release))) return []
  const list = chosen.map(word => `\`${word}\``).join(' and ')
  const text = chosen.reduce(removeWord, lineOf(subject, file, line))
  const isMade = subject.kinds[file] === 'GRUB defaults'
  return [
    found({
      name: 'poor-clocksource',
      severity: 'warning',
      what: `${list} ${chosen.length === 1 ? 'keeps' : 'keep'} the kernel from the counter that this hypervisor offers (${bestCounters(hypervisor, release)[0]}).`,
      evidence: [evidenceAt(subject, file, line)],
      cost: 'Each reading of the clock takes an exit to the hypervisor or is coarse, and timestamps of packets are no better.',
      causes: [
        {
          what: 'somebody chose it on the command line',
          why: 'old advice outlives the kernel and the hypervisor that it was for',
        },
      ],
      remedy: {
        text: `Take ${chosen.length === 1 ? 'it' : 'them'} out, and let the kernel choose.${isMade ? ` ${MAKE_ANEW}` : ''}`,
        changes: [
          text.trim(),
          ...(isMade
            ? makeMenuAnew(
                distribution,
                words,
                words.filter(word => !chosen.includes(word)),
              )
            : []),
        ],
        edits: [{ file, line, kind: 'replace', text }],
      },
      confirm: '/sys/devices/system/clocksource/clocksource0/current_clocksource after the next boot.',
    }),
  ]
}

const MAKE_ANEW = 'The menu of GRUB must be made from it anew.'
