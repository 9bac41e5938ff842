/**
 * Which servers are asked: every configured source becomes one association, or several when it is a pool. Names are
 * resolved by the world; members of a pool that turn out bad are replaced, with patience, so that a network outage
 * does not churn through a whole pool. A pool whose name leads to fewer addresses than wanted is filled up bit by bit:
 * the next answer may name others.
 */
import { type Flow, isNumeric } from '#core/ntp/endpoint.ts'
import { type Monotonic, plus, since, sooner } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { Association } from './association.ts'
import type { SourceConfig } from './config.ts'
import type { SourceReason } from './reason.ts'

/** A name that could not be resolved is tried again after 4 s, 8 s, … 1024 s. */
const RETRY_FIRST: Seconds = 4
const RETRY_LONGEST: Seconds = 1024
/** One member of a pool is replaced at most this often. */
const REPLACE_INTERVAL: Seconds = 300
/** A name is looked up again so often when it leads to fewer members than wanted, or only to addresses of others. */
const TOP_UP_INTERVAL: Seconds = 300
/** So many unanswered requests, or outvoted samples, make a member of a pool bad. */
const BAD_AFTER = 8

/** One `[[source]]`, with whatever its name led to. */
export interface Entry {
  readonly config: SourceConfig
  /** Its address needs no resolving, and will never lead to another. */
  readonly numeric: boolean
  readonly associations: Association[]
  /** Addresses of the pool that are not in use, best first. */
  spare: string[]
  /** Addresses that were tried and dropped; they come back only when nothing else is left. */
  dropped: string[]
  resolving: boolean
  reason: SourceReason
  retryAt: Monotonic | undefined
  retryAfter: Seconds
  replacedAt: Monotonic | undefined
}

export class Roster {
  readonly entries: Entry[] = []
  /** All that is asked, of all entries. Another array after each change. */
  associations: readonly Association[] = []
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  byFlow(flow: Flow): Association | undefined {
    return this.associations.find(association => association.flow === flow)
  }

  /** How many names have not been resolved yet. */
  get unresolved(): number {
    return this.entries.filter(entry => entry.resolving).length
  }

  /** A first answer may still come. */
  get starting(): boolean {
    return this.entries.some(isStarting)
  }

  /** Nothing that anybody answers fits together. */
  get isErratic(): boolean {
    const answering = this.associations.filter(({ accepted, reach }) => accepted > 0 && reach !== 0)
    return answering.length > 0 && answering.every(({ erratic }) => erratic)
  }

  /** When something is due. */
  get wakeAt(): Monotonic | undefined {
    let first: Monotonic | undefined
    for (const { wakeAt } of this.associations) first = sooner(first, wakeAt)
    for (const { retryAt } of this.entries) first = sooner(first, retryAt)
    return first
  }

  /** Asks everybody a few times, quickly. */
  burst(now: Monotonic): void {
    for (const association of this.associations) association.burst(now)
  }

  /** This may be another host, whose clock nobody knows. */
  doubtHost(): void {
    for (const { trust } of this.associations) trust?.forget()
  }

  /** Adds what is new, drops what is gone, keeps what is the same. Returns the names to resolve and who was dropped. */
  configure(sources: readonly SourceConfig[]): { names: string[]; dropped: Association[] } {
    const kept = this.entries.filter(entry => sources.some(source => sameSource(source, entry.config)))
    const dropped = this.entries.filter(entry => !kept.includes(entry)).flatMap(entry => entry.associations)
    const names: string[] = []
    const entries = sources.map(source => {
      const old = kept.find(entry => sameSource(source, entry.config))
      if (old) return old
      names.push(source.address)
      return newEntry(source)
    })
    this.entries.splice(0, this.entries.length, ...entries)
    this.#gather()
    return { names, dropped }
  }

  /** The world's answer to a name. */
  resolved(name: string, addresses: readonly string[], now: Monotonic): void {
    for (const entry of this.entries) {
      if (entry.config.address !== name || !entry.resolving) continue
      entry.resolving = false
      if (addresses.length === 0) {
        entry.reason = 'name-not-found'
        entry.retryAt = plus(now, entry.retryAfter)
        entry.retryAfter = Math.min(2 * entry.retryAfter, RETRY_LONGEST)
        continue
      }
      entry.retryAfter = RETRY_FIRST
      entry.retryAt = undefined
      entry.reason = 'resolving-name'
      const used = this.#addressesInUse(entry)
      entry.spare = addresses.filter(address => !used.has(address) && !entry.dropped.includes(address))
      if (entry.spare.length === 0) {
        entry.spare = addresses.filter(address => !used.has(address))
        entry.dropped = []
      }
      this.#fill(entry, now)
      if (entry.associations.length < wanted(entry)) entry.retryAt = plus(now, TOP_UP_INTERVAL)
      // All its addresses are asked already under other names. They may be free again one day.
      if (entry.associations.length === 0) entry.reason = 'asked-already'
    }
  }

  /** Has this name been found before, or never been looked for? Then it is news that it cannot be. */
  isNews(name: string): boolean {
    return this.entries.some(({ config, reason }) => config.address === name && reason !== 'name-not-found')
  }

  /** Names whose retry is due. */
  namesDue(now: Monotonic): string[] {
    const due = this.entries.filter(entry => entry.retryAt !== undefined && now >= entry.retryAt)
    if (due.length === 0) return []
    for (const entry of due) {
      entry.retryAt = undefined
      entry.resolving = true
    }
    return [...new Set(due.map(entry => entry.config.address))]
  }

  /** Takes bad members out (at most one of each entry at a time) and puts spare ones in. Returns who was dropped. */
  replaceBad(now: Monotonic): Association[] {
    const gone: Association[] = []
    for (const entry of this.entries) {
      if (entry.resolving || entry.reason === 'name-not-found' || entry.numeric) continue
      if (entry.replacedAt !== undefined && since(now, entry.replacedAt) < REPLACE_INTERVAL) continue
      const bad = entry.associations.find(association => isBad(association, entry.config.pool))
      if (!bad) continue
      entry.replacedAt = now
      // A single name may lead elsewhere by now, and a pool whose spares are used up may have new members.
      if (entry.spare.length === 0) entry.retryAt = now
      else gone.push(this.#replace(entry, bad, now))
    }
    return gone
  }

  #replace(entry: Entry, bad: Association, now: Monotonic): Association {
    entry.associations.splice(entry.associations.indexOf(bad), 1)
    entry.dropped.push(bad.endpoint.address)
    this.#fill(entry, now)
    return bad
  }

  #fill(entry: Entry, now: Monotonic): void {
    while (entry.associations.length < wanted(entry) && entry.spare.length > 0) {
      const address = entry.spare.shift()!
      entry.associations.push(new Association(entry.config, address, now, this.#random))
    }
    this.#gather()
  }

  #gather(): void {
    this.associations = this.entries.flatMap(entry => entry.associations)
  }

  #addressesInUse(entry: Entry): Set<string> {
    const same = this.entries.filter(other => other.config.port === entry.config.port)
    return new Set(same.flatMap(other => other.associations.map(association => association.endpoint.address)))
  }
}

/** Its name is being resolved, or one of its servers may still give a first answer. */
const isStarting = ({ associations, resolving, reason }: Entry): boolean =>
  associations.length === 0
    ? resolving && reason === 'resolving-name'
    : associations.some(association => association.pending)

function newEntry(config: SourceConfig): Entry {
  return {
    config,
    numeric: isNumeric(config.address),
    associations: [],
    spare: [],
    dropped: [],
    resolving: true,
    reason: 'resolving-name',
    retryAt: undefined,
    retryAfter: RETRY_FIRST,
    replacedAt: undefined,
  }
}

/** How many servers it is to have. */
const wanted = ({ config, numeric }: Entry): number => (config.pool && !numeric ? config.maxsources : 1)

function isBad(association: Association, pool: boolean): boolean {
  if (association.unanswered >= BAD_AFTER && association.reach === 0) return true
  return pool && (association.stopped || association.outvoted >= BAD_AFTER || association.unsynchronised)
}

const sameSource = (a: SourceConfig, b: SourceConfig): boolean =>
  (Object.keys(a) as (keyof SourceConfig)[]).every(key => a[key] === b[key])
