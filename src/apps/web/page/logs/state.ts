/** What was given to the page and what came of it. It outlives a look at another view. */
import { signal } from '@preact/signals'
import { startWorker } from '../start-worker.ts'
import type { GivenFile } from './dropped.ts'
import type { FromWorker } from './messages.ts'

export type Reading = FromWorker | { readonly kind: 'nothing' }

export const reading = signal<Reading>({ kind: 'nothing' })

let worker: Worker | undefined

export function read(files: readonly GivenFile[]): void {
  if (files.length === 0) return
  worker?.terminate()
  reading.value = { kind: 'progress', bytes: 0, of: 1, file: '' }
  const begun = startWorker('logs')
  worker = begun
  begun.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    reading.value = data
    if (data.kind !== 'progress') begun.terminate()
  })
  begun.addEventListener('error', event => {
    reading.value = { kind: 'failed', why: event.message || 'the reader could not be started' }
  })
  begun.postMessage(files)
}
