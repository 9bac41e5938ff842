/**
 * What ntpd takes of a line in which something is wrong. Since 4.2.5 the parser is made by bison (ntp_parser.y): where a word
 * follows that cannot stand there, all in front of it is a whole command and holds, and the rest of the line is dropped. Where
 * a value is wrong or missing, the command was not whole yet, and nothing of it holds. Asked of 4.2.8p6 itself, line by line.
 * Before, ntp_config.c read a line word by word: of `tinker` and `tos` each pair counts for itself, of `enable` and `disable`
 * each word; a server or a restriction with one word that is unknown is none.
 */
import { checkWords, fits, isKnownTo, type Mistake, type Statement } from '../grammar.ts'
import { isTemplate } from '../template.ts'
import { type Command, readCommands } from './commands.ts'
import { NTPD_GRAMMAR } from './grammar.ts'
import { isBefore, type NtpdVersion } from './version.ts'

/** The words of a line that count, its name first; undefined where none does. Who is not known is no older than 4.2.6. */
export function heededWords(words: readonly string[], version?: NtpdVersion): readonly string[] | undefined {
  const statement = NTPD_GRAMMAR.statements.get(words[0] ?? '')
  if (!statement) return undefined
  return readsWordByWord(version)
    ? oneByOne(statement, words, version)
    : upToMistake(statement, words, version)
}

export const readsWordByWord = (version: NtpdVersion | undefined): boolean =>
  version !== undefined && version.family === 'classic' && isBefore(version, [4, 2, 5, 0])

/** The commands of a file as far as ntpd takes them. What fills a template in is not known, and its lines count as they stand. */
export const heededCommands = (text: string, version?: NtpdVersion): Command[] =>
  readCommands(text).flatMap(command => heeded(command, version) ?? [])

export function heeded(command: Command, version?: NtpdVersion): Command | undefined {
  if (isTemplate(command.text)) return command
  const heard = heededWords([command.name, ...command.words], version)
  return heard && { ...command, words: heard.slice(1) }
}

function upToMistake(
  statement: Statement,
  words: readonly string[],
  version: NtpdVersion | undefined,
): readonly string[] | undefined {
  let at = 1
  for (const value of statement.values) {
    const first = at
    const many = value.times === '*' || value.times === '+'
    while (at < words.length && (at === first || many) && fits(value, words[at]!)) at++
    if (at === first && (value.times === '1' || value.times === '+')) return undefined
  }
  const first = at
  while (at < words.length) {
    const option = statement.options.get(words[at]!)
    if (!option || !isKnownTo(version, option)) break
    at++
    if (!option.form) continue
    if (at === words.length || !fits(option.form, words[at]!)) return undefined
    at++
  }
  return statement.needsOption && at === first ? undefined : words.slice(0, at)
}

const WHOLE: ReadonlySet<string> = new Set(['server', 'peer', 'broadcast', 'manycastclient', 'restrict'])
const PAIRS: ReadonlySet<string> = new Set(['tinker', 'tos'])
const NAMES: ReadonlySet<string> = new Set(['enable', 'disable'])

const LOSES_ALL: ReadonlySet<Mistake['kind']> = new Set([
  'unknown-option',
  'missing-value',
  'too-many-values',
  'not-in-this-version',
])

function oneByOne(
  statement: Statement,
  words: readonly string[],
  version: NtpdVersion | undefined,
): readonly string[] | undefined {
  const [name, ...rest] = words as [string, ...string[]]
  if (WHOLE.has(name))
    return checkWords(NTPD_GRAMMAR, words, version).some(({ kind }) => LOSES_ALL.has(kind))
      ? undefined
      : words
  const known = PAIRS.has(name)
    ? rest.filter((_, i) => (i | 1) < rest.length && statement.options.has(rest[i & ~1]!))
    : NAMES.has(name)
      ? rest.filter(word => fits(statement.values[0]!, word))
      : undefined
  if (known === undefined) return words
  return known.length === 0 ? undefined : [name, ...known]
}
