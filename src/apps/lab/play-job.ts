/** Plays one job, with the course of the run where that is wanted. What plays is loaded only by whoever does. */
import { curveOf } from '#lab/curve.ts'
import { type Job, play } from '#lab/play.ts'
import { WHOLE } from '#lab/window.ts'
import type { Outcome } from './pool.ts'

export function playJob(job: Job, withCurve: boolean): Outcome {
  const played = play(job, { believing: withCurve && WHOLE })
  return { score: played.score, curve: withCurve ? curveOf(played) : undefined }
}
