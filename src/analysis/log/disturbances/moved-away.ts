/** Whether it is a jump of several sources together, away from one by what that differs by: who is right then is not known. */
import type { Seconds } from '#core/time/units.ts'
import { isAbout } from './alike.ts'
import type { Disturbance } from './disturbance.ts'

export const isAwayFrom = (
  { sources, size }: Pick<Disturbance, 'sources' | 'size'>,
  source: number,
  apart: Seconds,
): boolean => sources.length > 1 && !sources.includes(source) && isAbout(-size, apart)
