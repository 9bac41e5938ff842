/**
 * key-not-there: a source that is to prove itself by a key that its daemon does not have, or does not trust. Neither chronyd nor ntpd
 * believes such a one: what it answers is thrown away. Where that is all sources, the clock is never set.
 */
import type { NtpdAssociation } from '#dialects/ntpd/conf.ts'
import type { Evidence, Finding, Severity } from '../../finding.ts'
import { presenceOf } from '../presence.ts'
import { lastRead } from '../reads.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf, namesMore, ntpdOptions } from '../subject.ts'
import { CHRONYD, type Manners, NTPD } from './words.ts'

export const missingKeys: LintRule = subject => [...chronyKeys(subject), ...ntpdKeys(subject)]

function chronyKeys(subject: LintSubject): Finding[] {
  const keyed = subject.chrony.flatMap(({ file, read }) =>
    read.directives.flatMap(({ name, words, line }) => {
      const number = keyOf(words)
      return /^(?:server|pool|peer)$/.test(name) && isNumberOfKey(number)
        ? [{ file, line, number: number! }]
        : []
    }),
  )
  const named = lastRead(
    subject.chrony,
    subject.chrony.flatMap(({ file, read }) =>
      read.directives
        .filter(({ name, words }) => name === 'keyfile' && words.length === 1)
        .map(({ line, words: [path = ''] }) => ({ file, line, path })),
    ),
  )
  const open = namesMore(subject, subject.chrony)
  if (keyed.length === 0 || (!named && open)) return []
  const sources = subject.chrony.flatMap(({ read }) => [...read.sources, ...read.refclocks]).length
  return keyFound(subject, {
    keyed,
    named,
    directive: 'keyfile',
    manners: CHRONYD,
    others: open || sources > keyed.length,
  })
}

const keyOf = (words: readonly string[]): string | undefined => {
  const at = words.findIndex(word => word.toLowerCase() === 'key')
  return at < 1 ? undefined : words[at + 1]
}

function ntpdKeys(subject: LintSubject): Finding[] {
  const keyed = subject.ntp.flatMap(({ file, read }) =>
    read.associations
      .filter(isKeyed)
      .map(({ line, options }) => ({ file, line, number: options.values.get('key')! })),
  )
  if (keyed.length === 0) return []
  const commands = subject.ntp.flatMap(({ file, read }) => read.commands.map(each => ({ ...each, file })))
  const named = lastRead(
    subject.ntp,
    commands.filter(({ name }) => name === 'keys'),
  )
  const trusts = commands.some(({ name }) => name === 'trustedkey')
  const open = namesMore(subject, subject.ntp)
  if ((!named || !trusts) && open) return []
  const path = named?.words[0] ?? ''
  const sources = subject.ntp.flatMap(({ read }) => read.associations).length
  const others = open || sources > keyed.length || commands.some(({ name }) => LISTENS.test(name))
  const unknown = trusts && !open ? untrustedOf(subject, numbersOf(keyed)) : []
  if (named && unknown.length > 0) return [notTrusted(subject, { keyed, unknown, others })]
  const untrusted = named && !trusts ? ' Nor is any key trusted: there is no `trustedkey`.' : ''
  return keyFound(subject, {
    keyed,
    named: named && { file: named.file, line: named.line, path },
    directive: 'keys',
    manners: NTPD,
    others,
    untrusted,
  })
}

/** `trustedkey 1 (4 ... 7)`, from 4.2.7 on; and `-t` trusts more. */
function untrustedOf(subject: LintSubject, numbers: readonly string[]): string[] {
  const lines = subject.ntp.flatMap(({ read }) => read.commands.filter(({ name }) => name === 'trustedkey'))
  const words = lines.flatMap(({ words }) => words)
  const isRange = words.some(word => !/^\d+$/.test(word))
  const isGiven = ntpdOptions(subject).some(({ words }) => words.some(word => /^-t|^--trustedkey/.test(word)))
  return isRange || isGiven
    ? []
    : numbers.filter(number => !words.some(word => Number(word) === Number(number)))
}

/** Whom they hear by these no line names. */
const LISTENS = /^(?:broadcast|multicast)client$/

interface Untrusted {
  readonly keyed: readonly Keyed[]
  readonly unknown: readonly string[]
  readonly others: boolean
}

function notTrusted(subject: LintSubject, { keyed, unknown, others }: Untrusted): Finding {
  const lines = subject.ntp.flatMap(({ file, read }) =>
    read.commands.filter(({ name }) => name === 'trustedkey').map(({ line }) => ({ file, line })),
  )
  const last = lines.at(-1)!
  const lost = keyed.filter(({ number }) => unknown.includes(number))
  return found({
    name: 'key-not-there',
    ...meaning(NTPD, others || lost.length < keyed.length),
    what: `A source is to prove itself by ${keysOf(unknown)}, which \`trustedkey\` does not name.`,
    evidence: [...lost.slice(0, 3), ...lines].map(({ file, line }) => evidenceAt(subject, file, line)),
    remedy: {
      daemon: NTPD.daemon,
      text: 'Trust its number, if it is that of the server, or give the source the number of a key that is trusted.',
      changes: [`${lineOf(subject, last.file, last.line).trim()} ${unknown.join(' ')}`],
    },
    confirm: AUTH_BAD,
  })
}

const AUTH_BAD = '`ntpq -c as`: the column auth says bad.'
const KEY_MISSING =
  'The log of chronyd after a start: "Key … used by source … is missing"; `chronyc authdata`.'

const keysOf = (numbers: readonly string[]): string =>
  numbers.length === 1 ? `key ${numbers[0]}` : `keys ${numbers.join(', ')}`

/** `others`: whether there are sources besides. */
const meaning = (
  { program }: Manners,
  others: boolean,
): { readonly severity: Severity; readonly cost: string } =>
  others
    ? {
        severity: 'warning',
        cost: `What the source answers is thrown away: ${program} never follows it.`,
      }
    : {
        severity: 'critical',
        cost: `That is each of its sources, and what they answer is thrown away: ${program} never sets the clock.`,
      }

interface Keyed {
  readonly file: number
  readonly line: number
  readonly number: string
}

const numbersOf = (keyed: readonly Keyed[]): string[] => [...new Set(keyed.map(({ number }) => number))]

const isKeyed = ({ options }: NtpdAssociation): boolean => isNumberOfKey(options.values.get('key'))

/** Of what can be none it is said that it is out of range. */
const isNumberOfKey = (word = ''): boolean => /^\d+$/.test(word) && Number(word) > 0

interface Keys {
  readonly keyed: readonly Keyed[]
  readonly named: { readonly file: number; readonly line: number; readonly path: string } | undefined
  readonly directive: 'keyfile' | 'keys'
  readonly manners: Manners
  readonly others: boolean
  readonly untrusted?: string
}

function keyFound(
  subject: LintSubject,
  { keyed, named, directive, manners, others, untrusted = '' }: Keys,
): Finding[] {
  const isMissing = named !== undefined && presenceOf(subject, named.file, named.path, true) === 'missing'
  if (named && !isMissing && untrusted === '') return notHeld(subject, { keyed, named, manners, others })
  const why = !named
    ? `no file of keys is named: there is no \`${directive}\`.`
    : isMissing
      ? `${named.path} is not there.`
      : ''
  const isOfChrony = directive === 'keyfile'
  return [
    found({
      name: 'key-not-there',
      ...meaning(manners, others),
      what: `A source is to prove itself by a key, and ${why === '' ? 'no key is trusted: there is no `trustedkey`.' : why + untrusted}`,
      evidence: evidenceOf(subject, keyed, named),
      remedy: {
        daemon: manners.daemon,
        text: isOfChrony
          ? 'Name the file that holds the key of the server, or take the option out.'
          : 'Name the file that holds the key of the server and trust its number, or take the option out.',
        changes: isOfChrony
          ? ['keyfile /etc/chrony.keys']
          : ['keys /etc/ntp/keys', `trustedkey ${numbersOf(keyed).join(' ')}`],
      },
      confirm: isOfChrony ? KEY_MISSING : AUTH_BAD,
    }),
  ]
}

const evidenceOf = (subject: LintSubject, keyed: readonly Keyed[], named: Keys['named']): Evidence[] =>
  [...keyed.slice(0, 3), ...(named ? [named] : [])].map(({ file, line }) => evidenceAt(subject, file, line))

/** The file is there, and it is known which numbers it has. */
function notHeld(
  subject: LintSubject,
  {
    keyed,
    named,
    manners,
    others,
  }: Pick<Keys, 'keyed' | 'manners' | 'others'> & {
    readonly named: NonNullable<Keys['named']>
  },
): Finding[] {
  const held = subject.files[named.file]!.keysIn?.(named.path)
  const lost = held ? keyed.filter(({ number }) => !held.includes(Number(number))) : []
  if (!held || lost.length === 0) return []
  return [
    found({
      name: 'key-not-there',
      ...meaning(manners, others || lost.length < keyed.length),
      what: `A source is to prove itself by ${keysOf(numbersOf(lost))}, and ${named.path} holds only ${keysOf(held.map(String))}.`,
      evidence: evidenceOf(subject, lost, named),
      remedy: {
        daemon: manners.daemon,
        text: `Put the key that the server has under that number into ${named.path}, or give the source the number of one that it knows.`,
      },
      confirm: manners === CHRONYD ? KEY_MISSING : AUTH_BAD,
    }),
  ]
}
