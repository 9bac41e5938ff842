/**
 * Which servers of a journal were wrong for a part of it: whom the agent had found to disagree with a majority, where their samples
 * were off by enough to be worth telling.
 */
import { halfwayOf } from '#analysis/log/sources/spells.ts'
import { median } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import { type Apart, apartOf } from './apart.ts'
import { FEWEST, isDrift, type Off } from './drifts.ts'
import { judgedIn } from './judged.ts'
import { LEAST } from './lies.ts'
import type { Moment } from './moments.ts'
import type { Recorded } from './trace-of-journal.ts'

interface Liars {
  /** By source: what it was off by. */
  readonly liars: ReadonlyMap<number, Seconds>
  /** Whose clock ran away. */
  readonly running: readonly Off[]
  /** Whom the agent never doubted. */
  readonly trusted: ReadonlySet<number>
}

/** A majority must have spoken against a source: where there was none, nobody knows who was wrong. `names`: of the sources, by their number. The clock of the moments is the counter from the start. */
export function liarsOf(moments: readonly Moment[], names: readonly string[], recorded: Recorded): Liars {
  const doubted = names.map(name => judgedIn(recorded, name, 'disagrees-with-majority'))
  const trusted = new Set([...names.keys()].filter(source => doubted[source]!.length === 0))
  const liars: [source: number, size: Seconds][] = []
  const running: Off[] = []
  for (const [source, spells] of doubted.entries()) {
    const off = apartOf(moments, source, trusted).filter(({ moment: { clock } }) =>
      spells.some(({ from, to }) => clock >= from && clock < to),
    )
    const open = spells.at(-1)?.to === Number.POSITIVE_INFINITY
    const size = middleOf(off)
    if (Math.abs(size) < LEAST) continue
    const whole = offFrom(off, open)
    if (off.length >= FEWEST && isDrift(whole)) running.push(whole)
    else liars.push([source, Math.abs(size)])
  }
  return { liars: new Map(liars), running, trusted }
}

const middleOf = (off: readonly Apart[]): Seconds => (off.length === 0 ? 0 : median(off.map(({ by }) => by)))

function offFrom(off: readonly Apart[], open: boolean): Off {
  const [first, last] = [off[0]!.moment, off.at(-1)!.moment]
  const few = Math.ceil(off.length / 8)
  return {
    source: first.source,
    from: first.clock,
    to: last.clock,
    first: middleOf(off.slice(0, few)),
    last: middleOf(off.slice(-few)),
    halfway: halfwayOf(
      off.map(({ moment }) => moment.clock),
      off.map(({ by }) => by),
    ),
    open,
  }
}
