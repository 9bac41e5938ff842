/**
 * The guest's clocks, read by the probe against this machine's CLOCK_REALTIME, which is the truth here: the bed's
 * servers serve it. A reading errs by at most half its round trip.
 */
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type Instant, since } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'

export interface Measurement {
  /** True time of the reading. */
  readonly at: Instant
  /** Positive: the guest's clock is behind. */
  readonly offset: Seconds
  /** The true offset is within `offset ± errorBound`. */
  readonly errorBound: Seconds
  readonly realtime: Instant
  readonly monotonic: bigint
  readonly boottime: bigint
  readonly raw: bigint
  /** What the guest's kernel is told to add to its clock's rate. */
  readonly frequency: Rate
}

/** A moment at which the guest did not answer: it stood still, or was moving house. */
export interface Silence {
  readonly at: Instant
}

export type Look = Measurement | Silence
export const answered = (look: Look): look is Measurement => 'offset' in look

/** Longer exchanges may be one-sided by as much as is to be judged; a loaded machine makes some of 100 ms. */
export const LONGEST_EXCHANGE: Seconds = 2e-3

export function readLook(line: string): Look {
  const said = JSON.parse(line)
  const at = BigInt(said.at) as Instant
  if (said.roundTrip === undefined) return { at }
  const realtime = BigInt(said.realtime) as Instant
  return {
    at,
    offset: since(at, realtime),
    errorBound: Number(said.roundTrip) / 2e9,
    realtime,
    monotonic: BigInt(said.monotonic),
    boottime: BigInt(said.boottime),
    raw: BigInt(said.raw),
    frequency: said.frequencyPpm / 1e6,
  }
}

/** Looks for as long as the process runs. */
export class Watch {
  readonly looks: Look[] = []
  readonly #process: ChildProcess
  readonly #waiting = new Set<(look: Look) => void>()

  constructor(process: ChildProcess) {
    this.#process = process
    createInterface(process.stdout!).on('line', line => {
      const look = readLook(line)
      this.looks.push(look)
      for (const told of this.#waiting) told(look)
    })
  }

  /** The next look that satisfies, or undefined when none did in `seconds`. */
  next<T extends Look>(wanted: (look: Look) => look is T, seconds: Seconds): Promise<T | undefined>
  next(wanted: (look: Look) => boolean, seconds: Seconds): Promise<Look | undefined>
  next(wanted: (look: Look) => boolean, seconds: Seconds): Promise<Look | undefined> {
    return new Promise(done => {
      const timer = setTimeout(() => end(undefined), 1e3 * seconds)
      const told = (look: Look) => wanted(look) && end(look)
      const end = (look: Look | undefined) => {
        clearTimeout(timer)
        this.#waiting.delete(told)
        done(look)
      }
      this.#waiting.add(told)
    })
  }

  stop(): void {
    this.#process.kill('SIGKILL')
  }
}
