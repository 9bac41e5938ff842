/**
 * Reads stretches of files in threads, and tells what is in them in their order, as if one had been read after the other: which
 * thread read what changes nothing, to the bit.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { NO_SOURCE, type SampleBlock } from '#core/trace/series.ts'
import { threadEntry } from '../thread-entry.ts'
import { type Answer, type Assignment, tellStretch } from './answer.ts'
import { emptied, Spare, unpack } from './parcel.ts'
import type { Task } from './task.ts'
import type { Order } from './thread.ts'

/** More would wait for whoever measures. */
const MOST_THREADS = 4
/** So that a thread need not wait for its next stretch. */
const AHEAD = 2
/** Stretches that are read before their turn has come, for each reader, as long as what was read of them fits into memory. */
const WINDOW = 3
const MOST_HELD = 64e6

/** By threads, and here as well while there is nothing else to do: a thread takes as long to begin as 50 MB to read. */
export async function readInThreads(tasks: readonly Task[], signal: AbortSignal | undefined): Promise<void> {
  const entry = threadEntry('analyze/thread.ts', 'log-thread.js')
  const size = Math.max(1, Math.min(availableParallelism() - 1, MOST_THREADS, tasks.length - 1))
  const threads = Array.from({ length: size }, () => new Worker(entry))
  try {
    await new Promise<void>((resolve, reject) => {
      const crew = new Crew(tasks, resolve, reject)
      for (const thread of threads) {
        thread.on('error', reject)
        thread.on('online', () => crew.join(thread))
        thread.on('message', (answer: Answer) => crew.hear(answer, thread))
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
  readonly #threads = new Map<Worker, number>()
  readonly #done: () => void
  readonly #fail: (error: unknown) => void
  /** The stretch whose turn it is, and the next that nobody reads yet. */
  #turn = 0
  #next = 0
  /** What was heard of stretches whose turn has not come. */
  readonly #heard: (readonly [Answer, Worker | undefined])[][]
  /** The sources of the stretch whose turn it is. */
  #sources: number[] = []
  /** What is read here. */
  #own: Assignment | undefined
  readonly #spare = new Spare()

  constructor(tasks: readonly Task[], done: () => void, fail: (error: unknown) => void) {
    this.#tasks = tasks
    this.#done = done
    this.#fail = fail
    this.#heard = tasks.map(() => [])
  }

  join(thread: Worker): void {
    this.#threads.set(thread, 0)
    this.give()
  }

  give(): void {
    for (let load = 0; load < AHEAD; load++)
      for (const [thread, has] of this.#threads) {
        const assignment = has <= load ? this.#assign(() => true) : undefined
        if (!assignment) continue
        this.#threads.set(thread, has + 1)
        order(thread, { index: assignment.index, stretch: assignment.stretch })
      }
    if (this.#own) return
    this.#own = this.#assign(({ held }, index) => held < MOST_HELD || index === this.#turn)
    if (this.#own) this.#readHere(this.#own).catch(this.#fail)
  }

  #assign(suits: (task: Task, index: number) => boolean): Assignment | undefined {
    while (this.#tasks[this.#next]?.into.ended) this.#next++
    const index = this.#next
    const task = this.#tasks[index]
    const early = index - this.#turn
    if (!task || (task.last && early > 0) || !suits(task, index)) return undefined
    if (early > WINDOW * (this.#threads.size + 1) || early * task.held > MOST_HELD) return undefined
    this.#next++
    return { index, stretch: task.stretch(), drop: new AbortController() }
  }

  async #readHere(own: Assignment): Promise<void> {
    await tellStretch(own, {
      spare: this.#spare,
      hear: answer => this.hear(answer),
      room: () => new Promise(setImmediate),
    })
    this.#own = undefined
    this.give()
  }

  hear(answer: Answer, thread?: Worker): void {
    try {
      if (answer.end && thread) this.#threads.set(thread, this.#threads.get(thread)! - 1)
      if (answer.index === this.#turn) this.#take(answer, thread)
      else if (answer.index > this.#turn) this.#heard[answer.index]!.push([answer, thread])
      else this.#giveBack(answer, thread)
      this.give()
    } catch (error) {
      this.#fail(error)
    }
  }

  #take(answer: Answer, thread: Worker | undefined): void {
    const { into } = this.#tasks[answer.index]!
    for (const name of answer.names) this.#sources.push(into.sources.named(name))
    for (const piece of answer.pieces)
      if ('memory' in piece) {
        const block = unpack(piece, into)
        if (block.kind === 'samples') this.#rename(block)
        into.tell(block)
      } else into.tell({ ...piece, file: into.file, line: piece.line + into.lines })
    this.#giveBack(answer, thread)
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
    for (const [answer, thread] of this.#heard[turn]!) this.#take(answer, thread)
    this.#heard[turn] = []
  }

  #drop(index: number): void {
    for (const thread of this.#threads.keys()) order(thread, { drop: index })
    if (this.#own?.index === index) this.#own.drop.abort()
    for (const [answer, thread] of this.#heard[index]!) this.#giveBack(answer, thread)
  }

  #giveBack({ pieces }: Answer, thread: Worker | undefined): void {
    const all = pieces.flatMap(piece => ('memory' in piece ? [emptied(piece)] : []))
    if (!thread) for (const each of all) this.#spare.give(each)
    else if (all.length > 0)
      order(
        thread,
        { emptied: all },
        all.map(({ memory }) => memory),
      )
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
