/**
 * Whom a clock went with for a part of a log only, while the others contradicted that source: as its own course tells, or its daemon,
 * where the clock was drawn at least.
 */
import type { Census } from '#analysis/log/sources/census.ts'
import { followedIn } from '#analysis/log/sources/followed.ts'
import { LEAST_LED, type Led } from '#analysis/log/sources/led.ts'
import { mostExplained } from '#analysis/log/sources/most-explained.ts'
import type { Spell } from '#analysis/log/sources/spells.ts'
import { grouped } from '#core/grouped.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Subject } from '../subject.ts'
import { isOfLeap, theOthersMoved } from './wrong-sources.ts'

/** Of the time in which it was wrong. */
const OFTEN = 0.25
/** A daemon that begins asks one source before it has heard the others. */
const START: Seconds = 600
/** Of the way to it. */
const DRAWN = 0.1

export type LedFor = Pick<Led, 'source' | 'from' | 'to' | 'size' | 'others'> & {
  /** The clock went with it, and was not only drawn. */
  readonly withIt: boolean
}

/** By source. */
export function ledAway(subject: Subject, census: Census): ReadonlyMap<number, readonly LedFor[]> {
  const { led } = subject.disturbances
  const went = led.map(each => ({ ...each, withIt: true }))
  const drawn = census
    .spells()
    .filter(({ source }) => !led.some(each => each.source === source))
    .filter(spell => !theOthersMoved(subject, spell.source, spell.size) && isDrawn(spell, subject, census))
    .map(({ source, from, to, size, others }) => ({ source, from, to, size, others, withIt: false }))
  return grouped(
    [...went, ...drawn].filter(({ source }) => !isOfLeap(source, census, subject)),
    ({ source }) => source,
  )
}

function isDrawn(spell: Spell, { log, keeper, sourceName }: Subject, census: Census): boolean {
  const { source, size, delay } = spell
  const others = census.sources().filter(each => each.source !== source)
  const explained = mostExplained(delay) + Math.max(...others.map(each => mostExplained(each.leastDelay)))
  const { time, share } = followedIn(log, keeper.daemon, sourceName(source), [spell])
  const way = size - census.medianIn(source, [spell])
  return (
    time > START &&
    share > OFTEN &&
    Math.abs(size) > explained &&
    Math.abs(way) > LEAST_LED &&
    way / size > DRAWN
  )
}
