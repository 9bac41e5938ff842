/** Edits that take one thing out of a command of ntp.conf, wherever it stands. The line goes when nothing else is on it. */
import { withoutName, withoutSetting as withoutNamed } from '#dialects/ntpd/take-out.ts'
import type { Edit } from '../finding.ts'
import { type LintSubject, lineOf } from './subject.ts'

/** Of each `tinker`, or `tos`, a setting with its value, since of several lines the last counts. */
export const withoutSetting = (subject: LintSubject, name: string): Edit[] =>
  takenOut(subject, ['tinker', 'tos'], name, withoutNamed)

/** Of each `disable`, a name. */
export const notDisabled = (subject: LintSubject, name: string): Edit[] =>
  takenOut(subject, ['disable'], name, withoutName)

function takenOut(
  subject: LintSubject,
  commands: readonly string[],
  name: string,
  takeOut: (line: string, name: string) => string | undefined,
): Edit[] {
  return subject.ntp.flatMap(({ file, read }) =>
    read.commands
      .filter(command => commands.includes(command.name) && command.words.includes(name))
      .map(({ line }): Edit => {
        const text = takeOut(lineOf(subject, file, line), name)
        return text === undefined
          ? { file, line, kind: 'delete', text: '' }
          : { file, line, kind: 'replace', text, goesWhenBare: true }
      }),
  )
}
