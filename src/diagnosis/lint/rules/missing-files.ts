/**
 * chronyd-refuses, file-not-there, key-not-there: files that a configuration names and that are not there. chronyd does not start with an
 * `include` of a file that is not there, or of a pattern in a folder that is not there (conf.c: "Could not open", "Could not search
 * for files matching"); a `confdir` or `sourcedir` may be missing. ntpd logs that it could not open an `includefile`, and
 * goes on. Neither of them trusts a server whose key it does not have: what it answers is thrown away.
 */
import type { NtpdAssociation } from '#dialects/ntpd/conf.ts'
import type { Evidence, Finding } from '../../finding.ts'
import { isSecret } from '../../inventory/copy/share.ts'
import type { Presence } from '../presence.ts'
import { isReadBy, lastRead } from '../reads.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf, namesMore, ntpdOptions, type Part } from '../subject.ts'
import { CHRONYD, type Manners, NTPD } from './words.ts'

export const missingFiles: LintRule = subject => [
  ...includes(subject, subject.chrony, CHRONYD),
  ...includes(subject, subject.ntp, NTPD),
  ...chronyKeys(subject),
  ...ntpdKeys(subject),
]

const presenceOf = ({ files }: LintSubject, file: number, path: string, isSecret = false): Presence =>
  files[file]!.presence?.(path, isSecret) ?? 'unknown'

type Including = Part<LintSubject['chrony'][number]['read'] | LintSubject['ntp'][number]['read']>

const includes = (subject: LintSubject, parts: readonly Including[], manners: Manners): Finding[] =>
  parts.flatMap(({ file, path, read }) =>
    read.includes.flatMap(include => {
      const {
        kind,
        paths: [named = ''],
        line,
      } = include
      // Red Hat's ntp.conf includes a file with a password, which is not there wherever ntpd is not installed.
      const presence = kind === 'files' ? presenceOf(subject, file, named, isSecret(named)) : 'unknown'
      if (presence === 'there' || presence === 'unknown') return []
      if (parts.some(each => isReadBy(path, include, each.path))) return []
      if (presence === 'not-here' && isSecret(named)) return []
      const here = presence === 'missing'
      const refuses = manners === CHRONYD
      return [
        found({
          name: here && refuses ? 'chronyd-refuses' : 'file-not-there',
          severity: here ? manners.severity : 'note',
          what: `${here ? path : 'This file'} includes ${named}, and ${here ? `there is no ${/[*?[]/.test(named) ? 'such folder' : 'such file'}` : 'this machine has none'}.`,
          evidence: [evidenceAt(subject, file, line)],
          cost: here
            ? refuses
              ? manners.cost
              : 'ntpd logs that it could not open it, and goes on without all that should stand there.'
            : `Where it is missing, too, ${refuses ? 'chronyd does not start' : 'ntpd goes on without it'}.`,
          remedy: {
            daemon: manners.daemon,
            text: `${here ? `Put it there, or take the line out.` : 'See that it is there where this file is used.'}${refuses ? ' `confdir` takes a folder that may be missing.' : ''}`,
          },
          confirm: manners.confirm,
        }),
      ]
    }),
  )

function chronyKeys(subject: LintSubject): Finding[] {
  const keyed = subject.chrony.flatMap(({ file, read }) =>
    read.directives
      .filter(({ name, words }) => /^(?:server|pool|peer)$/.test(name) && isNumberOfKey(keyOf(words)))
      .map(({ line }) => evidenceAt(subject, file, line)),
  )
  const named = lastRead(
    subject.chrony,
    subject.chrony.flatMap(({ file, read }) =>
      read.directives
        .filter(({ name, words }) => name === 'keyfile' && words.length === 1)
        .map(({ line, words: [path = ''] }) => ({ file, line, path })),
    ),
  )
  const [first] = keyed
  if (!first || (!named && namesMore(subject, subject.chrony))) return []
  return keyFound(subject, { keyed, named, directive: 'keyfile', manners: CHRONYD })
}

const keyOf = (words: readonly string[]): string | undefined => {
  const at = words.findIndex(word => word.toLowerCase() === 'key')
  return at < 1 ? undefined : words[at + 1]
}

function ntpdKeys(subject: LintSubject): Finding[] {
  const associations = subject.ntp.flatMap(({ file, read }) =>
    read.associations.filter(isKeyed).map(({ line, options }) => ({ file, line, options })),
  )
  const keyed = associations.map(({ file, line }) => evidenceAt(subject, file, line))
  if (keyed.length === 0) return []
  const commands = subject.ntp.flatMap(({ file, read }) => read.commands.map(each => ({ ...each, file })))
  const named = lastRead(
    subject.ntp,
    commands.filter(({ name }) => name === 'keys'),
  )
  const trusts = commands.some(({ name }) => name === 'trustedkey')
  if ((!named || !trusts) && namesMore(subject, subject.ntp)) return []
  const path = named?.words[0] ?? ''
  const numbers = [...new Set(associations.map(({ options }) => options.values.get('key')!))]
  const unknown = trusts && !namesMore(subject, subject.ntp) ? untrustedOf(subject, numbers) : []
  if (named && unknown.length > 0) return [notTrusted(subject, associations, unknown)]
  const untrusted = named && !trusts ? ' Nor is any key trusted: there is no `trustedkey`.' : ''
  return keyFound(subject, {
    keyed,
    named: named && { file: named.file, line: named.line, path },
    directive: 'keys',
    manners: NTPD,
    numbers,
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

function notTrusted(
  subject: LintSubject,
  associations: readonly {
    readonly file: number
    readonly line: number
    readonly options: NtpdAssociation['options']
  }[],
  unknown: readonly string[],
): Finding {
  const lines = subject.ntp.flatMap(({ file, read }) =>
    read.commands.filter(({ name }) => name === 'trustedkey').map(({ line }) => ({ file, line })),
  )
  const last = lines.at(-1)!
  const keyed = associations.filter(({ options }) => unknown.includes(options.values.get('key')!))
  const keys = unknown.length === 1 ? `key ${unknown[0]}` : `keys ${unknown.join(', ')}`
  return found({
    name: 'key-not-there',
    severity: 'warning',
    what: `A source is to prove itself by ${keys}, which \`trustedkey\` does not name.`,
    evidence: [...keyed.slice(0, 3), ...lines].map(({ file, line }) => evidenceAt(subject, file, line)),
    cost: `What the source answers is thrown away: ${NTPD.program} never follows it.`,
    remedy: {
      daemon: NTPD.daemon,
      text: 'Trust its number, if it is that of the server, or give the source the number of a key that is trusted.',
      changes: [`${lineOf(subject, last.file, last.line).trim()} ${unknown.join(' ')}`],
    },
    confirm: '`ntpq -c as`: the column auth says bad.',
  })
}

const isKeyed = ({ options }: NtpdAssociation): boolean => isNumberOfKey(options.values.get('key'))

/** Of what can be none it is said that it is out of range. */
const isNumberOfKey = (word = ''): boolean => /^\d+$/.test(word) && Number(word) > 0

interface Keys {
  readonly keyed: readonly Evidence[]
  readonly named: { readonly file: number; readonly line: number; readonly path: string } | undefined
  readonly directive: 'keyfile' | 'keys'
  readonly manners: Manners
  readonly numbers?: readonly string[]
  readonly untrusted?: string
}

function keyFound(
  subject: LintSubject,
  { keyed, named, directive, manners, numbers = [], untrusted = '' }: Keys,
): Finding[] {
  const isMissing = named !== undefined && presenceOf(subject, named.file, named.path, true) === 'missing'
  if (named && !isMissing && untrusted === '') return []
  const why = !named
    ? `no file of keys is named: there is no \`${directive}\`.`
    : isMissing
      ? `${named.path} is not there.`
      : ''
  return [
    found({
      name: 'key-not-there',
      severity: 'warning',
      what: `A source is to prove itself by a key, and ${why === '' ? 'no key is trusted: there is no `trustedkey`.' : why + untrusted}`,
      evidence: [...keyed.slice(0, 3), ...(named ? [evidenceAt(subject, named.file, named.line)] : [])],
      cost: `What the source answers is thrown away: ${manners.program} never follows it.`,
      remedy: {
        daemon: manners.daemon,
        text:
          directive === 'keyfile'
            ? 'Name the file that holds the key of the server, or take the option out.'
            : 'Name the file that holds the key of the server and trust its number, or take the option out.',
        changes:
          directive === 'keyfile'
            ? ['keyfile /etc/chrony.keys']
            : ['keys /etc/ntp/keys', `trustedkey ${numbers.join(' ')}`],
      },
      confirm:
        directive === 'keyfile'
          ? 'The log of chronyd after a start: "Key … used by source … is missing"; `chronyc authdata`.'
          : '`ntpq -c as`: the column auth says bad.',
    }),
  ]
}
