/** Waiting that somebody can end. */
import type { Seconds } from '#core/time/units.ts'

export function sleep(seconds: Seconds, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(done, seconds * 1e3)
    signal.addEventListener('abort', done, { once: true })
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
