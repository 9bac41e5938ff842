/**
 * `restrict` of ntp.conf (ntp.conf(5), "Access Control Options"; ntp_restrict.c): what the daemon lets others do. Of the lines
 * that an address falls under the narrowest decides. `ignore` drops every packet, and `noserve` every one that is no query: the
 * answers of servers, too; from 4.2 on `notrust` drops whatever does not prove itself by a key, and NTPsec has no such flag any
 * more. `nopeer` drops the answers to a `pool` line: each is of an address that is no peer yet, and from 4.2.7 on it may not
 * become one (AM_MANYCAST in ntp_proto.c). `restrict source`, of the same versions, speaks of whoever is asked, and decides it then
 * (restrict_source in ntp_restrict.c). A line of whose address nothing can be made is dropped, as 4.2.8p6 says itself.
 */
import { ipv4Number, isFourBytes, lengthOfMask } from '../ip-address.ts'
import type { Command } from './commands.ts'
import type { NtpdAssociation } from './conf.ts'
import { isBefore, type NtpdVersion } from './version.ts'

export interface Restriction {
  readonly line: number
  /** `default`, `source` (all that are asked), an address or a name. */
  readonly target: string
  readonly mask: string | undefined
  readonly family: 4 | 6 | undefined
  readonly flags: ReadonlySet<string>
}

export function readRestriction({ line, words }: Command): Restriction {
  const family = words[0] === '-4' ? 4 : words[0] === '-6' ? 6 : undefined
  const [target = '', ...rest] = family === undefined ? words : words.slice(1)
  const mask = rest[0] === 'mask' ? rest[1] : undefined
  const everybody = target === '0.0.0.0' || target === '::'
  return {
    line,
    target: everybody && rest.length > 0 ? 'default' : target,
    mask: everybody ? undefined : mask,
    family,
    flags: new Set(rest[0] === 'mask' ? rest.slice(2) : rest),
  }
}

/** The restrictions of which this ntpd can make something. */
export const restrictionsOf = (
  commands: readonly Command[],
  version: NtpdVersion | undefined,
): Restriction[] =>
  commands
    .filter(({ name }) => name === 'restrict')
    .map(readRestriction)
    .filter(each => unusableWord(each, version) === undefined)

/** The address or the mask for which classic ntpd drops a line. Networks as 10.0.0.0/24 are NTPsec's; who is not known has none. */
export function unusableWord(
  { target, mask }: Restriction,
  version: NtpdVersion | undefined,
): string | undefined {
  if (version?.family === 'ntpsec') return undefined
  return /[/*]/.test(target) || isNoAddress(target)
    ? target
    : mask !== undefined && isNoAddress(mask)
      ? mask
      : undefined
}

/** Numbers that are no address, and the name of nobody. Fewer than four are one for inet_aton(3). */
const isNoAddress = (word: string): boolean =>
  /^[\d.]+$/.test(word) && !/^\d+(?:\.\d+){0,2}$/.test(word) && !isFourBytes(word)

/** The words by which it drops what servers answer. */
const DEAFENING = ['ignore', 'noserve', 'notrust'] as const
const WORD = new RegExp(`\\s+(?:${DEAFENING.join('|')})(?=\\s|$)`)
const ALL_WORDS = new RegExp(WORD, 'g')

export const deafeningOf = ({ flags }: Pick<Restriction, 'flags'>) =>
  DEAFENING.filter(word => flags.has(word))

/** The line with these words in the place of the first that drops answers, and without the others. */
export const withoutDeafening = (line: string, words: readonly string[]): string =>
  line.replace(WORD, words.map(word => ` ${word}`).join('')).replace(ALL_WORDS, '')

export const dropsAnswers = ({ flags }: Restriction): boolean => flags.has('ignore') || flags.has('noserve')

/** What a restriction drops, of all that is asked. */
export type Drops = (restriction: Restriction) => boolean

/** Which restrictions would drop what this server answers, in an ntpd of this version. */
export function dropsOf(
  { options }: Pick<NtpdAssociation, 'options'>,
  version: NtpdVersion | undefined,
): Drops {
  const wantsProof = version?.family !== 'ntpsec' && !(version && isBefore(version, [4, 2, 0, 0]))
  return wantsProof && !options.values.has('key') && !options.flags.has('autokey')
    ? each => dropsAnswers(each) || each.flags.has('notrust')
    : dropsAnswers
}

/** The line that drops what this server answers; undefined when none does, or when nobody can tell from its name. */
export function whatDeafens<R extends Restriction>(
  all: readonly R[],
  server: string,
  drops: Drops,
): R | undefined {
  const own = all.filter(each => each.target === server && !isNetwork(each))
  if (own.length > 0) return own.find(drops)
  const asked = all.filter(({ target }) => target === 'source')
  if (asked.length > 0) return asked.find(drops)
  const networks = all.filter(isNetwork)
  const number = ipv4Number(server)
  if (number === undefined && networks.some(each => !drops(each))) return undefined
  const inside = networks
    .flatMap(each => {
      const bits = number === undefined ? undefined : sharedBits(each, number)
      return bits === undefined ? [] : [{ each, bits }]
    })
    .sort((a, b) => b.bits - a.bits)
  if (inside[0]) return drops(inside[0].each) ? inside[0].each : undefined
  const family = number !== undefined ? 4 : server.includes(':') ? 6 : undefined
  return all.find(
    each =>
      isEverybody(each) &&
      drops(each) &&
      (each.family === undefined || family === undefined || each.family === family),
  )
}

export const isEverybody = ({ target }: Restriction): boolean => target === 'default'

/**
 * The lines that keep what a `pool` finds from being a peer: the last `restrict source`, where one stands, and else those for everybody.
 * A pool answers by IPv4 at least, so a line for IPv6 alone leaves sources.
 */
export function refusesPools<R extends Restriction>(all: readonly R[]): R[] {
  const source = ofSources(all)
  if (source) return source.flags.has('nopeer') && !dropsAnswers(source) ? [source] : []
  const lines = all.filter(each => isEverybody(each) && each.flags.has('nopeer') && !dropsAnswers(each))
  return lines.some(({ family }) => family !== 6) ? lines : []
}

const ofSources = <R extends Restriction>(all: readonly R[]): R | undefined =>
  all.findLast(({ target }) => target === 'source')

/** Those whose answers a `nopeer` for everybody would drop, or that of `restrict source` does. What has a key proves itself. */
export function refusedPools<A extends NtpdAssociation>(
  all: readonly Restriction[],
  asked: readonly A[],
  version: NtpdVersion | undefined,
): A[] {
  if (version?.family === 'ntpsec' || (version && isBefore(version, [4, 2, 7, 0]))) return []
  const source = ofSources(all)
  if (source && !source.flags.has('nopeer')) return []
  // The servers of a pool of one's own may lie in a network that has a line for itself.
  const networks =
    !source && all.some(each => !isEverybody(each) && isNetwork(each) && !each.flags.has('nopeer'))
  return asked.filter(
    ({ kind, address, options }) =>
      kind === 'pool' && !options.values.has('key') && (!networks || PUBLIC.test(address)),
  )
}

/** More than one address. */
export const isNetwork = ({ target, mask }: Restriction): boolean =>
  mask === undefined ? /\/\d+$/.test(target) : mask !== '255.255.255.255'
const PUBLIC = /(?:^|\.)pool\.ntp\.org$/i

/** How many bits of an IPv4 network an address has; undefined when it lies in another. */
function sharedBits({ target, mask }: Restriction, address: number): number | undefined {
  const [network = '', length] = target.split('/')
  const base = ipv4Number(network)
  const bits = length === undefined ? lengthOfMask(mask ?? '') : Number(length)
  if (base === undefined || bits === undefined || bits > 32) return undefined
  const size = 2 ** (32 - bits)
  return Math.floor(base / size) === Math.floor(address / size) ? bits : undefined
}
