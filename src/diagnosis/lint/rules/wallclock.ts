/**
 * wallclock-without-daemon, wallclock-follows-host, wallclock-not-here: `xen.independent_wallclock` of classic Xen kernels (2.6.18-xen). At 0
 * a paravirtualised guest shows the clock of its host, and a daemon in it sets in vain; at 1 it keeps its own, and somebody
 * must. Fully virtualised guests never had it, and kernels from 3.0 on have no such switch, but for SUSE's of Xen (field report 000).
 */
import {
  hasIndependentWallclock,
  isAtLeast,
  isIndependentWallclock,
  type KernelRelease,
} from '#dialects/linux/kernel-release.ts'
import type { Edit, Finding } from '../../finding.ts'
import { configuredDaemons, hasDaemon, PROGRAMS } from '../daemons.ts'
import { found, type LintRule, removeWord } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf } from '../subject.ts'
import { releaseOf } from './kernel-line.ts'

const NAME = 'xen.independent_wallclock'

interface Setting {
  readonly file: number
  readonly line: number
  readonly value: string
  /** On the command line of a kernel. */
  readonly word?: string
  /** Of whom it is read, where that is known. */
  readonly kernel: KernelRelease | undefined
}

export const wallclock: LintRule = subject => {
  // The files are applied after the kernel has read its command line, and of equal names the last one wins.
  const settings = [...fromKernelLines(subject), ...fromSysctl(subject)]
  if (settings.length === 0) return unset(subject)
  const useless = settings.map(setting => ({ setting, why: whyUseless(subject, setting) }))
  const last = useless.findLast(({ why }) => why === undefined)?.setting
  return [...notHere(subject, useless), ...(last ? judge(subject, last) : [])]
}

function judge(subject: LintSubject, last: Setting): Finding[] {
  if (!/^[01]$/.test(last.value)) return []
  // Something that is none of these files has the last word.
  if ((subject.machine.about.wallclockAtStart ?? last.value) !== last.value) return []
  return last.value === '1' ? withoutDaemon(subject, last) : followsHost(subject, last)
}

/** Files of sysctl.d come in the order of their names, and /etc/sysctl.conf after them. */
const fromSysctl = (subject: LintSubject): Setting[] =>
  [...subject.sysctls]
    .sort(
      (a, b) => Number(isLast(a.path)) - Number(isLast(b.path)) || compare(nameOf(a.path), nameOf(b.path)),
    )
    .flatMap(({ file, read }) =>
      read.lines
        .filter(({ name }) => name === NAME)
        .map(({ line, value }) => ({ file, line, value, kernel: subject.machine.kernel })),
    )

const isLast = (path: string): boolean => /(?:^|\/)sysctl\.conf$/.test(path)
const nameOf = (path: string): string => path.replace(/^.*\//, '')
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const fromKernelLines = (subject: LintSubject): Setting[] =>
  subject.menus.flatMap(({ file, read }) =>
    read.entries.flatMap(({ kernel }) =>
      [...new Set(kernel?.words.filter(isIndependentWallclock))].map(word => ({
        file,
        line: kernel!.line,
        value: '1',
        word,
        kernel: releaseOf(subject, kernel!),
      })),
    ),
  )

function whyUseless({ machine }: LintSubject, { kernel }: Setting): string | undefined {
  const { about, isGuest } = machine
  if (isGuest && about.hypervisor !== 'xen-pv')
    return `${about.hypervisor === 'xen-hvm' ? 'A fully virtualised guest' : `A guest of ${about.hypervisor}`} has no switch \`${NAME}\`: its clock never was that of the host.`
  if (kernel === undefined || hasIndependentWallclock(kernel)) return undefined
  return about.wallclockSwitch && kernel.text === machine.kernel?.text
    ? undefined
    : `${kernel.text} has no switch \`${NAME}\`: from 3.0 on the clock of a guest is always its own.`
}

/** What several lines have in common is one finding, and all of them go. */
function notHere(
  subject: LintSubject,
  useless: readonly { readonly setting: Setting; readonly why: string | undefined }[],
): Finding[] {
  const hvm = subject.machine.about.hypervisor === 'xen-hvm'
  const reasons = [...new Set(useless.flatMap(({ why }) => why ?? []))]
  return reasons.map(what => {
    const settings = useless.flatMap(({ setting, why }) => (why === what ? [setting] : []))
    return found({
      name: 'wallclock-not-here',
      severity: 'warning',
      what,
      evidence: settings.map(({ file, line }) => evidenceAt(subject, file, line)),
      cost: 'The line does nothing. What it was meant to mend is still broken.',
      causes: hvm
        ? [
            {
              what: 'a clock that gains in a fully virtualised guest has lost ticks, or processors that disagree',
              why: 'the one with a single processor is right',
            },
          ]
        : [],
      remedy: {
        text: hvm
          ? 'Take it out. Look at the clock source, the count of processors and the kernel instead, and run a time daemon in the guest.'
          : 'Take it out, and run a time daemon in the guest.',
        edits: settings.map(({ file, line, word }) =>
          word === undefined
            ? { file, line, kind: 'delete', text: '' }
            : { file, line, kind: 'replace', text: removeWord(lineOf(subject, file, line), word) },
        ),
      },
      confirm: '`ls /proc/sys/xen` in the guest: there is no independent_wallclock.',
    })
  })
}

function withoutDaemon(subject: LintSubject, { file, line }: Setting): Finding[] {
  const daemon = hasDaemon(subject)
  if (daemon) return []
  return [
    found({
      name: 'wallclock-without-daemon',
      severity: daemon === false ? 'critical' : 'note',
      what: `\`${NAME} = 1\` makes the clock independent of the host${daemon === false ? ', and no time daemon keeps it' : '; then a time daemon must keep it, and none is among these files'}.`,
      evidence: [evidenceAt(subject, file, line)],
      cost: 'Without one the clock drifts by seconds a day, and stays behind after each pause.',
      remedy: {
        text: 'Run ntpd or chronyd in the guest, on all hosts and guests alike.',
        changes: ['chkconfig ntpd on', 'service ntpd start'],
      },
      confirm: '`ps -e | grep ntpd`; `cat /proc/sys/xen/independent_wallclock` reads 1.',
    }),
  ]
}

/** Where its files are there, no setting is the kernel's own: 0. Of a whole machine the switch itself is judged, not its absence. */
function unset(subject: LintSubject): Finding[] {
  const { about, kernel } = subject.machine
  const [sysctl] = subject.sysctls.filter(({ path }) => isLast(path))
  const [daemon] = configuredDaemons(subject)
  const follows = about.hypervisor === 'xen-pv' && kernel !== undefined && hasSwitch(kernel)
  if (!follows || !sysctl || !daemon || about.setters !== undefined) return []
  const { file } = sysctl
  const line = Math.max(1, subject.lines[file]!.findLastIndex(text => text.trim() !== '') + 1)
  return [
    found({
      name: 'wallclock-follows-host',
      severity: 'critical',
      what: `\`${NAME}\` is not set, and 0 without that: the clock follows the host, and ${PROGRAMS[daemon.name]} sets it in vain.`,
      evidence: [evidenceAt(subject, file, line), evidenceAt(subject, daemon.file, daemon.line)],
      cost: COST,
      remedy: {
        text: INDEPENDENT,
        changes: [`${NAME} = 1`, 'sysctl -p'],
        edits: [{ file, line, kind: 'insert-after', text: `${NAME} = 1` }],
      },
      confirm: '`cat /proc/sys/xen/independent_wallclock` reads 1.',
    }),
  ]
}

/** Kernels with Xen's own patches; of 2.6.32 Debian's and others with that name are of Linux's own kind. */
const hasSwitch = (kernel: KernelRelease): boolean =>
  kernel.xen &&
  hasIndependentWallclock(kernel) &&
  (!isAtLeast(kernel, [2, 6, 32]) || /-xen$/.test(kernel.text))

const COST =
  'The offset comes back after each correction. After a migration from a host that is ahead time stands still until the other one has caught up.'
const INDEPENDENT =
  'Set it to 1 on all hosts and guests, or run no daemon in the guest and keep the hosts exact.'

function followsHost(subject: LintSubject, { file, line }: Setting): Finding[] {
  const [daemon] = configuredDaemons(subject)
  if (!hasDaemon(subject)) return []
  const text = lineOf(subject, file, line)
  const on = text.replace(/=\s*0\b/, each => each.replace('0', '1'))
  const edits: Edit[] = [{ file, line, kind: 'replace', text: on }]
  return [
    found({
      name: 'wallclock-follows-host',
      severity: 'critical',
      what: `\`${NAME} = 0\` lets the clock follow the host: ${daemon ? PROGRAMS[daemon.name] : 'the time daemon'} sets it in vain.`,
      evidence: [
        evidenceAt(subject, file, line),
        ...(daemon ? [evidenceAt(subject, daemon.file, daemon.line)] : []),
      ],
      cost: COST,
      remedy: {
        text: INDEPENDENT,
        changes: [on.trim(), 'sysctl -p'],
        edits,
      },
      confirm: '`cat /proc/sys/xen/independent_wallclock` reads 1.',
    }),
  ]
}
