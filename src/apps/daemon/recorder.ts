/**
 * What the agent wants to be remembered, on its way to the history and to whoever looks on. Records are written in
 * batches of a second. When the disk is full they wait, up to a limit, and the oldest of the waiting are given up
 * first, counted.
 */
import type { History } from '#core/trace/history.ts'
import type { TraceRecord } from '#core/trace/record.ts'

const BATCH_MS = 1000
const RETRY_MS = 5000
/** About a day of four sources at poll 6. */
const MOST_WAITING = 20_000

export type Trouble =
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'recovered'; readonly lost: number }

export class Recorder {
  readonly #history: History
  readonly #onTrouble: (trouble: Trouble) => void
  readonly #listeners = new Set<(record: TraceRecord) => void>()
  #waiting: TraceRecord[] = []
  #timer: NodeJS.Timeout | undefined
  #failing = false
  #lost = 0

  constructor(history: History, onTrouble: (trouble: Trouble) => void) {
    this.#history = history
    this.#onTrouble = onTrouble
  }

  record(record: TraceRecord): void {
    this.#waiting.push(record)
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift()
      this.#lost++
    }
    this.#timer ??= setTimeout(() => this.flush(), BATCH_MS)
    for (const listener of this.#listeners) listener(record)
  }

  subscribe(listener: (record: TraceRecord) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Writes what waits, now. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waiting.length === 0) return
    try {
      this.#history.append(this.#waiting)
    } catch (error) {
      if (!this.#failing) this.#onTrouble({ kind: 'failed', error })
      this.#failing = true
      this.#timer = setTimeout(() => this.flush(), RETRY_MS)
      this.#timer.unref()
      return
    }
    this.#waiting = []
    if (this.#failing) this.#onTrouble({ kind: 'recovered', lost: this.#lost })
    this.#failing = false
    this.#lost = 0
  }
}
