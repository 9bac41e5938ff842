/**
 * Names through the resolver of this machine (getaddrinfo: hosts file, nsswitch, search domains), as every other program
 * on it sees them. A numeric address comes back in its canonical writing, since replies are compared with it as text; the
 * host's clock is nobody's name.
 *
 * A lookup under way cannot be called off: after `close` its answer is dropped, and a process that has nothing else to do
 * still waits for the resolver to give up.
 */
import { lookup } from 'node:dns'
import { HOST_CLOCK } from '#core/guest/host-clock.ts'
import { canonical } from './address.ts'

export interface Resolved {
  readonly name: string
  readonly addresses: readonly string[]
  readonly failure?: string
}

/** The resolver's codes as words; another code is told as it is. */
const FAILURES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'name-not-found',
  ENODATA: 'name-not-found',
  // A name that is too long to be one.
  EINVAL: 'name-not-found',
  EAI_AGAIN: 'resolver-not-reachable',
  EAI_FAIL: 'resolver-failed',
  ETIMEOUT: 'resolver-not-reachable',
  EAI_MEMORY: 'out-of-memory',
}

export function resolveName(name: string, done: (resolved: Resolved) => void): void {
  const numeric = name === HOST_CLOCK ? name : canonical(name)
  if (numeric !== undefined) done({ name, addresses: [numeric] })
  else if (name === '' || name.includes('\0')) done({ name, addresses: [], failure: 'name-not-found' })
  else ask(name, done)
}

function ask(name: string, done: (resolved: Resolved) => void): void {
  try {
    lookup(name, { all: true, order: 'verbatim' }, (error, found) => {
      // The same address comes once for each socket type or line of the hosts file.
      const addresses = [...new Set(error ? [] : found.map(({ address }) => canonical(address) ?? address))]
      if (addresses.length > 0) done({ name, addresses })
      else done({ name, addresses, failure: error ? failureOf(error) : 'name-not-found' })
    })
  } catch (error) {
    done({ name, addresses: [], failure: failureOf(error) })
  }
}

const failureOf = (error: unknown): string => {
  const code = (error as NodeJS.ErrnoException).code ?? String(error)
  return FAILURES[code] ?? code
}
