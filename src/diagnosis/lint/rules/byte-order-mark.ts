/**
 * unknown-directive: the mark that some editors put before the first letter of a file. It cannot be seen, and for chronyd, ntpd and
 * OpenNTPD it is a part of the first word, as it is for sysctl, for a shell, and for systemd in a file of assignments (env-file.c).
 * In its own files systemd passes over it, and TOML knows it.
 */
import { BYTE_ORDER_MARK } from '#dialects/named-source.ts'
import type { Finding } from '../../finding.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf, type Part } from '../subject.ts'
import { CHRONYD, type Manners, NTPD, OPENNTPD } from './words.ts'

/** chronyd leaves out what it does not know in the files of a `sourcedir`, and says nothing (load_source_file in conf.c). */
const SOURCES: Manners = {
  ...CHRONYD,
  severity: 'warning',
  cost: 'chronyd goes on without this line, and does not say so.',
  confirm: '`chronyc sources` does not show it.',
}

const SYSCTL: Manners = {
  daemon: 'other',
  program: 'sysctl',
  severity: 'warning',
  cost: 'sysctl knows no such key, and does not set what this line says.',
  confirm: '`sysctl -p FILE`',
}
const STARTER: Manners = {
  daemon: 'other',
  program: 'the shell, or systemd, that reads it',
  severity: 'warning',
  cost: 'What this line says is not handed on: the daemon is started without it.',
  confirm: '`ps -o args` of the daemon.',
}
/** It begins with `set -e`, so that what is no command ends it, and so does a comment behind the mark (grub-mkconfig.in). */
const GRUB: Manners = {
  daemon: 'other',
  program: 'the shell',
  severity: 'warning',
  cost: 'grub-mkconfig ends there: no menu is made any more, and what this file says has no effect.',
  confirm: '`grub-mkconfig >/dev/null` (or grub2-mkconfig) names the line.',
}

export const byteOrderMark: LintRule = subject => [
  // What the mark hides there is a comment no more (CPS_NormalizeLine in cmdparse.c).
  ...marked(subject, subject.chrony).flatMap(({ file, path }) =>
    path.endsWith('.sources')
      ? saysSomething(subject, file)
        ? [markFound(subject, file, SOURCES)]
        : []
      : [markFound(subject, file, CHRONYD)],
  ),
  // A mark alone, or before a comment, is a line with an error, and nothing is lost with it.
  ...marked(subject, subject.ntp).flatMap(({ file }) =>
    saysSomething(subject, file) ? [markFound(subject, file, NTPD)] : [],
  ),
  ...marked(subject, subject.openntpd).map(({ file }) => markFound(subject, file, OPENNTPD)),
  ...marked(subject, subject.sysctls).flatMap(({ file }) =>
    saysSomething(subject, file) ? [markFound(subject, file, SYSCTL)] : [],
  ),
  ...marked(subject, subject.environments).flatMap(({ file }) =>
    saysSomething(subject, file) ? [markFound(subject, file, STARTER)] : [],
  ),
  ...marked(subject, subject.bootDefaults).map(({ file }) => markFound(subject, file, GRUB)),
]

const marked = <T>({ files }: LintSubject, parts: readonly Part<T>[]): readonly Part<T>[] =>
  parts.filter(({ file }) => files[file]!.text.startsWith(BYTE_ORDER_MARK))

const saysSomething = (subject: LintSubject, file: number): boolean =>
  /^\s*[^\s#;]/.test(lineOf(subject, file, 1))

function markFound(subject: LintSubject, file: number, { daemon, program, ...manners }: Manners): Finding {
  const text = lineOf(subject, file, 1)
  return found({
    name: 'unknown-directive',
    severity: manners.severity,
    what: `The file begins with a byte order mark (EF BB BF), which cannot be seen: for ${program} it is a part of the first word.`,
    evidence: [evidenceAt(subject, file, 1)],
    cost: manners.cost,
    causes: [{ what: 'an editor put it there', why: 'those of Windows do when they save as UTF-8' }],
    remedy: {
      daemon,
      text: 'Take the mark out, and save the file without one.',
      changes: [`sed -i '1s/^\\xEF\\xBB\\xBF//' ${subject.files[file]!.path}`],
      edits: [{ file, line: 1, kind: 'replace', text }],
    },
    confirm: manners.confirm,
  })
}
