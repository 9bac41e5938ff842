/**
 * A program of the operator's that is run before and after a step, to stop and start what cannot bear one. It learns
 * what it needs from its environment. Before a step it is waited for, but not for ever: a clock that is wrong does not
 * get better by waiting.
 */
import { spawn, spawnSync } from 'node:child_process'
import type { Seconds } from '#core/time/units.ts'

export interface Hook {
  before(step: Seconds): void
  after(step: Seconds): void
}

const PATIENCE_MS = 5000

/** `complain` is told, in a sentence, when the program cannot be run or fails. */
export function openHook(program: string, complain: (text: string) => void): Hook {
  const environment = (event: string, step: Seconds) => ({
    PATH: process.env.PATH,
    CLOCKWRIGHT_EVENT: event,
    CLOCKWRIGHT_STEP: step.toFixed(9),
  })
  return {
    before(step) {
      const { error, status, signal } = spawnSync(program, [], {
        env: environment('before-step', step),
        stdio: 'ignore',
        timeout: PATIENCE_MS,
        killSignal: 'SIGKILL',
      })
      if (error) complain(`${program} before a step: ${error.message}`)
      else if (status !== 0) complain(`${program} before a step: ended with ${status ?? signal}`)
    },
    after(step) {
      spawn(program, [], { env: environment('after-step', step), stdio: 'ignore', detached: true })
        .on('error', error => complain(`${program} after a step: ${error.message}`))
        .on('exit', code => code && complain(`${program} after a step: ended with ${code}`))
        .unref()
    },
  }
}
