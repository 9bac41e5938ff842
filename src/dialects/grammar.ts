/**
 * Grammars of configuration files that say one thing on a line: a name, then its values, then its options. A grammar is
 * written as a table that a person can hold against the manual:
 *
 *     makestep NUMBER INTEGER
 *     server HOST : minpoll=INTEGER[-7..24] iburst nts@4.0
 *
 * Before the colon stand the values in their order, behind it the options in any order (`:+` when there must be one).
 * Types are in capitals, and may carry a range (of a WORD, of its length), with `!` behind it where the reader refuses what is
 * outside of it; words in small letters stand for themselves; `a|b` is a choice, and `a|WORD` a type of which one word has its own version. A value
 * with `?` may be left out, with `*` there may be any number of it, with `+` one at least. `@` says which versions know a
 * word: `@4.0` from 4.0 on, `@<4.0` up to it, `@classic` only that family.
 */

import { leadingNumber } from './leading-number.ts'
import { isHost, type OptionForm, wordsOf } from './named-source.ts'
import { nearest } from './nearest.ts'

/** Which program reads the file: its family where there are several, and its version. */
export interface Reader {
  readonly family?: string | undefined
  readonly numbers: readonly number[]
}

/** When a word is known. */
export interface Availability {
  readonly family: string | undefined
  /** As written: `4.2.8p2`. */
  readonly since: string | undefined
  readonly until: string | undefined
}

type TypeName = 'NUMBER' | 'INTEGER' | 'BOOL' | 'HOST' | 'ADDRESS' | 'SOCKET' | 'PATH' | 'WORD' | 'HEX'

interface Choice extends Availability {
  readonly word: string
}

interface Form {
  readonly type: TypeName | undefined
  readonly least: number
  readonly most: number
  /** Outside of its range it is no value at all. */
  readonly strict: boolean
  readonly choices: readonly Choice[]
}

interface Value extends Form {
  readonly times: '1' | '?' | '*' | '+'
}

interface Option extends Availability {
  /** Undefined for one that takes no value. */
  readonly form: Form | undefined
}

export interface Statement extends Availability {
  readonly name: string
  readonly values: readonly Value[]
  readonly options: ReadonlyMap<string, Option>
  readonly needsOption: boolean
}

export interface Grammar {
  readonly statements: ReadonlyMap<string, Statement>
  /** Words count the same in capitals. */
  readonly anyCase: boolean
  /** The last number among the values is read as far as it is one (`leading-number.ts`). */
  readonly leadingNumbers: boolean
}

/** What is wrong with a line. */
export interface Mistake {
  readonly kind:
    | 'unknown-directive'
    | 'unknown-option'
    | 'missing-value'
    | 'too-many-values'
    | 'wrong-value'
    | 'out-of-range'
    | 'not-in-this-version'
  /** The word that is wrong; where a value is missing, what it is missing for. */
  readonly word: string
  /** The word that may have been meant. */
  readonly meant: string | undefined
  /** What should stand there. */
  readonly expected: string
  /** What its reader takes it for, without a word of it. */
  readonly taken?: number
}

export function grammar(table: string, { anyCase = false, leadingNumbers = false } = {}): Grammar {
  const statements = new Map<string, Statement>()
  for (const line of table.split('\n')) {
    const words = wordsOf(line)
    if (words.length === 0) continue
    const colon = words.findIndex(word => word === ':' || word === ':+')
    const values = colon < 0 ? words.slice(1) : words.slice(1, colon)
    const options = colon < 0 ? [] : words.slice(colon + 1)
    const { word: name, ...availability } = marked(words[0]!)
    statements.set(name, {
      name,
      ...availability,
      values: values.map(readValue),
      options: new Map(options.map(readOption)),
      needsOption: words[colon] === ':+',
    })
  }
  return { statements, anyCase, leadingNumbers }
}

function readValue(text: string): Value {
  const times = /[?*+]$/.exec(text)?.[0] as Value['times'] | undefined
  return { times: times ?? '1', ...readForm(times ? text.slice(0, -1) : text) }
}

function readOption(text: string): [string, Option] {
  const [, head = text, form] = /^([^=]+)=(.+)$/.exec(text) ?? []
  const { word, ...availability } = marked(head)
  return [word, { ...availability, form: form === undefined ? undefined : readForm(form) }]
}

function readForm(text: string): Form {
  const [, words, type, least, most, strict] =
    /^(?:([a-z][^|[]*(?:\|[a-z][^|[]*)*)\|)?([A-Z]+)(?:\[(-?[\d.]*?)\.\.(-?[\d.]*)\](!?))?$/.exec(text) ?? []
  return {
    type: type as TypeName | undefined,
    least: least ? Number(least) : Number.NEGATIVE_INFINITY,
    most: most ? Number(most) : Number.POSITIVE_INFINITY,
    strict: strict === '!',
    choices: (type === undefined ? text : words)?.split('|').map(marked) ?? [],
  }
}

function marked(text: string): Choice {
  const [word, ...marks] = text.split('@') as [string, ...string[]]
  return {
    word,
    family: marks.find(mark => /^[a-z]/.test(mark)),
    since: marks.find(mark => /^\d/.test(mark)),
    until: marks.find(mark => mark.startsWith('<'))?.slice(1),
  }
}

/** NTPsec was split off from the development releases after this one. */
const NTPSEC_BEGAN_AT = [4, 2, 8, 2]

/** Does this reader know what is available so? Who is not known knows everything. */
export function isKnownTo(reader: Reader | undefined, { family, since, until }: Availability): boolean {
  if (reader === undefined) return true
  if (family !== undefined && reader.family !== undefined && family !== reader.family) return false
  if (reader.numbers.length === 0) return true
  // Words of both families are dated by the classic one.
  const numbers = reader.family === 'ntpsec' && family === undefined ? NTPSEC_BEGAN_AT : reader.numbers
  if (since !== undefined && compareVersions(numbers, numbersOf(since)) < 0) return false
  return until === undefined || compareVersions(numbers, numbersOf(until)) < 0
}

export const numbersOf = (version: string): number[] => (version.match(/\d+/g) ?? []).map(Number)

export function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** `from 4.2.8 on`, `up to 3.0, only of NTPsec`. */
export function availabilityText({ family, since, until }: Availability): string {
  return [
    ...(since === undefined ? [] : [`from ${since} on`]),
    ...(until === undefined ? [] : [`before ${until}`]),
    ...(family === undefined ? [] : [`of ${family === 'ntpsec' ? 'NTPsec' : 'classic ntpd'} only`]),
  ].join(', ')
}

/** The options of a statement, for a parser that reads them. */
export function optionFormsOf(
  { statements }: Grammar,
  ...names: readonly string[]
): ReadonlyMap<string, OptionForm> {
  const forms = new Map<string, OptionForm>()
  for (const name of names)
    for (const [option, { form }] of statements.get(name)?.options ?? []) forms.set(option, optionForm(form))
  return forms
}

const optionForm = (form: Form | undefined): OptionForm =>
  form === undefined
    ? 'flag'
    : form.type === 'INTEGER' || form.type === 'BOOL'
      ? 'integer'
      : form.type === 'NUMBER'
        ? 'number'
        : 'word'

export const isDirective = ({ statements, anyCase }: Grammar, word: string): boolean =>
  statements.has(anyCase ? word.toLowerCase() : word)

/** Of one line nobody reads more. */
const MOST_ON_A_LINE = 6

/** What is wrong with the words of a line; the first of them is the name. */
export function checkWords(all: Grammar, words: readonly string[], reader?: Reader): Mistake[] {
  const fold = all.anyCase ? (word: string) => word.toLowerCase() : (word: string) => word
  const name = fold(words[0] ?? '')
  const statement = all.statements.get(name)
  if (!statement)
    return [
      {
        kind: 'unknown-directive',
        word: words[0] ?? '',
        meant: parted(name, all.statements) ?? nearest(name, namesKnownTo(all.statements, reader)),
        expected: '',
      },
    ]
  const mistakes: Mistake[] = []
  const blame = (
    kind: Mistake['kind'],
    word: string,
    expected: string,
    { meant, taken }: { readonly meant?: string | undefined; readonly taken?: number | undefined } = {},
  ) => void mistakes.push({ kind, word, meant, expected, ...(taken !== undefined && { taken }) })
  const version = (word: string, availability: Availability) => {
    if (!isKnownTo(reader, availability)) blame('not-in-this-version', word, availabilityText(availability))
  }
  version(words[0]!, statement)

  let at = 1
  for (const [index, value] of statement.values.entries()) {
    let read = 0
    while (
      at < words.length &&
      mistakes.length < MOST_ON_A_LINE &&
      (read === 0 || value.times === '*' || value.times === '+')
    ) {
      const word = fold(words[at]!)
      const fitting = judge(value, word)
      if (fitting !== 'fits') {
        // What may be left out need not be this word; an option may follow instead.
        if (value.times === '?' || (value.times === '*' && statement.options.has(word))) break
        if (read > 0 && statement.options.has(word)) break
        const isRead = all.leadingNumbers && !isNumeric(statement.values[index + 1])
        const taken = isRead ? takenFor(value, word) : undefined
        blame(fitting, words[at]!, textOf(value), { meant: nearestChoice(value, word), taken })
      } else {
        const choice = value.choices.find(each => each.word === word)
        if (choice) version(words[at]!, choice)
      }
      at++
      read++
    }
    if (read === 0 && (value.times === '1' || value.times === '+')) {
      blame('missing-value', words[0]!, textOf(value))
      return mistakes
    }
  }

  const first = at
  while (at < words.length && mistakes.length < MOST_ON_A_LINE) {
    const word = fold(words[at]!)
    const option = statement.options.get(word)
    at++
    if (!option) {
      if (statement.options.size === 0) {
        blame('too-many-values', words[at - 1]!, '')
        break
      }
      const meant =
        parted(word, withValue(statement.options)) ?? nearest(word, namesKnownTo(statement.options, reader))
      blame('unknown-option', words[at - 1]!, '', { meant })
      // The value of an option that is not known is no mistake of its own.
      if (at < words.length && /^[-+]?[\d.]/.test(words[at]!)) at++
      continue
    }
    version(words[at - 1]!, option)
    if (!option.form) continue
    const value = words[at]
    if (value === undefined || statement.options.has(fold(value))) {
      if (value === undefined || judge(option.form, fold(value)) !== 'fits') {
        blame('missing-value', words[at - 1]!, textOf(option.form))
        continue
      }
    }
    const fitting = judge(option.form, fold(value))
    const choice = option.form.choices.find(each => each.word === fold(value))
    if (choice) version(value, choice)
    if (fitting !== 'fits')
      blame(fitting, `${words[at - 1]} ${value}`, textOf(option.form), {
        meant: nearestChoice(option.form, fold(value)),
      })
    at++
  }
  if (statement.needsOption && first === words.length)
    blame('missing-value', words[0]!, `one of ${[...statement.options.keys()].join(', ')}`)
  return mistakes
}

const nearestChoice = ({ choices }: Form, word: string): string | undefined =>
  nearest(
    word,
    choices.map(choice => choice.word),
  )

const isNumeric = (form: Form | undefined): boolean => form?.type === 'NUMBER' || form?.type === 'INTEGER'

/** Undefined where that does not fit either. */
function takenFor(form: Form, word: string): number | undefined {
  const { type } = form
  const taken = type === 'NUMBER' || type === 'INTEGER' ? leadingNumber(word, type) : undefined
  return taken !== undefined && judge(form, String(taken)) === 'fits' ? taken : undefined
}

const namesKnownTo = (names: ReadonlyMap<string, Availability>, reader: Reader | undefined): string[] =>
  [...names].filter(([, availability]) => isKnownTo(reader, availability)).map(([name]) => name)

/** A number that touches the word in front of it: `stepout10`. */
function parted(word: string, known: ReadonlyMap<string, unknown>): string | undefined {
  const [, name = '', number] = /^([a-z]+)(-?\d[\d.]*)$/.exec(word) ?? []
  return known.has(name) ? `${name} ${number}` : undefined
}

const withValue = (options: ReadonlyMap<string, Option>): ReadonlyMap<string, Option> =>
  new Map([...options].filter(([, { form }]) => form !== undefined))

const INTEGER = /^[+-]?\d+$/
const ADDRESS = /^(\d+\.\d+\.\d+\.\d+|[\da-f]*:[\da-f:]*:[\da-f:.]*(%[\w.-]+)?)$/i
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** Can a word stand there, if with a number that is none of those that are taken? */
export const fits = (form: Form, word: string): boolean => judge(form, word) !== 'wrong-value'

/** Does a word fit? */
function judge(form: Form, word: string): 'fits' | 'wrong-value' | 'out-of-range' {
  const { type, least, most, choices } = form
  const inRange = (value: number) =>
    value >= least && value <= most ? 'fits' : form.strict ? 'wrong-value' : 'out-of-range'
  if (choices.some(choice => choice.word === word)) return 'fits'
  switch (type) {
    case undefined:
      return 'wrong-value'
    case 'NUMBER':
    case 'INTEGER':
      if (!(type === 'NUMBER' ? NUMBER : INTEGER).test(word)) return 'wrong-value'
      return inRange(Number(word))
    case 'BOOL':
      return /^(0|1|true|false)$/.test(word) ? 'fits' : 'wrong-value'
    case 'HEX':
      return /^(0x)?[\da-f]+$/i.test(word) ? 'fits' : 'wrong-value'
    case 'ADDRESS':
      return ADDRESS.test(word) ? 'fits' : 'wrong-value'
    case 'SOCKET':
      return word.startsWith('/') || ADDRESS.test(word) ? 'fits' : 'wrong-value'
    case 'HOST':
      return isHost(word) ? 'fits' : 'wrong-value'
    case 'WORD':
      return inRange(word.length)
    default:
      return 'fits'
  }
}

const TYPE_WORDS: Readonly<Record<TypeName, string>> = {
  NUMBER: 'a number',
  INTEGER: 'a whole number',
  BOOL: '0 or 1',
  HOST: 'a host name or address',
  ADDRESS: 'an address',
  SOCKET: 'an address, or the whole path of a socket',
  PATH: 'a path',
  WORD: 'a word',
  HEX: 'a hexadecimal number',
}

function textOf({ type, least, most, choices }: Form): string {
  if (type === undefined)
    return choices.length > 1 ? `one of ${choices.map(({ word }) => word).join(', ')}` : choices[0]!.word
  const range =
    least > Number.NEGATIVE_INFINITY && most < Number.POSITIVE_INFINITY
      ? ` from ${least} to ${most}`
      : least > Number.NEGATIVE_INFINITY
        ? ` of at least ${least}`
        : most < Number.POSITIVE_INFINITY
          ? ` of at most ${most}`
          : ''
  return `${TYPE_WORDS[type]}${range}${type === 'WORD' && range !== '' ? ' characters' : ''}`
}
