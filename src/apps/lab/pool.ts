/**
 * Plays many runs on all cores, each in a worker thread, and tells of each one when it is done. A few runs alone are not worth
 * threads. Which thread plays what changes nothing: a run is its job, to the bit.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Curve } from '#lab/curve.ts'
import type { Job } from '#lab/play.ts'
import type { Score } from '#lab/score.ts'
import { Complaint } from '../cli/complain.ts'
import { threadEntry } from '../thread-entry.ts'
import { inlineMore } from './inline-more.ts'
import type { Answer, Order } from './worker.ts'

export interface Outcome {
  readonly score: Score
  readonly curve: Curve | undefined
}

export interface Playing {
  /** Of which jobs the course is wanted, by their index. */
  readonly curves?: (index: number) => boolean
  readonly done: (index: number, outcome: Outcome) => void
  /** By what is known when its turn comes: such a job is not begun. */
  readonly isNeedless?: (index: number) => boolean
  /** Nothing more is begun, and what is under way is dropped. */
  readonly signal?: AbortSignal
}

const WORTH_THREADS = 4
/** So that a thread need not wait for its next job. */
const AHEAD = 2

export async function playAll(jobs: readonly Job[], playing: Playing): Promise<void> {
  inlineMore()
  const threads = Math.min(availableParallelism(), Math.ceil(jobs.length / WORTH_THREADS))
  if (threads <= 1) await playHere(jobs, playing)
  else await playInThreads(jobs, threads, playing)
}

async function playHere(jobs: readonly Job[], playing: Playing): Promise<void> {
  const { playJob } = await import('./play-job.ts')
  for (const [index, job] of jobs.entries()) {
    // So that Ctrl-C is heard between two runs.
    await new Promise(setImmediate)
    if (playing.signal?.aborted) return
    if (playing.isNeedless?.(index)) continue
    playing.done(index, playJob(job, playing.curves?.(index) ?? false))
  }
}

async function playInThreads(jobs: readonly Job[], threads: number, playing: Playing): Promise<void> {
  const { curves, done, signal } = playing
  const entry = threadEntry('lab/worker.ts', 'lab-worker.js')
  const workers = Array.from({ length: threads }, () => new Worker(entry))
  const line = new Line(jobs.length, playing.isNeedless)
  let open = 0
  const give = (worker: Worker) => {
    const index = signal?.aborted ? undefined : line.take(workers.indexOf(worker) % 2 === 0)
    if (index === undefined) return
    open++
    worker.postMessage({ index, job: jobs[index]!, curve: curves?.(index) ?? false } satisfies Order)
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
          open--
          give(worker)
          if (open === 0) resolve()
        })
        for (let i = 0; i < AHEAD; i++) give(worker)
      }
      signal?.addEventListener('abort', () => resolve(), { once: true })
    })
  } finally {
    await Promise.all(workers.map(worker => worker.terminate()))
  }
}

/**
 * What waits to be played. It is taken from both ends: jobs of one player stand side by side, and a thread that goes on with a
 * player is quicker than one that has to warm up for another.
 */
class Line {
  readonly #isNeedless: (index: number) => boolean
  #first = 0
  #end: number

  constructor(length: number, isNeedless: (index: number) => boolean = () => false) {
    this.#end = length
    this.#isNeedless = isNeedless
  }

  take(fromStart: boolean): number | undefined {
    while (this.#first < this.#end) {
      const index = fromStart ? this.#first++ : --this.#end
      if (!this.#isNeedless(index)) return index
    }
    return undefined
  }
}
