/**
 * Values of chrony.conf that are words of the right kind, and with which chronyd still does not start: networks, addresses, words that
 * count in one case only, coefficients that must all be there (conf.c, addrfilt.c and refclock.c). `words.ts` judges the rest.
 */
import type { Directive } from '#dialects/chrony/directive.ts'
import { isNetworkTaken, NETWORK_EXPECTED, networkMeant, TAKES_NETWORK } from '#dialects/chrony/networks.ts'
import type { Mistake, Reader } from '#dialects/grammar.ts'
import { ipv4Number, isIpv6 } from '#dialects/ip-address.ts'
import { isTemplate } from '#dialects/template.ts'
import type { LintRule } from '../rule.ts'
import { CHRONYD, MOST_IN_A_FILE, mistakeFound } from './words.ts'

const AT_START = {
  ...CHRONYD,
  confirm: 'The log of chronyd after a start: a line with "Fatal error" says the same.',
}

export const chronyValues: LintRule = subject =>
  subject.chrony.flatMap(({ file, read }) =>
    read.directives
      .filter(({ text }) => !isTemplate(text))
      .flatMap(directive =>
        mistakesIn(directive, subject.machine.chrony).map(mistake =>
          mistakeFound(subject, { file, line: directive.line, directive: directive.name }, mistake, AT_START),
        ),
      )
      .slice(0, MOST_IN_A_FILE),
  )

function mistakesIn({ name, words }: Directive, version: Reader | undefined): readonly Mistake[] {
  if (TAKES_NETWORK.has(name)) return networks(words[0] === 'all' ? words.slice(1) : words, version)
  const address = words[ADDRESS_AT.get(name) ?? words.length]
  if (address !== undefined) return addresses(address)
  switch (name) {
    case 'log':
      return words.flatMap(word => inItsCase(word, word.toLowerCase()))
    case 'refclock':
      return words.slice(0, 1).flatMap(word => inItsCase(word, word.toUpperCase()))
    case 'tempcomp':
      return words.length === 4 || words.length === 5 ? [COEFFICIENTS] : []
    default:
      return []
  }
}

/** What there is too much of is told with the words. */
function networks(words: readonly string[], version: Reader | undefined): Mistake[] {
  const [word] = words
  if (word === undefined || words.length > 1 || isNetworkTaken(word, version)) return []
  return [{ kind: 'wrong-value', word, meant: networkMeant(word), expected: NETWORK_EXPECTED }]
}

/** Which of their words is an address of this machine, or one that is sent to. */
const ADDRESS_AT: ReadonlyMap<string, number> = new Map([
  ['bindaddress', 0],
  ['bindacqaddress', 0],
  ['bindcmdaddress', 0],
  ['broadcast', 1],
])

/** What does not even look like an address is told with the words. */
const LOOKS_LIKE_ADDRESS = /^(?:\d+\.\d+\.\d+\.\d+|[\da-f]*:[\da-f:]*:[\da-f:.]*(?:%[\w.-]+)?)$/i

function addresses(word: string): Mistake[] {
  if (!LOOKS_LIKE_ADDRESS.test(word) || ipv4Number(word) !== undefined || isIpv6(word)) return []
  const [meant] = word.split('%')
  const isZone = word.includes('%') && isIpv6(meant!)
  return [
    {
      kind: 'wrong-value',
      word,
      meant: undefined,
      expected: isZone ? 'an address without a zone' : 'an address',
    },
  ]
}

const CASED: ReadonlySet<string> = new Set([
  ...[
    'measurements',
    'rawmeasurements',
    'statistics',
    'tracking',
    'rtc',
    'refclocks',
    'tempcomp',
    'selection',
  ],
  ...['PPS', 'SHM', 'SOCK', 'PHC', 'RTC'],
])

const inItsCase = (word: string, meant: string): Mistake[] =>
  word === meant || !CASED.has(meant)
    ? []
    : [{ kind: 'wrong-value', word, meant, expected: `\`${meant}\` in these letters` }]

const COEFFICIENTS: Mistake = {
  kind: 'missing-value',
  word: 'tempcomp',
  meant: undefined,
  expected: 'a file of points, or T0, k0, k1 and k2',
}
