/**
 * What makes four sources of few, as each program writes it. What ntp.conf says of everybody by `restrict` holds for who is added,
 * too: it has to be let in, or to be asked in a way that it cannot refuse.
 */
import { wordsOf } from '#dialects/named-source.ts'
import { dropsOf, isEverybody, whatDeafens } from '#dialects/ntpd/restrict.ts'
import { isBefore, type NtpdVersion } from '#dialects/ntpd/version.ts'
import type { Edit } from '../../finding.ts'
import { PROGRAMS } from '../daemons.ts'
import { type LintSubject, namesMore } from '../subject.ts'
import { FOR_SOURCES, restrictionsIn, versionOf } from './answers-dropped.ts'
import { isOfBothWays, othersThatSmear } from './smear.ts'

export interface AddedSources {
  readonly changes: readonly string[]
  /** None where nobody knows what to write, or what is written would be refused. */
  readonly edits: readonly Edit[]
  /** What else it needs, as a sentence. */
  readonly needs?: string
}

/** `lines` are those of the sources that are there, and the new ones go behind `after`. */
export function addedSources(
  subject: LintSubject,
  program: string,
  lines: readonly string[],
  after: { readonly file: number; readonly line: number },
): AddedSources {
  const words = lines.flatMap(wordsOf)
  if (isOfBothWays(words))
    return {
      changes: [],
      edits: [],
      needs: 'Here one source smears leap seconds and the other does not: first keep one of the two.',
    }
  // Beside servers that smear leap seconds only others that do it in the same way.
  const host = words.map(othersThatSmear).find(each => each !== undefined) ?? PUBLIC
  if (program === PROGRAMS.ntpd) return forNtpd(subject, host, after)
  const text = POOLS[program]?.(host)
  return text === undefined
    ? { changes: ['NTP=ntp1.example ntp2.example ntp3.example ntp4.example'], edits: [] }
    : written([{ ...after, kind: 'insert-after', text }])
}

const written = (edits: readonly Edit[]): AddedSources => ({
  changes: edits.flatMap(({ text }) => text.split('\n')),
  edits,
})

const POOLS: Readonly<Partial<Record<string, (host: string) => string>>> = {
  [PROGRAMS.chronyd]: host => `pool ${host} iburst`,
  [PROGRAMS.openntpd]: host => `servers ${host}`,
  [PROGRAMS['ntpd-rs']]: host =>
    `\n[[source]]\nmode = "pool"\naddress = "${host === PUBLIC ? `ntpd-rs.${PUBLIC}` : host}"`,
}

const PUBLIC = 'pool.ntp.org'

/**
 * `restrict source` lets in who is asked, of those that know it. Where that cannot be written servers are named: what `nopeer` refuses is
 * what a pool finds, and no server.
 */
function forNtpd(
  subject: LintSubject,
  host: string,
  after: { readonly file: number; readonly line: number },
): AddedSources {
  const version = versionOf(subject)
  const isSince = (numbers: NtpdVersion['numbers']) =>
    version !== undefined && (version.family === 'ntpsec' || !isBefore(version, numbers))
  const all = restrictionsIn(subject)
  const last = all.findLast(isEverybody)
  const ofSources = all.findLast(({ target }) => target === 'source')
  const pool: Edit = { ...after, kind: 'insert-after', text: `pool ${host} iburst` }
  const servers: Edit = { ...pool, text: serversOf(host) }
  if (ofSources) return written([ofSources.flags.has('nopeer') ? servers : pool])
  const sure = !namesMore(subject, subject.ntp)
  const isDeaf = sure && whatDeafens(all, host, dropsOf(UNPROVEN, version)) !== undefined
  // A line for everybody that has no `nopeer` is to get it, by a finding of its own.
  const refuses = last !== undefined && version?.family !== 'ntpsec' && (!version || isSince([4, 2, 7, 0]))
  if (!isDeaf && !refuses) return written([!version || isSince([4, 2, 6, 0]) ? pool : servers])
  if (last && sure && isSince([4, 2, 7, 22])) {
    const { file, line } = last
    const needs = '`restrict source` lets in what they answer.'
    return { ...written([pool, { file, line, kind: 'insert-after', text: FOR_SOURCES }]), needs }
  }
  if (!isDeaf) return written([servers])
  return {
    changes: ['server ADDRESS iburst', 'restrict ADDRESS nomodify notrap nopeer noquery'],
    edits: [],
    needs: '`restrict` drops what others answer: each needs an exception, by its address.',
  }
}

const UNPROVEN: Parameters<typeof dropsOf>[0] = {
  options: { flags: new Set(), values: new Map(), unknown: [] },
}

const serversOf = (host: string): string =>
  host === PUBLIC
    ? [0, 1, 2, 3].map(each => `server ${each}.${host} iburst`).join('\n')
    : `server ${host} iburst`
