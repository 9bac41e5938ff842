/** What moved a clock by one size. */
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'

/** Sizes that differ by less are of one event, or of one cause. */
export const ALIKE = 0.1

export const isAbout = (size: Seconds, usual: Seconds): boolean =>
  Math.abs(size - usual) < ALIKE * Math.abs(usual)

/** Those whose size is about the usual one of all. */
export function alikeOf<S extends { readonly size: Seconds }>(all: readonly S[]): S[] {
  const usual = upperMedian(all.map(({ size }) => size))
  return all.filter(({ size }) => isAbout(size, usual))
}
