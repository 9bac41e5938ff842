/** Findings in the terminal: what, how we know, what it costs, what to do. */
import type { Evidence, Finding, Severity } from '#diagnosis/finding.ts'
import type { Emphasis, Style } from './style.ts'
import { printable, wrapped } from './table.ts'

export const LABEL = 10
/** Of each kind so many are told. */
const OF_A_KIND = 5
const LINES_OF_EVIDENCE = 3

export const SEVERITY_COLOURS: Readonly<Record<Severity, Emphasis>> = {
  good: 'green',
  note: 'cyan',
  warning: 'yellow',
  critical: 'red',
}

export interface Telling {
  readonly columns: number
  /** By their index; empty where findings name their places by paths. */
  readonly fileNames: readonly string[]
  /** How many lines of evidence; three when nothing is said. */
  readonly evidence?: number
}

/** One kind of finding in full. */
export function tellFinding(kind: readonly Finding[], telling: Telling, style: Style): string[] {
  const [first] = kind as readonly [Finding]
  const lines = nameFinding(first, 0, telling, style)
  const text = (label: string, what: string) => {
    const body = wrapped(printable(what), telling.columns - LABEL, '')
    return body.map((line, i) => `${style('dim', (i === 0 ? label : '').padStart(LABEL - 1))} ${line}`)
  }
  for (const other of kind.slice(1, OF_A_KIND)) lines.push(...text('and', other.what))
  if (kind.length > OF_A_KIND) lines.push(...text('and', `${kind.length - OF_A_KIND} more`))
  for (const evidence of first.evidence.slice(0, telling.evidence ?? LINES_OF_EVIDENCE))
    lines.push(...text('seen', evidence.text + whereOf(evidence, telling)))
  if (first.severity !== 'note') {
    if (first.causes[0]) lines.push(...text('because', `${first.causes[0].what}: ${first.causes[0].why}`))
    for (const cause of first.causes.slice(1)) lines.push(...text('or', cause.what))
    lines.push(...text('costs', first.cost))
  }
  lines.push(...text('do', first.remedy.text))
  for (const change of first.remedy.changes)
    lines.push(`${' '.repeat(LABEL + 2)}${style('cyan', printable(change))}`)
  return lines
}

function whereOf({ file, path, line, text }: Evidence, { fileNames }: Telling): string {
  const name = path ?? (file === undefined ? undefined : (fileNames[file] ?? '?'))
  if (name === undefined || text.includes(name)) return ''
  return ` (${name}${line ? `:${line}` : ''})`
}

/** In one sentence, and how many more of the kind there are. */
export function nameFinding(finding: Finding, more: number, { columns }: Telling, style: Style): string[] {
  const label = finding.severity.padEnd(LABEL - 1)
  const text = `${finding.name}: ${finding.what}${more > 0 ? ` And ${more} more.` : ''}`
  return wrapped(printable(text), columns - LABEL, '').map((line, i) =>
    i === 0
      ? `${style(SEVERITY_COLOURS[finding.severity], label)} ${line.replace(finding.name, style('bold', finding.name))}`
      : `${' '.repeat(LABEL)}${line}`,
  )
}
