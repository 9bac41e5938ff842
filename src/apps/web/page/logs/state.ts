/** What was given to the page and what came of it. It outlives a look at another view. */
import { signal } from '@preact/signals'
import type { GivenFile } from './dropped.ts'
import type { FromWorker } from './messages.ts'

export type Reading = FromWorker | { readonly kind: 'nothing' }

export const reading = signal<Reading>({ kind: 'nothing' })

let worker: Worker | undefined

export function read(files: readonly GivenFile[]): void {
  if (files.length === 0) return
  worker?.terminate()
  reading.value = { kind: 'progress', bytes: 0, of: 1, file: '' }
  const begun = new Worker(workerUrl(), { type: 'module' })
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

interface Policies {
  createPolicy(
    name: string,
    rules: { createScriptURL: () => string },
  ): { createScriptURL(text: string): string }
}

/** The one script that the page may start, whatever it is asked for: the policy allows this name only. */
const WORKER = '/logs-worker.js'
const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes
const policy = policies?.createPolicy('logs', { createScriptURL: () => WORKER })
const workerUrl = (): string => policy?.createScriptURL(WORKER) ?? WORKER
