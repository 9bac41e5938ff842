/**
 * From the servers that a file names to the sources that clockwright can ask: what cannot be used is left out, and it
 * is said why.
 */
import type { SourceConfig } from '#core/agent/config.ts'
import type { NamedSource } from '#dialects/named-source.ts'

/** A named server together with the file that names it. */
export interface Located {
  readonly file: string
  readonly source: NamedSource
}

/** The configuration of clockwright itself allows no more. */
const MOST_SOURCES = 64

export interface Usable {
  readonly sources: SourceConfig[]
  /** Where those that are used stand. */
  readonly places: Located[]
  /** Left out because they are this machine itself. */
  readonly own: string[]
}

/** `loopback`: what answers there is somebody else's clock. */
export function usableSources(
  named: readonly Located[],
  note: (text: string) => void,
  loopback = false,
): Usable {
  const sources: SourceConfig[] = []
  const places: Located[] = []
  const own: string[] = []
  const seen = new Map<string, Located>()
  const names = new Set<string>()
  for (const located of named) {
    const { line, nts, keyed, ...source } = located.source
    const leaveOut = (why: string) =>
      note(`${located.file}, line ${line}: ${source.address} is left out: ${why}`)
    const host = canonical(source.address)
    const key = `${host} ${source.port}`
    const before = seen.get(key)
    if (nts) leaveOut('it is to be asked with NTS only, which is not available yet')
    else if (!loopback && isThisMachine(host)) {
      own.push(source.address)
      leaveOut('that is this machine itself')
    } else if (before) leaveOut(`it is named already (${before.file}, line ${before.source.line})`)
    else if (sources.length >= MOST_SOURCES) {
      leaveOut(`more than ${MOST_SOURCES} sources are not asked, nor are those that follow`)
      break
    } else {
      seen.set(key, located)
      const name = uniqueName(source.address, names)
      names.add(name)
      sources.push({ name, ...source })
      if (keyed) {
        note(
          `${located.file}, line ${line}: ${source.address} is asked without its key: authentication is not available yet`,
        )
      }
      places.push(located)
    }
  }
  return { sources, places, own }
}

function uniqueName(address: string, taken: ReadonlySet<string>): string {
  if (!taken.has(address)) return address
  let count = 2
  while (taken.has(`${address}#${count}`)) count++
  return `${address}#${count}`
}

/** One spelling for one host: small letters, IPv6 as short as it goes, IPv4 with four numbers, no dot at the end. */
function canonical(address: string): string {
  const plain = address.toLowerCase().replace(/\.$/, '')
  try {
    return new URL(`http://${plain.includes(':') ? `[${plain}]` : plain}/`).hostname.replace(/^\[|\]$/g, '')
  } catch {
    return plain
  }
}

/** ::ffff:7fxx:… is how the canonical spelling writes an IPv4 loopback address inside IPv6. */
const isThisMachine = (host: string): boolean =>
  /^(127\.|::1$|::$|0\.0\.0\.0$|::ffff:7f[\da-f]{2}:)/.test(host) ||
  /^(localhost|localhost\.localdomain|localhost6?(\.localdomain6?)?|ip6-(localhost|loopback))$/.test(host) ||
  host.endsWith('.localhost')
