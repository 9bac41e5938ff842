/** Text in columns. Widths are counted in characters, and styling is applied after padding, so it cannot shift columns. */
import type { Emphasis, Style } from './style.ts'

export interface Column<T> {
  readonly title: string
  readonly align?: 'left' | 'right'
  readonly text: (row: T) => string
  readonly emphasis?: (row: T) => Emphasis | undefined
}

const GAP = '  '

export function table<T>(rows: readonly T[], columns: readonly Column<T>[], style: Style): string {
  const cells = rows.map(row => columns.map(column => printable(column.text(row))))
  const widths = columns.map((column, i) =>
    Math.max(width(column.title), ...cells.map(row => width(row[i]!))),
  )
  const line = (texts: readonly string[], dress: (text: string, i: number) => string) =>
    texts
      .map((text, i) => {
        const padding = ' '.repeat(widths[i]! - width(text))
        const dressed = dress(text, i)
        return columns[i]!.align === 'right'
          ? padding + dressed
          : dressed + (i < texts.length - 1 ? padding : '')
      })
      .join(GAP)
      .trimEnd()
  const head = line(
    columns.map(({ title }) => title),
    text => style('dim', text),
  )
  const body = rows.map((row, r) =>
    line(cells[r]!, (text, i) => {
      const emphasis = columns[i]!.emphasis?.(row)
      return emphasis ? style(emphasis, text) : text
    }),
  )
  return [head, ...body].map(each => `${each}\n`).join('')
}

export const width = (text: string): number => [...text].length

/** Text from strangers must not move the cursor: control characters are shown as what they are, and a tab as a blank. */
export const printable = (text: string): string =>
  text
    .replaceAll('\t', ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, char => {
      const code = char.codePointAt(0)!.toString(16).padStart(2, '0')
      return `\\u{${code}}`
    })

/** Lines of at most so many characters, broken between words; a word that is longer stands alone. */
export function wrapped(text: string, columns: number, indent: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && width(line) + 1 + width(word) <= columns)
      lines[lines.length - 1] = `${line} ${word}`
    else lines.push(indent + word)
  }
  return lines
}
