/**
 * Looks at the clocks of all processors on which we may run, and changes nothing. Two threads do it; each is moved from
 * processor to processor, never more than two work at a time, and most of the time one or none.
 *
 * No timer of ours is waited for: where the clocks differ by much, timers are late by as much (see `sleep.ts`), those of
 * this program too. What takes time is measured by the thread that does it, on the processor on which it does it.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type {
  CpuClockName,
  CpuObservations,
  CpuSuspects,
  Exchange,
  ReadingLoop,
  Sleep,
  Tick,
} from '#core/guest/cpu-observations.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Libc } from '../../libc.ts'
import { allowedCpus } from './affinity.ts'
import { EXCHANGE_BYTES } from './exchange.ts'
import { isKernelClock, type Origins, readOrigins, reportedResolution } from './reader.ts'
import { SLEEP_BYTES } from './sleep.ts'
import type { Answer, ExchangeSeen, Order } from './worker.ts'

export interface ObserveOptions {
  readonly clock: CpuClockName
  /** For everything; what many processors need at least can be more. */
  readonly time: Seconds
  /** Those that are compared; all on which we may run when nothing is said. */
  readonly among?: readonly number[] | undefined
  /** Asked once, in the middle: who is odd, as far as it was seen? Undefined when nobody is, or nobody can tell. */
  readonly suspect: (early: CpuObservations) => CpuSuspects | undefined
}

export type Observed =
  | { readonly kind: 'observed'; readonly observations: CpuObservations }
  | { readonly kind: 'not-possible'; readonly why: string }

/** Of the time: the first comparison, the loops of reading, the second comparison. The sleeps take what they take. */
const SHARES = { first: 0.2, read: 0.25, second: 0.15 } as const
/** Of the loops' share: the clock that is judged, then each of the two others. */
const LOOP_SHARES = [0.6, 0.2, 0.2] as const
/** With less than this for each, only the clock that is judged is compared. */
const WORTH_COMPARING: Seconds = 4e-3
const LEAST_COMPARING: Seconds = 1e-3
/** A tenth of a microsecond; ticks are looked at as a hint only, and read more slowly. */
const ENOUGH = { ns: 100, ticks: 600 } as const
/** What came to nothing, because a processor was busy with others all the time, is tried again so often. */
const MOST_AGAIN = 4
const SLEEPS = 64
const MOST_TRIES = 5
/** Timers across processors are tried for so many odd ones. */
const MOST_CROSSED = 1
const CROSSED_TRIES = 3

export async function observeCpus(libc: Libc, options: ObserveOptions): Promise<Observed> {
  const cpus = options.among ?? allowedCpus(libc)
  if (!cpus || cpus.length === 0) return impossible('the kernel does not say on which processors we may run')
  const origins = readOrigins(libc)
  if (options.clock === 'tsc' && origins.tsc === undefined)
    return impossible('the counter of the processor (TSC) cannot be read here')
  const threads = [new Looker(origins), new Looker(origins)] as const
  try {
    await Promise.all(threads.map(thread => thread.ask('ready', { kind: 'ready' })))
    return { kind: 'observed', observations: await observe({ libc, threads, cpus, origins, ...options }) }
  } catch (error) {
    if (error instanceof LookFailed) return impossible(error.message)
    throw error
  } finally {
    await Promise.all(threads.map(thread => thread.close()))
  }
}

const impossible = (why: string): Observed => ({ kind: 'not-possible', why })

interface Looking extends ObserveOptions {
  readonly libc: Libc
  readonly threads: readonly [Looker, Looker]
  readonly cpus: readonly number[]
  readonly origins: Origins
}

async function observe(of: Looking): Promise<CpuObservations> {
  const { cpus, clock, time } = of
  const [reference, ...rest] = cpus as [number, ...number[]]
  const others = CLOCKS_COMPARED.filter(
    each => each !== clock && (each !== 'tsc' || of.origins.tsc !== undefined),
  )
  const first = await compareAll(of, rest, [clock, ...others], SHARES.first * time)
  const { loops, ticks } = await readAll(of, SHARES.read * time)
  const early: CpuObservations = {
    clock,
    cpus,
    reference,
    exchanges: inSeconds(first),
    loops,
    ticks,
    sleeps: [],
  }
  const sleeps = await sleepAll(of, early)
  const compared = [...first, ...(await compareAll(of, rest, [clock], SHARES.second * time))]
  const stillMissing = () =>
    rest.filter(cpu => !compared.some(each => each.cpu === cpu && isWhole(each, clock)))
  for (let again = 0; again < MOST_AGAIN; again++)
    compared.push(...(await compareAll(of, stillMissing(), [clock], SHARES.second * time)))
  return { ...early, exchanges: inSeconds(compared), sleeps }
}

const CLOCKS_COMPARED = ['raw', 'tsc'] as const

interface Compared {
  readonly clock: CpuClockName
  readonly cpu: number
  readonly here: ExchangeSeen
  readonly there: ExchangeSeen
}

/** Both threads came, and each saw the other one. */
const isWhole = ({ clock, here, there }: Compared, wanted: CpuClockName): boolean =>
  clock === wanted && Number.isFinite(here.least + there.least)

/** Each of the others with the first one, in turn. */
async function compareAll(
  { threads, cpus: [reference] }: Looking,
  others: readonly number[],
  clocks: readonly CpuClockName[],
  time: Seconds,
): Promise<Compared[]> {
  const share = time / others.length / clocks.length
  const wanted = share < WORTH_COMPARING ? clocks.slice(0, 1) : clocks
  const longest = 1e9 * Math.max(LEAST_COMPARING, time / others.length / wanted.length)
  const compared: Compared[] = []
  for (const cpu of others) {
    for (const clock of wanted) {
      const shared = new SharedArrayBuffer(EXCHANGE_BYTES)
      const enough = clock === 'tsc' ? ENOUGH.ticks : ENOUGH.ns
      const [here, there] = await Promise.all(
        ([0, 1] as const).map(role =>
          threads[role].ask('exchange', {
            kind: 'exchange',
            cpu: role === 0 ? reference! : cpu,
            clock,
            shared,
            role,
            longest,
            enough,
          }),
        ),
      )
      compared.push({ clock, cpu, here: here!.seen, there: there!.seen })
    }
  }
  return compared
}

/** The reference has both counters at the end of each exchange: the first and the last say how long a tick is. */
function inSeconds(compared: readonly Compared[]): Exchange[] {
  const [first, last] = [compared[0]?.here, compared.at(-1)?.here]
  if (!first || !last) return []
  const period = (last.counter - first.counter) / (Number(last.ticks) - Number(first.ticks))
  return compared.flatMap(({ clock, cpu, here, there }) => {
    const unit = (clock === 'tsc' ? period : 1) / 1e9
    if (!Number.isFinite(unit)) return []
    return [{ clock, cpu, at: here.counter / 1e9, toCpu: there.least * unit, toReference: here.least * unit }]
  })
}

async function readAll(
  { libc, threads, cpus, clock }: Looking,
  time: Seconds,
): Promise<{ loops: ReadingLoop[]; ticks: Tick[] }> {
  const kernels = (['realtime', 'monotonic', 'raw'] as const).filter(each => each !== clock)
  const clocks: CpuClockName[] = isKernelClock(clock) ? [clock, ...kernels] : [...kernels]
  const loops: ReadingLoop[] = []
  let ticks: readonly Tick[] = []
  for (const [i, each] of clocks.entries()) {
    const share = (LOOP_SHARES[i]! * time * 1e9) / cpus.length
    const { seen } = await threads[0].ask('read', { kind: 'read', clock: each, cpus, each: share })
    const { ticks: seenTicks, ...loop } = seen
    const reported = reportedResolution(libc, each)
    loops.push({ clock: each, reported: reported === undefined ? undefined : reported / 1e9, ...loop })
    if (each === 'realtime') ticks = seenTicks
  }
  return { loops, ticks: [...ticks] }
}

async function sleepAll(of: Looking, early: CpuObservations): Promise<Sleep[]> {
  const { cpus } = of
  const tries = Math.max(1, Math.min(MOST_TRIES, Math.floor(SLEEPS / cpus.length)))
  const { odd = [], right = 0 } = of.suspect(early) ?? {}
  const crossed = odd.slice(0, MOST_CROSSED).flatMap(each => [
    { setBy: right, on: each, tries: CROSSED_TRIES },
    { setBy: each, on: right, tries: CROSSED_TRIES },
  ])
  const sleeps: Sleep[] = []
  for (const each of [...cpus.map(cpu => ({ setBy: cpu, on: cpu, tries })), ...crossed])
    sleeps.push(...(await sleepOn(of, each)))
  return sleeps
}

/** With a single processor nobody can watch over it without being in its way: there a late timer is waited for. */
async function sleepOn(
  { threads, cpus }: Looking,
  each: { setBy: number; on: number; tries: number },
): Promise<readonly Sleep[]> {
  const shared = new SharedArrayBuffer(SLEEP_BYTES)
  const guard = cpus.find(cpu => cpu !== each.on)
  // Before the other thread begins to watch, who takes its processor for itself.
  await threads[0].ask('ready', { kind: 'ready', cpu: each.on })
  const watching =
    guard === undefined ? undefined : threads[1].ask('guard', { kind: 'guard', cpu: guard, shared })
  const [{ seen }] = await Promise.all([
    threads[0].ask('sleep', { kind: 'sleep', shared, ...each }),
    watching,
  ])
  return seen
}

class LookFailed extends Error {}

/** One of the threads. One order, one answer. */
class Looker {
  readonly #worker: Worker

  constructor(origins: Origins) {
    this.#worker = new Worker(workerEntry(), { workerData: origins })
  }

  ask<K extends Exclude<Answer['kind'], 'failed'>>(
    kind: K,
    order: Extract<Order, { kind: K }>,
  ): Promise<Extract<Answer, { kind: K }>> {
    return new Promise((resolve, reject) => {
      const worker = this.#worker
      const done = () => {
        worker.off('message', answered)
        worker.off('error', failed)
      }
      const failed = (error: Error) => {
        done()
        reject(new LookFailed(error.message))
      }
      const answered = (answer: Answer) => {
        if (answer.kind === 'failed') return failed(new Error(answer.why))
        done()
        if (answer.kind === kind) resolve(answer as Extract<Answer, { kind: K }>)
        else reject(new Error(`${kind} was answered by ${answer.kind}`))
      }
      worker.on('message', answered)
      worker.on('error', failed)
      worker.postMessage(order)
    })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}

/** In a checkout it is a source beside us; in the package a file above the chunks. */
function workerEntry(): URL {
  const candidates = ['./worker.ts', '../cpus-worker.js', './cpus-worker.js']
  return candidates.map(path => new URL(path, import.meta.url)).find(url => existsSync(fileURLToPath(url)))!
}
