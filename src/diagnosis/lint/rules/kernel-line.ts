/**
 * options-on-hypervisor-line, divider-ignored, tick-rate-high, clock-option-ignored: what a boot loader hands to the kernel, and what it hands
 * to Xen instead (field report 000: `kernel /xen.gz-… divider=10 clock=pit`). `divider=` is of the standard kernels of RHEL 4.7
 * and 5.1 on; a kernel for Xen has 250 ticks a second, and one without ticks needs no divider. `clock=` was for 32 bits.
 */
import type { ImageLine, Menu } from '#dialects/linux/grub.ts'
import { changeByGrubby } from '#dialects/linux/grubby.ts'
import {
  bitsOf,
  hasIndependentWallclock,
  isAtLeast,
  isIndependentWallclock,
  isTickless,
  type KernelRelease,
  mayPanicByDivider,
  parseKernelRelease,
  takesDivider,
} from '#dialects/linux/kernel-release.ts'
import { nearest } from '#dialects/nearest.ts'
import { type Edit, editsOf, type Finding } from '../../finding.ts'
import { found, type LintRule, removeWord, replaceWord } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf, type Part } from '../subject.ts'
import { counterChosen } from './counter-chosen.ts'
import { type Manners, mistakeFound } from './words.ts'

/**
 * Options of Linux that Xen does not have. Its own `clocksource` is pit, hpet, acpi or tsc, its `tsc` unstable, skewed or
 * stable:socket (xen-command-line of Xen).
 */
const LINUX_ONLY =
  /^(?:divider|clock|nohz|highres|independent_wallclock|xen\.independent_wallclock|notsc|no_timer_check|lpj)(?:=|$)|^clocksource=(?:acpi_pm|jiffies|kvm-clock|xen)$|^tsc=(?:reliable|noirqtime|nowatchdog|recalibrate|watchdog)$/
/** Of those the ones that are about the TSC: the control domain counts by Xen's own counter, and has no use for them. */
const OF_TSC = /^(?:notsc$|tsc=)/

export const kernelLine: LintRule = subject => [
  ...subject.menus.flatMap(part => inMenu(subject, part)),
  ...inDefaults(subject),
  ...inEnvironments(subject),
  ...inCommandLine(subject),
]

function inMenu(subject: LintSubject, { file, read }: Part<Menu>): Finding[] {
  return once([
    ...read.entries.flatMap(({ hypervisor, kernel }) => [
      ...(hypervisor ? onHypervisorLine(subject, file, hypervisor, kernel) : []),
      ...(kernel
        ? onKernelLine(
            subject,
            file,
            kernel,
            kernel.words,
            releaseOf(subject, kernel),
            hypervisor !== undefined,
          )
        : []),
    ]),
    // From these update-grub makes entries.
    ...read.templates.flatMap(({ line, text, name, words }) =>
      name === 'xenhopt' ? onHypervisorLine(subject, file, { line, text, image: '', words }, undefined) : [],
    ),
  ])
}

/** Entries repeat each other: what is wrong with several is one finding, with the lines and the edits of all. */
function once(findings: readonly Finding[]): Finding[] {
  const told = new Map<string, Finding>()
  for (const finding of findings) {
    const key = `${finding.name} ${finding.what}`
    const before = told.get(key)
    const edits = [...(before ? editsOf(before) : []), ...editsOf(finding)]
    told.set(
      key,
      before
        ? {
            ...before,
            evidence: [...before.evidence, ...finding.evidence],
            remedy: { ...before.remedy, edits },
          }
        : finding,
    )
  }
  return [...told.values()]
}

/** Of the image on its line; where that does not say it, the one that runs. */
export const releaseOf = ({ machine }: LintSubject, { image }: ImageLine): KernelRelease | undefined => {
  const release = parseKernelRelease(image) ?? machine.kernel
  return (
    release && {
      ...release,
      bits: release.bits ?? machine.kernel?.bits ?? bitsOf(machine.about.architecture),
    }
  )
}

function onHypervisorLine(
  subject: LintSubject,
  file: number,
  { line, words }: ImageLine,
  kernel: ImageLine | undefined,
): Finding[] {
  const misplaced = words.filter(word => LINUX_ONLY.test(word))
  if (misplaced.length === 0) return []
  const list = misplaced.map(word => `\`${word}\``).join(' and ')
  const without = (text: string) => misplaced.reduce((rest, word) => removeWord(rest, word), text)
  // Those that this kernel takes belong on its line; the others nowhere.
  const release = kernel && releaseOf(subject, kernel)
  const useful = misplaced.filter(
    word =>
      !OF_TSC.test(word) &&
      !isFromSettings(subject, word) &&
      !(release && isForeignCounter(word, release)) &&
      !(isWallclock(word) && release && !hasIndependentWallclock(release)) &&
      (!/^(?:divider|clock)=/.test(word) ||
        (word.startsWith('divider=') && release && takesDivider(release))),
  )
  const edits: Edit[] = [{ file, line, kind: 'replace', text: without(lineOf(subject, file, line)) }]
  if (kernel && useful.length > 0)
    edits.push({
      file,
      line: kernel.line,
      kind: 'replace',
      text: `${lineOf(subject, file, kernel.line).trimEnd()} ${useful.join(' ')}`,
    })
  return [
    found({
      name: 'options-on-hypervisor-line',
      severity: 'warning',
      what: `${list} ${misplaced.length === 1 ? 'stands' : 'stand'} on the line of Xen. Xen does not know ${misplaced.length === 1 ? 'it' : 'them'}, and Linux gets what is on the line below: \`module\`. Guests never see either line.`,
      evidence: [
        evidenceAt(subject, file, line),
        ...(kernel ? [evidenceAt(subject, file, kernel.line)] : []),
      ],
      cost: 'They do nothing. A clock that runs better afterwards does so by chance.',
      remedy: {
        text:
          useful.length > 0
            ? 'Move them to the line of Linux.'
            : 'Take them out: a kernel for Xen has no use for them. A guest has a boot line of its own.',
        changes: edits.map(({ text }) => text.trim()),
        edits,
      },
      confirm: '`cat /proc/cmdline` on the host and in the guest.',
    }),
  ]
}

/** A kernel of Xen of old has the counter of Xen, and none of the machine's. */
const isForeignCounter = (word: string, release: KernelRelease): boolean =>
  release.xen && hasIndependentWallclock(release) && /^clocksource=(?!xen$)/.test(word)

/** As on the kernel's own line, or with the name of the sysctl. */
const isWallclock = (word: string): boolean => isIndependentWallclock(word.replace(/^xen\./, ''))

/** The menu is made from a setting that has the word, too: it goes out of both, or the next menu is another than this one. */
const isFromSettings = (subject: LintSubject, word: string): boolean =>
  subject.bootDefaults.some(({ read }) =>
    read.assigned.some(({ name, value }) => DEFAULTS_XEN.test(name) && value.split(/\s+/).includes(word)),
  )

function onKernelLine(
  subject: LintSubject,
  file: number,
  at: { readonly line: number },
  words: readonly string[],
  release: KernelRelease | undefined,
  underXen: boolean,
): Finding[] {
  const spelt = misspelt(subject, file, at.line, words)
  const each = (beginning: string) => [...new Set(words.filter(word => word.startsWith(beginning)))]
  const dividers = each('divider=')
  return [
    ...spelt,
    ...(underXen ? [] : counterChosen(subject, { file, line: at.line }, words, release)),
    ...(release
      ? [
          ...dividers.flatMap(word => dividerIgnored(subject, file, at.line, word, release, underXen)),
          ...(dividers.length > 0 ? [] : tickRateHigh(subject, file, at.line, release, underXen)),
          ...each('clock=').flatMap(word => clockIgnored(subject, file, at.line, word, release)),
        ]
      : []),
  ]
}

/** Words about time that are long enough not to be near another word by chance. A hyphen is an underscore to the kernel. */
const NAMES = [
  'clocksource',
  'divider',
  'no_timer_check',
  'independent_wallclock',
  'skew_tick',
  'no-kvmclock',
  'no-steal-acc',
]
/** Shorter ones are told by what they are given, too. */
const SWITCHES = ['nohz', 'highres']
const ON_OR_OFF = ['off', 'on']
/** What else a switch takes, since 4.6: one letter or digit. */
const SHORT_SWITCH = /^[yYnN01tTfF]$/
/** Since then it looks at no more than the first letters, so that `of` is `off` there (kstrtobool). */
const TAKEN_SINCE_4_6 = /^(?:[yYnN01]|[oO][nNfF])/
/** Kernels do with a name that they do not know nothing at all: they hand it to init. */
const KERNEL_WORDS: Manners = {
  daemon: 'other',
  program: 'the kernel',
  severity: 'warning',
  cost: 'The kernel passes over it without a word: nothing is set.',
  confirm: '`cat /proc/cmdline`, and what should follow from it.',
}
/** Of Linux on x86 and arm64. */
const SOURCES = [
  'tsc',
  'kvm-clock',
  'xen',
  'hpet',
  'acpi_pm',
  'jiffies',
  'refined-jiffies',
  'pit',
  'hyperv_clocksource',
  'hyperv_clocksource_tsc_page',
  'hyperv_clocksource_msr',
  'arch_sys_counter',
]

/** What `tsc=` takes (kernel-parameters.txt). */
const TSC = ['reliable', 'noirqtime', 'unstable', 'nowatchdog', 'recalibrate', 'watchdog']

function misspelt(subject: LintSubject, file: number, line: number, words: readonly string[]): Finding[] {
  const at = { file, line, directive: 'the kernel' }
  return [...new Set(words)].flatMap(word => {
    const [, name = '', value] = /^([\w-]+)(?:=(.*))?$/.exec(word) ?? []
    if (name === 'clocksource' && value !== undefined && !SOURCES.includes(value)) {
      const meant = nearest(value, SOURCES)
      const mistake = {
        kind: 'wrong-value',
        word: value,
        meant,
        expected: `one of ${SOURCES.join(', ')}`,
      } as const
      return meant === undefined
        ? []
        : [mistakeFound(subject, { ...at, directive: name }, mistake, KERNEL_WORDS)]
    }
    if (name === 'tsc' && value !== undefined && !TSC.includes(value)) {
      const mistake = {
        kind: 'wrong-value',
        word: value,
        meant: nearest(value, TSC),
        expected: `one of ${TSC.join(', ')}`,
      } as const
      return [mistakeFound(subject, { ...at, directive: name }, mistake, KERNEL_WORDS)]
    }
    if (SWITCHES.includes(name) && value !== undefined && !isSwitchValue(value)) {
      const mistake = {
        kind: 'wrong-value',
        word: value,
        meant: nearest(value, ON_OR_OFF),
        expected: 'on or off',
      } as const
      return [mistakeFound(subject, { ...at, directive: name }, mistake, switchManners(value))]
    }
    const isSwitch = value !== undefined && ON_OR_OFF.includes(value)
    const meant = isKnown(name)
      ? undefined
      : ((isSwitch ? nearest(name, SWITCHES) : undefined) ??
        (name.length < 6 ? undefined : nearest(name, NAMES)))
    return meant === undefined
      ? []
      : [mistakeFound(subject, at, { kind: 'unknown-option', word: name, meant, expected: '' }, KERNEL_WORDS)]
  })
}

const isKnown = (name: string): boolean =>
  [...NAMES, ...SWITCHES].some(each => each.replaceAll('-', '_') === name.replaceAll('-', '_'))

const isSwitchValue = (value: string): boolean =>
  ON_OR_OFF.includes(value.toLowerCase()) || SHORT_SWITCH.test(value)

const switchManners = (value: string): Manners =>
  TAKEN_SINCE_4_6.test(value)
    ? {
        ...KERNEL_WORDS,
        severity: 'note',
        cost: 'Kernels since 4.6 look at the first letters only and take it; those before pass over it without a word.',
      }
    : KERNEL_WORDS

function dividerIgnored(
  subject: LintSubject,
  file: number,
  line: number,
  word: string,
  release: KernelRelease,
  underXen: boolean,
): Finding[] {
  if (takesDivider(release) && !underXen) return []
  const forXen = release.xen || underXen
  const why = forXen
    ? 'a kernel for Xen ticks 250 times a second, at a rate that dom0 sets for all guests'
    : isTickless(release)
      ? 'it has no fixed tick that could be divided'
      : 'it is in the kernels of RHEL 4.7 and 5.1 and later of those lines only'
  return [
    found({
      name: 'divider-ignored',
      severity: 'warning',
      what: `\`${word}\` does nothing in ${release.text}: ${why}.`,
      evidence: [evidenceAt(subject, file, line)],
      cost: 'None but the belief that something was done.',
      remedy: {
        text: 'Take it out.',
        changes: [removeWord(lineOf(subject, file, line), word).trim()],
        edits: [{ file, line, kind: 'replace', text: removeWord(lineOf(subject, file, line), word) }],
      },
      confirm: 'The release notes of RHEL 5.1, "tick_divider"; `grep -i HZ /boot/config-$(uname -r)`.',
    }),
  ]
}

/** VMware asks for it on 4.7 to 5.3 (KB 1006427), Red Hat for it nowhere before 5.8: not to be done unasked. */
const LATER_KERNEL =
  'Move to the kernel of RHEL 5.8 (2.6.18-308) or a later one, and add it there. Before that it can make the kernel panic, and Red Hat advises against it (bug 698842), though VMware asks for it on 4.7 to 5.3: whoever adds it on this kernel tries it out first.'

function tickRateHigh(
  subject: LintSubject,
  file: number,
  line: number,
  release: KernelRelease,
  underXen: boolean,
): Finding[] {
  if (underXen || !takesDivider(release) || subject.machine.isGuest === false) return []
  const text = `${lineOf(subject, file, line).trimEnd()} divider=10`
  const mayPanic = mayPanicByDivider(release)
  return [
    found({
      name: 'tick-rate-high',
      severity: 'note',
      what: `${release.text} counts 1000 ticks a second. In a virtual machine ticks get lost, and with them time; \`divider=10\` makes it 100.`,
      evidence: [evidenceAt(subject, file, line)],
      cost: 'Under load the clock loses time, or gains it when lost ticks are made up for twice.',
      remedy: {
        text: mayPanic ? LATER_KERNEL : 'Add it in virtual machines (not for a kernel of Xen).',
        changes: [text.trim()],
        edits: mayPanic ? [] : [{ file, line, kind: 'replace', text }],
      },
      confirm: 'The rate of the timer interrupt in /proc/interrupts.',
    }),
  ]
}

function clockIgnored(
  subject: LintSubject,
  file: number,
  line: number,
  word: string,
  release: KernelRelease,
): Finding[] {
  const gone = isAtLeast(release, [2, 6, 19])
  const old = isAtLeast(release, [2, 6, 18]) && release.bits !== 32
  if (!gone && !old) return []
  const source = CLOCKSOURCES[word.slice('clock='.length)]
  const text = lineOf(subject, file, line)
  const instead = removeWord(
    source === undefined ? text : replaceWord(text, word, `clocksource=${source}`),
    word,
  )
  return [
    found({
      name: 'clock-option-ignored',
      severity: 'warning',
      what: `\`${word}\` does nothing in ${release.text}${gone || release.bits === 64 ? '' : ' on 64 bits'}: it was an option of 32-bit kernels up to 2.6.17.`,
      evidence: [evidenceAt(subject, file, line)],
      cost: 'The kernel keeps the clock source that it chooses itself.',
      remedy: {
        text:
          source === undefined
            ? 'Take it out.'
            : 'The option is `clocksource=` by now. Let the kernel choose unless its choice is known to be bad.',
        changes: [instead.trim()],
        edits: [{ file, line, kind: 'replace', text: instead }],
      },
      confirm: '/sys/devices/system/clocksource/clocksource0/current_clocksource',
    }),
  ]
}

const CLOCKSOURCES: Readonly<Record<string, string>> = { pmtmr: 'acpi_pm', hpet: 'hpet', tsc: 'tsc' }

const DEFAULTS_LINUX = /^GRUB_CMDLINE_LINUX(?:_DEFAULT)?$/
const DEFAULTS_XEN = /^GRUB_CMDLINE_XEN(?:_DEFAULT)?$/

/** /etc/default/grub: which kernel it will be is not said there. */
function inDefaults(subject: LintSubject): Finding[] {
  const release = subject.machine.kernel
  return subject.bootDefaults.flatMap(({ file, read }) =>
    read.assigned.flatMap(({ line, name, value }) => {
      const words = value.split(/\s+/).filter(Boolean)
      if (DEFAULTS_XEN.test(name))
        return onHypervisorLine(subject, file, { line, text: '', image: '', words }, undefined)
      // GRUB 2 starts no kernel that has a divider.
      const known = release ?? GRUB2_KERNEL
      return DEFAULTS_LINUX.test(name) ? onKernelLine(subject, file, { line }, words, known, false) : []
    }),
  )
}

/** What GRUB 2 starts is later than 2.6.32. */
const GRUB2_KERNEL: KernelRelease = {
  text: 'a kernel that GRUB 2 starts',
  numbers: [2, 6, 32],
  build: undefined,
  enterprise: undefined,
  xen: false,
  bits: undefined,
}

const inEnvironments = (subject: LintSubject): Finding[] =>
  subject.bootEnvironments.flatMap(({ file, read }) =>
    read.assigned
      .filter(({ name }) => (name === 'kernelopts' || name === 'tuned_params') && isTaken(subject, name))
      .flatMap(({ line, value }) =>
        onKernelLine(
          subject,
          file,
          { line },
          value.split(/\s+/).filter(Boolean),
          subject.machine.kernel ?? GRUB2_KERNEL,
          false,
        ),
      ),
  )

/** grubenv is a block of 1024 bytes, which GRUB writes, too: its words are changed by the program that is there for it. */
export function changedByItsProgram(subject: LintSubject, finding: Finding): Finding {
  const [edit] = editsOf(finding)
  const environment = subject.bootEnvironments.find(({ file }) => file === edit?.file)
  if (!edit || !environment) return finding
  const { name } = environment.read.assigned.find(({ line }) => line === edit.line)!
  return name === 'kernelopts'
    ? leftToGrubby(subject, finding, environment.path)
    : leftToTuned(subject, finding)
}

/** Where entries are to be seen, one of them has to stand for it. */
function isTaken({ menus }: LintSubject, variable: string): boolean {
  const entries = menus.flatMap(({ read }) => read.entries)
  const word = new RegExp(`^\\$\\{?${variable}\\}?$`)
  return entries.length === 0 || entries.some(({ kernel }) => kernel?.words.some(each => word.test(each)))
}

/** It writes these words anew from its profile ([bootloader], `cmdline`), whatever else changes them. */
function leftToTuned(subject: LintSubject, finding: Finding): Finding {
  const { edits = [], ...remedy } = finding.remedy
  const words = edits.flatMap(({ file, line, text }) => {
    const [before, after] = [optionsIn(lineOf(subject, file, line)), optionsIn(text)]
    return [
      ...before.filter(word => !after.includes(word)).map(word => `without ${word}`),
      ...after.filter(word => !before.includes(word)).map(word => `with ${word}`),
    ]
  })
  const lines = [...words, 'tuned-adm profile "$(cat /etc/tuned/active_profile)"']
  return {
    ...finding,
    remedy: {
      ...remedy,
      changes: lines,
      actions:
        words.length === 0
          ? []
          : [{ kind: 'host', where: '`cmdline` under [bootloader] in the profile of tuned', lines }],
    },
  }
}

function leftToGrubby(subject: LintSubject, finding: Finding, path: string): Finding {
  const { edits = [], ...remedy } = finding.remedy
  const lines = edits.flatMap(({ file, line, text }) =>
    changeByGrubby(optionsIn(lineOf(subject, file, line)), optionsIn(text)),
  )
  return {
    ...finding,
    remedy: {
      ...remedy,
      changes: lines,
      actions: [{ kind: 'host', where: `what ${path} keeps for the entries of the boot loader`, lines }],
    },
  }
}

const optionsIn = (line: string): string[] =>
  line
    .replace(/^\s*(?:kernelopts|tuned_params)=/, '')
    .split(/\s+/)
    .filter(Boolean)

const inCommandLine = (subject: LintSubject): Finding[] =>
  subject.files.flatMap(({ text }, file) =>
    subject.kinds[file] === 'kernel command line'
      ? onKernelLine(
          subject,
          file,
          { line: 1 },
          text.split(/\s+/).filter(Boolean),
          subject.machine.kernel,
          false,
        )
      : [],
  )
