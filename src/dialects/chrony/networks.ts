/**
 * Whom `allow`, `deny`, `cmdallow` and `cmddeny` speak of: an address, a network as 192.168.0.0/16 or 192.168, or a host's name
 * (CPS_ParseAllowDeny in cmdparse.c). With anything else chronyd does not start, and with more bits than an address has it
 * does not either, a moment later. Before 4.2 it read numbers as far as there were any, and took 192.168.1.* for 192.168.1.
 * Asked of 4.3 itself, line by line.
 */
import { compareVersions, type Reader } from '../grammar.ts'
import { ipv4Number, isFourBytes, isIpv6, lengthOfMask, networkWithoutStars } from '../ip-address.ts'
import { isHost } from '../named-source.ts'

export const TAKES_NETWORK: ReadonlySet<string> = new Set(['allow', 'deny', 'cmdallow', 'cmddeny'])
export const NETWORK_EXPECTED = 'an address, a network as `192.168.0.0/16`, or the name of a host'

/** Does chronyd start with this word? What it makes of a name is for its resolver to say. */
export const isNetworkTaken = (word: string, version: Reader | undefined): boolean =>
  // `all` is `all` in small letters only.
  word.toLowerCase() === 'all'
    ? word === 'all'
    : version && compareVersions(version.numbers, [4, 2]) < 0
      ? wasTaken(word)
      : isTaken(word)

function isTaken(word: string): boolean {
  const [net, bits] = parted(word)
  const most = ipv4Number(net) !== undefined || isShort(net) ? 32 : isIpv6(net) ? 128 : undefined
  if (bits !== undefined)
    return most !== undefined && /^[+-]?\d+$/.test(bits) && Number(bits) >= 0 && Number(bits) <= most
  return most !== undefined || mayBeName(net)
}

function wasTaken(word: string): boolean {
  const [net, bits] = parted(word)
  const most = isIpv6(net) ? 128 : /^\d/.test(net) ? 32 : undefined
  // Of a name nothing behind it was looked at.
  if (most === undefined) return mayBeName(net)
  if (bits === undefined) return true
  const number = Number.parseInt(bits, 10)
  return number >= 0 && number <= most
}

/** The network that was meant, if it can be told. */
export function networkMeant(word: string): string | undefined {
  const [net, bits = ''] = parted(word)
  const length = lengthOfMask(bits)
  const meant =
    word === '*' || word.toLowerCase() === 'all'
      ? 'all'
      : length !== undefined
        ? `${net}/${length}`
        : networkWithoutStars(word)
  return meant !== undefined && (meant === 'all' || isTaken(meant)) ? meant : undefined
}

function parted(word: string): readonly [string, string | undefined] {
  const slash = word.indexOf('/')
  return slash < 0 ? [word, undefined] : [word.slice(0, slash), word.slice(slash + 1)]
}

/** The first numbers of an IPv4 address: 10, 172.16, 192.168.1. */
const isShort = (net: string): boolean =>
  /^\d+(\.\d+){0,2}$/.test(net) && net.split('.').every(part => Number(part) < 256)

/** Four numbers with zeros in front are none of chronyd's, but the resolver's octal ones. */
const mayBeName = (net: string): boolean => isHost(net) && (!/^[\d.]+$/.test(net) || isFourBytes(net))
