/** The clock of this machine is not touched: a kernel that is set by somebody is played here. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DisruptionSign } from '#core/guest/disruption.ts'
import { instant, monotonic } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { type Libc, loadLibc } from '../../libc.ts'
import { openClock, type ReadClock } from '../clock.ts'
import { openWatch, type Watch } from '../watch.ts'
import { openSteps, type Steps } from './steps.ts'

const loaded = loadLibc()

/** Somebody looks once a second. */
function looking(steps: Steps): Steps {
  const timer = setInterval(steps.check, 1000)
  return {
    ...steps,
    close() {
      clearInterval(timer)
      steps.close()
    },
  }
}

describe.skipIf(loaded.kind === 'missing')('on this machine', () => {
  it('hears the kernel, and sees no step where there is none', async () => {
    const libc = loaded.kind === 'loaded' ? loaded.libc : (undefined as never)
    const watch = openWatch(libc)!
    const signs: DisruptionSign[] = []
    const steps = looking(openSteps(libc, openClock(libc), watch, sign => signs.push(sign)))
    expect(steps.witnessed).toBe(true)
    await new Promise(done => setTimeout(done, 2100))
    steps.close()
    watch.close()
    // Whoever sets the clock of this machine while the test runs makes it fail, and rightly.
    expect(signs).toEqual([])
  })
})

/** A kernel whose clocks are numbers, and whose timer is cancelled when they are set. */
function playedKernel() {
  const start = performance.now()
  const state = { lead: 0, suspended: 0, cancelled: false, notify: () => {} }
  const counter = (): Seconds => (performance.now() - start) / 1e3
  const ns = (seconds: Seconds) => BigInt(Math.round(seconds * 1e9))
  const clock: ReadClock = {
    precision: 1e-7,
    read: () => ({
      wall: instant(1_795_000_000_000_000_000n + ns(counter() + state.lead)),
      monotonic: monotonic(ns(counter())),
    }),
    residual: () => 1e-7,
    counter: () => monotonic(ns(counter())),
  }
  const memory = new DataView(new ArrayBuffer(512))
  let used = 0
  const libc = {
    buffer(_: string, size: number) {
      const address = used
      used += size
      const bytes = new Uint8Array(memory.buffer, address, size)
      return { address, bytes, view: new DataView(memory.buffer, address, size) }
    },
    clockGettime(id: number, into: number) {
      const seconds = counter() + (id === 7 ? state.suspended : 0)
      memory.setBigInt64(into, BigInt(Math.floor(seconds)), true)
      memory.setBigInt64(into + 8, ns(seconds % 1), true)
      return 0
    },
    adjtimex: () => ({
      state: 0,
      offset: 0,
      frequency: 0,
      maxError: 0,
      estError: 0,
      status: 0,
      tick: 10_000,
      tai: 0,
    }),
    timerfdCreate: () => 5,
    timerfdSettime: () => 0,
    read() {
      const was = state.cancelled
      state.cancelled = false
      return was ? -1 : 0
    },
    errno: () => 'ECANCELED',
    close: () => 0,
  } as unknown as Libc
  const watch: Watch = {
    add: (_, ready) => {
      state.notify = ready
      return true
    },
    remove: () => {},
    close: () => {},
  }
  return { libc, clock, watch, state }
}

describe('when somebody sets the clock', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const trial = (witnessed = true) => {
    const { libc, clock, watch, state } = playedKernel()
    const signs: DisruptionSign[] = []
    const steps = looking(openSteps(libc, clock, witnessed ? watch : undefined, sign => signs.push(sign)))
    const set = (size: Seconds) => {
      state.lead += size
      state.cancelled = true
    }
    return {
      state,
      signs,
      steps,
      set,
      stepped: () => signs.map(sign => sign.kind === 'stepped' && sign.size),
    }
  }

  it('is noticed at once, and told once', () => {
    const { state, set, signs, stepped } = trial()
    vi.advanceTimersByTime(400)
    set(85.4)
    state.notify()
    expect(stepped()).toEqual([expect.closeTo(85.4, 6)])
    expect(signs[0]).toMatchObject({ kind: 'stepped', at: monotonic(400_000_000n) })
    vi.advanceTimersByTime(5000)
    expect(signs).toHaveLength(1)
  })

  it('is noticed by the second when the loop did not hear of it', () => {
    const { set, stepped } = trial()
    set(-0.05)
    vi.advanceTimersByTime(1000)
    expect(stepped()).toEqual([expect.closeTo(-0.05, 6)])
  })

  it('tells each of two steps', () => {
    const { state, set, stepped } = trial()
    for (const size of [1, -1]) {
      vi.advanceTimersByTime(10)
      set(size)
      state.notify()
    }
    expect(stepped()).toEqual([expect.closeTo(1, 6), expect.closeTo(-1, 6)])
  })

  it('measures a step that a look saw before the kernel spoke of it', () => {
    const { state, set, stepped } = trial()
    vi.advanceTimersByTime(999)
    set(0.07)
    state.cancelled = false
    vi.advanceTimersByTime(1)
    expect(stepped()).toEqual([])
    state.cancelled = true
    state.notify()
    expect(stepped()).toEqual([expect.closeTo(0.07, 6)])
  })

  it('is found by comparing where the kernel does not tell', () => {
    const { state, steps, stepped } = trial(false)
    expect(steps.witnessed).toBe(false)
    state.lead = 0.02
    vi.advanceTimersByTime(3000)
    expect(stepped()).toEqual([expect.closeTo(0.02, 6)])
  })

  it('is a pause when the kernel suspended the machine', () => {
    const { state, set, signs } = trial()
    state.suspended = 3600
    set(3600)
    state.notify()
    expect(signs).toEqual([
      {
        kind: 'paused',
        lost: expect.closeTo(3600, 3),
        uncertainty: expect.any(Number),
        witness: 'boottime',
        during: { from: expect.any(BigInt), to: expect.any(BigInt) },
      },
    ])
  })

  it('ends with `close`', () => {
    const { set, steps, signs } = trial()
    steps.close()
    set(5)
    vi.advanceTimersByTime(5000)
    expect(signs).toEqual([])
  })
})
