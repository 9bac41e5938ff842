/**
 * What `clockwright lint` says: a line for each finding as compilers and linters write it (file:line, severity, name, message), what it
 * costs, and what to do; and the same for programs.
 */
import type { Finding, Severity } from '#diagnosis/finding.ts'
import { worst } from '#diagnosis/finding.ts'
import { withoutSecrets, withoutSecretsDeep } from '#diagnosis/inventory/copy/secrets.ts'
import { SEVERITY_COLOURS } from './findings.ts'
import type { Style } from './style.ts'
import { printable, wrapped } from './table.ts'
import { plural } from './words/say.ts'

export interface LintedFile {
  readonly path: string
  /** What kind of file it was taken for. */
  readonly kind: string | undefined
}

export interface LintReport {
  readonly findings: readonly Finding[]
  readonly files: readonly LintedFile[]
  readonly skipped: readonly { readonly file: string; readonly why: string }[]
}

const INDENT = 10
/** Of files that were passed over in a folder, so many are named. */
const MOST_SKIPPED = 5

export function lintScreen(report: LintReport, columns: number, style: Style): string {
  const told = report.findings
    .map(shownOf)
    .map(finding => findingScreen(finding, report.files, columns, style))
  return [...told, foot(report, style)].join('\n')
}

function findingScreen(
  finding: Finding,
  files: readonly LintedFile[],
  columns: number,
  style: Style,
): string {
  const [first, ...others] = finding.evidence
  const place = first ? placeOf(first, files) : ''
  const head = `${style('bold', place)}: ${style(SEVERITY_COLOURS[finding.severity], finding.severity)} ${finding.name}`
  const part = (label: string, text: string): string[] =>
    wrapped(printable(text), columns - INDENT, '').map(
      (line, i) => `${style('dim', (i === 0 ? label : '').padStart(INDENT - 1))} ${line}`,
    )
  const said =
    first && first.text !== ''
      ? [`${' '.repeat(INDENT)}${style('dim', cut(printable(first.text), columns - INDENT))}`]
      : []
  const lines = [
    head,
    ...wrapped(printable(finding.what), columns - 2, '').map(line => `  ${line}`),
    ...said,
    ...others.flatMap(each => part('see', `${placeOf(each, files)}: ${each.text}`)),
    ...part('costs', finding.cost),
    ...part('do', finding.remedy.text),
    ...finding.remedy.changes.map(change => `${' '.repeat(INDENT + 2)}${style('cyan', printable(change))}`),
  ]
  return `${lines.join('\n')}\n`
}

/** What is secret in a line is not shown. Edits of such lines are left out: whoever made them would write the mark there. */
function shownOf(finding: Finding): Finding {
  const { edits = [], ...remedy } = finding.remedy
  const exact = edits.every(({ text }) => withoutSecrets(text) === text)
  return withoutSecretsDeep({ ...finding, remedy: { ...remedy, edits: exact ? edits : [] } })
}

const placeOf = (
  { file, line, path = '?' }: { file?: number; line?: number; path?: string },
  files: readonly LintedFile[],
): string =>
  printable(
    `${file === undefined ? path : (files[file]?.path ?? path)}${line === undefined ? '' : `:${line}`}`,
  )

const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text

function foot({ findings, files, skipped }: LintReport, style: Style): string {
  const count = (severity: Severity) => findings.filter(each => each.severity === severity).length
  const parts = (['critical', 'warning', 'note'] as const).flatMap(severity => {
    const number = count(severity)
    return number === 0 ? [] : [`${number} ${severity}${severity === 'critical' || number === 1 ? '' : 's'}`]
  })
  const judged = files.filter(({ kind }) => kind !== undefined)
  const summary =
    judged.length === 0
      ? 'Nothing was judged.'
      : `${parts.length === 0 ? 'Nothing to complain of' : parts.join(', ')} in ${plural(judged.length, 'file')}.`
  const lines = [
    style(judged.length === 0 ? 'yellow' : SEVERITY_COLOURS[worst(findings)], summary),
    ...skipped
      .slice(0, MOST_SKIPPED)
      .map(({ file, why }) => style('dim', printable(`skipped ${file}: ${why}`))),
    ...(skipped.length > MOST_SKIPPED
      ? [style('dim', `and ${skipped.length - MOST_SKIPPED} more files skipped (--json lists them)`)]
      : []),
  ]
  return `${lines.join('\n')}\n`
}

export function encodeLint({ findings, files, skipped }: LintReport) {
  const pathOf = (file: number | undefined): string | null =>
    file === undefined ? null : (files[file]?.path ?? null)
  return {
    verdict: worst(findings),
    findings: findings
      .map(shownOf)
      .map(({ name, severity, what, measures, evidence, cost, causes, remedy, confirm }) => ({
        name,
        severity,
        message: what,
        file: pathOf(evidence[0]?.file),
        line: evidence[0]?.line ?? null,
        remedy: {
          ...remedy,
          edits: (remedy.edits ?? []).map(edit => ({ ...edit, file: pathOf(edit.file) })),
        },
        measures,
        evidence: evidence.map(({ text, file, line }) => ({ text, file: pathOf(file), line: line ?? null })),
        cost,
        causes,
        confirm,
      })),
    files: files.map(({ path, kind }) => ({ file: path, kind: kind ?? null })),
    skipped,
  }
}
