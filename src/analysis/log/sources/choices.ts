/** Whom a daemon followed, by its statistics: marks of names, and since when. */
import type { Seconds } from '#core/time/units.ts'

/** The first so many are kept: a daemon that hops from one to the next for months says no more by that. */
const MOST = 10_000

export interface Choice {
  readonly mark: number
  readonly from: Seconds
  to: Seconds
}

export class Choices {
  readonly all: Choice[] = []

  add({ mark, at }: { readonly mark: number; readonly at: Seconds }): void {
    const last = this.all.at(-1)
    if (last) last.to = at
    if (last?.mark !== mark && this.all.length < MOST) this.all.push({ mark, from: at, to: at })
  }
}
