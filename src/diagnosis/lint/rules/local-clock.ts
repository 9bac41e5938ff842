/**
 * local-clock: the clock of the machine itself as a source: driver 127.127.1.u of ntpd, `local` of chrony without `orphan`. When the real
 * sources are lost the machine goes on telling others a time that nobody sets. In a guest it also hides a jump: the offset to
 * oneself is always 0. With `prefer` ntpd's driver is no last resort: it is selected among the servers, and as long as these do not
 * outvote it its offset is the one that counts (ntp_proto.c, clock_select).
 */
import type { Edit } from '../../finding.ts'
import { isLocalClock } from '../configured-sources.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject } from '../subject.ts'

export const localClock: LintRule = subject => [...ntpd(subject), ...chrony(subject)]

const ntpd = (subject: LintSubject) =>
  subject.ntp.flatMap(({ file, read }) => {
    const local = read.associations.filter(
      ({ address, kind, options }) =>
        (isLocalClock(address) || (kind === 'refclock' && address === 'local')) &&
        !options.flags.has('noselect'),
    )
    const [first] = local
    if (!first) return []
    const fudges = read.fudges.filter(({ address }) => isLocalClock(address))
    // One for another unit says nothing, and goes with the rest.
    const own = fudges.filter(
      ({ address }) => first.kind === 'refclock' || local.some(each => each.address === address),
    )
    const stratum =
      own.map(({ options }) => options.values.get('stratum')).find(Boolean) ??
      first.options.values.get('stratum') ??
      '5'
    const preferred = local.find(({ options }) => options.flags.has('prefer'))
    const isAmongOthers =
      preferred !== undefined &&
      subject.ntp.some(each =>
        each.read.associations.some(
          ({ address, options }) =>
            !isLocalClock(address) && address !== 'local' && !options.flags.has('noselect'),
        ),
      )
    const edits = [...local, ...fudges].map(({ line }): Edit => ({ file, line, kind: 'delete', text: '' }))
    return [
      found({
        name: 'local-clock',
        severity: isAmongOthers ? 'critical' : 'warning',
        what: isAmongOthers
          ? `${preferred.address} is the clock of this machine itself, and \`prefer\` puts it before the servers: ntpd follows itself, and tells others its time at stratum ${Number(stratum) + 1}.`
          : `${first.address} is the clock of this machine itself: without other sources ntpd follows it, and tells others its time at stratum ${Number(stratum) + 1}.`,
        measures: { stratum: Number(stratum) },
        evidence: [...local, ...own].map(({ line }) => evidenceAt(subject, file, line)),
        cost: isAmongOthers
          ? 'Its offset to itself is always 0, and that is what counts as long as it is within the error that the servers admit: until then nothing corrects this clock, and `ntpq` shows that all is well.'
          : 'A time that nobody sets is served as if somebody did; after a pause nothing shows that the clock is behind.',
        causes: [{ what: 'an old example was copied', why: 'packages shipped these lines until about 2010' }],
        remedy: {
          daemon: 'ntpd',
          text: 'Take the lines out. If several servers are to agree among themselves without a source, orphan mode does that.',
          changes: ['tos orphan 10   (on servers of an island)'],
          edits,
        },
        confirm: '`ntpq -p` without a line of refid .LOCL.',
      }),
    ]
  })

const chrony = (subject: LintSubject) =>
  subject.chrony.flatMap(({ file, read }) => {
    const { local } = read.said
    const directive = read.directives.findLast(({ name }) => name === 'local')
    if (!local || !directive || local.orphan) return []
    const serves = subject.chrony.some(each => each.read.directives.some(({ name }) => name === 'allow'))
    return [
      found({
        name: 'local-clock',
        severity: serves ? 'warning' : 'note',
        what: `\`local stratum ${local.stratum}\`: without sources chronyd passes its own clock for synchronised${serves ? ', and tells its clients so' : ''}.`,
        measures: { stratum: local.stratum },
        evidence: [evidenceAt(subject, file, directive.line)],
        cost: serves
          ? 'Clients follow a time that nobody sets.'
          : 'Programs that ask whether the clock is synchronised are told that it is. Nobody else is: there is no `allow`.',
        remedy: {
          daemon: 'chrony',
          text: 'Take it out unless this is the one server of an island. Of several servers each needs `local stratum 10 orphan`.',
          changes: ['local stratum 10 orphan   (on servers of an island)'],
          edits: serves ? [] : [{ file, line: directive.line, kind: 'delete', text: '' }],
        },
        confirm: '`chronyc tracking`: a reference ID of 7F7F0101 is the own clock.',
      }),
    ]
  })
