/** How far many runs are: a bar on the terminal after two seconds, an end by Ctrl-C. */
import type { Interrupted } from '#report/lab/forecast.ts'
import { Complaint } from '../cli/complain.ts'
import { Progress } from '../cli/progress.ts'

const SILENT_MS = 2000
const EVERY_MS = 200
const WIDTH = 30
/** As shells say that a program was interrupted. */
export const INTERRUPTED = 130

export class Watch {
  readonly #progress = new Progress()
  readonly #interrupted = new AbortController()
  readonly #begun = performance.now()
  readonly #total: number
  readonly #before: number
  readonly #timer: NodeJS.Timeout
  readonly #onInterrupt = () => this.#interrupted.abort()
  #done: number

  /** `before` of all runs were done in an earlier life. */
  constructor(total: number, before = 0) {
    this.#total = total
    this.#before = before
    this.#done = before
    this.#timer = setInterval(() => this.#show(), EVERY_MS)
    process.once('SIGINT', this.#onInterrupt)
    process.once('SIGTERM', this.#onInterrupt)
  }

  get signal(): AbortSignal {
    return this.#interrupted.signal
  }

  done(): void {
    this.#done++
  }

  close(): void {
    clearInterval(this.#timer)
    process.off('SIGINT', this.#onInterrupt)
    process.off('SIGTERM', this.#onInterrupt)
    this.#progress.clear()
  }

  /** After how many of all runs it was interrupted; undefined where it was not. */
  get interrupted(): Interrupted | undefined {
    return this.signal.aborted ? { after: this.#done, of: this.#total } : undefined
  }

  throwIfInterrupted(hint = ''): void {
    if (this.signal.aborted)
      throw new Complaint(`interrupted after ${this.#done} of ${this.#total} runs${hint}`, INTERRUPTED)
  }

  #show(): void {
    const passed = performance.now() - this.#begun
    if (passed < SILENT_MS) return
    const part = this.#done / this.#total
    const bar = '█'.repeat(Math.floor(part * WIDTH)).padEnd(WIDTH, '░')
    const fresh = this.#done - this.#before
    const left =
      fresh === 0 ? '' : `, ${Math.ceil(((this.#total - this.#done) * passed) / fresh / 1000)} s left`
    this.#progress.show(`${bar} ${this.#done} of ${this.#total} runs${left}`)
  }
}
