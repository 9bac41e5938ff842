/** The events of a host's logs: how many of each there were, and the first of them. */

import type { Seconds } from '#core/time/units.ts'
import type { Daemon, EventName, LogEvent } from '#core/trace/series.ts'

const MOST_OF_A_KIND = 2000
const MOST_REMEMBERED = 20_000
const MOMENT: Seconds = 5

export class EventLog {
  readonly #kept = new Map<EventName, LogEvent[]>()
  /** In which file each was. */
  readonly #files = new Map<string, number>()
  readonly #counts = new Map<EventName, number>()
  readonly daemons = new Set<Daemon>()

  add(event: LogEvent): void {
    const kept = this.#kept.get(event.what)
    if (event.what === 'stepped' && kept?.some(before => isSaidAgain(before, event))) return
    if (this.#isElsewhere(event)) return
    this.#counts.set(event.what, this.count(event.what) + 1)
    this.daemons.add(event.daemon)
    if (!kept) this.#kept.set(event.what, [event])
    else if (kept.length < MOST_OF_A_KIND) kept.push(event)
  }

  get any(): boolean {
    return this.#counts.size > 0
  }

  count(what: EventName): number {
    return this.#counts.get(what) ?? 0
  }

  get all(): LogEvent[] {
    return [...this.#kept.values()].flat()
  }

  of(...whats: readonly EventName[]): LogEvent[] {
    return whats.flatMap(what => this.#kept.get(what) ?? [])
  }

  /** Logs overlap, and a message goes to more than one of them. */
  #isElsewhere({ what, at, text, file }: LogEvent): boolean {
    const said = `${what} ${at} ${text}`
    const where = this.#files.get(said)
    if (where === undefined && this.#files.size < MOST_REMEMBERED) this.#files.set(said, file)
    return where !== undefined && where !== file
  }

  /** Moves all that was stamped in local time. */
  shiftLocal(by: Seconds): void {
    if (by === 0) return
    for (const [what, events] of this.#kept)
      this.#kept.set(
        what,
        events.map(event => (event.local ? { ...event, at: event.at + by } : event)),
      )
  }
}

/** NTPsec speaks of a step twice: before it, by the clock as it was, and after it, by the clock as it is then. */
function isSaidAgain(before: LogEvent, event: LogEvent): boolean {
  const later = event.at - before.at
  const same = event.daemon === before.daemon && Math.abs(event.size - before.size) < 1e-5
  return same && Math.min(Math.abs(later), Math.abs(later - event.size)) < MOMENT
}
