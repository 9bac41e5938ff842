/**
 * The linter: files of one machine, what is known of the machine, and what is wrong with them. Files that are given together are
 * judged together, so that a daemon's options and its configuration, or two daemons, are seen beside each other.
 */
import { bySeverity, type Edit, editsOf, type Finding } from '../finding.ts'
import { correctedLine } from '../repair/corrected-line.ts'
import { comesBackIn } from '../repair/written-by.ts'
import type { About } from './about.ts'
import type { LintFile } from './file-kind.ts'
import { withNextMistakes } from './next-mistake.ts'
import type { LintRule } from './rule.ts'
import { byteOrderMark } from './rules/byte-order-mark.ts'
import { chronyValues } from './rules/chrony-values.ts'
import { chronydRefuses } from './rules/chronyd-refuses.ts'
import { clockNotDisciplined } from './rules/clock-not-disciplined.ts'
import { disabledInGuests } from './rules/disabled-in-guests.ts'
import { driversOfNtpd } from './rules/drivers-of-ntpd.ts'
import { endsAtOnce } from './rules/ends-at-once.ts'
import { forcedSource } from './rules/forced-source.ts'
import { hostClock } from './rules/host-clock.ts'
import { changedByItsProgram, kernelLine } from './rules/kernel-line.ts'
import { keys } from './rules/keys.ts'
import { localClock } from './rules/local-clock.ts'
import { maxchange } from './rules/maxchange.ts'
import { missingFiles } from './rules/missing-files.ts'
import { missingKeys } from './rules/missing-keys.ts'
import { neverNear } from './rules/never-near.ts'
import { noDaemon } from './rules/no-daemon.ts'
import { ntpdRsPanic } from './rules/ntpd-rs-panic.ts'
import { panic } from './rules/panic.ts'
import { polls } from './rules/polls.ts'
import { refclockLocks } from './rules/refclock-locks.ts'
import { restrict } from './rules/restrict.ts'
import { rtcInLocalTime } from './rules/rtc-in-local-time.ts'
import { serverLists } from './rules/server-lists.ts'
import { slewOnly } from './rules/slew-only.ts'
import { smear } from './rules/smear.ts'
import { sources } from './rules/sources.ts'
import { sourcesUnusable } from './rules/sources-unusable.ts'
import { statistics } from './rules/statistics.ts'
import { stepoutClamped } from './rules/stepout-clamped.ts'
import { steps } from './rules/steps.ts'
import { timerPolicy } from './rules/timer-policy.ts'
import { twoDaemons } from './rules/two-daemons.ts'
import { twoStarts } from './rules/two-starts.ts'
import { unitKeys } from './rules/unit-keys.ts'
import { unknownFile } from './rules/unknown-file.ts'
import { vmware } from './rules/vmware.ts'
import { wallclock } from './rules/wallclock.ts'
import { words } from './rules/words.ts'
import { type LintSubject, lineOf, subjectOf } from './subject.ts'

export const LINT_RULES: readonly LintRule[] = [
  unknownFile,
  words,
  chronyValues,
  refclockLocks,
  byteOrderMark,
  chronydRefuses,
  missingFiles,
  missingKeys,
  keys,
  polls,
  noDaemon,
  endsAtOnce,
  twoDaemons,
  sources,
  neverNear,
  serverLists,
  sourcesUnusable,
  forcedSource,
  smear,
  hostClock,
  localClock,
  driversOfNtpd,
  slewOnly,
  stepoutClamped,
  panic,
  ntpdRsPanic,
  maxchange,
  steps,
  clockNotDisciplined,
  restrict,
  statistics,
  rtcInLocalTime,
  kernelLine,
  wallclock,
  disabledInGuests,
  twoStarts,
  unitKeys,
  vmware,
  timerPolicy,
]

/** The worst first; of one severity in the order of files and lines. Evidence and edits name files by their index in `files`. */
export function lint(files: readonly LintFile[], about: About = {}): Finding[] {
  const subject = subjectOf(files, about)
  // Of what these files set in the end something else is known only as long as they are what they were.
  const look = (changed: readonly LintFile[]) =>
    found(subjectOf(changed, { ...about, wallclockAtStart: undefined }))
  const all = withNextMistakes(found(subject), files, look)
    .map(finding => changedByItsProgram(subject, finding))
    .map(finding => withWhoseFile(finding, files))
  const corrections = all
    .filter(({ name }) => name === 'misspelt')
    .flatMap(editsOf)
    .filter(({ kind }) => kind === 'replace')
  return all
    .map(finding => withoutMistakes(finding, corrections, subject))
    .sort((a, b) => bySeverity(a, b) || byPlace(a, b))
}

/** Lines that are shown for another reason show what is misspelt on them put right. */
function withoutMistakes(finding: Finding, corrections: readonly Edit[], subject: LintSubject): Finding {
  if (finding.name === 'misspelt' || corrections.length === 0) return finding
  const replaced = editsOf(finding).filter(({ kind }) => kind === 'replace')
  const shown = new Map(
    replaced.map(({ file, line, text }) => {
      const own = corrections.filter(each => each.file === file && each.line === line)
      const whole = correctedLine(
        lineOf(subject, file, line),
        text,
        own.map(each => each.text),
      )
      return [text.trim(), whole.trim()]
    }),
  )
  const changes = finding.remedy.changes.map(change => shown.get(change) ?? change)
  return { ...finding, remedy: { ...finding.remedy, changes } }
}

/** What is changed in a file that a program writes anew does not stay. */
function withWhoseFile(finding: Finding, files: readonly LintFile[]): Finding {
  const edited = [...new Set(finding.remedy.edits?.map(({ file }) => file))]
  const told = edited.flatMap(file => comesBackIn(files[file]!.path, files[file]!.text) ?? [])
  return told.length === 0
    ? finding
    : { ...finding, remedy: { ...finding.remedy, text: [finding.remedy.text, ...told].join(' ') } }
}

const found = (subject: LintSubject): Finding[] => LINT_RULES.flatMap(rule => rule(subject))

const byPlace = (a: Finding, b: Finding): number => {
  const [one, other] = [a.evidence[0], b.evidence[0]]
  return (one?.file ?? 0) - (other?.file ?? 0) || (one?.line ?? 0) - (other?.line ?? 0)
}
