/**
 * A time server as some daemon's file names it: what every parser of sources under dialects/ returns.
 * A parser says what it understood and what it did not, each with its line, and leaves it to others what to do with
 * that. It never throws, whatever the text is, and its time grows with the length of the text and no faster.
 */
import { SOURCE_DEFAULTS, type SourceConfig } from '#core/agent/config.ts'

export interface NamedSource extends Omit<SourceConfig, 'name'> {
  readonly line: number
  /** The file asks for this server only with Network Time Security. */
  readonly nts: boolean
  /** The file asks for authentication with a symmetric key. */
  readonly keyed: boolean
}

/** Other files that belong to this one. */
export interface Include {
  readonly line: number
  /** `files`: names or patterns of files. `directories`: of equal names in them, only the first counts. */
  readonly kind: 'files' | 'directories'
  readonly paths: readonly string[]
  /** What the names in a directory end in. */
  readonly suffix: '' | '.conf' | '.sources'
}

export interface Remark {
  readonly line: number
  readonly text: string
  readonly why: string
}

export interface NamedSources {
  readonly file: string
  readonly sources: readonly NamedSource[]
  readonly includes: readonly Include[]
  /** Understood, but no server that can be asked over the network: reference clocks, multicast. */
  readonly notUsable: readonly Remark[]
  readonly notUnderstood: readonly Remark[]
}

export interface Collecting extends NamedSources {
  readonly sources: NamedSource[]
  readonly includes: Include[]
  readonly notUsable: Remark[]
  readonly notUnderstood: Remark[]
}

export const collect = (file: string): Collecting => ({
  file,
  sources: [],
  includes: [],
  notUsable: [],
  notUnderstood: [],
})

/** Some editors put it before the first letter of a file. */
export const BYTE_ORDER_MARK = '\uFEFF'

/** Lines without their ends. A byte order mark is no part of the first. */
export const linesOf = (text: string): string[] => text.replace(/^\uFEFF/, '').split(/\r?\n/)

/** For readers that know of no such mark it is a part of the first name, which is another one with it. */
export const asNamed = (name: string, line: number, text: string): string =>
  line === 1 && text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK + name : name

/** Words between white space as C's isspace() knows it. */
export const wordsOf = (line: string): string[] => line.split(/[ \t\v\f\r\n]+/).filter(word => word !== '')

/** Could this stand for a host? Names with other characters are shown nowhere and asked nowhere; no port is part of it. */
export const isHost = (word: string): boolean =>
  word.length <= 253 &&
  (/^[a-z\d_][\w.-]*$/i.test(word) || /^[\da-f]*:[\da-f]*:[\da-f:.]*(%[\w.-]+)?$/i.test(word))

/** What follows the name of an option. */
export type OptionForm = 'flag' | 'integer' | 'number' | 'word'

export interface Options {
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
  /** Words that are no option, and options whose value is missing or no number. */
  readonly unknown: readonly string[]
}

/** A table of options, each form with the names that have it. */
export const optionForms = (names: Partial<Record<OptionForm, string>>): ReadonlyMap<string, OptionForm> =>
  new Map(
    Object.entries(names).flatMap(([form, listed]) =>
      wordsOf(listed).map((name): [string, OptionForm] => [name, form as OptionForm]),
    ),
  )

const FORMS: Record<Exclude<OptionForm, 'flag'>, RegExp> = {
  integer: /^[+-]?\d+$/,
  number: /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,
  word: /./,
}

export function readOptions(words: readonly string[], forms: ReadonlyMap<string, OptionForm>): Options {
  const flags = new Set<string>()
  const values = new Map<string, string>()
  const unknown: string[] = []
  for (let i = 0; i < words.length; i++) {
    const option = words[i]!
    const form = forms.get(option)
    if (form === undefined) unknown.push(option)
    else if (form === 'flag') flags.add(option)
    else {
      const value = words[i + 1]
      if (value === undefined || forms.has(value)) unknown.push(option)
      else {
        i++
        if (FORMS[form].test(value)) values.set(option, value)
        else unknown.push(`${option} ${value}`)
      }
    }
  }
  return { flags, values, unknown }
}

/** The options that all daemons share, brought into the ranges that clockwright knows. */
export function sourceFrom(
  options: Options,
  named: { address: string; line: number; pool: boolean },
): NamedSource {
  const whole = (option: string, usual: number, least: number, most: number): number => {
    const value = options.values.get(option)
    return value === undefined ? usual : Math.min(most, Math.max(least, Number(value)))
  }
  const minpoll = whole('minpoll', SOURCE_DEFAULTS.minpoll, 0, 17)
  return {
    ...named,
    port: whole('port', SOURCE_DEFAULTS.port, 1, 65535),
    minpoll,
    // chronyd too raises a maxpoll that is below minpoll, be it written or the default.
    maxpoll: Math.max(minpoll, whole('maxpoll', SOURCE_DEFAULTS.maxpoll, 0, 17)),
    iburst: options.flags.has('iburst'),
    prefer: options.flags.has('prefer'),
    noselect: options.flags.has('noselect'),
    maxsources: whole('maxsources', SOURCE_DEFAULTS.maxsources, 1, 16),
    version: whole('version', SOURCE_DEFAULTS.version, 3, 4) as 3 | 4,
    nts: options.flags.has('nts'),
    keyed: options.values.has('key') || options.flags.has('autokey'),
  }
}

/** A server of which a file says no more than its name. */
export const plainSource = (address: string, line: number): NamedSource => ({
  ...SOURCE_DEFAULTS,
  address,
  line,
  nts: false,
  keyed: false,
})
