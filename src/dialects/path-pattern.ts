/**
 * Patterns of file names as the shell writes them (glob(7)): `*`, `?`, `[a-z]`, `[!a-z]`, `\` before a plain character.
 * One name is matched at a time, never a whole path, so `/` needs no rule here. A leading dot must be written.
 */
export const isPattern = (text: string): boolean => /[*?[\\]/.test(text)

/** What stands in front of the first wildcard, up to the last slash. */
export const folderOf = (path: string): string =>
  path.replace(/[*?[\\].*$/, '').replace(/\/[^/]*$/, '') || '/'

type Piece = '*' | ((char: string) => boolean)

export function matchesPattern(name: string, pattern: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false
  const pieces = piecesOf([...pattern])
  const chars = [...name]
  let at = 0
  let piece = 0
  // Where to go on when the last star has to swallow one character more.
  let star = -1
  let swallowed = 0
  while (at < chars.length) {
    const expected = pieces[piece]
    if (expected === '*') {
      star = piece++
      swallowed = at
    } else if (expected?.(chars[at]!)) {
      piece++
      at++
    } else if (star >= 0) {
      piece = star + 1
      at = ++swallowed
    } else return false
  }
  while (pieces[piece] === '*') piece++
  return piece === pieces.length
}

function piecesOf(pattern: readonly string[]): Piece[] {
  const pieces: Piece[] = []
  // Once a bracket is not closed, no later one is: they stand for themselves, and are not searched for again.
  let open = true
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!
    if (char === '*') pieces.push('*')
    else if (char === '?') pieces.push(() => true)
    else if (char === '[' && open) {
      // The first character inside may be a `]` that closes nothing.
      const first = i + (pattern[i + 1] === '!' || pattern[i + 1] === '^' ? 2 : 1)
      const end = pattern.indexOf(']', first + 1)
      if (end < 0) {
        open = false
        pieces.push(each => each === '[')
      } else {
        pieces.push(oneOf(pattern.slice(first, end), first > i + 1))
        i = end
      }
    } else {
      const plain = char === '\\' && i + 1 < pattern.length ? pattern[++i]! : char
      pieces.push(each => each === plain)
    }
  }
  return pieces
}

function oneOf(inside: readonly string[], negated: boolean): (char: string) => boolean {
  const ranges: [string, string][] = []
  for (let i = 0; i < inside.length; i++) {
    if (inside[i + 1] === '-' && i + 2 < inside.length) {
      ranges.push([inside[i]!, inside[i + 2]!])
      i += 2
    } else ranges.push([inside[i]!, inside[i]!])
  }
  return char => ranges.some(([from, to]) => from <= char && char <= to) !== negated
}

/** A whole path, segment by segment; where it begins without `/` it lies below some root. */
export function matchesPath(path: string, pattern: string): boolean {
  const [names, patterns] = [path, pattern].map(each => each.split('/').filter(step => step !== ''))
  return (
    names!.length === patterns!.length &&
    names!.every((name, index) => matchesPattern(name, patterns![index]!))
  )
}
