/** The skeleton of a reader that looks at a line as text: for logs with few lines and many shapes. */
import { textOf } from './cursor.ts'
import { withoutColours } from './dressing.ts'
import type { LineReader } from './format.ts'

const NEWLINE = 10
const BLANK = 32
/** No daemon writes longer lines into its log; what is longer is somebody else's. */
const LONGEST = 8192

/** `understand` answers whether the line is one of its own; with `reclaim` it says that the one before was, too. */
export function textLines(
  understand: (text: string, line: number, reclaim: () => void) => boolean,
  { longest = LONGEST, ...options }: { foreign?: boolean; longest?: number } = {},
): LineReader {
  const self = {
    taken: 0,
    reclaimed: false,
    ...options,
    take(bytes: Uint8Array, at: number, end: number, line: number): number {
      let taken = 0
      self.reclaimed = false
      while (at < end) {
        let to = at
        while (bytes[to] !== NEWLINE) to++
        if (to - at > longest) break
        const text = withoutBlanksAtEnd(withoutColours(textOf(bytes, at, to)))
        if (!understand(text, line + taken, reclaim)) break
        at = to + 1
        taken++
      }
      self.taken = taken
      return at
    },
    flush() {},
  }
  const reclaim = () => {
    self.reclaimed = true
  }
  return self
}

/** trimEnd would take the last byte of some characters, which in ISO 8859-1 is a blank that does not break. */
function withoutBlanksAtEnd(text: string): string {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) <= BLANK) end--
  return text.slice(0, end)
}
