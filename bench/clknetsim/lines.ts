/** A file of JSON values, one on each line. Big integers (nanoseconds) become seconds. */
import { closeSync, openSync, writeSync } from 'node:fs'

const ENOUGH = 1 << 16

export class Lines {
  readonly #fd: number
  #waiting: string[] = []
  #size = 0

  constructor(path: string) {
    this.#fd = openSync(path, 'w')
  }

  write(value: object): void {
    const line = JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? Number(each) / 1e9 : each))
    this.#waiting.push(line)
    this.#size += line.length
    if (this.#size > ENOUGH) this.#flush()
  }

  close(): void {
    this.#flush()
    closeSync(this.#fd)
  }

  #flush(): void {
    if (this.#waiting.length > 0) writeSync(this.#fd, `${this.#waiting.join('\n')}\n`)
    this.#waiting = []
    this.#size = 0
  }
}
