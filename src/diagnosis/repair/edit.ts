/**
 * Lines of a configuration file are replaced, deleted and added; everything else keeps its bytes: comments, order, white
 * space and the kind of line ends. Edits come in groups, one for each finding: a group that cannot be made beside those before it
 * is left out as a whole, and alone.
 */
import { grouped } from '#core/grouped.ts'
import { EditConflict, mergeLine } from './merge-line.ts'

export interface Edit {
  readonly kind: 'replace' | 'delete' | 'insert-after'
  /** Counted from 1. `insert-after` 0 is the beginning of the file, and beyond the last line its end. */
  readonly line: number
  /** Without a line end; several lines are parted by \n. Empty for `delete`. */
  readonly text: string
  /** Its first word says nothing without others: where edits together leave that one alone, the line goes. */
  readonly goesWhenBare?: true
}

export interface Merged {
  /** One character a byte, as what was given. */
  readonly text: string
  readonly refused: readonly Refused[]
}

export interface Refused {
  /** The index of the group. */
  readonly group: number
  readonly why: string
}

export function mergeEdits(text: string, groups: readonly (readonly Edit[])[]): Merged {
  const file = openFile(text)
  const accepted: Edit[] = []
  let changes: Changes = new Map()
  const refused: Refused[] = []
  for (const [group, edits] of groups.entries()) {
    try {
      const together = withChanges(changes, edits)
      for (const { line } of edits) newLine(file.lines, together, line)
      changes = together
      for (const edit of edits) accepted.push(edit)
    } catch (error) {
      if (!(error instanceof EditConflict)) throw error
      refused.push({ group, why: error.message })
    }
  }
  return { text: written(file, accepted, changes), refused }
}

/** What replaces or deletes a line, by its number: a generated file may have tens of thousands. */
type Changes = ReadonlyMap<number, readonly Edit[]>

function withChanges(changes: Changes, edits: readonly Edit[]): Changes {
  const all = new Map(changes)
  const own = grouped(
    edits.filter(({ kind }) => kind !== 'insert-after'),
    ({ line }) => line,
  )
  for (const [line, added] of own) all.set(line, [...(changes.get(line) ?? []), ...added])
  return all
}

interface File {
  readonly lines: readonly string[]
  /** The last line has an end. */
  readonly closed: boolean
}

function openFile(text: string): File {
  const closed = text === '' || text.endsWith('\n')
  return { lines: text === '' ? [] : (closed ? text.slice(0, -1) : text).split('\n'), closed }
}

function written({ lines, closed }: File, edits: readonly Edit[], changes: Changes): string {
  const inserted = insertions(edits, lines.length)
  // As most lines end.
  const tail = lines.filter(line => line.endsWith('\r')).length * 2 > lines.length ? '\r' : ''
  const added = (line: number) => (inserted.get(line) ?? []).map(each => each + tail)
  const result = [...added(0)]
  lines.forEach((_, index) => {
    const line = newLine(lines, changes, index + 1)
    if (line !== undefined) result.push(line)
    for (const each of added(index + 1)) result.push(each)
  })
  if (result.length === 0) return ''
  return result.join('\n') + (closed || inserted.has(lines.length) ? '\n' : '')
}

/** Two findings may ask for the same lines; they are added once. */
function insertions(edits: readonly Edit[], last: number): Map<number, string[]> {
  const inserted = new Map<number, Set<string>>()
  for (const { kind, line, text } of edits) {
    if (kind !== 'insert-after') continue
    const at = Math.min(line, last)
    inserted.set(at, (inserted.get(at) ?? new Set()).add(text))
  }
  return new Map([...inserted].map(([line, texts]) => [line, [...texts].flatMap(text => text.split('\n'))]))
}

/** Undefined when it goes. Throws {@link EditConflict}. */
function newLine(lines: readonly string[], changes: Changes, line: number): string | undefined {
  const here = changes.get(line) ?? []
  const old = lines[line - 1]
  const [first] = here
  if (!first) return old
  if (old === undefined) throw new EditConflict(`there is no line ${line} to ${first.kind}`)
  const versions = here.filter(({ kind }) => kind === 'replace').map(({ text }) => text)
  if (versions.length === here.length) {
    const merged = mergeLine(old, versions)
    return here.some(({ goesWhenBare }) => goesWhenBare) && isBare(merged) ? undefined : merged
  }
  // What is wrong with a line goes with it.
  return undefined
}

const isBare = (line: string): boolean => /^\s*[^\s#]+\s*(?:#.*)?$/.test(line)
