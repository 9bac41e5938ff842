/**
 * restrict-drops-answers: `restrict` for everybody, or for where the servers are, as it keeps out those that are asked. `ignore` and `noserve` drop what every server answers,
 * `notrust` what those without a key do, `nopeer` what a `pool` finds.
 */
import { isNumeric } from '#core/ntp/endpoint.ts'
import type { NtpdAssociation } from '#dialects/ntpd/conf.ts'
import {
  deafeningOf,
  dropsOf,
  isEverybody,
  isNetwork,
  type Restriction,
  refusedPools,
  refusesPools,
  restrictionsOf,
  whatDeafens,
  withoutDeafening,
} from '#dialects/ntpd/restrict.ts'
import { type NtpdVersion, parseVersion } from '#dialects/ntpd/version.ts'
import type { Edit, Finding } from '../../finding.ts'
import { isLocalClock } from '../configured-sources.ts'
import { found, removeWord } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf, namesMore, readerOf } from '../subject.ts'

export interface RestrictionAt extends Restriction {
  readonly file: number
}

interface Asked extends NtpdAssociation {
  readonly file: number
}

/** As Debian has it. */
export const FOR_SOURCES = 'restrict source notrap nomodify noquery'

export function answersDropped(subject: LintSubject, all: readonly RestrictionAt[]): Finding[] {
  // What excepts the servers may stand there.
  if (namesMore(subject, subject.ntp)) return []
  return [...deaf(subject, all), ...poolsRefused(subject, all)]
}

export const restrictionsIn = (subject: LintSubject): RestrictionAt[] =>
  subject.ntp.flatMap(({ file, read }) =>
    restrictionsOf(read.commands, versionOf(subject)).map(each => ({ file, ...each })),
  )

const askedBy = ({ ntp }: LintSubject): Asked[] =>
  ntp.flatMap(({ file, read }) =>
    read.associations
      .filter(({ kind, address }) => /^(?:server|pool|peer)$/.test(kind) && !address.startsWith('127.127.'))
      .map(each => ({ ...each, file })),
  )

/** Nobody else is asked: no clock is attached, but the machine's own. */
const isAllOf = ({ ntp }: LintSubject, lost: readonly Asked[]): boolean =>
  ntp.every(({ file, read }) =>
    read.associations.every(
      ({ line, address }) =>
        isLocalClock(address) || lost.some(each => each.file === file && each.line === line),
    ),
  )

/** Beside it a line for one address can stand. */
const isWide = (each: Restriction): boolean => isEverybody(each) || isNetwork(each)

function deaf(subject: LintSubject, all: readonly RestrictionAt[]): Finding[] {
  const version = versionOf(subject)
  const lost = askedBy(subject).flatMap(server => {
    const drops = dropsOf(server, version)
    const by = whatDeafens(all, server.address, drops)
    return by ? [{ server, by, drops }] : []
  })
  const by = all.filter(each =>
    lost.some(
      ({ drops, by: { target, mask } }) => target === each.target && mask === each.mask && drops(each),
    ),
  )
  const [first] = by
  if (!first) return []
  const servers = lost.map(({ server }) => server)
  const numeric = by.every(isWide) && servers.every(({ address }) => isNumeric(address))
  const edits = numeric ? [exceptions(by.at(-1)!, servers)] : by.map(each => answered(subject, each))
  const word = deafeningOf(first)[0]!
  const none = `there is no exception for ${servers.length === 1 ? servers[0]!.address : `${servers.length} that are asked`}`
  const line = `restrict ${first.target}${first.mask === undefined ? '' : ` mask ${first.mask}`} ${word}`
  return [
    dropped(subject, {
      by,
      lost: servers,
      what:
        word === 'notrust'
          ? `\`${line}\` drops what does not prove itself by a key, and so what ${servers.length === 1 ? `${servers[0]!.address} answers` : `${servers.length} answer`}.`
          : `\`${line}\` also drops what servers answer, and ${none}.`,
      text: numeric
        ? 'Except the servers.'
        : word === 'notrust'
          ? 'Take `notrust` out, or give each server a key. (Before ntpd 4.2 the word had another meaning.)'
          : `Let what comes be answered, and no more: \`noquery\` and its like instead of \`${word}\`. A \`restrict\` for a name would hold for one of its addresses only.`,
      edits,
    }),
  ]
}

/** Of an NTPsec no version may be known. */
export const versionOf = (subject: LintSubject): NtpdVersion | undefined =>
  subject.machine.ntpd ?? (readerOf(subject)?.family === 'ntpsec' ? parseVersion('ntpsec 1.0') : undefined)

const exceptions = ({ file, line }: RestrictionAt, lost: readonly Asked[]): Edit => ({
  file,
  line,
  kind: 'insert-after',
  text: [...new Set(lost.map(({ address }) => `restrict ${address} nomodify notrap nopeer noquery`))].join(
    '\n',
  ),
})

/** Of `nopeer` it is told by itself where it is wrong. Who only wanted proof is to be let in no further. */
const answered = (subject: LintSubject, { file, line, flags }: RestrictionAt): Edit => {
  const closed = deafeningOf({ flags }).some(flag => flag !== 'notrust')
  const wanted = closed
    ? ['kod', 'limited', 'nomodify', 'notrap', 'noquery'].filter(flag => !flags.has(flag))
    : []
  return {
    file,
    line,
    kind: 'replace',
    text: withoutDeafening(lineOf(subject, file, line), wanted),
  }
}

/** The `pool` lines that need a `restrict source` beside a `nopeer` for everybody. */
export const refused = (subject: LintSubject, all: readonly Restriction[]): Asked[] =>
  refusedPools(all, askedBy(subject), versionOf(subject))

function poolsRefused(subject: LintSubject, all: readonly RestrictionAt[]): Finding[] {
  const by = refusesPools(all)
  const lost = refused(subject, all)
  const last = by.at(-1)
  if (!last || lost.length === 0) return []
  const { file, line } = last
  if (last.target === 'source')
    return [
      dropped(subject, {
        by,
        lost,
        what: '`nopeer` of `restrict source` refuses what a `pool` finds: none of it becomes a peer.',
        text: 'Take `nopeer` out there: it is for others, by `restrict default`.',
        edits: [{ file, line, kind: 'replace', text: removeWord(lineOf(subject, file, line), 'nopeer') }],
      }),
    ]
  return [
    dropped(subject, {
      by,
      lost,
      what: `\`nopeer\` of \`restrict default\` also refuses what a \`pool\` finds, and there is no \`restrict source\`.`,
      text: 'Except whom the daemon itself asks.',
      edits: [{ file, line, kind: 'insert-after', text: FOR_SOURCES }],
    }),
  ]
}

interface Dropped {
  readonly by: readonly RestrictionAt[]
  readonly lost: readonly Asked[]
  readonly what: string
  readonly text: string
  readonly edits: readonly Edit[]
}

function dropped(subject: LintSubject, { by, lost, what, text, edits }: Dropped): Finding {
  const none = isAllOf(subject, lost)
  return found({
    name: 'restrict-drops-answers',
    severity: none ? 'critical' : 'warning',
    what,
    evidence: [...by, ...lost.slice(0, 3)].map(({ file, line }) => evidenceAt(subject, file, line)),
    cost: none
      ? 'ntpd hears nobody, and the clock runs free.'
      : 'ntpd asks these and never hears them; the others have to do.',
    remedy: {
      daemon: 'ntpd',
      version: subject.machine.ntpd?.numbers.join('.'),
      text,
      changes: edits.flatMap(edit => edit.text.split('\n').map(line => line.trim())),
      edits,
    },
    confirm: '`ntpq -p`: the column reach is no longer 0, and a pool has its servers below it.',
  })
}
