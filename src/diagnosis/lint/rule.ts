/** A rule of the linter looks at the files of a machine and says what it finds. One file for each, or for a family, in `rules`. */
import type { Daemon } from '#core/trace/series.ts'
import type { Cause, Edit, Evidence, Finding, FindingName, Severity } from '../finding.ts'
import type { Action } from '../repair/action.ts'
import type { LintSubject } from './subject.ts'

export type LintRule = (subject: LintSubject) => readonly Finding[]

/** A finding as rules say it: what does not depend on time, with the rest filled in. */
export interface Found {
  readonly name: FindingName
  readonly severity: Severity
  readonly what: string
  readonly measures?: Readonly<Record<string, number>>
  /** The first piece is the line that the finding is about. */
  readonly evidence: readonly Evidence[]
  readonly cost: string
  readonly causes?: readonly Cause[]
  readonly remedy: {
    readonly daemon?: Daemon | undefined
    readonly version?: string | undefined
    readonly text: string
    readonly changes?: readonly string[]
    readonly edits?: readonly Edit[]
    /** What is to be done on the machine besides. */
    readonly actions?: readonly Action[]
  }
  readonly confirm: string
}

export const found = ({ remedy, ...rest }: Found): Finding => ({
  from: undefined,
  to: undefined,
  measures: {},
  causes: [],
  ...rest,
  remedy: {
    daemon: remedy.daemon,
    version: remedy.version,
    text: remedy.text,
    changes: remedy.changes ?? [],
    ...(remedy.edits && remedy.edits.length > 0 ? { edits: remedy.edits } : {}),
    ...(remedy.actions && remedy.actions.length > 0 ? { actions: remedy.actions } : {}),
  },
})

/** A change of a line, with the words that it consists of kept where they stand: `from` is replaced once. */
export function replaceWord(line: string, from: string, to: string): string {
  const escaped = from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return line.replace(
    new RegExp(`(^|\\s|["'=])${escaped}(?=$|\\s|["'=])`),
    (_, before: string) => `${before}${to}`,
  )
}

/** The same line without a word, as often as it stands there, and without the space before it; at its beginning, or that of a quote, the space behind it. */
export function removeWord(line: string, word: string): string {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const without = line.replace(new RegExp(`[ \\t]+${escaped}(?=$|[\\s"'])`, 'g'), '')
  const atTheBeginning = without === line ? `(^|["'=])` : `(^|["'])`
  return without.replace(new RegExp(`${atTheBeginning}${escaped}(?:[ \\t]+|(?=$|["']))`), '$1')
}
