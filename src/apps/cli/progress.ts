/** A line on the terminal that says what is being waited for; nothing when nobody looks. */
export class Progress {
  readonly #stream = process.stderr
  #shown = false

  show(text: string): void {
    if (!this.#stream.isTTY) return
    this.#stream.write(`\r\x1b[2K${text}`)
    this.#shown = true
  }

  clear(): void {
    if (this.#shown) this.#stream.write('\r\x1b[2K')
    this.#shown = false
  }
}
