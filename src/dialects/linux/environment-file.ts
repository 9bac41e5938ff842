/**
 * Files of assignments, `NAME=value`: /etc/sysconfig and /etc/default, os-release, grubenv. Two readers understand them
 * differently. systemd (EnvironmentFile= in systemd.exec(5)) takes a line as it stands. A shell reads more into it: `export`, a
 * comment behind the value, several assignments in one line, and `$NAME` for what was assigned before. Whatever else a shell
 * could do with such a file (`if`, `$(…)`) is not understood here and said so. Neither knows a byte order mark: for a shell it
 * belongs to the name of a command that is not there, for systemd to that of another variable (env-file.c).
 */
import { asNamed, linesOf, type Remark } from '../named-source.ts'

export interface Assigned {
  readonly line: number
  readonly text: string
  readonly name: string
  readonly value: string
}

export interface Environment {
  /** In their order: of equal names the last one wins. */
  readonly assigned: readonly Assigned[]
  readonly notUnderstood: readonly Remark[]
}

export type EnvironmentReader = 'systemd' | 'shell'

/** `known` is what was assigned before, in other files. */
export function parseEnvironment(
  text: string,
  reader: EnvironmentReader,
  known: ReadonlyMap<string, string> = new Map(),
): Environment {
  const assigned: Assigned[] = []
  const notUnderstood: Remark[] = []
  const values = new Map(known)
  const refuse = ({ line, content }: Logical, why: string) =>
    notUnderstood.push({ line, text: content.trim(), why })
  for (const logical of logicalLines(text)) {
    let rest = logical.content.trimStart()
    if (rest === '' || rest.startsWith('#') || (reader === 'systemd' && rest.startsWith(';'))) continue
    for (;;) {
      const start = (
        reader === 'shell'
          ? /^(?:(?:export|readonly|declare -x)\s+)?([A-Za-z_]\w*)(\+?)=/
          : /^([A-Za-z_]\w*)()=/
      ).exec(rest)
      if (!start) {
        refuse(logical, 'no assignment')
        break
      }
      const [all, name, plus] = start as unknown as [string, string, string]
      const read = readValue(rest.slice(all.length), reader, values)
      if (typeof read === 'string') {
        refuse(logical, read)
        break
      }
      const value = plus === '+' ? (values.get(name) ?? '') + read.value : read.value
      const named = asNamed(name, logical.line, text)
      values.set(named, value)
      assigned.push({ line: logical.line, text: logical.content.trim(), name: named, value })
      rest = read.rest.replace(/^[\s;]+/, '')
      if (rest === '' || rest.startsWith('#')) break
    }
  }
  return { assigned, notUnderstood }
}

/**
 * Of a file that gives the options of a service, as who reads it understands it: `OPTIONS=-g -x` is nothing that a shell could take, so
 * it was written for systemd.
 */
export function parseOptionFile(text: string): Environment {
  const shells = parseEnvironment(text, 'shell')
  if (shells.notUnderstood.length === 0) return shells
  const systemds = parseEnvironment(text, 'systemd')
  return systemds.notUnderstood.length === 0 ? systemds : shells
}

/** What a name stands for at the end. */
export const assignedTo = ({ assigned }: Environment, name: string): Assigned | undefined =>
  assigned.findLast(each => each.name === name)

/** Without what is assigned in vain: a later line gives the name another value, and does not take the earlier one up in it. */
export const effective = ({ assigned, notUnderstood }: Environment): Environment => ({
  assigned: assigned.filter(
    ({ name }, index) =>
      !assigned
        .slice(index + 1)
        .some(
          later => later.name === name && !new RegExp(`\\$\\{?${name}\\b|\\b${name}\\+=`).test(later.text),
        ),
  ),
  notUnderstood,
})

interface Logical {
  readonly line: number
  readonly content: string
}

/** Lines, joined where a backslash ends one, and where a quote is still open. */
function logicalLines(text: string): Logical[] {
  const logical: Logical[] = []
  let parts: string[] = []
  let line = 0
  let open = ''
  const finish = () => {
    if (parts.length > 0) logical.push({ line, content: parts.join('') })
    parts = []
    open = ''
  }
  for (const [index, raw] of linesOf(text).entries()) {
    if (parts.length === 0) {
      line = index + 1
      // In a comment neither a quote nor a backslash means anything.
      if (/^\s*[#;]/.test(raw)) continue
    }
    open = quoteAfter(raw, open)
    const continued = open !== "'" && /(?:^|[^\\])(?:\\\\)*\\$/.test(raw)
    if (continued) parts.push(raw.slice(0, -1))
    else if (open !== '') parts.push(`${raw}\n`)
    else {
      parts.push(raw)
      finish()
    }
  }
  finish()
  return logical
}

/** Which quote is open at the end of a line that began with `open` open. */
function quoteAfter(line: string, open: string): string {
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!
    if (char === '\\' && open !== "'") i++
    else if (open === '') {
      if (char === '#' && (i === 0 || /\s/.test(line[i - 1]!))) return ''
      if (char === '"' || char === "'") open = char
    } else if (char === open) open = ''
  }
  return open
}

/** A value and what follows it, or why it is not understood. */
function readValue(
  text: string,
  reader: EnvironmentReader,
  values: ReadonlyMap<string, string>,
): { value: string; rest: string } | string {
  let value = ''
  let quote = ''
  let i = 0
  for (; i < text.length; i++) {
    const char = text[i]!
    if (char === '\\' && quote !== "'") {
      const next = text[++i]
      // Between double quotes a backslash stands for itself, but before these.
      value += next === undefined ? '' : quote === '"' && !/["\\$`]/.test(next) ? `\\${next}` : next
    } else if (quote !== '') {
      if (char === quote) quote = ''
      else if (reader === 'shell' && quote === '"' && (char === '$' || char === '`')) {
        const expanded = expand(text.slice(i), values)
        if (expanded === undefined) return 'only a shell can tell what this becomes'
        value += expanded.value
        i += expanded.length - 1
      } else value += char
    } else if (char === '"' || char === "'") quote = char
    else if (reader === 'shell' && /[\s;&|()<>]/.test(char)) break
    else if (reader === 'shell' && (char === '$' || char === '`')) {
      const expanded = expand(text.slice(i), values)
      if (expanded === undefined) return 'only a shell can tell what this becomes'
      value += expanded.value
      i += expanded.length - 1
    } else value += char
  }
  if (quote !== '') return 'a quote is not closed'
  const rest = text.slice(i)
  if (/^\s*[&|()<>]/.test(rest)) return 'only a shell can tell what this becomes'
  return { value: reader === 'systemd' ? value.trimEnd() : value, rest }
}

/** `$NAME` or `${NAME}`. A name that nothing assigned is empty, as for a shell. */
function expand(
  text: string,
  values: ReadonlyMap<string, string>,
): { value: string; length: number } | undefined {
  const match = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/.exec(text)
  if (!match) return /^\$(?:[^({\w]|$)/.test(text) ? { value: '$', length: 1 } : undefined
  return { value: values.get(match[1] ?? match[2]!) ?? '', length: match[0].length }
}
