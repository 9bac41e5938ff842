/** The workers of the lab: each player stays with one of them, whose engine is warm for it then. */

import type { Scenario } from '#lab/scenario/schema.ts'
import { startWorker } from '../start-worker.ts'
import type { Answer, FromWorker, Order, StoryFile, ToWorker } from './messages.ts'

const MOST_WORKERS = 4

export interface Crew {
  read(files: readonly StoryFile[]): void
  play(order: Omit<Order, 'lanes'>): void
  whose(name: string, text: string): Promise<Pick<Answer, 'text' | 'servers'>>
  write(scenario: Scenario): Promise<string>
}

export function hireCrew(
  hear: (message: Exclude<FromWorker, { kind: 'answer' }>) => void,
  failed: (why: string) => void,
): Crew {
  const count = Math.max(1, Math.min(MOST_WORKERS, navigator.hardwareConcurrency || 2))
  const asked = new Map<number, (answer: Answer) => void>()
  const workers = Array.from({ length: count }, () => {
    const worker = startWorker('lab')
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind !== 'answer') return hear(data)
      asked.get(data.ask)?.(data)
      asked.delete(data.ask)
    })
    worker.addEventListener('error', event => failed(event.message || 'the lab could not be started'))
    return worker
  })
  const tell = (worker: Worker, message: ToWorker): void => worker.postMessage(message)
  let asks = 0
  const ask = (make: (ask: number) => ToWorker): Promise<Answer> =>
    new Promise(resolve => {
      const id = ++asks
      asked.set(id, resolve)
      tell(workers[0]!, make(id))
    })
  return {
    read: files => tell(workers[0]!, { kind: 'read', files }),
    play(order) {
      const all = [...order.scenario.player.keys()]
      for (const [i, worker] of workers.entries())
        tell(worker, { kind: 'play', order: { ...order, lanes: all.filter(lane => lane % count === i) } })
    },
    whose: (name, text) => ask(id => ({ kind: 'whose', ask: id, name, text })),
    write: async scenario => (await ask(id => ({ kind: 'write', ask: id, scenario }))).text!,
  }
}
