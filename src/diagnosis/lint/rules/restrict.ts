/**
 * restrict-drops-answers, kod-without-limited, restrict-default-open, restrict-exception-wide, restrict-and-multicast: what `restrict` of ntp.conf lets others do
 * (ntp.conf(5), "Access Control Options"). NTPsec has `noquery` and `limited` by itself.
 */
import { isEverybody, refusesPools } from '#dialects/ntpd/restrict.ts'
import { isBefore } from '#dialects/ntpd/version.ts'
import type { Edit, Finding } from '../../finding.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf, readerOf } from '../subject.ts'
import {
  answersDropped,
  FOR_SOURCES,
  type RestrictionAt as Restriction,
  refused,
  restrictionsIn,
} from './answers-dropped.ts'
import { withOption } from './sources.ts'
import { unusableRestrictions } from './unusable-restrictions.ts'

export const restrict: LintRule = subject => {
  const all = restrictionsIn(subject)
  return [
    ...unusableRestrictions(subject),
    ...answersDropped(subject, all),
    ...kodWithoutLimited(subject, all),
    ...defaultOpen(subject, all),
    ...exceptionWide(subject, all),
    ...andMulticast(subject, all),
  ]
}

const edit = (subject: LintSubject, { file, line }: Restriction, options: readonly string[]) => ({
  file,
  line,
  kind: 'replace' as const,
  text: options.reduce(withOption, lineOf(subject, file, line)),
})

function kodWithoutLimited(subject: LintSubject, all: readonly Restriction[]): Finding[] {
  if (readerOf(subject)?.family === 'ntpsec') return []
  const lines = all.filter(({ flags }) => flags.has('kod') && !flags.has('limited') && !flags.has('ignore'))
  const [first] = lines
  if (!first) return []
  return [
    found({
      name: 'kod-without-limited',
      severity: 'note',
      what: '`kod` without `limited` does nothing: only who is limited is told so by a kiss of death.',
      evidence: lines.map(({ file, line }) => evidenceAt(subject, file, line)),
      cost: 'Clients that ask too often are answered as often.',
      remedy: {
        daemon: 'ntpd',
        text: 'Add `limited`.',
        changes: lines.map(each => edit(subject, each, ['limited']).text.trim()),
        edits: lines.map(each => edit(subject, each, ['limited'])),
      },
      confirm: "`ntpq -c sysstats`: the count of kiss-o'-death packets.",
    }),
  ]
}

/** Without these anybody may ask for lists (and use them to flood others), or change the running daemon if he has a key. */
const GUARDED = ['nomodify', 'noquery']

function defaultOpen(subject: LintSubject, all: readonly Restriction[]): Finding[] {
  const { ntpd } = subject.machine
  if (readerOf(subject)?.family === 'ntpsec') return []
  const lacking = all
    .filter(each => isEverybody(each) && !each.flags.has('ignore'))
    .flatMap(restriction => {
      const missing = missingFrom(restriction)
      return missing.length === 0 ? [] : [{ restriction, missing }]
    })
  const [first] = lacking
  if (!first) return []
  const missing = [...new Set(lacking.flatMap(each => each.missing))]
  const open = missing.some(flag => GUARDED.includes(flag))
  const amplifies = missing.includes('noquery') && (!ntpd || isBefore(ntpd, [4, 2, 7, 26]))
  const closed: Edit[] = lacking.map(each => edit(subject, each.restriction, each.missing))
  const { file, line } = lacking.at(-1)!.restriction
  // Where `nopeer` stands already without it, that is told by itself.
  const forSources: readonly Edit[] =
    missing.includes('nopeer') && refusesPools(all).length === 0 && refused(subject, all).length > 0
      ? [{ file, line, kind: 'insert-after', text: FOR_SOURCES }]
      : []
  const edits = [...closed, ...forSources]
  return [
    found({
      name: 'restrict-default-open',
      severity: open ? 'warning' : 'note',
      what: `\`restrict default\` lacks ${missing.map(flag => `\`${flag}\``).join(', ')}.`,
      evidence: lacking.map(({ restriction }) => evidenceAt(subject, restriction.file, restriction.line)),
      cost: open
        ? `Everybody may query this daemon${amplifies ? '; up to 4.2.7p25 the list of clients (monlist, CVE-2013-5211) is far longer than the question, and floods whom its sender names' : ''}.`
        : 'Everybody may ask to become a peer, or to be told of events.',
      remedy: {
        daemon: 'ntpd',
        version: ntpd?.numbers.join('.'),
        text: `Add them; 127.0.0.1 and ::1 keep their own lines${forSources.length > 0 ? ', and who is asked by a `pool` line needs one' : ''}.`,
        changes: edits.map(({ text }) => text.trim()),
        edits,
      },
      confirm: '`ntpq -c rv HOST` from another machine is not answered.',
    }),
  ]
}

/** What a line for everybody lacks. Limits alone are a matter of taste, and who is not served cannot ask too often. */
function missingFrom({ flags }: Restriction): string[] {
  const wanted = [...GUARDED, 'nopeer', 'notrap', ...(flags.has('noserve') ? [] : ['kod', 'limited'])]
  const missing = wanted.filter(flag => !flags.has(flag))
  return missing.every(flag => flag === 'kod' || flag === 'limited') ? [] : missing
}

function exceptionWide(subject: LintSubject, all: readonly Restriction[]): Finding[] {
  const everybody = all.find(isEverybody)
  if (!everybody) return []
  const servers = new Set(subject.ntp.flatMap(({ read }) => read.associations.map(({ address }) => address)))
  return all
    .filter(({ target }) => servers.has(target) && !target.startsWith('127.'))
    .flatMap(restriction => {
      const { file, line, flags, target } = restriction
      const missing = ['nomodify', 'notrap', 'nopeer', 'noquery'].filter(flag => !flags.has(flag))
      if (missing.length === 0) return []
      return [
        found({
          name: 'restrict-exception-wide',
          severity: 'note',
          what: `The exception for ${target} lacks ${missing.map(flag => `\`${flag}\``).join(', ')}: to be asked for the time a server needs none of that.`,
          evidence: [evidenceAt(subject, file, line), evidenceAt(subject, everybody.file, everybody.line)],
          cost: `Whoever sends from ${target} may do more here than answer.`,
          remedy: {
            daemon: 'ntpd',
            text: everybody.flags.has('noserve')
              ? 'Add them. The exception itself is needed: `noserve` of the default also drops what servers answer.'
              : 'Add them.',
            changes: [edit(subject, restriction, missing).text.trim()],
            edits: [edit(subject, restriction, missing)],
          },
          confirm: '`ntpq -c associations` shows no peer that is not configured.',
        }),
      ]
    })
}

function andMulticast(subject: LintSubject, all: readonly Restriction[]): Finding[] {
  const listener = subject.ntp.flatMap(({ file, read }) =>
    read.associations
      .filter(({ kind }) => kind === 'multicastclient' || kind === 'broadcastclient')
      .map(({ line, kind }) => ({ file, line, kind })),
  )[0]
  if (!listener) return []
  return all
    .filter(
      each =>
        !isEverybody(each) &&
        (each.flags.has('ignore') || each.flags.has('noserve') || isMulticast(each.target)),
    )
    .map(({ file, line, target }) =>
      found({
        name: 'restrict-and-multicast',
        severity: 'warning',
        what: isMulticast(target)
          ? `${target} is an address that packets are sent to; \`restrict\` looks at the one that they come from, so this line never counts.`
          : `\`restrict ${target} ignore\` drops packets from one address. A \`${listener.kind}\` makes a new association for each address that a server sends from.`,
        evidence: [evidenceAt(subject, file, line), evidenceAt(subject, listener.file, listener.line)],
        cost: 'A multicast server with several addresses is heard less often, and not better: what came from the dropped address is lost.',
        causes: [
          {
            what: 'a server with several networks sends its multicast packets by more than one',
            why: 'it has no route for 224.0.0.0/4',
          },
        ],
        remedy: {
          daemon: 'ntpd',
          text: 'Mend it at the server: give multicast packets one way out. Then take the line out here.',
          changes: ['ip route add 224.0.0.0/4 dev eth0   (on the server)'],
          edits: [{ file, line, kind: 'delete', text: '' }],
        },
        confirm:
          '`clockwright analyze --census` of the peerstats before and after: one address for each server.',
      }),
    )
}

const isMulticast = (address: string): boolean =>
  /^2(?:2[4-9]|3\d)\.\d+\.\d+\.\d+$/.test(address) || /^ff[\da-f]{2}:/i.test(address)
