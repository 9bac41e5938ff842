/**
 * Reads stretches of files, here or in threads, and tells what is in them in their order, as if one had been read after the
 * other: which thread read what changes nothing, to the bit.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Piece, SampleBlock } from '#core/trace/series.ts'
import { NO_SOURCE, type SourceTable } from '#dialects/log/source-table.ts'
import { threadEntry } from '../thread-entry.ts'
import { unpack } from './parcel.ts'
import { readStretch, type Stretch, type StretchRead } from './stretch.ts'
import type { Answer, Order } from './thread.ts'

/** More would wait for whoever measures. */
const MOST_THREADS = 4
/** So that a thread need not wait for its next stretch. */
const AHEAD = 2

export interface Task {
  /** Asked for when it is begun. */
  stretch(): Stretch
  /** What it is to know is only known once all before it were taken in. */
  readonly last: boolean
  readonly into: Taker
}

/** A file takes in its stretches. */
export interface Taker {
  /** Its place among the files that were read. */
  readonly file: number
  /** Its lines so far. */
  readonly lines: number
  readonly sources: SourceTable
  tell(piece: Piece): void
  paced(bytes: number): void
  /** Nothing of it is wanted after a stretch that went to its end. */
  read(read: StretchRead): void
  readonly ended: boolean
}

export async function readHere(tasks: readonly Task[], signal: AbortSignal | undefined): Promise<void> {
  for (const { stretch, into } of tasks) {
    if (into.ended) continue
    signal?.throwIfAborted()
    const { file, sources } = into
    const read = await readStretch(stretch(), {
      file,
      sources,
      tell: piece => into.tell(piece),
      paced: bytes => into.paced(bytes),
      signal,
    })
    into.read(read)
  }
}

/** `beside`: so many more are busy with what was read. */
export async function readInThreads(
  tasks: readonly Task[],
  beside: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const entry = threadEntry('analyze/thread.ts', 'log-thread.js')
  const size = Math.max(1, Math.min(availableParallelism() - beside, MOST_THREADS, tasks.length))
  const threads = Array.from({ length: size }, () => new Worker(entry))
  try {
    await new Promise<void>((resolve, reject) => {
      const crew = new Crew(tasks, threads, resolve)
      for (const thread of threads) {
        thread.on('error', reject)
        thread.on('message', (answer: Answer) => {
          try {
            crew.hear(thread, answer)
          } catch (error) {
            reject(error)
          }
        })
      }
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      crew.give()
    })
  } finally {
    await Promise.all(threads.map(thread => thread.terminate()))
  }
}

class Crew {
  readonly #tasks: readonly Task[]
  /** How many stretches each has to read. */
  readonly #threads: Map<Worker, number>
  readonly #done: () => void
  /** The stretch whose turn it is, and the next that nobody reads yet. */
  #turn = 0
  #next = 0
  /** What was heard of stretches whose turn has not come. */
  readonly #heard: [Worker, Answer][][]
  /** The sources of the stretch whose turn it is. */
  #sources: number[] = []

  constructor(tasks: readonly Task[], threads: readonly Worker[], done: () => void) {
    this.#tasks = tasks
    this.#threads = new Map(threads.map(thread => [thread, 0]))
    this.#done = done
    this.#heard = tasks.map(() => [])
  }

  give(): void {
    for (let load = 0; load < AHEAD; load++)
      for (const [thread, has] of this.#threads) {
        if (has > load) continue
        while (this.#tasks[this.#next]?.into.ended) this.#next++
        const task = this.#tasks[this.#next]
        if (!task || (task.last && this.#next > this.#turn)) return
        const index = this.#next++
        this.#threads.set(thread, has + 1)
        order(thread, { index, stretch: task.stretch() })
      }
  }

  hear(thread: Worker, answer: Answer): void {
    if (answer.end) this.#threads.set(thread, this.#threads.get(thread)! - 1)
    if (answer.index === this.#turn) this.#take(thread, answer)
    else if (answer.index > this.#turn) this.#heard[answer.index]!.push([thread, answer])
    else giveBack(thread, answer)
    this.give()
  }

  #take(thread: Worker, answer: Answer): void {
    const { into } = this.#tasks[answer.index]!
    for (const name of answer.names) this.#sources.push(into.sources.named(name))
    for (const piece of answer.pieces)
      if ('memory' in piece) {
        const block = unpack(piece, into)
        if (block.kind === 'samples') this.#rename(block)
        into.tell(block)
      } else into.tell({ ...piece, file: into.file, line: piece.line + into.lines })
    giveBack(thread, answer)
    if (answer.end) {
      into.read(answer.end.read!)
      this.#pass()
    } else into.paced(answer.bytes)
  }

  /** To the next stretch that is wanted, and what was already heard of it. */
  #pass(): void {
    this.#sources = []
    this.#turn++
    while (this.#tasks[this.#turn]?.into.ended) this.#drop(this.#turn++)
    if (this.#turn >= this.#tasks.length) return this.#done()
    const turn = this.#turn
    for (const [thread, answer] of this.#heard[turn]!) this.#take(thread, answer)
    this.#heard[turn] = []
  }

  #drop(index: number): void {
    for (const thread of this.#threads.keys()) order(thread, { drop: index })
    for (const [thread, answer] of this.#heard[index]!) giveBack(thread, answer)
  }

  /** Sources have the numbers here that the stretch gave to them, and others in the whole. */
  #rename({ source, rows }: SampleBlock): void {
    const numbers = this.#sources
    if (numbers.every((number, i) => number === i)) return
    for (let row = 0; row < rows; row++) source[row] = numbers[source[row]!] ?? NO_SOURCE
  }
}

const order = (thread: Worker, order: Order, memory: readonly ArrayBuffer[] = []) =>
  thread.postMessage(order, memory)

function giveBack(thread: Worker, { pieces }: Answer): void {
  const memory = pieces.flatMap(piece => ('memory' in piece ? [piece.memory] : []))
  if (memory.length > 0) order(thread, { memory }, memory)
}
