/**
 * How late timers are, by processor. The typical lateness is that of the machine; one sleep of several that is late was
 * as a rule late because another program ran, so it is the median that is judged and the largest that is shown.
 */
import { grouped } from '#core/grouped.ts'
import type { Sleep } from '#core/guest/cpu-observations.ts'
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'

export interface Lateness {
  /** By whose clock the end was computed, and where the timer was armed: the same, but where two were tried crosswise. */
  readonly setBy: number
  readonly on: number
  readonly sleeps: number
  readonly typical: Seconds
  readonly most: Seconds
  /** More than half of them had not fired when they were given up: that is the least that it can be. */
  readonly typicalAtLeast: boolean
  /** One at least had not. */
  readonly mostAtLeast: boolean
}

export function latenessOf(sleeps: readonly Sleep[]): Lateness[] {
  const groups = grouped(sleeps, ({ setBy, on }) => `${setBy} ${on}`)
  return [...groups.values()].map(group => ({
    setBy: group[0]!.setBy,
    on: group[0]!.on,
    sleeps: group.length,
    typical: upperMedian(group.map(({ late }) => late)),
    most: Math.max(...group.map(({ late }) => late)),
    typicalAtLeast: 2 * group.filter(({ cut }) => cut).length > group.length,
    mostAtLeast: group.some(({ cut }) => cut),
  }))
}

/** The same processor set it and served it. */
export const isOwn = ({ setBy, on }: Lateness): boolean => setBy === on
