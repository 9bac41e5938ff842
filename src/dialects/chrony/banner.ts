/** The head that chrony repeats in its logs: a line of `=`, the names of the columns, a line of `=`. */
import type { Cursor } from '../log/cursor.ts'
import { textOf } from '../log/cursor.ts'
import type { LogFormat } from '../log/format.ts'
import { textLines } from '../log/text.ts'

const NEWLINE = 10
const RULE = /^={20,}$/

/** True for a line of `=`, or one with these words in this order; the cursor is then on the next line. */
export function skipHead(cursor: Cursor, words: RegExp): boolean {
  const to = cursor.bytes.indexOf(NEWLINE, cursor.at)
  if (to < 0 || to - cursor.at > 400) return false
  const text = textOf(cursor.bytes, cursor.at, to).trimEnd()
  if (!RULE.test(text) && !words.test(text.trimStart())) return false
  cursor.at = to + 1
  return true
}

/** The names of the columns of a log, from the third on. */
export const headOf = (columns: string): RegExp => new RegExp(`^Date \\(UTC\\) Time +${columns}`)

/** The first line of `=` of a file, which does not say yet whose head it is. */
export const rule: LogFormat = {
  name: 'rule',
  dated: true,
  first: '=',
  apart: true,
  open: () => textLines(text => RULE.test(text), { foreign: true }),
}
