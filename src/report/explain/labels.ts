/** Where the labels of marks find room: in a few rows, what matters most first. */
import type { HappeningKind } from './happenings.ts'

export const LABEL_ROWS = 3

export interface Label {
  readonly kind: HappeningKind
  /** The room that it would take, in any unit. */
  readonly from: number
  readonly to: number
}

/** The row of each label; undefined for one that finds no room. What the daemon did itself comes after the rest. */
export function placeLabels(labels: readonly Label[]): (number | undefined)[] {
  const rows: Label[][] = Array.from({ length: LABEL_ROWS }, () => [])
  const placed: (number | undefined)[] = labels.map(() => undefined)
  const routine = ({ kind }: Label) => Number(kind === 'step')
  const order = [...labels.entries()].sort(([, a], [, b]) => routine(a) - routine(b) || a.from - b.from)
  for (const [i, label] of order) {
    const row = rows.findIndex(taken => taken.every(each => each.to < label.from || each.from > label.to))
    if (row < 0) continue
    rows[row]!.push(label)
    placed[i] = row
  }
  return placed
}

export interface Placed<L> {
  readonly labels: readonly L[]
  readonly rows: (number | undefined)[]
}

/** Of several ways to say the labels, the most telling first, the first for which there is room, head and tail; else the last. */
export function chooseLabels<L extends Label>(
  ways: readonly (readonly L[])[],
  within: { readonly from: number; readonly to: number },
): Placed<L> {
  const all = ways.map(labels => ({ labels, rows: placeLabels(labels) }))
  const inside = ({ labels, rows }: Placed<L>) =>
    labels.every(({ kind, from, to }, i) =>
      rows[i] === undefined ? kind === 'step' : from >= within.from && to <= within.to,
    )
  return all.find(inside) ?? all.at(-1)!
}
