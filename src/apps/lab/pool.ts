/**
 * Plays many runs on all cores, each in a worker thread, and tells of each one when it is done. A few runs alone are not worth
 * threads. Which thread plays what changes nothing: a run is its job, to the bit.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type Curve, curveOf } from '#lab/curve.ts'
import { type Job, play } from '#lab/play.ts'
import type { Score } from '#lab/score.ts'
import { WHOLE } from '#lab/window.ts'
import { Complaint } from '../cli/complain.ts'
import { threadEntry } from '../thread-entry.ts'
import type { Answer, Order } from './worker.ts'

export interface Outcome {
  readonly score: Score
  readonly curve: Curve | undefined
}

export interface Playing {
  /** Of which jobs the course is wanted, by their index. */
  readonly curves?: (index: number) => boolean
  readonly done: (index: number, outcome: Outcome) => void
  /** Nothing more is begun, and what is under way is dropped. */
  readonly signal?: AbortSignal
}

const WORTH_THREADS = 4
/** So that a thread need not wait for its next job. */
const AHEAD = 2

export async function playAll(jobs: readonly Job[], playing: Playing): Promise<void> {
  const threads = Math.min(availableParallelism(), Math.ceil(jobs.length / WORTH_THREADS))
  if (threads <= 1) await playHere(jobs, playing)
  else await playInThreads(jobs, threads, playing)
}

async function playHere(jobs: readonly Job[], { curves, done, signal }: Playing): Promise<void> {
  for (const [index, job] of jobs.entries()) {
    // So that Ctrl-C is heard between two runs.
    await new Promise(setImmediate)
    if (signal?.aborted) return
    const curve = curves?.(index) ?? false
    const played = play(job, { believing: curve && WHOLE })
    done(index, { score: played.score, curve: curve ? curveOf(played) : undefined })
  }
}

async function playInThreads(
  jobs: readonly Job[],
  threads: number,
  { curves, done, signal }: Playing,
): Promise<void> {
  const entry = threadEntry('lab/worker.ts', 'lab-worker.js')
  const workers = Array.from({ length: threads }, () => new Worker(entry))
  let next = 0
  let open = jobs.length
  const give = (worker: Worker) => {
    const index = next
    const job = jobs[index]
    if (!job || signal?.aborted) return
    next++
    worker.postMessage({ index, job, curve: curves?.(index) ?? false } satisfies Order)
  }
  try {
    await new Promise<void>((resolve, reject) => {
      for (const worker of workers) {
        worker.on('error', reject)
        worker.on('message', (answer: Answer) => {
          if (signal?.aborted) return
          if ('failed' in answer) {
            const { player } = jobs[answer.index]!
            return reject(new Complaint(`${player.name} cannot be played: ${answer.failed}`))
          }
          done(answer.index, answer)
          if (--open === 0) return resolve()
          give(worker)
        })
        for (let i = 0; i < AHEAD; i++) give(worker)
      }
      signal?.addEventListener('abort', () => resolve(), { once: true })
    })
  } finally {
    await Promise.all(workers.map(worker => worker.terminate()))
  }
}
