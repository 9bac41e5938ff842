/**
 * True time: seconds since the simulation began. A type of its own, because only the simulation and whoever scores it
 * may see it; an agent only ever gets readings of the guest's clocks.
 */
import type { Seconds } from '#core/time/units.ts'

declare const trueBrand: unique symbol
export type TrueTime = number & { readonly [trueBrand]: true }

export const trueTime = (seconds: Seconds): TrueTime => seconds as TrueTime
export const later = (at: TrueTime, by: Seconds): TrueTime => (at + by) as TrueTime
