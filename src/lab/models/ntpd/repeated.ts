/**
 * A script that runs `ntpd -q`, sleeps, and does so again for ever, as people do who want to see a clock drift. Each run is a
 * process of its own; what it slews goes on after it has ended, so the next one measures the drift and the rest of the slew.
 */
import type { AgentEvent } from '#core/agent/event.ts'
import type { Flow } from '#core/ntp/endpoint.ts'
import { type Monotonic, plus } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon, DaemonAction } from '../../daemon.ts'
import { Ntpd, type NtpdSetup } from './ntpd.ts'

export class RepeatedNtpd implements Daemon {
  readonly #setup: NtpdSetup
  readonly #sleep: Seconds
  #running: Ntpd | undefined
  #wakesAt: Monotonic | undefined
  #precision: Seconds = 0
  #firstFlow: Flow = 1

  constructor(setup: NtpdSetup, sleep: Seconds) {
    this.#setup = setup
    this.#sleep = sleep
  }

  handle(event: AgentEvent): readonly DaemonAction[] {
    if (event.kind === 'started') this.#precision = event.precision
    const early = this.#wakesAt !== undefined && event.now.monotonic < this.#wakesAt
    // Where processors disagree, it may be woken too early.
    if (early && event.kind === 'woke') return [{ kind: 'wake', at: this.#wakesAt! }]
    const begins = event.kind === 'started' || (this.#wakesAt !== undefined && !early)
    return this.#after(event, begins ? this.#run(event) : (this.#running?.handle(event) ?? []))
  }

  #run({ now }: AgentEvent): readonly DaemonAction[] {
    this.#wakesAt = undefined
    this.#running = new Ntpd({ ...this.#setup, firstFlow: this.#firstFlow })
    return this.#running.handle({ kind: 'started', now, precision: this.#precision })
  }

  /** The end of a process is not the end of the script. */
  #after({ now }: AgentEvent, actions: readonly DaemonAction[]): readonly DaemonAction[] {
    if (!this.#running || !actions.some(({ kind }) => kind === 'exit')) return actions
    this.#firstFlow = this.#running.nextFlow
    this.#running = undefined
    this.#wakesAt = plus(now.monotonic, this.#sleep)
    return [
      ...actions.filter(({ kind }) => kind !== 'exit' && kind !== 'wake'),
      { kind: 'wake', at: this.#wakesAt },
    ]
  }
}
