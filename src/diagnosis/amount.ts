/** Seconds in sentences: what happened to a clock is told exactly also when it is long, with what it is in minutes. */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'

const LONG: Seconds = 600

export const amount = (value: Seconds): string =>
  Math.abs(value) < LONG ? duration(value) : `${Number(value.toPrecision(5))} s (${duration(value)})`
