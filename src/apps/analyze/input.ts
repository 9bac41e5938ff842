/** A file among those that were given: what it is called, whose it is, and how its bytes are read. */

export interface Input {
  /** As it is shown: the path, and inside an archive the name in it. */
  readonly name: string
  /** Where it can be read from. */
  readonly path: string
  /** The folders that tell whose logs it is, outermost first. */
  readonly folders: readonly string[]
  readonly size: number
  readonly modified: Date
}

export interface Skipped {
  readonly file: string
  readonly why: string
}
