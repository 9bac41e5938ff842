/**
 * Lines of a configuration file are replaced, deleted and added; everything else keeps its bytes: comments, order, white
 * space and the kind of line ends.
 */

export interface Edit {
  readonly kind: 'replace' | 'delete' | 'insert-after'
  /** Counted from 1. `insert-after` 0 is the beginning of the file, and beyond the last line its end. */
  readonly line: number
  /** Without a line end; several lines are parted by \n. Empty for `delete`. */
  readonly text: string
}

/** Two edits that cannot both be done; the plan must choose. */
export class EditConflict extends Error {}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  const closed = text === '' || text.endsWith('\n')
  const lines = text === '' ? [] : (closed ? text.slice(0, -1) : text).split('\n')
  const replaced = new Map<number, Edit>()
  const inserted = new Map<number, string[]>()
  for (const edit of unique(edits)) {
    if (edit.kind === 'insert-after') {
      const line = Math.min(edit.line, lines.length)
      inserted.set(line, [...(inserted.get(line) ?? []), ...linesOf(edit)])
    } else {
      if (edit.line < 1 || edit.line > lines.length)
        throw new EditConflict(`there is no line ${edit.line} to ${edit.kind}`)
      if (replaced.has(edit.line)) throw new EditConflict(`line ${edit.line} would be changed in two ways`)
      replaced.set(edit.line, edit)
    }
  }
  // As most lines end.
  const tail = lines.filter(line => line.endsWith('\r')).length * 2 > lines.length ? '\r' : ''
  const result = (inserted.get(0) ?? []).map(line => line + tail)
  lines.forEach((line, index) => {
    const edit = replaced.get(index + 1)
    if (!edit) result.push(line)
    else if (edit.kind === 'replace') result.push(...linesOf(edit).map(each => each + tail))
    result.push(...(inserted.get(index + 1) ?? []).map(each => each + tail))
  })
  if (result.length === 0) return ''
  return result.join('\n') + (closed || inserted.has(lines.length) ? '\n' : '')
}

const linesOf = ({ text }: Edit): string[] => text.split('\n')

/** Two findings may ask for the same edit; it is made once. */
function unique(edits: readonly Edit[]): Edit[] {
  const seen = new Set<string>()
  return edits.filter(({ kind, line, text }) => {
    const key = `${kind} ${line} ${text}`
    return !seen.has(key) && seen.add(key)
  })
}
