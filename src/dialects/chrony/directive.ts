/** A line of chrony.conf that says something: a directive and its words. */
import { type Remark, wordsOf } from '../named-source.ts'

export interface Directive {
  readonly line: number
  readonly text: string
  /** In small letters. */
  readonly name: string
  readonly words: readonly string[]
}

export function directivesOf(lines: readonly string[]): Directive[] {
  return lines.flatMap((line, index) => {
    const words = wordsOf(line)
    if (words.length === 0 || /^[!;#%]/.test(words[0]!)) return []
    return [{ line: index + 1, text: line.trim(), name: words[0]!.toLowerCase(), words: words.slice(1) }]
  })
}

export function misunderstand(
  { notUnderstood }: { readonly notUnderstood: Remark[] },
  { line, text }: Directive,
  why: string,
): void {
  notUnderstood.push({ line, text, why })
}
