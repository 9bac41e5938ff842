/**
 * Logs of a machine that was off for months, or of which somebody has kept two days, tell of two lives: nobody knows what its clock
 * did between them, and to play it would be months of nothing. One of them is played.
 */
import { instantAt } from '#core/time/civil.ts'
import { duration, rfc3339 } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Exchange } from './moments.ts'

/** A daemon that runs, and reaches somebody, is not silent for so long. */
const SILENT: Seconds = 86_400

export interface Stretch {
  readonly exchanges: readonly Exchange[]
  /** Of the recording, by the guest's clock. */
  readonly from: Seconds
  readonly to: Seconds
  /** What else there is. */
  readonly leftOut: { readonly stretches: number; readonly exchanges: number; readonly silence: Seconds }
}

/** The longest one without a silence; `signs` are when something else showed that the daemon ran, in order. */
export function longestStretch(exchanges: readonly Exchange[], signs: readonly Seconds[]): Stretch {
  const all: Exchange[][] = [[]]
  let silence = 0
  for (const [i, each] of exchanges.entries()) {
    const before = exchanges[i - 1]
    const silent = before ? silenceBetween(before, each, signs) : 0
    silence = Math.max(silence, silent)
    if (silent > SILENT) all.push([])
    all.at(-1)!.push(each)
  }
  const longest = all.reduce((best, one) => (lengthOf(one) > lengthOf(best) ? one : best))
  return {
    exchanges: longest,
    from: longest[0]!.clock,
    to: longest.at(-1)!.clock,
    leftOut: { stretches: all.length - 1, exchanges: exchanges.length - longest.length, silence },
  }
}

const lengthOf = (stretch: readonly Exchange[]): Seconds => stretch.at(-1)!.clock - stretch[0]!.clock

/** A guest that stood meanwhile has not been silent: it finds itself behind by as much. */
function silenceBetween(before: Exchange, after: Exchange, signs: readonly Seconds[]): Seconds {
  const apart = after.clock + after.offset - before.clock - before.offset
  const silent = apart - Math.abs(after.offset - before.offset)
  if (silent <= SILENT) return silent
  const shown = [before.clock, ...signs.filter(at => at > before.clock && at < after.clock), after.clock]
  return shown.reduce((most, at, i) => Math.max(most, at - (shown[i - 1] ?? at)), 0)
}

/** `baseDay`: from which one on its times count, as days since 1970. */
export function sayLeftOut({ exchanges, from, to, leftOut }: Stretch, baseDay: number): string[] {
  const { stretches, silence } = leftOut
  if (stretches === 0) return []
  const day = (at: Seconds) => rfc3339(instantAt(at, baseDay), 0).slice(0, 10)
  return [
    `nothing shows that the daemon ran for ${duration(silence)}: of ${stretches + 1} stretches the longest is played, ${exchanges.length} exchanges from ${day(from)} to ${day(to)}, and ${leftOut.exchanges} are left out; to play others, name only their files`,
  ]
}
