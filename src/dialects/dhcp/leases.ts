/**
 * Time servers that a DHCP server offered (option 42; for DHCPv6 RFC 4075), as DHCP clients keep them on disk:
 * systemd-networkd and NetworkManager's own client write KEY=value lines, dhclient writes its dhclient.leases(5).
 * Whether a lease has expired is not asked: the clock that would tell is the one in doubt.
 */
import {
  type Collecting,
  collect,
  isHost,
  linesOf,
  type NamedSources,
  plainSource,
  wordsOf,
} from '../named-source.ts'

/** /run/systemd/netif/leases/N, and internal-*.lease of NetworkManager. */
export function parseKeyedLease(text: string, file: string): NamedSources {
  const found = collect(file)
  for (const [index, line] of linesOf(text).entries()) {
    const match = /^(?:NTP|ntp_servers)=(.*)$/.exec(line.trim())
    if (match) addServers(found, wordsOf(match[1]!.replaceAll('"', '')), line, index + 1)
  }
  return found
}

interface Offer {
  servers: string[]
  text: string
  line: number
}

/** dhclient appends: of the leases of one interface the last one holds. IPv4 and IPv6 leases stand side by side. */
export function parseDhclientLeases(text: string, file: string): NamedSources {
  const last = new Map<string, Offer[]>()
  let depth = 0
  let kind = ''
  let device = ''
  let offers: Offer[] = []
  for (const [index, line] of linesOf(text).entries()) {
    const statement = line.trim()
    if (statement.endsWith('{')) {
      if (depth++ === 0) {
        kind = statement.slice(0, -1).trim()
        device = ''
        offers = []
      }
    } else if (statement === '}') {
      if (depth === 1) last.set(`${kind} ${device}`, offers)
      depth = Math.max(0, depth - 1)
    } else if (depth > 0) {
      device = /^interface\s+"([^"]*)"/.exec(statement)?.[1] ?? device
      const option = /^option\s+(?:dhcp6\.)?s?ntp-servers\s+([^;]*);?$/.exec(statement)
      if (option) offers.push({ servers: option[1]!.split(/[\s,]+/), text: line, line: index + 1 })
    }
  }
  const found = collect(file)
  for (const offer of [...last.values()].flat()) {
    addServers(
      found,
      offer.servers.filter(word => word !== ''),
      offer.text,
      offer.line,
    )
  }
  return found
}

function addServers(found: Collecting, servers: readonly string[], text: string, line: number): void {
  if (!servers.every(isHost))
    found.notUnderstood.push({
      line,
      text: text.trim(),
      why: 'not all of these are host names or addresses',
    })
  for (const server of servers) if (isHost(server)) found.sources.push(plainSource(server, line))
}
