/** Times in which servers contradicted each other without a majority: a story takes nobody for a liar then, and says so. */
import { median } from '#core/number/quantile.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { judgedIn } from './judged.ts'
import type { Lie } from './lies.ts'
import type { Moment } from './moments.ts'
import type { Recorded } from './trace-of-journal.ts'

interface Undecided {
  readonly from: Seconds
  readonly to: Seconds
  /** By how much they were apart at most. */
  readonly apart: Seconds
}

/** Those of which a lie says nothing, in seconds from the start. */
export const sayUndecided = (
  all: readonly Undecided[],
  lies: readonly Pick<Lie, 'at' | 'until'>[],
): string[] =>
  all
    .filter(
      ({ from, to }) => !lies.some(({ at, until = Number.POSITIVE_INFINITY }) => at < to && until > from),
    )
    .map(
      ({ from, to, apart }) =>
        `from ${duration(from)} to ${duration(to)} the servers were apart by up to ${duration(apart)}, and no majority agreed: who was wrong is not known, and the story has none of it`,
    )

/** As the agent found it itself. `names`: of the sources, by their number. The clock of the moments is the counter from the start. */
export function undecidedIn(
  moments: readonly Moment[],
  names: readonly string[],
  recorded: Recorded,
): Undecided[] {
  const last = moments.at(-1)!.clock
  const spans: { from: Seconds; to: Seconds }[] = []
  const each = names.flatMap(name => judgedIn(recorded, name, 'no-majority'))
  for (const { from, to } of each.sort((a, b) => a.from - b.from)) {
    const before = spans.at(-1)
    if (before && from <= before.to) before.to = Math.max(before.to, Math.min(to, last))
    else spans.push({ from, to: Math.min(to, last) })
  }
  return spans.flatMap(({ from, to }) => {
    const heard = moments.filter(({ clock }) => clock >= from && clock <= to)
    const levels = [...names.keys()]
      .map(source => heard.filter(each => each.source === source).map(({ offset }) => offset))
      .filter(offsets => offsets.length > 0)
      .map(median)
    return levels.length < 2 ? [] : [{ from, to, apart: Math.max(...levels) - Math.min(...levels) }]
  })
}
