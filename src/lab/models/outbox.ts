/** What ntpd does and says about the event that it is being told. */
import type { Reading } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import type { KernelCall } from '#worlds/simulated/kernel-clock.ts'
import type { DaemonAction } from '../daemon.ts'

/** Nobody adds to what was taken. */
const NOTHING: readonly DaemonAction[] = []

export class Outbox {
  /** Whether anybody keeps what is recorded. */
  readonly recording: boolean
  #actions: DaemonAction[] = []
  #at: Reading

  constructor(at: Reading, recording: boolean) {
    this.#at = at
    this.recording = recording
  }

  get at(): Reading {
    return this.#at
  }

  open(at: Reading): void {
    this.#at = at
    if (this.#actions.length > 0) this.#actions = []
  }

  take(): readonly DaemonAction[] {
    return this.#actions.length > 0 ? this.#actions : NOTHING
  }

  do(action: DaemonAction): void {
    this.#actions.push(action)
  }

  adjust(call: KernelCall): void {
    this.do({ kind: 'adjust', call })
    if (call.kind === 'step') this.#recordStep(call.size)
  }

  /** A line of its log: `name` is stable, `text` is what it writes. */
  notice(name: string, text: string): void {
    this.record({ kind: 'notice', at: this.#at, name, text })
  }

  record(record: TraceRecord): void {
    this.do({ kind: 'record', record })
  }

  #recordStep(size: Seconds): void {
    this.record({ kind: 'step', at: this.#at, size, uncertainty: 0, by: 'us' })
  }
}
