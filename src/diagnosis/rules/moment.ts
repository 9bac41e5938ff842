/** When a disturbance was, in words: a log that begins after it knows only before when. */
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import type { Subject } from '../subject.ts'

export const momentOf = ({ from, to, open }: Disturbance, { when }: Subject): string =>
  open ? `at some time before ${when(to)}` : `between ${when(from)} and ${when(to)}`
