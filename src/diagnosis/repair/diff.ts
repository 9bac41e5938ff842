/**
 * What an edit changes, as people read it: a unified diff. Files of configuration are short, so the longest common
 * subsequence is found by the plain table (Wagner and Fischer 1974) once equal lines at both ends are set aside.
 */

export interface Line {
  readonly mark: ' ' | '-' | '+'
  readonly text: string
}

const CONTEXT = 3
/** Beyond this the middle is shown as replaced as a whole; nobody reads such a diff line by line. */
const MOST_CELLS = 4e6

/** Empty when nothing changes. A missing file is undefined. `context`: how many lines around a change are shown. */
export function unifiedDiff(
  path: string,
  before: string | undefined,
  after: string | undefined,
  context = CONTEXT,
): string[] {
  const lines = compare(linesOf(before), linesOf(after))
  if (!lines.some(({ mark }) => mark !== ' ')) return []
  const head = [
    `--- ${before === undefined ? '/dev/null' : path}`,
    `+++ ${after === undefined ? '/dev/null' : path}`,
  ]
  return [...head, ...hunks(lines, context)]
}

function linesOf(text: string | undefined): string[] {
  if (!text) return []
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  else lines[lines.length - 1] += '\n\\ No newline at end of file'
  return lines
}

/** What both have, what only the first and what only the second has, in their order. */
export function compare(a: readonly string[], b: readonly string[]): Line[] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end])
    end++
  const same = (text: string): Line => ({ mark: ' ', text })
  return [
    ...a.slice(0, start).map(same),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ]
}

function middle(a: readonly string[], b: readonly string[]): Line[] {
  const gone = (text: string): Line => ({ mark: '-', text })
  const come = (text: string): Line => ({ mark: '+', text })
  if (a.length * b.length > MOST_CELLS || a.length === 0 || b.length === 0)
    return [...a.map(gone), ...b.map(come)]
  const width = b.length + 1
  const longest = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] =
        a[i] === b[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!)
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ mark: ' ', text: a[i]! })
      i++
      j++
    } else if (
      j >= b.length ||
      (i < a.length && longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!)
    )
      lines.push(gone(a[i++]!))
    else lines.push(come(b[j++]!))
  }
  return lines
}

function hunks(lines: readonly Line[], context: number): string[] {
  const shown = new Uint8Array(lines.length)
  lines.forEach(({ mark }, at) => {
    if (mark !== ' ') shown.fill(1, Math.max(0, at - context), at + context + 1)
  })
  const text: string[] = []
  let [old, young, at] = [1, 1, 0]
  while (at < lines.length) {
    if (!shown[at]) {
      old++
      young++
      at++
      continue
    }
    const from = at
    while (at < lines.length && shown[at]) at++
    const part = lines.slice(from, at)
    const olds = part.filter(({ mark }) => mark !== '+').length
    const youngs = part.filter(({ mark }) => mark !== '-').length
    text.push(`@@ -${range(old, olds)} +${range(young, youngs)} @@`)
    text.push(...part.flatMap(line => (line.mark + line.text).split('\n')))
    old += olds
    young += youngs
  }
  return text
}

const range = (from: number, count: number): string =>
  count === 1 ? `${from}` : `${count === 0 ? from - 1 : from},${count}`
