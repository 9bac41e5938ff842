/** All that a sweep plays: each player with each combination of values, so often. The order never changes: a run has a number. */
import type { Job } from '../play.ts'
import type { PlayerSpec } from '../players/player.ts'
import type { Scenario } from '../scenario/schema.ts'
import type { Score } from '../score.ts'
import { type Summary, summarise } from '../summary.ts'
import { type Axis, valueText } from './axis.ts'
import { KNOBS } from './knobs.ts'

type KnobAxis = Extract<Axis, { kind: 'knob' }>

export interface Grid {
  readonly axes: readonly KnobAxis[]
  readonly players: readonly PlayerSpec[]
  readonly cells: readonly Cell[]
  readonly seeds: number
}

export interface Cell {
  readonly player: PlayerSpec
  /** One value for each axis. */
  readonly values: readonly number[]
  readonly scenario: Scenario
}

/** `playersIn`: who plays in such a story, always the same ones in the same order: whom they ask hangs on its servers. */
export function gridOf(
  scenario: Scenario,
  axes: readonly KnobAxis[],
  playersIn: (story: Scenario) => readonly PlayerSpec[],
  seeds: number,
): Grid {
  const combinations = axes.reduce<readonly (readonly number[])[]>(
    (before, { values }) => before.flatMap(some => values.map(value => [...some, value])),
    [[]],
  )
  const turned = combinations.map(values => ({
    values,
    scenario: values.reduce((story, value, i) => KNOBS[axes[i]!.name]!.turn(story, value), scenario),
  }))
  const players = playersIn(scenario)
  const among = new Map([[scenario.server.length, players]])
  const playing = (story: Scenario): readonly PlayerSpec[] => {
    const count = story.server.length
    const some = among.get(count) ?? playersIn(story)
    among.set(count, some)
    return some
  }
  return {
    axes,
    players,
    seeds,
    cells: players.flatMap((_, i) => turned.map(each => ({ ...each, player: playing(each.scenario)[i]! }))),
  }
}

/** Job number `n` is seed `n % seeds + 1` of cell `n / seeds`. */
export const jobsOf = ({ cells, seeds }: Grid): Job[] =>
  cells.flatMap(({ scenario, player }) =>
    Array.from({ length: seeds }, (_, i) => ({ scenario, player, seed: i + 1 })),
  )

export interface SweptCell {
  readonly player: string
  readonly values: Readonly<Record<string, number>>
  /** As people read them. */
  readonly texts: readonly string[]
  readonly summary: Summary
}

export function sweptCells({ axes, cells, seeds }: Grid, scores: readonly Score[]): SweptCell[] {
  return cells.map(({ player, values }, i) => ({
    player: player.name,
    values: Object.fromEntries(axes.map(({ name }, a) => [name, values[a]!])),
    texts: axes.map(({ name }, a) => valueText(name, values[a]!)),
    summary: summarise(scores.slice(i * seeds, (i + 1) * seeds)),
  }))
}
