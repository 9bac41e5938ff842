/**
 * How long it takes to get over a disruption: from the moment when it was noticed to the first fresh samples that settled
 * what is true now. Disruptions that come before that are part of the same episode.
 */
import { type Monotonic, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'

export interface Recovery {
  /** From notice to verified. */
  readonly after: Seconds
  readonly witnesses: readonly string[]
}

export class Episode {
  #noticed: Monotonic | undefined
  readonly #witnesses = new Set<string>()

  get open(): boolean {
    return this.#noticed !== undefined
  }

  notice(now: Monotonic, witnesses: readonly string[]): void {
    this.#noticed ??= now
    for (const name of witnesses) this.#witnesses.add(name)
  }

  /** Fresh samples have spoken. Undefined when there was nothing to recover from. */
  verify(now: Monotonic): Recovery | undefined {
    if (this.#noticed === undefined) return undefined
    const recovery = { after: since(now, this.#noticed), witnesses: [...this.#witnesses] }
    this.#noticed = undefined
    this.#witnesses.clear()
    return recovery
  }
}
