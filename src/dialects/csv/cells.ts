/** The cells of a line of a table (RFC 4180, and with other separators). */

const MOST_COLUMNS = 40
const QUOTED = /"((?:[^"]|"")*)"|[^"]+/g

/** A semicolon before a comma: where the comma is in the numbers, it is that which separates. */
export function separatorOf(text: string): string | undefined {
  const bare = text.replace(/"(?:[^"]|"")*"/g, '')
  return [';', '\t', ',', ' '].find(each => bare.includes(each))
}

export function cellsOf(text: string, separator: string): string[] {
  if (!text.includes('"'))
    return separator === ' ' ? text.trim().split(/ +/, MOST_COLUMNS) : trimmed(text.split(separator))
  // What is quoted holds no separator: a stand-in that no table has.
  const kept: string[] = []
  const open = text.replace(QUOTED, (whole, quoted: string | undefined) =>
    quoted === undefined ? whole : `\0${kept.push(quoted.replaceAll('""', '"')) - 1}\0`,
  )
  return trimmed(open.split(separator)).map(cell => cell.replace(/\0(\d+)\0/g, (_, n) => kept[Number(n)]!))
}

const trimmed = (cells: readonly string[]): string[] => cells.slice(0, MOST_COLUMNS).map(cell => cell.trim())
