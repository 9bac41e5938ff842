/**
 * smear-mixed: around a leap second some servers spread it over a day (Google and AWS: 24 hours, noon to noon; Meta: about 18 hours after
 * it), others make it at once. Between the two lies up to half a second or more. (Google Public NTP's and AWS's own pages.)
 */
import { isOwn } from '#dialects/own-server.ts'
import type { Edit } from '../../finding.ts'
import { configuredSources, type NamedHere } from '../configured-sources.ts'
import { found, type LintRule, removeWord } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf } from '../subject.ts'

/** Who smears, and in which way: those of one way belong together. */
const SMEARED: readonly (readonly [RegExp, way: string, others: string])[] = [
  [
    /^time\d?\.google\.com$|^metadata\.google\.internal$|^216\.239\.35\.(?:0|4|8|12)$|^2001:4860:4806:(?:4|8|c)?::$/i,
    'noon to noon',
    'time.google.com',
  ],
  [/^169\.254\.169\.123$|^fd00:ec2::123$|^time\.aws\.com$/i, 'noon to noon', 'time.aws.com'],
  [
    /^time\d?\.facebook\.com$|^129\.134\.(?:25|26|27|28|29)\.123$/i,
    'after the leap second',
    'time.facebook.com',
  ],
]

/** The public servers of who smears like that. */
export const othersThatSmear = (address: string): string | undefined =>
  SMEARED.find(([name]) => name.test(address))?.[2]

/** The clock of AWS's network card keeps leap seconds. What the clocks of other hosts do is not known. */
const ENA = /^PHC .*\/ptp_ena/

/** Of the words of lines: both ways are here, as AWS has it set up, and whoever is added smears unlike one of them. */
export const isOfBothWays = (words: readonly string[]): boolean =>
  words.some(word => /\/ptp_ena/.test(word)) && words.some(word => smearOf(word) !== undefined)

/** What servers of one's own network do, they alone know: they may follow one of these. */
const isPublic = (address: string): boolean => smearOf(address) !== undefined || !isOwn(address)

const smearOf = (address: string): string | undefined => SMEARED.find(([name]) => name.test(address))?.[1]

export const smear: LintRule = subject =>
  configuredSources(subject).flatMap(({ named, daemon }) => {
    const counted = named.filter(
      each => each.counts && (each.network ? isPublic(each.address) : ENA.test(each.address)),
    )
    const ways = new Map<string, (typeof counted)[number]>()
    for (const each of counted) {
      const way = smearOf(each.address) ?? 'none'
      if (!ways.has(way)) ways.set(way, each)
    }
    if (ways.size < 2) return []
    const smeared = [...ways].filter(([way]) => way !== 'none').map(([, each]) => each)
    const plain = ways.get('none')
    // One clock of AWS's, as AWS has it set up.
    const sameClock = counted.every(({ origin }) => origin === counted[0]!.origin)
    const leaving = plain ? whoLeaves(counted) : smeared
    return [
      found({
        name: 'smear-mixed',
        severity: sameClock ? 'note' : 'warning',
        what: plain
          ? `${smeared[0]!.address} smears leap seconds, and ${plain.address} does not.`
          : `${smeared[0]!.address} and ${smeared[1]!.address} smear leap seconds in different ways.`,
        evidence: [...smeared, ...(plain ? [plain] : [])].map(({ file, line }) =>
          evidenceAt(subject, file, line),
        ),
        cost: 'On the day of a leap second the sources are up to half a second apart, or more: the daemon follows one half, or none, or jumps.',
        remedy: {
          daemon,
          text: sameClock
            ? 'Nothing, until a leap second is announced: then follow one of the two.'
            : 'Use sources of one kind only.',
          changes: sameClock ? [] : leaving.map(({ address }) => `without ${address}`),
          edits: sameClock ? [] : without(subject, leaving, daemon === 'timesyncd'),
        },
        confirm: 'The page of the operator of each server on leap seconds.',
      }),
    ]
  })

/** Those stay that are preferred, or of the cloud that the machine is in; else the few leave, and the many stay. */
function whoLeaves(counted: readonly NamedHere[]): readonly NamedHere[] {
  const plain = counted.filter(({ address }) => smearOf(address) === undefined)
  const smeared = counted.filter(({ address }) => smearOf(address) !== undefined)
  for (const stays of [
    ({ preferred }: NamedHere) => preferred,
    ({ address }: NamedHere) => CLOUDS_OWN.test(address),
  ])
    if (smeared.some(stays) !== plain.some(stays)) return smeared.some(stays) ? plain : smeared
  return plain.length <= smeared.length ? plain : smeared
}

const CLOUDS_OWN = /^(?:169\.254\.169\.123|fd00:ec2::123|metadata\.google\.internal)$|^PHC /i

/** A line that names several servers keeps those that stay. */
function without(subject: LintSubject, leaving: readonly NamedHere[], lists: boolean): Edit[] {
  if (!lists) return leaving.map(({ file, line }) => ({ file, line, kind: 'delete', text: '' }))
  const texts = new Map<string, Edit>()
  for (const { file, line, address } of leaving) {
    const at = `${file} ${line}`
    const text = removeWord(texts.get(at)?.text ?? lineOf(subject, file, line), address)
    texts.set(at, { file, line, kind: 'replace', text })
  }
  return [...texts.values()].map(edit =>
    edit.text.trim().endsWith('=') ? { ...edit, kind: 'delete', text: '' } : edit,
  )
}
