/**
 * Stamps that go back. A clock that was set back writes the same times again, so a stamp alone does not say when it was: it
 * belongs to an era, counted by how often the stamps of its log had gone back. Two logs of one daemon go back at the same
 * moments where the step was large; small steps show in the one that has more lines.
 */
import type { Seconds } from '#core/time/units.ts'

/** Stamps are whole seconds, and not quite in order; what goes back by more was set back. */
export const SLACK: Seconds = 2
const MOST = 4096

interface Return {
  readonly from: Seconds
  readonly to: Seconds
}

export class Eras {
  readonly returns: Return[] = []
  #last = Number.NEGATIVE_INFINITY
  #era = 0

  /** The era of the next line. */
  see(at: Seconds): number {
    if (at < this.#last - SLACK && this.#era < MOST)
      this.#era = this.returns.push({ from: this.#last, to: at })
    this.#last = at
    return this.#era
  }
}

/** For each era of both logs, which of the eras it is that they have in common. */
export function commonEras(
  a: Eras,
  b: Eras,
): { readonly ofA: readonly number[]; readonly ofB: readonly number[] } {
  const ofA = [0]
  const ofB = [0]
  let common = 0
  let next = 0
  for (const mine of a.returns) {
    const partner = b.returns.findIndex((theirs, i) => i >= next && overlap(mine, theirs))
    if (partner >= 0) {
      while (next < partner) {
        ofB.push(common)
        next++
      }
      common++
      ofB.push(common)
      next++
    }
    ofA.push(common)
  }
  while (ofB.length <= b.returns.length) ofB.push(common)
  return { ofA, ofB }
}

const overlap = (a: Return, b: Return): boolean => a.to <= b.from && b.to <= a.from
