/**
 * A program of the operator's that is run before and after a step, to stop and start what cannot bear one. It learns
 * what it needs from its environment. Before a step it is waited for, but not for ever: a clock that is wrong does not
 * get better by waiting.
 */
import { spawn, spawnSync } from 'node:child_process'
import { rfc3339 } from '#core/time/format.ts'
import type { Instant } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'

export interface Hook {
  before(step: Step): void
  after(step: Step): void
}

/** What is going to happen to the clock, or just has. */
export interface Step {
  readonly size: Seconds
  /** What allows it: `start`, `disruption`, `permission` or `leap`. */
  readonly why: string
  /** What the clock says now. */
  readonly wall: Instant
}

const PATIENCE_MS = 5000

/** `complain` is told, in a sentence, when the program cannot be run or fails. */
export function openHook(program: string, complain: (text: string) => void): Hook {
  const environment = (event: string, { size, why, wall }: Step) => ({
    PATH: process.env.PATH,
    CLOCKWRIGHT_EVENT: event,
    CLOCKWRIGHT_STEP: size.toFixed(9),
    CLOCKWRIGHT_WHY: why,
    CLOCKWRIGHT_TIME: rfc3339(wall, 9),
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
