/**
 * Whether the others contradict a source. Behind one slow uplink several far servers are off by the same, and agree: that says nothing
 * against a near one, whose way is not theirs. A source whose way may hide as much as that is no witness, for or against; what
 * ways have in common cancels out, so that two sources may differ by what the longer of the two ways explains.
 */
import type { Seconds } from '#core/time/units.ts'

/** What a source claims: this level, give or take what its way explains. */
export interface Claim {
  readonly level: Seconds
  readonly explained: Seconds
}

/** More than its own way explains from the middle, and most of those that can tell are against it. */
export function isContradicted(one: Claim, all: readonly Claim[], middle: Seconds): boolean {
  const off = Math.abs(one.level - middle)
  if (off <= one.explained) return false
  const witnesses = all.filter(each => each !== one && each.explained < off)
  const against = witnesses.filter(
    each => Math.abs(each.level - one.level) > Math.max(one.explained, each.explained),
  )
  return 2 * against.length > witnesses.length
}
