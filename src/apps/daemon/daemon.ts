/**
 * The agent as a process: the host as its world (when it only watches, with a software clock over it), the history, and
 * what others may look at. It knows nothing of command lines and pages.
 */
import { appendFileSync } from 'node:fs'
import { Agent } from '#core/agent/agent.ts'
import type { AgentConfig } from '#core/agent/config.ts'
import { writeEntry, writeHead } from '#core/agent/journal.ts'
import type { Status } from '#core/agent/status.ts'
import type { RateKnowledge } from '#core/discipline/estimator.ts'
import type { KernelClock, Loss, MachineFacts } from '#core/guest/facts.ts'
import { type HostEvent, signOf } from '#core/guest/host-event.ts'
import { type Reading, since } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { History } from '#core/trace/history.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import type { Snapshot } from '#report/snapshot.ts'
import { drive } from '#worlds/drive.ts'
import { openHook } from '#worlds/host/hook.ts'
import { readKernelClock } from '#worlds/host/kernel-clock.ts'
import { readMachine } from '#worlds/host/machine.ts'
import { type HostWorld, openHost } from '#worlds/host/world.ts'
import { loadLibc } from '#worlds/libc.ts'
import { watchOnly } from '#worlds/overlay.ts'
import type { World } from '#worlds/world.ts'
import { version } from '../version.ts'
import type { HostEvents, Watched } from '../web/watched.ts'
import { type BoundFile, openBoundFile } from './bound-file.ts'
import { identityOf, readDrift, writeDrift } from './drift-file.ts'
import { log, logRecord } from './log.ts'
import { Recorder, type Trouble } from './recorder.ts'
import { openServing, type ServerOrders, type Serving } from './serving.ts'

export interface DaemonOptions {
  readonly config: AgentConfig
  /** Keep the clock, or only watch it. */
  readonly discipline: boolean
  /** A sentence: where the list of sources comes from. */
  readonly sourcesFrom: string
  readonly history: History
  /** What had to be done without, beside what the host cannot do. */
  readonly losses: readonly Loss[]
  /** A program to run before and after each step. */
  readonly hook: string | undefined
  /** What somebody must know who tells of host events. */
  readonly secret?: string | undefined
  /** Serve time; only an agent that keeps the clock can. */
  readonly server?: ServerOrders | undefined
  /** Where the bound is written for applications; undefined where there is no place for it. */
  readonly boundFile: string | undefined
  /** Where what is learned of the counter's rate is kept. */
  readonly driftFile: string
  /** Every event and action is appended there. */
  readonly journal?: string
}

/** Facts about the machine are read again when they are older. */
const FACTS_LAST: Seconds = 30
/** What must not wait for the next second before applications know. */
const TELLS_AT_ONCE: ReadonlySet<TraceRecord['kind']> = new Set(['disruption', 'estimate', 'step', 'notice'])
const WRITE_BOUND_MS = 1000
const SAVE_DRIFT_MS = 3_600_000
/** A rate that is less sure than this is no better than none. */
const WORTH_SAVING: Rate = 1e-6
/** While no sample comes, the estimate (and its growing bound) is recorded this often. */
const COASTING_RECORD_MS = 64_000

export class Daemon implements Watched {
  readonly history: History
  readonly startedAt: Reading
  readonly losses: readonly Loss[]
  readonly hostEvents: HostEvents | undefined
  sourcesFrom: string

  readonly #mode: Snapshot['mode']
  readonly #host: HostWorld
  readonly #world: World
  readonly #agent: Agent
  readonly #recorder: Recorder
  readonly #serving: Serving | undefined
  readonly #coasting: NodeJS.Timeout
  readonly #saving: NodeJS.Timeout
  readonly #bounds: BoundFile | undefined
  readonly #writing: NodeJS.Timeout
  readonly #driftFile: string
  readonly #tell: (event: Parameters<Agent['handle']>[0]) => void
  #machine: MachineFacts | undefined
  #machineReadAt: Reading
  #estimateRecorded: Reading | undefined

  constructor(options: DaemonOptions) {
    this.history = options.history
    this.#mode = options.discipline ? 'disciplining' : 'watching'
    const { hook } = options
    this.#host = openHost({
      record: record => this.#record(record),
      steering: options.discipline,
      ...(hook ? { hook: openHook(hook, text => log('error', text)) } : {}),
    })
    this.#world = options.discipline ? this.#host : watchOnly(this.#host)
    this.sourcesFrom = options.sourcesFrom
    this.losses = [...this.#host.losses, ...options.losses]
    this.startedAt = this.#host.clock.read()
    this.#machineReadAt = this.startedAt
    this.#recorder = new Recorder(options.history, trouble => this.#troubled(trouble))
    this.#record({ kind: 'started', at: this.startedAt, version, boot: this.machine().boot })
    this.#driftFile = options.driftFile
    const config = { ...options.config, ...this.#expectedRate() }
    const { journal } = options
    if (journal === undefined) {
      this.#agent = new Agent(config, this.#world.random)
      this.#tell = drive(this.#world, this.#agent).tell
    } else {
      const journaled = this.#journaling(config, journal)
      this.#agent = journaled.agent
      this.#tell = journaled.tell
    }
    const { secret } = options
    this.hostEvents = secret === undefined ? undefined : { secret, tell: event => this.#hear(event) }
    this.#serving = this.#serve(options.server)
    this.#coasting = setInterval(() => this.#recordCoasting(), COASTING_RECORD_MS)
    this.#coasting.unref()
    this.#saving = setInterval(() => this.#saveDrift(), SAVE_DRIFT_MS)
    this.#saving.unref()
    this.#bounds = this.#openBounds(options.boundFile)
    this.#writing = setInterval(() => this.#bounds?.write(this.status()), WRITE_BOUND_MS)
    this.#writing.unref()
  }

  /** Where time is served: `127.0.0.1:123`. */
  get servesAt(): readonly string[] {
    return this.#serving?.at ?? []
  }

  get mode(): Snapshot['mode'] {
    return this.#mode
  }

  /** What is believed of this machine's clock, now. */
  status(): Status {
    return this.#agent.status(this.#host.clock.read())
  }

  snapshot(): Snapshot {
    return {
      version,
      startedAt: this.startedAt,
      machine: this.machine(),
      kernelClock: this.#kernelClock(),
      losses: this.losses,
      sourcesFrom: this.sourcesFrom,
      mode: this.#mode,
      clock: this.status(),
      server: this.#serving && {
        at: this.#serving.at,
        counts: this.#serving.counts,
        standing: this.#serving.standing,
      },
    }
  }

  machine(): MachineFacts {
    const now = this.#host.clock.read()
    if (!this.#machine || since(now.monotonic, this.#machineReadAt.monotonic) > FACTS_LAST) {
      this.#machine = readMachine()
      this.#machineReadAt = now
    }
    return this.#machine
  }

  #kernelClock(): KernelClock | undefined {
    const loaded = loadLibc()
    return loaded.kind === 'loaded' ? readKernelClock(loaded.libc) : undefined
  }

  subscribe(listener: (record: TraceRecord) => void): () => void {
    return this.#recorder.subscribe(listener)
  }

  configure(config: AgentConfig, sourcesFrom: string): void {
    this.sourcesFrom = sourcesFrom
    this.#tell({ kind: 'configured', now: this.#world.clock.read(), config })
  }

  /** Somebody outside says what was done to this machine. */
  #hear(event: HostEvent): void {
    const now = this.#world.clock.read()
    this.#tell({ kind: 'disrupted', now, sign: signOf(event, now.monotonic) })
  }

  /** Somebody with the right to send a signal allows one step. */
  permitStep(): void {
    if (this.#mode === 'disciplining') this.#tell({ kind: 'permitted', now: this.#world.clock.read() })
  }

  /** Stops asking, and writes down what is not yet written. */
  close(): void {
    clearInterval(this.#coasting)
    clearInterval(this.#saving)
    clearInterval(this.#writing)
    this.#serving?.close()
    this.#bounds?.close()
    this.#saveDrift()
    this.#world.close()
    this.#recorder.flush()
    this.history.close()
  }

  /** Throws when it cannot be: whoever wants to serve should know at once. */
  #serve(orders: ServerOrders | undefined): Serving | undefined {
    if (!orders || this.#mode !== 'disciplining') return undefined
    try {
      return openServing(orders, this.#world, () => this.status())
    } catch (error) {
      this.close()
      throw error
    }
  }

  #openBounds(path: string | undefined): BoundFile | undefined {
    const loaded = loadLibc()
    if (!path || loaded.kind === 'missing') return undefined
    try {
      return openBoundFile(path, loaded.libc)
    } catch (error) {
      log('warning', `the bound is not written for applications: ${(error as Error).message}`)
      return undefined
    }
  }

  #expectedRate(): { expectedRate?: RateKnowledge } {
    const expectedRate = readDrift(this.#driftFile, identityOf(this.machine()))
    return expectedRate ? { expectedRate } : {}
  }

  #saveDrift(): void {
    const { rate } = this.#agent
    if (!rate || rate.deviation > WORTH_SAVING) return
    try {
      writeDrift(this.#driftFile, identityOf(this.machine()), rate)
    } catch (error) {
      log('warning', `the drift file cannot be written: ${(error as Error).message}`)
    }
  }

  #journaling(config: AgentConfig, path: string) {
    let random: number[] = []
    const agent = new Agent(config, () => {
      const drawn = this.#world.random()
      random.push(drawn)
      return drawn
    })
    try {
      appendFileSync(path, `${writeHead(version, config)}\n`)
    } catch (error) {
      throw Object.assign(new Error(`the journal cannot be written: ${(error as Error).message}`), {
        code: 'JOURNAL',
      })
    }
    const { tell } = drive(this.#world, agent, event => {
      const entry = { event, random }
      random = []
      try {
        appendFileSync(path, `${writeEntry(entry)}\n`)
      } catch (error) {
        log('error', `the journal cannot be written: ${(error as Error).message}`)
      }
    })
    return { agent, tell }
  }

  #record(record: TraceRecord): void {
    if (record.kind === 'estimate') this.#estimateRecorded = record.at
    logRecord(record)
    this.#serving?.hear(record)
    if (TELLS_AT_ONCE.has(record.kind)) this.#bounds?.write(this.status())
    this.#recorder.record(record)
  }

  #recordCoasting(): void {
    const { now, offset, errorBound, state, ...status } = this.status()
    const last = this.#estimateRecorded
    const quiet = !last || since(now.monotonic, last.monotonic) > 0.9 * (COASTING_RECORD_MS / 1000)
    if (offset === undefined || errorBound === undefined || state === 'locked' || !quiet) return
    this.#record({
      kind: 'estimate',
      at: now,
      offset,
      errorBound,
      frequencyError: status.frequencyError,
      frequencyErrorBound: status.frequencyErrorBound,
      jitter: status.jitter ?? 0,
      source: undefined,
      survivors: 0,
    })
  }

  #troubled(trouble: Trouble): void {
    if (trouble.kind === 'failed') {
      const why = trouble.error instanceof Error ? trouble.error.message : String(trouble.error)
      log('error', `the history cannot be written (${why}); records wait in memory`)
      return
    }
    const lost = trouble.lost === 0 ? 'nothing was lost' : `${trouble.lost} records were lost meanwhile`
    log('notice', `the history can be written again; ${lost}`)
  }
}
