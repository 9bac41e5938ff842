/** A thread of the lab: is told a job, plays it, tells what it came to. */
import { parentPort } from 'node:worker_threads'
import type { Job } from '#lab/play.ts'
import { playJob } from './play-job.ts'
import type { Outcome } from './pool.ts'

export interface Order {
  readonly index: number
  readonly job: Job
  /** The course of the run is wanted too. */
  readonly curve: boolean
}

export type Answer =
  | (Outcome & { readonly index: number })
  | { readonly index: number; readonly failed: string }

parentPort?.on('message', ({ index, job, curve }: Order) =>
  parentPort!.postMessage(answer(index, job, curve)),
)

function answer(index: number, job: Job, curve: boolean): Answer {
  try {
    return { index, ...playJob(job, curve) }
  } catch (error) {
    return { index, failed: (error as Error).message }
  }
}
