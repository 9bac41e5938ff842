/** What somebody may have meant who wrote a word that is not known: the known word that is nearest to it, if one is near. */

/** Longer words are no spelling mistakes. */
const LONGEST = 40

/** Nearest by letters that must be changed, added, left out or swapped: a third of them at most. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined
  const written = word.toLowerCase()
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const each of known) {
    const most = Math.max(1, Math.floor(each.length / 3))
    if (Math.abs(each.length - written.length) > most) continue
    const distance = editDistance(written, each)
    if (distance <= most && distance < least) [best, least] = [each, distance]
  }
  return best
}

/** Optimal string alignment: how many letters must be changed, added, left out, or swapped with their neighbour. */
export function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      next.push(
        Math.min(
          change,
          row[j]! + 1,
          next[j - 1]! + 1,
          swapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    before = row
    row = next
  }
  return row[b.length]!
}
