/**
 * panic-exit-ahead of ntpd-rs (ntp.toml(5), `[synchronization]`): ntp-daemon ends itself rather than make a step beyond a limit, or one
 * that brings the sum of all steps beyond another. Its own unit starts it anew at once (`Restart=always`), and what it
 * then finds is measured by the limit for starts, which is infinite forward by default: a pause leaves a clock behind.
 */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { lastOf } from '#dialects/linux/unit.ts'
import type { NtpdRsSettings, StepLimits } from '#dialects/ntpd-rs/conf.ts'
import type { Edit, Finding } from '../../finding.ts'
import { inGuests } from '../advice.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf, wholeUnits } from '../subject.ts'

const SINGLE = 'single-step-panic-threshold'
const STARTUP = 'startup-step-panic-threshold'
const ACCUMULATED = 'accumulated-step-panic-threshold'

export const ntpdRsPanic: LintRule = subject => {
  if (subject.machine.isGuest === false) return []
  return subject.ntpdRs
    .filter(({ main, read }) => main && read.sources.length > 0)
    .flatMap(({ file, read }) => [
      ...singleStep(subject, file, read.settings),
      ...accumulated(subject, file, read.settings),
    ])
}

function singleStep(subject: LintSubject, file: number, settings: NtpdRsSettings): Finding[] {
  const { singleStepPanicThreshold: single, startupStepPanicThreshold: startup } = settings
  const most = single.forward
  if (most === Number.POSITIVE_INFINITY) return []
  const restarts = restartsItself(subject)
  const staysAway = restarts === false || startup.forward <= most
  const [said, saidOfStart] = [lineOfKey(subject, file, SINGLE), lineOfKey(subject, file, STARTUP)]
  const { changes, edits } = allow(subject, file, { single, startup })
  return [
    found({
      name: 'panic-exit-ahead',
      severity: subject.machine.isGuest && staysAway ? 'warning' : 'note',
      what:
        `${inGuests(subject)} ntp-daemon ends itself after a pause of more than ${seconds(most)}` +
        `${said === undefined ? ', its default' : ''}. ` +
        (startup.forward <= most
          ? `Started anew it ends again: \`${STARTUP}\` allows no more.`
          : restarts === false
            ? 'Its unit does not start it anew.'
            : 'Its own unit starts it anew (`Restart=always`), and then it sets the clock.'),
      measures: { panic: most },
      evidence: [said, staysAway && startup.forward <= most ? saidOfStart : undefined]
        .filter((line, index) => line !== undefined || index === 0)
        .map(line => evidenceAt(subject, file, line ?? firstLine(subject, file))),
      cost: staysAway
        ? 'After a long suspend, or a snapshot that is restored, nobody keeps the clock any more.'
        : 'Wherever nothing starts it anew, nobody keeps the clock after a long suspend or a restored snapshot.',
      remedy: {
        daemon: 'other',
        text: 'Allow steps forward of any size, which is the way in which a pause leaves a clock.',
        changes,
        edits,
      },
      confirm: '`systemctl show -p Restart ntpd-rs`; `clockwright lab run pause-1200s` with this file.',
    }),
  ]
}

function accumulated(subject: LintSubject, file: number, settings: NtpdRsSettings): Finding[] {
  const most = settings.accumulatedStepPanicThreshold
  const line = lineOfKey(subject, file, ACCUMULATED)
  if (most === Number.POSITIVE_INFINITY || line === undefined) return []
  return [
    found({
      name: 'panic-exit-ahead',
      severity: subject.machine.isGuest ? 'warning' : 'note',
      what: `${inGuests(subject)} the steps after all pauses add up: beyond ${seconds(most)} in sum ntp-daemon ends itself.`,
      measures: { panic: most },
      evidence: [evidenceAt(subject, file, line)],
      cost: 'Each pause that is put right brings the end nearer; where nothing starts it anew nobody keeps the clock then.',
      remedy: {
        daemon: 'other',
        text: 'Take the limit out: it is for machines whose clock never jumps by itself.',
        edits: [{ file, line, kind: 'delete', text: '' }],
      },
      confirm: 'The log of ntp-daemon: "Unusually large clock step suggested".',
    }),
  ]
}

const seconds = (threshold: Seconds): string => (threshold >= 60 ? `${threshold} s` : duration(threshold))

/** Undefined where its unit is not here. */
function restartsItself({ units }: LintSubject): boolean | undefined {
  const unit = wholeUnits(units).find(([first]) => /(?:^|\/)ntpd-rs\.service(?:\.d\/|$)/.test(first!.path))
  if (!unit?.some(({ path }) => path.endsWith('.service'))) return undefined
  const restart = lastOf(
    unit.map(({ read }) => read),
    'Service',
    'Restart',
  )
  return restart !== undefined && /^(?:always|on-failure)$/.test(restart.value)
}

interface Limits {
  readonly single: StepLimits
  readonly startup: StepLimits
}

/** Each limit that stands in the way, where it stands; what is said of steps back stays as it is. */
function allow(
  subject: LintSubject,
  file: number,
  { single, startup }: Limits,
): { readonly changes: string[]; readonly edits: readonly Edit[] } {
  const inTheWay = [
    [SINGLE, single],
    ...(startup.forward <= single.forward ? [[STARTUP, startup] as const] : []),
  ] as const
  const written = inTheWay.map(([key, { backward }]) => ({
    key,
    text: `${key} = { forward = "inf", backward = ${Number.isFinite(backward) ? backward : '"inf"'} }`,
  }))
  const changes = ['[synchronization]', ...written.map(({ text }) => text)]
  // A limit that is a table of its own is for a person to change.
  if (find(subject, file, TABLE_OF_ITS_OWN) !== undefined) return { changes, edits: [] }
  return { changes, edits: written.map(each => edit(subject, file, each)) }
}

const TABLE_OF_ITS_OWN = /^\s*\[synchronization\.(?:single|startup)-step-panic-threshold\]/

function edit(
  subject: LintSubject,
  file: number,
  { key, text }: { readonly key: string; readonly text: string },
): Edit {
  const line = lineOfKey(subject, file, key)
  if (line !== undefined) {
    const [, indent = '', comment = ''] = /^(\s*)[^#]*?(\s*#.*)?$/.exec(lineOf(subject, file, line)) ?? []
    return { file, line, kind: 'replace', text: `${indent}${text}${comment}` }
  }
  const section = find(subject, file, /^\s*\[synchronization\]/)
  return section === undefined
    ? {
        file,
        line: subject.lines[file]!.length,
        kind: 'insert-after',
        text: `\n[synchronization]\n${text}`,
      }
    : { file, line: section, kind: 'insert-after', text }
}

function find(subject: LintSubject, file: number, pattern: RegExp): number | undefined {
  const at = subject.lines[file]!.findIndex(line => pattern.test(line))
  return at < 0 ? undefined : at + 1
}

const lineOfKey = (subject: LintSubject, file: number, key: string): number | undefined =>
  find(subject, file, new RegExp(`^\\s*${key}\\s*=`))

const firstLine = (subject: LintSubject, file: number): number =>
  find(subject, file, /^\s*\[\[source\]\]/) ?? 1
