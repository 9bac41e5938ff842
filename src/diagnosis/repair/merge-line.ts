/**
 * One line that is written anew, perhaps by several findings at once. Only the words that an edit changes are changed: white
 * space, comments and bytes of any encoding stay what they were, also where the edit was made from the decoded text. Two edits of
 * different words are both made; two of the same words only if they agree.
 */
import { compare } from './diff.ts'

/** Edits that cannot both be made; the plan must choose. */
export class EditConflict extends Error {}

interface Word {
  /** The white space in front of it. */
  readonly blank: string
  readonly text: string
}

/** The words `from` until `to` give way to others; where both are the same it is an insertion. */
interface Change {
  readonly version: number
  readonly from: number
  readonly to: number
  readonly words: readonly Word[]
}

/** `line` has one character a byte, `versions` are the same line as each edit would have it, decoded. Of more lines than one all end alike. */
export function mergeLine(line: string, versions: readonly string[]): string {
  const words = wordsOf(line)
  const different = [...new Set(versions)].map(wordsOf)
  const changes = different
    .flatMap((each, version) => changesBetween(words, each, version))
    .sort((a, b) => a.from - b.from || a.to - b.to)
  const tail = /[ \t\v\f\r]*$/.exec(line)![0]
  const text = written(words, withoutRepeats(agreed(changes))) + tail
  return tail.endsWith('\r') ? text.replace(/\r?\n/g, '\r\n') : text
}

/** A quote is a word of its own, and so is a line end. Only ASCII's white space parts words: it looks the same in every encoding. */
const wordsOf = (line: string): Word[] =>
  [...line.matchAll(/([ \t\v\f\r]*)(\n|["']|[^ \t\v\f\r\n"']+)/g)].map(([, blank = '', text = '']) => ({
    blank,
    text,
  }))

/** What is not ASCII looks different in the file and in the decoded text, and no edit changes it. */
const shapeOf = ({ text }: Word): string => text.replace(/[^\0-\x7f]+/g, '\ufffd')

function changesBetween(before: readonly Word[], after: readonly Word[], version: number): Change[] {
  const changes: Change[] = []
  let [at, young] = [0, 0]
  let open: { from: number; words: Word[] } | undefined
  const close = () => {
    if (open) changes.push({ version, from: open.from, to: at, words: open.words })
    open = undefined
  }
  for (const { mark } of compare(before.map(shapeOf), after.map(shapeOf))) {
    if (mark === ' ') {
      close()
      at++
      young++
      continue
    }
    open ??= { from: at, words: [] }
    if (mark === '-') at++
    else open.words.push(inBytes(after[young++]!, before))
  }
  close()
  return changes
}

/** A word that only changed its place keeps its bytes. */
function inBytes(word: Word, line: readonly Word[]): Word {
  const shape = shapeOf(word)
  const text = line.find(each => shapeOf(each) === shape)?.text ?? utf8(word.text)
  return { ...word, text }
}

const utf8 = (text: string): string =>
  encodeURIComponent(text).replace(/%(..)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )

/** Two that delete are one; two that meet otherwise must say the same. */
function agreed(changes: readonly Change[]): Change[] {
  const all: Change[] = []
  for (const change of changes) {
    const last = all.at(-1)
    if (last && isSame(last, change)) continue
    if (last && last.words.length === 0 && change.words.length === 0 && change.from <= last.to)
      all.splice(-1, 1, { ...last, to: Math.max(last.to, change.to) })
    else if (last && change.from < last.to)
      throw new EditConflict('the same words would be changed in two ways')
    else all.push(change)
  }
  return all
}

const isSame = (a: Change, b: Change): boolean =>
  a.from === b.from && a.to === b.to && textOf(a.words) === textOf(b.words)

const textOf = (words: readonly Word[]): string => words.map(({ text }) => text).join(' ')

/** An option that two edits bring stands there once, if both give it the same value. */
function withoutRepeats(changes: readonly Change[]): Change[] {
  const brought = new Map<string, { readonly version: number; readonly values: string }>()
  return changes.map(change => {
    const words = optionsIn(change.words).flatMap(option => {
      const [{ text: name }, ...values] = option as [Word, ...Word[]]
      const before = /^[a-z]/i.test(name) ? brought.get(name) : undefined
      if (!before || before.version === change.version) {
        brought.set(name, { version: change.version, values: textOf(values) })
        return option
      }
      if (before.values !== textOf(values)) throw new EditConflict(`\`${name}\` would get two values`)
      return []
    })
    return { ...change, words }
  })
}

/** A word, and the numbers behind it. */
function optionsIn(words: readonly Word[]): Word[][] {
  const options: Word[][] = []
  for (const word of words) {
    if (/^-?[\d.]+$/.test(word.text) && options.length > 0) options.at(-1)!.push(word)
    else options.push([word])
  }
  return options
}

function written(words: readonly Word[], changes: readonly Change[]): string {
  let text = ''
  let gone: Word | undefined
  let came: Word | undefined
  for (let at = 0; at <= words.length; ) {
    const here = changes.filter(({ from }) => from === at)
    for (const { from, to, words: come } of here)
      for (const [index, word] of come.entries()) {
        const blank = index === 0 && to > from ? words[from]!.blank : word.blank
        text += (came === undefined && gone?.blank === '' ? '' : blank) + word.text
        came = word
      }
    const next = Math.max(at, ...here.map(({ to }) => to))
    if (next > at) {
      gone ??= words[at]
      at = next
      continue
    }
    const word = words[at++]
    if (word) text += blankBefore(word, came, gone) + word.text
    came = undefined
    gone = undefined
  }
  return text
}

/** The first word of a line, or of what stands in quotes, touches what is before it; the end of a quote keeps its blank. */
function blankBefore({ blank, text }: Word, came: Word | undefined, gone: Word | undefined): string {
  if (isQuote(text)) return blank
  if (came) return blank === '' && came.text !== '\n' && !isQuote(came.text) ? ' ' : blank
  return gone?.blank === '' ? '' : blank
}

const isQuote = (text: string): boolean => text === '"' || text === "'"
