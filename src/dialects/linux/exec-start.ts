/**
 * The words of a command line in a unit (`ExecStart=`, "Command lines" in systemd.service(5)): split at white space, quotes
 * keep words together, `${NAME}` is a value as one part of a word, and `$NAME` as a word of its own is a value split into words.
 * It is no shell: nothing else is special. `%` specifiers stay as they are, except `%%`.
 */

export interface ExecLine {
  /** The program first; with `@` in front of it the name that it is called by is left out. */
  readonly words: readonly string[]
  /** The characters in front of the program: `-`, `@`, `+`, `!`, `:`. */
  readonly prefix: string
}

/** The command lines of one value; a `;` that stands alone separates them. */
export function parseExec(value: string, variables: ReadonlyMap<string, string>): ExecLine[] {
  const lines: ExecLine[] = []
  let words: string[] = []
  let prefix = ''
  const finish = () => {
    if (words.length > 0)
      lines.push({ prefix, words: prefix.includes('@') ? [words[0]!, ...words.slice(2)] : words })
    words = []
  }
  for (const word of splitWords(value)) {
    if (word.text === ';' && !word.quoted) finish()
    else if (words.length === 0) {
      prefix = /^[-@:+!|]*/.exec(word.text)![0]
      words.push(word.text.slice(prefix.length).replaceAll('%%', '%'))
    } else if (prefix.includes(':')) words.push(word.text)
    else words.push(...expand(word, variables))
  }
  finish()
  return lines
}

/** The names and values of one `Environment=`; what is no assignment is passed over (systemd.exec(5)). */
export const assignmentsOf = (value: string): (readonly [name: string, value: string])[] =>
  splitWords(value).flatMap(({ text }) => {
    const [, name, assigned] = /^(\w+)=(.*)$/s.exec(text) ?? []
    return name === undefined ? [] : [[name, assigned!] as const]
  })

/** Whether a command line takes up what a name stands for. */
export const takesUp = (value: string, name: string): boolean => new RegExp(`\\$\\{?${name}\\b`).test(value)

interface Word {
  readonly text: string
  readonly quoted: boolean
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', s: ' ', r: '\r' }

function splitWords(value: string): Word[] {
  const words: Word[] = []
  let text = ''
  let quote = ''
  let quoted = false
  let inside = false
  const finish = () => {
    if (inside) words.push({ text, quoted })
    text = ''
    quoted = false
    inside = false
  }
  for (let i = 0; i < value.length; i++) {
    const char = value[i]!
    if (char === '\\' && i + 1 < value.length) {
      const hex = /^x([\da-f]{2})/i.exec(value.slice(i + 1, i + 4))
      if (hex) {
        text += String.fromCharCode(Number.parseInt(hex[1]!, 16))
        i += 3
      } else {
        const next = value[++i]!
        quoted ||= next === ';'
        text += ESCAPES[next] ?? next
      }
      inside = true
    } else if (quote !== '') {
      if (char === quote) quote = ''
      else text += char
    } else if (char === '"' || char === "'") {
      quote = char
      quoted = true
      inside = true
    } else if (/\s/.test(char)) finish()
    else {
      text += char
      inside = true
    }
  }
  finish()
  return words
}

function expand({ text, quoted }: Word, variables: ReadonlyMap<string, string>): string[] {
  const alone = quoted ? undefined : /^\$([A-Za-z_]\w*)$/.exec(text)?.[1]
  if (alone !== undefined) return splitWords(variables.get(alone) ?? '').map(word => word.text)
  return [
    text
      .replace(/\$\$|\$\{([A-Za-z_]\w*)\}/g, (all, name?: string) =>
        name === undefined ? all.slice(1) : (variables.get(name) ?? ''),
      )
      .replaceAll('%%', '%'),
  ]
}
