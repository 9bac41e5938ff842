/** On the processors of this machine, however many these are, and however busy it is: no time is asserted but bounds. */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { goodCpus, judgeClocks, suspectsOf } from '#analysis/cpus/clocks.ts'
import { AGREEMENT } from '#analysis/cpus/compare.ts'
import { loadLibc } from '../../libc.ts'
import { allowedCpus, runOn } from './affinity.ts'
import { observeCpus } from './observe.ts'
import { openReaders, readOrigins } from './reader.ts'
import { SLEEP_BYTES, sleepTimes } from './sleep.ts'
import type { Order } from './worker.ts'

const loaded = loadLibc()

describe.skipIf(loaded.kind === 'missing')('the processors of this machine', () => {
  const { libc } = loaded as Extract<typeof loaded, { kind: 'loaded' }>
  const cpus = allowedCpus(libc)!

  it('are those on which one may run, and no other', () => {
    expect(cpus.length).toBeGreaterThan(0)
    expect(runOn(libc, [8191])).toBe('EINVAL')
    expect(runOn(libc, cpus)).toBeUndefined()
    expect(allowedCpus(libc)).toEqual(cpus)
  })

  it('agree within the bound, go forward, and wake who sleeps; nothing is changed by looking', async () => {
    const observed = await observeCpus(libc, { clock: 'realtime', time: 0.5, suspect: suspectsOf })
    if (observed.kind !== 'observed') throw new Error(observed.why)
    const clocks = judgeClocks(observed.observations)
    expect(clocks.cpus.map(({ cpu }) => cpu)).toEqual(cpus)
    for (const { offset, bound, late, verdict } of clocks.cpus) {
      expect(['agrees', 'alone', 'unknown']).toContain(verdict)
      if (verdict === 'agrees') expect(Math.abs(offset!)).toBeLessThanOrEqual(bound! + AGREEMENT)
      expect(Number.isFinite(late!.most)).toBe(true)
    }
    if (clocks.compared) expect(goodCpus(clocks).length).toBeGreaterThan(0)
    for (const { backwards, readings, smallest } of clocks.loops) {
      expect(backwards).toBe(0)
      expect(readings).toBeGreaterThan(1000)
      expect(smallest).toBeGreaterThan(0)
    }
    expect(allowedCpus(libc)).toEqual(cpus)
  })

  it('a timer that would be late for ever is given up, and that is said', async () => {
    const origins = readOrigins(libc)
    const readers = openReaders(libc, origins)
    const guard = new Worker(fileURLToPath(new URL('./worker.ts', import.meta.url)), { workerData: origins })
    try {
      const shared = new SharedArrayBuffer(SLEEP_BYTES)
      const answered = new Promise(done => guard.once('message', done))
      guard.postMessage({ kind: 'guard', cpu: cpus.at(-1)!, shared } satisfies Order)
      // By a clock that is an hour ahead of the kernel's.
      const ahead = () => readers.monotonic() + 3600e9
      const visit = () => {}
      const sleeps = sleepTimes(libc, { setBy: 0, on: 0, tries: 5, shared }, ahead, {
        origin: origins.monotonic,
        visit,
      })
      expect(sleeps.map(({ cut }) => cut)).toEqual([true, true])
      for (const { late } of sleeps) expect(late).toBeGreaterThan(0.14)
      await answered
    } finally {
      await guard.terminate()
    }
  })
})
