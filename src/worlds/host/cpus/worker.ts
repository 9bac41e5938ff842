/**
 * A thread that looks at clocks: is told where and how, does it without a pause, tells what it saw. It runs where it is told to
 * be; that is a matter of this thread alone, and is over with it.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { CpuClockName, Sleep } from '#core/guest/cpu-observations.ts'
import { loadLibc } from '../../libc.ts'
import { runOn } from './affinity.ts'
import { type ExchangeOrder, exchange } from './exchange.ts'
import { type LoopSeen, type ReadLoopOrder, readLoop } from './read-loop.ts'
import { type Origins, openReaders, type Reader } from './reader.ts'
import { guardSleeps, type SleepOrder, sleepTimes } from './sleep.ts'

export type Order =
  /** To be answered as soon as it can be, from that processor if one is named. */
  | { readonly kind: 'ready'; readonly cpu?: number }
  | ({ readonly kind: 'exchange'; readonly cpu: number; readonly clock: CpuClockName } & ExchangeOrder)
  | ({ readonly kind: 'read'; readonly clock: CpuClockName } & ReadLoopOrder)
  | ({ readonly kind: 'sleep' } & SleepOrder)
  | { readonly kind: 'guard'; readonly cpu: number; readonly shared: SharedArrayBuffer }

/** Of an exchange also the two counters at its end, by which ticks become seconds; ns and ticks. */
export interface ExchangeSeen {
  readonly least: number
  readonly counter: number
  readonly ticks: number | undefined
}

export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'exchange'; readonly seen: ExchangeSeen }
  | { readonly kind: 'read'; readonly seen: LoopSeen }
  | { readonly kind: 'sleep'; readonly seen: readonly Sleep[] }
  | { readonly kind: 'guard' }
  /** That processor is not there any more, or not for us. */
  | { readonly kind: 'failed'; readonly why: string }

const loaded = loadLibc()
if (loaded.kind === 'missing') throw new Error(loaded.text)
const { libc } = loaded
const origins = workerData as Origins
const readers = openReaders(libc, origins)

parentPort!.on('message', (order: Order) => {
  try {
    parentPort!.postMessage(perform(order))
  } catch (error) {
    parentPort!.postMessage({ kind: 'failed', why: (error as Error).message } satisfies Answer)
  }
})

function perform(order: Order): Answer {
  switch (order.kind) {
    case 'ready':
      if (order.cpu !== undefined) visit(order.cpu)
      return { kind: order.kind }
    case 'exchange': {
      visit(order.cpu)
      const least = exchange(order, readerOf(order.clock), readers.raw, libc.schedYield)
      return { kind: order.kind, seen: { least, counter: readers.raw(), ticks: readers.tsc?.() } }
    }
    case 'read':
      return {
        kind: order.kind,
        seen: readLoop(
          order,
          readerOf(order.clock),
          order.clock === 'realtime' ? readers.tick : undefined,
          visit,
        ),
      }
    case 'sleep':
      return {
        kind: order.kind,
        seen: sleepTimes(libc, order, readers.monotonic, { origin: origins.monotonic, visit }),
      }
    case 'guard':
      visit(order.cpu)
      guardSleeps(libc, order.shared, readers.raw)
      return { kind: order.kind }
  }
}

function readerOf(clock: CpuClockName): Reader {
  const reader = readers[clock]
  if (!reader) throw new Error(`${clock} cannot be read here`)
  return reader
}

function visit(cpu: number): void {
  const refused = runOn(libc, [cpu])
  if (refused !== undefined) throw new Error(`CPU ${cpu}: ${refused}`)
}
