/** What will happen, in order of true time; what is due at the same moment happens in the order in which it was planned. */
import type { TrueTime } from './true-time.ts'

interface Planned {
  readonly at: TrueTime
  readonly order: number
  readonly happen: () => void
}

export class Agenda {
  /** A binary heap. */
  readonly #heap: Planned[] = []
  #order = 0

  get next(): TrueTime | undefined {
    return this.#heap[0]?.at
  }

  plan(at: TrueTime, happen: () => void): void {
    const heap = this.#heap
    let i = heap.push({ at, order: this.#order++, happen }) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!before(heap[i]!, heap[parent]!)) break
      swap(heap, i, parent)
      i = parent
    }
  }

  /** Takes the next thing off the agenda. The agenda is not empty. */
  take(): Planned {
    const heap = this.#heap
    const first = heap[0]!
    const last = heap.pop()!
    if (heap.length === 0) return first
    heap[0] = last
    let i = 0
    for (;;) {
      const left = 2 * i + 1
      if (left >= heap.length) break
      const child = left + 1 < heap.length && before(heap[left + 1]!, heap[left]!) ? left + 1 : left
      if (!before(heap[child]!, heap[i]!)) break
      swap(heap, i, child)
      i = child
    }
    return first
  }
}

const before = (a: Planned, b: Planned): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

function swap(heap: Planned[], a: number, b: number): void {
  const held = heap[a]!
  heap[a] = heap[b]!
  heap[b] = held
}
