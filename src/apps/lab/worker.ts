/** A thread of the lab: is told a job, plays it, tells what it came to. */
import { parentPort } from 'node:worker_threads'
import { type Curve, curveOf } from '#lab/curve.ts'
import { type Job, play } from '#lab/play.ts'
import type { Score } from '#lab/score.ts'
import { WHOLE } from '#lab/window.ts'

export interface Order {
  readonly index: number
  readonly job: Job
  /** The course of the run is wanted too. */
  readonly curve: boolean
}

export type Answer =
  | { readonly index: number; readonly score: Score; readonly curve: Curve | undefined }
  | { readonly index: number; readonly failed: string }

parentPort?.on('message', ({ index, job, curve }: Order) =>
  parentPort!.postMessage(answer(index, job, curve)),
)

function answer(index: number, job: Job, curve: boolean): Answer {
  try {
    const played = play(job, { believing: curve && WHOLE })
    return { index, score: played.score, curve: curve ? curveOf(played) : undefined }
  } catch (error) {
    return { index, failed: (error as Error).message }
  }
}
