/**
 * Which sources stand apart from the majority, and whether the clock went with one of them all the same. Whom a daemon
 * follows it says; and where its own loop holds the offset against one source near zero, and not against the others, it
 * follows that one, whatever it says.
 */

import { isAwayFrom } from '#analysis/log/disturbances/moved-away.ts'
import { oddOnesOf } from '#analysis/log/sources/agreeing.ts'
import type { Census, SourceCount } from '#analysis/log/sources/census.ts'
import { followedIn } from '#analysis/log/sources/followed.ts'
import { mostExplained } from '#analysis/log/sources/most-explained.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Subject } from '../subject.ts'
import { isAroundLeap } from './leap-second.ts'

/** Of the way between the source and the others: so near to it is the clock that goes with it. */
const WITH_IT = 0.25
/** The same of one that goes with it for a part, as an average of sources does; in as many parts of the time. */
const DRAWN = 0.1
const PARTS = 4
/** So many times as much in one part as in another is a clock that passes. */
const PASSES = 3
/** Of the time in which one is followed. */
const OFTEN = 0.25
/** A daemon that begins asks one source before it has heard the others. */
const START: Seconds = 600

export interface Wrong {
  readonly source: SourceCount
  /** Against the middle of the sources. */
  readonly off: Seconds
  /** For most of the time the clock was with it. */
  readonly withIt: boolean
  /**
   * So far is the clock from the others, towards this source, in each part of the time: what the others say has a part in
   * it, but they are outvoted. 0 where their ways, or chance, explain it, and where messages tell that others were followed.
   */
  readonly drawn: Seconds
  /** It was followed for much of the time. */
  readonly often: boolean
  /** How long it was followed, as far as messages tell. */
  readonly followedFor: Seconds
  /** Whether what most of the others say cannot be its time, however long their ways. */
  readonly sure: boolean
}

export interface WrongSources {
  readonly wrong: readonly Wrong[]
  /** All that were heard often enough. */
  readonly of: readonly SourceCount[]
  readonly agreeing: number
  /** Those that differ, the ones that the others left included. */
  readonly odd: readonly number[]
}

export function wrongSources(subject: Subject, census: Census): WrongSources {
  const { log, keeper, sourceName } = subject
  const { odd, of, middle } = oddOnesOf(census.sources())
  const isTold = log.events.of('selected').some(each => each.daemon === keeper.daemon)
  const wrong = odd
    .filter(({ source, level }) => !theOthersMoved(subject, source, level - middle))
    .filter(({ source }) => !isOfLeap(source, census, subject))
    .map(source => {
      const off = source.level - middle
      // It may have been right before.
      const spells = census.spellsOf(source.source)
      const wrongIn = spells.length > 0 ? spells : [source]
      const told = followedIn(log, keeper.daemon, sourceName(source.source), wrongIn)
      const held = census.medianIn(source.source, wrongIn)
      const others = of.filter(each => !odd.includes(each))
      const contradict = others.filter(
        each =>
          Math.abs(source.level - each.level) >
          mostExplained(source.leastDelay) + mostExplained(each.leastDelay),
      )
      return {
        source,
        off,
        withIt: Math.abs(held) < WITH_IT * Math.abs(off),
        drawn: isTold && told.time === 0 ? 0 : drawnTo(source.source, off, { others, wrongIn, census }),
        often: told.share > OFTEN,
        followedFor: told.time > START ? told.time : 0,
        sure: 2 * contradict.length > others.length,
      }
    })
  return { wrong, of, agreeing: of.length - odd.length, odd: odd.map(({ source }) => source) }
}

interface Around {
  readonly others: readonly SourceCount[]
  readonly wrongIn: readonly { readonly from: Seconds; readonly to: Seconds }[]
  readonly census: Census
}

/** A clock that follows the others stays with them; one that runs away passes between them and this source in some parts only. */
function drawnTo(source: number, off: Seconds, { others, wrongIn, census }: Around): Seconds {
  const explained = Math.max(...others.map(({ leastDelay }) => mostExplained(leastDelay)))
  const parts = Array.from({ length: PARTS }, (_, i) =>
    wrongIn.map(({ from, to }) => ({
      from: from + (i * (to - from)) / PARTS,
      to: from + ((i + 1) * (to - from)) / PARTS,
    })),
  )
  const drawn = parts.map(part => off - census.medianIn(source, part))
  const [least] = drawn.toSorted((a, b) => Math.abs(a) - Math.abs(b))
  const share = drawn.map(size => size / off)
  const [low, high] = [Math.min(...share), Math.max(...share)]
  const stays = low > DRAWN && high < 1 && high < PASSES * low
  return stays && Math.abs(least!) > explained ? least! : 0
}

/** All that it differed by was a leap second, told as that. */
export function isOfLeap(source: number, census: Census, subject: Subject): boolean {
  const spells = census.spellsOf(source)
  return spells.length > 0 && spells.every(each => isAroundLeap(each, subject))
}

/** Told as that. */
export const theOthersMoved = ({ disturbances }: Subject, source: number, size: Seconds): boolean =>
  disturbances.sources.some(each => isAwayFrom(each, source, size))
